"""Text in the columns of a terminal or of a monospaced block, where Chinese characters take two."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from bot.core.markup import Align

_OPENING: Final = "（《「『【〈“‘"
_CLOSING: Final = "，。、；：？！）》」』】〉”’…"
_WIDE: Final = "\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6"
# What stays together: a word, or one Chinese character, with the marks that may not begin or end a line.
_PIECE: Final = re.compile(rf"\s+|[{_OPENING}]*(?:[^\s{_WIDE}{_OPENING}]+|[{_WIDE}])[{_CLOSING}]*|.")


def width(text: str) -> int:
    """How many columns a line takes (https://www.unicode.org/reports/tr11/); combining marks take none."""
    return sum(_width(sign) for sign in text)


def padded(text: str, columns: int, align: Align = Align.LEFT) -> str:
    """A line filled up with spaces to so many columns; a longer one stays as it is."""
    room = max(columns - width(text), 0)
    before = {Align.LEFT: 0, Align.CENTER: room // 2, Align.RIGHT: room}[align]
    return " " * before + text + " " * (room - before)


def wrapped(text: str, columns: int) -> Iterator[str]:
    """Lines of at most so many columns, broken at spaces and between Chinese characters.

    Punctuation does not begin a line, nor an opening bracket end one. A longer word, such as an address, is kept
    whole on a line of its own. Line breaks of the text stay.
    """
    for paragraph in text.split("\n"):
        line = ""
        for piece in _PIECE.findall(paragraph):
            if line and width(line + piece) > columns and not piece.isspace():
                yield line.rstrip()
                line = ""
            if line or not piece.isspace():
                line += piece
        yield line.rstrip()


def _width(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in {"W", "F"} else 1
