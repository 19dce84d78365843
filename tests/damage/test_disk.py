"""A disk that fills up under a whole bot, which runs as a process of its own."""

import asyncio
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.ports import State
from tests.damage.disks import Disk, Limited, Small, may_mount
from tests.damage.morning import BEFORE_ONE, PEOPLE, POST, person, subscribed
from tests.damage.processes import ROOT, bot_on
from tests.fakes.telegram_server import TelegramServer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of other processes are Linux's own")
SOON = BEFORE_ONE + timedelta(seconds=8)
PAST_ONE = BEFORE_ONE + timedelta(seconds=11)
NOT_PLANNED = "nothing planned, tried again next minute"


@pytest.fixture(params=[Limited, Small])
async def disk(request: pytest.FixtureRequest, folder: Path) -> Disk:
    """A disk that can be filled."""
    made: Disk = request.param()
    if isinstance(made, Small) and not await may_mount(folder):
        pytest.skip("this system lets us have no disk of our own")
    return made


@pytest.fixture
async def database(folder: Path, telegram: TelegramServer) -> Path:
    """One that three people have subscribed in, in a folder of its own."""
    path = folder / "state" / "bot.sqlite3"
    path.parent.mkdir()
    await subscribed(path, map(person, PEOPLE))
    for number in PEOPLE:
        telegram.person(number)
    return path


def cards(telegram: TelegramServer) -> Counter[int]:
    return Counter(m.chat for m in telegram.messages if m.by_bot and m.rich)


async def test_what_is_due_while_the_disk_is_full_comes_when_there_is_room_again(
    folder: Path, disk: Disk, database: Path, telegram: TelegramServer
) -> None:
    async with bot_on(disk, database, telegram, start=SOON) as bot:
        disk.fill(database.parent)
        told = await bot.until(lambda health: disk.full_is_called in health.why and bool(bot.told(NOT_PLANNED)))
        before = cards(telegram)
        disk.free(database.parent)
        await telegram.until(lambda: cards(telegram) == Counter(PEOPLE))
        await bot.until(lambda health: health.state is State.OK)
        states = _states(disk.seen(database.parent), folder)
    assert not before
    assert told.state is State.DEGRADED
    assert states == Counter(sent=len(PEOPLE))
    (planned,) = bot.told(NOT_PLANNED)
    assert disk.full_is_called in planned["why"]
    assert cards(telegram) == Counter(PEOPLE)


async def test_what_was_sent_before_the_disk_was_full_is_not_sent_again(
    folder: Path, disk: Disk, database: Path, telegram: TelegramServer
) -> None:
    telegram.held[POST] = asyncio.Event()
    async with bot_on(disk, database, telegram, start=PAST_ONE) as bot:
        await telegram.until(lambda: len(telegram.called(POST)) == len(PEOPLE))
        disk.fill(database.parent)
        telegram.held.pop(POST).set()
        told = await bot.until(lambda health: disk.full_is_called in health.why)
        sent = cards(telegram)
        disk.free(database.parent)
        await bot.until(lambda health: health.state is State.OK)
        await telegram.until(lambda: bot.told("outcomes written at last"))
        states = _states(disk.seen(database.parent), folder)
    assert sent == Counter(PEOPLE)
    assert told.state is State.DEGRADED
    assert states == Counter(sent=len(PEOPLE))
    assert len(bot.told("outcomes kept until written")) == 1
    assert len(telegram.called(POST)) == len(PEOPLE)


def _states(place: Path, folder: Path) -> Counter[str]:
    """How many deliveries are in which state, by a copy: SQLite would not find a disk that the bot alone sees."""
    for name in ("bot.sqlite3", "bot.sqlite3-wal"):
        (folder / name).write_bytes((place / name).read_bytes())
    with closing(sqlite3.connect(folder / "bot.sqlite3")) as connection:
        return Counter(dict(connection.execute("SELECT state, count(*) FROM deliveries GROUP BY state").fetchall()))


async def test_a_bot_that_finds_the_disk_full_says_so_and_does_not_start(disk: Disk, database: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        *disk.command_when_full(database.parent),
        *(sys.executable, "-m", "bot", "run", "--database", str(database), "--port", "0", "--no-browser"),
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await child.communicate()
    assert child.returncode == 2
    assert said.decode().startswith("✗ ")
    assert "Traceback" not in said.decode()
    assert "space" in said.decode()
