"""Where questions come from: the bank, its source, and what completions offer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.markup import Block
from bot.core.model import Language, Question, QuestionId, Topic, TopicGroup


class Bank(Protocol):
    """All topics and questions; immutable."""

    @property
    def groups(self) -> Sequence[TopicGroup]:
        """The syllabus: groups that have questions, with the topics that have questions, in order."""
        ...

    @property
    def questions(self) -> Sequence[Question]:
        """Every question, in syllabus order."""
        ...

    def question(self, question_id: str) -> Question:
        """The question of that id; raises Mistake `question-unknown`, in `near` ids or NOTHING_NEAR."""
        ...

    def topic(self, slug: str) -> Topic:
        """The topic of that slug; raises Mistake `topic-unknown`."""
        ...

    def in_topic(self, slug: str) -> Sequence[Question]:
        """The questions of a topic, in syllabus order; empty for an unknown one."""
        ...

    def after(self, question_id: QuestionId) -> Sequence[Question]:
        """The questions that follow this one in a chain: those whose `follows` names it."""
        ...

    def find_topic(self, words: str) -> Topic:
        """The topic people mean by a slug, a title in either language or an alias, typos forgiven.

        Raises Mistake `topic-unknown`: in `near` the nearest topic's slug, in `near_zh` and `near_en` its titles; or
        in `near` NOTHING_NEAR alone.
        """
        ...

    def suggest_topics(self, prefix: str, language: Language, limit: int) -> Sequence[Topic]:
        """Topics for autocompletion, best first: prefix, then substring, then typo; all of them for nothing typed."""
        ...

    def suggest_questions(self, typed: str, limit: int) -> Sequence[Question]:
        """Questions for autocompletion best first: by what a list shows (title, id, topic, tags); some for nothing."""
        ...

    def search(self, words: str) -> Sequence[Question]:
        """Questions that match the words, best first: by title, tags, topic and text, in both languages."""
        ...

    def blocks(self, markdown: str) -> tuple[Block, ...]:
        """Content Markdown as a tree; remembers what was read lately."""
        ...


class BankSource(Protocol):
    """Where a bank is loaded from."""

    async def load(self) -> Bank:
        """Read and validate everything; raises BadContent with one line per problem."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A completion of a command's argument: what is shown and what is sent."""

    label: str
    value: str
