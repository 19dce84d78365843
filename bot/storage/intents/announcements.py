"""The transactions over operators' announcements."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from sqlite3 import Connection

from typing_extensions import override

from bot.core.model import Announcement, ChatRef, Language, MessageId, Platform
from bot.core.ports import Announced, AnnouncementStore
from bot.storage import announcements, chats
from bot.storage.intents.on_database import OnDatabase


class SqliteAnnouncementStore(OnDatabase, AnnouncementStore):
    """Announcements and how far they have come."""

    @override
    async def subscribers(self) -> Mapping[Platform, int]:
        return await self._database.read(announcements.subscribers)

    @override
    async def draft_announcement(
        self, text: str, *, chat: ChatRef, language: Language, total: int, at: datetime
    ) -> Announcement:
        def work(db: Connection) -> Announcement:
            place = chats.find_or_add(db, chat, at=at)
            number = announcements.draft(db, place, text, language=language, total=total, at=at)
            return Announcement(number=number, text=text, chat=chat, language=language)

        return await self._database.write(work)

    @override
    async def announcement(self, number: int) -> Announcement | None:
        return await self._database.read(lambda db: announcements.get(db, number))

    @override
    async def start_announcement(self, number: int, *, at: datetime) -> bool:
        return await self._database.write(lambda db: announcements.start(db, number, at=at))

    @override
    async def stop_announcement(self, number: int, *, at: datetime) -> bool:
        return await self._database.write(lambda db: announcements.stop(db, number, at=at))

    @override
    async def open_announcements(self) -> Sequence[Announcement]:
        return await self._database.read(announcements.watched)

    @override
    async def advance_announcement(
        self, number: int, *, platforms: Sequence[Platform], at: datetime, limit: int
    ) -> bool:
        return await self._database.write(
            lambda db: announcements.advance(db, number, platforms=platforms, at=at, limit=limit)
        )

    @override
    async def announced(self, number: int) -> Announced:
        return await self._database.read(lambda db: announcements.announced(db, number))

    @override
    async def note_announcement(self, number: int, *, message: MessageId | None, told: bool = False) -> None:
        await self._database.write(lambda db: announcements.note(db, number, message=message, told=told))
