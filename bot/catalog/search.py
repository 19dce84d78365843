"""Full-text search over the bank, in memory, in both languages.

An inverted index from term to questions, each with the set of fields the term occurs in. Questions are scored by
the weights of these fields times the rarity of the term (the inverse document frequency of BM25,
https://www.staff.city.ac.uk/~sbrp622/papers/foundations_bm25_review.pdf), times the share of the query they match.
Words that say nothing are not looked for, and questions that match little of what the best one matches are left out.
"""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import nlargest
from itertools import islice, takewhile
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.catalog.stopwords import without_stop_words
from bot.catalog.terms import query_terms, terms
from bot.catalog.topics import names_of
from bot.core.model import Question, Topic, TopicSlug

LONGEST_QUERY: Final = 200
MOST_TERMS: Final = 24

# By field: the question itself, its topic and id, its tags, its key points, everything else.
_WEIGHTS: Final = (8.0, 5.0, 3.0, 2.5, 1.0)
_BITS: Final = len(_WEIGHTS)
# The fields that a list of suggestions shows.
_LISTED: Final = 3
_FIELDS: Final = (1 << _BITS) - 1
_TEXT_ONLY: Final = 1 << _BITS - 1
# The weight of every set of fields.
_WEIGHT_OF: Final = [
    sum(weight for bit, weight in enumerate(_WEIGHTS) if fields & 1 << bit) for fields in range(1 << _BITS)
]
# A word that had to be guessed counts less than one that was found as typed.
_GUESSED: Final = 0.6
# Questions that match less than this share of what the best one matches are noise.
_NOISE: Final = 0.6
_PHRASE: Final = 1.5
_SHORTEST_PREFIX: Final = 3
_SHORTEST_TYPO: Final = 4
_MOST_GUESSES: Final = 8


class SearchIndex:
    """Finds questions by words; immutable once built."""

    def __init__(
        self, questions: Iterable[Question], topics: Mapping[TopicSlug, Topic], *, completing: bool = False
    ) -> None:
        """Index the questions, in syllabus order; takes some tenths of a second for 600.

        An index for `completing` holds what a person sees in a list of suggestions: the question itself, topic, id and
        tags. It is built eight times faster, and already the first letter of a word finds.
        """
        self._shortest_prefix: Final = 1 if completing else _SHORTEST_PREFIX
        self._questions: Final = tuple(questions)
        self._titles: Final = tuple(
            _squeezed(f"{question.zh.question}\n{question.en.question}") for question in self._questions
        )
        postings: defaultdict[str, list[int]] = defaultdict(list)
        for number, question in enumerate(self._questions):
            fields = _fields(question, topics[question.topic])
            _add(postings, number, [*islice(fields, _LISTED), "", ""] if completing else fields)
        self._postings: Final = dict(postings)
        self._sorted: Final = sorted(self._postings)
        self._strong: Final = [
            term
            for term, found in self._postings.items()
            if term.isascii()
            and len(term) >= _SHORTEST_PREFIX
            and any(posting & _FIELDS != _TEXT_ONLY for posting in found)
        ]

    def search(self, words: str) -> Sequence[Question]:
        """The questions that match, best first; empty for nothing typed or nothing found."""
        words = words[:LONGEST_QUERY]
        scores = [0.0] * len(self._questions)
        shares = [0.0] * len(self._questions)
        wanted = query_terms(without_stop_words(words))[:MOST_TERMS]
        found = [self._fields_with(term) for term in wanted]
        for term, fields, worth in zip(wanted, found, self._worths(wanted, found), strict=True):
            factor = 1.0 if term in self._postings else _GUESSED
            for number, where in fields.items():
                scores[number] += factor * worth * _WEIGHT_OF[where]
                shares[number] += worth
        best = max(shares, default=0.0)
        if not best:
            return ()
        phrase = _squeezed(words)
        ranked = sorted(
            (-score * share * (_PHRASE if phrase in self._titles[number] else 1.0), number)
            for number, (score, share) in enumerate(zip(scores, shares, strict=True))
            if share >= _NOISE * best
        )
        return tuple(self._questions[number] for _, number in ranked)

    def _fields_with(self, term: str) -> Mapping[int, int]:
        """By question, the fields in which a term or what it may have meant occurs."""
        fields: dict[int, int] = {}
        for posting in self._postings.get(term) or self._guessed(term):
            number = posting >> _BITS
            fields[number] = fields.get(number, 0) | posting & _FIELDS
        return fields

    def _worths(self, wanted: Sequence[str], found: Sequence[Mapping[int, int]]) -> Sequence[float]:
        """How much each term says: its rarity, but no more than its neighbours' for a pair across two Chinese words."""
        total = len(self._questions)
        rarities = [math.log(1 + (total - len(fields) + 0.5) / (len(fields) + 0.5)) for fields in found]
        worths = list(rarities)
        for place in range(1, len(wanted) - 1):
            before, term, after = wanted[place - 1 : place + 2]
            # In 训练模型 the pair 练模 is rare, and says nothing that 训练 and 模型 do not.
            if not term.isascii() and before[-1] == term[0] and after[0] == term[-1]:
                worths[place] = min(rarities[place], max(rarities[place - 1], rarities[place + 1]))
        return worths

    def _guessed(self, term: str) -> Iterator[int]:
        """Where an unknown term may have been meant: the beginning of words, or a mistyped one."""
        for guess in self._begun(term) or self._mistyped(term):
            yield from self._postings[guess]

    def _begun(self, term: str) -> Sequence[str]:
        wide = not term.isascii()
        if not wide and len(term) < self._shortest_prefix:
            return ()
        start = bisect_left(self._sorted, term)
        begun = list(takewhile(lambda word: word.startswith(term), islice(self._sorted, start, None)))
        # Every Chinese character begins a pair, so all of them are that character; words are cut to the common ones.
        return begun if wide else nlargest(_MOST_GUESSES, begun, key=self._frequency)

    def _mistyped(self, term: str) -> Sequence[str]:
        if not term.isascii() or len(term) < _SHORTEST_TYPO:
            return ()
        wrong = 1 if len(term) <= _SHORTEST_TYPO + 1 else 2
        near = process.extract(term, self._strong, scorer=OSA.distance, score_cutoff=wrong, limit=None)
        # One word was meant, so one is taken: letters are swapped more often than they are wrong, the first one seldom.
        ranked = (
            (distance, sorted(word) != sorted(term), word[0] != term[0], -self._frequency(word), word)
            for word, distance, _ in near
        )
        return [word for *_, word in sorted(ranked)[:1]]

    def _frequency(self, word: str) -> int:
        return len(self._postings[word])


def _fields(question: Question, topic: Topic) -> Iterator[str]:
    yield f"{question.zh.question}\n{question.en.question}"
    yield "\n".join((question.id, *names_of(topic)))
    yield "\n".join(question.tags)
    yield f"{question.zh.key_points}\n{question.en.key_points}"
    yield "\n".join(part for text in (question.zh, question.en) for part in (text.hint, text.answer, text.followups))


def _add(postings: Mapping[str, list[int]], number: int, fields: Iterable[str]) -> None:
    """Note each term of a question once, with the fields it stands in."""
    *strong, text = map(terms, fields)
    where = dict.fromkeys(text, _TEXT_ONLY)
    for bit, found in enumerate(strong):
        for term in found:
            where[term] = where.get(term, 0) | 1 << bit
    # One number object per set of fields, not per term: tens of megabytes less for 600 questions.
    shared = [number << _BITS | fields_of_term for fields_of_term in range(1 << _BITS)]
    for term, fields_of_term in where.items():
        postings[term].append(shared[fields_of_term])


def _squeezed(text: str) -> str:
    return "".join(text.casefold().split())
