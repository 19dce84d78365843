"""What a page says over its socket, as values; whatever is not of the protocol is refused with a reason.

Frames are JSON objects whose `type` names a class of this module in lower case; the other members are its fields.
`n` is chosen by the page and comes back with the answer, so that it knows which of its frames was answered.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.core.commands import Kind
from bot.core.errors import QianmianError
from bot.core.model import Language, MessageId

MAX_BYTES: Final = 64 * 1024
_MAX_WORD: Final = 64
# The largest whole number that SQLite and JavaScript both keep exactly.
_MAX_COUNT: Final = 2**53


class BadFrame(QianmianError):
    """A frame that is not of the protocol.

    Attributes:
        key: The id of the sentence that says so to the person.
        n: What the frame called itself, if that could be read.
    """

    def __init__(self, key: str, why: str, *, n: str = "") -> None:
        super().__init__(why)
        self.key: Final = key
        self.n: Final = n


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The page is there. It has every change up to the revision `after`, and `last` is the latest message it shows."""

    after: int
    last: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """The person typed something; the same `n` is never taken twice."""

    n: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """The person pressed a button of the message `on`."""

    n: str
    on: MessageId
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """The person filled in a form in the message `on`."""

    n: str
    on: MessageId
    data: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismiss:
    """The person does not want to fill in the form of the message `on`."""

    n: str
    on: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggest:
    """The person is typing an argument of that kind."""

    n: str
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Speak:
    """The person chose a language in the page's head."""

    n: str
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """The page wants to know whether the connection lives."""


Frame = Hello | Say | Tap | Tell | Dismiss | Suggest | Speak | Ping

_FRAMES: Final[Mapping[str, type[Frame]]] = {
    kind.__name__.lower(): kind for kind in (Hello, Say, Tap, Tell, Dismiss, Suggest, Speak, Ping)
}


def read_frame(text: str) -> Frame:
    """The frame of a socket's text; raises BadFrame."""
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise BadFrame("web-frame-big", f"longer than {MAX_BYTES} bytes")
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        raise BadFrame("web-frame-bad", "no JSON") from None
    if not isinstance(values, dict):
        raise BadFrame("web-frame-bad", "no JSON object")
    n = _short(values.get("n"), or_else="")
    kind = _FRAMES.get(str(values.get("type")))
    if kind is None:
        raise BadFrame("web-frame-bad", "no frame of a known type", n=n)
    try:
        return kind(**{field.name: _READERS[field.name](values.get(field.name)) for field in dataclasses.fields(kind)})
    except (ValueError, TypeError) as error:
        raise BadFrame("web-frame-bad", f"{kind.__name__}: {error}", n=n) from None


def _short(value: Any, *, or_else: str | None = None) -> str:
    if isinstance(value, str) and len(value) <= _MAX_WORD:
        return value
    if or_else is not None:
        return or_else
    raise TypeError(f"no text of at most {_MAX_WORD} characters")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    # Half a surrogate pair is no character: nothing could store or send it.
    return value.encode(errors="replace").decode()


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MAX_COUNT:
        raise TypeError("no count")
    return value


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "n": _short,
    "on": _short,
    "last": _short,
    "after": _count,
    "data": _text,
    "text": _text,
    "kind": Kind,
    "language": Language,
}
