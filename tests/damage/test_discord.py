"""Discord in trouble under a whole bot, where its ways differ from Telegram's."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from structlog.typing import EventDict

from bot.app import Bot, started
from bot.config import read_settings
from bot.core.model import ChatKind, ChatRef
from bot.core.ports import Health, State
from bot.platforms.discord.places import DISCORD
from tests.damage.morning import BEFORE_ONE, Hours, subscribed
from tests.fakes.discord_rules import Refused
from tests.fakes.discord_server import TOKEN, FakeDiscord
from tests.fakes.virtual_loop import LoopClock, virtually_over_sockets

CHANNELS = 100
LASTING = 10_000
POST = r"/channels/\d+/messages$"


class GuildMorning(Hours):
    """A bot that the channels of a guild have subscribed to, for one o'clock."""

    def __init__(self, bot: Bot, discord: FakeDiscord, clock: LoopClock, channels: list[str]) -> None:
        super().__init__(bot, clock)
        self.discord, self.channels = discord, channels

    def cards(self) -> Counter[str]:
        """How many messages stand in each channel."""
        return Counter({id_: len(self.discord.world.messages[id_]) for id_ in self.channels})

    def asked(self) -> list[str]:
        """The channels that were posted to, in order."""
        paths = [path for method, path, _ in self.discord.requests if method == "POST" and path.endswith("/messages")]
        return [path.split("/")[-2] for path in paths]

    def each_has_one(self) -> bool:
        """Whether the question stands in every channel once."""
        return set(self.cards().values()) == {1}

    def platform(self) -> Health:
        """How Discord is doing."""
        return self.bot.platforms[0].health()


@asynccontextmanager
async def guild_morning(folder: Path, *, channels: int = CHANNELS) -> AsyncIterator[GuildMorning]:
    """A bot in a virtual loop, with its clock shortly before one, in a guild where every channel has subscribed."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    database, clock = folder / "bot.sqlite3", LoopClock(BEFORE_ONE)
    async with FakeDiscord() as discord:
        guild = discord.world.guild()
        ids = [discord.world.channel(guild, f"interviews-{n}")["id"] for n in range(channels)]
        await subscribed(database, (ChatRef(platform=DISCORD, chat_id=id_) for id_ in ids), kind=ChatKind.GROUP)
        settings = read_settings(
            database=database,
            web_port=0,
            language="en",
            timezone="UTC",
            discord_token=TOKEN,
            discord_api_url=discord.url,
        )
        beating = asyncio.create_task(discord.gateway.ask_for_heartbeats(45))
        async with started(settings, clock=clock) as bot:
            await discord.until(lambda: discord.commands)
            yield GuildMorning(bot, discord, clock, ids)
        beating.cancel()
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before


def not_sent(logged: list[EventDict]) -> Counter[str]:
    """Why things were not sent, as it was logged."""
    return Counter(event["reason"] for event in logged if event["event"] == "not sent")


@virtually_over_sockets
async def test_three_in_ten_channels_that_are_gone_cost_one_request_each_and_hold_up_nobody(
    folder: Path, logged: list[EventDict]
) -> None:
    async with guild_morning(folder) as morning:
        deleted = morning.channels[1::5]
        closed = morning.channels[3::10]
        for id_ in deleted:
            del morning.discord.world.channels[id_]
        for id_ in closed:
            morning.discord.world.denied[id_] = Refused(403, 50278, "no mutual guilds")
        rest = set(morning.channels) - {*deleted, *closed}
        await morning.once(lambda: all(morning.cards()[id_] for id_ in rest))
        await morning.pass_minutes(15)
        assert Counter(morning.asked()) == Counter(morning.channels)
        assert morning.health().state is State.OK
    assert not_sent(logged) == {"blocked": len(deleted) + len(closed)}


@virtually_over_sockets
async def test_ten_minutes_of_500_are_no_flood_and_then_each_channel_gets_the_question_once(
    folder: Path, logged: list[EventDict]
) -> None:
    async with guild_morning(folder) as morning:
        morning.discord.fail("POST", "", 500, times=LASTING)
        morning.discord.fail("GET", "/channels/", 500, times=LASTING)
        await morning.pass_minutes(10)
        meanwhile, health = len(morning.discord.requests), morning.health()
        morning.discord.mend()
        await morning.once(morning.each_has_one)
        await morning.pass_minutes(15)
        assert morning.each_has_one()
        assert morning.health().state is State.OK
    assert (health.state, health.why) == (State.DEGRADED, "discord does not answer")
    # The library asks five times for each of ours.
    assert meanwhile < 5 * (64 + 4 * 25)
    assert not_sent(logged).keys() == {"unknown-outcome"}


@pytest.mark.parametrize("after_acting", [False, True])
@pytest.mark.parametrize("reset", [False, True])
@virtually_over_sockets
async def test_a_connection_that_ends_before_the_answer_brings_no_second_message(
    folder: Path, logged: list[EventDict], *, reset: bool, after_acting: bool
) -> None:
    async with guild_morning(folder) as morning:
        morning.discord.cut("POST", POST, after_acting=after_acting, reset=reset, times=10)
        await morning.once(lambda: len(set(morning.asked())) == CHANNELS)
        await morning.once(morning.each_has_one)
        morning.discord.world.forget_nonces()
        await morning.pass_minutes(11)
        assert morning.each_has_one()
        assert morning.health().state is State.OK
    assert not_sent(logged) == {"unknown-outcome": 10}


@virtually_over_sockets
async def test_answers_that_never_come_hold_up_nobody_and_are_asked_for_again(
    folder: Path, logged: list[EventDict]
) -> None:
    async with guild_morning(folder) as morning:
        morning.discord.hang("POST", POST, times=10)
        await morning.once(lambda: sum(morning.cards().values()) == CHANNELS - 10)
        assert not not_sent(logged)
        await morning.once(morning.each_has_one)
        await morning.pass_minutes(1)
        assert morning.health().state is State.OK
    assert not_sent(logged) == {"unknown-outcome": 10}


@virtually_over_sockets
async def test_a_gateway_that_drops_is_said_and_the_questions_come_all_the_same(folder: Path) -> None:
    async with guild_morning(folder) as morning:
        gateway = morning.discord.gateway
        gateway.held[0] = asyncio.Event()
        await gateway.drop()
        await morning.once(lambda: gateway.asked_to_resume)
        away = morning.platform()
        await morning.once(morning.each_has_one)
        gateway.held[0].set()
        await morning.once(lambda: morning.platform().state is State.OK)
    assert away.state is State.DEGRADED
    assert "connections to the gateway are lost" in away.why


@virtually_over_sockets
async def test_a_token_withdrawn_in_mid_run_is_told_and_what_is_due_waits_for_a_good_one(
    folder: Path, logged: list[EventDict]
) -> None:
    async with guild_morning(folder) as morning:
        morning.discord.gateway.token = "MTQwMDAwMDAwMDAwMDAwMDAw.another-token"
        await morning.discord.gateway.drop(4004)
        await morning.once(lambda: morning.platform().state is State.DOWN)
        await morning.pass_minutes(10)
        told, health, asked = morning.platform(), morning.health(), morning.asked()
        morning.discord.gateway.token = TOKEN
        await morning.once(morning.each_has_one)
        await morning.pass_minutes(1)
        assert morning.each_has_one()
        assert morning.platform().state is morning.health().state is State.OK
    assert "refuses the token" in told.why
    assert TOKEN not in told.why
    assert (health.state, health.why) == (State.DEGRADED, "discord is not connected")
    assert not asked
    assert any(event["event"] == "discord is not connected" for event in logged)


@virtually_over_sockets
async def test_a_token_that_only_requests_are_refused_for_is_no_flood_and_loses_nothing(
    folder: Path, logged: list[EventDict]
) -> None:
    async with guild_morning(folder) as morning:
        morning.discord.gateway.token = "MTQwMDAwMDAwMDAwMDAwMDAw.another-token"
        await morning.pass_minutes(10)
        meanwhile, health = len(morning.discord.requests), morning.health()
        morning.discord.gateway.token = TOKEN
        await morning.once(morning.each_has_one)
        await morning.pass_minutes(11)
        assert morning.each_has_one()
        assert morning.health().state is State.OK
    assert health.state is State.DEGRADED
    assert meanwhile < 64 + 4 * 25 + 10
    assert not_sent(logged).keys() == {"unavailable"}
    assert not any(TOKEN in str(event) for event in logged)
