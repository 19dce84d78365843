"""Tables for a chat without tables: aligned in a code block while they are narrow, as a list when they are wide.

In the list a row is one line while its facts are short, and else a fact is.

Chinese characters take two columns in a monospaced font; `unicodedata` knows which do.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from bot.core.markup import Align, Inline, Table
from bot.platforms.discord.prose import fenced, inline, unmarked

MAX_WIDTH: Final = 58
"""Columns that fit in one line of a code block on a laptop; phones scroll sideways."""
MAX_LINE: Final = 110
"""Columns of a row that still reads well as one line of a list, broken once or twice on a phone."""


def table(node: Table) -> list[str]:
    """The table as pieces of Markdown that may stand in different messages: one code block, or an item a row."""
    grid = [[unmarked(cell).strip() for cell in row] for row in (node.header, *node.rows)]
    widths = [max(width(row[column]) for row in grid) for column in range(len(node.header))]
    if sum(widths) + 3 * (len(widths) - 1) <= MAX_WIDTH:
        return [fenced("\n".join(_aligned(grid, widths, node.aligns)))]
    rows = [_row(node.header, row) for row in node.rows]
    lines = [f"- {' · '.join(row)}" for row in rows]
    if max(map(width, lines), default=0) <= MAX_LINE:
        return lines
    return ["\n".join([f"- {row[0]}", *(f"  - {fact}" for fact in row[1:])]) for row in rows]


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


def _row(header: Sequence[tuple[Inline, ...]], row: Sequence[tuple[Inline, ...]]) -> list[str]:
    """A row's first cell as its name, each other one after its column's name; of two cells the second needs none."""
    name, *others = (inline(cell).strip() for cell in row)
    if len(others) == 1:
        return [f"**{name or '-'}**: {others[0]}"]
    columns = (inline(column).strip() for column in header[1:])
    return [f"**{name or '-'}**", *(f"{column}: {cell}" for column, cell in zip(columns, others, strict=True) if cell)]
