"""A store in memory whose database breaks, or takes long, when told to."""

import asyncio
import inspect
from collections.abc import Callable, Sequence
from datetime import datetime

import pytest
from typing_extensions import override

from bot.core.errors import StoreError
from bot.core.model import Announcement, ChatRef, DeliveryId, Platform, Subscription
from bot.core.ports import Claimed, Planned, Settled, Store
from tests.fakes.memory_store import MemoryStore


class FaultyStore(MemoryStore):
    """Raises `trouble`, while it is set, from all that the delivery asks of it; `calls` counts what was refused."""

    def __init__(self) -> None:
        super().__init__()
        self.trouble: Exception | None = None
        self.calls: list[str] = []
        self.planning_takes = 0.0

    def _check(self, call: str) -> None:
        if self.trouble is not None:
            self.calls.append(call)
            raise self.trouble

    @override
    async def plan_due(self, *, now: datetime, limit: int, decide: Callable[[Subscription], Planned]) -> int:
        self._check("plan_due")
        await asyncio.sleep(self.planning_takes)
        return await super().plan_due(now=now, limit=limit, decide=decide)

    @override
    async def move_due(
        self, *, after: int, limit: int, due_at: Callable[[Subscription], datetime | None]
    ) -> int | None:
        self._check("move_due")
        return await super().move_due(after=after, limit=limit, due_at=due_at)

    @override
    async def claim(self, platform: Platform, *, now: datetime, lease_until: datetime, limit: int) -> Sequence[Claimed]:
        self._check("claim")
        return await super().claim(platform, now=now, lease_until=lease_until, limit=limit)

    @override
    async def settle(self, outcomes: Sequence[Settled]) -> None:
        self._check("settle")
        await super().settle(outcomes)

    @override
    async def release(self, deliveries: Sequence[DeliveryId]) -> None:
        self._check("release")
        await super().release(deliveries)

    @override
    async def chat_gone(self, ref: ChatRef, *, because: str, at: datetime) -> None:
        self._check("chat_gone")
        await super().chat_gone(ref, because=because, at=at)

    @override
    async def chat_moved(self, old: ChatRef, new: ChatRef) -> None:
        self._check("chat_moved")
        await super().chat_moved(old, new)

    @override
    async def open_announcements(self) -> Sequence[Announcement]:
        self._check("open_announcements")
        return await super().open_announcements()

    @override
    async def recall(self, key: str) -> str | None:
        self._check("recall")
        return await super().recall(key)

    @override
    async def remember(self, key: str, value: str | None, *, until: datetime | None = None) -> None:
        self._check("remember")
        await super().remember(key, value, until=until)


def make_unusable(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything that is asked of a store raise, as when the database is damaged."""

    async def damaged(*_: object, **__: object) -> None:
        raise StoreError("The database is damaged.")

    for name, _ in inspect.getmembers(type(store), inspect.iscoroutinefunction):
        monkeypatch.setattr(store, name, damaged)
