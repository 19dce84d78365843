"""SQL about learners: how they rated questions, what they picked, saved and wrote."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from sqlite3 import Connection
from typing import Final

from bot.core.model import Answered, LearnerRef, QuestionId, Rating, Tally
from bot.storage.chats import ref_of
from bot.storage.instants import from_micros, to_micros


def find(connection: Connection, ref: LearnerRef) -> int | None:
    """The row of a learner, if anything was ever stored about them."""
    row = connection.execute(_FIND, (ref.platform, ref.user_id)).fetchone()
    return None if row is None else int(row[0])


def find_or_add(connection: Connection, ref: LearnerRef) -> int:
    """The row of a learner, made if there was none."""
    connection.execute(_ADD, (ref.platform, ref.user_id))
    (row,) = connection.execute(_FIND, (ref.platform, ref.user_id)).fetchone()
    return int(row)


# Ratings and quiz answers


def rate(connection: Connection, learner: int, chat: int, answered: Answered) -> None:
    """Record a rating in place of the one before."""
    connection.execute(_RATE, (learner, answered.question, chat, answered.rating.value, to_micros(answered.at)))


def pick(
    connection: Connection, learner: int, chat: int, question: QuestionId, option: int, *, right: bool, at: datetime
) -> bool:
    """Record a quiz answer if it is the first; returns whether it was."""
    return connection.execute(_PICK, (learner, question, chat, option, right, to_micros(at))).rowcount > 0


def tally(connection: Connection, chat: int, question: QuestionId) -> Tally:
    """How a chat's learners rated a question and what they picked."""
    rated = dict(connection.execute(TALLY_RATINGS, (chat, question)).fetchall())
    picked = dict(connection.execute(TALLY_PICKS, (chat, question)).fetchall())
    return Tally(
        knew=rated.get(Rating.KNEW, 0),
        partly=rated.get(Rating.PARTLY, 0),
        missed=rated.get(Rating.MISSED, 0),
        by_option=tuple(picked.get(option, 0) for option in range(max(picked, default=-1) + 1)),
    )


def ratings(connection: Connection, learner: int) -> Sequence[Answered]:
    """The learner's latest rating of each question, latest first."""
    latest: dict[str, Answered] = {}
    for question, rating, at, *chat in connection.execute(_RATINGS, (learner,)).fetchall():
        answered = Answered(
            question=QuestionId(question), rating=Rating(rating), at=from_micros(at), chat=ref_of(*chat)
        )
        latest.setdefault(question, answered)
    return list(latest.values())


def picks(connection: Connection, learner: int) -> Mapping[QuestionId, bool]:
    """The quizzes the learner answered, latest first, and whether rightly."""
    latest: dict[QuestionId, bool] = {}
    for question, correct in connection.execute(_PICKS, (learner,)).fetchall():
        latest.setdefault(QuestionId(question), bool(correct))
    return latest


# Bookmarks and own answers


def save(connection: Connection, learner: int, question: QuestionId, *, at: datetime) -> bool:
    """Save a question, or take it off again; returns whether it is saved now."""
    if connection.execute(_SAVE, (learner, question, to_micros(at))).rowcount > 0:
        return True
    connection.execute("DELETE FROM bookmarks WHERE learner = ? AND question = ?", (learner, question))
    return False


def saved(connection: Connection, learner: int) -> Sequence[QuestionId]:
    """The learner's saved questions, latest first."""
    return [QuestionId(question) for (question,) in connection.execute(_SAVED, (learner,)).fetchall()]


def put_own_answer(connection: Connection, learner: int, question: QuestionId, text: str, *, at: datetime) -> None:
    """Keep the learner's own answer in place of the one before."""
    connection.execute(_PUT_OWN_ANSWER, (learner, question, text, to_micros(at)))


def own_answer(connection: Connection, learner: int, question: QuestionId) -> str | None:
    """The learner's own answer to a question."""
    row = connection.execute(_OWN_ANSWER, (learner, question)).fetchone()
    return None if row is None else str(row[0])


_FIND: Final = "SELECT id FROM learners WHERE platform = ? AND user_id = ?"
_ADD: Final = "INSERT INTO learners (platform, user_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
_RATE: Final = """
    INSERT INTO ratings (learner, question, chat, rating, at)
    VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (learner, question, chat) DO UPDATE SET rating = excluded.rating, at = excluded.at
"""
_PICK: Final = """
    INSERT INTO picks (learner, question, chat, option, correct, at)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING
"""
_PICKS: Final = "SELECT question, correct FROM picks WHERE learner = ? ORDER BY at DESC, question, chat"
TALLY_RATINGS: Final = """
    SELECT rating, count(*) FROM ratings WHERE chat = ? AND question = ? GROUP BY rating ORDER BY rating
"""
TALLY_PICKS: Final = """
    SELECT option, count(*) FROM picks WHERE chat = ? AND question = ? GROUP BY option ORDER BY option
"""
_RATINGS: Final = """
    SELECT r.question, r.rating, r.at, c.platform, c.chat_id, c.thread_id
    FROM ratings AS r JOIN chats AS c ON c.id = r.chat
    WHERE r.learner = ?
    ORDER BY r.at DESC, r.question, c.address
"""
_SAVE: Final = "INSERT INTO bookmarks (learner, question, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_SAVED: Final = "SELECT question FROM bookmarks WHERE learner = ? ORDER BY at DESC, question"
_PUT_OWN_ANSWER: Final = """
    INSERT INTO own_answers (learner, question, text, at)
    VALUES (?, ?, ?, ?)
    ON CONFLICT (learner, question) DO UPDATE SET text = excluded.text, at = excluded.at
"""
_OWN_ANSWER: Final = "SELECT text FROM own_answers WHERE learner = ? AND question = ?"
