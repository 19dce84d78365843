"""Migrations: numbered SQL files that are only ever added to, each run once, in one transaction of its own."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from bot.core.errors import StoreError

# "QMN1": how SQLite files of this bot are told from all others, see https://sqlite.org/pragma.html#pragma_application_id
APPLICATION_ID: Final = 0x514D4E31


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step of the schema: `0001_first.sql` has the number 1 and the name `first`."""

    number: int
    name: str
    sql: str


@cache
def migrations() -> Sequence[Migration]:
    """All steps this code knows, in order; read once."""
    found = [
        Migration(number=int(match[1]), name=match[2], sql=file.read_text(encoding="utf-8"))
        for file in (files("bot.storage") / "migrations").iterdir()
        if (match := _FILE.fullmatch(file.name))
    ]
    return tuple(sorted(found, key=lambda migration: migration.number))


def migrate(connection: sqlite3.Connection, path: Path, steps: Sequence[Migration]) -> None:
    """Bring a database of ours, or a new one, to the latest step; one that fails leaves the one before.

    Raises StoreError for a file of another program or of a newer bot, sqlite3.Error when a step fails.
    """
    version = version_of(connection, path, steps)
    for step in steps[version:]:
        try:
            connection.execute("BEGIN IMMEDIATE")
            for statement in statements(step.sql):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {step.number}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def version_of(connection: sqlite3.Connection, path: Path, steps: Sequence[Migration]) -> int:
    """The number of the last step a database has, 0 for an empty one.

    Raises StoreError for a file of another program or of a newer bot.
    """
    (ours,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if ours != APPLICATION_ID and (ours or version or tables):
        raise StoreError(
            f"The file {path} is a database of another program. It was left as it is. Set QIANMIAN_DATABASE to "
            f"another path."
        )
    if version > len(steps):
        raise StoreError(
            f"The database {path} was written by a newer version of this bot (its schema is number {version}, this "
            f"code knows {len(steps)}). Update the bot: pip install --upgrade qianmian"
        )
    return int(version)


def statements(sql: str) -> Iterator[str]:
    """The statements of a script one by one; `executescript` would commit in between."""
    begun = ""
    for piece in sql.split(";"):
        begun += piece + ";"
        # A semicolon in a comment or a text ends nothing.
        if sqlite3.complete_statement(begun):
            if begun.strip() != ";":
                yield begun.strip()
            begun = ""
    if begun:
        yield begun.strip()


_FILE: Final = re.compile(r"(\d{4})_(\w+)\.sql")
