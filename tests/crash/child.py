"""The bot's delivery as a process of its own, to be killed: the real store and the real delivery, sending over HTTP.

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
from bot.core.errors import MessengerError, Unavailable, Unknown
from bot.core.library import Library
from bot.core.model import ChatRef, MessageId, Platform
from bot.core.ports import Clock, Lane, Messenger
from bot.core.replies import Post, Reply
from bot.delivery.delivery import Delivery
from bot.locales import FluentPhrases
from bot.storage.store import SqliteStore
from tests.fakes.delivery_world import GivenBank
from tests.fakes.small_bank import small_bank

EPOCH: Final = datetime(2026, 11, 24, tzinfo=UTC)
# What a killed child left under way is free again some lives later.
LEASE: Final = timedelta(minutes=12)
TICK_SECONDS: Final = 0.05
# Read once by the process that children are forked from.
PHRASES: Final = FluentPhrases()
BANK: Final = small_bank()


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
        url: Where posts go: `/sending` gets the deliveries that the process before left under way, `/post` the posts.
        start: Which time it is when the child begins.
    """

    database: Path
    url: str
    start: datetime


class HttpMessenger(Messenger):
    """Posts the delivery's key; an answer that does not come is an unknown outcome."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    @property
    @override
    def platform(self) -> Platform:
        return Platform("telegram")

    @property
    @override
    def ready(self) -> bool:
        return True

    @override
    async def send(self, post: Post, *, lane: Lane = Lane.DAILY) -> MessageId:
        try:
            async with self._session.post(self._url, json={"chat": post.chat.chat_id, "key": post.key}) as response:
                return MessageId(await response.text())
        except aiohttp.ClientConnectorError as error:
            raise Unavailable(str(error)) from error
        except aiohttp.ClientError as error:
            raise Unknown(str(error)) from error

    @override
    async def edit(self, chat: ChatRef, message: MessageId, reply: Reply) -> None:
        raise MessengerError("not needed here")


def run(job: Job) -> None:
    """Deliver until SIGTERM; the exit code is 0 after a graceful stop."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    asyncio.run(_run(job))


async def _run(job: Job) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(SqliteStore.open(job.database))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        async with session.post(f"{job.url}/sending", json=_left_under_way(job.database)):
            pass
        library = Library(source=GivenBank(BANK), store=store)
        await library.reload()
        delivery = Delivery(
            store=store,
            daily=DailyQuestions(library=library, store=store, phrases=PHRASES, catch_up=timedelta(days=365)),
            clock=LifeClock(job.start),
            messengers=[HttpMessenger(session, f"{job.url}/post")],
            registry=CollectorRegistry(),
            lease=LEASE,
        )
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


def _left_under_way(database: Path) -> list[int]:
    connection = sqlite3.connect(database)
    try:
        rows = connection.execute("SELECT id FROM deliveries WHERE ready_at IS NOT NULL AND state = 'sending'")
        return [row[0] for row in rows]
    finally:
        connection.close()
