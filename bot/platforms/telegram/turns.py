"""What turns a request must wait for: whose limits it counts towards, and how often."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from telegram.request import RequestData

# Only what writes into a chat counts towards the limits of https://core.telegram.org/bots/faq#my-bot-is-hitting-limits
_WRITING: Final = ("send", "edit", "forward", "copy", "deletemessage", "deleteephemeral", "pin", "unpin", "stop")
_FREE: Final = frozenset({"sendchataction"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """The turns a request takes: so many, in a scope, which may be a group or channel; paid for or not."""

    scope: str | None
    group: bool
    count: int = 1
    paid: bool = False


def turns_of(method: str, data: RequestData | None) -> Turns | None:
    """The turns of a request that writes; None for any other."""
    # Names of methods are case-insensitive.
    name = method.lower()
    if not name.startswith(_WRITING) or name in _FREE:
        return None
    parameters = {} if data is None else data.parameters
    scope = _scope(parameters)
    media = parameters.get("media")
    return Turns(
        scope=scope,
        group=scope is not None and scope.startswith(("-", "@")),
        # An album's pictures count one by one.
        count=len(media) if isinstance(media, list | tuple) and media else 1,
        paid=bool(parameters.get("allow_paid_broadcast")),
    )


def _scope(parameters: Mapping[str, object]) -> str | None:
    ephemeral = parameters.get("ephemeral_message_parameters") or parameters
    # What one person alone sees in a group is paced like a message to that person.
    receiver = ephemeral.get("receiver_user_id") if isinstance(ephemeral, dict) else None
    chat = receiver or parameters.get("chat_id")
    if chat is None and (inline := parameters.get("inline_message_id")) is not None:
        # Nobody tells which chat that is in.
        return f"inline:{inline}"
    return None if chat is None else str(chat)
