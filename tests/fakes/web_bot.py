"""The web platform running on loopback, on a free port, with everything below it real but the clock."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from prometheus_client import CollectorRegistry
from typing_extensions import override

from bot.core.library import Library
from bot.core.model import Language
from bot.core.ports import Bank, BankSource, Health, Phrases, Store
from bot.core.service import Service
from bot.platforms.web.platform import WebPlatform
from tests.fakes.clock import FakeClock


class ReadyBank(BankSource):
    """Gives a bank that was loaded before."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    @override
    async def load(self) -> Bank:
        return self.bank


@dataclass(kw_only=True)
class WebBot:
    """A running web platform and what stands around it."""

    platform: WebPlatform
    service: Service
    store: Store
    clock: FakeClock
    registry: CollectorRegistry
    parts: list[Health] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address of the page, with a slash at its end."""
        return self.platform.url


@asynccontextmanager
async def web_bot(
    *,
    bank: Bank,
    store: Store,
    phrases: Phrases,
    clock: FakeClock,
    language: Language = Language.EN,
    host: str = "127.0.0.1",
    port: int = 0,
    password: str | None = None,
    extra_routes: Sequence[web.RouteDef] = (),
) -> AsyncIterator[WebBot]:
    """Run it until the context ends."""
    library = Library(source=ReadyBank(bank), store=store)
    await library.reload()
    service = Service(
        library=library,
        store=store,
        phrases=phrases,
        language=language,
        zone="Asia/Shanghai",
        operators=frozenset(),
    )
    registry = CollectorRegistry()
    parts: list[Health] = []
    platform = WebPlatform(
        service=service,
        store=store,
        phrases=phrases,
        library=library,
        clock=clock,
        host=host,
        port=port,
        password=password,
        language=language,
        health=lambda: [*parts, platform.health()],
        registry=registry,
        extra_routes=extra_routes,
    )
    async with platform.running():
        yield WebBot(platform=platform, service=service, store=store, clock=clock, registry=registry, parts=parts)
