r"""Blocks as the HTML of rich messages (Bot API 10.1), with formulas, tables, code and details native.

The tags and limits are those of https://core.telegram.org/bots/api#rich-html-style and #rich-message-limits.
"""

from collections.abc import Sequence
from html import escape
from typing import Final

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
    plain,
)
from bot.platforms.telegram.split import NOTHING, Size

# Telegram's are 32,768 characters and 500 blocks; a little is left for what we may count differently.
LIMIT: Final = Size(chars=32_000, parts=480)
MAX_COLUMNS: Final = 20


def rich_html(blocks: Sequence[Block]) -> str:
    """The blocks as rich HTML."""
    return "".join(_block(block) for block in blocks)


def rich_size(block: Block) -> Size:
    """Characters of text (formulas count by their source) and blocks, nested ones, items and rows included."""
    match block:
        case Quote(blocks):
            return Size(chars=0, parts=1) + _total(blocks)
        case Details(summary, blocks):
            return Size(chars=_length(summary), parts=1) + _total(blocks)
        case ItemList(items):
            return sum((Size(chars=0, parts=1) + _total(item) for item in items), Size(chars=0, parts=1))
        case Table(header, rows):
            chars = sum(_length(cell) for row in (header, *rows) for cell in row)
            return Size(chars=chars, parts=2 + len(rows))
        case _:
            return Size(chars=len(plain(block)), parts=1)


def _total(blocks: Sequence[Block]) -> Size:
    return sum((rich_size(block) for block in blocks), NOTHING)


def _length(inlines: Sequence[Inline]) -> int:
    return sum(len(plain(inline)) for inline in inlines)


def _block(block: Block) -> str:  # noqa: C901, PLR0911  # one case per block; mypy proves it whole
    match block:
        case Paragraph(children):
            return f"<p>{_inlines(children)}</p>"
        case Heading(level, children):
            # The title of a message at h3 is as large as it should be in a chat.
            size = min(level + 2, 6)
            return f"<h{size}>{_inlines(children)}</h{size}>"
        case CodeBlock(code, language):
            named = f' class="language-{escape(language)}"' if language else ""
            return f"<pre><code{named}>{escape(code, quote=False)}</code></pre>"
        case MathBlock(latex):
            return f"<tg-math-block>{_formula(latex)}</tg-math-block>"
        case ItemList(items, start):
            tag, opening = ("ul", "ul") if start is None else ("ol", "ol" if start == 1 else f'ol start="{start}"')
            return f"<{opening}>{''.join(f'<li>{_item(item)}</li>' for item in items)}</{tag}>"
        case Table():
            return _table(block)
        case Quote(blocks):
            return f"<blockquote>{rich_html(blocks)}</blockquote>"
        case Details(summary, blocks, is_open):
            state = " open" if is_open else ""
            return f"<details{state}><summary>{_inlines(summary)}</summary>{rich_html(blocks)}</details>"
        case Divider():
            return "<hr/>"


def _item(blocks: Sequence[Block]) -> str:
    """A list item; one paragraph stands in it bare, as in the documentation's examples."""
    if len(blocks) == 1 and isinstance(blocks[0], Paragraph):
        return _inlines(blocks[0].inlines)
    return rich_html(blocks)


def _table(table: Table) -> str:
    def row(cells: Sequence[Sequence[Inline]], tag: str) -> str:
        aligned = zip(cells[:MAX_COLUMNS], table.aligns, strict=False)
        return "<tr>" + "".join(f'<{tag} align="{align}">{_inlines(cell)}</{tag}>' for cell, align in aligned) + "</tr>"

    return f"<table bordered>{row(table.header, 'th')}{''.join(row(cells, 'td') for cells in table.rows)}</table>"


def _inlines(children: Sequence[Inline]) -> str:
    return "".join(_inline(child) for child in children)


def _inline(inline: Inline) -> str:  # noqa: PLR0911  # one case per inline
    match inline:
        case Text(text):
            return escape(text, quote=False)
        case Bold(children):
            return f"<b>{_inlines(children)}</b>"
        case Italic(children):
            return f"<i>{_inlines(children)}</i>"
        case Code(code):
            return f"<code>{escape(code, quote=False)}</code>"
        case Math(latex):
            return f"<tg-math>{_formula(latex)}</tg-math>"
        case Link(children, url):
            return f'<a href="{escape(url)}">{_inlines(children)}</a>'
        case LineBreak():
            return "<br/>"


def _formula(latex: str) -> str:
    r"""The formula without any character that HTML could take for its own.

    The documentation treats the source "as raw LaTeX" and leaves open whether entities in it are read, so it is
    written in a way that means the same either way: `\lt` for `<`, and a space after `&`, which ends no entity.
    """
    return latex.replace("<", r"\lt ").replace(">", r"\gt ").replace("&", "& ")
