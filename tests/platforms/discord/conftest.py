"""A whole Discord platform against the fake server: real client, real sockets, a store in memory, the real bank.

With it, what tests of its messenger do again and again: a channel, a post into it, and what stands there afterwards.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import structlog
from discord.gateway import DiscordWebSocket
from discord.http import Route
from prometheus_client import CollectorRegistry
from structlog.typing import EventDict
from typing_extensions import override

from bot.core import cards
from bot.core.errors import RateLimited
from bot.core.library import Library
from bot.core.model import Chat, ChatKind, ChatRef, Language
from bot.core.ports import Bank, BankSource, Lane, Pacer, Painter, Turn
from bot.core.replies import Post, Reply
from bot.core.requests import Voice
from bot.core.service import Service
from bot.locales import FluentPhrases
from bot.platforms.discord.places import DISCORD
from bot.platforms.discord.platform import DiscordPlatform, Waits
from tests.fakes.clock import FakeClock
from tests.fakes.discord_people import Person
from tests.fakes.discord_rules import Json
from tests.fakes.discord_server import TOKEN, FakeDiscord
from tests.fakes.memory_store import MemoryStore

QUICK = Waits(first=0.01, longest=0.05, guilds=0.05, identify=0.0, refresh=0.02, farewell=2.0)


@dataclass
class CountingPacer(Pacer):
    """Lets everything pass and remembers it, unless it is told that all would have to wait too long."""

    too_long: timedelta | None = None
    turns: list[tuple[Lane, str | None]] = field(default_factory=list)
    pauses: list[tuple[timedelta, str | None]] = field(default_factory=list)
    refusals: int = 0

    @override
    async def turn(self, lane: Lane, *, scope: str | None = None, group: bool = False) -> Turn:
        if self.too_long is not None:
            raise RateLimited("no turn in time", retry_after=self.too_long)
        self.turns.append((lane, scope))
        return Turn()

    @override
    def pause(self, retry_after: timedelta, *, scope: str | None = None) -> None:
        self.pauses.append((retry_after, scope))

    @override
    def refused(self) -> None:
        self.refusals += 1


@dataclass
class PlainPainter(Painter):
    """Draws every formula as a few bytes, but refuses those that hold `undrawable`; may be told to wait."""

    gate: asyncio.Event | None = None

    @override
    async def formula(self, latex: str, *, dark: bool = False) -> bytes:
        if self.gate is not None:
            await self.gate.wait()
        if "undrawable" in latex:
            raise ValueError(latex)
        return f"png of {latex} {dark}".encode()


@dataclass
class ReadyBank(BankSource):
    """A bank that was loaded before."""

    bank: Bank

    @override
    async def load(self) -> Bank:
        return self.bank


@dataclass(kw_only=True)
class Bot:
    """The running platform with everything around it."""

    server: FakeDiscord
    platform: DiscordPlatform
    service: Service
    store: MemoryStore
    clock: FakeClock
    pacer: CountingPacer
    painter: PlainPainter
    bank: Bank
    registry: CollectorRegistry

    def person(self, name: str = "ann", *, admin: bool = False, locale: str = "en-US") -> Person:
        """Somebody on this server."""
        return Person(self.server, name, admin=admin, locale=locale)

    async def knows(self, channel: dict[str, object], kind: ChatKind = ChatKind.GROUP) -> ChatRef:
        """Make the store know a channel or thread; returns its address."""
        parent = channel.get("parent_id")
        ref = ChatRef(
            platform=DISCORD,
            chat_id=str(parent or channel["id"]),
            thread_id=str(channel["id"]) if parent else None,
        )
        await self.store.see_chat(Chat(ref=ref, kind=kind), at=self.clock.now())
        return ref


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[EventDict]]:
    """What was logged, in order; nothing is printed, since tracebacks take long to draw."""
    with structlog.testing.capture_logs() as events:
        yield events


@pytest.fixture
async def server() -> AsyncIterator[FakeDiscord]:
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    async with FakeDiscord() as running:
        yield running
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before


@pytest.fixture
async def idle(server: FakeDiscord, bank: Bank) -> Bot:
    """The platform before it is started."""
    return await make_bot(server, bank)


@pytest.fixture
async def bot(idle: Bot) -> AsyncIterator[Bot]:
    """The platform, connected, with its commands synced."""
    async with connected(idle):
        yield idle


@asynccontextmanager
async def connected(bot: Bot) -> AsyncIterator[None]:
    """Run a platform; begins when it has synced its commands."""
    async with bot.platform.running():
        await bot.server.until(lambda: bot.server.commands)
        yield


async def make_bot(
    server: FakeDiscord, bank: Bank, *, token: str = TOKEN, guild: str | None = None, url: str | None = None
) -> Bot:
    """A platform that is not running yet."""
    store, clock, phrases = MemoryStore(), FakeClock(), FluentPhrases()
    library = Library(source=ReadyBank(bank), store=store)
    await library.reload()
    service = Service(
        library=library,
        store=store,
        phrases=phrases,
        language=Language.EN,
        zone="Asia/Shanghai",
        operators=frozenset(),
    )
    pacer, painter, registry = CountingPacer(), PlainPainter(), CollectorRegistry()
    platform = DiscordPlatform(
        token=token,
        api_url=url or server.url,
        guild=guild,
        service=service,
        store=store,
        clock=clock,
        pacer=pacer,
        painter=painter,
        phrases=phrases,
        default_language=Language.EN,
        registry=registry,
        waits=QUICK,
    )
    return Bot(
        server=server,
        platform=platform,
        service=service,
        store=store,
        clock=clock,
        pacer=pacer,
        painter=painter,
        bank=bank,
        registry=registry,
    )


def channel_in(bot: Bot, **more: Any) -> Json:
    """A channel in a new guild."""
    return bot.server.world.channel(bot.server.world.guild(), **more)


def card(bot: Bot) -> Reply:
    """A question as it is posted."""
    question = bot.bank.question("lora-merge-weights")
    return cards.card(Voice(FluentPhrases(), Language.EN), bot.bank, question, alone=False)


def post(ref: ChatRef, reply: Reply, key: str = "d1", **more: Any) -> Post:
    """A post of a reply."""
    return Post(chat=ref, reply=reply, key=key, **more)


def posted(bot: Bot, channel: Mapping[str, Any]) -> list[Json]:
    """What stands in a channel."""
    return bot.server.world.messages[channel["id"]]


def posts_in(bot: Bot, forum: Json) -> list[str]:
    """The ids of a forum's posts."""
    return [channel["id"] for channel in bot.server.world.channels.values() if channel.get("parent_id") == forum["id"]]
