"""The web platform with the real bank and a store in memory, and a browser that visits it."""

from collections.abc import AsyncIterator

import pytest

from bot.core.ports import Bank, Phrases
from tests.fakes.clock import FakeClock
from tests.fakes.memory_store import MemoryStore
from tests.fakes.web_bot import WebBot, web_bot
from tests.fakes.web_tab import Browser, browser


@pytest.fixture
def store() -> MemoryStore:
    """An empty store."""
    return MemoryStore()


@pytest.fixture
async def bot(bank: Bank, store: MemoryStore, phrases: Phrases, clock: FakeClock) -> AsyncIterator[WebBot]:
    """The platform, running without a password."""
    async with web_bot(bank=bank, store=store, phrases=phrases, clock=clock) as running:
        yield running


@pytest.fixture
async def guest(bot: WebBot) -> AsyncIterator[Browser]:
    """A browser that was never here before."""
    async with browser(bot.url) as opened:
        yield opened
