"""Marks of a message, by which one that stands already is known again: Discord forgets a nonce within minutes."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from bot.core.model import MessageId
from bot.platforms.discord.components import Client, Message

Marks = tuple[str, ...]
LOOK_BACK: Final = 50
"""Messages of a channel that are looked through for one that an earlier attempt may have left there."""


def marks_of(message: Message) -> Marks:
    """The marks of a message that is about to be posted."""
    return _marks(message.components)


async def standing(client: Client, channel_id: int, *, by: int, known: Collection[MessageId]) -> Mapping[Marks, int]:
    """The channel's latest messages by the bot itself, of which no delivery knows and for which nobody asked."""
    http: Any = client.http
    latest: list[Mapping[str, Any]] = await http.logs_from(channel_id, LOOK_BACK)
    ours = (one for one in latest if one["author"]["id"] == str(by) and not one.get("interaction_metadata"))
    return {_marks(one["components"]): int(one["id"]) for one in ours if one["id"] not in known}


def _marks(components: Iterable[Mapping[str, Any]]) -> Marks:
    """The ids of its buttons, which stay when its counts are refreshed; of a message without any, its words."""
    parts = list(_walk(components))
    ids = tuple(str(part["custom_id"]) for part in parts if part.get("custom_id"))
    return ids or tuple(str(part["content"]) for part in parts if part.get("content"))


def _walk(components: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for component in components:
        yield component
        yield from _walk(component.get("components", ()))
        yield from _walk([component["accessory"]] if "accessory" in component else ())
