"""The bank in a terminal: `qianmian ask`, and what readers wrote about questions for `qianmian reports`."""

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Final

from bot.core import cards
from bot.core.errors import Mistake
from bot.core.formulas import as_unicode
from bot.core.markup import (
    Block,
    Bold,
    Code,
    CodeBlock,
    Details,
    Divider,
    Heading,
    Inline,
    Italic,
    ItemList,
    LineBreak,
    Link,
    Math,
    MathBlock,
    Paragraph,
    Quote,
    Table,
    Text,
)
from bot.core.model import Stage
from bot.core.ports import Bank, Report
from bot.core.questions import draw
from bot.core.requests import Voice
from bot.core.widths import padded, width, wrapped

# Longer lines are tiresome to read, however wide the window is.
BROADEST: Final = 88
_NARROWEST: Final = 20
_USUAL: Final = 80


def ask(voice: Voice, bank: Bank, *, topic: str | None, now: str) -> None:
    """Print a question, its hint after Enter, and the answer after Enter again.

    Which question depends on `now`. Raises Mistake for an unknown topic, and where there is no question.
    """
    questions = bank.in_topic(bank.find_topic(topic).slug) if topic else bank.questions
    if not questions:
        raise Mistake("nothing-matches")
    question = questions[draw(now, len(questions))]
    show(cards.card(voice, bank, question).blocks)
    _wait(voice("terminal-hint"))
    show(cards.card(voice, bank, question, Stage.HINT, question_above=True).blocks[1:])
    _wait(voice("terminal-answer"))
    show(cards.card(voice, bank, question, Stage.FOLLOWUPS, question_above=True).blocks[1:])


def show_reports(voice: Voice, notes: Sequence[Report], *, files: Mapping[str, Path], zone: tzinfo) -> None:
    """Print readers' notes, each with its time in a zone and the file of its question; `files` are by question id."""
    columns = _columns()
    for note in notes:
        at = f"{note.at.astimezone(zone):%Y-%m-%d %H:%M}"
        print(f"#{note.number}  {at}  {note.question}  {files.get(note.question, voice('reports-no-file'))}")
        for line in wrapped(_harmless(note.text), columns - 4):
            print(f"    {line}".rstrip())
    print(voice("reports-summary", n=len(notes)))


def show(blocks: tuple[Block, ...]) -> None:
    """Print blocks as plain text, formulas with Unicode, no wider than the window."""
    columns = _columns()
    for block in blocks:
        print()
        for line in _lines(block, columns):
            print(line)


def _wait(words: str) -> None:
    try:
        input(f"\n[{words}] ")
    except EOFError:
        print()


def _columns() -> int:
    try:
        return max(_NARROWEST, min(BROADEST, os.get_terminal_size().columns))
    except OSError:  # no window: a pipe or a file
        return _USUAL


def _harmless(text: str) -> str:
    """People's words without what a terminal would obey."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text)


def _lines(block: Block, columns: int) -> Iterator[str]:  # noqa: C901  # one case per kind; mypy proves it whole
    match block:
        case Heading(_, inlines):
            title = _words(inlines, [])
            yield from wrapped(title, columns)
            yield "─" * min(columns, width(title))
        case Paragraph(inlines):
            urls: list[str] = []
            yield from wrapped(_words(inlines, urls), columns)
            yield from (f"  [{number}] {url}" for number, url in enumerate(urls, 1))
        case CodeBlock(code, _):
            yield from (f"    {line}" for line in code.splitlines())
        case MathBlock(latex):
            yield f"    {as_unicode(latex)}"
        case ItemList(items, start):
            marks = ["•" if start is None else f"{start + index}." for index in range(len(items))]
            for mark, item in zip(marks, items, strict=True):
                yield from _indented(item, columns, first=f"{mark:<2} ", others="   ")
        case Quote(children):
            yield from _indented(children, columns, first="│ ", others="│ ")
        case Details(summary, children, _):
            yield f"【{_words(summary, [])}】"
            for child in children:
                yield from _lines(child, columns)
                yield ""
        case Table():
            yield from _table(block, columns)
        case Divider():
            yield "─" * columns


def _indented(blocks: Sequence[Block], columns: int, *, first: str, others: str) -> Iterator[str]:
    lines = (line for block in blocks for line in _lines(block, columns - width(first)))
    for index, line in enumerate(lines):
        yield f"{others if index else first}{line}"


def _words(inlines: Sequence[Inline], urls: list[str]) -> str:
    """The words on a line; the addresses of links are collected, and stand as numbers."""
    return "".join(_word(part, urls) for part in inlines)


def _word(part: Inline, urls: list[str]) -> str:
    match part:
        case Text(text) | Code(text):
            return text
        case Math(latex):
            return as_unicode(latex)
        case LineBreak():
            return "\n"
        case Bold(children) | Italic(children):
            return _words(children, urls)
        case Link(children, url):
            words = _words(children, urls)
            urls.append(url)
            return f"{words} [{len(urls)}]"


def _table(table: Table, columns: int) -> Iterator[str]:
    """Columns under one another; where they do not fit, each row as lines of `heading: cell`."""
    header, *rows = ([_words(cell, []) for cell in row] for row in (table.header, *table.rows))
    widths = [max(width(row[index]) for row in (header, *rows)) for index in range(len(header))]
    if sum(widths) + 3 * (len(widths) - 1) <= columns:
        for number, row in enumerate((header, *rows)):
            cells = [padded(*cell) for cell in zip(row, widths, table.aligns, strict=True)]
            yield " │ ".join(cells).rstrip()
            if number == 0:
                yield "─┼─".join("─" * size for size in widths)
        return
    for row in rows:
        for index, (name, cell) in enumerate(zip(header, row, strict=True)):
            lines = wrapped(f"{name}: {cell}" if name else cell, columns - 2)
            yield from (f"{'  ' if index or later else '• '}{line}" for later, line in enumerate(lines))
