"""Time zones as people write them: `Asia/Shanghai`, `new york`, `北京时间`, `UTC+8`, `-0330`, `东八区`."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from functools import lru_cache
from typing import Final
from zoneinfo import available_timezones

from bot.core.errors import NOTHING_NEAR
from bot.core.places import places
from bot.core.schedule import UnknownZone
from bot.core.spoken_text import QUOTED, WORD, fold, number, quote, tidy


def match_zone(text: str, pos: int = 0) -> tuple[str, int] | None:
    """The zone that is named there, in a text that `tidy` and `fold` made ready, and where the name ends.

    It is the name of a zone that `open_zone` can open. None when no zone is named there.
    """
    if lead := _LEAD.match(text, pos):
        pos = lead.end()
    return _match_offset(text, pos) or _match_words(text, pos) or _match_chinese(text, pos)


def zone_unknown(word: str) -> UnknownZone:
    """What to say of a word that is no zone; `near` is the name it may have been meant for."""
    nearest = _ranked(word) if word else []
    return UnknownZone(quote(word), near=nearest[0].name if nearest else NOTHING_NEAR)


def suggest_zones(prefix: str, limit: int) -> list[tuple[str, str]]:
    """Zones for autocompletion with a label to show, best first, each zone once.

    What begins with the prefix comes first, then what contains it, then what looks like it; without a prefix,
    where most people live.
    """
    typed = fold(tidy(prefix[:QUOTED]))
    offset = _match_offset(typed, 0)
    if offset is not None and offset[1] == len(typed):
        return [(offset[0], _offset_label(offset[0]))][:limit]
    chosen: dict[str, str] = {}
    for name in _ranked(typed):
        chosen.setdefault(name.zone, name.label)
    return list(chosen.items())[:limit]


def official_zones() -> list[str]:
    """Every zone of the tz database by name, but for those that are no place's: in alphabetical order."""
    # `localtime` is whatever the machine keeps, `Factory` a machine that was never set.
    return sorted(available_timezones() - {"localtime", "Factory"})


@dataclass(frozen=True, slots=True)
class _Name:
    """One of the names of a zone; `key` is what it is compared by."""

    key: str
    name: str
    zone: str
    label: str


@lru_cache(maxsize=1)
def _names() -> tuple[_Name, ...]:
    """Every name of every zone, the likeliest first."""
    return tuple(_place_names()) + tuple(_official_names())


def _place_names() -> Iterator[_Name]:
    for place in places():
        label = f"{place.en} {place.zh} · {place.zone}"
        yield _Name(_key(place.en), place.en, place.zone, label)
        yield _Name(_key(place.zh), place.zh, place.zone, label)


def _official_names() -> Iterator[_Name]:
    """The names of the tz database, and the cities in them; those with places first, then the shortest."""
    order = {zone: rank for rank, zone in enumerate(dict.fromkeys(place.zone for place in places()))}
    for zone in sorted(official_zones(), key=lambda zone: (order.get(zone, len(order)), zone.count("/"), zone)):
        area, _, rest = zone.partition("/")
        yield _Name(_key(zone), zone, zone, zone)
        if rest and area in _AREAS:
            city = rest.rpartition("/")[2].replace("_", " ")
            yield _Name(_key(city), city, zone, zone)


@lru_cache(maxsize=1)
def _zones_by_key() -> dict[str, str]:
    """Zones by what their names are compared by. A full name is what it says; else the likeliest wins."""
    zones = {name.key: name.zone for name in _names() if "/" in name.name}
    for name in _names():
        zones.setdefault(name.key, name.zone)
    return zones


@lru_cache(maxsize=1)
def _chinese() -> re.Pattern[str]:
    """A Chinese place name, the longest first, with what may follow it."""
    names = sorted({name.key for name in _names() if not name.key.isascii()}, key=len, reverse=True)
    return re.compile(rf"({'|'.join(map(re.escape, names))})市?(?:时间|时区)?")


def _match_chinese(text: str, pos: int) -> tuple[str, int] | None:
    found = _chinese().match(text, pos)
    return (_zones_by_key()[found[1]], found.end()) if found else None


def _match_words(text: str, pos: int) -> tuple[str, int] | None:
    """A name of up to four words, the longest first."""
    words = _WORDS.match(text, pos)
    for end in (words.end(4), words.end(3), words.end(2), words.end(1)) if words else ():
        if end > pos:
            key = _key(text[pos:end])
            zone = _zones_by_key().get(key) or _zones_by_key().get(_SUFFIX.sub("", key))
            if zone is not None:
                return zone, end
    return None


def _match_offset(text: str, pos: int) -> tuple[str, int] | None:
    found = _OFFSET.match(text, pos)
    if found is None:
        return None
    west = (found["sign"] or found["bare"] or found["side"]) in _WEST
    hours = number(found["hours"] or found["plain"] or found["numeral"] or "0")
    zone = _fixed(hours, int(found["minutes"] or 0), west=west)
    return (zone, found.end()) if zone else None


def _fixed(hours: int, minutes: int, *, west: bool) -> str | None:
    """The zone of a fixed offset; None beyond those in use on Earth, from UTC-12 to UTC+14.

    Whole hours are zones of the tz database, whose names count westward; the others are ours to open.
    """
    if timedelta(hours=hours, minutes=minutes) > timedelta(hours=12 if west else 14):
        return None
    if minutes:
        return f"UTC{'-' if west else '+'}{hours:02}:{minutes:02}"
    return f"Etc/GMT{'+' if west else '-'}{hours}" if hours else "UTC"


def _offset_label(zone: str) -> str:
    """A fixed offset as people count, eastward: `UTC+8` for `Etc/GMT-8`."""
    hours = zone.removeprefix("Etc/GMT")
    return zone if hours == zone else f"UTC{'-' if hours[0] == '+' else '+'}{hours[1:]}"


def _ranked(typed: str) -> list[_Name]:
    """Names for what was typed, best first: those that begin with it, contain it, or at least look like it."""
    key = _key(fold(tidy(typed[:QUOTED])))
    if near := [name for name in _names() if key in name.key]:
        return sorted(near, key=lambda name: (name.key != key, not name.key.startswith(key)))
    # Chinese names are short: one wrong character of two leaves half. The first one is seldom the wrong one.
    names = {name.key: name for name in reversed(_names())}
    like = get_close_matches(key, names, n=25, cutoff=0.7 if key.isascii() else 0.5)
    return [names[match] for match in sorted(like, key=lambda match: match[0] != key[0])]


def _key(name: str) -> str:
    """What names are compared by: lower case, no accents, spaces, dots and apostrophes."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return _IGNORED.sub("", "".join(char for char in letters if not unicodedata.combining(char)))


_AREAS: Final = {
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
}
_LEAD: Final = re.compile(r"in\s")
_SUFFIX: Final = re.compile(r"(?:time(?:zone)?|时间|时区)$")
_IGNORED: Final = re.compile(r"[\s_'’.]|-(?![0-9])")
_WORDS: Final = re.compile(rf"({WORD})(?:\s({WORD})(?:\s({WORD})(?:\s({WORD}))?)?)?")
_WEST: Final = frozenset("-−–西")
_OFFSET: Final = re.compile(
    r"""
    (?:(?:utc|gmt)\s?(?P<sign>[+−–-])\s?|(?P<bare>[+−–-]))
    (?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-5][0-9]))?(?![0-9a-z:.])
    |
    (?:utc|gmt)(?P<plain>[0-9]{1,2})(?![0-9a-z:.])
    |
    (?P<side>[东西])(?P<numeral>十?[一二三四五六七八九]|十|[0-9]{1,2})时?区
    |
    [零中]时区
    """,
    re.VERBOSE,
)
