"""Time that jumps, stands still or is redefined: every promised slot is dealt with once."""

import asyncio
import zoneinfo
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from importlib import resources
from pathlib import Path
from zoneinfo import available_timezones

import pytest

from bot.core.errors import StoreError
from bot.core.model import DeliveryState
from bot.core.ports import State
from bot.core.schedule import Timetable, open_zone
from tests.fakes.delivery_world import World, daily_plan
from tests.fakes.virtual_loop import virtually


async def suspend(world: World, span: timedelta) -> None:
    """The machine sleeps: the wall clock goes on, the loop's does not."""
    world.clock.step(span)
    await asyncio.sleep(0)


@pytest.mark.parametrize("span", [timedelta(minutes=1), timedelta(hours=2)])
def test_a_short_sleep_delays_the_question_and_no_more(world: World, span: timedelta) -> None:
    @virtually
    async def scenario() -> None:
        await world.subscribe("ann", at=time(1, 5))
        async with world.running() as delivery:
            await world.pass_minutes(delivery, 4)
            await suspend(world, span)
            await world.pass_minutes(delivery, 2)

    scenario()
    assert [row.state for row in world.rows("ann")] == [DeliveryState.SENT]


@virtually
async def test_three_days_of_sleep_bring_one_question_and_record_the_missed_ones(world: World) -> None:
    await world.subscribe("ann", at=time(1, 5))
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 4)
        await suspend(world, timedelta(days=3))
        await world.pass_minutes(delivery, 2)

    rows = world.rows("ann")
    assert [(row.state, row.reason) for row in rows] == [(DeliveryState.MISSED, "late")] * 3 + [
        (DeliveryState.SENT, "")
    ]
    assert len({row.slot for row in rows}) == 4
    assert world.messenger.texts == {"ann": 1}


@virtually
async def test_what_slept_in_the_queue_for_days_is_not_sent_any_more(world: World) -> None:
    await world.subscribe("ann", at=time(1, 5))
    world.messenger.connected = False
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 6)
        await suspend(world, timedelta(days=3))
        world.messenger.connected = True
        await world.pass_minutes(delivery, 2)

    assert [row.reason for row in world.rows("ann")] == ["late", "late", "late", ""]
    assert world.messenger.texts == {"ann": 1}


@virtually
async def test_sleep_in_the_middle_of_a_send_brings_no_second_message(world: World) -> None:
    await world.subscribe("ann", at=time(1, 5))
    world.messenger.latency = 5
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 5)
        assert world.messenger.under_way == 1
        await suspend(world, timedelta(hours=2))
        delivery.wake()
        await world.pass_minutes(delivery, 10)

    assert world.messenger.texts == {"ann": 1}
    assert [row.state for row in world.rows("ann")] == [DeliveryState.SENT]


@virtually
async def test_a_clock_set_back_brings_no_second_question(world: World) -> None:
    await world.subscribe("ann", at=time(1, 5))
    await world.subscribe("ben", at=time(1, 30))
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 6)
        world.clock.step(timedelta(hours=-1))
        await world.pass_minutes(delivery, 120)

    assert world.messenger.texts == {"ann": 1, "ben": 1}
    assert [row.sent_at.strftime("%H:%M") for row in world.rows("ben") if row.sent_at] == ["01:30"]


@virtually
async def test_a_clock_set_forward_brings_what_was_skipped(world: World) -> None:
    await world.subscribe("ann", at=time(1, 5))
    await world.subscribe("ben", at=time(2, 30))
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 1)
        world.clock.step(timedelta(hours=1))
        await world.pass_minutes(delivery, 1)
        early = dict(world.messenger.texts)
        await world.pass_minutes(delivery, 40)

    assert early == {"ann": 1}
    assert world.messenger.texts == {"ann": 1, "ben": 1}


@virtually
async def test_ticks_go_on_without_the_scheduler(world: World) -> None:
    await world.subscribe("ann", at=time(1, 5))
    async with world.running() as delivery:
        await asyncio.sleep(7 * 60)

        assert delivery.health().state is State.OK
    assert world.messenger.texts == {"ann": 1}


# What a wrong implementation would do differently, drawn from all over the world: half hours, quarter hours, changes at
# midnight, across the date line, half-hour summer time, and none at all.
ZONES = (
    "UTC",
    "UTC+05:30",
    "UTC-11:00",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Africa/Johannesburg",
    "America/Adak",
    "America/Anchorage",
    "America/Argentina/Buenos_Aires",
    "America/Asuncion",
    "America/Bogota",
    "America/Chicago",
    "America/Denver",
    "America/Halifax",
    "America/Havana",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/New_York",
    "America/Nuuk",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Hong_Kong",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Tehran",
    "Asia/Tokyo",
    "Atlantic/Azores",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/Dublin",
    "Europe/London",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
)
SHAPES = (
    ((time(9),), range(7)),
    ((time(0), time(2, 30), time(23, 59)), range(7)),
    ((time(1, 30), time(2), time(3)), (0, 6)),
    ((time(12, 45),), (4,)),
)
YEAR = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def promised(timetable: Timetable) -> set[str]:
    """The slots of a year by the calendar alone: each local date and time whose instant lies in the year."""
    zone, keys = open_zone(timetable.zone), set()
    day = YEAR[0].date() - timedelta(days=2)
    while day < YEAR[1].date() + timedelta(days=2):
        for at in timetable.times:
            local = datetime.combine(day, at)
            # A time in a gap is read with the offset before it, and the plan runs it at the gap's end, at most so late.
            first = local.replace(tzinfo=zone).astimezone(UTC)
            if day.weekday() in timetable.weekdays and YEAR[0] < first <= YEAR[1]:
                keys.add(local.isoformat(timespec="minutes"))
        day += timedelta(days=1)
    return keys


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_of_minutes_gives_exactly_the_promised_slots(zone: str, world: World) -> None:
    """Every minute of the year at which something is due is ticked through the real planning."""
    due_in: defaultdict[str, list[str]] = defaultdict(list)

    @virtually
    async def scenario() -> None:
        daily = await world.daily()
        for n, (times, days) in enumerate(SHAPES):
            plan = daily_plan(zone=zone, times=times, days=days)
            world.clock.step(YEAR[0] - world.clock.now())
            await world.subscribe(f"{zone}/{n}", plan=plan)
        while (now := _next_minute(world)) <= YEAR[1]:
            await world.store.plan_due(now=now, limit=9, decide=daily.decide(now))
            for row in world.store.deliveries.values():
                due_in[row.chat.chat_id].append(row.slot)
                assert row.state is DeliveryState.QUEUED
                assert timedelta() <= now - row.due_at < timedelta(minutes=1)
            world.store.deliveries.clear()

    scenario()
    for n, (times, days) in enumerate(SHAPES):
        timetable = Timetable(times=times, weekdays=frozenset(days), zone=zone)
        slots = due_in[f"{zone}/{n}"]
        assert len(slots) == len(set(slots))
        assert set(slots) == promised(timetable)


def _next_minute(world: World) -> datetime:
    """The next whole minute at which the tick finds anything; all before it find nothing."""
    due = min(s.next_due_at for s in world.store.subscriptions.values() if s.next_due_at is not None)
    return due if due.second == 0 else due.replace(second=0) + timedelta(minutes=1)


def test_the_zones_tried_are_there() -> None:
    assert len(ZONES) >= 40
    assert {zone for zone in ZONES if not zone.startswith("UTC")} <= available_timezones()


@pytest.fixture
def redefine(tmp_path: Path) -> Iterator[Callable[[str, str], None]]:
    """Gives a zone the rules of another, as an update of the zone data does between two runs."""
    before = zoneinfo.TZPATH

    def forget() -> None:
        zoneinfo.ZoneInfo.clear_cache()
        open_zone.cache_clear()

    def rules_of(name: str) -> bytes:
        found = next((Path(folder, name) for folder in before if Path(folder, name).is_file()), None)
        packaged = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
        return packaged.read_bytes() if found is None else found.read_bytes()

    def update(zone: str, to: str) -> None:
        file = tmp_path / zone
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(rules_of(to))
        zoneinfo.reset_tzpath([str(tmp_path), *before])
        forget()

    yield update
    zoneinfo.reset_tzpath(before)
    forget()


Redefine = Callable[[str, str], None]


def sent_at(world: World, chat: str) -> list[str]:
    return [row.sent_at.strftime("%d %H:%M") for row in world.rows(chat) if row.sent_at]


@pytest.mark.parametrize(
    ("zone", "became", "instants"),
    [
        pytest.param(
            "Asia/Shanghai", "Asia/Bangkok", ["24 01:30", "25 02:30", "26 02:30", "27 02:30"], id="an hour later"
        ),
        pytest.param(
            "Asia/Shanghai", "Asia/Tokyo", ["24 01:30", "25 00:30", "26 00:30", "27 00:30"], id="an hour earlier"
        ),
    ],
)
def test_from_the_first_slot_on_a_zone_that_is_redefined_keeps_its_new_time(
    world: World, redefine: Redefine, zone: str, became: str, instants: list[str]
) -> None:
    """Between two runs: yesterday's slot stays done, and every local date has one, by the new rules."""

    @virtually
    async def scenario() -> None:
        await world.subscribe("ann", at=time(9, 30), zone=zone)
        await world.subscribe("ben", at=time(1, 30))
        async with world.running() as delivery:
            await world.pass_minutes(delivery, 60)
        redefine(zone, became)
        async with world.running() as delivery:
            await world.pass_minutes(delivery, 60 * 24 * 3 + 60)

    scenario()
    assert sent_at(world, "ann") == instants
    assert [row.slot for row in world.rows("ann")] == [f"2026-11-{day}T09:30" for day in (24, 25, 26, 27)]
    assert sent_at(world, "ben") == [f"{day} 01:30" for day in (24, 25, 26, 27)]


@virtually
async def test_a_slot_that_new_rules_put_off_is_not_sent_at_its_old_time_on_the_start(
    world: World, redefine: Redefine
) -> None:
    await world.subscribe("ann", at=time(9, 30), zone="Asia/Shanghai")
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 1)
    redefine("Asia/Shanghai", "Asia/Bangkok")
    await world.until(datetime(2026, 11, 24, 2, 0, tzinfo=UTC))
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 20)
        early = sent_at(world, "ann")
        await world.pass_minutes(delivery, 20)

    assert early == []
    assert sent_at(world, "ann") == ["24 02:30"]


@virtually
async def test_zone_data_that_cannot_be_followed_for_the_moment_are_followed_when_they_can(
    world: World, redefine: Redefine
) -> None:
    await world.subscribe("ann", at=time(9, 30), zone="Asia/Shanghai")
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 1)
    redefine("Asia/Shanghai", "Asia/Bangkok")
    world.store.trouble = StoreError("The database is locked.")
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 5)
        world.store.trouble = None
        await world.pass_minutes(delivery, 90)

    assert sent_at(world, "ann") == ["24 02:30"]


@virtually
async def test_a_zone_that_is_no_longer_known_leaves_what_was_foreseen(
    world: World, redefine: Redefine, tmp_path: Path
) -> None:
    redefine("Mars/Olympus", "Asia/Shanghai")
    await world.subscribe("ann", at=time(9, 30), zone="Mars/Olympus")
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 1)
    (tmp_path / "Mars/Olympus").unlink()
    redefine("Asia/Shanghai", "Asia/Bangkok")
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 90)

    assert [(row.slot, row.state) for row in world.rows("ann")] == [("2026-11-24T09:30", DeliveryState.SENT)]
