"""What can only be judged over the whole bank: tags, alike questions, the places of right answers."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Final

from rapidfuzz import fuzz

from bot.catalog.loader import Document, Loaded
from bot.catalog.nearest import nearest
from bot.catalog.problems import Findings
from bot.core.model import Language

GUIDE: Final = "README.md"
LARGEST_SHARE: Final = 0.4

# Questions whose texts are this alike (0 to 100) are probably the same; below that, series such as
# "what is the idea of X" begin.
_ALIKE: Final = 80
# With fewer quizzes the share of a position says nothing.
_ENOUGH_QUIZZES: Final = 20
_EXAMPLE: Final = re.compile(r"`(\S+\.md)`, whole:\n\n````markdown\n(.*?)^````", re.DOTALL | re.MULTILINE)
_TAGS: Final = re.compile(r"^## Tags\s*\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)


def bank_findings(loaded: Loaded, folder: Path) -> Iterator[Findings]:
    """Findings about all questions together."""
    yield from _tags(loaded, folder)
    yield from _alike(loaded)
    yield _right_positions(loaded)
    yield _example(folder)


def vocabulary(guide: str) -> frozenset[str]:
    """The tags that the writing guide lists under its heading Tags."""
    found = _TAGS.search(guide)
    return frozenset(re.findall(r"`([^`]+)`", found[1])) if found else frozenset()


def _tags(loaded: Loaded, folder: Path) -> Iterator[Findings]:
    about_guide = Findings(GUIDE)
    yield about_guide
    known = vocabulary(_text(folder / GUIDE))
    if not known:
        about_guide.warning(0, "check-tags-missing")
        return
    for document in loaded.documents:
        about = Findings(document.path)
        for tag in document.question.tags:
            if tag not in known:
                near = nearest(tag, sorted(known))
                about.error(document.lines.get("tags", 2), "check-tag-unknown", tag=tag, near=near)
        yield about


def _example(folder: Path) -> Findings:
    """The guide shows one file whole; it must be the file that is there."""
    about = Findings(GUIDE)
    guide = _text(folder / GUIDE)
    found = _EXAMPLE.search(guide)
    if found and _text(folder / found[1]) != found[2]:
        about.error(guide.count("\n", 0, found.start()) + 1, "check-example", file=found[1])
    return about


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _alike(loaded: Loaded) -> Iterator[Findings]:
    texts = {language: [_normal(document, language) for document in loaded.documents] for language in Language}
    for (first, one), (second, other) in combinations(enumerate(loaded.documents), 2):
        if any(
            fuzz.ratio(texts[language][first], texts[language][second], score_cutoff=_ALIKE) for language in Language
        ):
            about = Findings(other.path)
            about.warning(1, "check-alike", other=one.question.id)
            yield about


def _normal(document: Document, language: Language) -> str:
    return "".join(document.question.text(language).question.casefold().split())


def _right_positions(loaded: Loaded) -> Findings:
    about = Findings("")
    places = Counter(document.question.en.quiz.right for document in loaded.documents)
    total = places.total()
    for place, count in places.items():
        if total >= _ENOUGH_QUIZZES and count > LARGEST_SHARE * total:
            about.warning(0, "check-quiz-places", letter="ABCD"[place], percent=round(100 * count / total))
    return about
