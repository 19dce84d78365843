"""Damage in the middle of a broadcast: each kind costs what it must, is said, and mends itself."""

import asyncio
from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.core.errors import (
    ChatGone,
    ChatMoved,
    NotAllowed,
    RateLimited,
    Rejected,
    StoreError,
    ThreadGone,
    Unavailable,
    Unknown,
)
from bot.core.model import ChatRef, DeliveryState, Platform, QuestionId
from bot.core.ports import Planned, State
from bot.delivery.limits import TELEGRAM
from bot.delivery.pacing import AccountPacer
from tests.fakes.delivery_world import World
from tests.fakes.recording_messenger import Fault, RecordingMessenger
from tests.fakes.virtual_loop import virtually

LOCKED = StoreError("The database is locked by another program. Close that program; the bot tries again by itself.")


def chat(name: str) -> ChatRef:
    return ChatRef(platform=Platform("telegram"), chat_id=name)


async def broadcast(world: World, *, minutes: float = 1) -> None:
    """One tick a minute until all had time to arrive."""
    async with world.running() as delivery:
        await world.pass_minutes(delivery, minutes)


# Chats


@virtually
async def test_gone_chats_cost_one_request_each_and_no_delay_to_the_rest(world: World) -> None:
    names = [f"c{n}" for n in range(200)]
    await world.subscribe(*names, at=time(1, 1))
    world.messenger.pacer = AccountPacer(TELEGRAM)
    gone = names[::3]
    for name in gone:
        world.messenger.fail(name, ChatGone("Forbidden: bot was blocked by the user"))

    await broadcast(world, minutes=2)

    assert all(count == 1 for count in world.messenger.requests.values())
    assert len(world.messenger.arrivals) == 200 - len(gone)
    assert world.messenger.arrivals[-1].at < 60 + 200 / 29
    for name in gone:
        (row,) = world.rows(name)
        assert (row.state, row.reason) == (DeliveryState.FAILED, "blocked")
        subscription = await world.store.subscription(chat(name))
        assert subscription is not None
        assert (subscription.active, subscription.ended_because) == (False, "blocked")


@virtually
async def test_a_chat_that_moved_gets_its_question_at_once_and_is_followed(world: World) -> None:
    await world.subscribe("old", at=time(1, 1))
    world.messenger.fail("old", ChatMoved("group upgraded to a supergroup", new_chat_id="new"))

    await broadcast(world, minutes=60 * 24 + 2)

    assert world.messenger.texts == {"new": 2}
    assert world.messenger.requests["old"] == 1
    assert [row.state for row in world.rows("new")] == [DeliveryState.SENT, DeliveryState.SENT]


@virtually
async def test_a_chat_that_moves_without_end_is_given_up(world: World) -> None:
    await world.subscribe("old", at=time(1, 1))
    world.messenger.fail("old", ChatMoved("moved", new_chat_id="new"))
    world.messenger.fail("new", ChatMoved("moved", new_chat_id="newer"))

    await broadcast(world)

    assert [row.reason for row in world.rows("new")] == ["rejected"]


@virtually
async def test_a_closed_thread_fails_with_its_reason_and_is_told(world: World) -> None:
    await world.subscribe("forum", at=time(1, 1))
    world.messenger.fail("forum", ThreadGone("message thread not found"))

    await broadcast(world)

    assert [row.reason for row in world.rows("forum")] == ["thread-gone"]
    assert len(world.told) == 1
    assert "message thread not found" in world.told[0]


@virtually
@pytest.mark.parametrize("deleted", [False, True])
async def test_a_deleted_thread_ends_its_own_plan_and_a_closed_one_none(world: World, *, deleted: bool) -> None:
    around, thread = chat("forum"), replace(chat("forum"), thread_id="7")
    await world.subscribe(thread, at=time(1, 1))
    await world.subscribe(around, at=time(1, 2))
    world.messenger.fail("forum", ThreadGone("unknown channel", deleted=deleted))

    await broadcast(world)

    ended = {ref: (one.active, one.ended_because) for ref, one in world.store.subscriptions.items()}
    assert ended == {around: (True, ""), thread: (False, "thread-gone") if deleted else (True, "")}


@virtually
async def test_a_missing_right_is_told_once_and_tried_again_every_day(world: World) -> None:
    await world.subscribe("mute", at=time(1, 1))
    world.messenger.fail("mute", *[NotAllowed("not enough rights")] * 2)

    await broadcast(world, minutes=60 * 48 + 2)

    assert [(row.state, row.reason) for row in world.rows("mute")] == [
        (DeliveryState.FAILED, "not-allowed"),
        (DeliveryState.FAILED, "not-allowed"),
        (DeliveryState.SENT, ""),
    ]


@virtually
async def test_many_chats_without_rights_are_one_message_to_the_operators(world: World) -> None:
    await world.subscribe(*(f"c{n}" for n in range(50)), at=time(1, 1))
    for n in range(50):
        world.messenger.fail(f"c{n}", NotAllowed("not enough rights"))

    await broadcast(world)

    assert len(world.told) == 1


@virtually
async def test_a_refused_message_is_our_fault_and_does_not_stop_the_others(world: World) -> None:
    await world.subscribe("odd", "fine", at=time(1, 1))
    world.messenger.fail("odd", Rejected("can't parse entities"))

    await broadcast(world)

    (row,) = world.rows("odd")
    assert (row.state, row.reason, row.error) == (DeliveryState.FAILED, "rejected", "can't parse entities")
    assert world.messenger.texts == {"fine": 1}


@virtually
async def test_a_question_the_bank_lost_fails_and_says_so(world: World) -> None:
    await world.subscribe("ann", at=time(1, 1))
    daily = await world.daily()
    now = world.clock.now() + timedelta(minutes=2)
    await world.store.plan_due(now=now, limit=9, decide=daily.decide(now))
    (row,) = world.rows("ann")
    world.store.deliveries[row.id] = replace(row, question=QuestionId("long-gone"))

    await broadcast(world, minutes=3)

    (row,) = world.rows("ann")
    assert (row.state, row.reason) == (DeliveryState.FAILED, "question-gone")


# Platforms


@virtually
async def test_a_chat_that_asks_for_a_pause_gets_its_question_right_after_it(world: World) -> None:
    await world.subscribe("busy", "free", at=time(1, 1))
    world.messenger.fail("busy", RateLimited("Too Many Requests", retry_after=timedelta(seconds=90)))

    await broadcast(world, minutes=5)

    free, busy = world.messenger.arrivals
    assert (free.post.chat.chat_id, busy.post.chat.chat_id) == ("free", "busy")
    assert 90 <= busy.at - free.at < 91


@virtually
async def test_a_pause_of_the_whole_account_is_no_flood_of_retries(world: World) -> None:
    await world.subscribe(*(f"c{n}" for n in range(300)), at=time(1, 1))
    pause = RateLimited("Too Many Requests", retry_after=timedelta(seconds=120), everywhere=True)
    world.messenger.latency = 0.05
    world.messenger.outage = Fault(error=pause)
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 1)
        world.messenger.outage = None
        await world.pass_minutes(delivery, 4)

    assert world.messenger.texts.total() == 300
    assert world.messenger.requests.total() == 364
    assert world.messenger.arrivals[0].at > 180


@virtually
async def test_ten_minutes_of_errors_lose_nothing_and_are_not_answered_with_a_flood(world: World) -> None:
    await world.subscribe(*(f"c{n}" for n in range(300)), at=time(1, 1))
    world.messenger.outage = Fault(error=Unavailable("Internal Server Error"))
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 11)
        troubled = delivery.health()
        requests = world.messenger.requests.total()
        world.messenger.outage = None
        await world.pass_minutes(delivery, 12)

        assert delivery.health().state is State.OK
    assert (troubled.state, troubled.why) == (State.DEGRADED, "telegram does not answer")
    assert requests < 300
    assert len(world.messenger.texts) == world.messenger.texts.total() == 300


@virtually
async def test_an_outage_of_more_than_a_day_is_given_up(world: World) -> None:
    await world.subscribe("ann", at=time(1, 1))
    world.messenger.outage = Fault(error=Unavailable("Bad Gateway"))
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 60 * 26)
        world.messenger.outage = None
        await world.pass_minutes(delivery, 15)

    first, second = world.rows("ann")
    assert (first.state, first.reason) == (DeliveryState.FAILED, "unavailable")
    assert second.state is DeliveryState.SENT


@virtually
async def test_an_unknown_outcome_is_sent_again_once(world: World) -> None:
    await world.subscribe("lost", "cut", at=time(1, 1))
    world.messenger.fail("lost", Unknown("connection reset"))
    world.messenger.fail("cut", *[Fault(error=Unknown("connection reset"), arrives=True)] * 5)

    await broadcast(world, minutes=10)

    assert world.messenger.texts == {"lost": 1, "cut": 2}
    (row,) = world.rows("cut")
    assert (row.state, row.reason) == (DeliveryState.FAILED, "unknown-outcome")
    first, second = (arrival.post for arrival in world.messenger.arrivals if arrival.post.chat.chat_id == "cut")
    assert (first.repeated, second.repeated) == (False, True)


@virtually
async def test_a_send_that_never_returns_is_cut_after_a_minute(world: World) -> None:
    await world.subscribe("hangs", "fine", at=time(1, 1))
    world.messenger.fail("hangs", Fault(error=None))

    await broadcast(world, minutes=5)

    assert world.messenger.texts == {"fine": 1, "hangs": 1}
    fine, late = world.messenger.arrivals
    assert 90 <= late.at - fine.at <= 92


@virtually
async def test_an_error_nobody_foresaw_counts_as_unknown_and_stops_nothing(world: World) -> None:
    await world.subscribe("odd", "fine", at=time(1, 1))
    world.messenger.fail("odd", ZeroDivisionError("in some library"))

    await broadcast(world, minutes=3)

    assert world.messenger.texts == {"fine": 1, "odd": 1}


@virtually
async def test_a_question_that_cannot_be_composed_fails_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.subscribe("ann", "ben", at=time(1, 1))

    def broken(*_: object, **__: object) -> None:
        raise KeyError("table")

    monkeypatch.setattr("bot.core.cards.card", broken)
    await broadcast(world)

    assert [world.rows(name)[0].reason for name in ("ann", "ben")] == ["rejected", "rejected"]
    assert len(world.told) == 1


@virtually
async def test_a_mistake_of_ours_after_the_send_does_not_hold_up_the_rest(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.subscribe("ann", "ben", at=time(1, 1))

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.core.daily.DailyQuestions.followup", broken)
    await broadcast(world, minutes=3)

    assert {row.reason for row in world.store.deliveries.values()} == {"unknown-outcome"}
    assert world.messenger.texts == {"ann": 2, "ben": 2}


@virtually
async def test_a_revoked_token_in_mid_run_leaves_the_rest_queued(world: World) -> None:
    await world.subscribe(*(f"c{n}" for n in range(100)), at=time(1, 1))
    world.messenger.pacer = AccountPacer(TELEGRAM)
    async with world.running() as delivery:
        await asyncio.sleep(60)
        delivery.tick()
        await asyncio.sleep(1)
        world.messenger.connected = False
        await world.pass_minutes(delivery, 30)
        waiting = [row.state for row in world.store.deliveries.values()].count(DeliveryState.QUEUED)
        sent = world.messenger.texts.total()
        world.messenger.connected = True
        await world.pass_minutes(delivery, 1)

    assert waiting == 100 - sent > 0
    assert len(world.messenger.texts) == world.messenger.texts.total() == 100


# The database


@virtually
async def test_outcomes_outlive_a_locked_database_and_nothing_is_sent_twice(world: World) -> None:
    await world.subscribe(*(f"c{n}" for n in range(200)), at=time(1, 1))
    world.messenger.latency = 0.5
    async with world.running() as delivery:
        await asyncio.sleep(60)
        delivery.tick()
        await asyncio.sleep(0.2)
        world.store.trouble = LOCKED
        await asyncio.sleep(30)
        sent, health = world.messenger.texts.total(), delivery.health()
        world.store.trouble = None
        await world.pass_minutes(delivery, 5)

        assert delivery.health().state is State.OK
    assert sent == 64
    assert (health.state, health.why) == (State.DEGRADED, str(LOCKED))
    assert len(world.messenger.texts) == world.messenger.texts.total() == 200
    assert {row.state for row in world.store.deliveries.values()} == {DeliveryState.SENT}


@virtually
async def test_a_database_gone_for_longer_than_a_lease_brings_no_second_message(world: World) -> None:
    await world.subscribe("ann", at=time(1, 1))
    world.messenger.latency = 0.5
    async with world.running() as delivery:
        await asyncio.sleep(60)
        delivery.tick()
        await asyncio.sleep(0.2)
        world.store.trouble = LOCKED
        await asyncio.sleep(3600)
        health = delivery.health()
        world.store.trouble = None
        await world.pass_minutes(delivery, 5)

    assert world.messenger.texts == {"ann": 1}
    assert (health.state, health.vital, health.why) == (State.DOWN, True, str(LOCKED))
    assert world.told == [
        f"Questions are not being delivered, because of the database. {LOCKED}",
        "The database can be used again, after 61 minutes.",
    ]


@virtually
async def test_what_was_due_while_the_disk_was_full_comes_afterwards(world: World) -> None:
    await world.subscribe("ann", at=time(1, 1))
    async with world.running() as delivery:
        await asyncio.sleep(1)
        world.store.trouble = StoreError("There is no room left for the database.")
        await world.pass_minutes(delivery, 10)
        refused = set(world.store.calls)
        world.store.trouble = None
        await world.pass_minutes(delivery, 1)

    assert {"plan_due", "claim"} <= refused
    assert world.messenger.texts == {"ann": 1}


@virtually
async def test_an_error_nobody_foresaw_in_the_store_stops_neither_ticks_nor_outbox(world: World) -> None:
    await world.subscribe("ann", at=time(1, 1))
    world.store.trouble = RuntimeError("a mistake in the store")
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 3)
        world.store.trouble = None
        await world.pass_minutes(delivery, 1)

    assert world.messenger.texts == {"ann": 1}


@virtually
async def test_outcomes_survive_an_error_nobody_foresaw(world: World) -> None:
    await world.subscribe("ann", at=time(1, 1))
    world.messenger.latency = 0.5
    async with world.running() as delivery:
        await asyncio.sleep(60)
        delivery.tick()
        await asyncio.sleep(0.2)
        world.store.trouble = RuntimeError("a mistake in the store")
        await asyncio.sleep(10)
        world.store.trouble = None
        await world.pass_minutes(delivery, 5)

    assert world.messenger.texts == {"ann": 1}
    assert [row.state for row in world.rows("ann")] == [DeliveryState.SENT]


@virtually
async def test_a_chat_found_gone_while_the_database_is_away_still_fails_its_row(world: World) -> None:
    await world.subscribe("ann", at=time(1, 1))
    world.messenger.latency = 0.5
    world.messenger.fail("ann", ChatGone("blocked"))
    async with world.running() as delivery:
        await asyncio.sleep(60)
        delivery.tick()
        await asyncio.sleep(0.2)
        world.store.trouble = LOCKED
        await asyncio.sleep(10)
        world.store.trouble = None
        await world.pass_minutes(delivery, 2)

    assert [row.reason for row in world.rows("ann")] == ["blocked"]


@virtually
async def test_a_stop_with_a_locked_database_ends_in_time(world: World) -> None:
    await world.subscribe("ann", at=time(1, 1))
    world.messenger.latency = 0.5
    loop = asyncio.get_running_loop()
    async with world.running() as delivery:
        await asyncio.sleep(60)
        delivery.tick()
        await asyncio.sleep(0.2)
        world.store.trouble = LOCKED
        await asyncio.sleep(1)
        stopped = loop.time()
    took = loop.time() - stopped

    assert took < 10
    assert [row.state for row in world.rows("ann")] == [DeliveryState.SENDING]


@virtually
async def test_a_plan_that_cannot_be_decided_does_not_end_the_ticks(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.subscribe("ann", at=time(1, 1))

    def broken(*_: object, **__: object) -> Planned:
        raise ZeroDivisionError

    async with world.running() as delivery:
        with monkeypatch.context() as patched:
            patched.setattr("bot.core.daily.plan_subscription", broken)
            await world.pass_minutes(delivery, 3)
        await world.pass_minutes(delivery, 1)

    assert world.messenger.texts == {"ann": 1}


@virtually
async def test_operators_who_cannot_be_told_are_no_obstacle(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.subscribe("odd", "fine", at=time(1, 1))
    world.messenger.fail("odd", Rejected("odd"))

    async def unreachable(words: str) -> bool:
        raise OSError(words)

    monkeypatch.setattr(world, "_hear", unreachable)
    await broadcast(world)

    assert [row.reason for row in world.rows("odd")] == ["rejected"]


@virtually
async def test_another_platform_in_trouble_does_not_hold_up_this_one(world: World) -> None:
    other = RecordingMessenger("discord")
    other.outage = Fault(error=None)
    world.others = [other]
    await world.subscribe(ChatRef(platform=Platform("discord"), chat_id="d"), "ann", at=time(1, 1))

    await broadcast(world)

    assert world.messenger.texts == {"ann": 1}
