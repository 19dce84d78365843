"""The bank in use with its deck, and how it is replaced while the bot runs."""

from dataclasses import dataclass, field
from typing import Final

from bot.core.deck import Deck
from bot.core.model import Difficulty, Plan, Question, QuestionId, TopicSlug
from bot.core.ports import Bank, BankSource, Store

_Filter = tuple[tuple[TopicSlug, ...], tuple[Difficulty, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One loaded bank with the deck over it; replaced as a whole, never changed."""

    bank: Bank
    deck: Deck[QuestionId]
    _masks: dict[_Filter, int] = field(default_factory=dict, repr=False)

    def mask(self, plan: Plan) -> int:
        """The plan's filter over the deck; topics that are no longer there let nothing through."""
        wanted = (plan.topics, plan.difficulties)
        if wanted not in self._masks:
            self._masks[wanted] = self.deck.mask(question.id for question in self.matching(plan))
        return self._masks[wanted]

    def matching(self, plan: Plan) -> list[Question]:
        """The questions a plan's filter lets through, in syllabus order."""
        return [
            question
            for question in self.bank.questions
            if (not plan.topics or question.topic in plan.topics)
            and (not plan.difficulties or question.difficulty in plan.difficulties)
        ]


class Library:
    """Holds the shelf in use. `open` before use; a reload that fails leaves it as it was."""

    def __init__(self, *, source: BankSource, store: Store) -> None:
        self._source: Final = source
        self._store: Final = store
        self._shelf: Shelf | None = None

    @property
    def shelf(self) -> Shelf:
        """The bank and deck in use."""
        if self._shelf is None:
            raise RuntimeError("the library was not opened")
        return self._shelf

    @property
    def bank(self) -> Bank:
        """The bank in use."""
        return self.shelf.bank

    async def reload(self) -> int:
        """Load the bank (again) and put it to use; returns how many questions it has.

        Raises BadContent, with the old bank still in use.
        """
        bank = await self._source.load()
        ordinals = await self._store.number_questions(question.id for question in bank.questions)
        self._shelf = Shelf(bank=bank, deck=Deck((q.id for q in bank.questions), ordinals))
        return len(bank.questions)
