"""Tables for a chat without tables: aligned in a code block while they are narrow, as a list when they are wide.

Chinese characters take two columns in a monospaced font; `unicodedata` knows which do.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from bot.core.markup import Align, Inline, Table
from bot.platforms.discord.prose import fenced, inline, unmarked

MAX_WIDTH: Final = 58
"""Columns that fit in one line of a code block on a laptop; phones scroll sideways."""


def table(node: Table) -> list[str]:
    """The table as pieces of Markdown that may stand in different messages: one code block, or an item a row."""
    grid = [[unmarked(cell).strip() for cell in row] for row in (node.header, *node.rows)]
    widths = [max(width(row[column]) for row in grid) for column in range(len(node.header))]
    if sum(widths) + 3 * (len(widths) - 1) <= MAX_WIDTH:
        return [fenced("\n".join(_aligned(grid, widths, node.aligns)))]
    return [_item(node.header, row) for row in node.rows]


def width(text: str) -> int:
    """How many columns a text takes in a monospaced font."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in {"W", "F"} else 1
        for sign in text
    )


def _aligned(grid: Sequence[Sequence[str]], widths: Sequence[int], aligns: Sequence[Align]) -> Iterator[str]:
    header, *rows = grid
    yield _line(header, widths, aligns)
    yield "─┼─".join("─" * size for size in widths)
    for row in rows:
        yield _line(row, widths, aligns)


def _line(cells: Sequence[str], widths: Sequence[int], aligns: Sequence[Align]) -> str:
    padded = [_padded(cell, size, align) for cell, size, align in zip(cells, widths, aligns, strict=True)]
    return " │ ".join(padded).rstrip()


def _padded(cell: str, size: int, align: Align) -> str:
    free = size - width(cell)
    left = {Align.LEFT: 0, Align.CENTER: free // 2, Align.RIGHT: free}[align]
    return " " * left + cell + " " * (free - left)


def _item(header: Sequence[tuple[Inline, ...]], row: Sequence[tuple[Inline, ...]]) -> str:
    """One row: its first cell as the name, the others below, each after its column's name."""
    first, *others = row
    name = f"- **{inline(first).strip() or '-'}**"
    if len(others) == 1:
        return f"{name}: {inline(others[0]).strip()}"
    facts = [
        f"  - {inline(column).strip()}: {inline(cell).strip()}"
        for column, cell in zip(header[1:], others, strict=True)
        if unmarked(cell).strip()
    ]
    return "\n".join([name, *facts])
