"""Use cases around questions: asking for one, climbing to its answer, rating, searching, quizzes."""

from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import blake2b

from bot.core import cards
from bot.core.daily import with_yesterday
from bot.core.errors import Mistake
from bot.core.library import Library
from bot.core.model import (
    Answered,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Difficulty,
    Question,
    QuestionId,
    Rating,
    Reveal,
    Stage,
    Subscription,
    TopicSlug,
)
from bot.core.moments import local_date, moment
from bot.core.ports import Store
from bot.core.replies import Placement, Reply, Response
from bot.core.requests import Request, Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """Everything a learner does with questions."""

    library: Library
    store: Store
    default_zone: str

    # Asking for a question

    async def random(
        self,
        request: Request,
        voice: Voice,
        *,
        topic: TopicSlug | None = None,
        difficulty: Difficulty | None = None,
        last: QuestionId | None = None,
    ) -> Response:
        """A question the learner has not rated yet, if any is left; raises Mistake `nothing-matches`."""
        candidates = [
            question
            for question in (self.library.bank.in_topic(topic) if topic else self.library.bank.questions)
            if difficulty is None or question.difficulty is difficulty
        ]
        if not candidates:
            raise Mistake("nothing-matches")
        rated = {answered.question for answered in await self.store.ratings(request.learner)}
        fresh = [question for question in candidates if question.id not in rated] or candidates
        others = [question for question in fresh if question.id != last] or candidates
        chosen = others[draw(f"{request.learner}{request.now.isoformat()}", len(others))]
        return self._shown(request, voice, chosen)

    async def today(self, request: Request, voice: Voice) -> Response:
        """The question the chat got today; where it got none, one that is the same for everybody that day."""
        subscription = await self.store.subscription(request.chat.ref)
        zone = self.default_zone if subscription is None else subscription.plan.timetable.zone
        day = local_date(request.now, zone)
        for delivery in await self.store.ledger(request.chat.ref, limit=20):
            asked = delivery.kind is DeliveryKind.QUESTION and delivery.state is DeliveryState.SENT
            if asked and delivery.slot.startswith(day):
                return self.show(request, voice, delivery.question)
        questions = self.library.bank.questions
        if not questions:
            raise Mistake("nothing-matches")
        return self._shown(request, voice, questions[draw(day, len(questions))])

    def show(self, request: Request, voice: Voice, question_id: str) -> Response:
        """One question; raises Mistake `question-unknown`."""
        return self._shown(request, voice, self.library.bank.question(question_id.strip().lower()))

    def _shown(self, request: Request, voice: Voice, question: Question) -> Response:
        return Response(reply=cards.card(voice, self.library.bank, question, alone=request.alone))

    # Climbing to the answer

    async def reveal(self, request: Request, voice: Voice, question_id: QuestionId, stage: Stage) -> Response:
        """The card at a stage: in place where the presser is alone or the policy lets anybody open it."""
        question = self.library.bank.question(question_id)
        subscription = await self.store.subscription(request.chat.ref)
        policy = _policy(request, subscription)
        if stage is not Stage.HINT and (until := await self._withheld(request, voice, question_id, subscription)):
            return Response(toast=until)
        private = policy is Reveal.PRIVATE and not request.alone
        mine = await self._mine(request, question_id) if private or request.alone else cards.NOTHING
        if private or request.unseen_by_others:
            return self._unseen(voice, question, stage, mine)
        if request.alone:
            return await self._own(request, voice, question, stage, mine)
        reply = await self._public(request, voice, question, stage)
        return Response(reply=reply, placement=Placement.EDIT)

    def _unseen(self, voice: Voice, question: Question, stage: Stage, mine: cards.Mine) -> Response:
        """The presser's own card beside the public one: below it, and whole to stand in its place."""
        bank = self.library.bank
        return Response(
            reply=cards.card(voice, bank, question, stage, mine=mine, question_above=True),
            whole=cards.card(voice, bank, question, stage, mine=mine, folds=True),
            placement=Placement.PRIVATE,
        )

    async def _mine(self, request: Request, question: QuestionId) -> cards.Mine:
        """What the presser did with a question before."""
        ratings = await self.store.ratings(request.learner)
        return cards.Mine(
            rating=next((answered.rating for answered in ratings if answered.question == question), None),
            own=await self.store.own_answer_of(request.learner, question),
            saved=question in await self.store.saved(request.learner),
        )

    async def withheld(self, request: Request, voice: Voice, question: QuestionId) -> str:
        """Why the answer of a question is not shown in this chat yet, in words; empty if it may be."""
        return await self._withheld(request, voice, question, await self.store.subscription(request.chat.ref))

    async def _withheld(
        self, request: Request, voice: Voice, question: QuestionId, subscription: Subscription | None
    ) -> str:
        """Why the answer of a daily question is not shown yet, in words; empty if it may be."""
        if subscription is None or not subscription.active or request.alone:
            return ""
        plan = subscription.plan
        if plan.reveal not in {Reveal.TIMED, Reveal.NEXT}:
            return ""
        rows = await self.store.ledger(request.chat.ref, limit=10)
        asked = [row for row in rows if row.kind is DeliveryKind.QUESTION and row.sent_at is not None]
        if not asked or asked[0].question != question or asked[0].sent_at is None:
            return ""
        if plan.reveal is Reveal.NEXT:
            return voice("withheld-next")
        due = asked[0].sent_at + timedelta(hours=plan.reveal_after)
        if due <= request.now:
            return ""
        return voice("withheld-timed", when=moment(voice, due, zone=plan.timetable.zone, now=request.now))

    async def rate(
        self, request: Request, voice: Voice, question_id: QuestionId, rating: Rating, stage: Stage
    ) -> Response:
        """Record how well the learner knew it, and show it on the card."""
        question = self.library.bank.question(question_id)
        answered = Answered(question=question.id, rating=rating, at=request.now, chat=request.chat.ref)
        await self.store.rate(request.learner, answered)
        toast = voice(f"rated-{rating}")
        if not request.alone:
            return Response(toast=toast, refresh=await self._public(request, voice, question, stage))
        refresh = await self._public(request, voice, question) if request.unseen_by_others else None
        return replace(await self._redrawn(request, voice, question, stage), toast=toast, refresh=refresh)

    async def toggle_saved(self, request: Request, voice: Voice, question_id: QuestionId, stage: Stage) -> Response:
        """Save a question for later, or take it off again, and show it on the card."""
        question = self.library.bank.question(question_id)
        kept = await self.store.save(request.learner, question.id, at=request.now)
        toast = voice("saved-on" if kept else "saved-off")
        if not request.alone:
            return Response(toast=toast)
        return replace(await self._redrawn(request, voice, question, stage), toast=toast)

    async def _redrawn(self, request: Request, voice: Voice, question: Question, stage: Stage) -> Response:
        """The presser's own card once more, with what they did marked on it."""
        mine = await self._mine(request, question.id)
        if request.unseen_by_others:
            return self._unseen(voice, question, stage, mine)
        return await self._own(request, voice, question, stage, mine)

    async def _own(
        self, request: Request, voice: Voice, question: Question, stage: Stage, mine: cards.Mine
    ) -> Response:
        """The card of somebody who is alone with the bot, in place."""
        _, lead = await self._posted(request, voice, question)
        card = cards.card(voice, self.library.bank, question, stage, mine=mine, lead=lead)
        return Response(reply=card, placement=Placement.EDIT)

    async def _public(self, request: Request, voice: Voice, question: Question, stage: Stage = Stage.QUESTION) -> Reply:
        """The question everybody sees, as it should read now: with the counts of those who rated it."""
        bank, voice = self.library.bank, request.aloud(voice)
        tally = await self.store.tally(request.chat.ref, question.id)
        post, lead = await self._posted(request, voice, question)
        card = cards.card(voice, bank, question, stage, tally=tally, alone=False, lead=lead)
        subscription = await self.store.subscription(request.chat.ref)
        if post is None or subscription is None:
            return card
        return await with_yesterday(self.store, bank, voice, subscription, post.slot, card)

    async def _posted(self, request: Request, voice: Voice, question: Question) -> tuple[Delivery | None, str]:
        """The delivery that brought a question here lately, if one did, and what stands before its title."""
        for row in await self.store.ledger(request.chat.ref, limit=10):
            if row.question == question.id and row.kind is DeliveryKind.QUESTION:
                return row, voice("daily-lead")
        return None, ""


def _policy(request: Request, subscription: Subscription | None) -> Reveal:
    return request.reveal if subscription is None or not subscription.active else subscription.plan.reveal


def draw(key: str, size: int) -> int:
    """A number below `size` that depends on the key alone, so that a retry sees the same choice."""
    digest = blake2b(key.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") % size
