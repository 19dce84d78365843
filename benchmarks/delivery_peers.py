"""What most bots do, measured against the same servers.

Two ways: (a) a scheduler's job for every chat and a plain loop of `await bot.send_message`; (b) the SDK's own rate
limiter with everything gathered at once. They have no database, no buttons and no pictures to care for.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from time import perf_counter, process_time
from typing import Any, Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from benchmarks.delivery_runs import TELEGRAM_TOKEN, channel_ids
from benchmarks.processes import most_memory
from benchmarks.strict_server import told

TEXT: Final = "What does LoRA train, what does it leave alone, and what can be done with it after training? " * 5
TELEGRAM_SETTINGS: Final = ((32, None), (64, (40, 0.1)))
"""Connections, and so many requests in so many seconds by the limiter; the best is compared."""
DISCORD_SETTINGS: Final = (64, 256, 0)
"""Connections, 0 for as many as there are messages; the best is compared."""
Rate = tuple[int, float]


@dataclass(frozen=True, kw_only=True)
class PeerOutcome:
    """What came of a peer's run."""

    setting: str
    rate: float
    per_thousand: float
    refused: int
    lost: int


def job_per_chat(count: int) -> tuple[float, float]:
    """(a): one APScheduler job for each chat; the seconds until they run and the megabytes they take."""

    async def main() -> float:
        began = perf_counter()
        scheduler = AsyncIOScheduler(timezone="UTC")
        for number in range(count):
            scheduler.add_job(print, "cron", hour=9, minute=number % 60, args=[number])
        scheduler.start()
        spent = perf_counter() - began
        scheduler.shutdown(wait=False)
        return spent

    return asyncio.run(main()), most_memory()


def plain_loop(url: str, count: int) -> PeerOutcome:
    """(a): one message after the other's answer, as python-telegram-bot comes out of the box."""

    async def main() -> PeerOutcome:
        from telegram import Bot  # noqa: PLC0415  # in the measured process alone

        async with Bot(TELEGRAM_TOKEN, base_url=f"{url}/bot") as bot:

            async def all_of_them() -> int:
                for chat in range(1, count + 1):
                    await bot.send_message(chat, TEXT)
                return 0

            return await _measured(url, count, "a plain loop", all_of_them)

    return asyncio.run(main())


def telegram_gathered(url: str, count: int, connections: int, rate: Rate | None) -> PeerOutcome:
    """(b): python-telegram-bot behind its AIORateLimiter."""

    async def main() -> PeerOutcome:
        from telegram.ext import AIORateLimiter, ExtBot  # noqa: PLC0415  # in the measured process alone
        from telegram.request import HTTPXRequest  # noqa: PLC0415

        # It writes a trace of the stack for every message that it gives up.
        logging.disable()
        most, period = rate or (0, 0)
        limiter = AIORateLimiter(overall_max_rate=most, overall_time_period=period, group_max_rate=0, max_retries=3)
        # Patience enough that a full pool is waited for.
        request = HTTPXRequest(
            connection_pool_size=connections, pool_timeout=None, read_timeout=60, write_timeout=60, connect_timeout=60
        )
        bot: ExtBot[Any] = ExtBot(TELEGRAM_TOKEN, base_url=f"{url}/bot", request=request, rate_limiter=limiter)
        async with bot:
            return await _measured(
                url,
                count,
                f"{connections} connections" + (f", {most / period:.0f}/s" if rate else ""),
                lambda: _gathered(bot.send_message(chat, TEXT) for chat in range(1, count + 1)),
            )

    return asyncio.run(main())


def discord_gathered(url: str, count: int, connections: int) -> PeerOutcome:
    """(b): discord.py, whose rate limiter is always on."""

    async def main() -> PeerOutcome:
        import aiohttp  # noqa: PLC0415  # in the measured process alone
        import discord  # noqa: PLC0415

        from bot.platforms.discord.client import point_at  # noqa: PLC0415
        from tests.fakes.discord_server import TOKEN  # noqa: PLC0415

        point_at(url)
        connector = aiohttp.TCPConnector(limit=connections)
        async with discord.Client(intents=discord.Intents.none(), connector=connector) as client:
            await client.login(TOKEN)
            channels = [client.get_partial_messageable(int(channel)) for channel in channel_ids(count)]
            return await _measured(
                url,
                count,
                f"{connections or 'any number of'} connections",
                lambda: _gathered(channel.send(TEXT) for channel in channels),
            )

    return asyncio.run(main())


def bare_aiohttp(url: str, count: int, connections: int) -> PeerOutcome:
    """No bot at all: as many requests like Discord's as the HTTP library makes, under all that runs on it."""

    async def main() -> PeerOutcome:
        import aiohttp  # noqa: PLC0415  # in the measured process alone

        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections)) as session:

            async def post(channel: str) -> None:
                address = f"{url}/api/v10/channels/{channel}/messages"
                async with session.post(address, json={"content": TEXT}) as answer:
                    await answer.read()

            return await _measured(
                url,
                count,
                f"{connections} connections",
                lambda: _gathered(post(channel) for channel in channel_ids(count)),
            )

    return asyncio.run(main())


async def _gathered(sends: Iterable[Awaitable[object]]) -> int:
    """Send everything at once; how many gave up."""
    results = await asyncio.gather(*sends, return_exceptions=True)
    return sum(isinstance(result, BaseException) for result in results)


async def _measured(url: str, count: int, setting: str, work: Callable[[], Awaitable[int]]) -> PeerOutcome:
    began, spent = perf_counter(), process_time()
    lost = await work()
    seconds, spent = perf_counter() - began, process_time() - spent
    found = await told(url)
    return PeerOutcome(
        setting=setting,
        rate=count / seconds,
        per_thousand=spent / count * 1000,
        refused=found["refused"],
        lost=lost,
    )
