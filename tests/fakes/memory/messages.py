"""Messages of chats whose platform keeps none, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from typing_extensions import override

from bot.core.model import ChatRef, MessageId, require_utc
from bot.core.ports import KEPT_MESSAGES, KeptMessage, MessageStore
from tests.fakes.memory.tables import Kept, MemoryTables


class MemoryMessageStore(MemoryTables, MessageStore):
    """The latest messages of such chats."""

    @override
    async def keep_message(
        self, chat: ChatRef, payload: str, *, at: datetime, key: str | None = None, own: bool = False
    ) -> KeptMessage:
        kept = self.messages.setdefault(self._known(chat), [])
        before = next((k.message for k in kept if key is not None and k.key == key), None)
        if before is not None:
            return replace(before, repeated=True)
        revision = next(self._revisions)
        message = KeptMessage(id=MessageId(str(revision)), revision=revision, payload=payload, at=require_utc(at))
        kept.append(Kept(message=message, key=key, own=own))
        del kept[:-KEPT_MESSAGES]
        return message

    @override
    async def replace_message(self, chat: ChatRef, message: MessageId, payload: str) -> KeptMessage | None:
        kept = self.messages.get(chat, [])
        for place, there in enumerate(kept):
            if there.message.id == message:
                changed = replace(there.message, payload=payload, revision=next(self._revisions))
                kept[place] = replace(there, message=changed)
                return changed
        return None

    @override
    async def kept_message(self, chat: ChatRef, message: MessageId) -> KeptMessage | None:
        return next((k.message for k in self.messages.get(chat, []) if k.message.id == message), None)

    @override
    async def messages_after(self, chat: ChatRef, revision: int, *, limit: int) -> Sequence[KeptMessage]:
        newer = [k.message for k in self.messages.get(chat, []) if k.message.revision > revision]
        return sorted(newer, key=lambda message: message.revision)[:limit]
