"""What Prometheus sees of the whole bot."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from bot.core.ports import Facts, Health, State
from bot.metrics import DatabaseMetrics, watch_whole_bot
from bot.storage.facts import facts
from bot.storage.store import SqliteStore
from tests.fakes.values import DAY, NINE


def seen(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    return registry.get_sample_value(name, labels)


@pytest.fixture
def about() -> Facts:
    return Facts(version="1.2.3", since=NINE, database_bytes=4096, log_bytes=512, backed_up_at=NINE)


def test_every_part_is_in_one_state(about: Facts) -> None:
    parts = [Health(part="telegram", state=State.DOWN), Health(part="web", state=State.OK)]
    registry = CollectorRegistry()
    watch_whole_bot(registry, health=lambda: parts, facts=lambda: about)
    told = {
        (part, state): seen(registry, "qianmian_part", part=part, state=state)
        for part in ("telegram", "web")
        for state in ("ok", "degraded", "down")
    }
    assert {key for key, value in told.items() if value == 1} == {("telegram", "down"), ("web", "ok")}
    assert set(told.values()) == {0, 1}
    parts[0] = Health(part="telegram", state=State.OK)
    assert seen(registry, "qianmian_part", part="telegram", state="ok") == 1


def test_sizes_backup_version_and_the_memory_of_the_process_are_told(about: Facts) -> None:
    registry = CollectorRegistry()
    watch_whole_bot(registry, health=tuple, facts=lambda: about)
    assert seen(registry, "qianmian_database_bytes") == 4096
    assert seen(registry, "qianmian_database_log_bytes") == 512
    assert seen(registry, "qianmian_last_backup_timestamp_seconds") == NINE.timestamp()
    assert seen(registry, "qianmian_info", version="1.2.3") == 1
    if Path("/proc/self/stat").exists():
        assert (seen(registry, "process_resident_memory_bytes") or 0) > 1_000_000


def test_calls_of_the_database_are_counted_by_name() -> None:
    registry = CollectorRegistry()
    metrics = DatabaseMetrics(registry)
    for seconds in (0.001, 0.002):
        metrics.took("rate", seconds)
    assert seen(registry, "qianmian_database_seconds_count", call="rate") == 2
    assert seen(registry, "qianmian_database_seconds_sum", call="rate") == pytest.approx(0.003)


async def test_facts_are_those_of_the_files(tmp_path: Path) -> None:
    path, folder = tmp_path / "bot.sqlite3", tmp_path / "backups"
    before = facts(path, folder, version="1", since=NINE)
    async with SqliteStore.open(path) as store:
        made = await store.back_up_nightly(folder, now=NINE, keep=3)
        await store.back_up_nightly(folder, now=NINE + DAY, keep=3)
        latest = folder / "bot-2026-11-25.db"
        os.utime(made, (1, 1))
        os.utime(latest, (NINE.timestamp(), NINE.timestamp()))
        now = facts(path, folder, version="1", since=NINE)
        sizes = (path.stat().st_size, path.with_name("bot.sqlite3-wal").stat().st_size)
    assert (before.database_bytes, before.log_bytes, before.backed_up_at) == (0, 0, None)
    assert (now.database_bytes, now.log_bytes) == sizes
    assert now.backed_up_at == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
