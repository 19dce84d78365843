"""The front matter of a question file: YAML text to checked values."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import yaml

from bot.catalog.hosts import refused_host
from bot.catalog.nearest import nearest
from bot.catalog.problems import Findings
from bot.core.model import Difficulty, QuestionId, Reference

ID_LIMIT: Final = 36
KEBAB: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
MOST_TAGS: Final = 5
MOST_REFERENCES: Final = 4

_FIELDS: Final = ("id", "difficulty", "tags", "outline", "follows", "as_of", "references")
_MONTH: Final = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])\Z")
_LEAF: Final = re.compile(r"\d\d(?:\.\d)?-\d\d\Z")
_KEY: Final = re.compile(r"([A-Za-z_]\w*)\s*:")
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """What stands between the two lines of dashes; fields that were wrong are empty."""

    id: QuestionId
    difficulty: Difficulty
    tags: tuple[str, ...]
    outline: tuple[str, ...]
    follows: tuple[QuestionId, ...]
    as_of: str
    references: tuple[Reference, ...]
    lines: Mapping[str, int]


def read_yaml(text: str, findings: Findings, *, first_line: int = 1) -> object:
    """The value of a YAML text; None and a finding if it is not YAML."""
    try:
        return yaml.load(text, Loader=_LOADER)  # noqa: S506  (the loader is the safe one, in C where it exists)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = first_line + (mark.line if mark is not None else 0)
        findings.error(line, "check-yaml", problem=str(error.problem))
    except yaml.YAMLError as error:
        findings.error(first_line, "check-yaml", problem=str(error).splitlines()[0])
    return None


def read_front_matter(front: str, findings: Findings, *, stem: str) -> FrontMatter | None:
    """The checked fields of a front matter that starts on line 2 of a file named `stem`; None if it is no mapping."""
    lines = _key_lines(front, findings)
    raw = read_yaml(front, findings, first_line=2)
    if not isinstance(raw, dict):
        if findings.usable:
            findings.error(2, "check-front-shape")
        return None
    fields = _Fields(raw, lines, findings)
    fields.report_unknown()
    return FrontMatter(
        id=fields.identifier(stem),
        difficulty=fields.difficulty(),
        tags=fields.words("tags", KEBAB, at_most=MOST_TAGS, at_least=1),
        outline=fields.words("outline", _LEAF),
        follows=tuple(QuestionId(word) for word in fields.words("follows", KEBAB)),
        as_of=fields.month(),
        references=fields.references(),
        lines=lines,
    )


def _key_lines(front: str, findings: Findings) -> dict[str, int]:
    lines: dict[str, int] = {}
    for number, line in enumerate(front.splitlines(), 2):
        if found := _KEY.match(line):
            if found[1] in lines:
                findings.error(number, "check-field-twice", field=found[1])
            lines[found[1]] = number
    return lines


class _Fields:
    """Takes fields out of the raw mapping, noting what is wrong with each."""

    def __init__(self, raw: Mapping[object, object], lines: Mapping[str, int], findings: Findings) -> None:
        self._raw = raw
        self._lines = lines
        self._findings = findings

    def line(self, field: str) -> int:
        return self._lines.get(field, 2)

    def _wrong(self, field: str, key: str, /, **values: str | int) -> None:
        self._findings.error(self.line(field), key, **values)

    def report_unknown(self) -> None:
        for key in self._raw:
            if key not in _FIELDS:
                near = nearest(str(key), _FIELDS)
                self._wrong(str(key), "check-field-unknown", field=str(key), near=near)
        for field in _FIELDS:
            if field not in self._raw:
                self._findings.error(2, "check-field-missing", field=field)

    def identifier(self, stem: str) -> QuestionId:
        value = self._raw.get("id", stem)
        if not isinstance(value, str) or not KEBAB.match(value) or len(value) > ID_LIMIT:
            self._wrong("id", "check-id-shape", value=str(value), limit=ID_LIMIT)
        elif value != stem:
            self._wrong("id", "check-id-file", value=value, stem=stem)
        return QuestionId(stem)

    def difficulty(self) -> Difficulty:
        value = self._raw.get("difficulty", Difficulty.EASY)
        if value in list(Difficulty):
            return Difficulty(str(value))
        self._wrong("difficulty", "check-difficulty", value=str(value))
        return Difficulty.EASY

    def month(self) -> str:
        value = self._raw.get("as_of", "2000-01")
        if not isinstance(value, str) or not _MONTH.match(value):
            self._wrong("as_of", "check-month", value=str(value))
        return str(value)

    def words(
        self, field: str, shape: re.Pattern[str], *, at_least: int = 0, at_most: int | None = None
    ) -> tuple[str, ...]:
        value = self._raw.get(field, ())
        if field not in self._raw:
            return ()
        if not isinstance(value, list):
            self._wrong(field, "check-list", field=field)
            return ()
        words = [word for word in value if isinstance(word, str) and shape.match(word)]
        for word in value:
            if word not in words:
                self._wrong(field, "check-list-item", field=field, value=str(word))
        for word in _repeated(words):
            self._wrong(field, "check-list-twice", field=field, value=word)
        if len(value) < at_least or (at_most is not None and len(value) > at_most):
            self._wrong(field, "check-list-length", field=field, count=len(value), least=at_least, most=at_most or 0)
        return tuple(words)

    def references(self) -> tuple[Reference, ...]:
        value = self._raw.get("references")
        if "references" not in self._raw:
            return ()
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_REFERENCES:
            self._wrong("references", "check-references", most=MOST_REFERENCES)
            return ()
        found = tuple(filter(None, map(self._reference, value)))
        for url in _repeated([reference.url for reference in found]):
            self._wrong("references", "check-list-twice", field="references", value=url)
        return found

    def _reference(self, value: object) -> Reference | None:
        match value:
            case {"title": str(title), "url": str(url), **rest} if title.strip() and not rest:
                pass
            case _:
                self._wrong("references", "check-reference-shape", value=str(value)[:80])
                return None
        if not url.startswith("https://") or " " in url:
            self._wrong("references", "check-link-https", url=url)
        elif host := refused_host(url):
            self._wrong("references", "check-link-refused", url=url, host=host)
        return Reference(title=title.strip(), url=url)


def _repeated(words: Iterable[str]) -> list[str]:
    return [word for word, count in Counter(words).items() if count > 1]
