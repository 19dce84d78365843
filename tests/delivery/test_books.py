"""The books over a real database: what it refuses holds up nobody else."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot.core.model import DeliveryId, DeliveryState, MessageId
from bot.core.ports import Settled
from bot.delivery.books import Books
from bot.storage.store import SqliteStore
from tests.fakes.values import HOUR, NINE, TELEGRAM, chat_ref, one_a_day, subscription

HALF = "\ud83d"  # half of a surrogate pair, which no database takes


async def under_way(store: SqliteStore, count: int) -> Sequence[DeliveryId]:
    """Deliveries that are being sent, one for each chat."""
    for number in range(count):
        await store.subscribe(subscription(chat_ref(number)), at=NINE)
    await store.plan_due(now=NINE, limit=count, decide=one_a_day)
    claimed = await store.claim(TELEGRAM, now=NINE, lease_until=NINE + HOUR, limit=count)
    return sorted(one.delivery.id for one in claimed)


async def settle_all(store: SqliteStore, outcomes: Sequence[Settled]) -> Books:
    """Have them written, and wait until all are."""
    books = Books(store)
    written = [asyncio.Event() for _ in outcomes]
    for outcome, event in zip(outcomes, written, strict=True):
        books.settle(outcome, event.set)
    writing = asyncio.create_task(books.run())
    async with asyncio.timeout(60):
        await asyncio.gather(*(event.wait() for event in written))
    writing.cancel()
    await asyncio.wait([writing])
    return books


def sent(delivery: DeliveryId, message: str) -> Settled:
    return Settled(delivery=delivery, state=DeliveryState.SENT, at=NINE, message_id=MessageId(message))


async def test_an_outcome_with_words_no_database_takes_is_written_without_them(tmp_path: Path) -> None:
    async with SqliteStore.open(tmp_path / "qianmian.db") as store:
        first, second, third, fourth = await under_way(store, 4)
        failed = Settled(delivery=second, state=DeliveryState.FAILED, at=NINE, reason="rejected", error=HALF)
        books = await settle_all(store, [sent(first, "1"), failed, sent(third, HALF), sent(fourth, "4")])
        rows = [(await store.ledger(chat_ref(number), limit=1))[0] for number in range(4)]

    assert [row.state.value for row in sorted(rows, key=lambda row: row.id)] == ["sent", "failed", "sent", "sent"]
    assert {row.id: (row.message_id, row.reason) for row in rows} == {
        first: ("1", ""),
        second: (None, "rejected"),
        third: (None, ""),
        fourth: ("4", ""),
    }
    assert not books.trouble


async def test_one_odd_outcome_alone_is_written_too(tmp_path: Path) -> None:
    async with SqliteStore.open(tmp_path / "qianmian.db") as store:
        (only,) = await under_way(store, 1)
        await settle_all(store, [sent(only, HALF)])
        (row,) = await store.ledger(chat_ref(0), limit=1)

    assert row.state is DeliveryState.SENT
