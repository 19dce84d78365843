"""Slots: one for each local date and time, on one instant, in every zone, whatever its clocks do."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import Mistake
from bot.core.schedule import (
    ClockChange,
    Slot,
    Timetable,
    UnknownZone,
    coming_clock_change,
    next_slot,
    open_zone,
    slots_between,
)

ZONES = sorted(available_timezones())
FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2040, 12, 31, tzinfo=UTC)
EVERY_DAY = frozenset(range(7))
MINUTE = timedelta(minutes=1)


def plan(*times: str, zone: str, weekdays: frozenset[int] = EVERY_DAY) -> Timetable:
    return Timetable(times=tuple(map(time.fromisoformat, times)), weekdays=weekdays, zone=zone)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(zone: str, instant: datetime) -> datetime:
    """What the clocks of a zone show."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


@cache
def changes(zone: str) -> tuple[datetime, ...]:
    """Every change of a zone's clocks from 2000 to 2040, found by looking every tenth day."""
    return tuple(_changes(zone))


def _changes(zone: str) -> Iterator[datetime]:
    clock, step = ZoneInfo(zone), timedelta(days=10)
    instant, before = FIRST, FIRST.astimezone(clock).utcoffset()
    while instant < LAST:
        after = (instant + step).astimezone(clock).utcoffset()
        if after != before:
            low, high = instant, instant + step
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                if middle.astimezone(clock).utcoffset() == before:
                    low = middle
                else:
                    high = middle
            yield high.replace(microsecond=0)
        instant, before = instant + step, after


def due(zone: str, local: datetime) -> datetime:
    """When the slot of a local date and time is due, as the schedule says."""
    timetable = plan(f"{local:%H:%M}", zone=zone)
    slots = slots_between(timetable, local.replace(tzinfo=UTC) - timedelta(days=3), LAST + timedelta(days=9))
    return next(slot.due_at for slot in slots if slot.key == f"{local:%Y-%m-%dT%H:%M}")


def due_by_looking(zone: str, local: datetime) -> datetime:
    """The same, by looking at the clock every minute: the first time it shows `local`, or has jumped over it."""
    start = local.replace(tzinfo=UTC) - timedelta(hours=27)
    minutes = [start + n * MINUTE for n in range(54 * 60)]
    shown = [wall(zone, minute) for minute in minutes]
    if local in shown:
        return minutes[shown.index(local)]
    return next(minute for minute, (a, b) in zip(minutes[1:], pairwise(shown), strict=True) if a < local < b)


@st.composite
def local_times(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone with a local date and time in it, every other one within a day of a change of its clocks."""
    zone = draw(st.sampled_from(ZONES))
    near_a_change: bool = draw(st.booleans())
    if changes(zone) and near_a_change:
        near = wall(zone, draw(st.sampled_from(changes(zone))))
        local = near + draw(st.integers(-26 * 60, 26 * 60)) * MINUTE
    else:
        local = draw(st.datetimes(datetime(2000, 1, 1), datetime(2040, 12, 30)))  # noqa: DTZ001  # a local time
    return zone, local.replace(second=0, microsecond=0, fold=0)


whole_minutes = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@given(local_times())
def test_a_slot_is_due_when_the_clock_first_shows_its_time_or_has_jumped_over_it(
    where_and_when: tuple[str, datetime],
) -> None:
    zone, local = where_and_when

    assert due(zone, local) == due_by_looking(zone, local)


def test_in_every_gap_of_every_zone_skipped_times_are_due_at_its_end() -> None:
    gaps = 0
    for zone in ZONES:
        for at in changes(zone):
            skipped, resumed = wall(zone, at - MINUTE) + MINUTE, wall(zone, at)
            if skipped < resumed:
                gaps += 1
                middle = (skipped + (resumed - skipped) / 2).replace(second=0)
                assert {due(zone, local) for local in (skipped, middle, resumed - MINUTE, resumed)} == {at}
                assert due(zone, skipped - MINUTE) == at - MINUTE

    assert gaps > 5_000


def test_in_every_overlap_of_every_zone_repeated_times_are_due_the_first_time() -> None:
    overlaps = 0
    for zone in ZONES:
        for at in changes(zone):
            ended, repeated = wall(zone, at - MINUTE) + MINUTE, wall(zone, at)
            if repeated < ended:
                overlaps += 1
                assert due(zone, repeated) == at - (ended - repeated)
                assert due(zone, ended - MINUTE) == at - MINUTE
                assert due(zone, ended) == at + (ended - repeated)

    assert overlaps > 5_000


@given(local_times(), st.sets(whole_minutes, min_size=1, max_size=4), st.sets(st.integers(0, 6), min_size=1))
def test_following_slots_leaves_out_none_and_repeats_none(
    where_and_when: tuple[str, datetime], times: set[time], weekdays: set[int]
) -> None:
    zone, local = where_and_when
    timetable = Timetable(times=tuple(sorted(times)), weekdays=frozenset(weekdays), zone=zone)
    days = [local.date() + timedelta(days=n) for n in range(-1, 9)]
    wanted = [datetime.combine(day, at) for day in days if day.weekday() in weekdays for at in timetable.times]

    slots = list(islice(_following(timetable, days[0]), len(wanted)))

    assert [slot.key for slot in slots] == [f"{at:%Y-%m-%dT%H:%M}" for at in wanted]
    assert all(earlier < later for earlier, later in pairwise(slots))
    assert all(earlier.due_at <= later.due_at for earlier, later in pairwise(slots))


def _following(timetable: Timetable, day: date) -> Iterator[Slot]:
    midnight = f"{day - timedelta(days=1)}T23:59"
    slot = next_slot(timetable, Slot(due_at=due(timetable.zone, datetime.fromisoformat(midnight)), key=midnight))
    while slot is not None:
        yield slot
        slot = next_slot(timetable, slot)


@given(local_times(), st.timedeltas(timedelta(0), timedelta(days=3)))
def test_slots_between_two_instants_are_those_that_follow_the_first_up_to_the_second(
    where_and_when: tuple[str, datetime], length: timedelta
) -> None:
    zone, local = where_and_when
    timetable = plan("00:00", "02:30", "09:00", "23:59", zone=zone)
    start = local.replace(tzinfo=UTC)
    everything = slots_between(timetable, start - timedelta(days=3), start + timedelta(days=9))

    assert list(slots_between(timetable, start, start + length)) == [
        slot for slot in everything if start < slot.due_at <= start + length
    ]


@given(local_times())
def test_after_an_instant_comes_the_first_slot_due_later(where_and_when: tuple[str, datetime]) -> None:
    zone, local = where_and_when
    timetable = plan("00:00", "02:30", "09:00", "23:59", zone=zone)
    instant = due(zone, local)

    slot = next_slot(timetable, instant)

    assert slot is not None
    assert [slot] == list(slots_between(timetable, instant, slot.due_at))[:1]
    assert slot.due_at > instant


def test_a_skipped_day_is_due_whole_at_its_end() -> None:
    timetable = plan("09:00", "21:00", zone="Pacific/Apia")

    slots = list(slots_between(timetable, utc("2011-12-30T08:00"), utc("2011-12-30T20:00")))

    assert [(slot.key, slot.due_at) for slot in slots] == [
        ("2011-12-30T09:00", utc("2011-12-30T10:00")),
        ("2011-12-30T21:00", utc("2011-12-30T10:00")),
        ("2011-12-31T09:00", utc("2011-12-30T19:00")),
    ]


def test_of_two_slots_on_one_instant_each_is_next_after_the_one_before() -> None:
    timetable = plan("02:00", "02:30", "09:00", zone="America/New_York")
    spring = utc("2026-03-08T07:00")

    first = next_slot(timetable, spring - MINUTE)
    assert first == Slot(due_at=spring, key="2026-03-08T02:00")
    second = next_slot(timetable, first)
    assert second == Slot(due_at=spring, key="2026-03-08T02:30")
    assert next_slot(timetable, second) == Slot(due_at=utc("2026-03-08T13:00"), key="2026-03-08T09:00")
    assert next_slot(timetable, spring) == Slot(due_at=utc("2026-03-08T13:00"), key="2026-03-08T09:00")


def test_a_time_that_exists_twice_is_due_365_times_a_year() -> None:
    timetable = plan("01:30", zone="America/New_York")

    slots = list(slots_between(timetable, utc("2026-01-01T00:00"), utc("2027-01-01T00:00")))

    assert len(slots) == len({slot.key for slot in slots}) == 365
    assert Slot(due_at=utc("2026-11-01T05:30"), key="2026-11-01T01:30") in slots


def test_only_the_days_of_the_timetable_have_slots() -> None:
    timetable = plan("09:00", zone="Asia/Shanghai", weekdays=frozenset({0, 4}))

    slots = list(slots_between(timetable, utc("2026-11-24T00:00"), utc("2026-12-05T00:00")))

    assert [slot.key for slot in slots] == ["2026-11-27T09:00", "2026-11-30T09:00", "2026-12-04T09:00"]


@pytest.mark.parametrize(
    "timetable",
    [plan(zone="UTC"), plan("09:00", zone="UTC", weekdays=frozenset())],
    ids=["no times", "no days"],
)
def test_an_empty_timetable_has_no_slots(timetable: Timetable) -> None:
    assert next_slot(timetable, FIRST) is None
    assert next_slot(timetable, Slot(due_at=FIRST, key="2000-01-01T00:00")) is None
    assert list(slots_between(timetable, FIRST, LAST)) == []


@pytest.mark.parametrize("was", ["2026-11-24T00:00", "2026-11-24T02:00"], ids=["was earlier", "was later"])
def test_zone_data_that_moves_a_slot_neither_repeats_it_nor_leaves_out_the_next(was: str) -> None:
    timetable = plan("09:00", "09:30", zone="Asia/Shanghai")

    slot = next_slot(timetable, Slot(due_at=utc(was), key="2026-11-24T09:00"))

    assert slot == Slot(due_at=utc("2026-11-24T01:30"), key="2026-11-24T09:30")


def test_a_fixed_offset_is_a_zone() -> None:
    def first(zone: str) -> datetime:
        slot = next_slot(plan("09:00", zone=zone), utc("2026-11-24T00:00"))
        assert slot is not None
        return slot.due_at

    assert first("UTC+05:30") == utc("2026-11-24T03:30")
    assert first("UTC-03:30") == utc("2026-11-24T12:30")
    assert first("Etc/GMT-8") == utc("2026-11-24T01:00")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Asia/Shangai",
        "北京",
        "America",
        "../../etc/passwd",
        "/etc/passwd",
        "tzdata.zi",
        "UTC+15:00",
        "UTC+05:60",
        "UTC+٠٥:30",
        "a\0b",
        "\ud800",
        "x" * 1_000_000,
    ],
    ids=repr,
)
def test_an_unknown_zone_is_a_mistake_that_names_it(name: str) -> None:
    timetable = plan("09:00", zone=name)

    for use in (
        lambda: next_slot(timetable, FIRST),
        lambda: slots_between(timetable, FIRST, LAST),
        lambda: coming_clock_change(name, FIRST, timedelta(days=1)),
    ):
        with pytest.raises(UnknownZone) as caught:
            use()
        assert isinstance(caught.value, Mistake)
        assert caught.value.key == "zone-unknown"
        assert caught.value.values == {"word": name[:40], "example": "Asia/Shanghai", "near": "none"}


def test_every_zone_opens_and_stays_open() -> None:
    for name in ZONES:
        assert open_zone(name) is open_zone(name)


@pytest.mark.parametrize(
    "instant",
    [datetime(2026, 11, 24), datetime(2026, 11, 24, tzinfo=timezone(timedelta(hours=8)))],  # noqa: DTZ001
)
def test_an_instant_that_is_not_utc_is_refused(instant: datetime) -> None:
    timetable = plan("09:00", zone="UTC")

    with pytest.raises(ValueError, match="not aware UTC"):
        next_slot(timetable, instant)
    with pytest.raises(ValueError, match="not aware UTC"):
        slots_between(timetable, instant, LAST)
    with pytest.raises(ValueError, match="not aware UTC"):
        slots_between(timetable, FIRST, instant)
    with pytest.raises(ValueError, match="not aware UTC"):
        coming_clock_change("UTC", instant, timedelta(days=1))
    with pytest.raises(ValueError, match="not aware UTC"):
        Slot(due_at=instant, key="2026-11-24T00:00")


@pytest.mark.parametrize(
    "times",
    [
        (time(9), time(8)),
        (time(9), time(9)),
        (time(9, 0, 1),),
        (time(9, 0, 0, 1),),
        (time(9, tzinfo=UTC),),
        (time(9, fold=1),),
    ],
)
def test_times_are_naive_whole_minutes_in_order(times: tuple[time, ...]) -> None:
    with pytest.raises(ValueError, match="times must be"):
        Timetable(times=times, weekdays=EVERY_DAY, zone="UTC")


@pytest.mark.parametrize("day", [-1, 7])
def test_a_week_has_seven_days(day: int) -> None:
    with pytest.raises(ValueError, match="weekdays go from 0 to 6"):
        Timetable(times=(), weekdays=frozenset({day}), zone="UTC")


SPRING = ClockChange(at=utc("2026-03-08T07:00"), before=timedelta(hours=-5), after=timedelta(hours=-4))


def test_a_coming_clock_change_says_when_and_how_far() -> None:
    assert coming_clock_change("America/New_York", utc("2026-03-01T00:00"), timedelta(days=14)) == SPRING
    assert SPRING.shift == timedelta(hours=1)
    autumn = coming_clock_change("America/New_York", utc("2026-10-25T12:34:56.789"), timedelta(days=14))
    assert autumn is not None
    assert (autumn.at, autumn.shift) == (utc("2026-11-01T06:00"), timedelta(hours=-1))


def test_a_clock_change_is_coming_until_it_is_there() -> None:
    second = timedelta(seconds=1)

    assert coming_clock_change("America/New_York", SPRING.at - second, second) == SPRING
    assert coming_clock_change("America/New_York", SPRING.at - second / 2, second) == SPRING
    assert coming_clock_change("America/New_York", SPRING.at - second, timedelta(0)) is None
    assert coming_clock_change("America/New_York", SPRING.at - timedelta(days=2), timedelta(days=2) - second) is None
    assert coming_clock_change("America/New_York", SPRING.at, timedelta(days=14)) is None


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "UTC", "UTC+05:30", "Etc/GMT-8"])
def test_some_clocks_never_change(zone: str) -> None:
    assert coming_clock_change(zone, utc("2026-01-01T00:00"), timedelta(days=800)) is None


@given(st.sampled_from(ZONES), st.datetimes(datetime(2000, 1, 1), datetime(2040, 6, 1)))  # noqa: DTZ001  # made UTC
def test_the_first_coming_change_is_the_one_that_looking_finds(zone: str, when: datetime) -> None:
    instant, within = when.replace(tzinfo=UTC), timedelta(days=200)
    found = next((at for at in changes(zone) if instant < at <= instant + within), None)

    change = coming_clock_change(zone, instant, within)

    assert (change and change.at) == found
