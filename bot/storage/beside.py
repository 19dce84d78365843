"""Small changes of a database that a bot may be using at the same time."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.core.errors import StoreError
from bot.storage.check import is_ours
from bot.storage.faults import speaking_plainly


@contextmanager
def beside(path: Path) -> Iterator[sqlite3.Connection]:
    """Open an existing database of this bot; each statement is a transaction, and a running bot finds it done.

    Raises StoreError when the file is missing or not a database of this bot, or cannot be written.
    """
    if not is_ours(path):
        raise StoreError(f"The file {path} is not a database of this bot. Check the name.")
    with speaking_plainly(path), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection
