"""The store: the intents of all nouns over one database, what belongs to no noun, and the upkeep of it all."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from threading import Event

from typing_extensions import override

from bot.core.model import ChatRef, LearnerRef, Platform
from bot.core.ports import Counts, Health, State, Store, Traffic
from bot.storage import chats, counts, learners, notes, traffic
from bot.storage.backup import back_up_nightly
from bot.storage.database import Took, nobody_counts, open_database
from bot.storage.faults import DatabaseDamaged
from bot.storage.intents.announcements import SqliteAnnouncementStore
from bot.storage.intents.chats import SqliteChatStore
from bot.storage.intents.learners import SqliteLearnerStore
from bot.storage.intents.messages import SqliteMessageStore
from bot.storage.intents.outbox import SqliteOutboxStore
from bot.storage.lock import process_lock
from bot.storage.upkeep import fold


class SqliteStore(
    SqliteChatStore, SqliteOutboxStore, SqliteAnnouncementStore, SqliteLearnerStore, SqliteMessageStore, Store
):
    """All state in one SQLite file; see `open`."""

    @classmethod
    def open(cls, path: Path, *, took: Took = nobody_counts) -> AbstractAsyncContextManager["SqliteStore"]:
        """Take the database for this process, create or migrate it, and open it; closed on exit.

        `took` is told how long each call took. Raises StoreError when another process holds it or it cannot be used;
        the file is then as it was.
        """
        return _open(path, took)

    def health(self) -> Health:
        """Whether anything was found wrong with the file itself."""
        damage = self._database.damage
        return Health(part="database", state=State.DEGRADED if damage else State.OK, why=damage)

    async def fold(self, before: datetime) -> int:
        """Fold finished deliveries that were due before an instant (aware UTC) into daily counts.

        The latest few of every chat stay. Returns how many rows were folded.
        """
        return await fold(self._database, before)

    async def forget_expired(self, now: datetime) -> int:
        """Forget small values whose time is over, in small transactions; how many there were."""
        forgotten = 0
        while count := await self._database.write(lambda db: notes.drop_expired(db, now)):
            forgotten += count
        return forgotten

    async def back_up_nightly(self, folder: Path, *, now: datetime, keep: int) -> Path:
        """Take the day's backup into a folder, verify it, and keep the latest few; returns where it stands.

        Everything goes on meanwhile; when it is cancelled, nothing is left of it. Raises StoreError.
        """
        given_up = Event()
        try:
            kept = await asyncio.to_thread(
                back_up_nightly, self._database.path, folder, now=now, keep=keep, given_up=given_up.is_set
            )
        except DatabaseDamaged as error:
            self._database.damage = str(error)
            raise
        finally:
            given_up.set()
        # All of it was copied and read.
        self._database.damage = ""
        return kept

    # Conversation and odds and ends

    @override
    async def ask(self, chat: ChatRef, learner: LearnerRef, action: str, *, at: datetime) -> None:
        def work(db: Connection) -> None:
            place, person = chats.find_or_add(db, chat, at=at), learners.find_or_add(db, learner)
            notes.put_prompt(db, place, person, action, at=at)

        await self._database.write(work)

    @override
    async def asked(
        self, chat: ChatRef, learner: LearnerRef, *, take: bool, since: datetime | None = None
    ) -> str | None:
        def look(db: Connection, *, drop: bool = False) -> tuple[str, datetime] | None:
            place, person = chats.find(db, chat), learners.find(db, learner)
            if place is None or person is None:
                return None
            found = notes.prompt(db, place, person)
            if found is not None and drop:
                notes.drop_prompt(db, place, person)
            return found

        # Free text comes often and seldom answers a question: look before a transaction is made for it.
        found = await self._database.read(look)
        if found is not None and take:
            found = await self._database.write(partial(look, drop=True))
        return found[0] if found is not None and (since is None or found[1] >= since) else None

    @override
    async def recall(self, key: str) -> str | None:
        return await self._database.read(lambda db: notes.get(db, key))

    @override
    async def remember(self, key: str, value: str | None, *, until: datetime | None = None) -> None:
        await self._database.write(lambda db: notes.put(db, key, value, until=until))

    @override
    async def counts(self) -> Counts:
        return await self._database.survey(counts.count)

    @override
    async def traffic(self, *, day: datetime, week: datetime, now: datetime) -> Mapping[Platform, Traffic]:
        return await self._database.survey(lambda db: traffic.traffic(db, day=day, week=week, now=now))


@asynccontextmanager
async def _open(path: Path, took: Took) -> AsyncIterator[SqliteStore]:
    with process_lock(path):
        async with open_database(path, took=took) as database:
            yield SqliteStore(database)
