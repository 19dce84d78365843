"""Text as a tree no platform knows: what the Markdown subset of the content can say, and no more.

Renderers match on these classes exhaustively; adding one makes the type checker name every renderer.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Text:
    """Plain words. Never markup of any platform: renderers escape it."""

    text: str


@dataclass(frozen=True, slots=True)
class Bold:
    """Strong words."""

    inlines: tuple["Inline", ...]


@dataclass(frozen=True, slots=True)
class Italic:
    """Emphasised words."""

    inlines: tuple["Inline", ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Code inside a line."""

    code: str


@dataclass(frozen=True, slots=True)
class Math:
    """A formula inside a line, as LaTeX without dollar signs."""

    latex: str


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to an https address."""

    inlines: tuple["Inline", ...]
    url: str


@dataclass(frozen=True, slots=True)
class LineBreak:
    """A new line inside a paragraph."""


Inline = Text | Bold | Italic | Code | Math | Link | LineBreak


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines of running text."""

    inlines: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is a message's title, 2 a section in it."""

    level: int
    inlines: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Code on lines of its own; `language` is empty when unknown."""

    code: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class MathBlock:
    """A formula on a line of its own, as LaTeX without dollar signs."""

    latex: str


@dataclass(frozen=True, slots=True)
class ItemList:
    """A list; numbered from `start`, or with bullets when `start` is None."""

    items: tuple[tuple["Block", ...], ...]
    start: int | None = None


class Align(StrEnum):
    """How a table's column is set."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Table:
    """A table; every row has as many cells as `header`, and `aligns` as many entries."""

    header: tuple[tuple[Inline, ...], ...]
    rows: tuple[tuple[tuple[Inline, ...], ...], ...]
    aligns: tuple[Align, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """A block quotation."""

    blocks: tuple["Block", ...]


@dataclass(frozen=True, slots=True)
class Details:
    """Blocks under a line that opens and closes them, where the platform can."""

    summary: tuple[Inline, ...]
    blocks: tuple["Block", ...]
    open: bool = True


@dataclass(frozen=True, slots=True)
class Divider:
    """A thin line."""


Block = Paragraph | Heading | CodeBlock | MathBlock | ItemList | Table | Quote | Details | Divider


def paragraph(*parts: str | Inline) -> Paragraph:
    """A paragraph of words and inlines; strings become plain text."""
    return Paragraph(inlines(*parts))


def heading(level: int, *parts: str | Inline) -> Heading:
    """A heading of words and inlines."""
    return Heading(level, inlines(*parts))


def bullets(items: Iterable[str | tuple[Inline, ...]]) -> ItemList:
    """A bullet list of one-paragraph items."""
    return ItemList(tuple((paragraph(item) if isinstance(item, str) else Paragraph(item),) for item in items))


def inlines(*parts: str | Inline) -> tuple[Inline, ...]:
    """Inlines from words and inlines; strings become plain text."""
    return tuple(Text(part) if isinstance(part, str) else part for part in parts)


def plain(node: Block | Inline) -> str:
    """The words of a node without any markup, formulas as their LaTeX; for titles and search."""
    return "".join(_words(node))


def _words(node: Block | Inline) -> Iterator[str]:  # noqa: C901  # one case per node; mypy proves it whole
    match node:
        case Text(text):
            yield text
        case Code(code) | CodeBlock(code):
            yield code
        case Math(latex) | MathBlock(latex):
            yield latex
        case LineBreak() | Divider():
            yield "\n"
        case Bold(children) | Italic(children) | Link(children) | Paragraph(children) | Heading(_, children):
            for child in children:
                yield from _words(child)
        case Quote(blocks):
            yield from _joined(blocks)
        case Details(summary, blocks):
            yield "".join(plain(part) for part in summary) + "\n"
            yield from _joined(blocks)
        case ItemList(items):
            for item in items:
                yield from _joined(item)
        case Table(header, rows):
            for row in (header, *rows):
                yield " | ".join("".join(plain(cell) for cell in cells) for cells in row) + "\n"


def _joined(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        yield from _words(block)
        yield "\n"
