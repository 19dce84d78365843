"""The nouns of the product as values: questions, chats, learners, subscriptions, deliveries."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, NewType

from typing_extensions import override

from bot.core.deck import DeckState
from bot.core.schedule import Timetable

Platform = NewType("Platform", str)
QuestionId = NewType("QuestionId", str)
TopicSlug = NewType("TopicSlug", str)
DeliveryId = NewType("DeliveryId", int)
MessageId = NewType("MessageId", str)


class Language(StrEnum):
    """A language the bot speaks and every question exists in."""

    ZH = "zh"
    EN = "en"


class Difficulty(StrEnum):
    """What it takes to answer a question well."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


class Rating(StrEnum):
    """How well a learner says they knew a question."""

    KNEW = "knew"
    PARTLY = "partly"
    MISSED = "missed"


class Stage(StrEnum):
    """A step of the staircase that leads to the whole answer."""

    QUESTION = "question"
    HINT = "hint"
    POINTS = "points"
    ANSWER = "answer"
    FOLLOWUPS = "followups"


class Order(StrEnum):
    """The order in which a deck deals."""

    SHUFFLED = "shuffled"
    SYLLABUS = "syllabus"


class Reveal(StrEnum):
    """When and to whom an answer is shown after a daily question."""

    BUTTON = "button"
    PRIVATE = "private"
    TIMED = "timed"
    NEXT = "next"


class Mode(StrEnum):
    """What a daily post is: an open question, or a multiple-choice quiz."""

    QUESTION = "question"
    QUIZ = "quiz"


class ChatKind(StrEnum):
    """What sort of place a chat is."""

    PRIVATE = "private"
    GROUP = "group"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A primary, free source of a question."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiz:
    """A multiple-choice question with one right option; plain text."""

    question: str
    options: tuple[str, ...]
    right: int
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionText:
    """A question in one language; every field but the quiz is Markdown of the content subset."""

    question: str
    hint: str
    key_points: str
    answer: str
    followups: str
    quiz: Quiz


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One self-contained interview question with everything that belongs to it."""

    id: QuestionId
    topic: TopicSlug
    difficulty: Difficulty
    tags: tuple[str, ...]
    outline: tuple[str, ...]
    follows: tuple[QuestionId, ...]
    as_of: str
    references: tuple[Reference, ...]
    zh: QuestionText
    en: QuestionText

    def text(self, language: Language) -> QuestionText:
        """The question in one language."""
        return self.zh if language is Language.ZH else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A shelf of questions, with the names people may call it by."""

    slug: TopicSlug
    group: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()

    def title(self, language: Language) -> str:
        """The topic's name in one language."""
        return self.zh if language is Language.ZH else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicGroup:
    """A section of the syllabus; topics stand in it in reading order."""

    slug: str
    zh: str
    en: str
    topics: tuple[Topic, ...]

    def title(self, language: Language) -> str:
        """The group's name in one language."""
        return self.zh if language is Language.ZH else self.en


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ChatRef:
    """The address of a place the bot speaks in; a forum topic or thread is a chat of its own."""

    platform: Platform
    chat_id: str
    thread_id: str | None = None

    @override
    def __str__(self) -> str:
        place = f"{self.platform}:{self.chat_id}"
        return place if self.thread_id is None else f"{place}/{self.thread_id}"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class LearnerRef:
    """A person who presses buttons, on one platform."""

    platform: Platform
    user_id: str

    @override
    def __str__(self) -> str:
        return f"{self.platform}:{self.user_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A place the bot speaks in, as the platform last described it.

    `language` is None until somebody chose one there. `gone` is whether it could not be reached when last tried.
    """

    ref: ChatRef
    kind: ChatKind
    title: str = ""
    language: Language | None = None
    gone: bool = False


EVERY_DAY: Final = frozenset(range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a chat subscribed to: when, what, and how it is shown.

    Empty `topics` or `difficulties` mean all of them. `mention` is what the platform understands by it (a
    Discord role id), `reveal_after` counts hours for the policy `timed`.
    """

    timetable: Timetable
    topics: tuple[TopicSlug, ...] = ()
    difficulties: tuple[Difficulty, ...] = ()
    order: Order = Order.SHUFFLED
    mode: Mode = Mode.QUESTION
    reveal: Reveal = Reveal.BUTTON
    reveal_after: int = 6
    paused: bool = False
    silent: bool = False
    protected: bool = False
    mention: str | None = None
    thread: bool = False
    pin: bool = False
    crosspost: bool = False
    classic: bool = False
    # Where posts go when the forum topic or thread they belong to is closed: to the chat around it.
    fall_back: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A chat's plan with how far it has come.

    `next_due_at` (aware UTC) and `next_slot` (the slot's local date and time, `2026-11-24T09:00`) are None
    while nothing is planned: paused, or a timetable without times.
    """

    chat: ChatRef
    plan: Plan
    deck: DeckState
    language: Language
    next_slot: str | None
    next_due_at: datetime | None
    active: bool = True
    ended_because: str = ""

    def __post_init__(self) -> None:
        if self.next_due_at is not None:
            require_utc(self.next_due_at)


class DeliveryKind(StrEnum):
    """What a delivery brings."""

    QUESTION = "question"
    ANSWER = "answer"
    ANNOUNCEMENT = "announcement"


# Of characters; with it an announcement is one message on every platform.
MAX_ANNOUNCEMENT: Final = 3000


class AnnouncementState(StrEnum):
    """How far an announcement has come: `running` to `done`, or by way of `stopping` to `stopped`."""

    DRAFT = "draft"
    CANCELLED = "cancelled"
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What an operator tells all subscribed chats: plain text, paragraphs apart by empty lines.

    `chat` is where the operator asked for it and hears how it goes, in `language`; `message` is the one that says so.
    """

    number: int
    text: str
    chat: ChatRef
    language: Language
    state: AnnouncementState = AnnouncementState.DRAFT
    message: MessageId | None = None

    @property
    def slot(self) -> str:
        """The slot of its deliveries."""
        return announcement_slot(self.number)

    @property
    def open(self) -> bool:
        """Whether something of it may still have to be planned, sent or stopped."""
        return self.state in {AnnouncementState.RUNNING, AnnouncementState.STOPPING}


def announcement_slot(number: int) -> str:
    """The slot of the deliveries of an announcement."""
    return f"{_ANNOUNCE}{number}"


def announcement_number(slot: str) -> int:
    """The announcement that a slot belongs to; raises ValueError for any other slot."""
    return int(slot.removeprefix(_ANNOUNCE))


_ANNOUNCE: Final = "announce-"


class DeliveryState(StrEnum):
    """How far a delivery has come."""

    QUEUED = "queued"
    SENDING = "sending"
    RETRY = "retry"
    SENT = "sent"
    FAILED = "failed"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One thing a chat gets for one slot, and how far it has come. All instants are aware UTC.

    `reason` says in a word why it is `retry`, `failed` or `missed`; `error` is the platform's own sentence.
    """

    id: DeliveryId
    chat: ChatRef
    kind: DeliveryKind
    slot: str
    question: QuestionId
    state: DeliveryState
    due_at: datetime
    not_before: datetime
    attempts: int = 0
    claimed_at: datetime | None = None
    sent_at: datetime | None = None
    message_id: MessageId | None = None
    reason: str = ""
    error: str = ""

    def __post_init__(self) -> None:
        require_utc(self.due_at)
        require_utc(self.not_before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One rating a learner gave."""

    question: QuestionId
    rating: Rating
    at: datetime
    chat: ChatRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many learners rated a question how, in one chat."""

    knew: int = 0
    partly: int = 0
    missed: int = 0
    by_option: tuple[int, ...] = field(default=())


def require_utc(instant: datetime) -> datetime:
    """Return the instant if it is aware UTC; raise ValueError otherwise."""
    if instant.tzinfo is not UTC:
        raise ValueError(f"{instant!r} is not aware UTC")
    return instant
