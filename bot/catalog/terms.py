"""Words of a text as search terms: English words lower-cased and lightly stemmed, Chinese as pairs of characters."""

import re
from functools import lru_cache
from itertools import pairwise
from operator import add
from typing import Final

_WIDE: Final = re.compile(r"[\u3400-\u9fff]+")
_WORD: Final = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")
_RUN: Final = re.compile(f"{_WIDE.pattern}|{_WORD.pattern}")
# Every byte that is no letter, digit or hyphen becomes a space: many times faster than a regular expression.
_SPACED: Final = bytes(byte if chr(byte).isalnum() or chr(byte) in "-_" else 32 for byte in range(128)) + b" " * 128
_HUMP: Final = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{3,}(?![a-z])|[A-Z]{3,}(?=[A-Z][a-z])")
_FIRST_WIDE: Final = "\u3400"
_SHORTEST_STEM: Final = 4
_WHOLE_ENDINGS: Final = ("ss", "us", "is", "as", "os")
_REMEMBERED: Final = 20_000


def terms(text: str) -> set[str]:
    """All terms of a text, with more spellings than were written: `P-tuning` gives p, tun(ing) and ptuning.

    Written for speed, since it reads the whole bank: pairs are made of all Chinese runs at once, joined by spaces. A
    pair of a character and a space marks the end of a run, and lets a single character be found by its prefix.
    """
    wide = " ".join(_WIDE.findall(text)) + " "
    found = set(map(add, wide, wide[1:]))
    for word in set(text.encode("ascii", "replace").translate(_SPACED).split()):
        found.update(_spellings(word))
    return found


def query_terms(words: str) -> list[str]:
    """The terms of what somebody typed, in order, each once; a single Chinese character stays alone.

    A part of one letter or digit says nothing without the rest: P-tuning is looked for as ptuning and tuning.
    """
    found: dict[str, None] = {}
    for run in _RUN.findall(words):
        if run[0] >= _FIRST_WIDE:
            found.update(dict.fromkeys(map("".join, pairwise(run)) if len(run) > 1 else run))
        else:
            parts = re.split(r"[-_]", run.lower())
            wanted = [part for part in parts if len(part) > 1 or len(parts) == 1]
            found.update(dict.fromkeys(map(stem, wanted if wanted == parts else ["".join(parts), *wanted])))
    return list(found)


@lru_cache(maxsize=_REMEMBERED)
def _spellings(written: bytes) -> tuple[str, ...]:
    word = written.decode().strip("-_")
    parts = re.split(r"[-_]+", word.lower())
    found = [stem(part) for part in parts]
    if len(parts) > 1:
        found.append(stem("".join(parts)))
    humps = _HUMP.findall(word)
    if len(humps) > 1 and sum(map(len, humps)) == len(word):
        found += (stem(hump.lower()) for hump in humps)
    return tuple(found)


@lru_cache(maxsize=_REMEMBERED)
def stem(word: str) -> str:
    """A lower-case English word without the endings of plural, gerund and past, so that merging finds merged."""
    if not word.isalpha() or len(word) < _SHORTEST_STEM:
        return word
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return _undoubled(word.removesuffix(ending))
    if word.endswith("s") and not word.endswith(_WHOLE_ENDINGS):
        word = word[:-1]
    return word[:-1] if word.endswith("e") and len(word) > _SHORTEST_STEM else word


def _undoubled(word: str) -> str:
    doubled = word[-1] == word[-2] and word[-1] not in "lsz"
    return word[:-1] if doubled else word.removesuffix("e")
