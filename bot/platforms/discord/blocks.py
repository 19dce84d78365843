"""Blocks as atoms: pieces of Markdown, pictures and rules that may stand in different messages but are never cut."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

from bot.core.formulas import as_unicode
from bot.core.markup import (
    Block,
    CodeBlock,
    Details,
    Divider,
    Heading,
    ItemList,
    Link,
    MathBlock,
    Paragraph,
    Quote,
    Table,
    Text,
    plain,
)
from bot.core.replies import Button
from bot.platforms.discord.prose import escaped, fenced, inline, inline_code, line_safe
from bot.platforms.discord.tables import table

MAX_PIECE: Final = 1800
"""Characters of one atom: two fit in a message with room for a title. Only longer blocks are cut, between sentences."""
_SENTENCE: Final = re.compile(r"(?<=[。！？；\n])|(?<=[.!?;] )")
_FENCE: Final = re.compile(r"```[^\n]*\n.*?\n```", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Words:
    """Markdown. `heads` says that it belongs to what follows, `spoiler` that it is hidden until tapped."""

    text: str
    heads: bool = False
    spoiler: bool = False
    tight: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A formula to be drawn."""

    latex: str
    spoiler: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A thin line."""

    spoiler: bool = False


@dataclass(frozen=True, slots=True)
class Sources:
    """Links that are shown as buttons: labels and addresses, after a word that introduces them."""

    links: tuple[tuple[str, str], ...]
    text: str
    spoiler: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a list, with the button that opens it beside it."""

    text: str
    button: Button
    spoiler: bool = False


Atom = Words | Picture | Rule | Sources | Entry


def atoms(blocks: Iterable[Block], *, public: bool) -> Iterator[Atom]:
    """The atoms of a message's blocks.

    What stands in Details is hidden until tapped: all of it where others read along (`public`), else what is closed.
    """
    for block in blocks:
        if isinstance(block, Details):
            yield Words(f"### {inline(block.summary)}", heads=True)
            hidden = public or not block.open
            yield from (replace(atom, spoiler=hidden) for atom in atoms(block.blocks, public=public))
        else:
            yield from _atoms(block)


def _atoms(block: Block) -> Iterator[Atom]:  # noqa: C901  # one case per block; mypy proves it whole
    match block:
        case Paragraph(inlines):
            links = _sources(block)
            if links is not None:
                yield links
            else:
                yield from (Words(piece) for piece in cut(line_safe(inline(inlines))))
        case Heading(level, inlines):
            yield Words(f"{'#' * min(level + 1, 3)} {inline(inlines)}", heads=True)
        case CodeBlock(code, language):
            yield from (Words(piece) for piece in _code(code, language))
        case MathBlock(latex):
            yield Picture(latex)
        case ItemList():
            yield from (Words(piece, tight=number > 0) for number, piece in enumerate(_items(block)))
        case Table():
            yield from (Words(piece, tight=number > 0) for number, piece in enumerate(table(block)))
        case Quote(blocks):
            text = "\n".join(_nested(inner) for inner in blocks)
            yield from (Words(_quoted(piece)) for piece in cut(text))
        case Details():
            yield from atoms((block,), public=False)
        case Divider():
            yield Rule()
        case _:
            assert_never(block)


def _sources(block: Paragraph) -> Sources | None:
    """A paragraph of nothing but links after a leading word; they stand as buttons where their titles fit."""
    links = [node for node in block.inlines if isinstance(node, Link)]
    words = [node for node in block.inlines if not isinstance(node, Link)]
    if not links or len(links) > 5 or not all(isinstance(node, Text) for node in words):  # noqa: PLR2004  # a row's five
        return None
    if any(plain(node).strip(" ·,，、") for node in words[1:]) or not isinstance(block.inlines[0], Text):
        return None
    pairs = tuple((plain(Paragraph(node.inlines)), node.url) for node in links)
    if any(len(url) > 512 for _, url in pairs):  # noqa: PLR2004  # Discord's longest address of a button
        return None
    return Sources(links=pairs, text=inline(block.inlines))


def _items(block: ItemList) -> Iterator[str]:
    for number, item in enumerate(block.items):
        mark = "-" if block.start is None else f"{block.start + number}."
        yield from _item(mark, item)


def _item(mark: str, item: Sequence[Block]) -> Iterator[str]:
    """An item's pieces; what follows the first line is set in below it."""
    text = "\n".join(_nested(block) for block in item)
    first, *others = cut(text)
    yield _hanging(mark, first)
    yield from (f"  {piece}" for piece in others)


def _hanging(mark: str, text: str) -> str:
    first, *others = text.split("\n")
    inside = "\n".join(f"  {line}" if line else line for line in others)
    # A code block inside an item only shows as one when its fences begin the line.
    return f"{mark} {first}\n{_outdented(inside)}" if others else f"{mark} {first}"


def _outdented(text: str) -> str:
    fence = re.compile(r"^  ```[^\n]*\n.*?\n  ```$", re.DOTALL | re.MULTILINE)
    return fence.sub(lambda match: re.sub(r"^  ", "", match[0], flags=re.MULTILINE), text)


def _nested(block: Block) -> str:  # noqa: C901, PLR0911  # one case per block; mypy proves it whole
    """A block inside an item or a quotation, as Markdown."""
    match block:
        case Paragraph(inlines):
            return line_safe(inline(inlines))
        case Heading(_, inlines):
            return f"**{inline(inlines)}**"
        case CodeBlock(code, language):
            return fenced(code, language)
        case MathBlock(latex):
            return inline_code(as_unicode(latex))
        case ItemList():
            return "\n".join(_items(block))
        case Table():
            return "\n".join(table(block))
        case Quote(blocks):
            return "\n".join(_quoted(_nested(inner)) for inner in blocks)
        case Details(summary, blocks):
            return "\n".join((f"**{inline(summary)}**", *(_nested(inner) for inner in blocks)))
        case Divider():
            return escaped("---")
        case _:
            assert_never(block)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.split("\n"))


def _code(code: str, language: str) -> Iterator[str]:
    """Code in blocks that fit, cut between lines."""
    held: list[str] = []
    for line in _short_lines(code):
        if held and sum(map(len, held)) + len(held) + len(line) > MAX_PIECE - 40:
            yield fenced("\n".join(held), language)
            held = []
        held.append(line)
    yield fenced("\n".join(held), language)


def _short_lines(code: str) -> Iterator[str]:
    for line in code.split("\n"):
        yield from (line[at : at + 1000] for at in range(0, max(len(line), 1), 1000))


def cut(text: str) -> list[str]:
    """The text in pieces of at most 1,800 characters: between sentences, or between words, never inside a fence."""
    if len(text) <= MAX_PIECE:
        return [text]
    pieces = [""]
    for part in _parts(text):
        if len(pieces[-1]) + len(part) > MAX_PIECE and pieces[-1].strip():
            pieces.append("")
        pieces[-1] += part
    return [piece.strip("\n ") for piece in pieces if piece.strip()]


def _parts(text: str) -> Iterator[str]:
    at = 0
    for fence in _FENCE.finditer(text):
        yield from _sentences(text[at : fence.start()])
        yield fence[0]
        at = fence.end()
    yield from _sentences(text[at:])


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE.split(text):
        if len(sentence) <= MAX_PIECE:
            yield sentence
            continue
        held = ""
        for word in re.findall(r"\S{1,200}\s*|\s+", sentence):
            if len(held) + len(word) > MAX_PIECE:
                yield held
                held = ""
            held += word
        yield held
