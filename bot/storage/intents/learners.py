"""The transactions over learners and what they did."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from sqlite3 import Connection

from typing_extensions import override

from bot.core.model import Answered, ChatRef, LearnerRef, QuestionId, Tally
from bot.core.ports import LearnerStore, Report
from bot.storage import chats, learners, privacy, reports
from bot.storage.intents.on_database import OnDatabase


class SqliteLearnerStore(OnDatabase, LearnerStore):
    """Learners and what they did."""

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
    async def finish_report(self, number: int) -> bool:
        return await self._database.write(lambda db: reports.finish(db, number))

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
