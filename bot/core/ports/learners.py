"""What is kept about learners: ratings, picks, bookmarks, their own answers, their notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.model import Answered, ChatRef, LearnerRef, QuestionId, Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A learner's note that something in a question is wrong, kept for the operator."""

    number: int
    question: QuestionId
    learner: LearnerRef
    text: str
    at: datetime


class LearnerStore(Protocol):
    """Learners and what they did."""

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

    async def finish_report(self, number: int) -> bool:
        """Drop a note that is dealt with; returns whether there was one."""
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
