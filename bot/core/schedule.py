"""When a chat's questions are due: slots of local time, and the instants they fall on.

A timetable names local times on weekdays in a zone. Each such local date and time is one *slot*, and each
slot falls on exactly one instant, whatever the zone's clocks do: a local time that exists twice counts the
first time, one that is skipped falls on the first instant after the gap. Both keep the order of local times,
so slots in order of their keys are also in order of their instants, and two may share one after a gap.

Instants are aware UTC, here and everywhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from itertools import takewhile
from typing import Final
from zoneinfo import ZoneInfo

from bot.core.errors import NOTHING_NEAR, Mistake


class UnknownZone(Mistake):
    """A time zone of this name is not known here: mistyped, or missing from the zone data.

    The sentence `zone-unknown` mentions the name as `word`, an `example`, and in `near` the nearest known name
    or NOTHING_NEAR.
    """

    def __init__(self, word: str, /, *, near: str = NOTHING_NEAR) -> None:
        super().__init__("zone-unknown", word=word[:40], example="Asia/Shanghai", near=near)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """The local times at which a chat wants a question.

    Attributes:
        times: Naive local times on whole minutes, sorted, none twice.
        weekdays: The days they hold on, 0 for Monday to 6 for Sunday.
        zone: An IANA name, or `UTC+05:30`; it is looked up when it is used, see `open_zone`.
    """

    times: tuple[time, ...]
    weekdays: frozenset[int]
    zone: str

    def __post_init__(self) -> None:
        if list(self.times) != sorted(set(self.times)):
            raise ValueError(f"times must be sorted and differ: {self.times}")
        if any(at.tzinfo or at.fold or at.second or at.microsecond for at in self.times):
            raise ValueError(f"times must be naive and on whole minutes: {self.times}")
        if not self.weekdays <= frozenset(range(7)):
            raise ValueError(f"weekdays go from 0 to 6: {sorted(self.weekdays)}")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Slot:
    """One local date and time at which a question is due; ordered by instant, then by key.

    Attributes:
        due_at: The instant it falls on, aware UTC.
        key: The local date and time, `2026-11-24T09:00`; unique within a chat.
    """

    due_at: datetime
    key: str

    def __post_init__(self) -> None:
        _require_utc(self.due_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockChange:
    """The moment at which a zone's clocks are moved.

    Attributes:
        at: The first instant of the new time, aware UTC.
        before: The offset from UTC until then.
        after: The offset from UTC from then on.
    """

    at: datetime
    before: timedelta
    after: timedelta

    @property
    def shift(self) -> timedelta:
        """How far the clocks go: forward when positive, back when negative."""
        return self.after - self.before


def next_slot(timetable: Timetable, after: Slot | datetime) -> Slot | None:
    """The first slot after an instant (aware UTC) or after a slot; None when there is never one.

    After an instant means due later than it. After a slot of this timetable means the next local time, which
    may be due at the same instant; so no local time is ever due again, or left out, even if the zone data has
    changed in between. After a change of the plan, pass the instant. Raises UnknownZone.
    """
    zone = open_zone(timetable.zone)
    if isinstance(after, Slot):
        slots = _slots_from(timetable, zone, datetime.fromisoformat(after.key).date())
        return next((slot for slot in slots if slot.key > after.key), None)
    slots = _slots_from(timetable, zone, _require_utc(after).astimezone(zone).date())
    return next((slot for slot in slots if slot.due_at > after), None)


def slot_of(timetable: Timetable, key: str) -> Slot:
    """The slot of a key, as the zone data have it now. Raises UnknownZone."""
    return Slot(due_at=_instant(datetime.fromisoformat(key), open_zone(timetable.zone)), key=key)


def slots_between(timetable: Timetable, start: datetime, end: datetime) -> Iterator[Slot]:
    """The slots due after `start` and not after `end` (aware UTC), in order. Raises UnknownZone."""
    zone = open_zone(timetable.zone)
    _require_utc(end)
    slots = _slots_from(timetable, zone, _require_utc(start).astimezone(zone).date())
    return (slot for slot in takewhile(lambda slot: slot.due_at <= end, slots) if slot.due_at > start)


def coming_clock_change(zone: str, after: datetime, within: timedelta) -> ClockChange | None:
    """The first change of a zone's clocks later than `after` (aware UTC), and at most `within` later.

    Raises UnknownZone.
    """
    clock = open_zone(zone)
    instant, end = _require_utc(after), after + within
    while instant < end:
        later = min(instant + timedelta(days=1), end)
        if _offset(clock, instant) != _offset(clock, later):
            at = _first_change(clock, instant, later)
            return ClockChange(at=at, before=_offset(clock, instant), after=_offset(clock, at))
        instant = later
    return None


@lru_cache(maxsize=1024)
def open_zone(name: str) -> tzinfo:
    """The zone of a name: IANA's, or a fixed offset such as `UTC+05:30`. Raises UnknownZone."""
    if fixed := _FIXED.fullmatch(name):
        sign, hours, minutes = fixed.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-offset if sign == "-" else offset, name)
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        # A name may also be a folder, or a path, or no TZif file: each is as unknown as a missing one.
        raise UnknownZone(name) from error


def _slots_from(timetable: Timetable, zone: tzinfo, day: date) -> Iterator[Slot]:
    """The slots of a local date and all that follow, in order; nothing when the timetable is empty."""
    while timetable.times and timetable.weekdays:
        if day.weekday() in timetable.weekdays:
            for at in timetable.times:
                local = datetime.combine(day, at)
                yield Slot(due_at=_instant(local, zone), key=local.isoformat(timespec="minutes"))
        day += timedelta(days=1)


def _instant(local: datetime, zone: tzinfo) -> datetime:
    """The one instant (aware UTC) of a naive local time: the first, or the end of the gap it lies in.

    In a gap, fold 0 reads the time with the offset of before and lands behind the gap, fold 1 with the offset
    of after and lands ahead of it (PEP 495): the end of the gap lies between the two.
    """
    instant = local.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local:
        return instant
    return _first_change(zone, local.replace(tzinfo=zone, fold=1).astimezone(UTC), instant)


def _first_change(zone: tzinfo, low: datetime, high: datetime) -> datetime:
    """The first instant in (low, high] at which the zone's offset is no longer that of `low`, by halving.

    Offsets change on whole seconds, so the search stays on them.
    """
    before = _offset(zone, low)
    low, high = low.replace(microsecond=0), high.replace(microsecond=0)
    while high - low > _SECOND:
        middle = (low + (high - low) // 2).replace(microsecond=0)
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(zone: tzinfo, instant: datetime) -> timedelta:
    offset = instant.astimezone(zone).utcoffset()
    return timedelta(0) if offset is None else offset


def _require_utc(instant: datetime) -> datetime:
    if instant.tzinfo is not UTC:
        raise ValueError(f"{instant!r} is not aware UTC")
    return instant


_SECOND: Final = timedelta(seconds=1)
_FIXED: Final = re.compile(r"UTC([+-])(0\d|1[0-4]):([0-5]\d)")
