"""A whole bot on the morning of a daily question: the real SDK over loopback, a real database, a clock to set."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from bot.app import Bot, started
from bot.config import Settings, read_settings
from bot.core.deck import DeckState
from bot.core.model import Chat, ChatKind, ChatRef, Language, Platform, Subscription
from bot.core.ports import Clock, Health, State
from bot.core.schedule import next_slot
from bot.storage.store import SqliteStore
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.delivery_world import daily_plan
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import TOKEN
from tests.fakes.virtual_loop import LoopClock

ONE: Final = time(13)
BEFORE_ONE: Final = NOON + timedelta(minutes=59, seconds=50)
PEOPLE: Final = (7, 8, 9)
POST: Final = "sendRichMessage"
_REAL_SECONDS: Final = 60.0
"""How long a test may take before it has failed; nothing is measured by it."""


def settings_of(database: Path, telegram: TelegramServer, *, host: str = "127.0.0.1", **more: Any) -> Settings:
    """Those of a bot that believes Telegram to be at a host."""
    return read_settings(
        database=database,
        web_port=0,
        language="en",
        timezone="UTC",
        telegram_token=TOKEN,
        telegram_api_url=telegram.url.replace("127.0.0.1", host),
        **more,
    )


async def subscribed(database: Path, chats: Iterable[ChatRef], *, kind: ChatKind = ChatKind.PRIVATE) -> None:
    """Chats that have subscribed for one o'clock, in a database that no bot uses."""
    slot = next_slot(daily_plan(ONE).timetable, NOON)
    assert slot is not None
    async with SqliteStore.open(database) as store:
        for number, chat in enumerate(chats):
            await store.see_chat(Chat(ref=chat, kind=kind), at=NOON)
            subscription = Subscription(
                chat=chat,
                plan=daily_plan(ONE),
                deck=DeckState(seed=number),
                language=Language.EN,
                next_slot=slot.key,
                next_due_at=slot.due_at,
            )
            await store.subscribe(subscription, at=NOON)


def person(number: int) -> ChatRef:
    """Somebody's private chat on Telegram."""
    return ChatRef(platform=Platform("telegram"), chat_id=str(number))


class Hours:
    """A bot in a virtual loop, where time passes by itself."""

    def __init__(self, bot: Bot, clock: Clock) -> None:
        self.bot, self.clock = bot, clock
        self.database: Final = bot.settings.database

    def health(self) -> Health:
        """Of the delivery."""
        return self.bot.delivery.health()

    async def pass_minutes(self, minutes: float) -> None:
        """Let time pass with a tick at every minute, as the scheduler makes them by the computer's clock."""
        loop = asyncio.get_running_loop()
        end = loop.time() + minutes * 60
        while (left := end - loop.time()) > 0:
            await asyncio.sleep(min(60.0 - (self.clock.now().timestamp() % 60), left))
            self.bot.delivery.tick()

    async def once(self, true: Callable[[], object], *, minutes: int = 60) -> None:
        """Let time pass until something is so."""
        loop = asyncio.get_running_loop()
        end = loop.time() + minutes * 60
        while not true():
            assert loop.time() < end, "it never was so"
            await self.pass_minutes(5 / 60)


class Morning(Hours):
    """A bot that people have subscribed to, for one o'clock."""

    def __init__(self, bot: Bot, telegram: TelegramServer, clock: Clock, people: Iterable[int]) -> None:
        super().__init__(bot, clock)
        self.telegram = telegram
        self.people = tuple(people)

    # What has come

    def cards(self, person: int) -> int:
        """How often somebody has got the question."""
        return self.all_cards()[person]

    def all_cards(self) -> Counter[int]:
        """How often everybody has got the question."""
        return Counter(m.chat for m in self.telegram.messages if m.by_bot and m.rich)

    def asked(self) -> list[int]:
        """To whom requests with a question were made, in order."""
        return [int(call["chat_id"]) for call in self.telegram.called(POST)]

    def each_has_one(self) -> bool:
        """Whether everybody got the question, and nobody twice."""
        return self.all_cards() == Counter(self.people)

    # On a clock that stands still until it is moved

    def strike(self) -> None:
        """One o'clock."""
        assert isinstance(self.clock, FakeClock)
        self.clock.advance(timedelta(hours=1))
        self.bot.delivery.tick()

    async def until(self, true: Callable[[], object]) -> None:
        """Let the time pass in which things are tried again."""
        assert isinstance(self.clock, FakeClock)
        async with asyncio.timeout(_REAL_SECONDS):
            while not true():
                self.clock.advance(timedelta(seconds=5))
                self.bot.delivery.wake()
                await asyncio.sleep(0.05)

    async def until_all_have_it(self) -> None:
        """And until the bot is well again."""
        await self.until(lambda: all(self.cards(person) for person in self.people))
        await self.until(lambda: self.health().state is State.OK)


async def all_subscribe(telegram: TelegramServer, people: Iterable[int] = PEOPLE) -> None:
    """They say so themselves."""
    for one in people:
        telegram.person(one)
        await telegram.say(one, "/subscribe 13:00 UTC lora")
        await telegram.message(chat=one)


@asynccontextmanager
async def virtual_morning(
    folder: Path, *, people: Iterable[int] = PEOPLE, start: datetime = BEFORE_ONE, subscribe: bool = True
) -> AsyncIterator[Morning]:
    """A bot in a virtual loop, with its clock shortly before one, when everybody has subscribed."""
    database, clock = folder / "bot.sqlite3", LoopClock(start)
    if subscribe:
        await subscribed(database, map(person, people))
    async with TelegramServer().running() as telegram:
        for one in people:
            telegram.person(one)
        async with started(settings_of(database, telegram), clock=clock) as bot:
            await telegram.until(lambda: bot.platforms[0].messenger.ready)
            yield Morning(bot, telegram, clock, people)
