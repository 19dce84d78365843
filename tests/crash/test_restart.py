"""A restart while very many are queued: it goes on at once, and takes no more than it sends."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from bot.storage.store import SqliteStore
from tests.crash import child, harness

QUEUED = 50_000
# What one process may have under way, and as much again that it has just finished.
TAKEN = 2 * 256


async def test_a_restart_with_50_000_queued_sends_at_once_what_the_killed_process_had_not_taken(
    tmp_path: Path,
) -> None:
    async with harness.recording(seed=1) as (recorder, url):
        run = harness.Harness(folder=tmp_path, url=url, recorder=recorder, seed=1)
        await _fill(run.database)
        with run.life():
            await run.until(recorder.at_request(500, answered=False))
        # The clock of the next shows no later time, so that what the first had under way is still leased to it.
        with run.life(later=timedelta(0)):
            await run.until(recorder.at_request(1, answered=False))
            (taken,) = run.rows("SELECT count(*) FROM deliveries WHERE state <> 'queued'")[0]
            await run.until(recorder.at_request(500, answered=False))
        leased = recorder.left_under_way[2]
    assert leased
    assert max(map(len, recorder.arrivals.values())) == 1, "what was leased was not taken again"
    assert int(taken) <= 500 + 2 * TAKEN, "it took what it could send, and not all there was"


async def _fill(database: Path) -> None:
    """So many chats that are due for one question each, and plan no other."""
    async with SqliteStore.open(database):
        pass
    due = int(child.EPOCH.timestamp()) * 1_000_000
    numbers = range(1, QUEUED + 1)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executemany(
            "INSERT INTO chats (id, platform, chat_id, kind, seen_at) VALUES (?, 'telegram', ?, 'private', 0)",
            ((n, str(7_000_000_000 + n)) for n in numbers),
        )
        connection.executemany(
            "INSERT INTO subscriptions (chat, plan, deck, language, started_at) VALUES (?, '{}', x'', 'en', 0)",
            ((n,) for n in numbers),
        )
        connection.executemany(
            "INSERT INTO deliveries (chat, platform, kind, slot, question, state, due_at, ready_at) "
            "VALUES (?, 'telegram', 'question', '2026-11-24T00:00', 'q1', 'queued', ?, ?)",
            ((n, due, due) for n in numbers),
        )
