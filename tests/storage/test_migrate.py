"""Migrations: from empty, from the oldest, from the future, and one that fails half way."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.core.errors import StoreError
from bot.storage.migrate import APPLICATION_ID, Migration, migrate, migrations, statements
from bot.storage.store import SqliteStore
from tests.fakes.values import CHAT, NINE, subscription

STEPS = migrations()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "qianmian.db"


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as opened:
        yield opened


def schema(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()


def pragma(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    assert isinstance(value, int)
    return value


def contents(path: Path) -> bytes:
    return path.read_bytes()


def step(number: int, sql: str) -> Migration:
    return Migration(number=number, name="test", sql=sql)


def test_migrations_are_numbered_without_gaps() -> None:
    assert [migration.number for migration in STEPS] == list(range(1, len(STEPS) + 1))


def test_an_empty_database_gets_everything(connection: sqlite3.Connection, path: Path) -> None:
    migrate(connection, path, STEPS)
    assert pragma(connection, "user_version") == len(STEPS)
    assert pragma(connection, "application_id") == APPLICATION_ID
    assert {"chats", "subscriptions", "deliveries"} <= {name for name, _ in schema(connection)}


def test_a_database_that_is_up_to_date_stays_as_it_is(connection: sqlite3.Connection, path: Path) -> None:
    migrate(connection, path, STEPS)
    before = schema(connection)
    migrate(connection, path, STEPS)
    assert schema(connection) == before


async def test_the_oldest_database_keeps_what_it_holds(connection: sqlite3.Connection, path: Path) -> None:
    migrate(connection, path, STEPS[:1])
    connection.execute(
        "INSERT INTO chats (id, platform, chat_id, kind, seen_at) VALUES (1, 'telegram', '1', 'group', 0)"
    )
    deck = subscription().deck.to_bytes()
    connection.execute(
        "INSERT INTO subscriptions (chat, plan, deck, language, next_slot, next_due_at, started_at) "
        "VALUES (1, '{\"times\":[\"09:00\"]}', ?, 'zh', '2026-11-24T09:00', 1795510800000000, 0)",
        (deck,),
    )
    async with SqliteStore.open(path) as store:
        assert await store.subscription(CHAT) == subscription(due=NINE)
        assert await store.recall("anything") is None
    assert pragma(connection, "user_version") == len(STEPS)


def test_every_path_leads_to_the_same_schema(tmp_path: Path) -> None:
    found = []
    for first in range(len(STEPS) + 1):
        path = tmp_path / f"{first}.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            migrate(connection, path, STEPS[:first])
            migrate(connection, path, STEPS)
            found.append(schema(connection))
    assert all(one == found[0] for one in found)


def test_a_step_that_fails_half_way_leaves_the_one_before(connection: sqlite3.Connection, path: Path) -> None:
    good = step(1, "CREATE TABLE one (a TEXT) STRICT;")
    bad = step(2, "CREATE TABLE two (a TEXT) STRICT; INSERT INTO one VALUES ('half');\nINSERT INTO nowhere VALUES (1);")
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        migrate(connection, path, [good, bad])
    assert pragma(connection, "user_version") == 1
    assert [name for name, _ in schema(connection)] == ["one"]
    assert connection.execute("SELECT a FROM one").fetchall() == []
    mended = step(2, "CREATE TABLE two (a TEXT) STRICT;")
    migrate(connection, path, [good, mended])
    assert [name for name, _ in schema(connection)] == ["one", "two"]


def test_a_step_that_breaks_off_fails(connection: sqlite3.Connection, path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="unrecognized token"):
        migrate(connection, path, [step(1, "CREATE TABLE one (a TEXT) STRICT;\nCREATE TABLE two (a 'TEXT;")])
    assert schema(connection) == []


def test_a_database_that_is_locked_is_migrated_later(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            migrate(connection, path, STEPS)
        other.execute("ROLLBACK")
    migrate(connection, path, STEPS)


async def test_a_database_from_the_future_is_refused_and_left_alone(connection: sqlite3.Connection, path: Path) -> None:
    migrate(connection, path, STEPS)
    connection.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    connection.close()
    before = contents(path)
    with pytest.raises(StoreError, match="newer version of this bot"):
        async with SqliteStore.open(path):
            pass
    assert contents(path) == before


@pytest.mark.parametrize(
    "sql", ["CREATE TABLE notes (a)", "PRAGMA user_version = 3", "PRAGMA application_id = 252006674"]
)
async def test_a_database_of_another_program_is_refused_and_left_alone(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(sql)
    before = contents(path)
    with pytest.raises(StoreError, match="another program"):
        async with SqliteStore.open(path):
            pass
    assert contents(path) == before


def test_a_script_is_split_at_the_ends_of_statements() -> None:
    script = "-- a ; in a comment\nCREATE TABLE a (b);\n\nINSERT INTO a\nVALUES (';');\nSELECT 1"
    first, second, third = statements(script)
    assert first.endswith("CREATE TABLE a (b);")
    assert "VALUES (';')" in second
    assert third == "SELECT 1;"


def test_every_table_is_strict(connection: sqlite3.Connection, path: Path) -> None:
    migrate(connection, path, STEPS)
    tables = connection.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'").fetchall()
    assert [name for name, strict in tables if not strict and not name.startswith("sqlite_")] == []
