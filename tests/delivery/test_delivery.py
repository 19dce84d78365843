"""The delivery as a whole: what is due arrives once, at its minute, and a stop loses nothing."""

import asyncio
from datetime import time, timedelta

from bot.core.errors import Unavailable, Unknown
from bot.core.model import Chat, ChatKind, DeliveryKind, DeliveryState, Reveal
from bot.core.ports import State
from bot.delivery.outcomes import outcome_of
from bot.delivery.upkeep import Chore
from tests.fakes.delivery_world import World, daily_plan
from tests.fakes.recording_messenger import Fault
from tests.fakes.virtual_loop import virtually


@virtually
async def test_a_question_arrives_at_its_minute_and_once(world: World) -> None:
    await world.subscribe("ann", at=time(1, 5))
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 4)
        before = list(world.messenger.arrivals)
        await world.pass_minutes(delivery, 10)

        assert before == []
        assert world.messenger.texts == {"ann": 1}
        assert delivery.health().state is State.OK
    assert [row.state for row in world.rows("ann")] == [DeliveryState.SENT]


@virtually
async def test_what_fell_due_before_the_start_is_sent_at_once(world: World) -> None:
    await world.subscribe("ann", at=time(1, 5))
    await world.until(world.clock.now() + timedelta(hours=2))

    async with world.running():
        await asyncio.sleep(1)

    assert world.messenger.texts == {"ann": 1}


@virtually
async def test_a_tick_that_is_asked_for_during_another_comes_after_it(world: World) -> None:
    await world.subscribe("ann", at=time(1, 1))
    async with world.running() as delivery:
        await asyncio.sleep(50)
        world.store.planning_takes = 70.0
        delivery.tick()
        await asyncio.sleep(15)
        world.store.planning_takes = 0.0
        delivery.tick()
        await asyncio.sleep(56)

        assert world.messenger.texts == {"ann": 1}


@virtually
async def test_many_more_chats_than_may_be_under_way_all_get_theirs(world: World) -> None:
    await world.subscribe(*(f"c{n}" for n in range(600)), at=time(1, 1))
    world.messenger.latency = 0.3
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 3)

    assert set(world.messenger.texts.values()) == {1}
    assert len(world.messenger.texts) == 600
    assert 64 <= world.messenger.most_under_way <= 256


@virtually
async def test_due_first_is_sent_first(world: World) -> None:
    await world.subscribe("later", at=time(1, 7))
    await world.subscribe("sooner", at=time(1, 3))
    await world.until(world.clock.now() + timedelta(minutes=20))

    async with world.running():
        await asyncio.sleep(1)

    assert list(world.messenger.texts) == ["sooner", "later"]


@virtually
async def test_an_answer_follows_its_question_hours_later(world: World) -> None:
    await world.subscribe("ann", plan=daily_plan(time(1, 5), reveal=Reveal.TIMED, reveal_after=3))
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 180)
        assert len(world.messenger.arrivals) == 1
        await world.pass_minutes(delivery, 10)

    question, answer = world.messenger.arrivals
    assert answer.post.reply_to == question.message
    assert answer.at - question.at - 3 * 3600 < 2
    assert [row.kind for row in world.rows("ann")] == [DeliveryKind.QUESTION, DeliveryKind.ANSWER]


@virtually
async def test_nothing_is_claimed_while_the_platform_is_not_connected(world: World) -> None:
    await world.subscribe("ann", at=time(1, 5))
    world.messenger.connected = False
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 10)
        waiting = [row.attempts for row in world.rows("ann")]
        health = delivery.health()
        queued = world.metric("qianmian_queue_depth", platform="telegram")
        world.messenger.connected = True
        await asyncio.sleep(2)

        assert delivery.health().state is State.OK
    assert waiting == [0]
    assert (health.state, health.why) == (State.DEGRADED, "telegram is not connected")
    assert queued == 1
    assert world.messenger.texts == {"ann": 1}


@virtually
async def test_a_stop_finishes_what_is_being_sent_and_leaves_the_rest_queued(world: World) -> None:
    await world.subscribe(*(f"c{n}" for n in range(400)), at=time(1, 1))
    world.messenger.latency = 3
    loop = asyncio.get_running_loop()
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 1)
        under_way = world.messenger.under_way
        stopped = loop.time()
    took = loop.time() - stopped

    states = [row.state for row in world.store.deliveries.values()]
    assert states.count(DeliveryState.SENT) == len(world.messenger.arrivals) == under_way == 64
    assert states.count(DeliveryState.QUEUED) == 336
    assert took < 4


@virtually
async def test_a_stop_cuts_what_takes_too_long_and_it_is_sent_again_once(world: World) -> None:
    await world.subscribe("ann", "ben", at=time(1, 1))
    world.messenger.fail("ann", Fault(error=None, arrives=True))
    loop = asyncio.get_running_loop()
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 1)
        stopped = loop.time()
    took = loop.time() - stopped
    (row,) = world.rows("ann")

    world.messenger.fail("ann", Fault(error=None, arrives=True))
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 3)

    assert 8 <= took < 10
    assert (row.state, row.reason) == (DeliveryState.RETRY, "unknown-outcome")
    assert world.messenger.texts == {"ann": 2, "ben": 1}
    (row,) = world.rows("ann")
    assert (row.state, row.reason) == (DeliveryState.FAILED, "unknown-outcome")


@virtually
async def test_what_a_crash_left_under_way_is_sent_when_its_lease_ends(world: World) -> None:
    await world.subscribe("ann", at=time(1, 1))
    await world.until(world.clock.now() + timedelta(minutes=2))
    daily = await world.daily()
    now = world.clock.now()
    await world.store.plan_due(now=now, limit=9, decide=daily.decide(now))
    await world.store.claim(world.messenger.platform, now=now, lease_until=now + timedelta(minutes=3), limit=9)

    async with world.running():
        await asyncio.sleep(170)
        early = list(world.messenger.arrivals)
        await asyncio.sleep(20)

    assert early == []
    assert world.messenger.texts == {"ann": 1}


@virtually
async def test_a_crash_after_an_earlier_retry_is_known_to_have_left_it_open(world: World) -> None:
    """The first was refused, the second was under way in a crash: with an unknown third, nothing is sent once more."""
    await world.subscribe("ann", at=time(1, 1))
    await world.until(world.clock.now() + timedelta(minutes=2))
    daily, now = await world.daily(), world.clock.now()
    await world.store.plan_due(now=now, limit=9, decide=daily.decide(now))
    for refused in (True, False):
        (claimed,) = await world.store.claim(
            world.messenger.platform, now=now, lease_until=now + timedelta(minutes=3), limit=9
        )
        if refused:
            await world.store.settle([outcome_of(Unavailable("502"), claimed, now=now - timedelta(minutes=1))])
    world.messenger.fail("ann", *[Fault(error=Unknown("connection reset"), arrives=True)] * 5)

    async with world.running() as delivery:
        await world.pass_minutes(delivery, 10)

    (arrival,) = world.messenger.arrivals
    assert arrival.post.repeated
    (row,) = world.rows("ann")
    assert (row.state, row.reason) == (DeliveryState.FAILED, "unknown-outcome")


@virtually
async def test_who_unsubscribes_while_an_attempt_is_under_way_gets_nothing_more(world: World) -> None:
    await world.subscribe("ann", at=time(1, 1))
    world.messenger.latency = 5
    world.messenger.fail("ann", Unavailable("502"))
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 1)
        assert world.messenger.under_way == 1
        (ref,) = world.store.subscriptions
        await world.store.end_subscription(ref, because="asked", at=world.clock.now())
        await world.pass_minutes(delivery, 5)

    assert world.messenger.arrivals == []
    (row,) = world.rows("ann")
    assert (row.state, row.reason) == (DeliveryState.FAILED, "asked")


@virtually
async def test_a_group_is_told_from_a_private_chat(world: World) -> None:
    await world.subscribe("team", at=time(1, 1))
    (ref,) = world.store.chats
    await world.store.see_chat(Chat(ref=ref, kind=ChatKind.GROUP), at=world.clock.now())
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 2)

    assert world.messenger.texts == {"team": 1}


@virtually
async def test_upkeep_runs_in_the_night_and_one_failure_does_not_stop_the_next(world: World) -> None:
    done: list[str] = []

    async def broken() -> None:
        done.append("broken")
        raise OSError("disk full")

    async def whole() -> None:
        done.append("whole")

    world.nightly = [Chore(notice="notice-upkeep", work=work) for work in (broken, whole)]
    async with world.running() as delivery:
        await delivery._on_night()
        await asyncio.sleep(1)

    assert done == ["broken", "whole"]
    assert len(world.told) == 1
    assert "disk full" in world.told[0]


@virtually
async def test_upkeep_that_is_running_does_not_hold_up_the_stop(world: World) -> None:
    ended: list[str] = []

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    world.nightly = [Chore(notice="notice-upkeep", work=endless)]
    async with world.running() as delivery:
        await delivery._on_night()
        await asyncio.sleep(1)

    assert ended == ["cancelled"]


@virtually
async def test_the_scheduler_ticks_on_minutes_and_keeps_house_in_the_night(world: World) -> None:
    async with world.running() as delivery:
        scheduler = delivery._scheduler()
        scheduler.start(paused=True)
        jobs = {job.id: job for job in scheduler.get_jobs()}
        scheduler.shutdown(wait=False)

    assert jobs["tick"].next_run_time.second == 0
    assert (jobs["night"].next_run_time.hour, jobs["night"].next_run_time.minute) == (3, 30)
    assert all(job.misfire_grace_time is None and job.coalesce and job.max_instances == 1 for job in jobs.values())


@virtually
async def test_before_the_start_and_after_the_stop_it_is_down(world: World) -> None:
    async with world.running() as delivery:
        pass

    assert delivery.health().state is State.DOWN


@virtually
async def test_what_happens_is_counted(world: World) -> None:
    await world.subscribe("ann", "ben", at=time(1, 1))
    world.messenger.fail("ben", Fault(error=ValueError("odd")))
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 1)

    assert world.metric("qianmian_deliveries_total", platform="telegram", state="sent", reason="") == 1
    assert world.metric("qianmian_deliveries_total", platform="telegram", state="retry", reason="unknown-outcome") == 1
    assert world.metric("qianmian_delivery_lateness_seconds_count", platform="telegram") == 1
    assert world.metric("qianmian_planned_total") == 2
    assert world.metric("qianmian_tick_seconds_count") >= 1
    assert world.metric("qianmian_last_tick_timestamp_seconds") > 0
