"""SQL that counts, for operators."""

from sqlite3 import Connection
from typing import Final

from bot.core.ports import Counts


def count(connection: Connection) -> Counts:
    """How much of everything there is."""
    chats, subscriptions, learners, answers, reports = connection.execute(_COUNTS).fetchone()
    return Counts(
        chats=chats,
        subscriptions=subscriptions,
        learners=learners,
        answers=answers,
        reports=reports,
    )


_COUNTS: Final = """
    SELECT
        (SELECT count(*) FROM chats WHERE gone_at IS NULL),
        (SELECT count(*) FROM subscriptions WHERE active = 1),
        (SELECT count(*) FROM learners),
        (SELECT count(*) FROM ratings) + (SELECT count(*) FROM picks),
        (SELECT count(*) FROM reports)
"""
