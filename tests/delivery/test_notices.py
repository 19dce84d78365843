"""What operators hear when something needs a person: soon, once, and over whatever way is still open."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.typing import EventDict

from bot.core.errors import ChatGone, RateLimited, StoreError, Unavailable
from bot.core.markup import plain
from bot.core.ports import Cause, Health, Lane, State
from bot.delivery.herald import Herald
from bot.delivery.operator_chats import PATIENCE, OperatorChats
from bot.delivery.upkeep import Chore
from tests.fakes.delivery_world import World
from tests.fakes.recording_messenger import Fault, RecordingMessenger
from tests.fakes.virtual_loop import virtually

WELL = Health(part="telegram", state=State.OK)
AWAY = Health(part="telegram", state=State.DEGRADED, why="Telegram cannot be reached")
DAMAGED = StoreError("The database is damaged. Restore the latest backup.")


@virtually
@pytest.mark.parametrize(
    ("cause", "seconds", "words"),
    [
        (Cause.TOKEN, 90, "Telegram does not accept the bot's token any more"),
        (Cause.RIVAL, 90, "Another program uses the same bot on Telegram"),
        (Cause.AWAY, 330, "Telegram has not been well for 5 minutes: Telegram cannot be reached."),
    ],
)
async def test_what_a_platform_lacks_is_told_soon_and_once(
    world: World, cause: Cause, seconds: float, words: str
) -> None:
    world.platforms = [replace(AWAY, cause=cause)]
    async with world.running():
        await asyncio.sleep(seconds / 2 - 20)
        early = list(world.told)
        await asyncio.sleep(seconds / 2 + 20)
        soon = list(world.told)
        await asyncio.sleep(23 * 3600)

    assert early == []
    assert len(soon) == 1
    assert soon[0].startswith(words)
    assert world.told == soon


@virtually
async def test_a_platform_that_is_back_is_told_of_once(world: World) -> None:
    world.platforms = [AWAY]
    async with world.running():
        await asyncio.sleep(610)
        world.platforms = [WELL]
        await asyncio.sleep(3600)

    assert world.told[1:] == ["Telegram is well again, after 10 minutes."]


@virtually
async def test_what_passes_within_minutes_is_not_told_and_what_flickers_is_not_over(world: World) -> None:
    world.platforms = [AWAY]
    async with world.running():
        await asyncio.sleep(200)
        world.platforms = [WELL]
        await asyncio.sleep(600)
        brief = list(world.told)
        for health in (AWAY, WELL) * 10:
            world.platforms = [health]
            await asyncio.sleep(30)

    assert brief == []
    assert len(world.told) == 1


@virtually
async def test_a_trouble_that_comes_again_a_day_after_the_last_one_is_told_again(world: World) -> None:
    world.platforms = [AWAY]
    async with world.running():
        await asyncio.sleep(610)
        for health in (WELL, AWAY, WELL):
            await asyncio.sleep(6 * 3600)
            world.platforms = [health]
        await asyncio.sleep(7 * 3600)
        before = list(world.told)
        world.platforms = [AWAY]
        await asyncio.sleep(610)

    assert len([words for words in before if "not been well" in words]) == 1
    assert "not been well" in world.told[-1]


@virtually
async def test_who_can_only_be_reached_over_what_is_broken_hears_it_when_it_is_whole(world: World) -> None:
    world.reachable = False
    world.platforms = [AWAY]
    async with world.running():
        await asyncio.sleep(1210)
        world.platforms = [WELL]
        await asyncio.sleep(120)
        world.reachable = True
        await asyncio.sleep(600)

    assert world.told == ["Telegram is well again, after 20 minutes."]


@virtually
async def test_what_nobody_heard_is_tried_again_and_counts_as_told_only_then(world: World) -> None:
    async def broken() -> None:
        raise OSError("disk full")

    world.nightly = [Chore(notice="notice-backup", work=broken)]
    world.reachable = False
    async with world.running() as delivery:
        await delivery._on_night()
        await asyncio.sleep(30)
        unheard = await world.store.recall("told/notice-backup")
        world.reachable = True
        await asyncio.sleep(300)

    assert unheard is None
    assert world.told == ["No backup was made: disk full The earlier ones are still there."]
    assert await world.store.recall("told/notice-backup") is not None


@virtually
async def test_a_database_that_cannot_even_be_read_is_told(world: World) -> None:
    world.store.trouble = DAMAGED
    async with world.running():
        await asyncio.sleep(120)

    assert world.told == [f"Questions are not being delivered, because of the database. {DAMAGED}"]


@virtually
async def test_a_damage_of_the_file_that_lets_the_questions_go_out_is_told_all_the_same(world: World) -> None:
    world.platforms = [Health(part="database", state=State.DEGRADED, why=str(DAMAGED))]
    async with world.running():
        await asyncio.sleep(120)

    assert world.told == [f"The database needs you. {DAMAGED}"]


@virtually
async def test_a_long_pause_of_an_account_is_told_and_its_end(world: World) -> None:
    await world.subscribe("ann")
    world.messenger.fail("ann", RateLimited("Too Many Requests", retry_after=timedelta(minutes=30), everywhere=True))
    async with world.running() as delivery:
        await asyncio.sleep(8 * 3600)
        delivery.tick()
        await asyncio.sleep(40)
        told = list(world.told)
        await asyncio.sleep(3600)

    assert len(told) == 1
    assert told[0].startswith("Telegram has told the bot to pause for 30 more minutes")
    assert world.told[1:] == ["The pause on Telegram is over; what waited is being sent."]


@virtually
async def test_a_platform_that_takes_nothing_for_minutes_is_told(world: World) -> None:
    await world.subscribe("ann", "ben")
    world.messenger.outage = Fault(error=Unavailable("Bad Gateway"))
    async with world.running() as delivery:
        await asyncio.sleep(8 * 3600)
        delivery.tick()
        await asyncio.sleep(400)

    assert world.told == [
        "Telegram has not been well for 5 minutes: telegram does not answer. What is due waits, and I keep trying."
    ]


@virtually
async def test_a_telling_that_hangs_holds_up_neither_ticks_nor_questions(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(words: str) -> bool:
        await asyncio.Event().wait()
        return bool(words)

    monkeypatch.setattr(world, "_hear", hang)
    await world.subscribe("ann")
    world.platforms = [AWAY]
    async with world.running() as delivery:
        # The watch alone ticks here.
        monkeypatch.setattr(delivery, "_on_minute", asyncio.sleep)
        await asyncio.sleep(8 * 3600 + 120)

    assert world.messenger.texts == {"ann": 1}


# The operators' own chats


@virtually
async def test_every_operator_is_told_on_their_own_platform_whoever_else_cannot_be() -> None:
    telegram, discord = RecordingMessenger("telegram"), RecordingMessenger("discord")
    telegram.fail("1", ChatGone("blocked"))
    telegram.fail("2", StoreError("damaged"))
    telegram.fail("3", Fault(error=None))
    chats = OperatorChats({"telegram:1", "telegram:2", "telegram:3", "discord:9"}, [telegram, discord])

    heard = await chats.tell("Telegram is away.")

    assert heard
    (arrival,) = discord.arrivals
    assert (arrival.post.chat.chat_id, arrival.post.to_person, arrival.lane) == ("9", True, Lane.TAP)
    assert plain(arrival.post.reply.blocks[0]) == "Telegram is away."
    assert asyncio.get_running_loop().time() <= PATIENCE.total_seconds()


@virtually
async def test_nobody_reached_is_not_heard_and_nobody_to_tell_is() -> None:
    telegram = RecordingMessenger("telegram")
    telegram.outage = Fault(error=Unavailable("away"))

    assert not await OperatorChats({"telegram:1"}, [telegram]).tell("It burns.")
    assert await OperatorChats({"discord:9"}, [telegram]).tell("It burns.")


# Tasks


@virtually
async def test_a_task_of_the_delivery_that_dies_is_logged_and_begun_anew(
    world: World, monkeypatch: pytest.MonkeyPatch, logged: list[EventDict]
) -> None:
    ran: list[float] = []

    async def dies(_: Herald) -> None:
        ran.append(asyncio.get_running_loop().time())
        if len(ran) == 1:
            raise KeyError("unforeseen")
        await asyncio.Event().wait()

    monkeypatch.setattr(Herald, "run", dies)
    async with world.running():
        await asyncio.sleep(5)

    assert ran == [0, 1]
    (line,) = [event for event in logged if "died" in event["event"]]
    assert line["task"] == "herald"


# Upkeep that was missed


@virtually
async def test_upkeep_that_was_missed_is_made_up_for_after_the_start_and_not_twice(world: World) -> None:
    done: list[float] = []

    async def note() -> None:
        done.append(asyncio.get_running_loop().time())

    world.nightly = [Chore(notice="notice-upkeep", work=note)]
    for _ in range(2):
        async with world.running():
            await asyncio.sleep(600)
    assert done == [300]

    # The machine was off at half past three, and is on again an hour later.
    world.clock.step(timedelta(hours=25))
    async with world.running():
        await asyncio.sleep(600)
    assert done == [300, 1500]
