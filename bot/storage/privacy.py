"""SQL that gives a learner everything stored about them, or removes it."""

import json
from collections.abc import Mapping, Sequence
from sqlite3 import Connection
from typing import Final

from bot.core.model import ChatRef, LearnerRef
from bot.storage import chats, learners, messages
from bot.storage.instants import from_micros


def export(connection: Connection, ref: LearnerRef) -> Mapping[str, object]:
    """Everything stored about a learner, as JSON values; instants are ISO texts in UTC."""
    learner = learners.find(connection, ref)
    data: dict[str, object] = {"learner": str(ref)}
    for name, (columns, sql) in _EXPORTS.items():
        rows = [] if learner is None else connection.execute(sql, (learner,)).fetchall()
        data[name] = [_item(columns, row) for row in rows]
    written = messages.written_by(connection, ref)
    data["messages"] = [
        {"chat": chat, "message": json.loads(payload), "at": _json("at", at)} for chat, payload, at in written
    ]
    return data


def _item(columns: Sequence[str], row: Sequence[object]) -> Mapping[str, object]:
    return {name: _json(name, value) for name, value in zip(columns, row, strict=True)}


def _json(name: str, value: object) -> object:
    match name, value:
        case "at", int(micros):
            return from_micros(micros).isoformat()
        case "right", int(flag):
            return bool(flag)
        case _:
            return value


def forget(connection: Connection, ref: LearnerRef) -> int:
    """Remove everything stored about a learner; notes stay without their author. Returns how many rows went."""
    gone = messages.forget(connection, ref)
    learner = learners.find(connection, ref)
    if learner is None:
        return gone
    gone += sum(connection.execute(sql, (learner,)).rowcount for sql in _FORGET)
    connection.execute("UPDATE reports SET learner = NULL WHERE learner = ?", (learner,))
    connection.execute("DELETE FROM learners WHERE id = ?", (learner,))
    return gone


def forget_chat(connection: Connection, ref: ChatRef) -> int:
    """Remove everything stored about a private chat; returns how many rows went."""
    chat = chats.find(connection, ref)
    if chat is None:
        return 0
    gone = sum(connection.execute(sql, (chat,)).rowcount for sql in _FORGET_CHAT)
    return gone + connection.execute(_FORGET_ADDRESS, {"chat": chat}).rowcount


_EXPORTS: Final[Mapping[str, tuple[Sequence[str], str]]] = {
    "ratings": (
        ("question", "rating", "chat", "at"),
        """
        SELECT r.question, r.rating, c.address, r.at
        FROM ratings AS r JOIN chats AS c ON c.id = r.chat
        WHERE r.learner = ?
        ORDER BY r.at DESC, r.question, c.address
        """,
    ),
    "picks": (
        ("question", "option", "right", "chat", "at"),
        """
        SELECT p.question, p.option, p.correct, c.address, p.at
        FROM picks AS p JOIN chats AS c ON c.id = p.chat
        WHERE p.learner = ?
        ORDER BY p.at DESC, p.question, c.address
        """,
    ),
    "saved": (
        ("question", "at"),
        "SELECT question, at FROM bookmarks WHERE learner = ? ORDER BY at DESC, question",
    ),
    "own_answers": (
        ("question", "text", "at"),
        "SELECT question, text, at FROM own_answers WHERE learner = ? ORDER BY at DESC, question",
    ),
    "reports": (
        ("number", "question", "text", "at"),
        "SELECT number, question, text, at FROM reports WHERE learner = ? ORDER BY number DESC",
    ),
    "asked": (
        ("chat", "action", "at"),
        """
        SELECT c.address, p.action, p.at
        FROM prompts AS p JOIN chats AS c ON c.id = p.chat
        WHERE p.learner = ?
        ORDER BY p.at DESC, c.address
        """,
    ),
}
_FORGET: Final = (
    "DELETE FROM ratings WHERE learner = ?",
    "DELETE FROM picks WHERE learner = ?",
    "DELETE FROM bookmarks WHERE learner = ?",
    "DELETE FROM own_answers WHERE learner = ?",
    "DELETE FROM prompts WHERE learner = ?",
)
_FORGET_CHAT: Final = (
    "DELETE FROM messages WHERE chat = ?",
    "DELETE FROM prompts WHERE chat = ?",
    "DELETE FROM deliveries WHERE chat = ?",
    "DELETE FROM subscriptions WHERE chat = ?",
    "UPDATE chats SET title = '', language = NULL WHERE id = ? AND (title <> '' OR language IS NOT NULL)",
)
# The address stays where others' rows need it.
_FORGET_ADDRESS: Final = """
    DELETE FROM chats
    WHERE id = :chat
      AND NOT EXISTS (SELECT 1 FROM ratings WHERE chat = :chat)
      AND NOT EXISTS (SELECT 1 FROM picks WHERE chat = :chat)
      AND NOT EXISTS (SELECT 1 FROM announcements WHERE chat = :chat)
"""
