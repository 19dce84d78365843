"""Learners and what they did, in memory."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from typing_extensions import override

from bot.core.model import Answered, ChatRef, LearnerRef, Platform, QuestionId, Rating, Tally
from bot.core.ports import LearnerStore, Report
from tests.fakes.memory.tables import MemoryTables, Pick

T = TypeVar("T")
NOBODY = LearnerRef(platform=Platform(""), user_id="")


class MemoryLearnerStore(MemoryTables, LearnerStore):
    """Learners and what they did."""

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
    async def finish_report(self, number: int) -> bool:
        return self.notes_to_operator.pop(number, None) is not None

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


def _latest(items: Iterable[T], at: Callable[[T], datetime]) -> list[T]:
    """The latest first; those of one instant stay in their order."""
    return sorted(items, key=at, reverse=True)
