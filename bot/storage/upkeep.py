"""Folding: old rows of the ledger become daily counts, so that the database stays small and fast."""

from collections import Counter
from datetime import datetime
from sqlite3 import Connection
from typing import Final

from bot.storage.database import Database
from bot.storage.instants import to_micros

# What `next` shows and the policy `next` looks back at stays, even in a chat that has been silent for years.
KEPT_PER_CHAT: Final = 5
ROWS_AT_ONCE: Final = 500


async def fold(database: Database, before: datetime) -> int:
    """Fold finished deliveries that were due before an instant (aware UTC) into daily counts.

    It goes in small transactions that let others in between; one that is interrupted goes on the next time. The
    latest rows of every chat stay. Returns how many rows were folded.
    """
    folded, after = 0, 0
    while True:
        step = await database.write(_Step(after=after, before=to_micros(before)))
        if step is None:
            return folded
        after, count = step
        folded += count


class _Step:
    """One transaction of folding, over the next few rows in the order they were planned."""

    def __init__(self, *, after: int, before: int) -> None:
        self._after: Final = after
        self._before: Final = before

    def __call__(self, connection: Connection) -> tuple[int, int] | None:
        """Returns the last row looked at and how many were folded; None when no old rows are left."""
        upto, oldest = connection.execute(_NEXT, (self._after, ROWS_AT_ONCE)).fetchone()
        if upto is None or oldest >= self._before:
            return None
        bounds = {"after": self._after, "upto": upto, "before": self._before, "kept": KEPT_PER_CHAT - 1}
        rows = connection.execute(_FOLDABLE, bounds).fetchall()
        counted = Counter(tuple(row[1:]) for row in rows)
        connection.executemany(_COUNT, [(*key, count) for key, count in counted.items()])
        connection.executemany("DELETE FROM deliveries WHERE id = ?", [row[:1] for row in rows])
        return upto, len(rows)


_NEXT: Final = """
    SELECT max(id), min(due_at)
    FROM (SELECT id, due_at FROM deliveries WHERE id > ? ORDER BY id LIMIT ?)
"""
# Older than the oldest of those that are kept; a chat with fewer has nothing to compare with, and keeps all.
_FOLDABLE: Final = """
    SELECT d.id, date(d.due_at / 1000000, 'unixepoch'), d.platform, d.kind, d.state
    FROM deliveries AS d
    WHERE d.id > :after AND d.id <= :upto AND d.ready_at IS NULL AND d.due_at < :before AND d.due_at < (
        SELECT k.due_at FROM deliveries AS k WHERE k.chat = d.chat ORDER BY k.due_at DESC LIMIT 1 OFFSET :kept
    )
    ORDER BY d.id
"""
_COUNT: Final = """
    INSERT INTO daily_counts (day, platform, kind, state, count)
    VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (day, platform, kind, state) DO UPDATE SET count = count + excluded.count
"""
