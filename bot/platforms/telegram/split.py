"""Long texts as several messages: cut between blocks, inside one only where it alone is too long.

Everything here is a pure function of the blocks and of how a rendering measures them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from bot.core.markup import (
    Block,
    CodeBlock,
    Details,
    Divider,
    Heading,
    Inline,
    ItemList,
    MathBlock,
    Paragraph,
    Quote,
    Table,
    Text,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much room something takes: characters, and parts (blocks or entities, as the rendering counts)."""

    chars: int
    parts: int

    def __add__(self, other: "Size") -> "Size":
        return Size(chars=self.chars + other.chars, parts=self.parts + other.parts)

    def within(self, limit: "Size") -> bool:
        """Whether it fits."""
        return self.chars <= limit.chars and self.parts <= limit.parts


_T = TypeVar("_T")

NOTHING: Final = Size(chars=0, parts=0)
Measure = Callable[[Block], Size]


def split(blocks: Sequence[Block], measure: Measure, limit: Size) -> tuple[tuple[Block, ...], ...]:
    """The blocks in as few messages as fit, in order; at least one, which may be empty.

    A message never ends on a heading. A block that cannot be cut any further stands alone even if it is too long
    (one formula, one word): the platform says no then, and that is a mistake of the content.
    """
    messages: list[tuple[Block, ...]] = []
    current: list[Block] = []
    filled = NOTHING
    for block in _fitting(blocks, measure, limit):
        size = measure(block)
        if current and not (filled + size).within(limit):
            carried = [current.pop()] if isinstance(current[-1], Heading) and len(current) > 1 else []
            messages.append(tuple(current))
            current = carried
            filled = sum((measure(kept) for kept in carried), NOTHING)
        current.append(block)
        filled += size
    messages.append(tuple(current))
    return tuple(messages)


def _fitting(blocks: Iterable[Block], measure: Measure, limit: Size) -> Iterator[Block]:
    """The blocks, those that are too long by themselves cut in halves until they fit."""
    for block in blocks:
        halves = () if measure(block).within(limit) else _halves(block)
        if halves:
            yield from _fitting(halves, measure, limit)
        else:
            yield block


def _halves(block: Block) -> tuple[Block, ...]:  # noqa: C901, PLR0911  # one case per block; mypy proves it whole
    """The block as two of its kind; empty if it has nothing to cut between."""
    match block:
        case Details(summary, blocks, is_open):
            return tuple(Details(summary, part, is_open) for part in _halved_blocks(blocks))
        case Quote(blocks):
            return tuple(Quote(part) for part in _halved_blocks(blocks))
        case ItemList(items, start):
            middle = len(items) // 2
            if middle == 0:
                return tuple(ItemList((part,), start) for part in _halved_blocks(items[0])) if items else ()
            second = None if start is None else start + middle
            return ItemList(items[:middle], start), ItemList(items[middle:], second)
        case CodeBlock(code):
            lines = code.split("\n")
            return tuple(replace(block, code="\n".join(part)) for part in _halved(lines))
        case Table(_, rows):
            return tuple(replace(block, rows=part) for part in _halved(rows))
        case Paragraph(children):
            return tuple(Paragraph(part) for part in _halved_inlines(children))
        case Heading() | MathBlock() | Divider():
            return ()


def _halved(parts: Sequence[_T]) -> tuple[tuple[_T, ...], ...]:
    middle = len(parts) // 2
    return (tuple(parts[:middle]), tuple(parts[middle:])) if middle else ()


def _halved_blocks(blocks: tuple[Block, ...]) -> tuple[tuple[Block, ...], ...]:
    if len(blocks) == 1:
        return tuple((half,) for half in _halves(blocks[0]))
    return _halved(blocks)


def _halved_inlines(children: tuple[Inline, ...]) -> tuple[tuple[Inline, ...], ...]:
    if len(children) > 1:
        return _halved(children)
    if children and isinstance(children[0], Text):
        words = children[0].text
        middle = words.rfind(" ", 0, len(words) // 2) + 1 or len(words) // 2
        if middle:
            return ((Text(words[:middle]),), (Text(words[middle:]),))
    return ()
