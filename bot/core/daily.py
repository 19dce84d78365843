"""The daily question: what a due subscription gets, and the post that brings it."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from bot.core import cards
from bot.core.announcements import announcement_reply
from bot.core.deck import DeckState
from bot.core.errors import Mistake, Withdrawn
from bot.core.library import Library, Shelf
from bot.core.markup import Divider
from bot.core.model import (
    AnnouncementState,
    ChatKind,
    DeliveryKind,
    DeliveryState,
    MessageId,
    Mode,
    Order,
    Question,
    QuestionId,
    Reveal,
    Subscription,
    announcement_number,
)
from bot.core.ports import Bank, Claimed, Phrases, Planned, PlannedDelivery, Store
from bot.core.repeats import Repeats
from bot.core.replies import Post, Reply
from bot.core.requests import Voice
from bot.core.schedule import Slot, UnknownZone, next_slot, slot_of

# After a year without power nobody wants 365 rows that say so.
MISSED_KEPT: Final = 50


def plan_subscription(shelf: Shelf, subscription: Subscription, *, now: datetime, catch_up: timedelta) -> Planned:
    """What a subscription gets for every slot that is due by `now`.

    A slot less than `catch_up` old is delivered, an older one recorded as missed (the latest 50 of them). A plan
    that cannot be followed, because its zone is unknown or nothing matches its filter, is recorded as missed with
    the reason.
    """
    deck = subscription.deck
    rows: deque[PlannedDelivery] = deque(maxlen=MISSED_KEPT)
    last: Slot | None = None
    following: Slot | None = None
    try:
        for slot in _due(subscription, now):
            last = slot
            row, deck = _deal(shelf, subscription, slot, deck, late=now - slot.due_at >= catch_up)
            rows.append(row)
        following = next_slot(subscription.plan.timetable, last or now)
    except UnknownZone as error:
        rows.append(_missed(subscription, _first(subscription, now), error.key))
    return Planned(
        deliveries=tuple(rows),
        deck=deck,
        next_slot=None if following is None else following.key,
        next_due_at=None if following is None else following.due_at,
    )


def due_by_the_rules(subscription: Subscription) -> datetime | None:
    """When the next slot is due as the zone data have it now; what was foreseen where they do not know the zone."""
    if subscription.next_slot is None:
        return None
    try:
        return slot_of(subscription.plan.timetable, subscription.next_slot).due_at
    except UnknownZone:
        return subscription.next_due_at


def _first(subscription: Subscription, now: datetime) -> Slot:
    due = subscription.next_due_at or now
    return Slot(due_at=due, key=subscription.next_slot or due.strftime("%Y-%m-%dT%H:%M"))


def _due(subscription: Subscription, now: datetime) -> Iterator[Slot]:
    slot: Slot | None = _first(subscription, now)
    while slot is not None and slot.due_at <= now:
        yield slot
        slot = next_slot(subscription.plan.timetable, slot)


def _deal(
    shelf: Shelf, subscription: Subscription, slot: Slot, deck: DeckState, *, late: bool
) -> tuple[PlannedDelivery, DeckState]:
    if late:
        return _missed(subscription, slot, "late"), deck
    plan = subscription.plan
    dealt = shelf.deck.deal(deck, shelf.mask(plan), shuffled=plan.order is Order.SHUFFLED)
    if dealt is None:
        return _missed(subscription, slot, "no-question"), deck
    question, deck = dealt
    row = PlannedDelivery(
        chat=subscription.chat,
        kind=DeliveryKind.QUESTION,
        slot=slot.key,
        question=question,
        due_at=slot.due_at,
    )
    return row, deck


def _missed(subscription: Subscription, slot: Slot, reason: str) -> PlannedDelivery:
    return PlannedDelivery(
        chat=subscription.chat,
        kind=DeliveryKind.QUESTION,
        slot=slot.key,
        question=QuestionId(""),
        due_at=slot.due_at,
        state=DeliveryState.MISSED,
        reason=reason,
    )


async def asking(  # noqa: PLR0917  # where to look, how to say it, and what it is about
    store: Store, bank: Bank, voice: Voice, subscription: Subscription, slot: str, question: Question, *, alone: bool
) -> Reply:
    """What asks a slot's question: its quiz where the plan says so, or its card with what goes before it."""
    if subscription.plan.mode is Mode.QUIZ:
        return cards.quiz_card(voice, bank, question)
    card = cards.card(voice, bank, question, alone=alone, lead=voice("daily-lead"))
    return await with_yesterday(store, bank, voice, subscription, slot, card)


async def with_yesterday(  # noqa: PLR0917  # where to look, how to say it, and what it is about
    store: Store, bank: Bank, voice: Voice, subscription: Subscription, slot: str, card: Reply
) -> Reply:
    """The card of a slot's question, behind the answer to the question before where the policy is `next`."""
    if subscription.plan.reveal is not Reveal.NEXT:
        return card
    before = await store.delivered_before(subscription.chat, slot=slot)
    try:
        known = None if before is None else bank.question(before.question)
    except Mistake:
        known = None
    if known is None:
        return card
    answer = cards.answer_post(voice, bank, known)
    return replace(card, blocks=(*answer.blocks, Divider(), *card.blocks))


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyQuestions:
    """Plans what is due and composes the posts, for the delivery room to send."""

    library: Library
    store: Store
    phrases: Phrases
    catch_up: timedelta
    _drawn: Repeats[Reply] = field(default_factory=Repeats, init=False, repr=False, compare=False)

    def decide(self, now: datetime) -> Callable[[Subscription], Planned]:
        """The decision for `Store.plan_due`: pure, and the same for a whole page."""
        shelf = self.library.shelf
        return lambda subscription: plan_subscription(shelf, subscription, now=now, catch_up=self.catch_up)

    async def compose(self, claimed: Claimed) -> Post:
        """The post of a claimed delivery.

        Raises Mistake `question-unknown` if the bank lost its question, Withdrawn if its announcement was stopped.
        """
        delivery, subscription = claimed.delivery, claimed.subscription
        if delivery.kind is DeliveryKind.ANNOUNCEMENT:
            return await self._announcement(claimed)
        plan = subscription.plan
        bank = self.library.bank
        voice = Voice(self.phrases, subscription.language)
        question = bank.question(delivery.question)
        asked = await self._asked(claimed) if delivery.kind is DeliveryKind.ANSWER else None
        reply = self._draw(bank, voice, question, claimed)
        if delivery.kind is DeliveryKind.QUESTION and plan.mode is not Mode.QUIZ:
            reply = await with_yesterday(self.store, bank, voice, subscription, delivery.slot, reply)
        return Post(
            chat=subscription.chat,
            reply=reply,
            key=f"d{delivery.id}",
            kind=ChatKind(claimed.kind),
            reply_to=asked,
            silent=plan.silent,
            protected=plan.protected,
            classic=plan.classic,
            mention=plan.mention,
            thread_title=cards.title(voice, bank, question) if plan.thread and asked is None else None,
            pin=plan.pin and asked is None,
            crosspost=plan.crosspost,
            fall_back=plan.fall_back,
        )

    def _draw(self, bank: Bank, voice: Voice, question: Question, claimed: Claimed) -> Reply:
        """The question, its quiz or its answer: one and the same reply for all chats that get it alike."""
        kind, quiz = claimed.delivery.kind, claimed.subscription.plan.mode is Mode.QUIZ
        alone = claimed.kind == ChatKind.PRIVATE.value
        variant = (question.id, voice.language, kind, quiz, alone)
        found = self._drawn.find(bank, variant)
        if found is not None:
            return found
        if kind is DeliveryKind.ANSWER:
            reply = cards.answer_post(voice, bank, question)
        elif quiz:
            reply = cards.quiz_card(voice, bank, question)
        else:
            reply = cards.card(voice, bank, question, alone=alone, lead=voice("daily-lead"))
        return self._drawn.keep(bank, variant, reply)

    async def _announcement(self, claimed: Claimed) -> Post:
        found = await self.store.announcement(announcement_number(claimed.delivery.slot))
        if found is None or found.state is not AnnouncementState.RUNNING:
            raise Withdrawn(f"{claimed.delivery.slot} was stopped")
        plan = claimed.subscription.plan
        return Post(
            chat=claimed.subscription.chat,
            reply=announcement_reply(found.text),
            key=f"d{claimed.delivery.id}",
            kind=ChatKind(claimed.kind),
            silent=plan.silent,
            protected=plan.protected,
            classic=plan.classic,
            fall_back=plan.fall_back,
        )

    async def _asked(self, claimed: Claimed) -> MessageId | None:
        rows = await self.store.ledger(claimed.subscription.chat, limit=20)
        for row in rows:
            if row.kind is DeliveryKind.QUESTION and row.slot == claimed.delivery.slot:
                return row.message_id
        return None

    def followup(self, claimed: Claimed, sent_at: datetime) -> PlannedDelivery | None:
        """The answer that is to be posted some hours after this question, where the policy is `timed`."""
        plan, delivery = claimed.subscription.plan, claimed.delivery
        if plan.reveal is not Reveal.TIMED or delivery.kind is not DeliveryKind.QUESTION:
            return None
        return PlannedDelivery(
            chat=delivery.chat,
            kind=DeliveryKind.ANSWER,
            slot=delivery.slot,
            question=delivery.question,
            due_at=sent_at + timedelta(hours=plan.reveal_after),
        )
