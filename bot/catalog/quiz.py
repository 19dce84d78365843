"""The quiz of a question: plain text, four options, one right, an explanation, within the platforms' limits.

The limits are Telegram's for quiz polls (https://core.telegram.org/bots/api#sendpoll).
"""

import re
from dataclasses import dataclass, field
from typing import Final

from bot.catalog.problems import Findings
from bot.catalog.sections import Section
from bot.core.model import Quiz

QUESTION_LIMIT: Final = 300
OPTION_LIMIT: Final = 100
EXPLANATION_LIMIT: Final = 200
OPTIONS: Final = 4

# An option this many times as long as the others gives itself away, unless all are short.
_GIVEAWAY: Final = 1.6
_GIVEAWAY_SLACK: Final = 6
_OPTION: Final = re.compile(r"- \[([ xX])\] +(.*\S)\s*\Z")
_MARKUP: Final = re.compile(r"[`$]|\*\*|\]\(|</?[A-Za-z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Option:
    line: int
    right: bool
    text: str


@dataclass(slots=True, kw_only=True)
class _Parts:
    question: list[str] = field(default_factory=list)
    options: list[_Option] = field(default_factory=list)
    explanation: list[str] = field(default_factory=list)


def read_quiz(section: Section, findings: Findings) -> Quiz | None:
    """The quiz of a section; None if it could not be read, with the reasons among the findings."""
    before = len(findings.problems)
    parts = _take_apart(section, findings)
    question = " ".join(filter(None, parts.question))
    if not 0 < len(question) <= QUESTION_LIMIT:
        findings.error(section.line, "check-quiz-question", length=len(question), limit=QUESTION_LIMIT)
    _check_options(section, findings, parts.options)
    _check_explanation(section, findings, parts.explanation)
    _check_markup(section, findings)
    if len(findings.problems) > before:
        return None
    texts = tuple(option.text for option in parts.options)
    right = next(option for option in parts.options if option.right)
    if _gives_itself_away(right, parts.options):
        findings.warning(right.line, "check-quiz-giveaway")
    return Quiz(question=question, options=texts, right=parts.options.index(right), explanation=parts.explanation[0])


def _take_apart(section: Section, findings: Findings) -> _Parts:
    parts = _Parts()
    for number, line in enumerate(section.text.splitlines(), section.line):
        if option := _OPTION.match(line):
            parts.options.append(_Option(line=number, right=option[1] != " ", text=option[2]))
        elif line.startswith(">"):
            parts.explanation.append(line[1:].strip())
        elif not parts.options and not parts.explanation:
            parts.question.append(line.strip())
        elif line.strip():
            findings.error(number, "check-quiz-line", line=line.strip()[:40])
    return parts


def _check_options(section: Section, findings: Findings, options: list[_Option]) -> None:
    if len(options) != OPTIONS:
        findings.error(section.line, "check-quiz-options", count=len(options), wanted=OPTIONS)
    right = sum(option.right for option in options)
    if right != 1:
        findings.error(section.line, "check-quiz-right", count=right)
    for option in options:
        if len(option.text) > OPTION_LIMIT:
            findings.error(option.line, "check-quiz-option-long", length=len(option.text), limit=OPTION_LIMIT)
    if len({option.text.casefold() for option in options}) < len(options):
        findings.error(section.line, "check-quiz-option-twice")


def _check_explanation(section: Section, findings: Findings, explanation: list[str]) -> None:
    if len(explanation) != 1:
        findings.error(section.line, "check-quiz-explanation", count=len(explanation))
    elif not 0 < len(explanation[0]) <= EXPLANATION_LIMIT:
        length = len(explanation[0])
        findings.error(section.line, "check-quiz-explanation-long", length=length, limit=EXPLANATION_LIMIT)


def _check_markup(section: Section, findings: Findings) -> None:
    for number, line in enumerate(section.text.splitlines(), section.line):
        if found := _MARKUP.search(line):
            findings.error(number, "check-quiz-markup", found=found[0])


def _gives_itself_away(right: _Option, options: list[_Option]) -> bool:
    """Whether the right option stands out by being the only long one."""
    others = [len(option.text) for option in options if option is not right]
    mean = sum(others) / len(others)
    return len(right.text) > _GIVEAWAY * mean and len(right.text) > max(others) + _GIVEAWAY_SLACK
