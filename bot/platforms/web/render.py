"""Markup as HTML: one element per construct, everything that is text escaped."""

import re
from collections.abc import Iterable
from functools import partial
from typing import Final, assert_never

from bot.core.markup import (
    Align,
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
from bot.platforms.web.command_links import COMMAND
from bot.platforms.web.elements import Html, join, tag
from bot.platforms.web.highlight import code_block
from bot.platforms.web.mathml import formula

_LOWEST: Final = 6
_SCHEMES: Final = ("https://", "http://")
_OPENING: Final = re.compile(r"[(\[（“《]*\Z")
_CLOSING: Final = re.compile(r"\A[)\]），。、；：？！”》,.;:?!%]*")


def blocks(parts: Iterable[Block], *, top: int = 3) -> Html:
    """Blocks as HTML; a heading of level 1 becomes `h<top>`."""
    return join(block(part, top=top) for part in parts)


def block(part: Block, *, top: int = 3) -> Html:  # noqa: C901, PLR0911  # one case per node; mypy proves it whole
    """One block as HTML."""
    inside = partial(blocks, top=top)
    match part:
        case Paragraph(parts):
            return tag("p", inlines(parts))
        case Heading(level, parts):
            return tag(f"h{min(top + level - 1, _LOWEST)}", inlines(parts))
        case CodeBlock(code, language):
            return code_block(code, language)
        case MathBlock(latex):
            return tag("div", formula(latex, block=True), class_="formula", tabindex=0)
        case ItemList(items, start):
            name, first = ("ul", None) if start is None else ("ol", start if start != 1 else None)
            return tag(name, *(tag("li", _item(item, top=top)) for item in items), start=first)
        case Table():
            return _table(part)
        case Quote(parts):
            return tag("blockquote", inside(parts))
        case Details(summary, parts, is_open):
            return tag("details", tag("summary", inlines(summary)), inside(parts), open=is_open)
        case Divider():
            return tag("hr")
        case _:
            assert_never(part)


def inlines(parts: Iterable[Inline]) -> Html:
    """Inlines as HTML; punctuation stays on the line of the formula that it belongs to."""
    every = list(parts)
    # The empty text at the end stands before the first part and after the last.
    words = [*(part.text if isinstance(part, Text) else "" for part in every), ""]
    tied: dict[int, Html] = {}
    for number, part in enumerate(every):
        if isinstance(part, Math):
            opening, closing = _OPENING.findall(words[number - 1])[0], _CLOSING.findall(words[number + 1])[0]
            words[number - 1] = words[number - 1].removesuffix(opening)
            words[number + 1] = words[number + 1].removeprefix(closing)
            # Browsers may break a line on both sides of a formula, as of a picture.
            whole = join([opening, formula(part.latex), closing])
            tied[number] = tag("span", whole, class_="tied") if opening or closing else whole
    return join(
        join([words[number]]) if isinstance(part, Text) else tied.get(number) or inline(part)
        for number, part in enumerate(every)
    )


def inline(part: Inline) -> Html:  # noqa: PLR0911  # one case per node; mypy proves it whole
    """One inline as HTML."""
    match part:
        case Text(text):
            return join([text])
        case Bold(parts):
            return tag("strong", inlines(parts))
        case Italic(parts):
            return tag("em", inlines(parts))
        case Code(code):
            return tag("code", code)
        case Math(latex):
            return formula(latex)
        case Link(parts, url):
            return link(inlines(parts), url)
        case LineBreak():
            return tag("br")
        case _:
            assert_never(part)


def link(words: str, url: str, **attributes: str) -> Html:
    """Words that lead out of the page, or write a command; any other address leaves the words alone."""
    if url.startswith(COMMAND):
        return tag("button", words, type="button", class_="command", data_command=url.removeprefix(COMMAND))
    if not url.lower().startswith(_SCHEMES):
        return join([words])
    return tag("a", words, href=url, rel="noopener noreferrer", target="_blank", **attributes)


def _item(parts: tuple[Block, ...], *, top: int) -> Html:
    """The blocks of a list's item; a single paragraph needs no `p`."""
    first, *rest = parts or (Paragraph(()),)
    head = inlines(first.inlines) if isinstance(first, Paragraph) else block(first, top=top)
    if rest and isinstance(first, Paragraph) and any(isinstance(part, Paragraph) for part in rest):
        head = block(first, top=top)
    return join([head, blocks(rest, top=top)])


def _table(table: Table) -> Html:
    def row(name: str, cells: tuple[tuple[Inline, ...], ...]) -> Html:
        aligned = zip(cells, table.aligns, strict=False)
        return tag(
            "tr",
            *(
                tag(name, inlines(cell), class_=None if align is Align.LEFT else str(align), scope=_scope(name))
                for cell, align in aligned
            ),
        )

    body = tag("tbody", *(row("td", cells) for cells in table.rows))
    whole = tag("table", tag("thead", row("th", table.header)), body)
    # A wide table scrolls inside its frame, with the keyboard too, and leaves the page as wide as it is.
    return tag("div", whole, class_="wide", tabindex=0)


def _scope(name: str) -> str | None:
    return "col" if name == "th" else None
