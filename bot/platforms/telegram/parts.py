"""A reply as the messages it takes: rendered, cut to Telegram's limits, with the buttons below the last."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from telegram import ForceReply, InlineKeyboardMarkup

from bot.core.markup import Block, CodeBlock, Details, ItemList, Math, MathBlock, Quote, Table
from bot.core.replies import Reply
from bot.platforms.telegram import classic, rich
from bot.platforms.telegram.classic import classic_html, classic_size
from bot.platforms.telegram.keyboard import keyboard
from bot.platforms.telegram.rich import rich_html, rich_size
from bot.platforms.telegram.split import split

MAX_PLACEHOLDER: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One message's worth of a reply.

    `written` is the markup as the API reads it, written once for all who get the same.
    """

    html: str
    rich: bool
    inert: bool
    markup: InlineKeyboardMarkup | ForceReply | None = None
    written: str | None = None

    def over(self, markup: InlineKeyboardMarkup) -> "Part":
        """The same text over these buttons."""
        return replace(self, markup=markup, written=markup.to_json())

    def with_buttons_of(self, other: "Part | None") -> "Part":
        """The same text over another part's buttons, or none."""
        if other is None:
            return replace(self, markup=None, written=None)
        return replace(self, markup=other.markup, written=other.written)


def parts_of(reply: Reply, *, is_rich: bool) -> tuple[Part, ...]:
    """The messages of a reply that has text, in one of the two renderings."""
    measure, limit = (rich_size, rich.LIMIT) if is_rich else (classic_size, classic.LIMIT)
    inert = reply.question is not None or reply.accent is not None
    markup = None if reply.poll is not None else _markup(reply)
    written = None if markup is None else markup.to_json()
    messages = split(reply.blocks, measure, limit)
    return tuple(
        Part(
            html=rich_html(blocks) if is_rich else classic_html(blocks, inert=inert),
            rich=is_rich,
            inert=inert,
            markup=markup if number == len(messages) else None,
            written=written if number == len(messages) else None,
        )
        for number, blocks in enumerate(messages, 1)
    )


def _markup(reply: Reply) -> InlineKeyboardMarkup | ForceReply | None:
    if reply.prompt is None:
        return keyboard(reply.controls)
    return ForceReply(selective=True, input_field_placeholder=reply.prompt.placeholder[:MAX_PLACEHOLDER] or None)


def needs_rich(blocks: Sequence[Block]) -> bool:
    """Whether something in it looks poor as an ordinary message; what the bot says of itself never does."""
    for block in blocks:
        match block:
            case MathBlock() | Table() | CodeBlock() | Details():
                return True
            case Quote(inner):
                found = needs_rich(inner)
            case ItemList(items):
                found = any(needs_rich(item) for item in items)
            case _:
                found = any(isinstance(inline, Math) for inline in getattr(block, "inlines", ()))
        if found:
            return True
    return False
