"""The whole bot as operators run it, with a Telegram of the tests' own.

Database, pacing, delivery and the SDK's client are real; what is not is Telegram, and the wall clock.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.app import Bot, started
from bot.config import read_settings
from bot.core.model import DeliveryKind, DeliveryState
from bot.platforms.telegram.places import ref_of
from tests.fakes.clock import FakeClock
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import TOKEN, Sent


@dataclass
class Day:
    """A running bot, its Telegram, and a clock that stands still until time is let pass."""

    bot: Bot
    server: TelegramServer
    clock: FakeClock

    def let_pass(self, **span: float) -> None:
        """So much time goes by, and the bot's minute comes round."""
        time = timedelta(**span)
        self.clock.advance(time)
        self.server.ahead += time.total_seconds()
        self.bot.delivery.tick()
        self.bot.delivery.wake()

    async def arrives(self, chat: int, is_it: Callable[[Sent], Any]) -> Sent:
        """The latest message of the bot in a chat for which this is so, once there is one."""

        def found() -> list[Sent]:
            return [m for m in self.server.messages if m.by_bot and m.chat == chat and is_it(m)]

        await self.server.until(found)
        return found()[-1]

    def cards(self, chat: int) -> list[Sent]:
        """The questions a chat has got."""
        return [m for m in self.server.messages if m.by_bot and m.chat == chat and "Another" in m.labels()]

    async def card(self, chat: int, number: int = 1) -> Sent:
        """A chat's first, second... question, once it has come."""
        await self.server.until(lambda: len(self.cards(chat)) >= number)
        return self.cards(chat)[number - 1]

    async def noted(self, chat: int) -> None:
        """Wait until the database says that the chat's latest question was sent."""
        store = self.bot.service.questions.store
        async with asyncio.timeout(30):
            while True:
                rows = await store.ledger(ref_of(chat), limit=5)
                questions = [row for row in rows if row.kind is DeliveryKind.QUESTION]
                if questions and questions[0].state is DeliveryState.SENT:
                    return
                await self.server.changed()

    async def plan_ends(self, chat: int) -> None:
        """Wait until the database says that this chat's plan has ended."""
        store = self.bot.service.questions.store
        async with asyncio.timeout(30):
            while (kept := await store.subscription(ref_of(chat))) is None or kept.active:
                await self.server.changed()


@asynccontextmanager
async def a_day(folder: Path, server: TelegramServer, clock: FakeClock, **settings: Any) -> AsyncIterator[Day]:
    """Start the bot with its database in a folder; it is connected inside."""
    read = read_settings(
        database=folder / "bot.sqlite3",
        web_port=0,
        language="en",
        timezone="UTC",
        telegram_token=TOKEN,
        telegram_api_url=server.url,
        **settings,
    )
    async with started(read, clock=clock) as bot:
        await server.until(lambda: all(platform.messenger.ready for platform in bot.platforms))
        yield Day(bot=bot, server=server, clock=clock)
