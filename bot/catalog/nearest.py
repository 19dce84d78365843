"""What somebody may have meant."""

from collections.abc import Iterable
from typing import Final

from rapidfuzz import fuzz, process

# In hundredths: how alike two names must be as a whole, or one of them and a part of the other.
_WHOLE: Final = 62
_PART: Final = 85
# In bytes, for a Chinese word is two characters. Shorter ones are a part of too many words, as `rag` of `storage`.
_SHORTEST_WORD: Final = 3
_SHORTEST_NAME: Final = 4


def nearest(word: str, choices: Iterable[str]) -> str:
    """The choice that looks most like a word; empty if there is none to choose from."""
    known = list(choices)
    return process.extractOne(word, known, scorer=fuzz.ratio)[0] if known else ""


def near(word: str, choices: Iterable[str], *, limit: int = 1) -> list[str]:
    """The choices that may have been meant by a word, likeliest first; empty if none looks like it."""
    found = process.extract(word, list(choices), scorer=_likeness, score_cutoff=_WHOLE, limit=limit)
    return [choice for choice, _, _ in found]


def _likeness(word: str, name: str, **_: object) -> float:
    whole = fuzz.ratio(word, name)
    long = len(word.encode()) >= _SHORTEST_WORD and len(name.encode()) >= _SHORTEST_NAME
    part = fuzz.partial_ratio(word, name) if long else 0.0
    return whole + part if whole >= _WHOLE or part >= _PART else 0.0
