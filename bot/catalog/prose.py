"""The deep check of one question: its Markdown, its formulas, its code, its length."""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Final

from bot.catalog.drawing import drawing_error
from bot.catalog.markdown import parse
from bot.catalog.problems import Findings
from bot.catalog.sections import Halves, Section, SectionName
from bot.core import markup
from bot.core.markup import Block, Inline
from bot.core.model import Language

# Bounds of an answer's prose: characters in Chinese, words in English.
PROSE: Final = {Language.ZH: (150, 900), Language.EN: (80, 600)}

_HALF_A_WORD: Final = re.compile(r"[A-Za-z0-9]+(?:['’.\-/][A-Za-z0-9]+)*")
_STYLE: Final = frozenset({"check-emoji"})


def check_sections(path: str, halves: Halves) -> Findings:
    """Everything wrong inside the sections of a file; the quiz, which is plain text, was read before."""
    findings = Findings(path)
    for language, half in halves.items():
        for name, section in half.items():
            if name is not SectionName.QUIZ:
                blocks = _read(section, findings)
                _check_blocks(section, blocks, findings)
                if name is SectionName.ANSWER:
                    _check_length(language, section, blocks, findings)
    return findings


def _read(section: Section, findings: Findings) -> tuple[Block, ...]:
    def report(line: int, key: str, **values: str | int) -> None:
        note = findings.warning if key in _STYLE else findings.error
        note(line, key, **values)

    return parse(section.text, report, first_line=section.line)


def _check_blocks(section: Section, blocks: tuple[Block, ...], findings: Findings) -> None:
    for node in walk(blocks):
        match node:
            case markup.Math(latex) | markup.MathBlock(latex):
                if error := drawing_error(latex):
                    findings.error(_line_of(section, latex), "check-latex-broken", latex=latex, why=error)
            case markup.CodeBlock(code, "python"):
                _check_python(section, code, findings)
            case _:
                pass


def _check_python(section: Section, code: str, findings: Findings) -> None:
    try:
        ast.parse(code)
    except SyntaxError as error:
        line = _line_of(section, code) + (error.lineno or 1) - 1
        findings.error(line, "check-python", why=error.msg)


def _line_of(section: Section, text: str) -> int:
    before, found, _ = section.text.partition(text)
    return section.line + before.count("\n") if found else section.line


def _check_length(language: Language, section: Section, blocks: tuple[Block, ...], findings: Findings) -> None:
    least, most = PROSE[language]
    prose = " ".join(words(blocks))
    length = len(_HALF_A_WORD.findall(prose)) if language is Language.EN else len("".join(prose.split()))
    if not least <= length <= most:
        findings.warning(section.line, f"check-prose-{language}", length=length, least=least, most=most)


def walk(nodes: Iterable[Block | Inline]) -> Iterator[Block | Inline]:
    """Every node of a tree, parents first."""
    for node in nodes:
        yield node
        yield from walk(_children(node))


def words(blocks: Iterable[Block]) -> Iterator[str]:
    """The running words of an answer: no code, no formulas, no tables."""
    for block in blocks:
        if not isinstance(block, markup.Table):
            for node in walk((block,)):
                if isinstance(node, markup.Text):
                    yield node.text


def _children(node: Block | Inline) -> Iterator[Block | Inline]:
    match node:
        case (
            markup.Bold(children)
            | markup.Italic(children)
            | markup.Link(children)
            | markup.Paragraph(children)
            | markup.Heading(_, children)
        ):
            yield from children
        case markup.Quote(blocks) | markup.Details(_, blocks):
            yield from blocks
        case markup.ItemList(items):
            for item in items:
                yield from item
        case markup.Table(header, rows):
            for row in (header, *rows):
                for cell in row:
                    yield from cell
        case _:
            pass
