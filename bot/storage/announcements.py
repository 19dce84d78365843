"""SQL about announcements: what operators tell all subscribed chats, and how far it has come."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from sqlite3 import Connection
from typing import Any, Final

from bot.core.model import (
    Announcement,
    AnnouncementState,
    DeliveryKind,
    Language,
    MessageId,
    Platform,
    QuestionId,
    announcement_slot,
)
from bot.core.ports import Announced, PlannedDelivery
from bot.storage import deliveries
from bot.storage.chats import ref_of
from bot.storage.instants import to_micros


def subscribers(connection: Connection) -> Mapping[Platform, int]:
    """How many chats have an active subscription, by platform."""
    return {Platform(platform): count for platform, count in connection.execute(_SUBSCRIBERS).fetchall()}


def draft(connection: Connection, chat: int, text: str, *, language: Language, total: int, at: datetime) -> int:
    """Keep a text nobody has decided about; returns its number."""
    return connection.execute(_DRAFT, (text, chat, language.value, total, to_micros(at))).lastrowid or 0


def get(connection: Connection, number: int) -> Announcement | None:
    """The announcement of that number."""
    row = connection.execute(f"{_SELECT} WHERE a.number = ?", (number,)).fetchone()
    return None if row is None else _announcement(row)


def watched(connection: Connection) -> Sequence[Announcement]:
    """Those that are open or whose end was not told, lowest number first."""
    return [_announcement(row) for row in connection.execute(WATCHED).fetchall()]


def start(connection: Connection, number: int, *, at: datetime) -> bool:
    """Let a draft run, unless another one is open."""
    return connection.execute(_START, (to_micros(at), number)).rowcount > 0


def stop(connection: Connection, number: int, *, at: datetime) -> bool:
    """Cancel a draft, or stop one that is running."""
    return connection.execute(_STOP, (to_micros(at), number)).rowcount > 0


def note(connection: Connection, number: int, *, message: MessageId | None, told: bool) -> None:
    """Keep which message tells how it goes, and whether it tells the end."""
    connection.execute("UPDATE announcements SET message_id = ?, told = ? WHERE number = ?", (message, told, number))


def advance(connection: Connection, number: int, *, platforms: Sequence[Platform], at: datetime, limit: int) -> bool:
    """Plan or stop the next deliveries, or end an announcement that has none left; returns whether there were some."""
    row = connection.execute("SELECT state, planned_upto FROM announcements WHERE number = ?", (number,)).fetchone()
    slot = announcement_slot(number)
    match row:
        case (AnnouncementState.RUNNING, int(upto)):
            moved = _plan(connection, number, after=upto, platforms=platforms, at=at, limit=limit)
        case (AnnouncementState.STOPPING, _):
            moved = connection.execute(STOP_WAITING, (slot, to_micros(at), limit)).rowcount > 0
        case _:
            moved = False
    if not moved:
        connection.execute(_END, {"number": number, "slot": slot})
    return moved


def _plan(
    connection: Connection, number: int, *, after: int, platforms: Sequence[Platform], at: datetime, limit: int
) -> bool:
    page = connection.execute(NEXT_SUBSCRIBED, (after, limit)).fetchall()
    planned = [
        (
            chat,
            PlannedDelivery(
                chat=ref_of(*ref),
                kind=DeliveryKind.ANNOUNCEMENT,
                slot=announcement_slot(number),
                question=QuestionId(""),
                due_at=at,
            ),
        )
        for chat, *ref in page
        if ref[0] in platforms
    ]
    deliveries.add(connection, planned)
    upto = page[-1][0] if page else None
    connection.execute("UPDATE announcements SET planned_upto = ? WHERE number = ?", (upto, number))
    return bool(page)


def announced(connection: Connection, number: int) -> Announced:
    """How far an announcement has come."""
    row = connection.execute("SELECT total, planned_upto FROM announcements WHERE number = ?", (number,)).fetchone()
    if row is None:
        return Announced()
    foreseen, upto = row
    planned, sent, failed = connection.execute(ANNOUNCED, (announcement_slot(number),)).fetchone()
    return Announced(total=planned if upto is None else foreseen, sent=sent, failed=failed)


def _announcement(row: Sequence[Any]) -> Announcement:
    number, text, platform, chat_id, thread_id, language, state, message = row
    return Announcement(
        number=number,
        text=text,
        chat=ref_of(platform, chat_id, thread_id),
        language=Language(language),
        state=AnnouncementState(state),
        message=None if message is None else MessageId(message),
    )


_SUBSCRIBERS: Final = """
    SELECT c.platform, count(*)
    FROM subscriptions AS s JOIN chats AS c ON c.id = s.chat
    WHERE s.active = 1
    GROUP BY c.platform
"""
_DRAFT: Final = "INSERT INTO announcements (text, chat, language, total, drafted_at) VALUES (?, ?, ?, ?, ?)"
_SELECT: Final = """
    SELECT a.number, a.text, c.platform, c.chat_id, c.thread_id, a.language, a.state, a.message_id
    FROM announcements AS a JOIN chats AS c ON c.id = a.chat
"""
WATCHED: Final = f"{_SELECT} WHERE a.told = 0 AND a.state NOT IN ('draft', 'cancelled') ORDER BY a.number"
_START: Final = """
    UPDATE announcements SET state = 'running', decided_at = ?
    WHERE number = ? AND state = 'draft'
        AND NOT EXISTS (SELECT 1 FROM announcements WHERE state IN ('running', 'stopping'))
"""
_STOP: Final = """
    UPDATE announcements
    SET state = CASE state WHEN 'draft' THEN 'cancelled' ELSE 'stopping' END, decided_at = ?
    WHERE number = ? AND state IN ('draft', 'running')
"""
NEXT_SUBSCRIBED: Final = """
    SELECT s.chat, c.platform, c.chat_id, c.thread_id
    FROM subscriptions AS s JOIN chats AS c ON c.id = s.chat
    WHERE s.chat > ? AND s.active = 1
    ORDER BY s.chat
    LIMIT ?
"""
# What a crash left under way counts as waiting once its lease is over: its platform may never be claimed for again.
STOP_WAITING: Final = """
    UPDATE deliveries
    SET state = 'failed', ready_at = NULL, reason = CASE state WHEN 'sending' THEN 'unknown-outcome' ELSE 'stopped' END
    WHERE id IN (
        SELECT id FROM deliveries
        WHERE kind = 'announcement' AND slot = ? AND state IN ('queued', 'retry', 'sending')
            AND (state <> 'sending' OR ready_at <= ?)
        LIMIT ?
    )
"""
_END: Final = """
    UPDATE announcements SET state = CASE state WHEN 'running' THEN 'done' ELSE 'stopped' END
    WHERE number = :number AND state IN ('running', 'stopping') AND NOT EXISTS (
        SELECT 1 FROM deliveries
        WHERE kind = 'announcement' AND slot = :slot AND state IN ('queued', 'retry', 'sending')
    )
"""
ANNOUNCED: Final = """
    SELECT
        count(*),
        count(*) FILTER (WHERE state = 'sent'),
        count(*) FILTER (WHERE state IN ('failed', 'missed') AND reason <> 'stopped')
    FROM deliveries
    WHERE kind = 'announcement' AND slot = ?
"""
