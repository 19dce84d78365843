"""Another bot's token, or chats that all seem gone: nothing is sent until an operator says that it is meant."""

import asyncio
from datetime import time

from bot.core.errors import ChatGone, StoreError
from bot.core.model import DeliveryState, Platform
from bot.core.ports import State
from bot.delivery.guard import keys
from tests.fakes.delivery_world import World
from tests.fakes.recording_messenger import Fault
from tests.fakes.virtual_loop import virtually

TELEGRAM = Platform("telegram")
BLOCKED = ChatGone("Forbidden: bot was blocked by the user")


async def resume(world: World) -> None:
    """What `qianmian resume telegram` does."""
    for key in keys(TELEGRAM):
        await world.store.remember(key, None)


def active(world: World) -> int:
    return sum(subscription.active for subscription in world.store.subscriptions.values())


async def with_first_bot(world: World, *chats: str) -> None:
    """One day of the bot that the subscriptions belong to."""
    world.messenger.bot_id = "111"
    await world.subscribe(*chats, at=time(1, 1))
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 2)
    assert world.messenger.texts.total() == len(chats)


@virtually
async def test_with_another_bots_token_nothing_is_sent_and_no_subscription_ends(world: World) -> None:
    await with_first_bot(world, "ann", "ben")
    world.messenger.bot_id = "222"
    world.messenger.outage = Fault(error=BLOCKED)
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 60)
        told = list(world.told)
        await world.pass_minutes(delivery, 60 * 23 + 2)
        health = delivery.health()

    assert world.messenger.requests.total() == 2
    assert active(world) == 2
    assert (health.state, health.why) == (
        State.DEGRADED,
        "the subscriptions on telegram belong to another bot (111; this is 222)",
    )
    assert len(told) == 1
    assert told[0].startswith("On Telegram this is another bot (222)")
    assert told[0].endswith("run: qianmian resume telegram")


@virtually
async def test_the_right_token_goes_on_where_it_was(world: World) -> None:
    await with_first_bot(world, "ann")
    for bot_id in ("222", "111"):
        world.messenger.bot_id = bot_id
        async with world.running() as delivery:
            await world.pass_minutes(delivery, 60 * 13)

    assert world.messenger.texts == {"ann": 2}


@virtually
async def test_a_change_of_bots_that_is_meant_goes_on_within_seconds(world: World) -> None:
    await with_first_bot(world, "ann")
    world.messenger.bot_id = "222"
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 60 * 24 + 2)
        before = world.messenger.texts.total()
        await resume(world)
        await asyncio.sleep(10)

        assert delivery.health().state is State.OK
    assert (before, world.messenger.texts.total()) == (1, 2)
    assert await world.store.recall(keys(TELEGRAM)[0]) == "222"


@virtually
async def test_where_nobody_has_subscribed_any_bot_will_do(world: World) -> None:
    world.messenger.bot_id = "111"
    async with world.running():
        await asyncio.sleep(5)
    await with_first_bot(world)
    world.messenger.bot_id = "222"
    async with world.running() as delivery:
        await asyncio.sleep(1)
        await world.subscribe("ann", at=time(1, 9))
        await world.pass_minutes(delivery, 9)

    assert world.messenger.texts == {"ann": 1}


@virtually
async def test_whose_subscriptions_these_are_is_found_out_once_the_database_can_be_read(world: World) -> None:
    await with_first_bot(world, "ann")
    world.messenger.bot_id = "222"
    world.store.trouble = StoreError("The database is locked.")
    async with world.running() as delivery:
        await asyncio.sleep(30)
        world.store.trouble = None
        await world.pass_minutes(delivery, 60 * 24 + 2)

    assert world.messenger.texts == {"ann": 1}


@virtually
async def test_when_most_of_many_chats_seem_gone_no_more_subscriptions_end(world: World) -> None:
    await world.subscribe(*(f"c{n}" for n in range(1000)), at=time(1, 1))
    world.messenger.outage = Fault(error=BLOCKED)
    world.messenger.latency = 0.2
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 30)
        held = active(world)
        health = delivery.health()

    assert held == 1000 - 99
    assert world.messenger.requests.total() < 200
    assert (health.state, health.why) == (State.DEGRADED, "too many chats on telegram seemed gone at once")
    (told,) = world.told
    assert told.startswith("128 of the last 128 chats on Telegram answered that they are closed")
    states = [row.state for row in world.store.deliveries.values()]
    assert states.count(DeliveryState.FAILED) == 99


@virtually
async def test_what_was_held_back_is_sent_after_a_look_by_the_operator_also_after_a_restart(world: World) -> None:
    await world.subscribe(*(f"c{n}" for n in range(300)), at=time(1, 1))
    world.messenger.outage = Fault(error=BLOCKED)
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 5)
    world.messenger.outage = None
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 5)
        still_held = world.messenger.texts.total()
        await resume(world)
        await world.pass_minutes(delivery, 15)

    assert still_held == 0
    assert world.messenger.texts.total() == 300 - 99


@virtually
async def test_an_operator_who_says_they_are_gone_is_believed(world: World) -> None:
    await world.subscribe(*(f"c{n}" for n in range(500)), at=time(1, 1))
    world.messenger.outage = Fault(error=BLOCKED)
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 2)
        await resume(world)
        await world.pass_minutes(delivery, 30)

    assert active(world) == 0


@virtually
async def test_many_gone_chats_among_more_that_are_not_are_believed(world: World) -> None:
    names = [f"c{n}" for n in range(600)]
    await world.subscribe(*names, at=time(1, 1))
    for name in names[::2]:
        world.messenger.fail(name, BLOCKED)
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 3)

    assert active(world) == 300
    assert world.messenger.texts.total() == 300


@virtually
async def test_a_hold_that_a_restart_finds_is_told_again_the_next_day(world: World) -> None:
    await world.subscribe(*(f"c{n}" for n in range(300)), at=time(1, 1))
    world.messenger.outage = Fault(error=BLOCKED)
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 5)
    first = list(world.told)
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 60)
        again = list(world.told)
        await world.pass_minutes(delivery, 24 * 60)

    assert len(first) == 1
    assert again == first
    assert world.told == first * 2
