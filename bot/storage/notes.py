"""SQL about odds and ends: what a person was asked, and small values that platforms keep."""

from datetime import datetime
from sqlite3 import Connection
from typing import Final

from bot.storage.instants import from_micros, to_micros


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


def put(connection: Connection, key: str, value: str | None) -> None:
    """Keep a small value; None forgets it."""
    if value is None:
        connection.execute("DELETE FROM notes WHERE key = ?", (key,))
    else:
        connection.execute(_PUT, (key, value))


_PROMPT: Final = "SELECT action, at FROM prompts WHERE chat = ? AND learner = ?"
_PUT_PROMPT: Final = """
    INSERT INTO prompts (chat, learner, action, at)
    VALUES (?, ?, ?, ?)
    ON CONFLICT (chat, learner) DO UPDATE SET action = excluded.action, at = excluded.at
"""
_PUT: Final = "INSERT INTO notes (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
