"""SQL that counts, for operators and metrics."""

from sqlite3 import Connection
from typing import Final

from bot.core.ports import Counts


def count(connection: Connection) -> Counts:
    """How much of everything there is; deliveries are counted whether their rows were folded or not."""
    chats, subscriptions, learners, answers, reports = connection.execute(_COUNTS).fetchone()
    return Counts(
        chats=chats,
        subscriptions=subscriptions,
        learners=learners,
        answers=answers,
        reports=reports,
        by_state=dict(connection.execute(_BY_STATE).fetchall()),
    )


_COUNTS: Final = """
    SELECT
        (SELECT count(*) FROM chats WHERE gone_at IS NULL),
        (SELECT count(*) FROM subscriptions WHERE active = 1),
        (SELECT count(*) FROM learners),
        (SELECT count(*) FROM ratings) + (SELECT count(*) FROM picks),
        (SELECT count(*) FROM reports)
"""
_BY_STATE: Final = """
    SELECT state, sum(count)
    FROM (
        SELECT state, count(*) AS count FROM deliveries GROUP BY state
        UNION ALL
        SELECT state, count FROM daily_counts
    )
    GROUP BY state
    ORDER BY state
"""
