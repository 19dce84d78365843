"""Use cases around finding questions: groups, topics, search, and a learner's own lists."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.core import cards
from bot.core.actions import Action, Another, ShowFound, ShowGroup, ShowGroups, ShowQuestion, ShowTopic
from bot.core.errors import Mistake
from bot.core.library import Library
from bot.core.markup import Block, Heading, inlines, paragraph
from bot.core.model import Question, QuestionId, Rating
from bot.core.ports import Store
from bot.core.replies import Button, Option, Picker, Placement, Reply, Response, Row
from bot.core.requests import Request, Voice

PAGE_SIZE: Final = 8
MAX_SEARCH_WORDS: Final = 200
_EDGE: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Browsing:
    """Everything that leads a learner to a question they look for."""

    library: Library
    store: Store

    def groups(self, voice: Voice) -> Response:
        """The groups of topics, as buttons."""
        bank = self.library.bank
        options = tuple(
            Option(
                label=group.title(voice.language),
                action=ShowGroup(group=group.slug),
                note=voice("count-questions", n=sum(len(bank.in_topic(t.slug)) for t in group.topics)),
            )
            for group in bank.groups
        )
        blocks = (
            Heading(1, inlines(voice("topics-title"))),
            paragraph(voice("topics-lead", n=len(bank.questions))),
        )
        picker = Picker(label=voice("topics-pick"), options=options, columns=2)
        return Response(reply=Reply(blocks=blocks, controls=(picker,)), placement=Placement.EDIT)

    def group(self, voice: Voice, slug: str) -> Response:
        """The topics of a group; an unknown group shows all groups."""
        bank = self.library.bank
        found = next((group for group in bank.groups if group.slug == slug), None)
        if found is None:
            return self.groups(voice)
        options = tuple(
            Option(
                label=topic.title(voice.language),
                action=ShowTopic(topic=topic.slug),
                note=voice("count-questions", n=len(bank.in_topic(topic.slug))),
            )
            for topic in found.topics
        )
        reply = Reply(
            blocks=(Heading(1, inlines(found.title(voice.language))),),
            controls=(
                Picker(label=voice("topics-pick"), options=options, columns=2),
                Row(buttons=(Button(label=voice("button-back"), action=ShowGroups()),)),
            ),
        )
        return Response(reply=reply, placement=Placement.EDIT)

    def topic(self, voice: Voice, slug: str, page: int) -> Response:
        """A page of a topic's questions; raises Mistake `topic-unknown`."""
        bank = self.library.bank
        topic = bank.topic(slug)
        surprise = Button(label=voice("button-random-here"), action=Another(topic=topic.slug))
        back = Button(label=voice("button-back"), action=ShowGroup(group=topic.group))
        return self._list(
            voice,
            topic.title(voice.language),
            bank.in_topic(slug),
            page,
            turn=lambda number: ShowTopic(topic=topic.slug, page=number),
            extra=(surprise, back),
        )

    def search(self, voice: Voice, words: str, page: int) -> Response:
        """A page of what matches the words; raises Mistake `search-empty` when none were given."""
        wanted = " ".join(words.split())[:MAX_SEARCH_WORDS]
        if not wanted:
            raise Mistake("search-empty")
        found = self.library.bank.search(wanted)
        if not found:
            raise Mistake("search-nothing", words=_cut(wanted))
        short = _fit(wanted.replace("~", " "))
        return self._list(
            voice,
            voice("search-title", words=_cut(wanted), n=len(found)),
            found,
            page,
            turn=lambda number: ShowFound(words=short, page=number),
        )

    async def review(self, request: Request, voice: Voice) -> Response:
        """What the learner did not know well, the longest ago first: rated so, or a quiz answered wrongly."""
        ratings = await self.store.ratings(request.learner)
        rated = {answered.question: answered.rating for answered in ratings}
        wrong = [id_ for id_, right in (await self.store.picks(request.learner)).items() if not right]
        weak = [answered.question for answered in reversed(ratings) if answered.rating is not Rating.KNEW]
        return self._shelf(request, voice, "review", weak + [id_ for id_ in reversed(wrong) if id_ not in rated])

    async def saved(self, request: Request, voice: Voice) -> Response:
        """The questions the learner saved."""
        return self._shelf(request, voice, "saved", await self.store.saved(request.learner))

    def _shelf(self, request: Request, voice: Voice, name: str, ids: Sequence[QuestionId]) -> Response:
        known = {question.id: question for question in self.library.bank.questions}
        questions = [known[id_] for id_ in dict.fromkeys(ids) if id_ in known]
        if not questions:
            raise Mistake(f"{name}-empty")
        shelf = self._list(voice, voice(f"{name}-title", n=len(questions)), questions[:PAGE_SIZE], 0, turn=None)
        # What somebody missed or saved is nobody else's business.
        return shelf if request.alone else replace(shelf, placement=Placement.PRIVATE)

    def _list(
        self,
        voice: Voice,
        title: str,
        questions: Sequence[Question],
        page: int,
        *,
        turn: Callable[[int], Action] | None,
        extra: tuple[Button, ...] = (),
    ) -> Response:
        pages = max(1, -(-len(questions) // PAGE_SIZE))
        page = min(max(page, 0), pages - 1)
        rows = tuple(
            Row(
                buttons=(
                    Button(
                        label=cards.short(question.text(voice.language).question, 60),
                        whole=cards.short(question.text(voice.language).question, 200),
                        action=ShowQuestion(question=question.id),
                    ),
                )
            )
            for question in questions[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
        )
        turns = []
        if turn is not None and page > 0:
            turns.append(Button(label=voice("button-earlier"), action=turn(page - 1)))
        if turn is not None and page < pages - 1:
            turns.append(Button(label=voice("button-later"), action=turn(page + 1)))
        blocks: list[Block] = [Heading(1, inlines(title))]
        if pages > 1:
            blocks.append(paragraph(voice("page-of", page=page + 1, pages=pages)))
        foot = tuple(Row(buttons=tuple(row)) for row in (turns, extra) if row)
        return Response(reply=Reply(blocks=tuple(blocks), controls=(*rows, *foot)), placement=Placement.EDIT)


def _cut(words: str) -> str:
    return words if len(words) <= _EDGE else words[: _EDGE - 1] + "…"


def _fit(words: str) -> str:
    """The words as far as they fit into a button, cut between characters."""
    return words.encode()[:_EDGE].decode(errors="ignore")
