"""A delivery with everything around it in memory, on a loop whose time is a number."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from prometheus_client import CollectorRegistry
from typing_extensions import override

from bot.core.daily import DailyQuestions
from bot.core.deck import DeckState
from bot.core.library import Library
from bot.core.model import EVERY_DAY, ChatRef, Delivery, Language, Plan, Platform, Reveal, Subscription
from bot.core.ports import Bank, BankSource, Health, Phrases
from bot.core.schedule import Timetable, next_slot
from bot.delivery import delivery as room
from bot.delivery.notices import Notices
from bot.delivery.upkeep import Chore
from tests.fakes.faulty_store import FaultyStore
from tests.fakes.recording_messenger import RecordingMessenger
from tests.fakes.virtual_loop import LoopClock

CATCH_UP = timedelta(hours=3)


class GivenBank(BankSource):
    """Loads the bank it was given."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    @override
    async def load(self) -> Bank:
        return self._bank


def daily_plan(
    at: time = time(9),
    *,
    zone: str = "UTC",
    times: Sequence[time] = (),
    days: Iterable[int] = EVERY_DAY,
    reveal: Reveal = Reveal.BUTTON,
    reveal_after: int = 6,
) -> Plan:
    """A question at a local time, or several."""
    timetable = Timetable(times=tuple(times) or (at,), weekdays=frozenset(days), zone=zone)
    return Plan(timetable=timetable, reveal=reveal, reveal_after=reveal_after)


@dataclass(kw_only=True)
class World:
    """Chats that subscribed, a clock, and a messenger that remembers; the delivery runs inside `running`."""

    bank: Bank
    phrases: Phrases
    clock: LoopClock = field(default_factory=LoopClock)
    store: FaultyStore = field(default_factory=FaultyStore)
    messenger: RecordingMessenger = field(default_factory=RecordingMessenger)
    others: Sequence[RecordingMessenger] = ()
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    nightly: Sequence[Chore] = ()
    told: list[str] = field(default_factory=list)
    reachable: bool = True
    platforms: list[Health] = field(default_factory=list)

    async def subscribe(
        self, *chats: str | ChatRef, at: time = time(9), zone: str = "UTC", plan: Plan | None = None
    ) -> None:
        """Subscribe chats to a daily question at a local time."""
        wanted = plan or daily_plan(at, zone=zone)
        for chat in chats:
            ref = chat if isinstance(chat, ChatRef) else ChatRef(platform=Platform("telegram"), chat_id=chat)
            slot = next_slot(wanted.timetable, self.clock.now())
            assert slot is not None
            await self.store.subscribe(
                Subscription(
                    chat=ref,
                    plan=wanted,
                    deck=DeckState(seed=len(self.store.subscriptions)),
                    language=Language.EN,
                    next_slot=slot.key,
                    next_due_at=slot.due_at,
                ),
                at=self.clock.now(),
            )

    async def daily(self) -> DailyQuestions:
        """What decides and composes."""
        library = Library(source=GivenBank(self.bank), store=self.store)
        await library.reload()
        return DailyQuestions(library=library, store=self.store, phrases=self.phrases, catch_up=CATCH_UP)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[room.Delivery]:
        """The delivery, from its start to its graceful stop."""
        self.registry = CollectorRegistry()
        notices = Notices(
            store=self.store, clock=self.clock, phrases=self.phrases, language=Language.EN, tell=self._hear
        )
        delivery = room.Delivery(
            store=self.store,
            daily=await self.daily(),
            clock=self.clock,
            messengers=[self.messenger, *self.others],
            registry=self.registry,
            notices=notices,
            others=lambda: self.platforms,
            nightly=self.nightly,
        )
        async with notices.running(), delivery.running():
            yield delivery

    async def _hear(self, words: str) -> bool:
        if self.reachable:
            self.told.append(words)
        return self.reachable

    async def pass_minutes(self, delivery: room.Delivery, minutes: float) -> None:
        """Let time pass with a tick at every minute, as the scheduler makes them."""
        end = asyncio.get_running_loop().time() + minutes * 60
        while (left := end - asyncio.get_running_loop().time()) > 0:
            await asyncio.sleep(min(60.0, left))
            delivery.tick()
        await asyncio.sleep(1)

    def rows(self, chat: str) -> list[Delivery]:
        """What became of a chat's deliveries, first due first."""
        return sorted((row for row in self.store.deliveries.values() if row.chat.chat_id == chat), key=lambda r: r.id)

    def metric(self, name: str, **labels: str) -> float:
        """A metric's value now, 0 when nothing was counted yet."""
        return self.registry.get_sample_value(name, labels) or 0.0

    async def until(self, instant: datetime) -> None:
        """Let time pass until the clock shows this, with nobody ticking."""
        await asyncio.sleep((instant - self.clock.now()).total_seconds())
