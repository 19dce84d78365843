"""Connecting, losing the connection, and getting it back."""

import asyncio

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from prometheus_client import generate_latest
from structlog.typing import EventDict

from bot.core.ports import Bank, State
from bot.platforms.discord.client import point_at
from tests.fakes.discord_gateway import GUILDS_INTENT
from tests.fakes.discord_rules import Json
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.discord_world import buttons
from tests.platforms.discord.conftest import Bot, connected, make_bot


async def test_only_guilds_are_asked_for_and_nothing_is_cached(idle: Bot) -> None:
    guild = idle.server.world.guild()
    idle.server.world.channel(guild)
    async with connected(idle):
        (identify,) = idle.server.gateway.identifies
        assert identify["intents"] == GUILDS_INTENT
        client = idle.platform.messenger.client
        assert client is not None
        assert [len(guild.members) for guild in client.guilds] == [1]
        assert list(client.cached_messages) == []
        assert idle.platform.health().state is State.OK


async def test_as_many_shards_as_the_server_wants_share_the_guilds(idle: Bot) -> None:
    world = idle.server.world
    idle.server.rest.shards = 2
    owner = world.user("owner")
    guilds = [world.guild(f"Guild {number}", owner=owner) for number in range(2)]
    channels = [world.channel(guild) for guild in guilds]
    async with connected(idle):
        assert [identify["shard"] for identify in idle.server.gateway.identifies] == [[0, 2], [1, 2]]
        client = idle.platform.messenger.client
        assert client is not None
        assert {guild.shard_id for guild in client.guilds} == {0, 1}
        ann = idle.person()
        for place in (*channels, ann.dm):
            assert (await ann.command(place, "help")).replies


async def test_starting_waits_for_nothing(idle: Bot) -> None:
    idle.server.hang("GET", "/users/@me")
    async with asyncio.timeout(2):
        async with idle.platform.running():
            health = idle.platform.health()
            assert (health.part, health.state, health.why) == ("discord", State.DEGRADED, "connecting")


async def test_a_wrong_token_is_said_in_words_and_tried_again(server: FakeDiscord, bank: Bank) -> None:
    token = "MTQwMDAwMDAwMDAwMDAwMDAw.wrong0.another-fake-token-of-nobody-00000"
    bot = await make_bot(server, bank, token=token)
    async with bot.platform.running():
        await server.until(lambda: len(server.requests) > 2)
        health = bot.platform.health()
    assert health.state is State.DOWN
    assert "refuses the token" in health.why
    assert token not in health.why


async def test_a_token_withdrawn_meanwhile_is_said_in_words(idle: Bot) -> None:
    idle.server.gateway.refuse_identify = 4004
    async with idle.platform.running():
        await idle.server.until(lambda: len(idle.server.gateway.identifies) > 1)
        assert "refuses the token" in idle.platform.health().why
        assert idle.platform.health().state is State.DOWN


@pytest.mark.parametrize("code", [4013, 4014])
async def test_refused_intents_are_said_in_words(idle: Bot, code: int) -> None:
    idle.server.gateway.refuse_identify = code
    async with idle.platform.running():
        await idle.server.until(lambda: len(idle.server.gateway.identifies) > 1)
        assert "refuses the intents" in idle.platform.health().why


async def test_trouble_at_the_start_passes(idle: Bot) -> None:
    idle.server.fail("GET", "/users/@me", 503)
    idle.server.fail("GET", "/gateway/bot", 403, times=2)
    async with connected(idle):
        assert idle.platform.messenger.client is not None
        assert idle.platform.health().state is State.OK


async def test_no_network_at_the_start_is_said_in_words(server: FakeDiscord, bank: Bank) -> None:
    idle = await make_bot(server, bank, url="http://127.0.0.1:9")  # nobody listens there
    async with idle.platform.running():
        while idle.platform.health().why == "connecting":  # noqa: ASYNC110  # there is no server to wait for
            await asyncio.sleep(0)
        assert "cannot be reached" in idle.platform.health().why
        assert idle.platform.health().state is State.DEGRADED


async def test_a_request_to_reconnect_resumes_the_session(idle: Bot) -> None:
    async with connected(idle):
        await idle.server.gateway.ask_to_reconnect()
        await idle.server.until(lambda: idle.server.gateway.resumes == 1)
        ann = idle.person()
        assert (await ann.command(ann.dm, "help")).replies
        assert len(idle.server.gateway.identifies) == 1


async def test_what_happened_while_the_gateway_was_away_is_answered_after_the_resume(idle: Bot) -> None:
    async with connected(idle):
        ann = idle.person()
        await idle.server.gateway.ask_to_reconnect()
        idle.server.gateway.session.socket = None
        exchange = await ann.send(ann.dm, 2, {"id": "1", "name": "help", "type": 1, "options": []})
        await ann.answered(exchange)
        assert exchange.replies


async def test_a_forgotten_session_begins_anew(idle: Bot) -> None:
    async with connected(idle):
        idle.server.gateway.forget_sessions = True
        await idle.server.gateway.ask_to_reconnect()
        await idle.server.until(lambda: len(idle.server.gateway.identifies) > 1)
        ann = idle.person()
        assert (await ann.command(ann.dm, "help")).replies


async def test_a_lost_connection_comes_back(idle: Bot) -> None:
    async with connected(idle):
        await idle.server.gateway.drop(4000)
        await idle.server.until(lambda: idle.server.gateway.resumes + len(idle.server.gateway.identifies) > 1)
        await idle.server.until(lambda: idle.server.gateway.connected)
        ann = idle.person()
        assert (await ann.command(ann.dm, "help")).replies


async def test_a_shard_that_is_away_is_said_until_it_is_back(idle: Bot) -> None:
    gateway, world = idle.server.gateway, idle.server.world
    idle.server.rest.shards = 2
    channels = [world.channel(world.guild(f"Guild {number}")) for number in range(4)]
    async with connected(idle):
        gateway.held[1] = asyncio.Event()
        await gateway.drop()
        await idle.server.until(lambda: (gateway.asked_to_resume, gateway.resumes) == (2, 1))
        ann = idle.person()
        await ann.command(_of_shard(0, channels), "help")
        health = idle.platform.health()
        assert (health.state, health.why[:6]) == (State.DEGRADED, "1 of 2")
        assert "qianmian_discord_connected 0.0" in generate_latest(idle.registry).decode()
        gateway.held[1].set()
        await idle.server.until(lambda: gateway.resumes == 2)
        await ann.command(_of_shard(1, channels), "help")
        assert idle.platform.health().state is State.OK
        assert "qianmian_discord_connected 1.0" in generate_latest(idle.registry).decode()


def _of_shard(number: int, channels: list[Json]) -> Json:
    return next(channel for channel in channels if (int(channel["guild_id"]) >> 22) % 2 == number)


async def test_what_is_under_way_is_finished_before_the_farewell(idle: Bot) -> None:
    ann = idle.person()
    async with connected(idle):
        exchange = await ann.send(ann.dm, 2, {"id": "1", "name": "help", "type": 1, "options": []})
        await idle.server.until(lambda: exchange.callback)
    assert exchange.replies
    await idle.server.until(lambda: not idle.server.gateway.connected)


async def test_what_takes_too_long_is_cut_off_at_the_farewell(idle: Bot, logged: list[EventDict]) -> None:
    ann = idle.person()
    with_formula = next(q for q in idle.bank.questions if "$$" in q.en.answer)
    async with connected(idle):
        (card,) = (await ann.command(ann.dm, "question", id=with_formula.id)).replies
        idle.painter.gate = asyncio.Event()
        tap = await ann.tap(card, buttons(card)["Answer"]["custom_id"])
        await idle.server.until(lambda: tap.callback)
        await idle.platform._answering.settle(0.01)
        assert "interactions cut off" in [event["event"] for event in logged]
        idle.painter.gate.set()
        await ann.answered(tap)


async def test_figures_for_operators(idle: Bot) -> None:
    ann = idle.person()
    async with connected(idle):
        await ann.command(ann.dm, "help")
        await idle.platform._answering.settle(5)
        text = generate_latest(idle.registry).decode()
    assert 'qianmian_discord_answer_seconds_count{kind="application_command"} 1.0' in text


@pytest.mark.parametrize(
    ("url", "base"),
    [("http://h:1", "http://h:1/api/v10"), ("http://h:1/", "http://h:1/api/v10"), ("https://h/v10", "https://h/v10")],
)
def test_another_server_is_pointed_at(url: str, base: str) -> None:
    before = Route.BASE
    try:
        point_at(url)
        assert base == Route.BASE
    finally:
        Route.BASE = before


async def test_new_sessions_go_to_the_servers_own_gateway(idle: Bot) -> None:
    async with connected(idle):
        assert yarl.URL(idle.server.gateway.url) == DiscordWebSocket.DEFAULT_GATEWAY
