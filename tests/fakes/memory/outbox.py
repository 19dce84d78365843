"""Deliveries, planned, claimed and settled in memory."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b

from typing_extensions import override

from bot.core.model import (
    ChatRef,
    Delivery,
    DeliveryId,
    DeliveryKind,
    DeliveryState,
    Platform,
    QuestionId,
    Subscription,
    require_utc,
)
from bot.core.ports import Claimed, OutboxStore, Planned, Settled
from tests.fakes.memory.tables import WAITING, MemoryTables


class MemoryOutboxStore(MemoryTables, OutboxStore):
    """Planning and the outbox."""

    @override
    async def number_questions(self, ids: Iterable[QuestionId]) -> Mapping[QuestionId, int]:
        return {id_: self.ordinals.setdefault(id_, len(self.ordinals)) for id_ in ids}

    @override
    async def plan_due(self, *, now: datetime, limit: int, decide: Callable[[Subscription], Planned]) -> int:
        due = [
            (s.next_due_at, s)
            for s in self.subscriptions.values()
            if s.active and s.next_due_at and s.next_due_at <= now
        ]
        page = [(s, decide(s)) for _, s in sorted(due, key=lambda pair: pair[0])[:limit]]
        for subscription, planned in page:
            for row in planned.deliveries:
                self._add_delivery(subscription.chat, row)
            self.subscriptions[subscription.chat] = replace(
                subscription, deck=planned.deck, next_slot=planned.next_slot, next_due_at=planned.next_due_at
            )
        return len(page)

    @override
    async def move_due(
        self, *, after: int, limit: int, due_at: Callable[[Subscription], datetime | None]
    ) -> int | None:
        coming = sorted(
            (s for s in self.subscriptions.values() if s.active and s.next_due_at), key=lambda s: str(s.chat)
        )
        page = coming[after : after + limit]
        for there in page:
            self.subscriptions[there.chat] = replace(there, next_due_at=due_at(there))
        return after + len(page) if page else None

    def _ready_at(self, row: Delivery) -> datetime | None:
        return row.not_before if row.state in WAITING else self.leases.get(row.id)

    @override
    async def claim(self, platform: Platform, *, now: datetime, lease_until: datetime, limit: int) -> Sequence[Claimed]:
        require_utc(now)
        rows = [(self._ready_at(row), row) for row in self.deliveries.values() if row.chat.platform == platform]
        ready = [(at, row) for at, row in rows if at is not None and at <= now]
        behind = DeliveryKind.ANNOUNCEMENT
        tried = sorted((at, row.id) for at, row in ready if row.attempts and row.kind is not behind)
        again = {id_ for _, id_ in tried[: max(limit // 2, 1)]}
        first = sorted(
            ready,
            key=lambda pair: (
                (0, pair[0], pair[1].id)
                if pair[1].id in again
                else (1 + (pair[1].kind is behind), pair[1].due_at, pair[0], _lot(pair[1]))
            ),
        )
        return [self._take(row, now, require_utc(lease_until)) for _, row in first[:limit]]

    def _take(self, row: Delivery, now: datetime, lease_until: datetime) -> Claimed:
        reason = "" if row.state is DeliveryState.SENDING else row.reason
        taken = replace(row, state=DeliveryState.SENDING, attempts=row.attempts + 1, claimed_at=now, reason=reason)
        self.deliveries[row.id] = taken
        self.leases[row.id] = lease_until
        return Claimed(delivery=taken, subscription=self.subscriptions[row.chat], kind=self.chats[row.chat].kind.value)

    @override
    async def settle(self, outcomes: Sequence[Settled]) -> None:
        for outcome in outcomes:
            row = self.deliveries.get(outcome.delivery)
            if row is None or row.state is not DeliveryState.SENDING:
                continue
            again = outcome.state in WAITING
            self.deliveries[row.id] = replace(
                row,
                state=outcome.state,
                not_before=(outcome.not_before or outcome.at) if again else row.due_at,
                sent_at=outcome.at if outcome.state is DeliveryState.SENT else None,
                message_id=outcome.message_id,
                reason=outcome.reason,
                error=outcome.error,
            )
            self._drop_lease(row.id)
            if outcome.followup is not None:
                self._add_delivery(row.chat, outcome.followup)

    @override
    async def release(self, deliveries: Sequence[DeliveryId]) -> None:
        for id_ in deliveries:
            row = self.deliveries.get(id_)
            if row is not None and row.state is DeliveryState.SENDING:
                self.deliveries[id_] = replace(
                    row, state=DeliveryState.QUEUED, attempts=row.attempts - 1, claimed_at=None
                )
                self._drop_lease(id_)

    @override
    async def next_wakeup(self, platform: Platform) -> datetime | None:
        ready = (self._ready_at(row) for row in self.deliveries.values() if row.chat.platform == platform)
        return min((at for at in ready if at is not None), default=None)

    @override
    async def waiting(self, platform: Platform, *, now: datetime) -> int:
        due = (row for row in self.deliveries.values() if row.chat.platform == platform and row.due_at <= now)
        return sum(1 for row in due if self._ready_at(row) is not None)

    @override
    async def ledger(self, ref: ChatRef, *, limit: int) -> Sequence[Delivery]:
        rows = [row for row in self.deliveries.values() if row.chat == ref]
        return sorted(rows, key=lambda row: (row.due_at, row.id), reverse=True)[:limit]

    @override
    async def delivered_before(self, ref: ChatRef, *, slot: str) -> Delivery | None:
        sent = [
            row
            for row in self.deliveries.values()
            if row.chat == ref
            and row.kind is DeliveryKind.QUESTION
            and row.state is DeliveryState.SENT
            and row.slot < slot
        ]
        return max(sent, key=lambda row: row.slot, default=None)


def _lot(row: Delivery) -> int:
    """The place of a delivery among those of its instant; some that were planned together come together."""
    return int.from_bytes(blake2b(f"{row.id // 4}/{row.slot}".encode(), digest_size=8).digest(), "big")
