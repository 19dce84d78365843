"""The bot as a process of its own, to be killed: the real store, the real delivery, Telegram's real client.

Each child begins some minutes after the one before, whenever that was killed, so that something is always due.
"""

import asyncio
import signal
import sqlite3
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import aiohttp
import structlog
from prometheus_client import CollectorRegistry
from typing_extensions import override

from bot.core.daily import DailyQuestions
from bot.core.library import Library
from bot.core.model import Language
from bot.core.ports import Clock
from bot.core.service import Service
from bot.delivery.delivery import Delivery
from bot.delivery.limits import UNLIMITED
from bot.delivery.pacing import AccountPacer
from bot.locales import FluentPhrases
from bot.pictures.formulas import FormulaPainter
from bot.platforms.telegram.platform import TelegramPlatform
from bot.storage.store import SqliteStore
from tests.fakes.delivery_world import GivenBank
from tests.fakes.small_bank import small_bank
from tests.fakes.telegram_world import TOKEN

EPOCH: Final = datetime(2026, 11, 24, tzinfo=UTC)
# What a killed child left under way is free again some lives later.
LEASE: Final = timedelta(minutes=12)
TICK_SECONDS: Final = 0.05
# Read once by the process that children are forked from.
PHRASES: Final = FluentPhrases()
# No chat gets the same question twice in a run, so that chat and question tell which delivery it is.
QUESTIONS: Final = 2_200
BANK: Final = small_bank(QUESTIONS)


class LifeClock(Clock):
    """Shows a given instant when it is made, and goes on from there."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._began = time.monotonic()

    @override
    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._began)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a child is to do.

    Attributes:
        database: The file; made and filled beforehand.
        url: A Bot API; `/sending` there gets the deliveries that the process before left under way.
        start: Which time it is when the child begins.
    """

    database: Path
    url: str
    start: datetime


def run(job: Job) -> None:
    """Deliver until SIGTERM; the exit code is 0 after a graceful stop."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    asyncio.run(_run(job))


async def _run(job: Job) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(SqliteStore.open(job.database))
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{job.url}/sending", json=_left_under_way(job.database)),
        ):
            pass
        library = Library(source=GivenBank(BANK), store=store)
        await library.reload()
        service = Service(
            library=library, store=store, phrases=PHRASES, language=Language.EN, zone="UTC", operators=frozenset()
        )
        registry, clock = CollectorRegistry(), LifeClock(job.start)
        telegram = TelegramPlatform(
            token=TOKEN,
            api_url=job.url,
            service=service,
            store=store,
            clock=clock,
            pacer=AccountPacer(UNLIMITED),
            painter=FormulaPainter(),
            phrases=PHRASES,
            default_language=Language.EN,
            registry=registry,
        )
        delivery = Delivery(
            store=store,
            daily=DailyQuestions(library=library, store=store, phrases=PHRASES, catch_up=timedelta(days=365)),
            clock=clock,
            messengers=[telegram.messenger],
            registry=registry,
            lease=LEASE,
        )
        await stack.enter_async_context(telegram.running())
        await stack.enter_async_context(delivery.running())
        while not stop.is_set():
            delivery.tick()
            await _either(stop, TICK_SECONDS)


async def _either(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


def _left_under_way(database: Path) -> list[str]:
    connection = sqlite3.connect(database)
    try:
        rows = connection.execute(
            "SELECT c.chat_id || '/' || d.question FROM deliveries AS d JOIN chats AS c ON c.id = d.chat "
            "WHERE d.ready_at IS NOT NULL AND d.state = 'sending'"
        )
        return [row[0] for row in rows]
    finally:
        connection.close()
