"""Whatever is done in whatever order, all stores tell the same."""

import asyncio
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from typing_extensions import override

from bot.core.model import (
    Answered,
    Chat,
    ChatKind,
    ChatRef,
    Delivery,
    DeliveryId,
    DeliveryKind,
    DeliveryState,
    Language,
    LearnerRef,
    QuestionId,
    Rating,
    Subscription,
)
from bot.core.ports import Claimed, Settled, Store
from bot.storage.store import SqliteStore
from tests.fakes.memory_store import MemoryStore
from tests.fakes.values import (
    ANN,
    BEN,
    DAY,
    DISCORD,
    LORA,
    MINUTE,
    NINE,
    PLAN,
    RAG,
    TELEGRAM,
    chat_ref,
    one_a_day,
    planned_row,
    slot_at,
    subscription,
)

T = TypeVar("T")
CHATS = [chat_ref(1), chat_ref(1, thread="5"), chat_ref(2), chat_ref(2, thread="5"), chat_ref(3, platform=DISCORD)]
REFS = st.sampled_from(CHATS)
TELEGRAM_REFS = st.sampled_from(CHATS[:4])
LEARNERS = st.sampled_from([ANN, BEN])
QUESTIONS = st.sampled_from([LORA, RAG])
LANGUAGES = st.sampled_from(Language)
REASONS = st.sampled_from(["asked", "blocked"])
Key = tuple[str, DeliveryKind, str]


def key_of(row: Delivery) -> Key:
    """What tells a delivery from all others in every store; the ids may differ."""
    return str(row.chat), row.kind, row.slot


def same_id(row: Delivery) -> Delivery:
    return replace(row, id=DeliveryId(0))


async def everything(store: Store) -> dict[str, object]:
    """All that a store tells, in words that do not depend on its ids."""
    told: dict[str, object] = {
        "counts": await store.counts(),
        "traffic": await store.traffic(day=NINE + DAY, week=NINE, now=NINE + 5 * DAY),
        "reports": await store.reports(limit=100),
    }
    for ref in CHATS:
        told[f"chat {ref}"] = await store.chat(ref)
        told[f"subscription {ref}"] = await store.subscription(ref)
        told[f"tally {ref}"] = await store.tally(ref, LORA)
        told[f"ledger {ref}"] = sorted(map(same_id, await store.ledger(ref, limit=100)), key=key_of)
    for who in (ANN, BEN):
        told[f"export {who}"] = await store.export(who)
        told[f"ratings {who}"] = await store.ratings(who)
    for platform in (TELEGRAM, DISCORD):
        told[f"wakeup {platform}"] = await store.next_wakeup(platform)
        told[f"subscribed {platform}"] = await store.subscribed_chats(platform, after="", limit=100)
    return told


class StoresAgree(RuleBasedStateMachine):
    """Does everything with two stores, and compares."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.stack = AsyncExitStack()
        self.memory = MemoryStore()
        path = Path(self.folder.name) / "qianmian.db"
        self.sqlite = self.runner.run(self.stack.enter_async_context(SqliteStore.open(path)))
        self.now = NINE
        self.sending: list[dict[Key, DeliveryId]] = [{}, {}]

    @override
    def teardown(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.close()
        self.folder.cleanup()

    def both(self, do: Callable[[Store], Coroutine[None, None, T]]) -> tuple[T, T]:
        return self.runner.run(do(self.memory)), self.runner.run(do(self.sqlite))

    def same(self, do: Callable[[Store], Coroutine[None, None, T]]) -> T:
        one, other = self.both(do)
        assert one == other
        return one

    @rule(minutes=st.sampled_from([1, 60, 60 * 24]))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    # Chats and subscriptions

    @rule(ref=REFS, kind=st.sampled_from(ChatKind), title=st.sampled_from(["", "a"]), language=st.none() | LANGUAGES)
    def see_chat(self, ref: ChatRef, kind: ChatKind, title: str, language: Language | None) -> None:
        chat = Chat(ref=ref, kind=kind, title=title, language=language)
        self.same(lambda store: store.see_chat(chat, at=self.now))

    @rule(ref=REFS, language=LANGUAGES)
    def set_language(self, ref: ChatRef, language: Language) -> None:
        self.same(lambda store: store.set_language(ref, language))

    @rule(ref=REFS)
    def subscribe(self, ref: ChatRef) -> None:
        self.same(lambda store: store.subscribe(subscription(ref, due=self.now), at=self.now))

    @rule(ref=REFS, due=st.booleans())
    def change_plan(self, ref: ChatRef, *, due: bool) -> None:
        slot, at = self._next(self.now) if due else (None, None)
        self.same(lambda store: store.change_plan(ref, replace(PLAN, pin=True), next_slot=slot, next_due_at=at))

    @rule(ref=REFS, because=REASONS)
    def end_subscription(self, ref: ChatRef, because: str) -> None:
        self.same(lambda store: store.end_subscription(ref, because=because, at=self.now))

    @rule(ref=REFS, because=REASONS)
    def chat_gone(self, ref: ChatRef, because: str) -> None:
        self.same(lambda store: store.chat_gone(ref, because=because, at=self.now))

    @rule(ref=REFS)
    def chat_back(self, ref: ChatRef) -> None:
        def resume(_: Subscription) -> tuple[str | None, datetime | None]:
            return self._next(self.now)

        self.same(lambda store: store.chat_back(ref, at=self.now, resume=resume))

    @rule(old=TELEGRAM_REFS, new=TELEGRAM_REFS)
    def chat_moved(self, old: ChatRef, new: ChatRef) -> None:
        self.same(lambda store: store.chat_moved(old, new))

    def _next(self, now: datetime) -> tuple[str | None, datetime | None]:
        return slot_at(now + DAY), now + DAY

    # The outbox

    @rule()
    def plan_due(self) -> None:
        self.same(lambda store: store.plan_due(now=self.now, limit=100, decide=one_a_day))

    @rule()
    def claim(self) -> None:
        both = self.both(
            lambda store: store.claim(TELEGRAM, now=self.now, lease_until=self.now + 90 * MINUTE, limit=100)
        )
        one, other = (
            {key_of(c.delivery): (same_id(c.delivery), c.subscription, c.kind) for c in page} for page in both
        )
        assert one == other
        self._remember(both)

    def _remember(self, pages: Sequence[Sequence[Claimed]]) -> None:
        for known, page in zip(self.sending, pages, strict=True):
            known.update({key_of(claimed.delivery): claimed.delivery.id for claimed in page})

    @rule(state=st.sampled_from([DeliveryState.SENT, DeliveryState.RETRY, DeliveryState.FAILED]), answer=st.booleans())
    def settle(self, state: DeliveryState, *, answer: bool) -> None:
        for store, known in zip((self.memory, self.sqlite), self.sending, strict=True):
            outcomes = [
                Settled(
                    delivery=id_,
                    state=state,
                    at=self.now,
                    not_before=self.now + MINUTE if state is DeliveryState.RETRY else None,
                    reason="" if state is DeliveryState.SENT else "rejected",
                    followup=planned_row(due=self.now, kind=DeliveryKind.ANSWER) if answer else None,
                )
                for _, id_ in sorted(known.items())
            ]
            self.runner.run(store.settle(outcomes))

    @rule()
    def release(self) -> None:
        for store, known in zip((self.memory, self.sqlite), self.sending, strict=True):
            self.runner.run(store.release(list(known.values())))

    # Learners

    @rule(who=LEARNERS, ref=REFS, question=QUESTIONS, rating=st.sampled_from(Rating))
    def rate(self, who: LearnerRef, ref: ChatRef, question: QuestionId, rating: Rating) -> None:
        answered = Answered(question=question, rating=rating, at=self.now, chat=ref)
        self.same(lambda store: store.rate(who, answered))

    @rule(who=LEARNERS, ref=REFS, question=QUESTIONS, option=st.integers(0, 3))
    def pick(self, who: LearnerRef, ref: ChatRef, question: QuestionId, option: int) -> None:
        self.same(lambda store: store.pick(who, ref, question, option, right=option == 1, at=self.now))

    @rule(who=LEARNERS, question=QUESTIONS)
    def save(self, who: LearnerRef, question: QuestionId) -> None:
        self.same(lambda store: store.save(who, question, at=self.now))

    @rule(who=LEARNERS, question=QUESTIONS)
    def report_and_answer(self, who: LearnerRef, question: QuestionId) -> None:
        self.same(lambda store: store.report(who, question, "odd", at=self.now))
        self.same(lambda store: store.own_answer(who, question, f"at {self.now}", at=self.now))

    @rule(who=LEARNERS, ref=REFS)
    def ask(self, who: LearnerRef, ref: ChatRef) -> None:
        self.same(lambda store: store.ask(ref, who, f"at {self.now}", at=self.now))

    @rule(who=LEARNERS, ref=REFS, take=st.booleans())
    def asked(self, who: LearnerRef, ref: ChatRef, *, take: bool) -> None:
        self.same(lambda store: store.asked(ref, who, take=take))

    @rule(who=LEARNERS)
    def forget(self, who: LearnerRef) -> None:
        self.same(lambda store: store.forget(who))

    # What they tell

    @invariant()
    def all_is_told_alike(self) -> None:
        self.same(everything)


StoresAgree.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None, derandomize=True)
TestStoresAgree = StoresAgree.TestCase
