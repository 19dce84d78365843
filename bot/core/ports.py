"""What the core needs of the world, as contracts. Adapters subclass these and are named technology + role.

A docstring here is binding for every implementation: `tests/contracts` runs the same suite over all of them.
Every instant is aware UTC.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Final, Protocol

from bot.core.deck import DeckState
from bot.core.markup import Block
from bot.core.model import (
    Announcement,
    Answered,
    Chat,
    ChatRef,
    Delivery,
    DeliveryId,
    DeliveryKind,
    DeliveryState,
    Language,
    LearnerRef,
    MessageId,
    Plan,
    Platform,
    Question,
    QuestionId,
    Subscription,
    Tally,
    Topic,
    TopicGroup,
)
from bot.core.replies import Post, Reply


class Clock(Protocol):
    """The one place where the time is read."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        ...


class Phrases(Protocol):
    """What the bot itself says, in every language."""

    def say(self, language: Language, key: str, /, **values: str | int) -> str:
        """The sentence of that key with the values put in; raises KeyError for an unknown key."""
        ...


class Bank(Protocol):
    """All topics and questions; immutable."""

    @property
    def groups(self) -> Sequence[TopicGroup]:
        """The syllabus: groups that have questions, with the topics that have questions, in order."""
        ...

    @property
    def questions(self) -> Sequence[Question]:
        """Every question, in syllabus order."""
        ...

    def question(self, question_id: str) -> Question:
        """The question of that id; raises Mistake `question-unknown`, in `near` ids or NOTHING_NEAR."""
        ...

    def topic(self, slug: str) -> Topic:
        """The topic of that slug; raises Mistake `topic-unknown`."""
        ...

    def in_topic(self, slug: str) -> Sequence[Question]:
        """The questions of a topic, in syllabus order; empty for an unknown one."""
        ...

    def after(self, question_id: QuestionId) -> Sequence[Question]:
        """The questions that follow this one in a chain: those whose `follows` names it."""
        ...

    def find_topic(self, words: str) -> Topic:
        """The topic people mean by a slug, a title in either language or an alias, typos forgiven.

        Raises Mistake `topic-unknown`: in `near` the nearest topic's slug, in `near_zh` and `near_en` its titles; or
        in `near` NOTHING_NEAR alone.
        """
        ...

    def suggest_topics(self, prefix: str, language: Language, limit: int) -> Sequence[Topic]:
        """Topics for autocompletion, best first: prefix, then substring, then typo; all of them for nothing typed."""
        ...

    def suggest_questions(self, typed: str, limit: int) -> Sequence[Question]:
        """Questions for autocompletion best first: by what a list shows (title, id, topic, tags); some for nothing."""
        ...

    def search(self, words: str) -> Sequence[Question]:
        """Questions that match the words, best first: by title, tags, topic and text, in both languages."""
        ...

    def blocks(self, markdown: str) -> tuple[Block, ...]:
        """Content Markdown as a tree; remembers what was read lately."""
        ...


class BankSource(Protocol):
    """Where a bank is loaded from."""

    async def load(self) -> Bank:
        """Read and validate everything; raises BadContent with one line per problem."""
        ...


class Rights(Protocol):
    """Who may change a chat's plan, as the platform knows it."""

    async def may_manage(self, learner: LearnerRef, chat: ChatRef) -> bool:
        """Whether this person is an admin there now; always True in a private chat. Looked up, cached briefly."""
        ...


class Lane(IntEnum):
    """Who goes first when the platform's limits make requests wait: the smaller number."""

    TAP = 0
    DAILY = 1
    ANNOUNCEMENT = 2


class Pacer(Protocol):
    """Keeps one platform account's requests within the published limits, before the platform must refuse."""

    async def turn(self, lane: Lane, *, scope: str | None = None, group: bool = False) -> None:
        """Wait until a request may leave.

        Args:
            lane: A tap overtakes everything that waits in a slower lane, without starving it.
            scope: The chat or channel the request writes to; None when it counts for the account alone.
            group: Whether the scope is a group or channel, which have a stricter limit of their own.

        Raises RateLimited when a turn of a slower lane would take too long to wait for; nothing was sent then. A tap
        is never turned away.
        """
        ...

    def pause(self, retry_after: timedelta, *, scope: str | None = None) -> None:
        """The platform refused: nothing more leaves for that scope (None: the whole account) before it ends."""
        ...

    def refused(self) -> None:
        """The platform answered that this may not be done: platforms that count such answers lock out who gets many.

        Not to be called beside `pause`, which counts by itself.
        """
        ...


class Messenger(Protocol):
    """The port through which the bot speaks on its own initiative."""

    @property
    def platform(self) -> Platform:
        """Which platform this is."""
        ...

    @property
    def ready(self) -> bool:
        """Whether the platform is connected, so that claiming deliveries for it makes sense."""
        ...

    async def send(self, post: Post, *, lane: Lane = Lane.DAILY) -> MessageId:
        """Post it and return the (first) message's id.

        Raises a MessengerError of the kind that says what follows: ChatGone, ChatMoved, ThreadGone, NotAllowed,
        RateLimited, Unavailable (surely not sent), Unknown (may have been sent), Rejected.
        """
        ...

    async def edit(self, chat: ChatRef, message: MessageId, reply: Reply) -> None:
        """Make an earlier message read like this reply; raises like `send`, Rejected when it is gone."""
        ...


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A learner's note that something in a question is wrong, kept for the operator."""

    number: int
    question: QuestionId
    learner: LearnerRef
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """How far an announcement has come, in deliveries; `failed` are those that no stop has ended.

    `total` is at first what was foreseen, and exact once everything is planned.
    """

    total: int = 0
    sent: int = 0
    failed: int = 0

    @property
    def left(self) -> int:
        """Those that are to come, or that will not come any more after a stop."""
        return max(0, self.total - self.sent - self.failed)


# How many messages of a chat are kept, for platforms that keep none themselves.
KEPT_MESSAGES: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMessage:
    """A message of a chat whose platform keeps none itself.

    `id` is a decimal number that grows with each message of a chat and stays the message's own. `revision` is given
    anew with every message and every change of one, always greater than all before; neither is ever used twice.
    `payload` is a JSON object of the platform's. `repeated` says that it was kept before under the same key.
    """

    id: MessageId
    revision: int
    payload: str
    at: datetime
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Figures for operators and metrics."""

    chats: int = 0
    subscriptions: int = 0
    learners: int = 0
    answers: int = 0
    reports: int = 0
    by_state: Mapping[str, int] = field(default_factory=dict)


class Store(Protocol):
    """All state that outlives a restart. Each method is one transaction and says an intent.

    Raises StoreError when the database cannot be used.
    """

    # Chats and subscriptions

    async def see_chat(self, chat: Chat, *, at: datetime) -> Chat:
        """Record that the chat was heard of, with its kind and title; returns it with its stored language.

        A chat that was gone is active again. An unknown title or language does not overwrite a known one.
        """
        ...

    async def chat(self, ref: ChatRef) -> Chat | None:
        """The chat as last seen."""
        ...

    async def set_language(self, ref: ChatRef, language: Language) -> None:
        """Choose the language of a known chat, and of its subscription."""
        ...

    async def subscribe(self, subscription: Subscription, *, at: datetime) -> Subscription:
        """Start or replace the chat's plan and make it active; the deck of an earlier subscription is kept.

        The chat is created as a private one if it was never seen. Returns what is stored now.
        """
        ...

    async def subscription(self, ref: ChatRef) -> Subscription | None:
        """The chat's subscription, active or ended; None if it never had one."""
        ...

    async def change_plan(
        self, ref: ChatRef, plan: Plan, *, next_slot: str | None, next_due_at: datetime | None
    ) -> None:
        """Replace an active subscription's plan and its next slot; nothing happens if there is none."""
        ...

    async def end_subscription(self, ref: ChatRef, *, because: str, at: datetime) -> bool:
        """End it and say why (`asked`, `blocked`, ...); queued deliveries fail with the same reason.

        Returns whether an active one was there.
        """
        ...

    async def chat_gone(self, ref: ChatRef, *, because: str, at: datetime) -> None:
        """The chat cannot be reached any more: it is marked gone, and its subscription ends as by `end_subscription`.

        With `thread_id` None all chats of that chat_id are gone.
        """
        ...

    async def chat_back(
        self,
        ref: ChatRef,
        *,
        at: datetime,
        resume: Callable[[Subscription], tuple[str | None, datetime | None]],
    ) -> bool:
        """The chat can be reached again: a subscription that ended because it was gone comes back.

        `resume` gives the next slot and its instant. One that a person ended stays ended. With `thread_id` None all
        chats of that chat_id are back. Returns whether a subscription came back.
        """
        ...

    async def chat_moved(self, old: ChatRef, new: ChatRef) -> None:
        """The chat has a new id: subscription, queue, history and deck follow; repeating it does no harm.

        If the new id has a subscription already, the new one's is kept. All threads of the old id follow too.
        """
        ...

    async def subscribed_chats(self, platform: Platform, *, after: str, limit: int) -> Sequence[ChatRef]:
        """Chats with an active subscription, ordered and paged by `str(ref)` > after."""
        ...

    # Planning and the outbox

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

        Those are QUEUED or RETRY ones with not_before <= now, and SENDING ones whose lease ran out. No delivery is
        given to two claims while its lease holds. Of those due at one instant, the one ready longest goes first;
        announcements come after everything else.
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
        """How many deliveries `claim` could give now if its limit allowed."""
        ...

    async def ledger(self, ref: ChatRef, *, limit: int) -> Sequence[Delivery]:
        """The chat's deliveries, latest due first."""
        ...

    async def delivered_before(self, ref: ChatRef, *, slot: str) -> Delivery | None:
        """The chat's latest SENT question delivery of a slot before this one."""
        ...

    # Announcements

    async def subscribers(self) -> Mapping[Platform, int]:
        """How many chats have an active subscription, on each platform that has any."""
        ...

    async def draft_announcement(
        self, text: str, *, chat: ChatRef, language: Language, total: int, at: datetime
    ) -> Announcement:
        """Keep the text of an announcement that nobody has decided about; `total` chats are expected to get it."""
        ...

    async def announcement(self, number: int) -> Announcement | None:
        """The announcement of that number."""
        ...

    async def start_announcement(self, number: int, *, at: datetime) -> bool:
        """Make a draft RUNNING, unless another one is open; returns whether that was done."""
        ...

    async def stop_announcement(self, number: int, *, at: datetime) -> bool:
        """Make a draft CANCELLED, or a RUNNING one STOPPING; returns whether it was one of the two."""
        ...

    async def open_announcements(self) -> Sequence[Announcement]:
        """Those that are open, or that have ended without the operator having been told; lowest number first."""
        ...

    async def advance_announcement(
        self, number: int, *, platforms: Sequence[Platform], at: datetime, limit: int
    ) -> bool:
        """Take an open announcement one step further, in one transaction; returns whether more may be done at once.

        A RUNNING one plans a delivery, due now, for the next `limit` chats of these platforms that have an active
        subscription; each gets one, however often it is asked for. A STOPPING one lets `limit` waiting deliveries
        fail with the reason `stopped`. Once none is left to plan and none is on its way, it is DONE or STOPPED.
        """
        ...

    async def announced(self, number: int) -> Announced:
        """How far an announcement has come; all zeros for none."""
        ...

    async def note_announcement(self, number: int, *, message: MessageId | None, told: bool = False) -> None:
        """Keep which message tells the operator how it goes, and whether it tells the end."""
        ...

    # Learners

    async def rate(self, learner: LearnerRef, answered: Answered) -> None:
        """Record a rating; a learner's latest rating of a question in a chat replaces the one before."""
        ...

    async def pick(
        self,
        learner: LearnerRef,
        chat: ChatRef,
        question: QuestionId,
        option: int,
        *,
        right: bool,
        at: datetime,
    ) -> bool:
        """Record a quiz answer; only the first counts. Returns whether this was the first."""
        ...

    async def picks(self, learner: LearnerRef) -> Mapping[QuestionId, bool]:
        """The quizzes the learner answered, latest first, with whether their latest first answer was right."""
        ...

    async def tally(self, chat: ChatRef, question: QuestionId) -> Tally:
        """How a chat's learners rated a question, and how many picked each quiz option."""
        ...

    async def ratings(self, learner: LearnerRef) -> Sequence[Answered]:
        """The learner's latest rating of each question, latest first."""
        ...

    async def save(self, learner: LearnerRef, question: QuestionId, *, at: datetime) -> bool:
        """Save a question for later, or take it off again. Returns whether it is saved now."""
        ...

    async def saved(self, learner: LearnerRef) -> Sequence[QuestionId]:
        """The learner's saved questions, latest first."""
        ...

    async def report(self, learner: LearnerRef, question: QuestionId, text: str, *, at: datetime) -> int:
        """Keep a note about a question for the operator; returns its number."""
        ...

    async def reports(self, *, limit: int) -> Sequence[Report]:
        """Notes for the operator, latest first; a learner who was forgotten has an empty platform and user_id."""
        ...

    async def export(self, learner: LearnerRef) -> Mapping[str, object]:
        """Everything stored about a learner, as JSON values; empty lists when there is nothing."""
        ...

    async def forget(self, learner: LearnerRef) -> int:
        """Remove everything stored about a learner; reports keep their text without the person.

        Returns how many rows went.
        """
        ...

    async def forget_chat(self, ref: ChatRef) -> int:
        """Remove everything stored about a private chat: its plan, its deliveries, its messages, its name.

        Returns how many rows went.
        """
        ...

    async def own_answer(self, learner: LearnerRef, question: QuestionId, text: str, *, at: datetime) -> None:
        """Keep the learner's own answer to a question; a later one replaces it."""
        ...

    async def own_answer_of(self, learner: LearnerRef, question: QuestionId) -> str | None:
        """The learner's own answer to a question."""
        ...

    # Messages, for platforms that keep none themselves

    async def keep_message(
        self, chat: ChatRef, payload: str, *, at: datetime, key: str | None = None, own: bool = False
    ) -> KeptMessage:
        """Keep a message at the end of the chat; only the chat's latest KEPT_MESSAGES stay.

        Where one is kept under that key already, nothing is written and that one is returned. `own` is what the
        person wrote; `export` gives it, and `forget` removes all messages of the chat that has the learner's id.
        """
        ...

    async def replace_message(self, chat: ChatRef, message: MessageId, payload: str) -> KeptMessage | None:
        """Give a message another payload and a new revision, at its old place; None if it is not kept."""
        ...

    async def kept_message(self, chat: ChatRef, message: MessageId) -> KeptMessage | None:
        """One message; None if it is not kept (any more)."""
        ...

    async def messages_after(self, chat: ChatRef, revision: int, *, limit: int) -> Sequence[KeptMessage]:
        """The first `limit` messages of the chat with a greater revision, in the order of revisions."""
        ...

    # Conversation and odds and ends

    async def ask(self, chat: ChatRef, learner: LearnerRef, action: str, *, at: datetime) -> None:
        """Remember what this person was asked in this chat (an encoded action); replaces the earlier one."""
        ...

    async def asked(self, chat: ChatRef, learner: LearnerRef, *, take: bool) -> str | None:
        """What this person was asked there; `take` forgets it."""
        ...

    async def recall(self, key: str) -> str | None:
        """A small value kept by a platform (a hash of its command menu, a file id)."""
        ...

    async def remember(self, key: str, value: str | None) -> None:
        """Keep a small value; None forgets it."""
        ...

    async def counts(self) -> Counts:
        """Figures for operators and metrics."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A completion of a command's argument: what is shown and what is sent."""

    label: str
    value: str


class State(StrEnum):
    """How a part of the bot is doing; `degraded` works in part or tries again, `down` does not work."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How one part is doing and why; `vital` parts that are down make the whole bot dead."""

    part: str
    state: State
    why: str = ""
    vital: bool = False


class Part(Protocol):
    """A part of the running bot: a platform, the delivery."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Starts on entering, without waiting for anything outside; stops gracefully on leaving."""
        ...

    def health(self) -> Health:
        """How it is doing now."""
        ...


class PlatformPart(Part, Protocol):
    """A platform: a part that people reach the bot through."""

    @property
    def messenger(self) -> Messenger:
        """How the bot speaks there on its own initiative."""
        ...


class Painter(Protocol):
    """Draws what a platform cannot write."""

    async def formula(self, latex: str, *, dark: bool = False) -> bytes:
        """A block formula as a crisp PNG, for a light or a dark background; drawn once and remembered.

        Raises ValueError for what cannot be drawn.
        """
        ...
