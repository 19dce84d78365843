"""Use cases around a chat's daily plan: subscribing, the settings panel, and what comes next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

from bot.core import cards
from bot.core.actions import Ask, Change, OpenPage, Page, PlanField, Run, ShowQuestion
from bot.core.daily import asking
from bot.core.deck import DeckState
from bot.core.errors import Mistake, NotPermitted, StaleAction
from bot.core.library import Library
from bot.core.markup import Block, Bold, Heading, Paragraph, Text, inlines, paragraph
from bot.core.model import (
    ChatKind,
    ChatRef,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Language,
    Order,
    Plan,
    Question,
    Subscription,
)
from bot.core.moments import days_of, duration, moment, times_of, topics_of, zone_name
from bot.core.panel import PAGE_OF, Panel
from bot.core.plans import change_plan, standard_plan, with_days, with_mention, with_times, with_zone
from bot.core.ports import Store
from bot.core.replies import Button, Placement, Reply, Response, Row, Tone
from bot.core.requests import Request, Voice
from bot.core.schedule import Slot, coming_clock_change, next_slot
from bot.core.spoken import parse_times, parse_zone, split_plan_words
from bot.core.topic_words import topics_named
from bot.core.zones import likely_zones

LATE: Final = timedelta(minutes=2)
SOON: Final = timedelta(days=14)
# By no more than this do two zones differ, so that a slot that was dealt with can come again; the ledger has no more
# rows of so long.
ZONES_APART: Final = timedelta(hours=27)
LATEST_ROWS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriptions:
    """Everything that is done with a chat's plan. Changes ask for the right to make them first."""

    library: Library
    store: Store
    default_zone: str

    # Subscribing

    async def subscribe(self, request: Request, voice: Voice, words: str) -> Response:
        """Subscribe this chat as the words say, or change the plan it has; without words, at nine every day."""
        await _allow(request, request.chat.ref)
        before = await self.store.subscription(request.chat.ref)
        plan = before.plan if before is not None else await self._first_plan(request)
        plan = self._with_words(replace(plan, paused=False), words)
        stored = await self._put(request, voice, plan, before)
        said = replace(voice, language=stored.language)
        return Response(reply=self._confirmation(stored, said, request.now), placement=Placement.EDIT)

    async def _first_plan(self, request: Request) -> Plan:
        """Every day at nine where the person is, as far as their client tells, or where the chats around are."""
        around = await self._kept_around(request)
        kept = likely_zones("", around)[0] if around else self.default_zone
        try:
            zone = parse_zone(request.zone or kept)
        except Mistake:
            zone = self.default_zone
        return replace(standard_plan(zone), reveal=request.reveal)

    async def _kept_around(self, request: Request) -> list[str]:
        """The zones of the plans that the chats around this one have."""
        plans = [await self.store.subscription(chat) for chat in request.neighbours]
        return [found.plan.timetable.zone for found in plans if found is not None and found.active]

    async def zones(self, request: Request, chat: str | None) -> tuple[str, ...]:
        """The zones this plan is likeliest to be moved to, best first; raises as `open` does."""
        before = await self._owned(request, chat)
        return likely_zones(request.locale, await self._kept_around(request), without=before.plan.timetable.zone)

    def _with_words(self, plan: Plan, words: str) -> Plan:
        said = split_plan_words(words)
        if said.times:
            plan = with_times(plan, said.times)
        if said.zone is not None:
            plan = with_zone(plan, said.zone)
        if said.weekdays is not None:
            plan = with_days(plan, said.weekdays)
        if said.rest:
            bank = self.library.bank
            chosen = {topic.slug for topic in topics_named(bank, said.rest)}
            syllabus = [topic.slug for group in bank.groups for topic in group.topics]
            plan = replace(plan, topics=tuple(slug for slug in syllabus if slug in chosen))
        return plan

    async def _put(self, request: Request, voice: Voice, plan: Plan, before: Subscription | None) -> Subscription:
        slot = await self._coming(request.chat.ref, plan, request.now)
        language = voice.language
        if before is not None and before.active and request.chat.kind is not ChatKind.PRIVATE:
            # Whoever changes a group's plan later does not change what it speaks.
            language = before.language
        seed = int.from_bytes(blake2b(str(request.chat.ref).encode(), digest_size=8).digest(), "little")
        return await self.store.subscribe(
            Subscription(
                chat=request.chat.ref,
                plan=plan,
                deck=before.deck if before is not None else DeckState(seed=seed),
                language=language,
                next_slot=None if slot is None else slot.key,
                next_due_at=None if slot is None else slot.due_at,
            ),
            at=request.now,
        )

    def _confirmation(self, subscription: Subscription, voice: Voice, now: datetime) -> Reply:
        plan = subscription.plan
        when = f"{days_of(voice, plan.timetable.weekdays)} {times_of(voice, plan)}"
        blocks: list[Block] = [
            Heading(1, inlines(voice("subscribed-title"))),
            paragraph(voice("subscribed-plan", when=when, zone=zone_name(plan.timetable.zone, voice.language))),
            paragraph(voice("subscribed-topics", topics=topics_of(voice, plan, self.library.bank))),
        ]
        if subscription.next_due_at is not None:
            first = moment(voice, subscription.next_due_at, zone=plan.timetable.zone, now=now)
            blocks.append(paragraph(Bold(inlines(voice("subscribed-first", when=first)))))
        buttons = (
            Button(label=voice("button-settings"), action=OpenPage(page=Page.MAIN), tone=Tone.PRIMARY),
            Button(label=voice("button-random-now"), action=Run(command="random")),
        )
        return Reply(blocks=tuple(blocks), controls=(Row(buttons=buttons),))

    async def unsubscribe(self, request: Request, voice: Voice, chat: str | None) -> Response:
        """End the plan; what was rated and saved stays."""
        ref = await self._target(request, chat)
        ended = await self.store.end_subscription(ref, because="asked", at=request.now)
        key = "unsubscribed" if ended else "not-subscribed"
        again = Button(label=voice("button-subscribe"), action=Run(command="subscribe"))
        reply = Reply(blocks=(paragraph(voice(key)),), controls=() if chat else (Row(buttons=(again,)),))
        return Response(reply=reply, placement=Placement.EDIT)

    async def confirm_unsubscribe(self, request: Request, voice: Voice) -> Response:
        """Ask before the plan is ended."""
        return await self.open(request, voice, OpenPage(page=Page.STOP))

    # The panel

    async def open(self, request: Request, voice: Voice, action: OpenPage) -> Response:
        """A page of the panel; raises Mistake `not-subscribed` where there is no plan."""
        subscription = await self._owned(request, action.chat)
        if action.page is Page.PREVIEW:
            return await self._preview(request, voice, subscription, action.chat)
        reply = await self._draw(request, voice, subscription, action)
        return Response(reply=reply, placement=_beside(request))

    async def _draw(self, request: Request, voice: Voice, subscription: Subscription, action: OpenPage) -> Reply:
        known = request.chat if action.chat is None else await self.store.chat(subscription.chat)
        panel = Panel(
            voice=voice,
            bank=self.library.bank,
            subscription=subscription,
            features=request.features,
            chat=action.chat,
            title=known.title if known is not None else "",
            alone=action.chat is None and request.chat.kind is ChatKind.PRIVATE,
            group=action.group,
        )
        return panel.page(action.page)

    async def _preview(self, request: Request, voice: Voice, subscription: Subscription, chat: str | None) -> Response:
        """The very post that comes next, and when; a quiz stands there as text, to be answered when it comes."""
        coming = self._peek(subscription)
        if coming is None:
            raise Mistake("nothing-matches")
        slot, said = subscription.next_slot or "", replace(voice, language=subscription.language)
        post = await asking(self.store, self.library.bank, said, subscription, slot, coming, alone=False)
        card = post if post.poll is None else replace(cards.quiz_as_text(said, post.poll), accent=post.accent)
        lead = paragraph(Bold(inlines(voice("preview-lead", when=_when(voice, subscription, request.now)))))
        back = Row(buttons=(Button(label=voice("button-back"), action=OpenPage(page=Page.MAIN, chat=chat)),))
        reply = Reply(blocks=(lead, *card.blocks), controls=(back,), accent=card.accent)
        return Response(reply=reply, placement=_beside(request))

    def _peek(self, subscription: Subscription) -> Question | None:
        """The question that the deck deals next, without dealing it."""
        plan, shelf = subscription.plan, self.library.shelf
        coming = shelf.deck.peek(subscription.deck, shelf.mask(plan), shuffled=plan.order is Order.SHUFFLED)
        return None if coming is None else shelf.bank.question(coming)

    async def change(self, request: Request, voice: Voice, action: Change) -> Response:
        """Change one part of the plan and show the page it stands on."""
        subscription = await self._owned(request, action.chat)
        if action.field is PlanField.LANGUAGE:
            return await self._change_language(request, voice, subscription, action)
        plan = change_plan(subscription.plan, action.field, action.value, self.library.bank, action.turn)
        stored = await self._replan(subscription, plan, request.now)
        group = None
        if action.field in {PlanField.TOPIC, PlanField.GROUP}:
            group = action.value if action.field is PlanField.GROUP else self.library.bank.topic(action.value).group
        page = OpenPage(page=PAGE_OF.get(action.field, Page.MORE), group=group, chat=action.chat)
        return Response(reply=await self._draw(request, voice, stored, page), placement=_beside(request))

    async def _change_language(
        self, request: Request, voice: Voice, subscription: Subscription, action: Change
    ) -> Response:
        try:
            language = Language(action.value)
        except ValueError:
            raise StaleAction(f"no language {action.value!r}") from None
        await self.store.set_language(subscription.chat, language)
        page = OpenPage(page=Page.LANGUAGE, chat=action.chat)
        # The panel itself switches at once, so that the choice is seen.
        turned = Voice(voice.phrases, language)
        reply = await self._draw(request, turned, replace(subscription, language=language), page)
        return Response(reply=reply, placement=_beside(request))

    async def _replan(self, subscription: Subscription, plan: Plan, now: datetime) -> Subscription:
        """Store a plan; its next slot moves only if when it is due has changed."""
        key, due = subscription.next_slot, subscription.next_due_at
        if (plan.timetable, plan.paused) != (subscription.plan.timetable, subscription.plan.paused):
            slot = await self._coming(subscription.chat, plan, now)
            key, due = (None, None) if slot is None else (slot.key, slot.due_at)
        await self.store.change_plan(subscription.chat, plan, next_slot=key, next_due_at=due)
        return replace(subscription, plan=plan, next_slot=key, next_due_at=due)

    async def _coming(self, chat: ChatRef, plan: Plan, now: datetime) -> Slot | None:
        """The first slot of a new plan; of one that was dealt with already no second question would come."""
        rows = await self.store.ledger(chat, limit=LATEST_ROWS)
        return _coming(plan, now, dealt_with={row.slot for row in rows if row.kind is DeliveryKind.QUESTION})

    async def told(self, request: Request, voice: Voice, what: Ask, text: str, chat: str | None) -> Response:
        """Take a time or a zone that was typed into the panel, or whom to mention (a role's id; nothing for nobody)."""
        subscription = await self._owned(request, chat)
        if what is Ask.TIMES:
            plan = with_times(subscription.plan, (*subscription.plan.timetable.times, *parse_times(text)))
            page = Page.TIMES
        elif what is Ask.MENTION:
            plan = with_mention(subscription.plan, text)
            page = Page.MORE
        elif not text:
            raise Mistake("zone-what")
        else:
            plan = with_zone(subscription.plan, parse_zone(text))
            page = Page.ZONE
        stored = await self._replan(subscription, plan, request.now)
        reply = await self._draw(request, voice, stored, OpenPage(page=page, chat=chat))
        return Response(reply=reply, placement=_beside(request))

    async def _target(self, request: Request, chat: str | None) -> ChatRef:
        """The chat an action is about, once the presser was found to be allowed there."""
        here = request.chat.ref
        if chat is None:
            ref = here
        else:
            chat_id, _, thread = chat.partition("/")
            ref = ChatRef(platform=here.platform, chat_id=chat_id, thread_id=thread or None)
        await _allow(request, ref)
        return ref

    async def _owned(self, request: Request, chat: str | None) -> Subscription:
        subscription = await self.store.subscription(await self._target(request, chat))
        if subscription is None or not subscription.active:
            raise Mistake("not-subscribed")
        return subscription

    # What comes next, and what came

    async def next(self, request: Request, voice: Voice) -> Response:
        """When the next question comes, what became of the last ones, and a coming clock change."""
        subscription = await self.store.subscription(request.chat.ref)
        if subscription is None or not subscription.active:
            return Response(reply=_not_yet(voice, subscription))
        zone = subscription.plan.timetable.zone
        blocks: list[Block] = [
            Heading(1, inlines(voice("next-title"))),
            paragraph(Bold(inlines(_when(voice, subscription, request.now)))),
            paragraph(voice("next-topics", topics=topics_of(voice, subscription.plan, self.library.bank))),
        ]
        if (coming := self._peek(subscription)) is not None:
            blocks.insert(2, paragraph(voice("next-what", title=cards.title(voice, self.library.bank, coming))))
        change = coming_clock_change(zone, request.now, SOON)
        if change is not None:
            at = moment(voice, change.at, zone=zone, now=request.now)
            direction = "clock-forward" if change.shift > timedelta() else "clock-back"
            blocks.append(paragraph(voice(direction, when=at, by=duration(voice, change.shift))))
        rows = await self.store.ledger(request.chat.ref, limit=5)
        blocks += self._history(voice, rows, zone, request.now)
        sent = [row for row in rows if row.state is DeliveryState.SENT and row.kind is not DeliveryKind.ANNOUNCEMENT]
        buttons = [Button(label=voice("button-settings"), action=OpenPage(page=Page.MAIN))]
        if sent:
            buttons.append(Button(label=voice("button-last"), action=ShowQuestion(question=sent[0].question)))
        return Response(reply=Reply(blocks=tuple(blocks), controls=(Row(buttons=tuple(buttons)),)))

    def _history(self, voice: Voice, rows: Sequence[Delivery], zone: str, now: datetime) -> list[Block]:
        asked = [row for row in rows if row.kind is DeliveryKind.QUESTION]
        if not asked:
            return [paragraph(voice("next-none-yet"))]
        lines: list[Block] = [Heading(2, inlines(voice("next-history")))]
        for row in asked:
            due = moment(voice, row.due_at, zone=zone, now=now)
            lines.append(Paragraph((Bold(inlines(due)), Text(" "), Text(_fate(voice, row, now)))))
        return lines


def _fate(voice: Voice, row: Delivery, now: datetime) -> str:
    """What became of a delivery, in words."""
    match row.state:
        case DeliveryState.SENT:
            late = row.sent_at - row.due_at if row.sent_at is not None else timedelta()
            return voice("fate-late", by=duration(voice, late)) if late > LATE else voice("fate-sent")
        case DeliveryState.MISSED:
            return voice("fate-missed", why=_why(voice, row.reason))
        case DeliveryState.FAILED:
            return voice("fate-failed", why=_why(voice, row.reason))
        case DeliveryState.RETRY:
            again = row.not_before - now
            return voice("fate-retry", why=_why(voice, row.reason), after=duration(voice, max(again, timedelta())))
        case DeliveryState.QUEUED | DeliveryState.SENDING:
            return voice("fate-on-its-way")


REASONS: Final = frozenset(
    {
        "asked",
        "blocked",
        "deleted",
        "late",
        "no-question",
        "not-allowed",
        "question-gone",
        "rate-limited",
        "rejected",
        "thread-gone",
        "unavailable",
        "unknown-outcome",
        "zone-unknown",
    }
)


def _why(voice: Voice, reason: str) -> str:
    return voice(f"why-{reason}" if reason in REASONS else "why-other")


def _when(voice: Voice, subscription: Subscription, now: datetime) -> str:
    plan, due = subscription.plan, subscription.next_due_at
    if plan.paused:
        return voice("next-paused")
    if due is None:
        return voice("next-never")
    at = moment(voice, due, zone=plan.timetable.zone, now=now)
    return voice(
        "next-at", when=at, zone=zone_name(plan.timetable.zone, voice.language), after=duration(voice, due - now)
    )


def _not_yet(voice: Voice, subscription: Subscription | None) -> Reply:
    why = "" if subscription is None else subscription.ended_because
    blocks: list[Block] = [paragraph(voice("not-subscribed"))]
    if why and why != "asked":
        blocks.append(paragraph(voice("ended-because", why=_why(voice, why))))
    button = Button(label=voice("button-subscribe"), action=Run(command="subscribe"), tone=Tone.PRIMARY)
    return Reply(blocks=tuple(blocks), controls=(Row(buttons=(button,)),))


def _coming(plan: Plan, now: datetime, dealt_with: Collection[str] = ()) -> Slot | None:
    """The first slot after now, and after those that come again because the plan has moved to another zone."""
    first = slot = None if plan.paused else next_slot(plan.timetable, now)
    while slot is not None and slot.due_at < now + ZONES_APART:
        following = next_slot(plan.timetable, slot)
        if slot.key in dealt_with:
            first = following
        slot = following
    return first


def _beside(request: Request) -> Placement:
    """A panel belongs to the person who opened it: in place where it is already, private in company."""
    return Placement.EDIT if request.alone and not request.unseen_by_others else Placement.PRIVATE


async def _allow(request: Request, ref: ChatRef) -> None:
    if not await request.rights.may_manage(request.learner, ref):
        raise NotPermitted(f"{request.learner} may not manage {ref}")


def resume(subscription: Subscription, now: datetime) -> tuple[str | None, datetime | None]:
    """The next slot of a subscription that comes back after its chat was gone."""
    slot = _coming(subscription.plan, now)
    return (None, None) if slot is None else (slot.key, slot.due_at)
