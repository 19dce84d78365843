"""The composition root: opens, wires, runs and closes everything; the only module that knows everybody."""

import asyncio
import gc
import signal
import webbrowser
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import structlog
from prometheus_client import CollectorRegistry

from bot import __version__
from bot.catalog.source import FolderBankSource, default_folder
from bot.clock import SystemClock
from bot.config import Settings, operator_language
from bot.core.daily import DailyQuestions
from bot.core.errors import BadContent
from bot.core.library import Library
from bot.core.model import Platform
from bot.core.ports import Clock, Health, PlatformPart
from bot.core.service import Service
from bot.delivery.delivery import Delivery
from bot.delivery.limits import DISCORD, TELEGRAM, TELEGRAM_PAID, Limits
from bot.delivery.metrics import PacingMetrics
from bot.delivery.notices import Notices
from bot.delivery.operator_chats import OperatorChats
from bot.delivery.pacing import AccountPacer
from bot.delivery.upkeep import Chore
from bot.locales import FluentPhrases
from bot.metrics import DatabaseMetrics, watch_whole_bot
from bot.platforms.web.platform import WebPlatform
from bot.storage.facts import facts
from bot.storage.store import SqliteStore

LEDGER_KEPT: Final = timedelta(days=90)
_log: Final = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """A started bot."""

    settings: Settings
    url: str
    library: Library
    service: Service
    delivery: Delivery
    platforms: tuple[PlatformPart, ...]
    health: Callable[[], Sequence[Health]]

    async def reload(self) -> None:
        """Load the bank again; a failure is logged and keeps the bank that was there."""
        try:
            count = await self.library.reload()
        except BadContent as problem:
            _log.error("bank not loaded, the one before stays", problems=str(problem))
        else:
            _log.info("bank loaded", questions=count)


async def run(settings: Settings, *, browser: bool = False) -> None:
    """Run until SIGINT or SIGTERM; SIGHUP loads the bank again.

    Raises StoreError or BadContent when it cannot begin.
    """
    stop, reload = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number, event in ((signal.SIGINT, stop), (signal.SIGTERM, stop), (signal.SIGHUP, reload)):
        loop.add_signal_handler(number, event.set)
    async with started(settings) as bot:
        _log.info("ready", page=bot.url, database=str(settings.database), questions=len(bot.library.bank.questions))
        if browser:
            await asyncio.to_thread(webbrowser.open, bot.url)
        while not stop.is_set():
            await _either(stop, reload)
            if reload.is_set():
                reload.clear()
                await bot.reload()
        _log.info("stopping")
    _log.info("stopped")


async def _either(*events: asyncio.Event) -> None:
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


@asynccontextmanager
async def started(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Bot]:
    """The whole bot, running until the context ends; `clock` is replaced in tests."""
    clock = clock or SystemClock()
    phrases = FluentPhrases()
    registry = CollectorRegistry()
    async with AsyncExitStack() as stack:
        took = DatabaseMetrics(registry).took
        store = await stack.enter_async_context(SqliteStore.open(settings.database, took=took))
        about = partial(facts, settings.database, _backup_folder(settings), version=__version__, since=clock.now())
        folder = settings.content or default_folder()
        library = Library(
            source=FolderBankSource(folder, phrases=phrases, language=operator_language(settings)), store=store
        )
        await library.reload()
        service = Service(
            library=library,
            store=store,
            phrases=phrases,
            language=settings.language,
            zone=settings.timezone,
            operators=settings.operators,
            facts=about,
        )
        parts: list[PlatformPart | Delivery] = []
        health = partial(_health, parts, store)
        watch_whole_bot(registry, health=health, facts=about)
        platforms = [
            *_chat_platforms(settings, service=service, store=store, clock=clock, phrases=phrases, registry=registry)
        ]
        web = WebPlatform(
            service=service,
            store=store,
            phrases=phrases,
            library=library,
            clock=clock,
            host=settings.web_host,
            port=settings.web_port,
            password=None if settings.web_password is None else settings.web_password.get_secret_value(),
            language=settings.language,
            health=health,
            registry=registry,
            extra_routes=[route for platform in platforms for route in getattr(platform, "routes", list)()],
        )
        platforms.append(web)
        messengers = [platform.messenger for platform in platforms]
        notices = Notices(
            store=store,
            clock=clock,
            phrases=phrases,
            language=settings.language,
            tell=OperatorChats(settings.operators, messengers).tell,
        )
        delivery = Delivery(
            store=store,
            daily=DailyQuestions(library=library, store=store, phrases=phrases, catch_up=settings.catch_up),
            clock=clock,
            messengers=messengers,
            registry=registry,
            notices=notices,
            others=partial(_health, platforms, store),
            nightly=_chores(settings, store, clock),
            zone=settings.timezone,
        )
        await stack.enter_async_context(notices.running())
        parts += [*platforms, delivery]
        for part in parts:
            await stack.enter_async_context(part.running())
        # The bank and all code stay for good: the garbage collector need not look at them again and again.
        gc.collect()
        gc.freeze()
        yield Bot(
            settings=settings,
            url=web.url,
            library=library,
            service=service,
            delivery=delivery,
            platforms=tuple(platforms),
            health=health,
        )


def _chores(settings: Settings, store: SqliteStore, clock: Clock) -> Sequence[Chore]:
    """The nightly work: a verified copy of the database, old rows folded into daily counts, old notes forgotten."""

    async def back_up() -> None:
        if settings.backups:
            copy = await store.back_up_nightly(_backup_folder(settings), now=clock.now(), keep=settings.backups)
            _log.info("backed up", file=str(copy))

    async def fold() -> None:
        _log.info("ledger folded", rows=await store.fold(clock.now() - LEDGER_KEPT))

    async def forget() -> None:
        _log.info("old notes forgotten", notes=await store.forget_expired(clock.now()))

    return [
        Chore(notice="notice-backup", work=back_up),
        Chore(notice="notice-upkeep", work=fold),
        Chore(notice="notice-upkeep", work=forget),
    ]


def _backup_folder(settings: Settings) -> Path:
    return settings.backup_folder or settings.database.with_name("backups")


def _health(parts: Sequence[PlatformPart | Delivery], store: SqliteStore) -> list[Health]:
    return [*(part.health() for part in parts), store.health()]


def _chat_platforms(
    settings: Settings,
    *,
    service: Service,
    store: SqliteStore,
    clock: Clock,
    phrases: FluentPhrases,
    registry: CollectorRegistry,
) -> list[PlatformPart]:
    """The platforms that have a token. Their SDKs are imported only then: each costs half a second."""
    platforms: list[PlatformPart] = []
    if settings.telegram_token is None and settings.discord_token is None:
        return platforms
    from bot.pictures.formulas import FormulaPainter  # noqa: PLC0415  # start-up time

    painter = FormulaPainter()
    paces = PacingMetrics(registry)
    if settings.telegram_token is not None:
        from bot.platforms.telegram.platform import TelegramPlatform  # noqa: PLC0415  # start-up time

        paid = settings.telegram_paid_broadcast
        platforms.append(
            TelegramPlatform(
                token=settings.telegram_token.get_secret_value(),
                api_url=settings.telegram_api_url,
                webhook_url=settings.telegram_webhook_url,
                paid_broadcast=paid,
                service=service,
                store=store,
                clock=clock,
                pacer=AccountPacer(TELEGRAM_PAID if paid else TELEGRAM, watch=paces.of(Platform("telegram"))),
                # Answers to people are never paid for, and keep within what is free.
                unpaid_pacer=AccountPacer(Limits(overall=TELEGRAM.overall)) if paid else None,
                painter=painter,
                phrases=phrases,
                default_language=settings.language,
                registry=registry,
            )
        )
    if settings.discord_token is not None:
        from bot.platforms.discord.platform import DiscordPlatform  # noqa: PLC0415  # start-up time

        platforms.append(
            DiscordPlatform(
                token=settings.discord_token.get_secret_value(),
                api_url=settings.discord_api_url,
                guild=settings.discord_guild,
                service=service,
                store=store,
                clock=clock,
                pacer=AccountPacer(DISCORD, watch=paces.of(Platform("discord"))),
                painter=painter,
                phrases=phrases,
                default_language=settings.language,
                registry=registry,
            )
        )
    return platforms
