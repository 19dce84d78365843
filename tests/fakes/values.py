"""Small values that many tests of state begin with."""

from datetime import UTC, datetime, time, timedelta

from bot.core.deck import DeckState
from bot.core.model import (
    EVERY_DAY,
    Answered,
    ChatRef,
    DeliveryKind,
    DeliveryState,
    Language,
    LearnerRef,
    Plan,
    Platform,
    QuestionId,
    Rating,
    Subscription,
)
from bot.core.ports import Planned, PlannedDelivery
from bot.core.schedule import Timetable

TELEGRAM = Platform("telegram")
DISCORD = Platform("discord")
NINE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LORA = QuestionId("lora-idea")
RAG = QuestionId("rag-basics")
CHAT = ChatRef(platform=TELEGRAM, chat_id="1")
ANN = LearnerRef(platform=TELEGRAM, user_id="11")
BEN = LearnerRef(platform=TELEGRAM, user_id="12")
PLAN = Plan(timetable=Timetable(times=(time(9),), weekdays=EVERY_DAY, zone="UTC"))


def chat_ref(number: int | str, *, platform: Platform = TELEGRAM, thread: str | None = None) -> ChatRef:
    """The address of a chat."""
    return ChatRef(platform=platform, chat_id=str(number), thread_id=thread)


def slot_at(instant: datetime) -> str:
    """The key of the slot of a plan in UTC."""
    return instant.strftime("%Y-%m-%dT%H:%M")


def subscription(chat: ChatRef = CHAT, *, due: datetime | None = NINE, seed: int = 7) -> Subscription:
    """A subscription to the plan of nine o'clock in UTC."""
    return Subscription(
        chat=chat,
        plan=PLAN,
        deck=DeckState(seed=seed),
        language=Language.ZH,
        next_slot=None if due is None else slot_at(due),
        next_due_at=due,
    )


def planned_row(
    chat: ChatRef = CHAT,
    *,
    due: datetime = NINE,
    question: QuestionId = LORA,
    kind: DeliveryKind = DeliveryKind.QUESTION,
    state: DeliveryState = DeliveryState.QUEUED,
    reason: str = "",
) -> PlannedDelivery:
    """A row for the outbox."""
    return PlannedDelivery(
        chat=chat, kind=kind, slot=slot_at(due), question=question, due_at=due, state=state, reason=reason
    )


def one_a_day(due: Subscription) -> Planned:
    """A decision that deals one question for the slot, and is due again a day later."""
    at = due.next_due_at or NINE
    return Planned(
        deliveries=(planned_row(due.chat, due=at),),
        deck=DeckState(seed=due.deck.seed, dealt=1, seen=1, count=due.deck.count + 1, last=0),
        next_slot=slot_at(at + DAY),
        next_due_at=at + DAY,
    )


def answered(
    question: QuestionId = LORA, rating: Rating = Rating.KNEW, *, at: datetime = NINE, chat: ChatRef = CHAT
) -> Answered:
    """A rating."""
    return Answered(question=question, rating=rating, at=at, chat=chat)
