"""The open database: one connection that writes, one that reads, each with a thread of its own.

A transaction is a function of the open connection, and runs as a whole in that connection's thread: nothing of
another transaction can come in between, a cancelled caller leaves nothing half done, and the event loop is free
meanwhile. Readers see the last commit and never wait for the writer (WAL).
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Final, Self, TypeVar

import aiosqlite
from typing_extensions import override

from bot.core.errors import StoreError
from bot.storage.check import reading
from bot.storage.faults import DatabaseDamaged, speaking_plainly
from bot.storage.migrate import migrate, migrations

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
Took = Callable[[str, float], None]
"""Hears the name of a call, and after how many seconds it came back."""

BUSY_SECONDS: Final = 5.0
# All wait in one line: behind one that waited for a lock in vain the others wait only so long, until one gets through.
BUSY_AGAIN_SECONDS: Final = 0.2
# The log is copied into the database every 1000 pages (4 MB) and cut back to 16 MB whenever it starts anew.
WAL_PAGES: Final = 1000
WAL_BYTES: Final = 16 * 1024 * 1024


def nobody_counts(call: str, seconds: float) -> None:
    """What hears of calls where nobody wants to know."""


def _name_of(work: Work[T]) -> str:
    """What asked for the work: `settle` for `SqliteOutboxStore.settle.<locals>.<lambda>`."""
    asked = getattr(work, "func", work)
    name: str = getattr(asked, "__qualname__", type(asked).__qualname__)
    outer, _, _ = name.partition(".<locals>")
    return outer.rpartition(".")[2].strip("_").lower()


class Database:
    """An open database; see `open_database`.

    Attributes:
        damage: What was found wrong with the file itself, until it was read from end to end without finding any.
    """

    def __init__(self, path: Path, writer: "_Worker", reader: "_Worker", took: Took) -> None:
        self.path: Final = path
        self.damage = ""
        self._took: Final = took
        self._writer: Final = writer
        self._reader: Final = reader

    async def write(self, work: Work[T]) -> T:
        """Run the work as one transaction: committed when it returns, rolled back when it raises.

        A caller that is cancelled while others are before it leaves no trace; one that is cancelled later gets
        the whole transaction done. Raises StoreError when the database cannot be used.
        """
        return await self._watched(work, self._writer.transact(self.path, "BEGIN IMMEDIATE", work))

    async def read(self, work: Work[T]) -> T:
        """Run work that only reads, on one state of the database. Raises StoreError."""
        return await self._watched(work, self._reader.transact(self.path, "BEGIN", work))

    async def survey(self, work: Work[T]) -> T:
        """Run work that reads much and may take seconds, on a connection of its own. Raises StoreError."""

        def look() -> T:
            with reading(self.path) as connection:
                return _transaction(connection, "BEGIN", work)

        return await self._watched(work, asyncio.to_thread(look))

    async def _watched(self, work: Work[T], call: Awaitable[T]) -> T:
        began = perf_counter()
        try:
            return await call
        except DatabaseDamaged as error:
            self.damage = str(error)
            raise
        finally:
            self._took(_name_of(work), perf_counter() - began)


@asynccontextmanager
async def open_database(
    path: Path, *, busy_seconds: float = BUSY_SECONDS, took: Took = nobody_counts
) -> AsyncIterator[Database]:
    """Open, or create, and migrate the database at a path; closed on exit.

    Another program's lock is waited for `busy_seconds`. `took` is told how long each call took. Raises
    StoreError, and then leaves the file as it was.
    """

    def connect() -> sqlite3.Connection:
        # Python's own transactions are off: BEGIN and COMMIT are ours.
        connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def prepare(connection: sqlite3.Connection) -> None:
        migrate(connection, path, migrations())
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise StoreError(
                f"The database {path} cannot keep its log beside it, as on some network drives. Set QIANMIAN_DATABASE "
                f"to a path on a local disk."
            )
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
        connection.execute(f"PRAGMA journal_size_limit = {WAL_BYTES}")
        # Writes what is there already, and takes it back: says now, not at the first question, that nothing can be
        # written.
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("ROLLBACK")

    def only_reads(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA query_only = ON")

    async with AsyncExitStack() as stack:
        with speaking_plainly(path):
            writer, reader = (_Worker(connect, iter_chunk_size=64) for _ in range(2))
            writer.busy_seconds = reader.busy_seconds = busy_seconds
            _ = await stack.enter_async_context(writer)
            await writer.run(prepare)
            _ = await stack.enter_async_context(reader)
            await reader.run(only_reads)
        yield Database(path, writer, reader, took)


class _Worker(aiosqlite.Connection):
    """A connection with its thread, in which whole functions run."""

    busy_seconds = BUSY_SECONDS
    _in_vain = False

    @override
    async def __aenter__(self) -> Self:
        try:
            _ = await super().__aenter__()
        except BaseException:
            # The library has only asked its thread to end; it still reports to this event loop.
            await asyncio.to_thread(self._thread.join)
            raise
        return self

    async def run(self, work: Work[T]) -> T:
        """Run the work in the connection's thread, after all that was asked before."""
        result: T = await self._execute(  # type: ignore[no-untyped-call]  # the library gives its hook no types
            lambda: work(self._conn)
        )
        return result

    async def transact(self, path: Path, begin: str, work: Work[T]) -> T:
        """Run the work between BEGIN and COMMIT, or ROLLBACK when anything at all is raised."""
        wanted = True

        def transaction(connection: sqlite3.Connection) -> T | None:
            return self._patiently(connection, partial(_transaction, connection, begin, work)) if wanted else None

        try:
            with speaking_plainly(path):
                result = await self.run(transaction)
        except asyncio.CancelledError:
            wanted = False
            raise
        # None comes in the place of a result only when nobody waits for it any more.
        return result  # type: ignore[return-value]

    def _patiently(self, connection: sqlite3.Connection, transaction: Callable[[], T]) -> T:
        """Do it, and remember whether another program's lock was waited for in vain. In the connection's thread."""
        try:
            result = transaction()
        except sqlite3.OperationalError as error:
            # What Python itself finds wrong, such as words that are no UTF-8, has no code.
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
                self._wait_for_locks(connection, min(self.busy_seconds, BUSY_AGAIN_SECONDS), in_vain=True)
            raise
        self._wait_for_locks(connection, self.busy_seconds, in_vain=False)
        return result

    def _wait_for_locks(self, connection: sqlite3.Connection, seconds: float, *, in_vain: bool) -> None:
        if in_vain is not self._in_vain:
            connection.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")
            self._in_vain = in_vain


def _transaction(connection: sqlite3.Connection, begin: str, work: Work[T]) -> T:
    try:
        connection.execute(begin)
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result
