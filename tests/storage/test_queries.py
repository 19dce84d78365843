"""The hot queries are index look-ups, whatever the number of rows."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.storage import announcements, chats, deliveries, learners, subscriptions, traffic
from bot.storage.migrate import migrate, migrations

NAMED = {"platform": "telegram", "now": 1, "limit": 100}


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        migrate(opened, Path(":memory:"), migrations())
        yield opened


def plan_of(connection: sqlite3.Connection, sql: str, parameters: object) -> list[str]:
    """The steps of SQLite's plan for a query: https://sqlite.org/eqp.html."""
    assert isinstance(parameters, tuple | dict)
    return [step for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters).fetchall()]


@pytest.mark.parametrize("sql", [traffic.SENT, traffic.FAILED])
def test_the_figures_of_a_week_read_no_more_than_that_week(connection: sqlite3.Connection, sql: str) -> None:
    steps = plan_of(connection, sql, {"day": 1, "week": 1, "now": 1})
    assert "SEARCH deliveries USING INDEX deliveries_due (due_at>? AND due_at<?)" in steps


def test_what_waits_is_counted_among_what_waits(connection: sqlite3.Connection) -> None:
    (step,) = [step for step in plan_of(connection, traffic.WAITING, (1,)) if "deliveries" in step]
    assert "INDEX deliveries_ready" in step


@pytest.mark.parametrize(
    ("sql", "parameters", "index"),
    [
        pytest.param(subscriptions.DUE, (1, 200), "subscriptions_due", id="due subscriptions"),
        pytest.param(deliveries.CLAIMABLE, NAMED, "deliveries_waiting", id="claim"),
        pytest.param(deliveries.CLAIMABLE_AGAIN, NAMED, "deliveries_tried", id="claim of what was tried"),
        pytest.param(deliveries.CLAIMABLE_BEHIND, NAMED, "deliveries_waiting_behind", id="claim of announcements"),
        pytest.param(announcements.NEXT_SUBSCRIBED, (0, 200), "INTEGER PRIMARY KEY", id="page of an announcement"),
        pytest.param(announcements.ANNOUNCED, ("announce-1",), "deliveries_announced", id="how far an announcement is"),
        pytest.param(announcements.STOP_WAITING, ("announce-1", 1, 200), "deliveries_announced", id="end of one"),
        pytest.param(deliveries.NEXT_READY, ("telegram",), "deliveries_ready", id="next wakeup"),
        pytest.param(deliveries.COUNT_DUE, NAMED, "deliveries_waiting (platform=? AND due_at<?)", id="waiting"),
        pytest.param(deliveries.COUNT_DUE, NAMED, "deliveries_waiting_behind (", id="waiting announcements"),
        pytest.param(deliveries.OF_CHAT, ("telegram", "1", "", 5), "deliveries_by_due", id="ledger"),
        pytest.param(
            deliveries.SENT_BEFORE, ("telegram", "1", "", "s"), "chat=? AND kind=? AND slot<?", id="sent before"
        ),
        pytest.param(deliveries.FAIL_WAITING, ("asked", 1), "chat=?", id="end of a subscription"),
        pytest.param(subscriptions.GET, ("telegram", "1", ""), "chats_by_ref", id="subscription"),
        pytest.param(chats.SUBSCRIBED, ("telegram:", "telegram;", 9), "chats_by_address", id="subscribed chats"),
        pytest.param(learners.TALLY_RATINGS, (1, "q"), "COVERING INDEX ratings_by_chat", id="tally of ratings"),
        pytest.param(learners.TALLY_PICKS, (1, "q"), "COVERING INDEX picks_by_chat", id="tally of picks"),
    ],
)
def test_a_hot_query_reads_an_index_and_sorts_nothing(
    connection: sqlite3.Connection, sql: str, parameters: object, index: str
) -> None:
    steps = plan_of(connection, sql, parameters)
    assert any(index in step for step in steps), steps
    assert not [step for step in steps if step.startswith("SCAN") or "TEMP B-TREE" in step], steps
