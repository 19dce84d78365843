"""What somebody may have meant."""

from collections.abc import Iterable

from rapidfuzz import fuzz, process


def nearest(word: str, choices: Iterable[str]) -> str:
    """The choice that looks most like a word; empty if there is none to choose from."""
    known = list(choices)
    return process.extractOne(word, known, scorer=fuzz.ratio)[0] if known else ""
