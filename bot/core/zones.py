"""Which time zones a plan is likely to keep, before anybody has said so."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from bot.core.actions import Change, PlanField
from bot.core.moments import zone_name
from bot.core.replies import Option, Picker
from bot.core.requests import Voice

MOST: Final = 25
COMMON_ZONES: Final = (
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Taipei",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "UTC",
)


def likely_zones(locale: str, around: Sequence[str], *, without: str = "") -> tuple[str, ...]:
    """The likeliest zones first: those kept `around`, those where a client's `locale` is at home, the common ones.

    `locale` is a language tag such as `pt-BR`; of one that is not known the language alone counts.
    """
    kept = [zone for zone, _ in Counter(around).most_common()]
    home = _HOMES.get(locale) or _HOMES.get(locale.partition("-")[0], ())
    found = dict.fromkeys((*kept, *home, *COMMON_ZONES))
    return tuple(zone for zone in found if zone != without)[:MOST]


def zone_picker(voice: Voice, zones: Sequence[str], *, chat: str | None) -> Picker:
    """These zones to choose from; choosing one moves the plan there. `chat` names the plan of another chat."""
    options = tuple(
        Option(
            label=zone_name(zone, voice.language),
            action=Change(field=PlanField.ZONE, value=zone, chat=chat),
        )
        for zone in zones
    )
    return Picker(label=voice("zone-likely"), options=options, columns=2)


# Where most people live whose clients speak a language; where several keep different times, the most people first.
_HOMES: Final[Mapping[str, tuple[str, ...]]] = {
    "bg": ("Europe/Sofia",),
    "cs": ("Europe/Prague",),
    "da": ("Europe/Copenhagen",),
    "de": ("Europe/Berlin", "Europe/Zurich", "Europe/Vienna"),
    "el": ("Europe/Athens",),
    "en-GB": ("Europe/London", "Europe/Dublin"),
    "en-US": ("America/New_York", "America/Los_Angeles", "America/Chicago", "America/Denver"),
    "es": ("Europe/Madrid", "America/Mexico_City", "America/Bogota", "America/Argentina/Buenos_Aires"),
    "es-419": ("America/Mexico_City", "America/Bogota", "America/Argentina/Buenos_Aires", "America/Santiago"),
    "fi": ("Europe/Helsinki",),
    "fr": ("Europe/Paris", "America/Toronto", "Europe/Brussels"),
    "hi": ("Asia/Kolkata",),
    "hr": ("Europe/Zagreb",),
    "hu": ("Europe/Budapest",),
    "id": ("Asia/Jakarta", "Asia/Makassar"),
    "it": ("Europe/Rome",),
    "ja": ("Asia/Tokyo",),
    "ko": ("Asia/Seoul",),
    "lt": ("Europe/Vilnius",),
    "nl": ("Europe/Amsterdam", "Europe/Brussels"),
    "no": ("Europe/Oslo",),
    "pl": ("Europe/Warsaw",),
    "pt": ("Europe/Lisbon", "America/Sao_Paulo"),
    "pt-BR": ("America/Sao_Paulo",),
    "ro": ("Europe/Bucharest",),
    "ru": ("Europe/Moscow", "Asia/Yekaterinburg", "Asia/Novosibirsk"),
    "sv": ("Europe/Stockholm",),
    "th": ("Asia/Bangkok",),
    "tr": ("Europe/Istanbul",),
    "uk": ("Europe/Kyiv",),
    "vi": ("Asia/Ho_Chi_Minh",),
    "zh": ("Asia/Shanghai", "Asia/Singapore"),
    "zh-TW": ("Asia/Taipei", "Asia/Hong_Kong"),
}
