"""The bank in memory: immutable, its text read into blocks when it is shown."""

from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from typing import Final

from typing_extensions import override

from bot.catalog.markdown import parse
from bot.catalog.nearest import near
from bot.catalog.search import SearchIndex
from bot.catalog.topics import TopicFinder
from bot.core.errors import NOTHING_NEAR, Mistake
from bot.core.markup import Block
from bot.core.model import Language, Question, QuestionId, Topic, TopicGroup, TopicSlug
from bot.core.ports import Bank

# A question has ten texts; the ones of the day and those people page through stay.
REMEMBERED_TEXTS: Final = 512
NEAREST: Final = 3


class MemoryBank(Bank):
    """All topics and questions as loaded once; a reload makes a new one."""

    def __init__(self, groups: Iterable[TopicGroup], questions: Iterable[Question]) -> None:
        """Take the whole syllabus and the questions in its order; shelves and groups without questions vanish."""
        self._questions: Final = tuple(questions)
        self._by_id: Final = {question.id: question for question in self._questions}
        shelves: dict[str, list[Question]] = {}
        followers: dict[QuestionId, list[Question]] = {}
        for question in self._questions:
            shelves.setdefault(question.topic, []).append(question)
            for earlier in question.follows:
                followers.setdefault(earlier, []).append(question)
        self._shelves: Final = {slug: tuple(shelf) for slug, shelf in shelves.items()}
        self._followers: Final = {name: tuple(later) for name, later in followers.items()}
        self._groups: Final = tuple(_with_questions(groups, shelves))
        self._topics: Final = {topic.slug: topic for group in self._groups for topic in group.topics}
        self._finder: Final = TopicFinder(self._topics.values())
        self._completing: Final = SearchIndex(self._questions, self._topics, completing=True)
        self._read: Final = lru_cache(maxsize=REMEMBERED_TEXTS)(parse)

    @property
    @override
    def groups(self) -> Sequence[TopicGroup]:
        return self._groups

    @property
    @override
    def questions(self) -> Sequence[Question]:
        return self._questions

    @override
    def question(self, question_id: str) -> Question:
        found = self._by_id.get(QuestionId(question_id))
        if found is None:
            word = question_id[:100]
            typed = "-".join(word.casefold().split())
            alike = ", ".join(near(typed, self._by_id, limit=NEAREST))
            raise Mistake("question-unknown", word=word, near=alike or NOTHING_NEAR)
        return found

    @override
    def topic(self, slug: str) -> Topic:
        found = self._topics.get(TopicSlug(slug))
        if found is None:
            raise self._finder.unknown(slug)
        return found

    @override
    def in_topic(self, slug: str) -> Sequence[Question]:
        return self._shelves.get(slug, ())

    @override
    def after(self, question_id: QuestionId) -> Sequence[Question]:
        return self._followers.get(question_id, ())

    @override
    def find_topic(self, words: str) -> Topic:
        return self._finder.find(words)

    @override
    def suggest_topics(self, prefix: str, language: Language, limit: int) -> Sequence[Topic]:
        return self._finder.suggest(prefix, language, limit)

    @override
    def suggest_questions(self, typed: str, limit: int) -> Sequence[Question]:
        begun = typed.strip().casefold()
        found = self._completing.search(typed) if begun else ()
        return found[:limit] or [question for question in self._questions if question.id.startswith(begun)][:limit]

    @cached_property
    def _index(self) -> SearchIndex:
        return SearchIndex(self._questions, self._topics)

    def prepare_search(self) -> None:
        """Build the search index now, which the first search would do otherwise; may run in another thread."""
        _ = self._index

    @override
    def search(self, words: str) -> Sequence[Question]:
        return self._index.search(words)

    @override
    def blocks(self, markdown: str) -> tuple[Block, ...]:
        return self._read(markdown)


def _with_questions(groups: Iterable[TopicGroup], shelves: dict[str, list[Question]]) -> Iterable[TopicGroup]:
    for group in groups:
        topics = tuple(topic for topic in group.topics if topic.slug in shelves)
        if topics:
            yield TopicGroup(slug=group.slug, zh=group.zh, en=group.en, topics=topics)
