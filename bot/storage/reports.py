"""SQL about reports: notes from learners that something in a question is wrong."""

from collections.abc import Sequence
from datetime import datetime
from sqlite3 import Connection
from typing import Final

from bot.core.model import LearnerRef, Platform, QuestionId
from bot.core.ports import Report
from bot.storage.instants import from_micros, to_micros


def add(connection: Connection, learner: int, question: QuestionId, text: str, *, at: datetime) -> int:
    """Keep a note; returns its number."""
    number = connection.execute(_ADD, (learner, question, text, to_micros(at))).lastrowid
    return number or 0


def finish(connection: Connection, number: int) -> bool:
    """Drop a note that is dealt with; returns whether there was one."""
    return connection.execute("DELETE FROM reports WHERE number = ?", (number,)).rowcount > 0


def latest(connection: Connection, *, limit: int) -> Sequence[Report]:
    """The latest notes first; one whose learner asked to be forgotten has an empty address."""
    return [
        Report(
            number=number,
            question=QuestionId(question),
            learner=LearnerRef(platform=Platform(platform), user_id=user_id),
            text=text,
            at=from_micros(at),
        )
        for number, question, text, at, platform, user_id in connection.execute(_LATEST, (limit,)).fetchall()
    ]


_ADD: Final = "INSERT INTO reports (learner, question, text, at) VALUES (?, ?, ?, ?)"
_LATEST: Final = """
    SELECT r.number, r.question, r.text, r.at, coalesce(l.platform, ''), coalesce(l.user_id, '')
    FROM reports AS r LEFT JOIN learners AS l ON l.id = r.learner
    ORDER BY r.number DESC
    LIMIT ?
"""
