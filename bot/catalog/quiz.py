"""The quiz of a question: plain text, four options, one right, an explanation, within the platforms' limits.

The limits are Telegram's for quiz polls (https://core.telegram.org/bots/api#sendpoll).
"""

import re
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


def read_quiz(section: Section, findings: Findings) -> Quiz | None:
    """The quiz of a section; None if it could not be read, with the reasons among the findings."""
    before = len(findings.problems)
    question: list[str] = []
    options: list[tuple[int, bool, str]] = []
    explanation: list[str] = []
    for number, line in enumerate(section.text.splitlines(), section.line):
        if option := _OPTION.match(line):
            options.append((number, option[1] != " ", option[2]))
        elif line.startswith(">"):
            explanation.append(line[1:].strip())
        elif not options and not explanation:
            question.append(line.strip())
        elif line.strip():
            findings.error(number, "check-quiz-line", line=line.strip()[:40])
    asked = " ".join(filter(None, question))
    if not 0 < len(asked) <= QUESTION_LIMIT:
        findings.error(section.line, "check-quiz-question", length=len(asked), limit=QUESTION_LIMIT)
    _check_options(section, findings, options)
    _check_explanation(section, findings, explanation)
    _check_markup(section, findings)
    if len(findings.problems) > before:
        return None
    return Quiz(
        question=asked,
        options=tuple(text for _, _, text in options),
        right=next(index for index, (_, right, _) in enumerate(options) if right),
        explanation=explanation[0],
    )


def _check_options(section: Section, findings: Findings, options: list[tuple[int, bool, str]]) -> None:
    line = section.line
    if len(options) != OPTIONS:
        findings.error(line, "check-quiz-options", count=len(options), wanted=OPTIONS)
    right = sum(right for _, right, _ in options)
    if right != 1:
        findings.error(line, "check-quiz-right", count=right)
    for number, _, text in options:
        if len(text) > OPTION_LIMIT:
            findings.error(number, "check-quiz-option-long", length=len(text), limit=OPTION_LIMIT)
    if len({text.casefold() for _, _, text in options}) < len(options):
        findings.error(line, "check-quiz-option-twice")


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


def gives_itself_away(quiz: Quiz) -> bool:
    """Whether the right option stands out by being the only long one."""
    right = len(quiz.options[quiz.right])
    others = [len(option) for index, option in enumerate(quiz.options) if index != quiz.right]
    mean = sum(others) / len(others)
    return right > _GIVEAWAY * mean and right > max(others) + _GIVEAWAY_SLACK
