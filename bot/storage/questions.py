"""SQL about questions: only their permanent numbers; the questions themselves are files."""

from collections.abc import Mapping, Sequence
from sqlite3 import Connection
from typing import Final

from bot.core.model import QuestionId


def number(connection: Connection, ids: Sequence[QuestionId]) -> Mapping[QuestionId, int]:
    """The permanent number of each id; new ids get the next free ones in the order they come."""
    connection.executemany(_ADD, [(id_,) for id_ in ids])
    known = {id_: ordinal for ordinal, id_ in connection.execute(_ALL).fetchall()}
    return {id_: known[id_] for id_ in ids}


_ADD: Final = """
    INSERT INTO questions (ordinal, id)
    VALUES ((SELECT coalesce(max(ordinal) + 1, 0) FROM questions), ?)
    ON CONFLICT (id) DO NOTHING
"""
_ALL: Final = "SELECT ordinal, id FROM questions ORDER BY ordinal"
