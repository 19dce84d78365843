"""Messages of chats whose platform keeps none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from bot.core.model import ChatRef, MessageId

# How many messages of a chat are kept, for platforms that keep none themselves.
KEPT_MESSAGES: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMessage:
    """A message of a chat whose platform keeps none itself.

    `id` is a decimal number that grows with each message of a chat and stays the message's own. `revision` is given
    anew with every message and every change of one, always greater than all before; neither is ever used twice.
    `payload` is a JSON object of the platform's. `repeated` says that it was kept before under the same key.
    """

    id: MessageId
    revision: int
    payload: str
    at: datetime
    repeated: bool = False


class MessageStore(Protocol):
    """The latest messages of such chats."""

    async def keep_message(
        self, chat: ChatRef, payload: str, *, at: datetime, key: str | None = None, own: bool = False
    ) -> KeptMessage:
        """Keep a message at the end of the chat; only the chat's latest KEPT_MESSAGES stay.

        Where one is kept under that key already, nothing is written and that one is returned. `own` is what the
        person wrote; `export` gives it, and `forget` removes all messages of the chat that has the learner's id.
        """
        ...

    async def replace_message(self, chat: ChatRef, message: MessageId, payload: str) -> KeptMessage | None:
        """Give a message another payload and a new revision, at its old place; None if it is not kept."""
        ...

    async def kept_message(self, chat: ChatRef, message: MessageId) -> KeptMessage | None:
        """One message; None if it is not kept (any more)."""
        ...

    async def messages_after(self, chat: ChatRef, revision: int, *, limit: int) -> Sequence[KeptMessage]:
        """The first `limit` messages of the chat with a greater revision, in the order of revisions."""
        ...
