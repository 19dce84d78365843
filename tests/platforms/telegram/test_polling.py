"""Receiving updates where another program has the same token."""

import asyncio

import aiohttp
from structlog.testing import capture_logs

from bot.core.ports import State
from bot.platforms.telegram.places import ref_of
from bot.platforms.telegram.platform import growing
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import TOKEN
from tests.fakes.virtual_loop import virtually_over_sockets
from tests.platforms.telegram.company import post
from tests.platforms.telegram.conftest import Made, Stage

MINUTES = 60.0


def looks(server: TelegramServer) -> int:
    """How often anybody has asked for updates."""
    return len(server.called("getUpdates"))


def answered(server: TelegramServer) -> bool:
    return any(message.by_bot for message in server.messages)


def in_conflict(stage: Stage) -> bool:
    health = stage.platform.health()
    return health.state is State.DEGRADED and "another program receives this bot's updates (409)" in health.why


@virtually_over_sockets
async def test_two_programs_with_one_token_look_rarely_say_so_once_and_both_go_on_sending(stage_of: Made) -> None:
    with capture_logs() as events:
        async with stage_of(wait=growing) as one, stage_of(wait=growing, beside=one) as other:
            server = one.server
            server.person(7)
            await asyncio.sleep(10 * MINUTES)
            settled, conflicts = looks(server), server.conflicts
            await asyncio.sleep(10 * MINUTES)

            # Each waits a minute; in between, a long poll or two of the other come back empty.
            assert looks(server) - settled <= 10 * 5
            assert server.conflicts - conflicts <= 10 * 2
            for stage in (one, other):
                assert in_conflict(stage)
                assert stage.platform.messenger.ready
                await stage.platform.messenger.send(post(stage, ref_of(7)))
            said = [event["why"] for event in events if event["event"] == "telegram"]
    assert len([why for why in said if "409" in why]) == 2


@virtually_over_sockets
async def test_when_one_of_the_two_stops_the_other_receives_and_is_well_again(stage_of: Made) -> None:
    with capture_logs() as events:
        async with stage_of(wait=growing) as one:
            server = one.server
            server.person(7)
            async with stage_of(wait=growing, beside=one):
                await asyncio.sleep(10 * MINUTES)
                assert in_conflict(one)
            await server.say(7, "/start")
            await asyncio.sleep(MINUTES)
            assert answered(server)
            await asyncio.sleep(4 * MINUTES)
            assert one.platform.health().state is State.OK
            said = [(event["state"], event["why"]) for event in events if event["event"] == "telegram"]
            assert said[-1] == ("ok", "")
            assert len(said) == 2 + 2 + 1 + 1  # connected, in conflict, the other stopped, well again

            # Who comes later is met as the first one was: the waits are short again.
            before = server.conflicts
            async with stage_of(wait=growing, beside=one):
                await asyncio.sleep(10)
                assert server.conflicts - before >= 3


@virtually_over_sockets
async def test_who_looks_only_once_is_named_for_some_minutes(stage_of: Made) -> None:
    async with stage_of(wait=growing) as stage, aiohttp.ClientSession() as other:
        server = stage.server
        server.person(7)
        await asyncio.sleep(MINUTES)
        async with other.post(f"{server.url}/bot{TOKEN}/getUpdates", data={"timeout": "10"}):
            await asyncio.sleep(MINUTES / 2)
        assert in_conflict(stage)
        await server.say(7, "/start")
        await asyncio.sleep(5 * MINUTES)
        assert answered(server)
        assert stage.platform.health().state is State.OK
        # Each of the two was sent away once: the one that was there, and the one that looked only once.
        assert server.conflicts == 2


@virtually_over_sockets
async def test_a_webhook_that_another_program_sets_ends_the_looking_until_it_is_gone(stage_of: Made) -> None:
    async with stage_of(wait=growing) as stage:
        server = stage.server
        server.person(7)
        async with aiohttp.ClientSession() as other:
            await other.post(f"{server.url}/bot{TOKEN}/setWebhook", data={"url": "https://other.example.org/"})
            await asyncio.sleep(10 * MINUTES)
            before = looks(server)
            await asyncio.sleep(10 * MINUTES)
            assert in_conflict(stage)
            assert looks(server) - before <= 10
            await other.post(f"{server.url}/bot{TOKEN}/deleteWebhook")
        await server.say(7, "/start")
        await asyncio.sleep(5 * MINUTES)
        assert answered(server)
        assert stage.platform.health().state is State.OK
