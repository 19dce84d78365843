"""The transactions that plan deliveries, claim and settle them, and look back at them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from sqlite3 import Connection

from typing_extensions import override

from bot.core.model import ChatRef, Delivery, DeliveryId, Platform, QuestionId, Subscription
from bot.core.ports import Claimed, OutboxStore, Planned, Settled
from bot.storage import deliveries as outbox
from bot.storage import questions, subscriptions
from bot.storage.intents.on_database import OnDatabase


class SqliteOutboxStore(OnDatabase, OutboxStore):
    """Planning and the outbox."""

    @override
    async def number_questions(self, ids: Iterable[QuestionId]) -> Mapping[QuestionId, int]:
        wanted = tuple(ids)
        return await self._database.write(lambda db: questions.number(db, wanted))

    @override
    async def plan_due(self, *, now: datetime, limit: int, decide: Callable[[Subscription], Planned]) -> int:
        def work(db: Connection) -> int:
            planned = [(chat, decide(due)) for chat, due in subscriptions.due(db, now=now, limit=limit)]
            outbox.add(db, [(chat, row) for chat, plan in planned for row in plan.deliveries])
            subscriptions.advance(db, planned)
            return len(planned)

        return await self._database.write(work)

    @override
    async def move_due(
        self, *, after: int, limit: int, due_at: Callable[[Subscription], datetime | None]
    ) -> int | None:
        def work(db: Connection) -> int | None:
            page = subscriptions.coming(db, after=after, limit=limit)
            foreseen = ((chat, there, due_at(there)) for chat, there in page)
            subscriptions.move_due(db, [(chat, due) for chat, there, due in foreseen if due != there.next_due_at])
            return page[-1][0] if page else None

        return await self._database.write(work)

    @override
    async def claim(self, platform: Platform, *, now: datetime, lease_until: datetime, limit: int) -> Sequence[Claimed]:
        return await self._database.write(
            lambda db: outbox.claim(db, platform, now=now, lease_until=lease_until, limit=limit)
        )

    @override
    async def settle(self, outcomes: Sequence[Settled]) -> None:
        await self._database.write(lambda db: outbox.settle(db, outcomes))

    @override
    async def release(self, deliveries: Sequence[DeliveryId]) -> None:
        await self._database.write(lambda db: outbox.release(db, deliveries))

    @override
    async def next_wakeup(self, platform: Platform) -> datetime | None:
        return await self._database.read(lambda db: outbox.next_ready(db, platform))

    @override
    async def waiting(self, platform: Platform, *, now: datetime) -> int:
        return await self._database.read(lambda db: outbox.count_due(db, platform, now=now))

    @override
    async def ledger(self, ref: ChatRef, *, limit: int) -> Sequence[Delivery]:
        return await self._database.read(lambda db: outbox.of_chat(db, ref, limit=limit))

    @override
    async def delivered_before(self, ref: ChatRef, *, slot: str) -> Delivery | None:
        return await self._database.read(lambda db: outbox.sent_before(db, ref, slot=slot))
