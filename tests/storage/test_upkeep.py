"""Folding old rows of the ledger into daily counts."""

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from bot.core.model import ChatRef, DeliveryState
from bot.core.ports import Settled
from bot.storage.notes import EXPIRED_AT_ONCE
from bot.storage.store import SqliteStore
from bot.storage.upkeep import KEPT_PER_CHAT, ROWS_AT_ONCE
from tests.fakes.values import CHAT, DAY, HOUR, NINE, TELEGRAM, chat_ref, one_a_day, slot_at, subscription


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "qianmian.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore.open(path) as opened:
        yield opened


async def live(
    store: SqliteStore, *refs: ChatRef, days: int, start: datetime = NINE, state: DeliveryState = DeliveryState.SENT
) -> datetime:
    """Let chats get a question a day, each of which ends in the given state; returns the day after."""
    for ref in refs:
        await store.subscribe(subscription(ref, due=start), at=start)
    for day in range(days):
        now = start + day * DAY
        await store.plan_due(now=now, limit=1000, decide=one_a_day)
        claimed = await store.claim(TELEGRAM, now=now, lease_until=now + HOUR, limit=1000)
        await store.settle([Settled(delivery=c.delivery.id, state=state, at=now) for c in claimed])
    return start + days * DAY


def daily_counts(path: Path) -> list[tuple[str, str, str, str, int]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(
            "SELECT day, platform, kind, state, count FROM daily_counts ORDER BY day, platform, kind, state"
        ).fetchall()


def totals(path: Path) -> dict[str, int]:
    """How many deliveries are in each state, whether their rows were folded or not."""
    with closing(sqlite3.connect(path)) as connection:
        counted = Counter(state for (state,) in connection.execute("SELECT state FROM deliveries ORDER BY id"))
    for *_, state, count in daily_counts(path):
        counted[state] += count
    return dict(counted)


async def test_old_rows_become_daily_counts(store: SqliteStore, path: Path) -> None:
    await live(store, chat_ref(1), chat_ref(2), days=10)
    assert await store.fold(NINE + 2 * DAY) == 4
    assert daily_counts(path) == [
        ("2026-11-24", "telegram", "question", "sent", 2),
        ("2026-11-25", "telegram", "question", "sent", 2),
    ]
    assert [row.due_at for row in await store.ledger(CHAT, limit=100)][-1] == NINE + 2 * DAY


async def test_counts_add_up_over_nights_and_stay_the_same(store: SqliteStore, path: Path) -> None:
    await live(store, CHAT, days=10)
    before = totals(path)
    assert await store.fold(NINE + DAY + HOUR) == 2
    await live(store, chat_ref(2), days=10)
    assert await store.fold(NINE + DAY + HOUR) == 2
    assert await store.fold(NINE + DAY + HOUR) == 0
    assert [count for *_, count in daily_counts(path)] == [2, 2]
    assert before == {"sent": 10}
    assert totals(path) == {"sent": 20}


async def test_the_latest_rows_of_every_chat_stay(store: SqliteStore) -> None:
    end = await live(store, CHAT, days=KEPT_PER_CHAT + 3)
    last = await store.delivered_before(CHAT, slot=slot_at(end))
    assert await store.fold(end + 400 * DAY) == 3
    rows = await store.ledger(CHAT, limit=100)
    assert len(rows) == KEPT_PER_CHAT
    assert await store.delivered_before(CHAT, slot=slot_at(end)) == last == rows[0]


async def test_what_is_not_finished_is_never_folded(store: SqliteStore) -> None:
    await live(store, CHAT, days=1, state=DeliveryState.RETRY)
    await store.claim(TELEGRAM, now=NINE + DAY, lease_until=NINE + DAY, limit=1)
    await live(store, CHAT, days=KEPT_PER_CHAT + 1, start=NINE + 2 * DAY)
    await store.plan_due(now=NINE + 100 * DAY, limit=1000, decide=one_a_day)
    waiting = (DeliveryState.SENDING, DeliveryState.RETRY, DeliveryState.QUEUED)
    before = [row for row in await store.ledger(CHAT, limit=100) if row.state in waiting]
    await store.fold(NINE + 400 * DAY)
    assert [row for row in await store.ledger(CHAT, limit=100) if row.state in waiting] == before != []


async def test_a_slot_that_was_folded_does_not_come_back(store: SqliteStore) -> None:
    end = await live(store, CHAT, days=10)
    await store.fold(end)
    stored = await store.subscription(CHAT)
    assert stored is not None
    assert stored.next_due_at == end


async def test_more_rows_than_one_step_takes_are_folded(store: SqliteStore, path: Path) -> None:
    refs = [chat_ref(n) for n in range(ROWS_AT_ONCE // 5)]
    await live(store, *refs, days=10)
    assert await store.fold(NINE + 400 * DAY) == len(refs) * (10 - KEPT_PER_CHAT)
    assert totals(path) == {"sent": len(refs) * 10}


async def test_an_empty_database_has_nothing_to_fold(store: SqliteStore) -> None:
    assert await store.fold(NINE) == 0


async def test_small_values_whose_time_is_over_are_forgotten(store: SqliteStore) -> None:
    await store.remember("menu", "1")
    for number in range(EXPIRED_AT_ONCE + 1):
        await store.remember(f"poll {number}", "x", until=NINE)
    await store.remember("fresh", "x", until=NINE + DAY)
    await store.remember("renewed", "x", until=NINE)
    await store.remember("renewed", "x", until=NINE + DAY)
    assert await store.forget_expired(NINE + HOUR) == EXPIRED_AT_ONCE + 1
    assert await store.recall("poll 0") is None
    assert [await store.recall(key) for key in ("menu", "fresh", "renewed")] == ["1", "x", "x"]
    assert await store.forget_expired(NINE + HOUR) == 0
