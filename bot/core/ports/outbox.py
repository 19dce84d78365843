"""What is kept about deliveries: planned, claimed, settled, and the ledger of all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.deck import DeckState
from bot.core.model import (
    ChatRef,
    Delivery,
    DeliveryId,
    DeliveryKind,
    DeliveryState,
    MessageId,
    Platform,
    QuestionId,
    Subscription,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDelivery:
    """A row for the outbox. `state` is QUEUED, or MISSED with a reason for slots that came too late."""

    chat: ChatRef
    kind: DeliveryKind
    slot: str
    question: QuestionId
    due_at: datetime
    state: DeliveryState = DeliveryState.QUEUED
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What planning decided for one due subscription."""

    deliveries: tuple[PlannedDelivery, ...]
    deck: DeckState
    next_slot: str | None
    next_due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How an attempt to send a delivery ended.

    SENT with `message_id`; RETRY with `not_before`; FAILED with `reason`. `followup` is planned in the same
    transaction (the answer that a policy reveals later).
    """

    delivery: DeliveryId
    state: DeliveryState
    at: datetime
    message_id: MessageId | None = None
    not_before: datetime | None = None
    reason: str = ""
    error: str = ""
    followup: PlannedDelivery | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A delivery that is ours to send until its lease ends, with the subscription it belongs to."""

    delivery: Delivery
    subscription: Subscription
    kind: str = "private"  # the chat's ChatKind value


class OutboxStore(Protocol):
    """Planning and the outbox."""

    async def number_questions(self, ids: Iterable[QuestionId]) -> Mapping[QuestionId, int]:
        """The permanent ordinal of each id, giving new ids the next free ones in the order they come."""
        ...

    async def plan_due(self, *, now: datetime, limit: int, decide: Callable[[Subscription], Planned]) -> int:
        """Plan at most `limit` active subscriptions with next_due_at <= now, earliest first, in one transaction.

        `decide` is pure and quick. A delivery whose (chat, slot, kind) exists already is not written again. Returns
        how many subscriptions were planned; fewer than `limit` means none is left.
        """
        ...

    async def claim(self, platform: Platform, *, now: datetime, lease_until: datetime, limit: int) -> Sequence[Claimed]:
        """Take deliveries that may be sent now, first due first, and mark them SENDING with attempts + 1.

        Those are QUEUED or RETRY ones with not_before <= now, and SENDING ones whose lease ran out: these come without
        a reason, since nobody knows how their last attempt ended. No delivery is given to two claims while its lease
        holds. What was tried before comes first, the one ready longest before the others, up to half of the limit: it
        is no new minute's turn that it waits for. Announcements come last. Those due at the same instant come in an
        order that is another for each slot, so that no chat is always the last.
        """
        ...

    async def settle(self, outcomes: Sequence[Settled]) -> None:
        """Record how attempts ended, all in one transaction; a row that is not SENDING any more is left alone."""
        ...

    async def release(self, deliveries: Sequence[DeliveryId]) -> None:
        """Give claimed deliveries back untried: QUEUED again, with the attempt not counted."""
        ...

    async def next_wakeup(self, platform: Platform) -> datetime | None:
        """The earliest instant at which `claim` could find something; None if nothing is on its way."""
        ...

    async def waiting(self, platform: Platform, *, now: datetime) -> int:
        """How many deliveries are due and have not ended: queued, waiting for another try, or being sent."""
        ...

    async def ledger(self, ref: ChatRef, *, limit: int) -> Sequence[Delivery]:
        """The chat's deliveries, latest due first."""
        ...

    async def delivered_before(self, ref: ChatRef, *, slot: str) -> Delivery | None:
        """The chat's latest SENT question delivery of a slot before this one."""
        ...
