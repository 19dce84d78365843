"""The database locked by another program, for longer than the bot waits for it."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from structlog.typing import EventDict

from bot.core.ports import State
from tests.damage.morning import PEOPLE, POST, Morning
from tests.fakes.telegram_server import TelegramServer

WORDS = "locked by another program"


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Another program begins to write, and takes its time."""
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def test_a_database_locked_by_another_program_delays_and_loses_nothing(
    morning: Morning, database: Path, logged: list[EventDict]
) -> None:
    with locked(database):
        morning.strike()
        await morning.until(lambda: WORDS in morning.health().why)
        health = morning.health()
    morning.bot.delivery.tick()
    await morning.until_all_have_it()
    assert health.state is State.DEGRADED
    assert [morning.cards(person) for person in PEOPLE] == [1, 1, 1]
    assert any(WORDS in str(event.get("why")) for event in logged)


async def test_what_was_sent_meanwhile_is_kept_until_it_can_be_written_and_nobody_gets_it_twice(
    morning: Morning, telegram: TelegramServer, database: Path, logged: list[EventDict]
) -> None:
    telegram.held[POST] = asyncio.Event()
    morning.strike()
    await telegram.until(lambda: len(morning.asked()) == len(PEOPLE))
    with locked(database):
        telegram.held.pop(POST).set()
        await morning.until(lambda: WORDS in morning.health().why)
        # The next tick waits for the lock as well, and the leases of what was sent run out meanwhile.
        morning.bot.delivery.tick()
        await morning.until(lambda: len(_told(logged, "nothing planned, tried again next minute")) > 0)
        assert _states(database) == Counter(sending=len(PEOPLE))
    morning.bot.delivery.tick()
    await morning.until(lambda: morning.health().state is State.OK)
    assert [morning.cards(person) for person in PEOPLE] == [1, 1, 1]
    assert _states(database) == Counter(sent=len(PEOPLE))
    # One line when it begins, however often it is tried, and one when it is over.
    (kept,) = _told(logged, "outcomes kept until written")
    assert WORDS in kept["why"]
    assert len(_told(logged, "outcomes written at last")) == 1


async def test_whoever_taps_or_writes_meanwhile_is_told_and_asked_to_try_again(
    morning: Morning, telegram: TelegramServer, database: Path, logged: list[EventDict]
) -> None:
    morning.strike()
    await morning.until_all_have_it()
    card = next(m for m in telegram.messages if m.by_bot and m.rich and m.chat == 7)
    await telegram.press(7, card, "Answer")
    with locked(database):
        toast = (await telegram.tapped(7, card, "Knew it"))["text"]
        await telegram.say(8, "/subscribe 14:00 UTC")
        page = (await telegram.message(chat=8, count=3)).text
        # What only reads goes on as ever.
        await telegram.say(9, "/random")
        await telegram.message(chat=9, count=3)
    again = await telegram.tapped(7, card, "Knew it")
    assert "try again in a few minutes" in toast
    assert "try again in a few minutes" in page
    assert "try again" not in again["text"]
    assert any(WORDS in event["why"] for event in _told(logged, "the database cannot be used"))


def _told(logged: list[EventDict], event: str) -> list[EventDict]:
    return [one for one in logged if one["event"] == event]


def _states(database: Path) -> Counter[str]:
    """How many deliveries are in which state, as far as it is written down."""
    with closing(sqlite3.connect(database)) as connection:
        return Counter(dict(connection.execute("SELECT state, count(*) FROM deliveries GROUP BY state").fetchall()))
