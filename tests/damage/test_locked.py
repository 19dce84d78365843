"""The database locked by another program."""

import sqlite3
from contextlib import closing
from pathlib import Path

from structlog.typing import EventDict

from bot.core.ports import State
from tests.damage.morning import PEOPLE, Morning


async def test_a_database_locked_by_another_program_delays_and_loses_nothing(
    morning: Morning, database: Path, logged: list[EventDict]
) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        morning.strike()
        await morning.until(lambda: "locked by another program" in morning.health().why)
        health = morning.health()
        other.execute("ROLLBACK")
    morning.bot.delivery.tick()
    await morning.until_all_have_it()
    assert health.state is State.DEGRADED
    assert [morning.cards(person) for person in PEOPLE] == [1, 1, 1]
    assert any("locked by another program" in str(event.get("why")) for event in logged)
