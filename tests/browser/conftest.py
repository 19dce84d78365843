"""A real Chromium before a real bot: the page is used as people use it.

One browser serves all tests; each test has a bot with a database of its own, and fresh browser contexts. A test fails
when a page of it logs an error.
"""

import os
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from bot.core.ports import Bank, Phrases
from bot.storage.store import SqliteStore
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.web_bot import WebBot, web_bot

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# A reconnect that had to wait for its turn takes a few seconds.
expect.set_options(timeout=10_000)


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's program."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None and os.environ.get("CI"):  # noqa: TID251  # the one place where the tests look at their surroundings
        pytest.fail("CI is set and there is no chromium: install Debian's package chromium")
    if found is None:
        pytest.skip("there is no chromium: install Debian's package chromium to test the page")
    return Path(found)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def engine(chromium: Path) -> AsyncIterator[Browser]:
    """The running browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield browser
        await browser.close()


@dataclass(kw_only=True)
class World:
    """A bot that can be stopped and started again, with its database and its visitors."""

    engine: Browser
    bank: Bank
    phrases: Phrases
    clock: FakeClock
    database: Path
    stack: AsyncExitStack
    password: str | None = None
    errors: list[str] = field(default_factory=list)
    # What a test lets go wrong on purpose shows in the page's console, too.
    expected: str = "nothing that goes wrong"
    running: AsyncExitStack | None = None
    port: int = 0

    bot: WebBot = field(init=False)

    async def start(self) -> WebBot:
        """Start the bot, on the port it had before."""
        self.running = await self.stack.enter_async_context(AsyncExitStack())
        store = await self.running.enter_async_context(SqliteStore.open(self.database))
        self.bot = await self.running.enter_async_context(
            web_bot(
                bank=self.bank,
                store=store,
                phrases=self.phrases,
                clock=self.clock,
                port=self.port,
                password=self.password,
            )
        )
        self.port = int(self.bot.url.rsplit(":", 1)[1].rstrip("/"))
        return self.bot

    async def stop(self) -> None:
        """Stop the bot."""
        if self.running is not None:
            await self.running.aclose()
            self.running = None

    async def visitor(self, **options: Any) -> Page:
        """A page in a browser that was never here before; options are those of a Playwright context."""
        asked = {"locale": "en-GB", "timezone_id": "UTC", "viewport": {"width": 1100, "height": 800}} | options
        context = await self.engine.new_context(**asked)
        self.stack.push_async_callback(context.close)
        return await self.tab(await context.new_page())

    async def tab(self, page: Page) -> Page:
        """Watch a page for errors, at noon of the tests' day."""
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._logged)
        await page.clock.set_fixed_time(NOON)
        return page

    def _logged(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not re.search(self.expected, message.text):
            self.errors.append(message.text)

    async def open(self, **options: Any) -> Page:
        """A page that shows the chat."""
        page = await self.visitor(**options)
        await page.goto(self.bot.url)
        await expect(page.locator("#state.online")).to_be_attached()
        return page


@asynccontextmanager
async def _world(**parts: Any) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        world = World(stack=stack, **parts)
        await world.start()
        yield world


MakeWorld = Callable[..., Awaitable[World]]


@pytest_asyncio.fixture(loop_scope="session")
async def make_world(engine: Browser, bank: Bank, phrases: Phrases, tmp_path: Path) -> AsyncIterator[MakeWorld]:
    """Makes the world of a test; with options, such as a password."""
    async with AsyncExitStack() as stack:
        worlds: list[World] = []

        async def make(**options: Any) -> World:
            world = await stack.enter_async_context(
                _world(
                    engine=engine,
                    bank=bank,
                    phrases=phrases,
                    clock=FakeClock(),
                    database=tmp_path / "qianmian.sqlite3",
                    **options,
                )
            )
            worlds.append(world)
            return world

        yield make
    assert [error for world in worlds for error in world.errors] == []


@pytest_asyncio.fixture(loop_scope="session")
async def world(make_world: MakeWorld) -> World:
    """A bot without a password."""
    return await make_world()
