"""Transactions: whole or not at all, one after the other, and readers that never wait."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from sqlite3 import Connection

import pytest

from bot.core.errors import StoreError
from bot.storage import notes
from bot.storage.database import BUSY_SECONDS, WAL_BYTES, WAL_PAGES, Database, open_database
from bot.storage.store import SqliteStore
from tests.fakes.values import ANN, CHAT, NINE


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database(tmp_path / "qianmian.db") as opened:
        yield opened


async def keys(database: Database) -> list[str]:
    def work(db: Connection) -> list[str]:
        return [key for (key,) in db.execute("SELECT key FROM notes ORDER BY key").fetchall()]

    return await database.read(work)


class Gate:
    """Work that writes a key, and then holds its transaction until it is let go."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.begun = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._go = threading.Event()

    def __call__(self, db: Connection) -> str:
        notes.put(db, self.key, "")
        self._loop.call_soon_threadsafe(self.begun.set)
        assert self._go.wait(timeout=30)
        return self.key

    def let_go(self) -> None:
        self._go.set()


async def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    def work(db: Connection) -> None:
        notes.put(db, "half", "")
        raise LookupError("the other half")

    with pytest.raises(LookupError, match="other half"):
        await database.write(work)
    assert await keys(database) == []
    await database.write(lambda db: notes.put(db, "whole", ""))
    assert await keys(database) == ["whole"]


async def test_a_caller_cancelled_while_it_waits_leaves_no_trace(database: Database) -> None:
    gate = Gate("first")
    first = asyncio.create_task(database.write(gate))
    await gate.begun.wait()
    second = asyncio.create_task(database.write(lambda db: notes.put(db, "second", "")))
    await asyncio.sleep(0)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    gate.let_go()
    assert await first == "first"
    await database.write(lambda db: notes.put(db, "third", ""))
    assert await keys(database) == ["first", "third"]


async def test_a_transaction_that_has_begun_is_done_although_its_caller_is_cancelled(database: Database) -> None:
    gate = Gate("first")
    first = asyncio.create_task(database.write(gate))
    await gate.begun.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    gate.let_go()
    await database.write(lambda db: notes.put(db, "second", ""))
    assert await keys(database) == ["first", "second"]


async def test_readers_see_the_last_commit_and_do_not_wait_for_the_writer(database: Database) -> None:
    await database.write(lambda db: notes.put(db, "before", ""))
    gate = Gate("during")
    writing = asyncio.create_task(database.write(gate))
    await gate.begun.wait()
    assert await keys(database) == ["before"]
    gate.let_go()
    await writing
    assert await keys(database) == ["before", "during"]


async def test_many_at_once_do_not_mix(database: Database) -> None:
    def add_one(db: Connection) -> None:
        notes.put(db, "count", str(int(notes.get(db, "count") or 0) + 1))

    def fail(db: Connection) -> None:
        add_one(db)
        raise LookupError

    results = await asyncio.gather(
        *(database.write(fail if n % 3 == 0 else add_one) for n in range(30)), return_exceptions=True
    )
    assert sum(result is None for result in results) == 20
    assert await database.read(lambda db: notes.get(db, "count")) == "20"


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(StoreError, match="read-only"):
        await database.read(lambda db: notes.put(db, "key", ""))


async def test_commits_are_durable_and_the_log_is_bounded(database: Database) -> None:
    def settings(db: Connection) -> dict[str, object]:
        names = (
            "journal_mode",
            "synchronous",
            "foreign_keys",
            "wal_autocheckpoint",
            "journal_size_limit",
            "busy_timeout",
        )
        return {name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in names}

    assert await database.write(settings) == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "wal_autocheckpoint": WAL_PAGES,
        "journal_size_limit": WAL_BYTES,
        "busy_timeout": BUSY_SECONDS * 1000,
    }


def size(path: Path) -> int:
    return path.stat().st_size


async def test_the_log_does_not_grow_with_what_is_written(database: Database) -> None:
    log = database.path.with_name(f"{database.path.name}-wal")

    def many(db: Connection) -> None:
        for n in range(200):
            notes.put(db, f"{n}", "x" * 4000)

    sizes = []
    for _ in range(30):
        await database.write(many)
        await keys(database)
        sizes.append(size(log))
    assert max(sizes) < 2 * WAL_PAGES * 4096


async def test_a_survey_that_takes_long_holds_up_nobody(tmp_path: Path) -> None:
    begun, others_were_served = threading.Event(), threading.Event()

    def look(_: Connection) -> bool:
        begun.set()
        return others_were_served.wait(10)

    async with open_database(tmp_path / "qianmian.db") as database:
        survey = asyncio.create_task(database.survey(look))
        assert await asyncio.to_thread(begun.wait, 10)
        await database.read(lambda db: db.execute("SELECT count(*) FROM chats").fetchone())
        await database.write(lambda db: db.execute("DELETE FROM notes").rowcount)
        others_were_served.set()
        assert await survey


async def test_a_survey_writes_nothing(tmp_path: Path) -> None:
    async with open_database(tmp_path / "qianmian.db") as database:
        with pytest.raises(StoreError, match="read-only"):
            await database.survey(lambda db: db.execute("DELETE FROM notes").rowcount)


async def test_every_call_of_the_store_is_timed_under_its_own_name(tmp_path: Path) -> None:
    took: list[tuple[str, float]] = []
    async with SqliteStore.open(
        tmp_path / "qianmian.db", took=lambda call, seconds: took.append((call, seconds))
    ) as store:
        await store.remember("value", "1")
        await store.asked(CHAT, ANN, take=True)
        await store.subscribers()
        await store.counts()
        await store.traffic(day=NINE, week=NINE, now=NINE)
    assert [call for call, _ in took] == ["remember", "asked", "subscribers", "count", "traffic"]
    assert all(seconds > 0 for _, seconds in took)


async def test_a_call_that_fails_is_timed_as_well(tmp_path: Path) -> None:
    took: list[str] = []

    def breaks(db: Connection) -> None:
        db.execute("SELECT nothing")

    async with open_database(tmp_path / "qianmian.db", took=lambda call, _: took.append(call)) as database:
        with pytest.raises(StoreError):
            await database.read(breaks)
    assert took == ["test_a_call_that_fails_is_timed_as_well"]
