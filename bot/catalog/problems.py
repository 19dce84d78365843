"""What is wrong with a content folder, as values with a place and a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from bot.core.model import Language
from bot.core.ports import Phrases


class Severity(StrEnum):
    """Whether the bank may be used with it."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, and where.

    Attributes:
        path: The file, relative to the content folder, with forward slashes; empty for the folder itself.
        line: Counted from 1; 0 when the whole file is meant.
        key: The sentence in `bot/locales` that says what is wrong and how to mend it.
        values: What that sentence mentions.
    """

    path: str
    line: int
    key: str
    severity: Severity = Severity.ERROR
    values: Mapping[str, str | int] = field(default_factory=dict)

    def sentence(self, phrases: Phrases, language: Language, *, folder: str) -> str:
        """`folder/file:line: what is wrong and how to mend it`; a warning says that it is one."""
        place = "/".join(part for part in (folder, self.path) if part)
        if self.line:
            place = f"{place}:{self.line}"
        said = phrases.say(language, self.key, **self.values)
        if self.severity is Severity.WARNING:
            said = phrases.say(language, "check-warning", said=said)
        return f"{place}: {said}"


class Findings:
    """Collects the problems of one file, so that reading goes on to the next."""

    def __init__(self, path: str) -> None:
        self.path: Final = path
        self.problems: Final[list[Problem]] = []

    def error(self, line: int, key: str, /, **values: str | int) -> None:
        """Note something that makes the file unusable."""
        self.problems.append(Problem(path=self.path, line=line, key=key, values=values))

    def warning(self, line: int, key: str, /, **values: str | int) -> None:
        """Note something that reads badly."""
        self.problems.append(Problem(path=self.path, line=line, key=key, values=values, severity=Severity.WARNING))

    @property
    def usable(self) -> bool:
        """Whether no error was noted so far."""
        return all(problem.severity is not Severity.ERROR for problem in self.problems)
