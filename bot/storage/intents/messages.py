"""The transactions over messages of chats whose platform keeps none."""

from collections.abc import Sequence
from datetime import datetime
from sqlite3 import Connection

from typing_extensions import override

from bot.core.model import ChatRef, MessageId
from bot.core.ports import KeptMessage, MessageStore
from bot.storage import chats, messages
from bot.storage.intents.on_database import OnDatabase


class SqliteMessageStore(OnDatabase, MessageStore):
    """The latest messages of such chats."""

    @override
    async def keep_message(
        self, chat: ChatRef, payload: str, *, at: datetime, key: str | None = None, own: bool = False
    ) -> KeptMessage:
        def work(db: Connection) -> KeptMessage:
            return messages.keep(db, chats.find_or_add(db, chat, at=at), payload, at=at, key=key, own=own)

        return await self._database.write(work)

    @override
    async def replace_message(self, chat: ChatRef, message: MessageId, payload: str) -> KeptMessage | None:
        def work(db: Connection) -> KeptMessage | None:
            row = chats.find(db, chat)
            return None if row is None else messages.change(db, row, message, payload)

        return await self._database.write(work)

    @override
    async def kept_message(self, chat: ChatRef, message: MessageId) -> KeptMessage | None:
        def work(db: Connection) -> KeptMessage | None:
            row = chats.find(db, chat)
            return None if row is None else messages.get(db, row, message)

        return await self._database.read(work)

    @override
    async def messages_after(self, chat: ChatRef, revision: int, *, limit: int) -> Sequence[KeptMessage]:
        def work(db: Connection) -> Sequence[KeptMessage]:
            row = chats.find(db, chat)
            return [] if row is None else messages.after(db, row, revision, limit=limit)

        return await self._database.read(work)
