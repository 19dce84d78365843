"""Storage: planning, the outbox, opening a large database, and how much room a delivery takes.

`python -m benchmarks.bench_storage` works on real files with durable commits, and takes some minutes: most of them go
into the year of 10,000 chats.
"""

import asyncio
import gc
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import perf_counter

from benchmarks.figures import Figure, table
from bot.core.deck import Deck, DeckState
from bot.core.model import (
    EVERY_DAY,
    DeliveryId,
    DeliveryKind,
    DeliveryState,
    MessageId,
    Plan,
    Platform,
    QuestionId,
    Subscription,
)
from bot.core.ports import Planned, PlannedDelivery, Settled
from bot.core.schedule import Slot, Timetable, next_slot
from bot.storage.instants import to_micros
from bot.storage.plans import encode_plan
from bot.storage.store import SqliteStore

TELEGRAM = Platform("telegram")
NINE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # nine o'clock in Shanghai
SLOT = "2026-11-24T09:00"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PLAN = Plan(timetable=Timetable(times=(time(9),), weekdays=EVERY_DAY, zone="Asia/Shanghai"))
IDS = [QuestionId(f"a-question-of-usual-length-{n}") for n in range(600)]
DECK = Deck(IDS, {id_: n for n, id_ in enumerate(IDS)})
ALL = DECK.mask(IDS)
PAGE = 200
BATCH = 100


def decide(due: Subscription) -> Planned:
    """What the bot decides: the next card of the deck, and the next slot of the timetable."""
    slot = Slot(due_at=due.next_due_at or NINE, key=due.next_slot or SLOT)
    card, deck = DECK.deal(due.deck, ALL, shuffled=True) or (IDS[0], due.deck)
    following = next_slot(due.plan.timetable, slot)
    row = PlannedDelivery(chat=due.chat, kind=DeliveryKind.QUESTION, slot=slot.key, question=card, due_at=slot.due_at)
    return Planned(
        deliveries=(row,),
        deck=deck,
        next_slot=following.key if following else None,
        next_due_at=following.due_at if following else None,
    )


Place = tuple[str, str, str, str]
"""A chat's platform, id, thread ("" for none) and kind."""


def private(number: int) -> Place:
    """A private chat."""
    return "telegram", str(1_000_000_000 + number), "", "private"


async def subscribed(
    path: Path, count: int, due: Callable[[int], datetime], place: Callable[[int], Place] = private
) -> None:
    """A new database in which so many chats subscribed long ago."""
    async with SqliteStore.open(path):
        pass
    # All of the bank was seen once, 300 of it a second time; every chat has an order of its own.
    plan, seen = encode_plan(PLAN), (1 << 700) - 1
    decks = [DeckState(seed=seed, dealt=(1 << 300) - 1, seen=seen, count=900).to_bytes() for seed in range(1000)]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO chats (id, platform, chat_id, thread_id, kind, seen_at) VALUES (?, ?, ?, ?, ?, 0)",
            ((n, *place(n)) for n in range(1, count + 1)),
        )
        connection.executemany(
            "INSERT INTO subscriptions (chat, plan, deck, language, next_slot, next_due_at, started_at) "
            "VALUES (?, ?, ?, 'zh', ?, ?, 0)",
            ((n, plan, decks[n % len(decks)], SLOT, to_micros(due(n))) for n in range(1, count + 1)),
        )


@asynccontextmanager
async def loop_watched() -> AsyncIterator[list[float]]:
    """Measure how much later than asked the event loop comes back to a task that sleeps, in seconds."""
    late: list[float] = []

    async def watch() -> None:
        while True:
            asked = perf_counter() + 0.001
            await asyncio.sleep(0.001)
            late.append(perf_counter() - asked)

    task = asyncio.create_task(watch())
    try:
        yield late
    finally:
        task.cancel()


async def planning_and_sending(folder: Path) -> list[Figure]:
    """One minute of a large bot: 100,000 due at once."""
    path = folder / "planning.db"
    await subscribed(path, 100_000, lambda _: NINE)
    async with SqliteStore.open(path) as store:
        # As the whole bot does once it has started.
        gc.collect()
        gc.freeze()
        start = perf_counter()
        await store.plan_due(now=NINE, limit=PAGE, decide=decide)
        first = perf_counter() - start
        start = perf_counter()
        async with loop_watched() as late:
            for _ in range(10_000 // PAGE):
                await store.plan_due(now=NINE, limit=PAGE, decide=decide)
        spent, held = perf_counter() - start, max(late)
        return [
            Figure(
                what=f"first page of {PAGE} slots planned, 100,000 due at once",
                goal="< 100 ms",
                figure=f"{first * 1000:.0f} ms",
                ok=first < 0.1,
            ),
            Figure(
                what="planning 10,000 due slots (deal, write, advance)",
                goal="< 2 s",
                figure=f"{spent:.2f} s",
                ok=spent < 2,
            ),
            Figure(
                what="event loop held while planning, longest",
                goal="< 20 ms",
                figure=f"{held * 1000:.1f} ms",
                ok=held < 0.02,
            ),
            *await sending(store),
        ]


async def sent(store: SqliteStore) -> tuple[float, float]:
    """Claim and settle everything that is queued; how many in a second, and the longest that the loop was held."""
    count, start = 0, perf_counter()
    async with loop_watched() as late:
        while claimed := await store.claim(TELEGRAM, now=NINE, lease_until=NINE + HOUR, limit=BATCH):
            await store.settle([_sent(c.delivery.id) for c in claimed])
            count += len(claimed)
    return count / (perf_counter() - start), max(late)


async def sending(store: SqliteStore) -> list[Figure]:
    """How fast everything that is queued is claimed and settled."""
    rate, held = await sent(store)
    return [
        Figure(
            what=f"deliveries claimed and settled, in batches of {BATCH}",
            goal=">= 2,400/s",
            figure=f"{rate:,.0f}/s",
            ok=rate >= 2400,
        ),
        Figure(
            what="event loop held meanwhile, longest", goal="< 20 ms", figure=f"{held * 1000:.1f} ms", ok=held < 0.02
        ),
    ]


def _sent(delivery: DeliveryId) -> Settled:
    return Settled(delivery=delivery, state=DeliveryState.SENT, at=NINE, message_id=MessageId("1234567"))


async def opening(folder: Path) -> list[Figure]:
    """Start on a database with a million subscriptions and 10,000 queued deliveries."""
    path = folder / "million.db"
    await subscribed(path, 1_000_000, lambda n: NINE + n * timedelta(milliseconds=86))
    delivered(path, ((n, NINE, "queued") for n in range(1, 10_001)))
    start = perf_counter()
    async with SqliteStore.open(path) as store:
        opened = perf_counter() - start
        claimed = await store.claim(TELEGRAM, now=NINE, lease_until=NINE + HOUR, limit=BATCH)
        first = perf_counter() - start
        assert len(claimed) == BATCH
        start = perf_counter()
        await store.counts()
        counted = perf_counter() - start
    return [
        Figure(
            what="opening, 1,000,000 subscriptions and 10,000 queued",
            goal="< 0.5 s",
            figure=f"{opened:.3f} s",
            ok=opened < 0.5,
        ),
        Figure(what="the same, up to the first claim", goal="< 0.5 s", figure=f"{first:.3f} s", ok=first < 0.5),
        Figure(what="counting everything in it", goal="< 2 s", figure=f"{counted:.3f} s", ok=counted < 2),
    ]


CHATS = 10_000
DAYS = 365


async def year(path: Path, chats: int) -> tuple[int, int, float]:
    """Let so many chats get a question a day for a year, folded after 90 days.

    Returns by how many bytes the database grew, how many deliveries it still holds, and the seconds of folding.
    """
    await subscribed(path, chats, lambda _: NINE)
    empty = size(path)
    start = NINE - DAYS * DAY
    folding = 0.0
    for month in range(0, DAYS, 30):
        span = range(month, min(month + 30, DAYS))
        delivered(path, ((n, start + day * DAY, "sent") for day in span for n in range(1, chats + 1)))
        async with SqliteStore.open(path) as store:
            begun = perf_counter()
            await store.fold(start + (span.stop - 90) * DAY)
            folding += perf_counter() - begun
    with closing(sqlite3.connect(path)) as connection:
        (kept,) = connection.execute("SELECT count(*) FROM deliveries").fetchone()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return size(path) - empty, kept, folding


def size(path: Path) -> int:
    """Bytes of a file."""
    return path.stat().st_size


async def grown(folder: Path, chats: int = 2_000) -> tuple[float, float, float]:
    """A year of so many chats.

    Returns the bytes of a delivery over the whole year, those of one that is not folded, and the seconds of folding
    100,000.
    """
    more, kept, folding = await year(folder / "year.db", chats)
    return more / (chats * DAYS), more / kept, folding * 100_000 / (chats * DAYS - kept)


async def room(folder: Path) -> list[Figure]:
    """How much room a year of deliveries takes, and how fast the database is after it."""
    each, live, folding = await grown(folder, CHATS)
    path = folder / "year.db"
    async with SqliteStore.open(path) as store:
        begun = perf_counter()
        for _ in range(CHATS // PAGE):
            await store.plan_due(now=NINE, limit=PAGE, decide=decide)
        planning = perf_counter() - begun
        rate, _ = await sent(store)
    return [
        Figure(
            what=f"growth of the database per delivery, a year of {CHATS:,} chats folded after 90 days",
            goal="< 200 bytes",
            figure=f"{each:.0f} bytes",
            ok=each < 200,
        ),
        Figure(
            what="size of that database",
            goal="< 730 MB",
            figure=f"{size(path) / 1e6:.0f} MB",
            ok=size(path) < 730e6,
        ),
        Figure(
            what="room of a delivery that is not folded yet",
            goal="< 400 bytes",
            figure=f"{live:.0f} bytes",
            ok=live < 400,
        ),
        Figure(what="folding 100,000 deliveries", goal="< 10 s", figure=f"{folding:.1f} s", ok=folding < 10),
        Figure(
            what="planning 10,000 due slots after that year",
            goal="< 2 s",
            figure=f"{planning:.2f} s",
            ok=planning < 2,
        ),
        Figure(
            what=f"deliveries claimed and settled after that year, in batches of {BATCH}",
            goal=">= 2,400/s",
            figure=f"{rate:,.0f}/s",
            ok=rate >= 2400,
        ),
    ]


def delivered(path: Path, rows: Iterable[tuple[int, datetime, str]], ids: Sequence[str] = IDS) -> None:
    """Write deliveries as the bot would have left them."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO deliveries (chat, platform, kind, slot, question, state, due_at, ready_at, attempts, "
            "claimed_at, sent_at, message_id) VALUES (?, 'telegram', 'question', ?, ?, ?, ?, ?, 1, ?, ?, '1234567')",
            (
                (
                    chat,
                    f"{due:%Y-%m-%dT%H:%M}",
                    ids[chat % len(ids)],
                    state,
                    at,
                    at if state == "queued" else None,
                    at,
                    at,
                )
                for chat, due, state in rows
                for at in (to_micros(due),)
            ),
        )


def measure() -> list[Figure]:
    """All figures of this file."""

    async def all_of(folder: Path) -> list[Figure]:
        return [*await planning_and_sending(folder), *await opening(folder), *await room(folder)]

    with tempfile.TemporaryDirectory() as name:
        return asyncio.run(all_of(Path(name)))


if __name__ == "__main__":
    print(table("Storage", measure()))
