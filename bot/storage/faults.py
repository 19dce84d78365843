"""What SQLite reports, as sentences for the person who runs the bot."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bot.core.errors import StoreError


class DatabaseDamaged(StoreError):
    """The file itself is not as it was written, which does not pass by itself."""


@contextmanager
def speaking_plainly(path: Path) -> Iterator[None]:
    """Raise StoreError, naming the database and what to do, for whatever SQLite raises inside."""
    try:
        yield
    except sqlite3.Error as error:
        raise store_error(path, error) from error


def store_error(path: Path, error: sqlite3.Error) -> StoreError:
    """The error that says in words what SQLite reported about a database."""
    # The low byte is the primary code: https://sqlite.org/rescode.html
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else -1
    kind = DatabaseDamaged if primary in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB} else StoreError
    return kind(_WORDS.get(primary, _OTHER).format(path=path, error=error))


_DAMAGED: Final = (
    "The database {path} is damaged ({error}). Nothing was changed. Stop the bot, keep a copy of the file and its "
    "-wal file, and restore the latest backup: qianmian restore FILE"
)
_UNREACHABLE: Final = (
    "The database {path} cannot be opened ({error}). Check that its folder exists and that this user may read and "
    "write there."
)
_OTHER: Final = "The database {path} refused: {error}."
_WORDS: Final[Mapping[int, str]] = {
    sqlite3.SQLITE_BUSY: "The database {path} is locked by another program ({error}). Close that program; the bot "
    "tries again by itself.",
    sqlite3.SQLITE_LOCKED: "The database {path} is locked by another part of this program ({error}).",
    sqlite3.SQLITE_READONLY: "The database {path} is read-only ({error}). Give this user the right to write the file "
    "and its folder.",
    sqlite3.SQLITE_INTERRUPT: "Reading the database {path} was given up ({error}).",
    sqlite3.SQLITE_PERM: _UNREACHABLE,
    sqlite3.SQLITE_CANTOPEN: _UNREACHABLE,
    sqlite3.SQLITE_FULL: "There is no room left for the database {path} ({error}). Free some space on that disk; the "
    "bot goes on by itself.",
    sqlite3.SQLITE_IOERR: "The disk with the database {path} cannot be read or written ({error}). Check its space and "
    "its health.",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: "The file {path} is no SQLite database ({error}). It was left as it is. Set "
    "QIANMIAN_DATABASE to another path, or restore a backup: qianmian restore FILE",
}
