"""SQL about chats: who was heard of, who is gone, who moved."""

from collections.abc import Sequence
from datetime import datetime
from sqlite3 import Connection
from typing import Final

from bot.core.model import Chat, ChatKind, ChatRef, Language, Platform
from bot.storage.instants import to_micros


def ref_of(platform: str, chat_id: str, thread_id: str) -> ChatRef:
    """The address of a row's first three columns; an empty thread means none."""
    return ChatRef(platform=Platform(platform), chat_id=chat_id, thread_id=thread_id or None)


def find(connection: Connection, ref: ChatRef) -> int | None:
    """The row of a chat, if it was ever heard of."""
    row = connection.execute(_FIND, (ref.platform, ref.chat_id, ref.thread_id or "")).fetchone()
    return None if row is None else int(row[0])


def find_or_add(connection: Connection, ref: ChatRef, *, at: datetime) -> int:
    """The row of a chat, made as a private one if it was never heard of."""
    connection.execute(
        _ADD, (ref.platform, ref.chat_id, ref.thread_id or "", ChatKind.PRIVATE.value, "", None, to_micros(at))
    )
    (row,) = connection.execute(_FIND, (ref.platform, ref.chat_id, ref.thread_id or "")).fetchone()
    return int(row)


def find_all(connection: Connection, ref: ChatRef) -> Sequence[tuple[int, ChatRef]]:
    """The rows an address covers: with no thread named, the chat and all its threads."""
    if ref.thread_id is not None:
        row = find(connection, ref)
        return [] if row is None else [(row, ref)]
    return [
        (row, ref_of(ref.platform, ref.chat_id, thread))
        for row, thread in connection.execute(_FIND_THREADS, (ref.platform, ref.chat_id)).fetchall()
    ]


def see(connection: Connection, chat: Chat, *, at: datetime) -> Chat:
    """Record what is known about a chat now; it is not gone any more."""
    ref = chat.ref
    row = (ref.platform, ref.chat_id, ref.thread_id or "", chat.kind.value, chat.title, chat.language, to_micros(at))
    connection.execute(_SEE, row)
    stored = get(connection, ref)
    return chat if stored is None else stored


def get(connection: Connection, ref: ChatRef) -> Chat | None:
    """The chat as last seen."""
    row = connection.execute(_GET, (ref.platform, ref.chat_id, ref.thread_id or "")).fetchone()
    if row is None:
        return None
    kind, title, language, gone = row
    chosen = None if language is None else Language(language)
    return Chat(ref=ref, kind=ChatKind(kind), title=title, language=chosen, gone=bool(gone))


def set_language(connection: Connection, row: int, language: Language) -> None:
    """Record the language chosen in a chat."""
    connection.execute("UPDATE chats SET language = ? WHERE id = ?", (language.value, row))


def mark_gone(connection: Connection, row: int, *, because: str, at: datetime) -> None:
    """Record that a chat cannot be reached, and why."""
    connection.execute("UPDATE chats SET gone_at = ?, gone_because = ? WHERE id = ?", (to_micros(at), because, row))


def mark_back(connection: Connection, row: int) -> None:
    """Record that a chat can be reached."""
    connection.execute("UPDATE chats SET gone_at = NULL, gone_because = '' WHERE id = ?", (row,))


def subscribed(connection: Connection, platform: Platform, *, after: str, limit: int) -> Sequence[ChatRef]:
    """Addresses with an active subscription, a page of them in their order as text."""
    # ';' follows ':' in every order of bytes, so the range holds exactly what begins with the platform's name.
    rows = connection.execute(SUBSCRIBED, (max(after, f"{platform}:"), f"{platform};", limit))
    return [ref_of(*row) for row in rows.fetchall()]


def rename(connection: Connection, row: int, new: ChatRef) -> None:
    """Give a chat another address that no chat has yet."""
    connection.execute(_RENAME, (new.platform, new.chat_id, new.thread_id or "", row))


def merge(connection: Connection, old: int, new: int) -> None:
    """Let everything of one chat follow to another that exists already, and remove the first.

    What both have stays as the second has it, save for the later of two ratings.
    """
    for statement in _MERGE:
        connection.execute(statement, {"old": old, "new": new})


_FIND: Final = "SELECT id FROM chats WHERE platform = ? AND chat_id = ? AND thread_id = ?"
_FIND_THREADS: Final = "SELECT id, thread_id FROM chats WHERE platform = ? AND chat_id = ? ORDER BY thread_id"
_GET: Final = """
    SELECT kind, title, language, gone_at IS NOT NULL
    FROM chats
    WHERE platform = ? AND chat_id = ? AND thread_id = ?
"""
_RENAME: Final = "UPDATE chats SET platform = ?, chat_id = ?, thread_id = ? WHERE id = ?"
_ADD: Final = """
    INSERT INTO chats (platform, chat_id, thread_id, kind, title, language, seen_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING
"""
_SEE: Final = """
    INSERT INTO chats (platform, chat_id, thread_id, kind, title, language, seen_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (platform, chat_id, thread_id) DO UPDATE SET
        kind = excluded.kind,
        title = CASE excluded.title WHEN '' THEN title ELSE excluded.title END,
        language = coalesce(excluded.language, language),
        seen_at = excluded.seen_at,
        gone_at = NULL,
        gone_because = ''
"""
SUBSCRIBED: Final = """
    SELECT c.platform, c.chat_id, c.thread_id
    FROM chats AS c JOIN subscriptions AS s ON s.chat = c.id
    WHERE c.address > ? AND c.address < ? AND s.active = 1
    ORDER BY c.address
    LIMIT ?
"""
_KEEP_NAMES: Final = """
    UPDATE chats
    SET gone_at = NULL,
        gone_because = '',
        language = coalesce(language, (SELECT o.language FROM chats AS o WHERE o.id = :old)),
        title = CASE title WHEN '' THEN (SELECT o.title FROM chats AS o WHERE o.id = :old) ELSE title END
    WHERE id = :new
"""
_MOVE_DELIVERIES: Final = """
    UPDATE OR IGNORE deliveries
    SET chat = :new, platform = (SELECT platform FROM chats WHERE id = :new)
    WHERE chat = :old
"""
_DROP_EARLIER_RATINGS: Final = """
    DELETE FROM ratings
    WHERE chat = :new AND EXISTS (
        SELECT 1 FROM ratings AS o
        WHERE o.chat = :old AND o.learner = ratings.learner AND o.question = ratings.question AND o.at > ratings.at
    )
"""
_MERGE: Final = (
    _KEEP_NAMES,
    "UPDATE OR IGNORE subscriptions SET chat = :new WHERE chat = :old",
    "DELETE FROM subscriptions WHERE chat = :old",
    _MOVE_DELIVERIES,
    "DELETE FROM deliveries WHERE chat = :old",
    _DROP_EARLIER_RATINGS,
    "UPDATE OR IGNORE ratings SET chat = :new WHERE chat = :old",
    "DELETE FROM ratings WHERE chat = :old",
    "UPDATE OR IGNORE picks SET chat = :new WHERE chat = :old",
    "DELETE FROM picks WHERE chat = :old",
    "UPDATE OR IGNORE prompts SET chat = :new WHERE chat = :old",
    "DELETE FROM prompts WHERE chat = :old",
    "UPDATE OR IGNORE messages SET chat = :new WHERE chat = :old",
    "UPDATE announcements SET chat = :new WHERE chat = :old",
    "DELETE FROM chats WHERE id = :old",
)
