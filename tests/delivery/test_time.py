"""Time that jumps, stands still or is redefined: every promised slot is dealt with once."""

import asyncio
from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from zoneinfo import available_timezones

import pytest

from bot.core import schedule
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


@virtually
async def test_a_zone_that_is_redefined_keeps_every_local_date_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two runs the zone data move Shanghai by an hour: yesterday's slots stay done, tomorrow's move."""
    await world.subscribe("ann", at=time(9, 30), zone="Asia/Shanghai")
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 60)
    assert world.messenger.texts == {"ann": 1}

    monkeypatch.setattr(schedule, "open_zone", lambda _name: open_zone("UTC+07:00"))
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 60 * 24 * 3 + 60)

    slots = [row.slot for row in world.rows("ann")]
    assert slots == [f"2026-11-{day}T09:30" for day in (24, 25, 26, 27)]
    assert [row.sent_at.strftime("%H:%M") for row in world.rows("ann") if row.sent_at] == [
        "01:30",
        "01:30",
        "02:30",
        "02:30",
    ]
