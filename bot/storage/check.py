"""Looking at a database without changing it: is it ours, is it whole, can this code read it?"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from bot.core.errors import StoreError
from bot.storage.faults import DatabaseDamaged, speaking_plainly
from bot.storage.migrate import APPLICATION_ID, migrations, version_of


def never() -> bool:
    """What is begun is not given up."""
    return False


def check(path: Path, *, given_up: Callable[[], bool] = never) -> None:
    """Read a database from end to end, while a bot may be using it.

    It takes seconds for a large one, and ends when it is given up, which is asked for now and then. Raises
    StoreError, saying what to do, when the file is missing, of another program, of a newer bot, damaged or
    unreadable.
    """
    with reading(path) as connection:
        connection.set_progress_handler(given_up, _STEPS)
        problems = " ".join(str(problem) for (problem,) in connection.execute("PRAGMA quick_check(3)").fetchall())
    if problems != "ok":
        raise DatabaseDamaged(
            f"The database {path} is damaged: {' '.join(problems.split())}. Stop the bot, keep a copy of the file, and "
            f"restore the latest backup: qianmian restore FILE"
        )


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open an existing database of this bot for reading only. Raises StoreError as `check` does."""
    if not is_ours(path):
        raise StoreError(f"The file {path} is not a database of this bot. Check the name.")
    with (
        speaking_plainly(path),
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)) as connection,
    ):
        version_of(connection, path, migrations())
        yield connection


def is_ours(path: Path) -> bool:
    """Whether a file begins like a database of this bot. Raises StoreError when it cannot be read."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
    except OSError as error:
        raise StoreError(
            f"The file {path} cannot be read ({error.strerror}). Check the name and its rights."
        ) from error
    return header.startswith(_MAGIC) and header[_ID_AT : _ID_AT + 4] == APPLICATION_ID.to_bytes(4, "big")


# https://sqlite.org/fileformat2.html#the_database_header
_MAGIC: Final = b"SQLite format 3\x00"
_HEADER: Final = 100
# Steps of SQLite's machine between two questions whether to go on: less than a millisecond.
_STEPS: Final = 1000
_ID_AT: Final = 68
