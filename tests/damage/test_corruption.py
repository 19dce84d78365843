"""Corrupt pages in the database of a whole bot: said with what to do, and over when the file is put right."""

import asyncio
import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from structlog.typing import EventDict

from bot.__main__ import main
from bot.core.ports import State
from tests.damage.morning import PEOPLE, person, subscribed, virtual_morning
from tests.damage.processes import ROOT
from tests.fakes.virtual_loop import virtually_over_sockets

WHAT_TO_DO = "Stop the bot, keep a copy of the file and its -wal file, and restore the latest backup: qianmian restore"
GARBAGE = [b"\x00", b"\xff", b"\x0d\x17"]


def spoil(database: Path, table: str, *, with_what: bytes = GARBAGE[1]) -> Callable[[], None]:
    """Overwrite where a table and its indexes begin, and have it read anew by all; returns how to undo it."""
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = other.execute("PRAGMA page_size").fetchone()
        roots = other.execute("SELECT rootpage FROM sqlite_schema WHERE tbl_name = ?", (table,)).fetchall()
    assert roots
    places = [(root - 1) * size for (root,) in roots]
    whole = database.read_bytes()
    _overwrite(database, dict.fromkeys(places, (with_what * size)[:size]))
    return lambda: _overwrite(database, {place: whole[place : place + size] for place in places})


def _write_at(file: Path, place: int, content: bytes) -> None:
    with file.open("r+b") as opened:
        opened.seek(place)
        opened.write(content)


def _overwrite(file: Path, pieces: dict[int, bytes]) -> None:
    for place, content in pieces.items():
        _write_at(file, place, content)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        # After a commit of another program nobody trusts the pages they remember.
        (version,) = other.execute("PRAGMA user_version").fetchone()
        other.execute("BEGIN IMMEDIATE")
        other.execute(f"PRAGMA user_version = {version}")
        other.execute("COMMIT")


@pytest.mark.parametrize("with_what", GARBAGE)
@virtually_over_sockets
async def test_where_nothing_can_be_planned_it_is_said_and_comes_when_the_file_is_right_again(
    folder: Path, logged: list[EventDict], with_what: bytes
) -> None:
    async with virtual_morning(folder) as morning:
        mend = spoil(morning.database, "deliveries", with_what=with_what)
        await morning.pass_minutes(3)
        health, asked = morning.health(), morning.asked()
        mend()
        await morning.once(morning.each_has_one)
        await morning.pass_minutes(2)
        assert morning.each_has_one()
        assert morning.health().state is State.OK
    assert not asked
    assert health.state is State.DEGRADED
    assert "is damaged" in health.why
    assert WHAT_TO_DO in health.why
    told = [event for event in logged if event["event"] == "nothing planned, tried again next minute"]
    assert all(WHAT_TO_DO in event["why"] and event["log_level"] == "error" for event in told)
    # Once for each thing that SQLite finds, not once a minute.
    assert len({event["why"] for event in told}) == len(told) > 0


@virtually_over_sockets
async def test_what_was_sent_is_kept_until_the_file_is_right_again_and_nobody_gets_it_twice(
    folder: Path, logged: list[EventDict]
) -> None:
    async with virtual_morning(folder) as morning:
        morning.telegram.delay = 20.0
        await morning.once(lambda: len(morning.asked()) == len(PEOPLE))
        mend = spoil(morning.database, "deliveries")
        await morning.pass_minutes(4)
        health = morning.health()
        mend()
        await morning.pass_minutes(10)
        assert morning.each_has_one()
        assert morning.health().state is State.OK
        assert sorted(morning.asked()) == sorted(PEOPLE)
    assert WHAT_TO_DO in health.why
    events = [event["event"] for event in logged]
    assert (events.count("outcomes kept until written"), events.count("outcomes written at last")) == (1, 1)


@virtually_over_sockets
async def test_where_only_the_learners_notes_are_corrupt_the_questions_go_on_and_it_is_said(
    folder: Path, logged: list[EventDict]
) -> None:
    async with virtual_morning(folder) as morning:
        telegram = morning.telegram
        mend = spoil(morning.database, "ratings")
        await morning.once(morning.each_has_one)
        card = next(m for m in telegram.messages if m.by_bot and m.chat == 7)
        await telegram.press(7, card, "Answer")
        toast = (await telegram.tapped(7, card, "Knew it"))["text"]
        parts = {part.part: part for part in morning.bot.health()}
        mend()
        again = (await telegram.tapped(7, card, "Knew it"))["text"]
    assert "try again in a few minutes" in toast
    assert "try again" not in again
    assert parts["delivery"].state is State.OK
    assert parts["database"].state is State.DEGRADED
    assert WHAT_TO_DO in parts["database"].why
    (told,) = [event for event in logged if event["event"] == "the database cannot be used"]
    assert WHAT_TO_DO in told["why"]


@virtually_over_sockets
async def test_the_backup_that_the_message_asks_for_brings_everything_back(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = folder / "kept.db"
    async with virtual_morning(folder) as morning:
        database = morning.database
        assert main(["backup", str(kept), "--database", str(database)]) == 0
        spoil(database, "deliveries")
        await morning.pass_minutes(2)
        said = morning.health().why
        assert not morning.asked()
        # It says to stop the bot first, and means it.
        assert main(["restore", str(kept), "--database", str(database)]) == 2
    assert "restore the latest backup: qianmian restore" in said
    assert main(["restore", str(kept), "--database", str(database)]) == 0
    assert "before-restore-1" in capsys.readouterr().out
    async with virtual_morning(folder, subscribe=False) as morning:
        await morning.once(morning.each_has_one)
        assert morning.health().state is State.OK


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda file: _write_at(file, 0, b"my diary"), "is no SQLite database"),
        (lambda file: _write_at(file, 100, os.urandom(3000)), "is damaged"),
        (lambda file: file.write_bytes(file.read_bytes()[:20_000]), "is damaged"),
        (lambda file: spoil(file, "questions"), "is damaged"),
    ],
    ids=["no database", "a torn first page", "cut short", "a table the start needs"],
)
async def test_a_corrupt_file_is_no_start_but_a_sentence_and_left_as_it_is(
    folder: Path, damage: Callable[[Path], object], said: str
) -> None:
    database = folder / "bot.sqlite3"
    await subscribed(database, map(person, PEOPLE))
    damage(database)
    before = database.read_bytes()
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", "--database", str(database), "--port", "0", "--no-browser"),
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await child.communicate()
    assert child.returncode == 2
    assert err.decode().startswith("✗ ")
    assert said in err.decode()
    assert "qianmian restore FILE" in err.decode()
    assert database.read_bytes() == before
