"""A store that keeps everything in dictionaries and forgets it with the process.

It passes the same contract suite as the real one. Tests may look at (and into) its public attributes.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import count
from typing import TypeVar

from typing_extensions import override

from bot.core.model import (
    Announcement,
    AnnouncementState,
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
    MessageId,
    Plan,
    Platform,
    QuestionId,
    Rating,
    Subscription,
    Tally,
    require_utc,
)
from bot.core.ports import (
    KEPT_MESSAGES,
    Announced,
    Claimed,
    Counts,
    KeptMessage,
    Planned,
    PlannedDelivery,
    Report,
    Settled,
    Store,
    Traffic,
)

T = TypeVar("T")
NOBODY = LearnerRef(platform=Platform(""), user_id="")
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


class MemoryStore(Store):
    """All state in dictionaries."""

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

    # Chats and subscriptions

    @override
    async def see_chat(self, chat: Chat, *, at: datetime) -> Chat:
        known = self.chats.get(chat.ref, chat)
        self.chats[chat.ref] = replace(chat, title=chat.title or known.title, language=chat.language or known.language)
        self.gone.pop(chat.ref, None)
        return self.chats[chat.ref]

    @override
    async def chat(self, ref: ChatRef) -> Chat | None:
        known = self.chats.get(ref)
        return None if known is None else replace(known, gone=ref in self.gone)

    @override
    async def set_language(self, ref: ChatRef, language: Language) -> None:
        if ref in self.chats:
            self.chats[ref] = replace(self.chats[ref], language=language)
        if ref in self.subscriptions:
            self.subscriptions[ref] = replace(self.subscriptions[ref], language=language)

    @override
    async def subscribe(self, subscription: Subscription, *, at: datetime) -> Subscription:
        ref = self._known(subscription.chat)
        self.gone.pop(ref, None)
        self.ended_with_chat.discard(ref)
        deck = self.subscriptions[ref].deck if ref in self.subscriptions else subscription.deck
        self.subscriptions[ref] = replace(subscription, deck=deck, active=True, ended_because="")
        return self.subscriptions[ref]

    @override
    async def subscription(self, ref: ChatRef) -> Subscription | None:
        return self.subscriptions.get(ref)

    @override
    async def change_plan(
        self, ref: ChatRef, plan: Plan, *, next_slot: str | None, next_due_at: datetime | None
    ) -> None:
        there = self.subscriptions.get(ref)
        if there is not None and there.active:
            self.subscriptions[ref] = replace(there, plan=plan, next_slot=next_slot, next_due_at=next_due_at)

    @override
    async def end_subscription(self, ref: ChatRef, *, because: str, at: datetime) -> bool:
        there = self.subscriptions.get(ref)
        if there is None or not there.active:
            return False
        self.subscriptions[ref] = replace(there, active=False, ended_because=because, next_slot=None, next_due_at=None)
        for row in self.deliveries.values():
            if row.chat == ref and row.state in WAITING:
                self.deliveries[row.id] = replace(row, state=DeliveryState.FAILED, reason=because)
                self._finish(row.id)
        return True

    @override
    async def chat_gone(self, ref: ChatRef, *, because: str, at: datetime) -> None:
        for chat in self._covered(ref):
            self.gone[chat] = because
            if await self.end_subscription(chat, because=because, at=at):
                self.ended_with_chat.add(chat)

    @override
    async def chat_back(
        self,
        ref: ChatRef,
        *,
        at: datetime,
        resume: Callable[[Subscription], tuple[str | None, datetime | None]],
    ) -> bool:
        back = False
        for chat in self._covered(ref):
            self.gone.pop(chat, None)
            if chat in self.ended_with_chat:
                self.ended_with_chat.discard(chat)
                ended = self.subscriptions[chat]
                slot, due = resume(ended)
                self.subscriptions[chat] = replace(
                    ended, active=True, ended_because="", next_slot=slot, next_due_at=due
                )
                back = True
        return back

    @override
    async def chat_moved(self, old: ChatRef, new: ChatRef) -> None:
        for chat in self._covered(old):
            thread = new.thread_id if chat == old else chat.thread_id
            target = replace(new, thread_id=thread)
            if target != chat:
                self._move(chat, target)

    def _move(self, old: ChatRef, new: ChatRef) -> None:
        here, there = self.chats.pop(old), self.chats.get(new)
        title, language = (here.title, here.language) if there is None else (there.title, there.language)
        self.chats[new] = replace(there or here, ref=new, title=title or here.title, language=language or here.language)
        self.gone.pop(old, None)
        self.gone.pop(new, None)
        subscription = self.subscriptions.pop(old, None)
        if subscription is not None and new not in self.subscriptions:
            self.subscriptions[new] = replace(subscription, chat=new)
            if old in self.ended_with_chat:
                self.ended_with_chat.add(new)
        self.ended_with_chat.discard(old)
        taken = {(row.kind, row.slot) for row in self.deliveries.values() if row.chat == new}
        for row in [row for row in self.deliveries.values() if row.chat == old]:
            if (row.kind, row.slot) in taken:
                del self.deliveries[row.id]
                self._finish(row.id)
            else:
                self.deliveries[row.id] = replace(row, chat=new)
        self._move_learners(old, new)

    def _move_learners(self, old: ChatRef, new: ChatRef) -> None:
        for key in [key for key in self.rated if key[2] == old]:
            answered = replace(self.rated.pop(key), chat=new)
            there = self.rated.get((key[0], key[1], new))
            if there is None or there.at < answered.at:
                self.rated[key[0], key[1], new] = answered
        for key in [key for key in self.picked if key[2] == old]:
            self.picked.setdefault((key[0], key[1], new), self.picked.pop(key))
        for place, learner in [key for key in self.prompts if key[0] == old]:
            self.prompts.setdefault((new, learner), self.prompts.pop((place, learner)))
        for one in [one for one in self.announcements.values() if one.chat == old]:
            self.announcements[one.number] = replace(one, chat=new)
        if old in self.messages:
            both = [*self.messages.get(new, []), *self.messages.pop(old)]
            self.messages[new] = sorted(both, key=lambda kept: int(kept.message.id))

    @override
    async def subscribed_chats(self, platform: Platform, *, after: str, limit: int) -> Sequence[ChatRef]:
        refs = [ref for ref, s in self.subscriptions.items() if s.active and ref.platform == platform]
        return sorted((ref for ref in refs if str(ref) > after), key=str)[:limit]

    def _known(self, ref: ChatRef) -> ChatRef:
        self.chats.setdefault(ref, Chat(ref=ref, kind=ChatKind.PRIVATE))
        return ref

    def _covered(self, ref: ChatRef) -> list[ChatRef]:
        """With no thread named, an address covers the chat and all its threads."""
        if ref.thread_id is not None:
            return [ref] if ref in self.chats else []
        covered = [chat for chat in self.chats if (chat.platform, chat.chat_id) == (ref.platform, ref.chat_id)]
        return sorted(covered, key=str)

    # Planning and the outbox

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
                self._add(subscription.chat, row)
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

    def _add(self, chat: ChatRef, planned: PlannedDelivery) -> None:
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
            self._finish(row.id)
            if outcome.followup is not None:
                self._add(row.chat, outcome.followup)

    def _finish(self, id_: DeliveryId) -> None:
        self.leases.pop(id_, None)

    @override
    async def release(self, deliveries: Sequence[DeliveryId]) -> None:
        for id_ in deliveries:
            row = self.deliveries.get(id_)
            if row is not None and row.state is DeliveryState.SENDING:
                self.deliveries[id_] = replace(
                    row, state=DeliveryState.QUEUED, attempts=row.attempts - 1, claimed_at=None
                )
                self._finish(id_)

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

    # Announcements

    @override
    async def subscribers(self) -> Mapping[Platform, int]:
        return Counter(ref.platform for ref, subscription in self.subscriptions.items() if subscription.active)

    @override
    async def draft_announcement(
        self, text: str, *, chat: ChatRef, language: Language, total: int, at: datetime
    ) -> Announcement:
        number = len(self.announcements) + 1
        draft = Announcement(number=number, text=text, chat=self._known(chat), language=language)
        self.announcements[number], self.foreseen[number] = draft, total
        return draft

    @override
    async def announcement(self, number: int) -> Announcement | None:
        return self.announcements.get(number)

    @override
    async def start_announcement(self, number: int, *, at: datetime) -> bool:
        busy = any(one.open for one in self.announcements.values())
        return not busy and self._decide(number, {AnnouncementState.DRAFT: AnnouncementState.RUNNING})

    @override
    async def stop_announcement(self, number: int, *, at: datetime) -> bool:
        return self._decide(
            number,
            {
                AnnouncementState.DRAFT: AnnouncementState.CANCELLED,
                AnnouncementState.RUNNING: AnnouncementState.STOPPING,
            },
        )

    def _decide(self, number: int, states: Mapping[AnnouncementState, AnnouncementState]) -> bool:
        there = self.announcements.get(number)
        if there is None or there.state not in states:
            return False
        self.announcements[number] = replace(there, state=states[there.state])
        return True

    @override
    async def open_announcements(self) -> Sequence[Announcement]:
        undecided = {AnnouncementState.DRAFT, AnnouncementState.CANCELLED}
        return [a for a in self.announcements.values() if a.state not in undecided and a.number not in self.told]

    @override
    async def advance_announcement(
        self, number: int, *, platforms: Sequence[Platform], at: datetime, limit: int
    ) -> bool:
        there = self.announcements.get(number)
        if there is None or not there.open:
            return False
        rows = self._deliveries_of(there)
        if there.state is AnnouncementState.RUNNING:
            page = [ref for ref in self._unplanned(rows) if number in self.foreseen and ref.platform in platforms]
            for ref in page[:limit]:
                self._add(ref, _announced_to(ref, there, at))
            if not page:
                self.foreseen.pop(number, None)
        else:
            waiting = [row for row in rows if row.state in WAITING or self._left_under_way(row, at)]
            page = [row.chat for row in waiting]
            for row in waiting[:limit]:
                reason = "stopped" if row.state in WAITING else "unknown-outcome"
                self.deliveries[row.id] = replace(row, state=DeliveryState.FAILED, reason=reason)
        unfinished = {*WAITING, DeliveryState.SENDING}
        if not page and not any(row.state in unfinished for row in rows):
            ended = {
                AnnouncementState.RUNNING: AnnouncementState.DONE,
                AnnouncementState.STOPPING: AnnouncementState.STOPPED,
            }
            self._decide(number, ended)
        return bool(page)

    def _left_under_way(self, row: Delivery, at: datetime) -> bool:
        return row.state is DeliveryState.SENDING and self.leases[row.id] <= at

    def _deliveries_of(self, announcement: Announcement) -> list[Delivery]:
        slot = announcement.slot
        return [row for row in self.deliveries.values() if row.slot == slot]

    def _unplanned(self, rows: Sequence[Delivery]) -> list[ChatRef]:
        planned = {row.chat for row in rows}
        return [ref for ref, s in self.subscriptions.items() if s.active and ref not in planned]

    @override
    async def announced(self, number: int) -> Announced:
        there = self.announcements.get(number)
        if there is None:
            return Announced()
        rows = self._deliveries_of(there)
        lost = {DeliveryState.FAILED, DeliveryState.MISSED}
        return Announced(
            total=self.foreseen.get(number, len(rows)),
            sent=sum(1 for row in rows if row.state is DeliveryState.SENT),
            failed=sum(1 for row in rows if row.state in lost and row.reason != "stopped"),
        )

    @override
    async def note_announcement(self, number: int, *, message: MessageId | None, told: bool = False) -> None:
        self.announcements[number] = replace(self.announcements[number], message=message)
        if told:
            self.told.add(number)

    # Learners

    @override
    async def rate(self, learner: LearnerRef, answered: Answered) -> None:
        self.learners.add(learner)
        self.rated[learner, answered.question, self._known(answered.chat)] = answered

    @override
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
        self.learners.add(learner)
        pick = Pick(option=option, right=right, at=at)
        return self.picked.setdefault((learner, question, self._known(chat)), pick) is pick

    @override
    async def picks(self, learner: LearnerRef) -> Mapping[QuestionId, bool]:
        mine = [(key[1], pick) for key, pick in self.picked.items() if key[0] == learner]
        latest: dict[QuestionId, bool] = {}
        for question, pick in sorted(mine, key=lambda item: (-item[1].at.timestamp(), item[0])):
            latest.setdefault(question, pick.right)
        return latest

    @override
    async def tally(self, chat: ChatRef, question: QuestionId) -> Tally:
        rated = [a.rating for (_, q, c), a in self.rated.items() if (q, c) == (question, chat)]
        picked = [p.option for (_, q, c), p in self.picked.items() if (q, c) == (question, chat)]
        return Tally(
            knew=rated.count(Rating.KNEW),
            partly=rated.count(Rating.PARTLY),
            missed=rated.count(Rating.MISSED),
            by_option=tuple(picked.count(option) for option in range(max(picked, default=-1) + 1)),
        )

    def _ratings_of(self, learner: LearnerRef) -> list[Answered]:
        mine = [answered for (who, _, _), answered in self.rated.items() if who == learner]
        mine.sort(key=lambda answered: (answered.question, str(answered.chat)))
        return sorted(mine, key=lambda answered: answered.at, reverse=True)

    @override
    async def ratings(self, learner: LearnerRef) -> Sequence[Answered]:
        latest: dict[QuestionId, Answered] = {}
        for answered in self._ratings_of(learner):
            latest.setdefault(answered.question, answered)
        return list(latest.values())

    @override
    async def save(self, learner: LearnerRef, question: QuestionId, *, at: datetime) -> bool:
        self.learners.add(learner)
        if self.bookmarks.pop((learner, question), None) is None:
            self.bookmarks[learner, question] = at
            return True
        return False

    @override
    async def saved(self, learner: LearnerRef) -> Sequence[QuestionId]:
        return [question for question, _ in self._bookmarks_of(learner)]

    def _bookmarks_of(self, learner: LearnerRef) -> list[tuple[QuestionId, datetime]]:
        mine = sorted((question, at) for (who, question), at in self.bookmarks.items() if who == learner)
        return sorted(mine, key=lambda pair: pair[1], reverse=True)

    @override
    async def report(self, learner: LearnerRef, question: QuestionId, text: str, *, at: datetime) -> int:
        self.learners.add(learner)
        number = next(self._report_numbers)
        self.notes_to_operator[number] = Report(number=number, question=question, learner=learner, text=text, at=at)
        return number

    @override
    async def reports(self, *, limit: int) -> Sequence[Report]:
        return sorted(self.notes_to_operator.values(), key=lambda report: -report.number)[:limit]

    @override
    async def export(self, learner: LearnerRef) -> Mapping[str, object]:
        picks = [(q, p, str(c)) for (who, q, c), p in self.picked.items() if who == learner]
        own = [(q, text, at) for (who, q), (text, at) in self.own_answers.items() if who == learner]
        asked = [(str(c), action, at) for (c, who), (action, at) in self.prompts.items() if who == learner]
        reports = [
            report for report in await self.reports(limit=len(self.notes_to_operator)) if report.learner == learner
        ]
        return {
            "learner": str(learner),
            "ratings": [
                {"question": a.question, "rating": a.rating.value, "chat": str(a.chat), "at": a.at.isoformat()}
                for a in self._ratings_of(learner)
            ],
            "picks": [
                {"question": q, "option": p.option, "right": p.right, "chat": chat, "at": p.at.isoformat()}
                for q, p, chat in _latest(sorted(picks, key=lambda item: (item[0], item[2])), lambda item: item[1].at)
            ],
            "saved": [{"question": q, "at": at.isoformat()} for q, at in self._bookmarks_of(learner)],
            "own_answers": [
                {"question": q, "text": text, "at": at.isoformat()}
                for q, text, at in _latest(sorted(own), lambda i: i[2])
            ],
            "reports": [
                {"number": r.number, "question": r.question, "text": r.text, "at": r.at.isoformat()} for r in reports
            ],
            "asked": [
                {"chat": chat, "action": action, "at": at.isoformat()}
                for chat, action, at in _latest(sorted(asked), lambda item: item[2])
            ],
            "messages": [
                {"chat": str(chat), "message": json.loads(k.message.payload), "at": k.message.at.isoformat()}
                for chat in self._chats_of(learner)
                for k in reversed(self.messages.get(chat, []))
                if k.own
            ],
        }

    @override
    async def forget(self, learner: LearnerRef) -> int:
        before = self._rows()
        self.learners.discard(learner)
        self.rated = {key: value for key, value in self.rated.items() if key[0] != learner}
        self.picked = {key: value for key, value in self.picked.items() if key[0] != learner}
        self.bookmarks = {key: value for key, value in self.bookmarks.items() if key[0] != learner}
        self.own_answers = {key: value for key, value in self.own_answers.items() if key[0] != learner}
        self.prompts = {key: value for key, value in self.prompts.items() if key[1] != learner}
        for chat in self._chats_of(learner):
            self.messages.pop(chat, None)
        for report in self.notes_to_operator.values():
            if report.learner == learner:
                self.notes_to_operator[report.number] = replace(report, learner=NOBODY)
        return before - self._rows()

    def _rows(self) -> int:
        tables = (self.rated, self.picked, self.bookmarks, self.own_answers, self.prompts)
        return sum(len(rows) for rows in tables) + sum(len(kept) for kept in self.messages.values())

    def _chats_of(self, learner: LearnerRef) -> list[ChatRef]:
        """The chats that have the learner's id."""
        return [chat for chat in self.chats if (chat.platform, chat.chat_id) == (learner.platform, learner.user_id)]

    @override
    async def forget_chat(self, ref: ChatRef) -> int:
        if ref not in self.chats:
            return 0
        gone = len(self.messages.pop(ref, {}))
        prompts = {key for key in self.prompts if key[0] == ref}
        deliveries = {id_ for id_, row in self.deliveries.items() if row.chat == ref}
        for key in prompts:
            del self.prompts[key]
        for id_ in deliveries:
            del self.deliveries[id_]
        gone += len(prompts) + len(deliveries) + (self.subscriptions.pop(ref, None) is not None)
        known = self.chats[ref]
        gone += bool(known.title or known.language)
        if any(key[2] == ref for key in (*self.rated, *self.picked)):
            self.chats[ref] = replace(known, title="", language=None)
            return gone
        del self.chats[ref]
        return gone + 1

    @override
    async def own_answer(self, learner: LearnerRef, question: QuestionId, text: str, *, at: datetime) -> None:
        self.learners.add(learner)
        self.own_answers[learner, question] = (text, at)

    @override
    async def own_answer_of(self, learner: LearnerRef, question: QuestionId) -> str | None:
        text, _ = self.own_answers.get((learner, question), (None, None))
        return text

    # Messages, for platforms that keep none themselves

    @override
    async def keep_message(
        self, chat: ChatRef, payload: str, *, at: datetime, key: str | None = None, own: bool = False
    ) -> KeptMessage:
        kept = self.messages.setdefault(self._known(chat), [])
        before = next((k.message for k in kept if key is not None and k.key == key), None)
        if before is not None:
            return replace(before, repeated=True)
        revision = next(self._revisions)
        message = KeptMessage(id=MessageId(str(revision)), revision=revision, payload=payload, at=require_utc(at))
        kept.append(Kept(message=message, key=key, own=own))
        del kept[:-KEPT_MESSAGES]
        return message

    @override
    async def replace_message(self, chat: ChatRef, message: MessageId, payload: str) -> KeptMessage | None:
        kept = self.messages.get(chat, [])
        for place, there in enumerate(kept):
            if there.message.id == message:
                changed = replace(there.message, payload=payload, revision=next(self._revisions))
                kept[place] = replace(there, message=changed)
                return changed
        return None

    @override
    async def kept_message(self, chat: ChatRef, message: MessageId) -> KeptMessage | None:
        return next((k.message for k in self.messages.get(chat, []) if k.message.id == message), None)

    @override
    async def messages_after(self, chat: ChatRef, revision: int, *, limit: int) -> Sequence[KeptMessage]:
        newer = [k.message for k in self.messages.get(chat, []) if k.message.revision > revision]
        return sorted(newer, key=lambda message: message.revision)[:limit]

    # Conversation and odds and ends

    @override
    async def ask(self, chat: ChatRef, learner: LearnerRef, action: str, *, at: datetime) -> None:
        self.learners.add(learner)
        self.prompts[self._known(chat), learner] = (action, at)

    @override
    async def asked(
        self, chat: ChatRef, learner: LearnerRef, *, take: bool, since: datetime | None = None
    ) -> str | None:
        found = self.prompts.get((chat, learner))
        if take:
            self.prompts.pop((chat, learner), None)
        return found[0] if found is not None and (since is None or found[1] >= since) else None

    @override
    async def recall(self, key: str) -> str | None:
        return self.values.get(key)

    @override
    async def remember(self, key: str, value: str | None, *, until: datetime | None = None) -> None:
        del until
        if value is None:
            self.values.pop(key, None)
        else:
            self.values[key] = value

    @override
    async def counts(self) -> Counts:
        return Counts(
            chats=len(self.chats.keys() - self.gone.keys()),
            subscriptions=sum(1 for subscription in self.subscriptions.values() if subscription.active),
            learners=len(self.learners),
            answers=len(self.rated) + len(self.picked),
            reports=len(self.notes_to_operator),
        )

    @override
    async def traffic(self, *, day: datetime, week: datetime, now: datetime) -> Mapping[Platform, Traffic]:
        subscribed = await self.subscribers()
        found = {platform: self._traffic(platform, day, week, now) for platform in self._platforms()}
        told = {platform: replace(one, subscribed=subscribed.get(platform, 0)) for platform, one in found.items()}
        return {platform: one for platform, one in told.items() if one != Traffic()}

    def _platforms(self) -> list[Platform]:
        return sorted({chat.platform for chat in self.chats})

    def _traffic(self, platform: Platform, day: datetime, week: datetime, now: datetime) -> Traffic:
        due = [row for row in self.deliveries.values() if row.chat.platform == platform and row.due_at <= now]
        rows = [row for row in due if row.due_at >= week and row.kind is not DeliveryKind.ANNOUNCEMENT]
        sent = [row for row in rows if row.state is DeliveryState.SENT]
        lost = [row.reason for row in rows if row.state in {DeliveryState.FAILED, DeliveryState.MISSED}]
        return Traffic(
            waiting=sum(row.state in {*WAITING, DeliveryState.SENDING} for row in due),
            today=sum(row.due_at >= day for row in sent),
            week=len(sent),
            punctual=sum(row.sent_at is not None and row.sent_at < row.due_at + timedelta(minutes=1) for row in sent),
            failed=Counter(lost),
        )


def _announced_to(chat: ChatRef, announcement: Announcement, at: datetime) -> PlannedDelivery:
    return PlannedDelivery(
        chat=chat,
        kind=DeliveryKind.ANNOUNCEMENT,
        slot=announcement.slot,
        question=QuestionId(""),
        due_at=at,
    )


def _lot(row: Delivery) -> int:
    """The place of a delivery among those of its instant; some that were planned together come together."""
    return int.from_bytes(blake2b(f"{row.id // 4}/{row.slot}".encode(), digest_size=8).digest(), "big")


def _latest(items: Iterable[T], at: Callable[[T], datetime]) -> list[T]:
    """The latest first; those of one instant stay in their order."""
    return sorted(items, key=at, reverse=True)
