"""Announcements on their way: everybody once, behind the daily questions, told gently, stopped and taken up again."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.core.errors import ChatGone, NotAllowed, RateLimited, Rejected, StoreError, Unavailable
from bot.core.markup import plain
from bot.core.model import AnnouncementState, Chat, ChatKind, ChatRef, DeliveryKind, DeliveryState, Language, Platform
from bot.core.ports import Lane, State
from bot.core.replies import Reply
from bot.delivery.limits import TELEGRAM
from bot.delivery.pacing import AccountPacer
from tests.fakes.delivery_world import World
from tests.fakes.recording_messenger import Arrival, RecordingMessenger
from tests.fakes.virtual_loop import virtually

OPERATOR = ChatRef(platform=Platform("telegram"), chat_id="root")
TEXT = "We move.\n\nTonight at ten."


async def announce(world: World, text: str = TEXT, *, total: int = 0) -> int:
    """Draft an announcement and confirm it."""
    now = world.clock.now()
    drafted = await world.store.draft_announcement(text, chat=OPERATOR, language=Language.EN, total=total, at=now)
    assert await world.store.start_announcement(drafted.number, at=now)
    return drafted.number


def state(world: World, number: int = 1) -> AnnouncementState:
    return world.store.announcements[number].state


def words(reply: Reply) -> str:
    return "\n".join(plain(block) for block in reply.blocks)


def announced(world: World) -> list[Arrival]:
    """What reached the chats, without what the operator was told."""
    return [arrival for arrival in world.messenger.arrivals if arrival.post.chat != OPERATOR]


def reached(world: World) -> Counter[str]:
    return Counter(arrival.post.chat.chat_id for arrival in announced(world))


def told(world: World) -> list[str]:
    """What the operator could read, one after the other."""
    posted = [words(arrival.post.reply) for arrival in world.messenger.arrivals if arrival.post.chat == OPERATOR]
    return [*posted, *(words(reply) for _, _, reply in world.messenger.edits)]


def names(count: int) -> list[str]:
    return [f"c{n:04}" for n in range(count)]


@virtually
async def test_every_subscribed_chat_gets_it_once_and_as_it_was_typed(world: World) -> None:
    await world.subscribe(*names(500))
    await announce(world, total=500)
    async with world.running():
        await asyncio.sleep(60)

    assert reached(world) == Counter(names(500))
    assert {words(arrival.post.reply) for arrival in announced(world)} == {"We move.\nTonight at ten."}
    assert {arrival.lane for arrival in announced(world)} == {Lane.ANNOUNCEMENT}
    assert state(world) is AnnouncementState.DONE


@virtually
async def test_the_operator_hears_how_it_goes_and_how_it_ended(world: World) -> None:
    await world.subscribe(*names(300))
    world.messenger.pacer = AccountPacer(TELEGRAM)
    world.messenger.fail("c0007", ChatGone("blocked by the user"))
    await announce(world, total=300)
    async with world.running():
        await asyncio.sleep(60)
        came = told(world)

        edits = [arrival for arrival in world.messenger.arrivals if arrival.post.chat == OPERATOR]
        assert len(edits) == 1
        assert edits[0].post.reply.controls
    assert "is on its way" in came[0]
    assert "Left: 300" in came[0] or "Left: 2" in came[0]
    assert "has been sent\nWe move. Tonight at ten.\nSent: 299\nFailed: 1" in came[-1]
    assert len(came) == len(set(came))
    assert 3 <= len(came) <= 60 / 3
    assert not world.messenger.edits[-1][2].controls


@pytest.mark.parametrize(
    ("kind", "thread", "edits"),
    [(ChatKind.PRIVATE, None, range(10, 20)), (ChatKind.GROUP, None, range(2, 5)), (ChatKind.GROUP, "5", range(2, 5))],
)
@virtually
async def test_a_group_keeps_most_of_its_minute_for_those_who_study_there(
    world: World, kind: ChatKind, thread: str | None, edits: range
) -> None:
    await world.subscribe(*names(1_800))
    await world.store.see_chat(Chat(ref=OPERATOR, kind=kind, title="Ops"), at=world.clock.now())
    world.messenger.pacer = AccountPacer(TELEGRAM)
    now, where = world.clock.now(), replace(OPERATOR, thread_id=thread)
    drafted = await world.store.draft_announcement(TEXT, chat=where, language=Language.EN, total=1_800, at=now)
    assert await world.store.start_announcement(drafted.number, at=now)
    async with world.running():
        await asyncio.sleep(59)
        assert len(world.messenger.edits) in edits
        await asyncio.sleep(30)
    assert "has been sent" in told(world)[-1]


@virtually
async def test_a_message_that_would_read_the_same_is_left_alone(world: World) -> None:
    await world.subscribe("ann")
    world.messenger.fail("ann", *[Unavailable("503")] * 20)
    await announce(world, total=1)
    async with world.running():
        await asyncio.sleep(600)

        assert len(told(world)) == 1
        assert state(world) is AnnouncementState.RUNNING


@virtually
async def test_the_daily_question_goes_before_it(world: World) -> None:
    await world.subscribe(*names(600), at=time(1, 1))
    world.messenger.pacer = AccountPacer(TELEGRAM)
    await announce(world, total=600)
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 3)

    rows = world.store.deliveries.values()
    questions = [row for row in rows if row.kind is DeliveryKind.QUESTION]
    behind = [row for row in rows if row.kind is DeliveryKind.ANNOUNCEMENT]
    assert len(questions) == len(behind) == 600
    assert all(row.state is DeliveryState.SENT for row in rows)
    lateness = max(row.sent_at - row.due_at for row in questions if row.sent_at is not None)
    # 600 at 30 a second take 20 s; every ninth turn may be an announcement's.
    assert lateness < timedelta(seconds=28)
    assert reached(world) == Counter(dict.fromkeys(names(600), 2))


@virtually
async def test_a_restart_in_the_middle_goes_on_where_it_was(world: World) -> None:
    await world.subscribe(*names(900))
    world.messenger.pacer = AccountPacer(TELEGRAM)
    await announce(world, total=900)
    async with world.running():
        await asyncio.sleep(10)
    before = reached(world)
    async with world.running():
        await asyncio.sleep(60)

    assert 200 < len(before) < 400
    assert reached(world) == Counter(names(900))
    assert len([arrival for arrival in world.messenger.arrivals if arrival.post.chat == OPERATOR]) == 1
    assert "Sent: 900" in told(world)[-1]


@virtually
async def test_a_restart_in_the_middle_of_planning_plans_the_rest(world: World) -> None:
    await world.subscribe(*names(900))
    number = await announce(world, total=900)
    telegram = [world.messenger.platform]
    await world.store.advance_announcement(number, platforms=telegram, at=world.clock.now(), limit=200)
    async with world.running():
        await asyncio.sleep(60)

    assert reached(world) == Counter(names(900))


@virtually
async def test_a_stop_in_the_middle_ends_it_for_all_who_have_not_got_it(world: World) -> None:
    await world.subscribe(*names(900))
    world.messenger.pacer = AccountPacer(TELEGRAM)
    number = await announce(world, total=900)
    async with world.running():
        await asyncio.sleep(5)
        await world.store.stop_announcement(number, at=world.clock.now())
        at_stop = len(announced(world))
        await asyncio.sleep(60)

        assert state(world) is AnnouncementState.STOPPED
    # What waited for its turn already still goes: at most what leaves within seconds.
    assert len(announced(world)) <= at_stop + 128
    rows = list(world.store.deliveries.values())
    assert {row.reason for row in rows if row.state is DeliveryState.FAILED} == {"stopped"}
    assert {row.state for row in rows} == {DeliveryState.SENT, DeliveryState.FAILED}
    sent = len(announced(world))
    assert f"was stopped\nWe move. Tonight at ten.\nSent: {sent}" in told(world)[-1]
    assert f"Not sent: {900 - sent}" in told(world)[-1]


@virtually
async def test_a_stop_while_the_bot_is_down_holds(world: World) -> None:
    await world.subscribe(*names(400))
    world.messenger.pacer = AccountPacer(TELEGRAM)
    number = await announce(world, total=400)
    async with world.running():
        await asyncio.sleep(3)
    before = reached(world)
    await world.store.stop_announcement(number, at=world.clock.now())
    async with world.running():
        await asyncio.sleep(30)

    assert reached(world) == before
    assert state(world) is AnnouncementState.STOPPED


@virtually
async def test_what_is_tried_again_after_a_stop_is_not_sent(world: World) -> None:
    await world.subscribe("ann")
    world.messenger.fail("ann", Unavailable("503"))
    number = await announce(world, total=1)
    async with world.running():
        await asyncio.sleep(3)
        await world.store.stop_announcement(number, at=world.clock.now())
        await asyncio.sleep(60)

    assert reached(world) == Counter()
    assert [(row.state, row.reason) for row in world.rows("ann")] == [(DeliveryState.FAILED, "stopped")]


@virtually
async def test_a_missing_right_fails_at_once(world: World) -> None:
    await world.subscribe("mute", plan=None)
    world.messenger.fail("mute", NotAllowed("not enough rights"))
    await announce(world, total=1)
    async with world.running():
        await asyncio.sleep(10)

    assert [(row.state, row.reason) for row in world.rows("mute")] == [(DeliveryState.FAILED, "not-allowed")]
    assert state(world) is AnnouncementState.DONE


@virtually
async def test_a_chat_is_tried_again_before_the_next_minute(world: World) -> None:
    await world.subscribe("ann", "ben")
    world.messenger.fail("ann", Unavailable("503"))
    await announce(world, total=2)
    async with world.running():
        await asyncio.sleep(10)

    assert reached(world) == Counter(["ann", "ben"])


@virtually
async def test_all_platforms_are_told_and_absent_ones_are_left_out(world: World) -> None:
    discord = RecordingMessenger("discord")
    world.others = [discord]
    for platform in ("telegram", "discord", "nowhere"):
        await world.subscribe(ChatRef(platform=Platform(platform), chat_id="1"))
    await announce(world, total=3)
    async with world.running():
        await asyncio.sleep(10)

    assert reached(world) == Counter(["1"])
    assert discord.texts == {"1": 1}
    assert state(world) is AnnouncementState.DONE
    assert "Sent: 2" in told(world)[-1]


@virtually
async def test_the_operator_is_told_when_the_platform_is_there(world: World) -> None:
    await world.subscribe("ann")
    world.messenger.connected = False
    await announce(world, total=1)
    async with world.running():
        await asyncio.sleep(30)
        before = told(world)
        world.messenger.connected = True
        await asyncio.sleep(30)

    assert before == []
    assert "has been sent" in told(world)[-1]


@virtually
async def test_a_progress_message_that_was_deleted_is_posted_again(world: World) -> None:
    await world.subscribe(*names(600))
    world.messenger.pacer = AccountPacer(TELEGRAM)
    await announce(world, total=600)
    async with world.running():
        await asyncio.sleep(5)
        (first,) = [arrival for arrival in world.messenger.arrivals if arrival.post.chat == OPERATOR]
        world.messenger.arrivals.remove(first)
        await asyncio.sleep(60)

    (second,) = [arrival for arrival in world.messenger.arrivals if arrival.post.chat == OPERATOR]
    assert second.post.key != first.post.key
    assert "has been sent" in words(world.messenger.edits[-1][2])


@pytest.mark.parametrize("error", [ChatGone("blocked"), Rejected("odd")])
@virtually
async def test_an_operator_who_cannot_be_told_stops_nothing(world: World, error: Exception) -> None:
    await world.subscribe(*names(300))
    world.messenger.pacer = AccountPacer(TELEGRAM)
    world.messenger.fail("root", *[error] * 2)
    await announce(world, total=300)
    async with world.running():
        await asyncio.sleep(60)

    assert reached(world) == Counter(names(300))
    assert world.messenger.requests["root"] == 2
    assert await world.store.open_announcements() == []


@virtually
async def test_a_pause_that_the_platform_asks_for_is_kept(world: World) -> None:
    await world.subscribe("ann")
    world.messenger.fail("root", RateLimited("slow", retry_after=timedelta(seconds=40)))
    await announce(world, total=1)
    async with world.running():
        await asyncio.sleep(39)
        requests = world.messenger.requests["root"]
        await asyncio.sleep(10)

    assert requests == 1
    assert "has been sent" in told(world)[-1]


@virtually
async def test_an_operator_elsewhere_is_told_when_that_platform_comes_back(world: World) -> None:
    await world.subscribe("ann")
    world.messenger.fail("root", Unavailable("503"))
    await announce(world, total=1)
    async with world.running():
        await asyncio.sleep(60)

    assert "has been sent" in told(world)[-1]
    assert await world.store.open_announcements() == []


@virtually
async def test_an_operator_on_a_platform_that_is_switched_off_is_not_waited_for(world: World) -> None:
    await world.subscribe("ann")
    chat = ChatRef(platform=Platform("nowhere"), chat_id="root")
    await world.store.draft_announcement(TEXT, chat=chat, language=Language.EN, total=1, at=world.clock.now())
    await world.store.start_announcement(1, at=world.clock.now())
    async with world.running():
        await asyncio.sleep(10)

    assert reached(world) == Counter(["ann"])
    assert await world.store.open_announcements() == []


@pytest.mark.parametrize("trouble", [StoreError("The disk is full."), ZeroDivisionError("in some library")])
@virtually
async def test_a_database_that_fails_is_waited_for(world: World, trouble: Exception) -> None:
    await world.subscribe("ann")
    await announce(world, total=1)
    world.store.trouble = trouble
    async with world.running() as delivery:
        await asyncio.sleep(20)
        before = reached(world)
        world.store.trouble = None
        await world.pass_minutes(delivery, 1)

        assert delivery.health().state is State.OK
    assert before == Counter()
    assert reached(world) == Counter(["ann"])
