"""A question file split into its front matter and the sections of its two language halves."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from bot.catalog.problems import Findings
from bot.core.model import Language


class SectionName(StrEnum):
    """The sections of a half, named as in `QuestionText`, in the order of the file."""

    QUESTION = "question"
    HINT = "hint"
    KEY_POINTS = "key_points"
    ANSWER = "answer"
    FOLLOWUPS = "followups"
    QUIZ = "quiz"


HEADINGS: Final[Mapping[Language, Mapping[SectionName, str]]] = {
    Language.ZH: dict(zip(SectionName, ("题目", "提示", "要点", "答案", "追问", "测验"), strict=True)),
    Language.EN: dict(
        zip(SectionName, ("Question", "Hint", "Key points", "Answer", "Follow-ups", "Quiz"), strict=True)
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The text of one section; `line` is the line of the file on which `text` starts."""

    line: int
    text: str


Halves = Mapping[Language, Mapping[SectionName, Section]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitFile:
    """The parts of a file that were found; missing ones were reported."""

    front: str
    halves: Halves


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    level: int
    title: str
    line: int
    start: int
    end: int


_FRONT: Final = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*$\n?", re.DOTALL | re.MULTILINE)
_STRUCTURE: Final = re.compile(r"^(?:(#{1,6})[ \t]+(.*)|[ \t]*(`{3,}|~{3,})(.*))$", re.MULTILINE)


def split(text: str, findings: Findings) -> SplitFile | None:
    """Take a file apart; None if it does not even begin with front matter."""
    front = _FRONT.match(text)
    if front is None:
        findings.error(1, "check-front-missing")
        return None
    marks = list(_marks(text, front.end(), findings))
    return SplitFile(front=front[1], halves=_halves(text, front.end(), marks, findings))


def _marks(text: str, start: int, findings: Findings) -> Iterator[_Mark]:
    """Headings outside code fences."""
    line, at = text.count("\n", 0, start) + 1, start
    fence, opened_on = "", 0
    for found in _STRUCTURE.finditer(text, start):
        line += text.count("\n", at, found.start())
        at = found.start()
        hashes, title, ticks, info = found.groups()
        if ticks and not fence:
            fence, opened_on = ticks, line
        elif ticks and ticks.startswith(fence) and not info.strip():
            fence = ""
        elif hashes and not fence:
            yield _Mark(level=len(hashes), title=title.strip(), line=line, start=found.start(), end=found.end())
    if fence:
        findings.error(opened_on, "check-fence-open")


def _halves(text: str, start: int, marks: list[_Mark], findings: Findings) -> Halves:
    halves: dict[Language, dict[SectionName, Section]] = {}
    language: Language | None = None
    for mark in marks:
        if mark.level > 2:  # noqa: PLR2004  (levels 1 and 2 are the file's own structure)
            findings.error(mark.line, "check-heading-deep", title=mark.title)
    structure = [mark for mark in marks if mark.level <= 2]  # noqa: PLR2004
    first = structure[0].start if structure else len(text)
    if text[start:first].strip():
        findings.error(text.count("\n", 0, start) + 1, "check-text-before")
    for mark, end in _until_next(structure, len(text)):
        body = text[mark.end : end]
        if mark.level == 1:
            language = _open_half(mark, body, halves, findings)
        elif language is not None:
            _add_section(mark, body, language, halves[language], findings)
    for language in Language:
        _report_missing(language, halves, findings)
    return halves


def _until_next(marks: list[_Mark], length: int) -> Iterator[tuple[_Mark, int]]:
    for mark, following in pairwise(marks):
        yield mark, following.start
    if marks:
        yield marks[-1], length


def _open_half(
    mark: _Mark, body: str, halves: dict[Language, dict[SectionName, Section]], findings: Findings
) -> Language | None:
    if mark.title not in list(Language):
        findings.error(mark.line, "check-half-unknown", title=mark.title)
        return None
    language = Language(mark.title)
    if language in halves:
        findings.error(mark.line, "check-half-twice", half=language)
    elif language is Language.ZH and halves:
        findings.error(mark.line, "check-half-order")
    if body.strip():
        findings.error(mark.line + 1, "check-half-text", half=language)
    halves.setdefault(language, {})
    return language


def _add_section(
    mark: _Mark, body: str, language: Language, half: dict[SectionName, Section], findings: Findings
) -> None:
    names = {title: name for name, title in HEADINGS[language].items()}
    name = names.get(mark.title)
    if name is None:
        expected = ", ".join(f"“{title}”" for title in names)
        findings.error(mark.line, "check-section-unknown", title=mark.title, expected=expected)
        return
    order = list(SectionName)
    if name in half:
        findings.error(mark.line, "check-section-twice", title=mark.title)
        return
    if any(order.index(earlier) > order.index(name) for earlier in half):
        expected = ", ".join(names)
        findings.error(mark.line, "check-section-order", title=mark.title, expected=expected)
    stripped = body.lstrip("\n")
    text = stripped.rstrip()
    if not text:
        findings.error(mark.line, "check-section-empty", title=mark.title)
    half[name] = Section(line=mark.line + len(body) - len(stripped), text=text)


def _report_missing(language: Language, halves: dict[Language, dict[SectionName, Section]], findings: Findings) -> None:
    if language not in halves:
        findings.error(0, "check-half-missing", half=language)
        return
    for name, title in HEADINGS[language].items():
        if name not in halves[language]:
            findings.error(0, "check-section-missing", title=title, half=language)
