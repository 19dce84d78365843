"""Databases that cannot be used: each is refused or reported in words, and never overwritten."""

import asyncio
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.core.errors import StoreError
from bot.core.ports import State
from bot.storage import notes
from bot.storage.database import open_database
from bot.storage.faults import store_error
from bot.storage.store import SqliteStore
from tests.fakes.values import CHAT, NINE, subscription

ROOT = Path(__file__).parents[2]
NOBODY = 65534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "qianmian.db"


async def fill(path: Path) -> None:
    """A database with a few pages."""
    async with SqliteStore.open(path) as store:
        await store.subscribe(subscription(), at=NINE)
        for n in range(100):
            await store.remember(f"key {n}", "x" * 1000)


async def use(path: Path) -> None:
    async with SqliteStore.open(path) as store:
        await store.subscription(CHAT)


def protect(folder: Path) -> None:
    folder.chmod(0o555)


def contents(path: Path) -> bytes:
    return path.read_bytes()


def overwrite(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


async def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    overwrite_whole(path, b"my diary\n" * 100)
    with pytest.raises(StoreError, match=r"no SQLite database.*QIANMIAN_DATABASE"):
        await use(path)
    assert contents(path) == b"my diary\n" * 100


def overwrite_whole(path: Path, data: bytes) -> None:
    path.write_bytes(data)


async def test_a_folder_in_the_place_of_the_database_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "qianmian.db"
    place.mkdir()
    with pytest.raises(StoreError, match="cannot be opened"):
        await use(place)


async def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    overwrite_whole(tmp_path / "file", b"")
    with pytest.raises(StoreError, match=r"lock file .*file.* cannot be written"):
        await use(tmp_path / "file" / "qianmian.db")


async def test_missing_folders_are_made(tmp_path: Path) -> None:
    await use(tmp_path / "new" / "folder" / "qianmian.db")


async def test_a_torn_first_page_is_refused_and_left_alone(path: Path) -> None:
    await fill(path)
    overwrite(path, 100, os.urandom(3000))
    before = contents(path)
    with pytest.raises(StoreError, match=r"damaged.*restore"):
        await use(path)
    assert contents(path) == before


async def test_a_corrupt_page_is_reported_when_it_is_read(path: Path) -> None:
    await fill(path)
    pages = len(contents(path)) // 4096
    for page in range(pages // 2, pages):  # the schema stands before that
        overwrite(path, page * 4096, b"\xff" * 4096)
    before = contents(path)
    async with open_database(path) as database:
        with pytest.raises(StoreError, match=r"damaged.*restore"):
            await database.read(lambda db: notes.get(db, "key 50"))
    assert contents(path) == before


@pytest.mark.parametrize(
    "act",
    [
        lambda store: store.recall("key 50"),
        lambda store: store.back_up_nightly(store._database.path.with_name("backups"), now=NINE, keep=1),
    ],
    ids=["found by somebody", "found at night"],
)
async def test_damage_is_told_until_all_of_the_file_was_read_without_finding_any(
    path: Path, tmp_path: Path, act: Callable[[SqliteStore], Awaitable[object]]
) -> None:
    await fill(path)
    whole = contents(path)
    (root,) = rows(path, "SELECT rootpage FROM sqlite_schema WHERE name = 'notes'")[0]
    async with SqliteStore.open(path) as store:
        overwrite(path, (root - 1) * 4096, b"\xff" * 4096)
        with pytest.raises(StoreError, match="damaged"):
            await act(store)
        await store.subscription(CHAT)
        told = store.health()
        overwrite(path, 0, whole)
        await store.back_up_nightly(tmp_path / "backups", now=NINE, keep=1)
        after = store.health()
    assert (told.state, after.state) == (State.DEGRADED, State.OK)
    assert "restore the latest backup" in told.why


def rows(path: Path, sql: str) -> list[tuple[int]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


async def test_a_full_disk_is_reported_and_passes(path: Path) -> None:
    await fill(path)
    async with open_database(path) as database:

        def limit(db: sqlite3.Connection, pages: int) -> None:
            db.execute(f"PRAGMA max_page_count = {pages}")

        def much(db: sqlite3.Connection) -> None:
            for n in range(100):
                notes.put(db, f"more {n}", "x" * 4000)

        await database.write(lambda db: limit(db, 1))
        with pytest.raises(StoreError, match="no room left"):
            await database.write(much)
        assert await database.read(lambda db: notes.get(db, "more 1")) is None
        await database.write(lambda db: limit(db, 1 << 30))
        await database.write(much)
        assert await database.read(lambda db: notes.get(db, "more 99")) is not None


async def test_a_lock_of_another_program_is_waited_for_then_reported_and_passes(path: Path) -> None:
    async with open_database(path, busy_seconds=0.05) as database:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="locked by another program"):
                await database.write(lambda db: notes.put(db, "key", "value"))
            assert await database.read(lambda db: notes.get(db, "key")) is None, "reading goes on"
            other.execute("ROLLBACK")
        await database.write(lambda db: notes.put(db, "key", "value"))
        assert await database.read(lambda db: notes.get(db, "key")) == "value"


async def test_whoever_comes_behind_one_that_waited_for_a_lock_in_vain_does_not_wait_as_long(path: Path) -> None:
    async with open_database(path, busy_seconds=1.0) as database:

        def patience(db: sqlite3.Connection) -> int:
            return int(db.execute("PRAGMA busy_timeout").fetchone()[0])

        waits = [await database.write(patience)]
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="locked by another program"):
                await database.write(patience)
            other.execute("ROLLBACK")
        waits += [await database.write(patience), await database.write(patience)]
    assert waits == [1000, 200, 1000]


async def test_a_database_locked_at_the_start_is_reported(path: Path) -> None:
    await fill(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another program"):
            async with open_database(path, busy_seconds=0.05):
                pass
        other.execute("ROLLBACK")
    await use(path)


@pytest.fixture
def public(tmp_path: Path) -> Iterator[Path]:
    """A folder that every user may write in."""
    del tmp_path
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


READ_ONLY = """
import asyncio, os, sys
from pathlib import Path
from bot.core.errors import StoreError
from bot.storage.migrate import migrations
from bot.storage.store import SqliteStore

async def use() -> None:
    async with SqliteStore.open(Path(sys.argv[1])):
        pass

migrations()  # what is read and imported later must be there when the rights are gone
if os.geteuid() == 0:
    os.setuid(int(sys.argv[2]))  # the administrator may write everywhere
try:
    asyncio.run(use())
except StoreError as error:
    print(error)
"""


async def run(script: str, *arguments: str | Path) -> str:
    """What a child process says."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, *map(str, arguments), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await child.communicate()
    return said.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="rights of files are another matter there")
async def test_a_read_only_file_is_refused_and_left_alone(public: Path) -> None:
    path = public / "qianmian.db"
    await fill(path)
    path.chmod(0o444)
    path.with_name("qianmian.db.lock").chmod(0o666)
    before = contents(path)
    assert "is read-only" in await run(READ_ONLY, path, str(NOBODY))
    assert contents(path) == before


@pytest.mark.skipif(sys.platform == "win32", reason="rights of files are another matter there")
async def test_a_folder_where_nothing_may_be_written_is_refused(public: Path) -> None:
    protect(public)
    assert "lock file" in await run(READ_ONLY, public / "qianmian.db", str(NOBODY))


def test_what_has_no_words_of_its_own_is_told_as_it_is() -> None:
    message = str(store_error(Path("a.db"), sqlite3.ProgrammingError("odd")))
    assert message == "The database a.db refused: odd."
