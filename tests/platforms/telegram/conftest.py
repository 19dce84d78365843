"""A whole Telegram: the server on loopback, the real platform over the real SDK, the real bank."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry
from typing_extensions import override

from bot.catalog.source import FolderBankSource, default_folder
from bot.core.errors import RateLimited
from bot.core.library import Library
from bot.core.model import Language
from bot.core.ports import Bank, BankSource, Clock, Lane, Pacer, Painter, Turn
from bot.core.service import Service
from bot.locales import FluentPhrases
from bot.platforms.telegram.platform import TelegramPlatform
from tests.fakes.clock import FakeClock
from tests.fakes.memory_store import MemoryStore
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import TOKEN

PHRASES = FluentPhrases()


@dataclass
class PassingPacer(Pacer):
    """Lets everything through at once, and keeps a list."""

    turns: list[tuple[Lane, str | None, bool]] = field(default_factory=list)
    pauses: list[tuple[timedelta, str | None]] = field(default_factory=list)
    refusals: int = 0
    too_long: timedelta | None = None

    @override
    async def turn(self, lane: Lane, *, scope: str | None = None, group: bool = False) -> Turn:
        if self.too_long is not None and lane is not Lane.TAP:
            raise RateLimited("too long", retry_after=self.too_long)
        self.turns.append((lane, scope, group))
        return Turn()

    @override
    def pause(self, retry_after: timedelta, *, scope: str | None = None) -> None:
        self.pauses.append((retry_after, scope))

    @override
    def refused(self) -> None:
        self.refusals += 1


@dataclass
class StickPainter(Painter):
    """Draws nothing worth looking at; cannot draw what says `bad`."""

    drawn: list[str] = field(default_factory=list)
    drawing: str = "1"

    @property
    @override
    def version(self) -> str:
        return self.drawing

    @override
    async def formula(self, latex: str, *, dark: bool = False) -> bytes:
        if "bad" in latex:
            raise ValueError("bad cannot be drawn")
        self.drawn.append(latex)
        return b"\x89PNG"


class LoadedBank(BankSource):
    """A bank that is in memory already."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    @override
    async def load(self) -> Bank:
        return self.bank


@pytest.fixture(scope="session")
def whole_bank() -> Bank:
    return FolderBankSource(default_folder(), phrases=PHRASES, language=Language.EN).load_now()


@dataclass
class Stage:
    """Everything a test may look at."""

    server: TelegramServer
    platform: TelegramPlatform
    service: Service
    store: MemoryStore
    clock: FakeClock
    pacer: PassingPacer
    painter: StickPainter
    registry: CollectorRegistry
    bank: Bank
    library: Library


Made = Callable[..., AbstractAsyncContextManager[Stage]]


@asynccontextmanager
async def _telegram(version: float, beside: Stage | None) -> AsyncIterator[TelegramServer]:
    if beside is not None:
        yield beside.server
        return
    async with TelegramServer(version=version).running() as server:
        yield server


@pytest.fixture
def stage_of(whole_bank: Bank) -> Made:
    """Builds a stage; the platform is running inside unless `start=False`.

    `beside` is another one on whose server this one is another program; `clock` is one that goes.
    """

    @asynccontextmanager
    async def make(
        *,
        version: float = 10.3,
        start: bool = True,
        token: str = TOKEN,
        webhook_url: str | None = None,
        store: MemoryStore | None = None,
        paid: bool = False,
        drawing: str = "1",
        paced: Pacer | None = None,
        settled_after: float = 0.01,
        wait: Callable[[int], float] = lambda _attempt: 0.01,
        beside: Stage | None = None,
        clock: Clock | None = None,
    ) -> AsyncIterator[Stage]:
        still, kept, pacer, painter = FakeClock(), store or MemoryStore(), PassingPacer(), StickPainter(drawing=drawing)
        library = Library(source=LoadedBank(whole_bank), store=kept)
        await library.reload()
        operators = frozenset({"telegram:1"})
        service = Service(
            library=library,
            store=kept,
            phrases=PHRASES,
            language=Language.EN,
            zone="Asia/Shanghai",
            operators=operators,
        )
        registry = CollectorRegistry()
        async with _telegram(version, beside) as server:
            server.bot_id = int(token.partition(":")[0])
            platform = TelegramPlatform(
                token=token,
                api_url=server.url,
                service=service,
                store=kept,
                clock=clock or still,
                pacer=paced or pacer,
                painter=painter,
                phrases=PHRASES,
                default_language=Language.EN,
                registry=registry,
                webhook_url=webhook_url,
                paid_broadcast=paid,
                wait=wait,
                look_every=0.02,
                settled_after=settled_after,
            )
            made = Stage(
                server=server,
                platform=platform,
                service=service,
                store=kept,
                clock=still,
                pacer=pacer,
                painter=painter,
                registry=registry,
                bank=whole_bank,
                library=library,
            )
            if not start:
                yield made
                return
            async with platform.running():
                await server.until(lambda: platform.messenger.ready)
                yield made

    return make


@pytest.fixture
async def stage(stage_of: Made) -> AsyncIterator[Stage]:
    async with stage_of() as made:
        yield made
