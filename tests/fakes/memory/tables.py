"""What is in memory: dictionaries in the place of tables."""

from dataclasses import dataclass
from datetime import datetime
from itertools import count

from bot.core.model import (
    Announcement,
    Answered,
    Chat,
    ChatKind,
    ChatRef,
    Delivery,
    DeliveryId,
    DeliveryState,
    LearnerRef,
    QuestionId,
    Subscription,
)
from bot.core.ports import KeptMessage, PlannedDelivery, Report

WAITING = frozenset({DeliveryState.QUEUED, DeliveryState.RETRY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A quiz answer that was counted."""

    option: int
    right: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A message with what only the store knows of it."""

    message: KeptMessage
    key: str | None
    own: bool


class MemoryTables:
    """The dictionaries that the stores of all nouns share, and the rows that more than one of them writes."""

    def __init__(self) -> None:
        self.chats: dict[ChatRef, Chat] = {}
        self.gone: dict[ChatRef, str] = {}
        self.subscriptions: dict[ChatRef, Subscription] = {}
        self.ended_with_chat: set[ChatRef] = set()
        self.ordinals: dict[QuestionId, int] = {}
        self.deliveries: dict[DeliveryId, Delivery] = {}
        self.leases: dict[DeliveryId, datetime] = {}
        self.learners: set[LearnerRef] = set()
        self.rated: dict[tuple[LearnerRef, QuestionId, ChatRef], Answered] = {}
        self.picked: dict[tuple[LearnerRef, QuestionId, ChatRef], Pick] = {}
        self.bookmarks: dict[tuple[LearnerRef, QuestionId], datetime] = {}
        self.own_answers: dict[tuple[LearnerRef, QuestionId], tuple[str, datetime]] = {}
        self.notes_to_operator: dict[int, Report] = {}
        self.prompts: dict[tuple[ChatRef, LearnerRef], tuple[str, datetime]] = {}
        self.values: dict[str, str] = {}
        self.messages: dict[ChatRef, list[Kept]] = {}
        self.announcements: dict[int, Announcement] = {}
        self.foreseen: dict[int, int] = {}
        self.told: set[int] = set()
        self._delivery_ids = count(1)
        self._revisions = count(1)
        self._report_numbers = count(1)

    def _known(self, ref: ChatRef) -> ChatRef:
        self.chats.setdefault(ref, Chat(ref=ref, kind=ChatKind.PRIVATE))
        return ref

    def _add_delivery(self, chat: ChatRef, planned: PlannedDelivery) -> None:
        keys = {(row.chat, row.kind, row.slot) for row in self.deliveries.values() if row.chat == chat}
        if (chat, planned.kind, planned.slot) in keys:
            return
        row = Delivery(
            id=DeliveryId(next(self._delivery_ids)),
            chat=chat,
            kind=planned.kind,
            slot=planned.slot,
            question=planned.question,
            state=planned.state,
            due_at=planned.due_at,
            not_before=planned.due_at,
            reason=planned.reason,
        )
        self.deliveries[row.id] = row

    def _drop_lease(self, id_: DeliveryId) -> None:
        self.leases.pop(id_, None)
