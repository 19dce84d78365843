"""Blocks as the HTML of ordinary messages, for servers and chats that refuse rich ones.

The tags are those of https://core.telegram.org/bots/api#html-style; what they cannot say is written with
Unicode: formulas by `core.formulas`, tables in columns of a code block, bullets, thin lines.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from bot.core.commands import COMMANDS
from bot.core.formulas import as_unicode
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
from bot.platforms.telegram.split import Size

# Telegram's are 4,096 characters after parsing and 100 entities; one character is kept for the last new line.
LIMIT: Final = Size(chars=4_000, parts=95)
_COMMANDS: Final = frozenset(command.name for command in COMMANDS)
_TAG: Final = re.compile(r"<[^>]*>")
_ENTITY: Final = re.compile(r"&(?:lt|gt|amp|quot|#x27);")
# What clients turn into links by themselves: @names, #tags, $TAGS, /commands, names.of.hosts and 1.2.3.4.
_AUTOMATIC: Final = re.compile(r"(?<![\w/])([@#$/])(?=\w)|(?<=\w)(\.)(?=[A-Za-z]{2}|\d+\.\d+\.\d)")
_PINGS: Final = re.compile(r"([@#])(?=\w)")
_JOINER: Final = "\u2060"


def classic_html(blocks: Sequence[Block], *, inert: bool = True) -> str:
    """The blocks as HTML for `parse_mode`.

    Args:
        blocks: What to say.
        inert: Whether commands and addresses in the text must not become links, as in content; names are never
            turned into mentions.
    """
    return "\n\n".join(part for part in (_block(block, inert, quoted=False) for block in blocks) if part)


def classic_size(block: Block) -> Size:
    """Characters as Telegram counts them after parsing (in UTF-16 units, to be safe) and entities."""
    html = _block(block, inert=True, quoted=False)
    text = _ENTITY.sub("&", _TAG.sub("", html))
    return Size(chars=len(text.encode("utf-16-le")) // 2 + 2, parts=html.count("</"))


def formulas_in(blocks: Sequence[Block]) -> tuple[str, ...]:
    """The block formulas in reading order, each once: those that are shown as pictures."""
    return tuple(dict.fromkeys(_formulas(blocks)))


def _formulas(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case MathBlock(latex):
                yield latex
            case Quote(inner) | Details(_, inner):
                yield from _formulas(inner)
            case ItemList(items):
                for item in items:
                    yield from _formulas(item)
            case _:
                pass


def _block(block: Block, inert: bool, *, quoted: bool) -> str:  # noqa: C901, FBT001, PLR0911  # one case per block; mypy proves it whole
    match block:
        case Paragraph(children):
            return _inlines(children, inert)
        case Heading(_, children):
            return f"<b>{_inlines(_without_bold(children), inert)}</b>"
        case CodeBlock(code, language):
            body = escape(code, quote=False)
            return f'<pre><code class="language-{escape(language)}">{body}</code></pre>' if language else _pre(body)
        case MathBlock(latex):
            return f"<code>{escape(as_unicode(latex), quote=False)}</code>"
        case ItemList():
            return "\n".join(_items(block, inert, quoted=quoted))
        case Table():
            return _pre(escape("\n".join(_columns(block)), quote=False))
        case Quote(blocks):
            inner = "\n".join(_block(part, inert, quoted=True) for part in blocks)
            return inner if quoted else f"<blockquote>{inner}</blockquote>"
        case Details(summary, blocks, is_open):
            # Quotations cannot stand in one another, so an outer one is all that folds.
            folded = not is_open and not quoted
            inner = "\n\n".join(_block(part, inert, quoted=quoted or folded) for part in blocks)
            body = f"<blockquote expandable>{inner}</blockquote>" if folded else inner
            return f"<b>{_inlines(_without_bold(summary), inert)}</b>\n{body}"
        case Divider():
            return "———"


def _pre(body: str) -> str:
    return f"<pre>{body}</pre>"


def _items(items: ItemList, inert: bool, *, quoted: bool) -> Iterator[str]:  # noqa: FBT001  # passed on down the tree
    for number, item in enumerate(items.items, items.start or 0):
        mark = "•" if items.start is None else f"{number}."
        body = "\n".join(_block(part, inert, quoted=quoted) for part in item)
        nested = any(isinstance(part, CodeBlock | Table) for part in item)
        # Lines inside code keep their own indentation.
        yield f"{mark} {body if nested else body.replace(chr(10), chr(10) + '   ')}"


def _inlines(children: Sequence[Inline], inert: bool) -> str:  # noqa: FBT001  # passed on down the tree
    return "".join(_inline(child, inert) for child in children)


def _inline(inline: Inline, inert: bool) -> str:  # noqa: FBT001, PLR0911  # one case per inline
    match inline:
        case Text(text):
            return escape(_harmless(text, inert), quote=False)
        case Bold(children):
            return f"<b>{_inlines(children, inert)}</b>"
        case Italic(children):
            return f"<i>{_inlines(children, inert)}</i>"
        case Code(code):
            tappable = None if inert else _tappable(code)
            return tappable or f"<code>{escape(code, quote=False)}</code>"
        case Math(latex):
            return escape(_harmless(as_unicode(latex), inert), quote=False)
        case Link(children, url):
            return f'<a href="{escape(url)}">{_inlines(children, inert)}</a>'
        case LineBreak():
            return "\n"


def _without_bold(children: Sequence[Inline]) -> Sequence[Inline]:
    """Bold words are no bolder inside a heading, and the same entity twice is refused by some servers."""
    return tuple(part for child in children for part in (child.inlines if isinstance(child, Bold) else (child,)))


def _tappable(code: str) -> str | None:
    """A command of ours outside of code, where Telegram makes it one to tap; what may follow it stays code."""
    name, _, rest = code.partition(" ")
    if not name.startswith("/") or name[1:] not in _COMMANDS or (rest and rest[0] not in "[<"):
        return None
    return f"{name} <code>{escape(rest, quote=False)}</code>" if rest else name


def _harmless(text: str, inert: bool) -> str:  # noqa: FBT001  # passed on down the tree
    """The text with an invisible joiner where clients would find a mention, a tag, a command or an address."""
    if inert:
        return _AUTOMATIC.sub(lambda found: found.group() + _JOINER, text)
    return _PINGS.sub(lambda found: found.group() + _JOINER, text)


def _columns(table: Table) -> Iterator[str]:
    rows = [[_words(cell) for cell in row] for row in (table.header, *table.rows)]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(table.header))]
    for number, row in enumerate(rows):
        cells = (_set(cell, width, align) for cell, width, align in zip(row, widths, table.aligns, strict=True))
        yield " │ ".join(cells).rstrip()
        if number == 0:
            yield "─┼─".join("─" * width for width in widths)


def _words(cell: Sequence[Inline]) -> str:
    return "".join(_bare(inline) for inline in cell)


def _bare(inline: Inline) -> str:
    match inline:
        case Text(words) | Code(words):
            return words
        case Math(latex):
            return as_unicode(latex)
        case Bold(children) | Italic(children) | Link(children):
            return _words(children)
        case LineBreak():
            return " "


def _set(cell: str, width: int, align: Align) -> str:
    room = width - _width(cell)
    left = {Align.LEFT: 0, Align.CENTER: room // 2, Align.RIGHT: room}[align]
    return " " * left + cell + " " * (room - left)


def _width(text: str) -> int:
    """Columns in a fixed-width font; East Asian characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
