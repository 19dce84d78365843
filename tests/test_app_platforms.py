"""All platforms at once in one process: real SDKs over loopback, the real pacer, a real database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.app import Bot, started
from bot.config import Settings, read_settings
from bot.core.ports import State
from tests.fakes.clock import FakeClock
from tests.fakes.discord_people import Person
from tests.fakes.discord_server import TOKEN as DISCORD_TOKEN
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.discord_world import DM, texts
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import TOKEN as TELEGRAM_TOKEN

HOUR = timedelta(hours=1)


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with TelegramServer().running() as server:
        yield server


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    async with FakeDiscord() as server:
        yield server
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before


@pytest.fixture
def operator(discord: FakeDiscord) -> str:
    """The id on Discord of one of the two who run the bot; the other is number 7 on Telegram."""
    return str(discord.world.user("operator")["id"])


@pytest.fixture
def settings(
    telegram: TelegramServer, discord: FakeDiscord, operator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    monkeypatch.chdir(tmp_path)
    return read_settings(
        database=tmp_path / "bot.sqlite3",
        web_port=0,
        language="en",
        timezone="UTC",
        telegram_token=TELEGRAM_TOKEN,
        telegram_api_url=telegram.url,
        discord_token=DISCORD_TOKEN,
        discord_api_url=discord.url,
        operators=f"telegram:7, discord:{operator}",
    )


@pytest.fixture
async def bot(settings: Settings, discord: FakeDiscord, clock: FakeClock) -> AsyncIterator[Bot]:
    async with started(settings, clock=clock) as running:
        await discord.until(lambda: discord.commands)
        yield running


async def test_a_question_reaches_both_platforms_at_its_minute(
    bot: Bot, telegram: TelegramServer, discord: FakeDiscord, clock: FakeClock
) -> None:
    telegram.person(7)
    await telegram.say(7, "/subscribe 13:00 UTC lora")
    await telegram.message(chat=7)
    ann = Person(discord, "ann")
    await ann.command(ann.dm, "subscribe", time="13:00", zone="UTC")

    clock.advance(HOUR)
    bot.delivery.tick()
    cards = await telegram.until(lambda: [m for m in telegram.messages if m.by_bot and m.rich and m.chat == 7])
    await telegram.press(7, cards[0], "Answer")
    posted = discord.world.messages
    await discord.until(lambda: len(posted[ann.dm["id"]]) > 0)

    assert "Hint" not in cards[0].labels()
    assert all(part.health().state is State.OK for part in (*bot.platforms, bot.delivery))


async def test_metrics_tell_how_the_push_went_on_each_platform(
    bot: Bot, telegram: TelegramServer, clock: FakeClock
) -> None:
    telegram.person(7)
    await telegram.say(7, "/subscribe 13:00 UTC lora")
    await telegram.message(chat=7)
    clock.advance(HOUR)
    bot.delivery.tick()
    await telegram.until(lambda: [m for m in telegram.messages if m.by_bot and m.rich and m.chat == 7])
    platforms, lanes = ("telegram", "discord"), ("tap", "daily", "announcement")
    wanted = {
        'qianmian_deliveries_total{platform="telegram",reason="",state="sent"} 1.0',
        'qianmian_delivery_lateness_seconds_count{platform="telegram"} 1.0',
        "qianmian_tick_seconds_count",
        *(f'qianmian_queue_depth{{platform="{platform}"}}' for platform in platforms),
        *(f'qianmian_rate_limited_total{{platform="{platform}"}} 0.0' for platform in platforms),
        *(
            f'qianmian_lane_wait_seconds_count{{lane="{lane}",platform="{platform}"}}'
            for platform in platforms
            for lane in lanes
        ),
        *(f'qianmian_database_seconds_count{{call="{call}"}}' for call in ("plan_due", "claim", "settle")),
    }
    missing = wanted
    async with aiohttp.ClientSession() as session, asyncio.timeout(60):
        while missing:
            async with session.get(f"{bot.url.rstrip('/')}/metrics") as answer:
                told = await answer.text()
            missing = {line for line in wanted if line not in told}


async def test_a_platform_that_is_away_leaves_the_others_alone(
    bot: Bot, telegram: TelegramServer, discord: FakeDiscord, clock: FakeClock
) -> None:
    telegram.person(7)
    await telegram.say(7, "/subscribe 13:00 UTC")
    await telegram.message(chat=7)
    await discord.gateway.ask_to_reconnect()
    clock.advance(HOUR)
    bot.delivery.tick()
    cards = await telegram.until(lambda: [m for m in telegram.messages if m.by_bot and m.rich and m.chat == 7])
    assert len(cards) == 1


async def test_operators_on_discord_hear_that_telegram_refuses_the_token_and_takes_it_again(
    bot: Bot, telegram: TelegramServer, discord: FakeDiscord, operator: str
) -> None:
    telegram.person(7)
    telegram.token = "110201543:another"
    # Whatever comes ends the long wait for it, and the next one is refused.
    await telegram.say(7, "/help")
    await telegram.until(lambda: bot.platforms[0].health().state is State.DOWN)
    now = asyncio.get_running_loop().time()
    for seconds in (0, 90):
        await bot.delivery._vigil.look(now + seconds, bot.delivery._troubles())
    await discord.until(lambda: written_to(discord, operator))
    telegram.token = TELEGRAM_TOKEN
    await telegram.until(lambda: bot.platforms[0].health().state is State.OK)
    await bot.delivery._vigil.look(now + 200, bot.delivery._troubles())
    await discord.until(lambda: len(written_to(discord, operator)) == 2)
    await telegram.until(lambda: [m for m in telegram.messages if m.by_bot and m.chat == 7 and "well again" in m.text])

    refused, back = written_to(discord, operator)
    assert refused.startswith("Telegram does not accept the bot's token any more")
    assert back.startswith("Telegram is well again")
    assert TELEGRAM_TOKEN not in refused


def written_to(discord: FakeDiscord, person: str) -> list[str]:
    """What stands in the direct messages with somebody."""
    return [
        texts(message)
        for channel in discord.world.channels.values()
        if channel["type"] == DM and channel["recipients"][0]["id"] == person
        for message in discord.world.messages[channel["id"]]
    ]
