"""One run of the whole pipeline in a process of its own: database, delivery, pacer and a platform's real client."""

import asyncio
import gc
import sys
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

import aiohttp
from prometheus_client import CollectorRegistry
from typing_extensions import override

from benchmarks.bench_storage import NINE, Place, delivered, loop_watched, private, subscribed
from benchmarks.processes import most_memory
from benchmarks.strict_server import told
from bot import logs
from bot.catalog.source import FolderBankSource, default_folder
from bot.core.daily import DailyQuestions
from bot.core.library import Library
from bot.core.model import Language, Platform
from bot.core.ports import Clock, PlatformPart
from bot.core.service import Service
from bot.delivery.delivery import Delivery
from bot.delivery.limits import DISCORD, TELEGRAM, UNLIMITED, Limits
from bot.delivery.metrics import PacingMetrics
from bot.delivery.pacing import AccountPacer
from bot.locales import FluentPhrases
from bot.storage.store import SqliteStore

TELEGRAM_TOKEN: Final = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_fake"  # noqa: S105  # nobody's
TAP_EVERY: Final = 0.2
# In seconds, after which what has not arrived counts as lost.
LONGEST: Final = 240.0
LIMITS: Final[dict[str, Limits]] = {"telegram": TELEGRAM, "discord": DISCORD, "unlimited": UNLIMITED}
# So many of the groups are topics of one forum, which all together may be written to 20 times a minute.
TOPICS: Final = 30


class ClockFromNine(Clock):
    """Shows nine o'clock in Shanghai when it is made, and goes on from there."""

    def __init__(self) -> None:
        self._began = perf_counter()

    @override
    def now(self) -> datetime:
        return NINE + timedelta(seconds=perf_counter() - self._began)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A database of so many chats, so many of them due at once, and a server that keeps a profile's limits.

    Attributes:
        queued: So many are not due, but planned and waiting to be sent, as after a crash.
        until: How many chats have got their question when it ends; 0 for all that are due or queued.
        groups: How many of a Telegram's chats are groups; they come first.
        idle_taps: How many taps are awaited before the broadcast; 0 for no taps at all.
        at_once: Delivery begins with the process, as in a restart, and not when the platform is connected.
    """

    name: str
    url: str
    platform: str = "telegram"
    profile: str
    chats: int
    due: int = 0
    queued: int = 0
    until: int = 0
    groups: int = 0
    idle_taps: int = 0
    watched: bool = False
    at_once: bool = False
    asked_at: float = 0

    @property
    def run_url(self) -> str:
        """Where this run's server is."""
        return f"{self.url}/{self.profile}/{self.name}"

    @property
    def awaited(self) -> int:
        """How many chats are to get their question."""
        return self.until or self.queued or self.due or self.chats

    def place(self, number: int) -> Place:
        """The chat of that number, counted from 1."""
        if self.platform == "discord":
            return "discord", channel_ids(self.chats)[number - 1], "", "channel"
        if number > self.groups:
            return private(number)
        topic = number <= TOPICS < self.groups
        return "telegram", str(-1_000_000_000_000 - (0 if topic else number)), str(number) if topic else "", "group"

    async def fill(self, path: Path) -> None:
        """Make its database."""
        due = 0 if self.queued else self.due or self.chats
        await subscribed(
            path, self.chats, lambda number: NINE if number <= due else NINE + timedelta(hours=1), self.place
        )
        questions = sorted(file.stem for file in default_folder().glob("*/*.md"))
        delivered(path, ((number, NINE, "queued") for number in range(1, self.queued + 1)), questions)


_channels: dict[int, list[str]] = {}


def channel_ids(count: int) -> list[str]:
    """The channels that the server has, too."""
    from benchmarks.strict_discord import world_of  # noqa: PLC0415  # not in the processes that are measured

    if count not in _channels:
        _channels[count] = list(world_of(count).channels)
    return _channels[count]


@dataclass(kw_only=True)
class Outcome:
    """What a scenario showed; times in seconds, memory in megabytes."""

    taken: int = 0
    refused: int = 0
    lost: int = 0
    seconds: float = 0
    processor: float = 0
    first: float = 0
    start: float = 0
    held: float = 0
    memory: float = 0
    taps: list[float] = field(default_factory=list)
    idle_taps: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Messages a second, from the first to the last."""
        return (self.taken - 1) / self.seconds

    @property
    def per_thousand(self) -> float:
        """Processor seconds for 1,000 messages."""
        return self.processor / self.taken * 1000


def perform(scenario: Scenario, database: str) -> Outcome:
    """Run one scenario in this process, logging to a file as in production."""
    with tempfile.TemporaryFile("w") as log:
        sys.stderr = log
        logs.set_up(level="INFO", form="json")
        return asyncio.run(_perform(scenario, Path(database)))


async def _perform(scenario: Scenario, database: Path) -> Outcome:
    outcome = Outcome()
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        platform, delivery = await _started(stack, scenario, database)
        await stack.enter_async_context(platform.running())
        if not scenario.at_once:
            while not platform.messenger.ready:  # noqa: ASYNC110  # the platform says so nowhere else
                await asyncio.sleep(0.01)
        # As the whole bot does once it has started: what stays for good is not searched for garbage again and again.
        gc.collect()
        gc.freeze()
        if scenario.idle_taps:
            async with session.post(f"{scenario.run_url}/taps", params={"every": str(TAP_EVERY)}):
                await asyncio.sleep(scenario.idle_taps * TAP_EVERY)
        before = await told(scenario.run_url)
        late = await stack.enter_async_context(loop_watched()) if scenario.watched else []
        began, spent = perf_counter(), process_time()
        async with delivery.running():
            after = await told(scenario.run_url, until=scenario.awaited, within=LONGEST)
            outcome.processor = process_time() - spent
        outcome.first, outcome.start = after["first"] - began, after["first"] - scenario.asked_at
        outcome.taken, outcome.seconds = after["taken"] - before["taken"], after["seconds"]
        outcome.refused, outcome.lost = after["refused"], max(scenario.awaited - after["different"], 0)
        outcome.idle_taps, outcome.taps = before["taps"], after["taps"][len(before["taps"]) :]
        outcome.held = max(late, default=0)
        outcome.memory = most_memory()
    return outcome


async def _started(stack: AsyncExitStack, scenario: Scenario, database: Path) -> tuple[PlatformPart, Delivery]:
    """The bot, put together as the application does it."""
    store = await stack.enter_async_context(SqliteStore.open(database))
    phrases, clock, registry = FluentPhrases(), ClockFromNine(), CollectorRegistry()
    source = FolderBankSource(default_folder(), phrases=phrases, language=Language.EN)
    library = Library(source=source, store=store)
    await library.reload()
    service = Service(
        library=library, store=store, phrases=phrases, language=Language.EN, zone="UTC", operators=frozenset()
    )
    if not scenario.at_once:
        # What a start does in the background is over long before most mornings.
        await asyncio.to_thread(library.bank.search, "lora")
    platform = _platform(scenario, service=service, store=store, clock=clock, phrases=phrases, registry=registry)
    daily = DailyQuestions(library=library, store=store, phrases=phrases, catch_up=timedelta(hours=3))
    return platform, Delivery(store=store, daily=daily, clock=clock, messengers=[platform.messenger], registry=registry)


def _platform(
    scenario: Scenario,
    *,
    service: Service,
    store: SqliteStore,
    clock: Clock,
    phrases: FluentPhrases,
    registry: CollectorRegistry,
) -> PlatformPart:
    """The scenario's platform; its SDK, and what draws formulas, are imported only now."""
    from bot.pictures.formulas import FormulaPainter  # noqa: PLC0415

    make: Callable[..., PlatformPart]
    if scenario.platform == "telegram":
        from bot.platforms.telegram.platform import TelegramPlatform  # noqa: PLC0415

        make = partial(TelegramPlatform, token=TELEGRAM_TOKEN)
    else:
        from bot.platforms.discord.platform import DiscordPlatform, Waits  # noqa: PLC0415
        from tests.fakes.discord_server import TOKEN  # noqa: PLC0415

        make = partial(DiscordPlatform, token=TOKEN, guild=None, waits=Waits(guilds=1.0))
    return make(
        api_url=scenario.run_url,
        service=service,
        store=store,
        clock=clock,
        pacer=AccountPacer(LIMITS[scenario.profile], watch=PacingMetrics(registry).of(Platform(scenario.platform))),
        painter=FormulaPainter(),
        phrases=phrases,
        default_language=Language.EN,
        registry=registry,
    )
