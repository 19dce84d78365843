"""The store: every intent of the port as one transaction over the modules of SQL."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from threading import Event
from typing import Final

from typing_extensions import override

from bot.core.model import (
    Announcement,
    Answered,
    Chat,
    ChatRef,
    Delivery,
    DeliveryId,
    Language,
    LearnerRef,
    MessageId,
    Plan,
    Platform,
    QuestionId,
    Subscription,
    Tally,
)
from bot.core.ports import (
    Announced,
    Claimed,
    Counts,
    Health,
    KeptMessage,
    Planned,
    Report,
    Settled,
    State,
    Store,
    Traffic,
)
from bot.storage import (
    announcements,
    chats,
    counts,
    learners,
    messages,
    notes,
    privacy,
    questions,
    reports,
    subscriptions,
    traffic,
)
from bot.storage import deliveries as outbox
from bot.storage.backup import back_up_nightly
from bot.storage.database import Database, Took, nobody_counts, open_database
from bot.storage.faults import DatabaseDamaged
from bot.storage.lock import process_lock
from bot.storage.upkeep import fold


class SqliteStore(Store):
    """All state in one SQLite file; see `open`."""

    def __init__(self, database: Database) -> None:
        self._database: Final = database

    @classmethod
    def open(cls, path: Path, *, took: Took = nobody_counts) -> AbstractAsyncContextManager["SqliteStore"]:
        """Take the database for this process, create or migrate it, and open it; closed on exit.

        `took` is told how long each call took. Raises StoreError when another process holds it or it cannot be used;
        the file is then as it was.
        """
        return _open(path, took)

    def health(self) -> Health:
        """Whether anything was found wrong with the file itself."""
        damage = self._database.damage
        return Health(part="database", state=State.DEGRADED if damage else State.OK, why=damage)

    async def fold(self, before: datetime) -> int:
        """Fold finished deliveries that were due before an instant (aware UTC) into daily counts.

        The latest few of every chat stay. Returns how many rows were folded.
        """
        return await fold(self._database, before)

    async def forget_expired(self, now: datetime) -> int:
        """Forget small values whose time is over, in small transactions; how many there were."""
        forgotten = 0
        while count := await self._database.write(lambda db: notes.drop_expired(db, now)):
            forgotten += count
        return forgotten

    async def back_up_nightly(self, folder: Path, *, now: datetime, keep: int) -> Path:
        """Take the day's backup into a folder, verify it, and keep the latest few; returns where it stands.

        Everything goes on meanwhile; when it is cancelled, nothing is left of it. Raises StoreError.
        """
        given_up = Event()
        try:
            kept = await asyncio.to_thread(
                back_up_nightly, self._database.path, folder, now=now, keep=keep, given_up=given_up.is_set
            )
        except DatabaseDamaged as error:
            self._database.damage = str(error)
            raise
        finally:
            given_up.set()
        # All of it was copied and read.
        self._database.damage = ""
        return kept

    # Chats and subscriptions

    @override
    async def see_chat(self, chat: Chat, *, at: datetime) -> Chat:
        return await self._database.write(lambda db: chats.see(db, chat, at=at))

    @override
    async def chat(self, ref: ChatRef) -> Chat | None:
        return await self._database.read(lambda db: chats.get(db, ref))

    @override
    async def set_language(self, ref: ChatRef, language: Language) -> None:
        def work(db: Connection) -> None:
            if (chat := chats.find(db, ref)) is not None:
                chats.set_language(db, chat, language)
                subscriptions.set_language(db, chat, language)

        await self._database.write(work)

    @override
    async def subscribe(self, subscription: Subscription, *, at: datetime) -> Subscription:
        def work(db: Connection) -> Subscription:
            chat = chats.find_or_add(db, subscription.chat, at=at)
            chats.mark_back(db, chat)
            subscriptions.put(db, chat, subscription, at=at)
            return subscriptions.get(db, subscription.chat) or subscription

        return await self._database.write(work)

    @override
    async def subscription(self, ref: ChatRef) -> Subscription | None:
        return await self._database.read(lambda db: subscriptions.get(db, ref))

    @override
    async def change_plan(
        self, ref: ChatRef, plan: Plan, *, next_slot: str | None, next_due_at: datetime | None
    ) -> None:
        def work(db: Connection) -> None:
            if (chat := chats.find(db, ref)) is not None:
                subscriptions.change_plan(db, chat, plan, next_slot=next_slot, next_due_at=next_due_at)

        await self._database.write(work)

    @override
    async def end_subscription(self, ref: ChatRef, *, because: str, at: datetime) -> bool:
        def work(db: Connection) -> bool:
            chat = chats.find(db, ref)
            return chat is not None and _end(db, chat, because=because, at=at, with_chat=False)

        return await self._database.write(work)

    @override
    async def chat_gone(self, ref: ChatRef, *, because: str, at: datetime) -> None:
        def work(db: Connection) -> None:
            for chat, _ in chats.find_all(db, ref):
                chats.mark_gone(db, chat, because=because, at=at)
                _end(db, chat, because=because, at=at, with_chat=True)

        await self._database.write(work)

    @override
    async def chat_back(
        self,
        ref: ChatRef,
        *,
        at: datetime,
        resume: Callable[[Subscription], tuple[str | None, datetime | None]],
    ) -> bool:
        def work(db: Connection) -> bool:
            back = [_bring_back(db, chat, resume) for chat, _ in chats.find_all(db, ref)]
            return any(back)

        return await self._database.write(work)

    @override
    async def chat_moved(self, old: ChatRef, new: ChatRef) -> None:
        def work(db: Connection) -> None:
            for chat, ref in chats.find_all(db, old):
                thread = new.thread_id if ref == old else ref.thread_id
                target = ChatRef(platform=new.platform, chat_id=new.chat_id, thread_id=thread)
                there = chats.find(db, target)
                if there is None:
                    chats.rename(db, chat, target)
                    chats.mark_back(db, chat)
                elif there != chat:
                    chats.merge(db, chat, there)

        await self._database.write(work)

    @override
    async def subscribed_chats(self, platform: Platform, *, after: str, limit: int) -> Sequence[ChatRef]:
        return await self._database.read(lambda db: chats.subscribed(db, platform, after=after, limit=limit))

    # Planning and the outbox

    @override
    async def number_questions(self, ids: Iterable[QuestionId]) -> Mapping[QuestionId, int]:
        wanted = tuple(ids)
        return await self._database.write(lambda db: questions.number(db, wanted))

    @override
    async def plan_due(self, *, now: datetime, limit: int, decide: Callable[[Subscription], Planned]) -> int:
        def work(db: Connection) -> int:
            planned = [(chat, decide(due)) for chat, due in subscriptions.due(db, now=now, limit=limit)]
            outbox.add(db, [(chat, row) for chat, plan in planned for row in plan.deliveries])
            subscriptions.advance(db, planned)
            return len(planned)

        return await self._database.write(work)

    @override
    async def claim(self, platform: Platform, *, now: datetime, lease_until: datetime, limit: int) -> Sequence[Claimed]:
        return await self._database.write(
            lambda db: outbox.claim(db, platform, now=now, lease_until=lease_until, limit=limit)
        )

    @override
    async def settle(self, outcomes: Sequence[Settled]) -> None:
        await self._database.write(lambda db: outbox.settle(db, outcomes))

    @override
    async def release(self, deliveries: Sequence[DeliveryId]) -> None:
        await self._database.write(lambda db: outbox.release(db, deliveries))

    @override
    async def next_wakeup(self, platform: Platform) -> datetime | None:
        return await self._database.read(lambda db: outbox.next_ready(db, platform))

    @override
    async def waiting(self, platform: Platform, *, now: datetime) -> int:
        return await self._database.read(lambda db: outbox.count_due(db, platform, now=now))

    @override
    async def ledger(self, ref: ChatRef, *, limit: int) -> Sequence[Delivery]:
        return await self._database.read(lambda db: outbox.of_chat(db, ref, limit=limit))

    @override
    async def delivered_before(self, ref: ChatRef, *, slot: str) -> Delivery | None:
        return await self._database.read(lambda db: outbox.sent_before(db, ref, slot=slot))

    # Announcements

    @override
    async def subscribers(self) -> Mapping[Platform, int]:
        return await self._database.read(announcements.subscribers)

    @override
    async def draft_announcement(
        self, text: str, *, chat: ChatRef, language: Language, total: int, at: datetime
    ) -> Announcement:
        def work(db: Connection) -> Announcement:
            place = chats.find_or_add(db, chat, at=at)
            number = announcements.draft(db, place, text, language=language, total=total, at=at)
            return Announcement(number=number, text=text, chat=chat, language=language)

        return await self._database.write(work)

    @override
    async def announcement(self, number: int) -> Announcement | None:
        return await self._database.read(lambda db: announcements.get(db, number))

    @override
    async def start_announcement(self, number: int, *, at: datetime) -> bool:
        return await self._database.write(lambda db: announcements.start(db, number, at=at))

    @override
    async def stop_announcement(self, number: int, *, at: datetime) -> bool:
        return await self._database.write(lambda db: announcements.stop(db, number, at=at))

    @override
    async def open_announcements(self) -> Sequence[Announcement]:
        return await self._database.read(announcements.watched)

    @override
    async def advance_announcement(
        self, number: int, *, platforms: Sequence[Platform], at: datetime, limit: int
    ) -> bool:
        return await self._database.write(
            lambda db: announcements.advance(db, number, platforms=platforms, at=at, limit=limit)
        )

    @override
    async def announced(self, number: int) -> Announced:
        return await self._database.read(lambda db: announcements.announced(db, number))

    @override
    async def note_announcement(self, number: int, *, message: MessageId | None, told: bool = False) -> None:
        await self._database.write(lambda db: announcements.note(db, number, message=message, told=told))

    # Learners

    @override
    async def rate(self, learner: LearnerRef, answered: Answered) -> None:
        def work(db: Connection) -> None:
            chat = chats.find_or_add(db, answered.chat, at=answered.at)
            learners.rate(db, learners.find_or_add(db, learner), chat, answered)

        await self._database.write(work)

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
        def work(db: Connection) -> bool:
            place, person = chats.find_or_add(db, chat, at=at), learners.find_or_add(db, learner)
            return learners.pick(db, person, place, question, option, right=right, at=at)

        return await self._database.write(work)

    @override
    async def picks(self, learner: LearnerRef) -> Mapping[QuestionId, bool]:
        def work(db: Connection) -> Mapping[QuestionId, bool]:
            row = learners.find(db, learner)
            return {} if row is None else learners.picks(db, row)

        return await self._database.read(work)

    @override
    async def tally(self, chat: ChatRef, question: QuestionId) -> Tally:
        def work(db: Connection) -> Tally:
            row = chats.find(db, chat)
            return Tally() if row is None else learners.tally(db, row, question)

        return await self._database.read(work)

    @override
    async def ratings(self, learner: LearnerRef) -> Sequence[Answered]:
        def work(db: Connection) -> Sequence[Answered]:
            row = learners.find(db, learner)
            return [] if row is None else learners.ratings(db, row)

        return await self._database.read(work)

    @override
    async def save(self, learner: LearnerRef, question: QuestionId, *, at: datetime) -> bool:
        return await self._database.write(
            lambda db: learners.save(db, learners.find_or_add(db, learner), question, at=at)
        )

    @override
    async def saved(self, learner: LearnerRef) -> Sequence[QuestionId]:
        def work(db: Connection) -> Sequence[QuestionId]:
            row = learners.find(db, learner)
            return [] if row is None else learners.saved(db, row)

        return await self._database.read(work)

    @override
    async def report(self, learner: LearnerRef, question: QuestionId, text: str, *, at: datetime) -> int:
        return await self._database.write(
            lambda db: reports.add(db, learners.find_or_add(db, learner), question, text, at=at)
        )

    @override
    async def reports(self, *, limit: int) -> Sequence[Report]:
        return await self._database.read(lambda db: reports.latest(db, limit=limit))

    @override
    async def export(self, learner: LearnerRef) -> Mapping[str, object]:
        return await self._database.read(lambda db: privacy.export(db, learner))

    @override
    async def forget(self, learner: LearnerRef) -> int:
        return await self._database.write(lambda db: privacy.forget(db, learner))

    @override
    async def forget_chat(self, ref: ChatRef) -> int:
        return await self._database.write(lambda db: privacy.forget_chat(db, ref))

    @override
    async def own_answer(self, learner: LearnerRef, question: QuestionId, text: str, *, at: datetime) -> None:
        await self._database.write(
            lambda db: learners.put_own_answer(db, learners.find_or_add(db, learner), question, text, at=at)
        )

    @override
    async def own_answer_of(self, learner: LearnerRef, question: QuestionId) -> str | None:
        def work(db: Connection) -> str | None:
            row = learners.find(db, learner)
            return None if row is None else learners.own_answer(db, row, question)

        return await self._database.read(work)

    # Messages, for platforms that keep none themselves

    @override
    async def keep_message(
        self, chat: ChatRef, payload: str, *, at: datetime, key: str | None = None, own: bool = False
    ) -> KeptMessage:
        def work(db: Connection) -> KeptMessage:
            return messages.keep(db, chats.find_or_add(db, chat, at=at), payload, at=at, key=key, own=own)

        return await self._database.write(work)

    @override
    async def replace_message(self, chat: ChatRef, message: MessageId, payload: str) -> KeptMessage | None:
        def work(db: Connection) -> KeptMessage | None:
            row = chats.find(db, chat)
            return None if row is None else messages.change(db, row, message, payload)

        return await self._database.write(work)

    @override
    async def kept_message(self, chat: ChatRef, message: MessageId) -> KeptMessage | None:
        def work(db: Connection) -> KeptMessage | None:
            row = chats.find(db, chat)
            return None if row is None else messages.get(db, row, message)

        return await self._database.read(work)

    @override
    async def messages_after(self, chat: ChatRef, revision: int, *, limit: int) -> Sequence[KeptMessage]:
        def work(db: Connection) -> Sequence[KeptMessage]:
            row = chats.find(db, chat)
            return [] if row is None else messages.after(db, row, revision, limit=limit)

        return await self._database.read(work)

    # Conversation and odds and ends

    @override
    async def ask(self, chat: ChatRef, learner: LearnerRef, action: str, *, at: datetime) -> None:
        def work(db: Connection) -> None:
            place, person = chats.find_or_add(db, chat, at=at), learners.find_or_add(db, learner)
            notes.put_prompt(db, place, person, action, at=at)

        await self._database.write(work)

    @override
    async def asked(
        self, chat: ChatRef, learner: LearnerRef, *, take: bool, since: datetime | None = None
    ) -> str | None:
        def look(db: Connection, *, drop: bool = False) -> tuple[str, datetime] | None:
            place, person = chats.find(db, chat), learners.find(db, learner)
            if place is None or person is None:
                return None
            found = notes.prompt(db, place, person)
            if found is not None and drop:
                notes.drop_prompt(db, place, person)
            return found

        # Free text comes often and seldom answers a question: look before a transaction is made for it.
        found = await self._database.read(look)
        if found is not None and take:
            found = await self._database.write(partial(look, drop=True))
        return found[0] if found is not None and (since is None or found[1] >= since) else None

    @override
    async def recall(self, key: str) -> str | None:
        return await self._database.read(lambda db: notes.get(db, key))

    @override
    async def remember(self, key: str, value: str | None, *, until: datetime | None = None) -> None:
        await self._database.write(lambda db: notes.put(db, key, value, until=until))

    @override
    async def counts(self) -> Counts:
        return await self._database.survey(counts.count)

    @override
    async def traffic(self, *, day: datetime, week: datetime, now: datetime) -> Mapping[Platform, Traffic]:
        return await self._database.survey(lambda db: traffic.traffic(db, day=day, week=week, now=now))


@asynccontextmanager
async def _open(path: Path, took: Took) -> AsyncIterator[SqliteStore]:
    with process_lock(path):
        async with open_database(path, took=took) as database:
            yield SqliteStore(database)


def _end(db: Connection, chat: int, *, because: str, at: datetime, with_chat: bool) -> bool:
    if not subscriptions.end(db, chat, because=because, at=at, with_chat=with_chat):
        return False
    outbox.fail_waiting(db, chat, because=because)
    return True


def _bring_back(
    db: Connection, chat: int, resume: Callable[[Subscription], tuple[str | None, datetime | None]]
) -> bool:
    chats.mark_back(db, chat)
    ended = subscriptions.get_ended_with_chat(db, chat)
    if ended is None:
        return False
    next_slot, next_due_at = resume(ended)
    subscriptions.resume(db, chat, next_slot=next_slot, next_due_at=next_due_at)
    return True
