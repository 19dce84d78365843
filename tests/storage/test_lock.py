"""One bot, one process."""

import asyncio
import os
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.core.errors import StoreError
from bot.storage.lock import lock_path, process_lock
from bot.storage.store import SqliteStore
from tests.fakes.values import NINE

ROOT = Path(__file__).parents[2]
HOLD = """
import asyncio, sys
from pathlib import Path
from bot.storage.store import SqliteStore

async def hold() -> None:
    async with SqliteStore.open(Path(sys.argv[1])):
        print("held", flush=True)
        await asyncio.Event().wait()

asyncio.run(hold())
"""


@asynccontextmanager
async def another_bot(path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that holds the database until it is killed."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLD, str(path), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert child.stdout is not None
        assert await child.stdout.readline() == b"held\n"
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


async def use(path: Path) -> None:
    async with SqliteStore.open(path):
        pass


def text(path: Path) -> str:
    return path.read_text()


async def test_a_second_process_is_refused_and_told_who_holds_the_database(tmp_path: Path) -> None:
    path = tmp_path / "qianmian.db"
    async with another_bot(path) as other:
        with pytest.raises(StoreError, match=rf"process {other.pid}\b.*already uses"):
            await use(path)


async def test_the_lock_dies_with_the_process(tmp_path: Path) -> None:
    path = tmp_path / "qianmian.db"
    async with another_bot(path) as other:
        other.kill()
        await other.wait()
        await use(path)


async def test_the_lock_goes_when_the_store_closes(tmp_path: Path) -> None:
    path = tmp_path / "qianmian.db"
    await use(path)
    await use(path)


async def test_the_same_process_does_not_open_a_database_twice(tmp_path: Path) -> None:
    path = tmp_path / "qianmian.db"
    async with SqliteStore.open(path):
        with pytest.raises(StoreError, match=f"process {os.getpid()}"):
            await use(path)


async def test_other_databases_are_free(tmp_path: Path) -> None:
    async with SqliteStore.open(tmp_path / "one.db"):
        await use(tmp_path / "two.db")


def test_the_file_names_the_process_and_its_machine(tmp_path: Path) -> None:
    path = tmp_path / "qianmian.db"
    lock_path(path).write_text("12345678901234567890 an earlier process\n")
    with process_lock(path):
        assert text(lock_path(path)) == f"{os.getpid()} on {socket.gethostname()}\n"


async def test_who_is_refused_is_told_the_machine_and_since_when(tmp_path: Path) -> None:
    path = tmp_path / "qianmian.db"
    async with SqliteStore.open(path):
        os.utime(lock_path(path), (NINE.timestamp(), NINE.timestamp()))
        holder = rf"process {os.getpid()} on {re.escape(socket.gethostname())}, since 2026-11-24 09:00 UTC\)"
        with pytest.raises(StoreError, match=holder):
            await use(path)


async def test_a_link_to_a_database_is_the_same_database(tmp_path: Path) -> None:
    path, link = tmp_path / "qianmian.db", tmp_path / "elsewhere" / "link.db"
    link.parent.mkdir()
    link.symlink_to(path)
    async with SqliteStore.open(path):
        with pytest.raises(StoreError, match=f"process {os.getpid()} on"):
            await use(link)


def test_a_holder_that_left_no_number_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "qianmian.db"
    with process_lock(path):
        lock_path(path).write_text("")
        with pytest.raises(StoreError, match="process unknown"), process_lock(path):
            pass


def test_a_lock_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")
    path = file / "qianmian.db"
    with pytest.raises(StoreError, match=r"lock file .*file.*cannot be written"), process_lock(path):
        pass
