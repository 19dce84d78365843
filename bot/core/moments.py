"""Instants, days and plans in words, in the reader's zone and language."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache

from bot.core.model import EVERY_DAY, Language, Plan
from bot.core.places import places
from bot.core.ports import Bank
from bot.core.requests import Voice
from bot.core.schedule import open_zone

WEEKDAYS_ONLY = frozenset(range(5))
DAY = 86400  # seconds
WEEKEND = frozenset({5, 6})


def moment(voice: Voice, instant: datetime, *, zone: str, now: datetime) -> str:
    """An instant as people say it: `tomorrow, 09:00`, or the date when it is further away."""
    there = open_zone(zone)
    local, today = instant.astimezone(there), now.astimezone(there).date()
    days = (local.date() - today).days
    clock = f"{local:%H:%M}"
    if abs(days) <= 1:
        return voice({-1: "moment-yesterday", 0: "moment-today", 1: "moment-tomorrow"}[days], time=clock)
    day = voice(f"weekday-{local.weekday()}")
    return voice("moment-date", date=f"{local:%Y-%m-%d}", weekday=day, time=clock)


def duration(voice: Voice, span: timedelta) -> str:
    """A length of time in its largest sensible unit."""
    seconds = int(abs(span).total_seconds())
    if seconds < 60:  # noqa: PLR2004  # a minute
        return voice("duration-seconds", n=seconds)
    if seconds < 5400 and seconds % 3600:  # noqa: PLR2004  # up to an hour and a half reads better as minutes
        return voice("duration-minutes", n=round(seconds / 60))
    if seconds < DAY and (minutes := seconds % 3600 // 60):
        return voice("duration-hours-minutes", hours=seconds // 3600, minutes=minutes)
    if seconds < 2 * DAY:
        return voice("duration-hours", n=round(seconds / 3600))
    return voice("duration-days", n=round(seconds / DAY))


def days_of(voice: Voice, weekdays: frozenset[int]) -> str:
    """Weekdays in words: `every day`, `Mon, Wed`."""
    named = {EVERY_DAY: "days-every", WEEKDAYS_ONLY: "days-work", WEEKEND: "days-weekend"}
    if weekdays in named:
        return voice(named[weekdays])
    return voice("list-comma").join(voice(f"weekday-{day}") for day in sorted(weekdays))


def times_of(voice: Voice, plan: Plan) -> str:
    """The times of day: `09:00, 21:30`."""
    return voice("list-comma").join(f"{at:%H:%M}" for at in plan.timetable.times)


def topics_of(voice: Voice, plan: Plan, bank: Bank) -> str:
    """The plan's topics, or that it has all of them; topics that are gone are left out."""
    if not plan.topics:
        return voice("topics-all")
    titles = {topic.slug: topic.title(voice.language) for group in bank.groups for topic in group.topics}
    return voice("list-comma").join(titles[slug] for slug in plan.topics if slug in titles) or "–"


def difficulties_of(voice: Voice, plan: Plan) -> str:
    """The plan's difficulties, or that it has all of them."""
    if not plan.difficulties:
        return voice("difficulties-all")
    return voice("list-comma").join(voice(f"difficulty-{level}") for level in plan.difficulties)


def zone_name(zone: str, language: Language) -> str:
    """A zone as people read it: `Asia/Shanghai` or `北京 (Asia/Shanghai)`, and `UTC+8` for `Etc/GMT-8`."""
    if zone.startswith("Etc/GMT") and zone[7:8] in {"+", "-"}:
        sign = "-" if zone[7] == "+" else "+"  # POSIX counts westward, people eastward
        return f"UTC{sign}{zone[8:]}"
    city = _chinese_names().get(zone) if language is Language.ZH else None
    return zone.replace("_", " ") if city is None else f"{city} ({zone})"


@cache
def _chinese_names() -> Mapping[str, str]:
    names: dict[str, str] = {}
    for place in places():
        names.setdefault(place.zone, place.zh)
    return names


def local_date(instant: datetime, zone: str) -> str:
    """The date an instant falls on in a zone, `2026-11-24`."""
    return f"{instant.astimezone(open_zone(zone)):%Y-%m-%d}"
