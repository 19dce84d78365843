"""The deep check behind `python -m bot check`: every file, every formula, the coverage of the outline."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.catalog import index, outline, style
from bot.catalog.loader import Loaded, read_folder
from bot.catalog.outline import Coverage, Outline, coverage
from bot.catalog.problems import Findings, Problem, Severity
from bot.catalog.prose import check_sections
from bot.core.model import Language
from bot.core.ports import Phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What a check found: sentences ready to print, and the coverage table as text."""

    problems: tuple[Problem, ...]
    sentences: tuple[str, ...]
    table: str

    @property
    def errors(self) -> int:
        """How many problems make the bank unusable."""
        return sum(problem.severity is Severity.ERROR for problem in self.problems)

    @property
    def warnings(self) -> int:
        """How many problems are of style."""
        return len(self.problems) - self.errors


def check(folder: Path, phrases: Phrases, language: Language, *, deep: bool = True) -> CheckReport:
    """Check a content folder; `deep` also reads all Markdown and converts every formula (seconds, not milliseconds)."""
    loaded = read_folder(folder)
    about_outline = Findings(outline.FILE)
    items = outline.read_outline(folder, about_outline)
    findings = [about_outline, *_outline_findings(loaded, items)]
    findings += style.bank_findings(loaded, folder)
    findings += index.findings(folder, loaded)
    if deep:
        findings += [check_sections(path, halves) for path, halves in loaded.halves.items()]
    problems = [*loaded.problems, *(problem for about in findings for problem in about.problems)]
    problems.sort(key=lambda problem: (problem.path, problem.line))
    covered = coverage(items, loaded.topics, (document.question for document in loaded.documents))
    return CheckReport(
        problems=tuple(problems),
        sentences=tuple(problem.sentence(phrases, language, folder=folder.name) for problem in problems),
        table=coverage_table(covered, phrases, language),
    )


def _outline_findings(loaded: Loaded, items: Outline) -> Iterator[Findings]:
    answered: dict[str, str] = {}
    for document in loaded.documents:
        about = Findings(document.path)
        line = document.lines.get("outline", 2)
        for leaf in document.question.outline:
            if leaf not in items.leaves:
                about.error(line, "check-outline-unknown", leaf=leaf, near=outline.nearest_leaf(leaf, items))
            elif leaf in items.not_asked:
                about.error(line, "check-outline-not-asked", leaf=leaf, reason=items.not_asked[leaf])
            elif answered.setdefault(leaf, document.question.id) != document.question.id:
                about.error(line, "check-outline-twice", leaf=leaf, other=answered[leaf])
        yield about
    yield _blocks_without_topic(loaded, items)


def _blocks_without_topic(loaded: Loaded, items: Outline) -> Findings:
    about = Findings("topics.yaml")
    claimed = {block for topic in loaded.topics for block in topic.blocks}
    for block in items.blocks:
        if block not in claimed:
            about.error(0, "check-block-homeless", block=block)
    for block in sorted(claimed.difference(items.blocks)) if items.blocks else ():
        about.error(0, "check-block-unknown", block=block)
    return about


def coverage_table(rows: Iterable[Coverage], phrases: Phrases, language: Language) -> str:
    """The coverage as aligned columns: topic, questions in both languages, items covered and missing."""
    rows = tuple(rows)
    head = [phrases.say(language, f"check-table-{name}") for name in ("topic", "questions", "items", "missing")]
    lines = [head, *([*_cells(row)] for row in rows)]
    total = sum(row.total for row in rows)
    lines.append(
        [
            phrases.say(language, "check-table-total"),
            _both(sum(row.questions for row in rows)),
            _share(sum(row.covered for row in rows), total),
            "",
        ]
    )
    widths = [max(_width(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _cells(row: Coverage) -> Iterator[str]:
    yield row.topic.slug
    yield _both(row.questions)
    yield _share(row.covered, row.total)
    yield _keys(row.missing)


def _both(questions: int) -> str:
    # A file only counts when both halves are whole, so the two numbers are always the same.
    return f"{questions}/{questions}"


def _share(covered: int, total: int) -> str:
    return f"{covered}/{total}"


def _keys(missing: tuple[str, ...], most: int = 8) -> str:
    more = f" +{len(missing) - most}" if len(missing) > most else ""
    return " ".join(missing[:most]) + more


def _width(text: str) -> int:
    # Chinese characters take two columns of a terminal.
    return len(text) + sum("\u2e80" <= character <= "\uffee" for character in text)
