"""Use cases around multiple-choice quizzes."""

from dataclasses import dataclass

from bot.core import cards
from bot.core.errors import Mistake
from bot.core.library import Library
from bot.core.markup import paragraph
from bot.core.model import Question, QuestionId, Tally, TopicSlug
from bot.core.ports import Store
from bot.core.questions import draw
from bot.core.replies import Placement, Reply, Response
from bot.core.requests import Request, Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Quizzes:
    """Asking a quiz and taking its answers."""

    library: Library
    store: Store

    async def quiz(self, request: Request, voice: Voice, *, topic: TopicSlug | None = None) -> Response:
        """A multiple-choice question the learner has not answered, if any is left; raises Mistake `nothing-matches`."""
        questions = self.library.bank.in_topic(topic) if topic else self.library.bank.questions
        if not questions:
            raise Mistake("nothing-matches")
        answered = await self.store.picks(request.learner)
        fresh = [question for question in questions if question.id not in answered] or questions
        chosen = fresh[draw(f"quiz{request.learner}{request.now.isoformat()}", len(fresh))]
        return Response(reply=cards.quiz_card(voice, self.library.bank, chosen))

    async def pick(self, request: Request, voice: Voice, question_id: QuestionId, option: int) -> Response:
        """Record a quiz answer and show the presser how it went; only the first answer counts."""
        question = self.library.bank.question(question_id)
        quiz = question.text(voice.language).quiz
        if not 0 <= option < len(quiz.options):
            raise Mistake("quiz-no-option")
        first = await self.store.pick(
            request.learner, request.chat.ref, question.id, option, right=option == quiz.right, at=request.now
        )
        card = cards.quiz_card(voice, self.library.bank, question)
        if card.poll is None:  # pragma: no cover  # a quiz card always has one
            raise Mistake("nothing-matches")
        tally = await self.store.tally(request.chat.ref, question.id)
        toast = "" if first else voice("quiz-again")
        result = cards.quiz_as_text(voice, card.poll, picked=option, tally=None if request.alone else tally)
        placement = Placement.EDIT if request.alone and not request.unseen_by_others else Placement.PRIVATE
        refresh = None if request.alone else self._public(request.aloud(voice), question, tally)
        return Response(reply=result, placement=placement, toast=toast, refresh=refresh)

    def _public(self, voice: Voice, question: Question, tally: Tally) -> Reply:
        """The public quiz with how many answered and how many were right, but not which option was."""
        card = cards.quiz_card(voice, self.library.bank, question)
        if card.poll is None:  # pragma: no cover  # a quiz card always has one
            return card
        asked = cards.quiz_as_text(voice, card.poll)
        right = tally.by_option[card.poll.quiz.right] if card.poll.quiz.right < len(tally.by_option) else 0
        counts = paragraph(voice("quiz-tally", n=sum(tally.by_option), right=right))
        return Reply(
            blocks=(*asked.blocks, counts),
            controls=(*asked.controls, *card.controls),
            accent=card.accent,
            question=card.question,
        )
