"""Pulled plugs: whatever the instant, the database is whole, and what was acknowledged is there."""

import asyncio
import sys
from pathlib import Path

import pytest

from bot.core.model import DeliveryId, DeliveryState
from bot.core.ports import Settled
from bot.storage.check import check
from bot.storage.store import SqliteStore
from tests.fakes.values import DAY, HOUR, NINE, TELEGRAM, chat_ref, one_a_day, subscription

ROOT = Path(__file__).parents[2]
CHATS = 20
# Plans, claims and settles one day after the other, and says each time a transaction was acknowledged.
WORK = """
import asyncio, sys
from pathlib import Path
from bot.core.model import DeliveryState
from bot.core.ports import Settled
from bot.storage.store import SqliteStore
from tests.fakes.values import DAY, HOUR, NINE, TELEGRAM, one_a_day

async def work() -> None:
    async with SqliteStore.open(Path(sys.argv[1])) as store:
        for day in range(1000):
            now = NINE + day * DAY
            await store.plan_due(now=now, limit=100, decide=one_a_day)
            print("planned", flush=True)
            claimed = await store.claim(TELEGRAM, now=now, lease_until=now + HOUR, limit=100)
            print("claimed", flush=True)
            await store.settle([Settled(delivery=c.delivery.id, state=DeliveryState.SENT, at=now) for c in claimed])
            print("settled", flush=True)

asyncio.run(work())
"""


async def subscribe(path: Path) -> None:
    async with SqliteStore.open(path) as store:
        for n in range(CHATS):
            await store.subscribe(subscription(chat_ref(n)), at=NINE)


async def days_of(path: Path) -> dict[DeliveryState, int]:
    """How many days every chat has in each state; asserts that all chats and both tables agree."""
    check(path)
    async with SqliteStore.open(path) as store:
        found = set()
        for n in range(CHATS):
            stored = await store.subscription(chat_ref(n))
            rows = await store.ledger(chat_ref(n), limit=5000)
            states = [row.state for row in rows]
            assert stored is not None
            assert stored.deck.count == len(rows) == len({row.slot for row in rows})
            assert stored.next_due_at == NINE + len(rows) * DAY
            assert states[1:] == [DeliveryState.SENT] * (len(rows) - 1), "only the last day may be on its way"
            found.add(tuple((state, states.count(state)) for state in DeliveryState))
        (same,) = found
        return dict(same)


@pytest.mark.parametrize("lines", [1, 2, 3, 40, 101, 302])
async def test_what_was_acknowledged_survives_a_kill_and_nothing_is_half_done(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "qianmian.db"
    await subscribe(path)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORK, str(path), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    said = [await child.stdout.readline() for _ in range(lines)]
    child.kill()  # somewhere in the transactions that follow
    said += (await child.stdout.read()).splitlines(keepends=True)
    await child.wait()
    acknowledged = [line.strip() for line in said if line.endswith(b"\n")]
    days = await days_of(path)
    planned, settled = acknowledged.count(b"planned"), acknowledged.count(b"settled")
    assert sum(days.values()) in {planned, planned + 1}
    assert days[DeliveryState.SENT] in {settled, settled + 1}


def torn_copy(path: Path, copy: Path, keep: float) -> None:
    """The files as a power cut would leave them, with only a part of the log on the disk."""
    copy.write_bytes(path.read_bytes())
    log = path.with_name(f"{path.name}-wal").read_bytes()
    copy.with_name(f"{copy.name}-wal").write_bytes(log[: int(len(log) * keep)])


def sent(delivery: DeliveryId) -> Settled:
    return Settled(delivery=delivery, state=DeliveryState.SENT, at=NINE)


async def test_a_torn_log_leaves_whole_transactions(tmp_path: Path) -> None:
    path = tmp_path / "qianmian.db"
    await subscribe(path)
    async with SqliteStore.open(path) as store:
        for day in range(20):
            await store.plan_due(now=NINE + day * DAY, limit=100, decide=one_a_day)
            claimed = await store.claim(TELEGRAM, now=NINE + day * DAY, lease_until=NINE + HOUR, limit=100)
            await store.settle([sent(c.delivery.id) for c in claimed])
        for step in range(21):
            torn_copy(path, tmp_path / f"torn-{step}.db", keep=step / 20)
    days = [sum((await days_of(tmp_path / f"torn-{step}.db")).values()) for step in range(21)]
    assert days == sorted(days)
    assert (days[0], days[-1]) == (0, 20)
