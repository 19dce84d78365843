"""Backups while the bot runs, restoring them, and everything that is refused."""

import asyncio
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from functools import partial
from itertools import chain, repeat
from pathlib import Path

import pytest

from bot.core.errors import StoreError
from bot.storage.backup import SPARE, back_up_nightly, backup, backups_of, restore
from bot.storage.check import check
from bot.storage.migrate import migrations
from bot.storage.store import SqliteStore
from tests.fakes.values import DAY, NINE

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "qianmian.db"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "backups" / "copy.db"


@pytest.fixture(autouse=True)
def folder(target: Path) -> None:
    target.parent.mkdir()


async def write(path: Path, value: str, *, much: int = 0) -> None:
    async with SqliteStore.open(path) as store:
        await store.remember("value", value)
        for n in range(much):
            await store.remember(f"key {n}", "x" * 4000)


async def read(path: Path) -> str | None:
    async with SqliteStore.open(path) as store:
        return await store.recall("value")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def put(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def contents(path: Path) -> bytes:
    return path.read_bytes()


def spoil(path: Path) -> None:
    """Overwrite the second half of a file."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2 // 4096 * 4096)
        file.write(b"\xff" * (size // 2))


# Backing up


async def test_a_backup_is_one_file_that_holds_everything(path: Path, target: Path) -> None:
    await write(path, "one")
    backup(path, target)
    assert names(target.parent) == {"copy.db"}
    check(target)
    assert await read(target) == "one"


async def test_a_backup_is_taken_while_the_bot_writes(path: Path, target: Path) -> None:
    async with SqliteStore.open(path) as store:
        copying = asyncio.create_task(asyncio.to_thread(backup, path, target))
        written = 0
        while not copying.done():
            await store.remember("value", str(written))
            written += 1
        await copying
        assert written > 1
        assert await store.recall("value") == str(written - 1)
    check(target)
    assert int(await read(target) or 0) < written


async def test_a_backup_replaces_an_earlier_one(path: Path, target: Path) -> None:
    await write(path, "one")
    backup(path, target)
    await write(path, "two")
    backup(path, target)
    assert await read(target) == "two"


async def test_a_backup_never_overwrites_anything_else(path: Path, target: Path) -> None:
    await write(path, "one")
    for data in (b"my diary", b""):
        put(target, data)
        with pytest.raises(StoreError, match="no backup of this bot"):
            backup(path, target)
        assert contents(target) == data


async def test_a_backup_onto_the_database_itself_is_refused(path: Path) -> None:
    await write(path, "one")
    with pytest.raises(StoreError, match="Choose another name"):
        backup(path, path)
    assert await read(path) == "one"


def test_a_database_that_is_not_there_cannot_be_backed_up(path: Path, target: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        backup(path, target)
    assert names(target.parent) == set()
    assert not path.exists()


async def test_a_backup_into_a_folder_that_is_not_there_is_refused(path: Path, tmp_path: Path) -> None:
    await write(path, "one")
    with pytest.raises(StoreError, match=r"gone.*cannot be opened"):
        backup(path, tmp_path / "gone" / "copy.db")


async def test_a_damaged_database_gives_no_backup_and_keeps_the_old_one(path: Path, target: Path) -> None:
    await write(path, "one", much=100)
    backup(path, target)
    spoil(path)
    before = contents(target)
    with pytest.raises(StoreError, match="damaged"):
        backup(path, target)
    assert contents(target) == before
    assert names(target.parent) == {"copy.db"}


SMALL_DISK = """
import resource, sys
from pathlib import Path
from bot.core.errors import StoreError
from bot.storage.backup import backup

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    backup(Path(sys.argv[1]), Path(sys.argv[2]))
except StoreError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of a file's size there")
async def test_a_disk_too_small_for_the_backup_is_reported(path: Path, target: Path) -> None:
    await write(path, "one", much=100)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SMALL_DISK, str(path), str(target), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await child.communicate()
    assert "Check its space" in said.decode()
    assert names(target.parent) == set()


async def test_a_backup_that_is_given_up_leaves_nothing(path: Path, target: Path) -> None:
    await write(path, "one", much=1000)
    backup(path, target)
    before = contents(target)
    for patience in range(6):  # while it copies, and while it reads the copy
        answers = chain([False] * patience, repeat(object=True))
        with pytest.raises(StoreError, match="given up"):
            backup(path, target, given_up=partial(next, answers))
    assert names(target.parent) == {"copy.db"}
    assert contents(target) == before


async def test_a_nightly_backup_ends_with_its_caller(path: Path, target: Path) -> None:
    await write(path, "one", much=1000)
    async with SqliteStore.open(path) as store:
        task = asyncio.create_task(store.back_up_nightly(target.parent, now=NINE, keep=1))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await asyncio.get_running_loop().shutdown_default_executor()
    assert names(target.parent) == set()


# Nightly


async def test_the_latest_nightly_backups_stay(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "nightly"
    for day in range(4):
        async with SqliteStore.open(path) as store:
            await store.remember("value", str(day))
            made = await store.back_up_nightly(folder, now=NINE + day * DAY, keep=2)
            assert made.name == f"qianmian-2026-11-{24 + day}.db"
    assert names(folder) == {"qianmian-2026-11-26.db", "qianmian-2026-11-27.db"}
    assert await read(folder / "qianmian-2026-11-26.db") == "2"


async def test_only_nightly_backups_of_this_database_are_removed(path: Path, target: Path) -> None:
    await write(path, "one")
    others = ["qianmian-2020-01-01.db.txt", "other-2020-01-01.db", "qianmian-mine.db"]
    for name in others:
        target.with_name(name).write_bytes(b"")
    target.with_name("qianmian-2020-01-01.db").write_bytes(b"")
    made = back_up_nightly(path, target.parent, now=NINE, keep=1)
    assert names(target.parent) == {*others, made.name}


async def test_a_nightly_backup_that_fails_removes_nothing(path: Path, target: Path) -> None:
    await write(path, "one", much=100)
    back_up_nightly(path, target.parent, now=NINE, keep=1)
    spoil(path)
    with pytest.raises(StoreError, match="damaged"):
        back_up_nightly(path, target.parent, now=NINE + DAY, keep=1)
    assert [kept.name for kept in backups_of(path, target.parent)] == ["qianmian-2026-11-24.db"]


async def test_at_least_one_nightly_backup_is_kept(path: Path, target: Path) -> None:
    await write(path, "one")
    made = back_up_nightly(path, target.parent, now=NINE, keep=0)
    assert backups_of(path, target.parent) == [made]


async def test_a_folder_for_backups_that_cannot_be_made_is_named(path: Path) -> None:
    await write(path, "one")
    with pytest.raises(StoreError, match=r"folder .*qianmian\.db.* cannot be made"):
        back_up_nightly(path, path / "backups", now=NINE, keep=1)


async def test_what_a_killed_backup_left_is_removed_and_one_under_way_is_not(path: Path, target: Path) -> None:
    await write(path, "one")
    old, fresh = NINE.timestamp() - 7200, NINE.timestamp() - 60
    for name, at in ((".qianmian-1.part", old), (".qianmian-1.part-journal", old), (".qianmian-2.part", fresh)):
        put(target.with_name(name), b"half")
        os.utime(target.with_name(name), (at, at))
    made = back_up_nightly(path, target.parent, now=NINE, keep=1)
    assert names(target.parent) == {made.name, ".qianmian-2.part"}


async def test_what_an_earlier_process_of_the_same_number_left_is_no_part_of_the_copy(path: Path, target: Path) -> None:
    await write(path, "one")
    put(target.with_name(f".qianmian-{os.getpid()}.part"), b"no database" * 1000)
    backup(path, target)
    assert await read(target) == "one"
    assert names(target.parent) >= {"copy.db"}


async def test_a_backup_that_does_not_fit_is_refused_with_the_figures_and_writes_nothing(
    path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(path, "one", much=500)
    usage = shutil.disk_usage(target.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=SPARE + 1_000_000))
    with pytest.raises(StoreError, match=r"no room .* takes 1\d MB, and 17 MB are free.*QIANMIAN_BACKUP_FOLDER"):
        back_up_nightly(path, target.parent, now=NINE, keep=1)
    assert names(target.parent) == set()


# Restoring


async def test_a_backup_is_restored_and_the_replaced_database_kept(path: Path, target: Path) -> None:
    await write(path, "one")
    backup(path, target)
    await write(path, "two")
    aside = restore(target, path)
    assert aside == path.with_name("qianmian.db.before-restore-1")
    assert await read(path) == "one"
    assert await read(aside) == "two"
    assert restore(target, path) == path.with_name("qianmian.db.before-restore-2")


async def test_a_backup_is_restored_where_there_was_no_database(path: Path, target: Path, tmp_path: Path) -> None:
    await write(path, "one")
    backup(path, target)
    fresh = tmp_path / "new" / "machine" / "fresh.db"
    assert restore(target, fresh) is None
    assert await read(fresh) == "one"


async def test_a_database_left_by_a_crash_is_kept_whole(path: Path, target: Path, tmp_path: Path) -> None:
    await write(path, "one")
    backup(path, target)
    torn = tmp_path / "torn.db"
    async with SqliteStore.open(path) as store:
        await store.remember("value", "two")
        for suffix in ("", "-wal"):  # as a power cut would leave them
            torn.with_name(torn.name + suffix).write_bytes(contents(path.with_name(path.name + suffix)))
    aside = restore(target, torn)
    assert aside is not None
    assert await read(torn) == "one"
    assert await read(aside) == "two"


async def test_a_damaged_database_is_replaced_and_kept_as_it_was(path: Path, target: Path) -> None:
    await write(path, "one")
    backup(path, target)
    put(path, b"damaged " * 1000)
    log = path.with_name("qianmian.db-wal")
    put(log, b"its log")
    aside = restore(target, path)
    assert aside is not None
    assert await read(path) == "one"
    assert contents(aside) == b"damaged " * 1000
    assert contents(aside.with_name(f"{aside.name}-wal")) == b"its log"


async def test_nothing_is_restored_while_a_bot_runs(path: Path, target: Path) -> None:
    await write(path, "one")
    backup(path, target)
    async with SqliteStore.open(path) as store:
        with pytest.raises(StoreError, match="already uses"):
            restore(target, path)
        assert await store.recall("value") == "one"


@pytest.mark.parametrize("data", [b"", b"my diary\n" * 100])
async def test_what_is_no_backup_is_not_restored(path: Path, target: Path, data: bytes) -> None:
    await write(path, "one")
    put(target, data)
    with pytest.raises(StoreError, match="not a database of this bot"):
        restore(target, path)
    assert await read(path) == "one"


async def test_a_database_of_another_program_is_not_restored(path: Path, target: Path) -> None:
    await write(path, "one")
    with closing(sqlite3.connect(target)) as connection:
        connection.execute("CREATE TABLE notes (a)")
    with pytest.raises(StoreError, match="not a database of this bot"):
        restore(target, path)
    assert await read(path) == "one"


async def test_a_damaged_backup_is_not_restored(path: Path, target: Path) -> None:
    await write(path, "one", much=100)
    backup(path, target)
    spoil(target)
    with pytest.raises(StoreError, match="damaged"):
        restore(target, path)
    assert await read(path) == "one"
    assert not [name for name in names(path.parent) if "part" in name or "before" in name]


async def test_a_backup_of_a_newer_bot_is_not_restored(path: Path, target: Path) -> None:
    await write(path, "one")
    backup(path, target)
    with closing(sqlite3.connect(target)) as connection:
        connection.execute(f"PRAGMA user_version = {len(migrations()) + 1}")
    with pytest.raises(StoreError, match="newer version"):
        restore(target, path)
    assert await read(path) == "one"


def test_a_backup_that_is_not_there_is_not_restored(path: Path, target: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        restore(target, path)
    assert not path.exists()


async def test_a_database_is_not_restored_from_itself(path: Path) -> None:
    await write(path, "one")
    with pytest.raises(StoreError, match="the database itself"):
        restore(path, path)
    assert await read(path) == "one"


async def test_an_old_database_that_cannot_be_kept_is_not_replaced(path: Path, target: Path, tmp_path: Path) -> None:
    await write(path, "one")
    backup(path, target)
    long = tmp_path / ("x" * 240)  # any longer, and it is no name
    await write(long, "two")
    before = names(tmp_path)
    with pytest.raises(StoreError, match="cannot be kept"):
        restore(target, long)
    assert await read(long) == "two"
    assert names(tmp_path) == before


async def test_a_target_that_cannot_be_replaced_is_reported(path: Path, tmp_path: Path) -> None:
    await write(path, "one")
    place = tmp_path / "place"
    place.mkdir()
    with pytest.raises(StoreError, match="cannot be read"):
        backup(path, place)
    assert not [name for name in names(tmp_path) if "part" in name]


# Checking


async def test_a_sound_database_passes_the_check_while_it_is_used(path: Path) -> None:
    async with SqliteStore.open(path) as store:
        await store.remember("value", "one")
        check(path)


async def test_a_damaged_database_fails_the_check(path: Path) -> None:
    await write(path, "one", much=100)
    spoil(path)
    with pytest.raises(StoreError, match=r"damaged.*restore"):
        check(path)
