"""Commands in what the bot says, made to be pressed: `/help` is sent, `/search` waits in the composer for its words.

Only the bot's own sentences are looked through: what people wrote stands in quotation marks, quotations and lists.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from bot.core.commands import BY_NAME, COMMANDS, Command
from bot.core.markup import Block, Bold, Code, Details, Inline, Italic, ItemList, Link, Paragraph, Text

# The scheme of links that write a command into the chat. What follows ends with a blank if something is to be added.
COMMAND: Final = "command:"

_NAMES: Final = "|".join(sorted((command.name for command in COMMANDS), key=len, reverse=True))
_QUOTED: Final = r"“[^”]*”"
# A slash inside a word or an address begins no command, and `/help.html` is none.
_BEFORE: Final = r"(?<![A-Za-z0-9_/.:])"
_AFTER: Final = r"(?![A-Za-z0-9_/-]|\.\w)"
_WRITTEN: Final = re.compile(rf"{_QUOTED}|{_BEFORE}/(?P<name>{_NAMES}){_AFTER}(?P<rest> [a-z]+)?")


def with_commands(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks with every command that they name turned into a link to it."""
    return tuple(_block(block, spoken=True) for block in blocks)


def _block(block: Block, *, spoken: bool) -> Block:
    match block:
        case Paragraph(parts):
            return Paragraph(tuple(_inlines(parts, spoken=spoken)))
        case ItemList(items, start):
            # Lists may hold what people wrote; there only code is known to be ours.
            return ItemList(tuple(tuple(_block(part, spoken=False) for part in item) for item in items), start)
        case Details(summary, parts, is_open):
            return Details(summary, tuple(_block(part, spoken=spoken) for part in parts), is_open)
        case _:
            return block


def _inlines(parts: Iterable[Inline], *, spoken: bool) -> Iterator[Inline]:
    for part in parts:
        match part:
            case Text(text) if spoken:
                yield from links_in(text)
            case Code(code) if (command := _named(code)) is not None:
                yield Link((part,), COMMAND + _typed(command, _given(code)))
            case Bold(inside):
                yield Bold(tuple(_inlines(inside, spoken=spoken)))
            case Italic(inside):
                yield Italic(tuple(_inlines(inside, spoken=spoken)))
            case _:
                yield part


def links_in(text: str) -> Iterator[Inline]:
    """The text in pieces: known commands as links, with an argument that is one of their choices; the rest as it is."""
    done = 0
    for found in _WRITTEN.finditer(text):
        if found["name"] is None:
            continue
        command = BY_NAME[found["name"]]
        argument = (found["rest"] or "").strip()
        words = f"/{command.name} {argument}" if _completes(command, argument) else f"/{command.name}"
        if found.start() > done:
            yield Text(text[done : found.start()])
        yield Link((Text(words),), COMMAND + _typed(command, words.partition(" ")[2]))
        done = found.start() + len(words)
    if done < len(text) or not text:
        yield Text(text[done:])


def _named(code: str) -> Command | None:
    return BY_NAME.get(code[1:].partition(" ")[0]) if code.startswith("/") else None


def _given(code: str) -> str:
    """What is typed after a command, unless it only says what could be."""
    words = code.partition(" ")[2]
    return "" if words.startswith(("[", "<")) else words


def _completes(command: Command, argument: str) -> bool:
    return len(command.arguments) == 1 and argument in command.arguments[0].choices


def _typed(command: Command, argument: str) -> str:
    """What is typed for a command: whole if nothing can be added to it."""
    written = f"/{command.name} {argument}".rstrip()
    whole = not command.arguments or _completes(command, argument)
    return written if whole else f"{written} "
