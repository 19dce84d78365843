"""HTML that cannot be broken by what people write: text becomes markup only by being escaped."""

import html
from collections.abc import Iterable
from typing import Final

Attribute = str | int | bool | None

# Elements of HTML without an end; those of MathML always have one.
_EMPTY: Final = frozenset({"br", "hr", "input", "link", "meta"})


class Html(str):
    """Markup that is safe to send; any other string is escaped before it becomes a part of it."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: Attribute) -> Html:
    """An element; None and False leave an attribute out, True gives it without a value.

    In names of attributes a trailing `_` is dropped and other `_` become `-`: `class_`, `data_tap`.
    """
    opening = f"<{name}{''.join(_attribute(key, value) for key, value in attributes.items())}>"
    return Html(opening if name in _EMPTY else f"{opening}{join(children)}</{name}>")


def join(parts: Iterable[str]) -> Html:
    """The parts one after the other, escaped where they are no markup yet."""
    return Html("".join(part if isinstance(part, Html) else html.escape(part, quote=False) for part in parts))


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{html.escape(str(value))}"'
