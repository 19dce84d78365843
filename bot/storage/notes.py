"""SQL about odds and ends: what a person was asked, and small values that platforms keep."""

from collections.abc import Collection
from datetime import datetime
from sqlite3 import Connection
from typing import Final

from bot.storage.instants import from_micros, to_micros

EXPIRED_AT_ONCE: Final = 1_000


def put_prompt(connection: Connection, chat: int, learner: int, action: str, *, at: datetime) -> None:
    """Remember what a person was asked in a chat, in place of the question before."""
    connection.execute(_PUT_PROMPT, (chat, learner, action, to_micros(at)))


def prompt(connection: Connection, chat: int, learner: int) -> tuple[str, datetime] | None:
    """What a person was asked in a chat, and when."""
    row = connection.execute(_PROMPT, (chat, learner)).fetchone()
    return None if row is None else (str(row[0]), from_micros(row[1]))


def drop_prompt(connection: Connection, chat: int, learner: int) -> None:
    """Forget what a person was asked in a chat."""
    connection.execute("DELETE FROM prompts WHERE chat = ? AND learner = ?", (chat, learner))


def get(connection: Connection, key: str) -> str | None:
    """A small value."""
    row = connection.execute("SELECT value FROM notes WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def put(connection: Connection, key: str, value: str | None, *, until: datetime | None = None) -> None:
    """Keep a small value, for ever or until an instant; None forgets it."""
    if value is None:
        connection.execute("DELETE FROM notes WHERE key = ?", (key,))
    else:
        connection.execute(_PUT, (key, value, None if until is None else to_micros(until)))


def drop_expired(connection: Connection, now: datetime) -> int:
    """Forget some of the values whose time is over; how many."""
    return connection.execute(_DROP_EXPIRED, (to_micros(now), EXPIRED_AT_ONCE)).rowcount


def forget(connection: Connection, keys: Collection[str]) -> bool:
    """Forget small values; whether there were any."""
    forgotten = [connection.execute("DELETE FROM notes WHERE key = ?", (key,)).rowcount for key in keys]
    return any(forgotten)


_PROMPT: Final = "SELECT action, at FROM prompts WHERE chat = ? AND learner = ?"
_PUT_PROMPT: Final = """
    INSERT INTO prompts (chat, learner, action, at)
    VALUES (?, ?, ?, ?)
    ON CONFLICT (chat, learner) DO UPDATE SET action = excluded.action, at = excluded.at
"""
_PUT: Final = """
    INSERT INTO notes (key, value, expires_at)
    VALUES (?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
"""
_DROP_EXPIRED: Final = """
    DELETE FROM notes WHERE key IN (SELECT key FROM notes WHERE expires_at < ? ORDER BY expires_at LIMIT ?)
"""
