"""Content Markdown to the core's markup tree, strict about the subset that every chat can show.

`parse` reads anything and never fails: what is outside the subset becomes its plain words. The check hands in a
`Report` and hears of each such place.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.dollarmath import dollarmath_plugin

from bot.catalog.hosts import refused_host
from bot.catalog.latex import complaints
from bot.core import markup
from bot.core.markup import Block, Inline

MOST_COLUMNS: Final = 5
DEEPEST_LIST: Final = 2

Report = Callable[..., None]
"""Called as report(line, key, **values); lines are counted from 1."""

_READER: Final = (
    MarkdownIt("commonmark", {"html": True})
    .enable("table")
    .use(dollarmath_plugin, allow_labels=False, allow_space=False, double_inline=True)
)
_ALIGNS: Final = {
    "text-align:center": markup.Align.CENTER,
    "text-align:right": markup.Align.RIGHT,
}
_CELL_BAR: Final = re.compile(r"(?<!\\)\|")
_STRAY: Final = re.compile(r"\*\*|`|~~|(?<!\w)__(?=\w)")
_EMOJI: Final = re.compile("[\U0001f000-\U0001faff\u2600-\u26ff\u2705\u2714\u2716\u274c\ufe0f]")
_WIDE: Final = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]")


def parse(text: str, report: Report | None = None, *, first_line: int = 1) -> tuple[Block, ...]:
    """The Markdown as blocks; `report` hears of what the subset does not allow."""
    root = SyntaxTreeNode(_READER.parse(text))
    return tuple(_Parser(text, report or _unheard, first_line).blocks(root.children))


def _unheard(_line: int, _key: str, **_values: str | int) -> None:
    """Readers want the text, not its faults."""


class _Parser:
    def __init__(self, source: str, report: Report, first_line: int) -> None:
        self._source = source
        self._report = report
        self._first_line = first_line
        self._line = first_line

    def blocks(self, nodes: Iterable[SyntaxTreeNode], *, lists: int = 0, quotes: int = 0) -> Iterator[Block]:
        for node in nodes:
            if node.map is not None:
                self._line = self._first_line + node.map[0]
            yield from self._block(node, lists, quotes)

    def _wrong(self, key: str, **values: str | int) -> None:
        self._report(self._line, key, **values)

    def _block(self, node: SyntaxTreeNode, lists: int, quotes: int) -> Iterator[Block]:
        match node.type:
            case "paragraph":
                yield markup.Paragraph(self._inlines_of(node))
            case "fence":
                yield self._fence(node)
            case "math_block":
                yield self._math_block(node)
            case "bullet_list" | "ordered_list":
                yield self._list(node, lists + 1, quotes)
            case "table":
                yield self._table(node)
            case "blockquote":
                if quotes or lists:
                    self._wrong("check-quote-deep")
                yield markup.Quote(tuple(self.blocks(node.children, lists=lists, quotes=quotes + 1)))
            case _:
                yield from self._foreign(node)

    def _foreign(self, node: SyntaxTreeNode) -> Iterator[Block]:
        match node.type:
            case "heading":
                self._wrong("check-heading-inside")
                yield markup.Paragraph((markup.Bold(self._inlines_of(node)),))
            case "hr":
                self._wrong("check-rule")
                yield markup.Divider()
            case "code_block":
                self._wrong("check-code-indented")
                yield markup.CodeBlock(node.content.rstrip("\n"))
            case _:
                self._wrong("check-html", found=node.content.strip()[:40])
                yield markup.paragraph(node.content.strip())

    def _fence(self, node: SyntaxTreeNode) -> Block:
        language = node.info.strip().partition(" ")[0]
        if not language:
            self._wrong("check-fence-language")
        return markup.CodeBlock(node.content.rstrip("\n"), language)

    def _math_block(self, node: SyntaxTreeNode) -> Block:
        latex = node.content.strip()
        self._formula(latex)
        lines = self._source.split("\n")
        first, last = node.map if node.map is not None else (0, len(lines))
        around = [*lines[max(first - 1, 0) : first], *lines[last : last + 1]]
        if any(line.strip(" >") for line in around):
            self._wrong("check-formula-apart")
        return markup.MathBlock(latex)

    def _list(self, node: SyntaxTreeNode, depth: int, quotes: int) -> Block:
        if depth > DEEPEST_LIST:
            self._wrong("check-list-deep", most=DEEPEST_LIST)
        items = tuple(tuple(self.blocks(item.children, lists=depth, quotes=quotes)) for item in node.children)
        if node.type == "bullet_list":
            return markup.ItemList(items)
        return markup.ItemList(items, int(node.attrs.get("start", 1)))

    def _table(self, node: SyntaxTreeNode) -> Block:
        rows = [row for part in node.children for row in part.children]
        columns = len(rows[0].children)
        if columns > MOST_COLUMNS:
            self._wrong("check-table-wide", columns=columns, most=MOST_COLUMNS)
        self._count_cells(node, columns)
        cells = [tuple(self._inlines_of(cell) for cell in row.children) for row in rows]
        aligns = (_ALIGNS.get(str(cell.attrs.get("style")), markup.Align.LEFT) for cell in rows[0].children)
        return markup.Table(cells[0], tuple(cells[1:]), tuple(aligns))

    def _count_cells(self, node: SyntaxTreeNode, columns: int) -> None:
        # Markdown drops cells beyond the header's silently; an unescaped bar in code or a formula makes such cells.
        first, last = node.map if node.map is not None else (0, 0)
        for number, line in enumerate(self._source.split("\n")[first:last], self._first_line + first):
            row = line.strip().strip(">").strip().removeprefix("|")
            bars = _CELL_BAR.split(row)
            cells = len(bars) - (not bars[-1].strip() and row.endswith("|"))
            if cells != columns:
                self._report(number, "check-table-cells", cells=cells, columns=columns)

    def _inlines_of(self, node: SyntaxTreeNode) -> tuple[Inline, ...]:
        if node.map is not None:
            self._line = self._first_line + node.map[0]
        return tuple(_joined(part for child in node.children for part in self._inlines(child.children)))

    def _inlines(self, nodes: Iterable[SyntaxTreeNode]) -> Iterator[Inline]:
        for node in nodes:
            yield from self._inline(node)

    def _inline(self, node: SyntaxTreeNode) -> Iterator[Inline]:
        match node.type:
            case "text":
                yield self._text(node.content)
            case "softbreak":
                self._line += 1
                yield markup.Text("\n")
            case "hardbreak":
                self._line += 1
                yield markup.LineBreak()
            case "code_inline":
                yield markup.Code(node.content)
            case "strong":
                yield markup.Bold(tuple(_joined(self._inlines(node.children))))
            case "em":
                yield markup.Italic(tuple(_joined(self._inlines(node.children))))
            case _:
                yield from self._inline_special(node)

    def _inline_special(self, node: SyntaxTreeNode) -> Iterator[Inline]:
        match node.type:
            case "math_inline" | "math_inline_double":
                if node.type == "math_inline_double":
                    self._wrong("check-formula-apart")
                self._formula(node.content)
                yield markup.Math(node.content.strip())
            case "link":
                words = tuple(_joined(self._inlines(node.children)))
                yield from self._link(words, str(node.attrs["href"]))
            case "image":
                self._wrong("check-image")
                yield markup.Text(node.content)
            case _:
                self._wrong("check-html", found=node.content[:40])
                yield markup.Text(node.content)

    def _link(self, words: tuple[Inline, ...], url: str) -> Iterator[Inline]:
        if not url.startswith("https://"):
            self._wrong("check-link-https", url=url)
            yield from words
            return
        if host := refused_host(url):
            self._wrong("check-link-refused", url=url, host=host)
        yield markup.Link(words, url)

    def _text(self, text: str) -> markup.Text:
        if "$" in text:
            self._wrong("check-dollar")
        if stray := _STRAY.search(text):
            self._wrong("check-stray", found=stray[0])
        if emoji := _EMOJI.search(text):
            self._wrong("check-emoji", found=emoji[0])
        return markup.Text(text)

    def _formula(self, latex: str) -> None:
        for key, values in complaints(latex):
            self._wrong(key, **values)


def _joined(parts: Iterable[Inline]) -> Iterator[Inline]:
    """The inlines with neighbouring words made one; a line end in a paragraph is a space where words need one."""
    words = ""
    for part in parts:
        if isinstance(part, markup.Text):
            words += part.text
            continue
        if words:
            yield markup.Text(_without_line_ends(words))
            words = ""
        yield part
    if words:
        yield markup.Text(_without_line_ends(words))


def _without_line_ends(words: str) -> str:
    if "\n" not in words:
        return words
    lines = words.split("\n")
    text = lines[0]
    for line in lines[1:]:
        wide = _WIDE.match(text[-1:]) and _WIDE.match(line[:1])
        text += line if wide else f" {line}"
    return text
