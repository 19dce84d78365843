"""SQL about messages of chats whose platform keeps none itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from sqlite3 import Connection
from typing import Final

from bot.core.model import LearnerRef, MessageId
from bot.core.ports import KEPT_MESSAGES, KeptMessage
from bot.storage.instants import from_micros, to_micros


def keep(connection: Connection, chat: int, payload: str, *, at: datetime, key: str | None, own: bool) -> KeptMessage:
    """Keep a message as the chat's latest, unless there is one of that key; the oldest go."""
    before = None if key is None else connection.execute(_BY_KEY, (chat, key)).fetchone()
    if before is not None:
        return replace(_message(before), repeated=True)
    # A new message's number is its first revision.
    (revision,) = connection.execute(_ADD, (chat, 0, key, own, payload, to_micros(at))).fetchone()
    connection.execute("UPDATE messages SET number = revision WHERE revision = ?", (revision,))
    connection.execute(_TRIM, (chat, chat, KEPT_MESSAGES))
    return _message((revision, revision, payload, to_micros(at)))


def change(connection: Connection, chat: int, message: MessageId, payload: str) -> KeptMessage | None:
    """Give a message another payload and a new revision."""
    row = connection.execute(
        "DELETE FROM messages WHERE chat = ? AND number = ? RETURNING number, key, own, at", (chat, _number(message))
    ).fetchone()
    if row is None:
        return None
    number, key, own, at = row
    (revision,) = connection.execute(_ADD, (chat, number, key, own, payload, at)).fetchone()
    return _message((number, revision, payload, at))


def get(connection: Connection, chat: int, message: MessageId) -> KeptMessage | None:
    """One message of a chat."""
    row = connection.execute(_GET, (chat, _number(message))).fetchone()
    return None if row is None else _message(row)


def after(connection: Connection, chat: int, revision: int, *, limit: int) -> Sequence[KeptMessage]:
    """A chat's messages with a greater revision, in order."""
    return [_message(row) for row in connection.execute(_AFTER, (chat, revision, limit)).fetchall()]


def written_by(connection: Connection, learner: LearnerRef) -> Sequence[tuple[str, str, int]]:
    """What a person wrote in the chat that has their id: chat, payload and instant, latest first."""
    return connection.execute(_WRITTEN, (learner.platform, learner.user_id)).fetchall()


def forget(connection: Connection, learner: LearnerRef) -> int:
    """Remove all messages of the chat that has a learner's id; returns how many."""
    return connection.execute(_FORGET, (learner.platform, learner.user_id)).rowcount


def _message(row: tuple[int, int, str, int]) -> KeptMessage:
    number, revision, payload, at = row
    return KeptMessage(id=MessageId(str(number)), revision=revision, payload=payload, at=from_micros(at))


def _number(message: MessageId) -> int:
    """The message's number; 0, which none has, for what is no number."""
    return int(message) if len(message) <= _DIGITS and message.isascii() and message.isdigit() else 0


# SQLite's whole numbers have up to 19 digits; 18 always fit.
_DIGITS: Final = 18
_ADD: Final = "INSERT INTO messages (chat, number, key, own, payload, at) VALUES (?, ?, ?, ?, ?, ?) RETURNING revision"
_BY_KEY: Final = "SELECT number, revision, payload, at FROM messages WHERE chat = ? AND key = ?"
_GET: Final = "SELECT number, revision, payload, at FROM messages WHERE chat = ? AND number = ?"
_AFTER: Final = """
    SELECT number, revision, payload, at FROM messages WHERE chat = ? AND revision > ? ORDER BY revision LIMIT ?
"""
_TRIM: Final = """
    DELETE FROM messages WHERE chat = ? AND number <= (
        SELECT number FROM messages WHERE chat = ? ORDER BY number DESC LIMIT 1 OFFSET ?
    )
"""
_WRITTEN: Final = """
    SELECT c.address, m.payload, m.at
    FROM messages AS m JOIN chats AS c ON c.id = m.chat
    WHERE c.platform = ? AND c.chat_id = ? AND m.own = 1
    ORDER BY m.number DESC
"""
_FORGET: Final = "DELETE FROM messages WHERE chat IN (SELECT id FROM chats WHERE platform = ? AND chat_id = ?)"
