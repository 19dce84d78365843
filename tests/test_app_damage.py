"""Damage on the way of a whole bot: the real SDK over loopback, a real database, and what the operator gets to read."""

import asyncio
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.typing import EventDict

from bot.app import Bot, started
from bot.config import Settings, read_settings
from bot.core.ports import Health, State
from tests.fakes.clock import FakeClock
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import TOKEN, Error

HOUR = timedelta(hours=1)
PEOPLE = (7, 8, 9)
POST = "sendRichMessage"


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[EventDict]]:
    """What was logged, in order."""
    with structlog.testing.capture_logs() as events:
        yield events


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with TelegramServer().running() as server:
        yield server


class Morning:
    """A bot that three people have subscribed to, for one o'clock."""

    def __init__(self, bot: Bot, telegram: TelegramServer, clock: FakeClock) -> None:
        self.bot, self.telegram, self.clock = bot, telegram, clock

    def strike(self) -> None:
        """One o'clock."""
        self.clock.advance(HOUR)
        self.bot.delivery.tick()

    def cards(self, person: int) -> int:
        """How often somebody has got the question."""
        return sum(m.by_bot and m.rich and m.chat == person for m in self.telegram.messages)

    async def until(self, true: Callable[[], object]) -> None:
        """Let the time pass in which things are tried again."""
        async with asyncio.timeout(60):
            while not true():
                self.clock.advance(timedelta(seconds=5))
                self.bot.delivery.wake()
                await asyncio.sleep(0.05)

    async def until_all_have_it(self) -> None:
        """And until the bot is well again."""
        await self.until(lambda: all(self.cards(person) for person in PEOPLE))
        await self.until(lambda: self.health().state is State.OK)

    def health(self) -> Health:
        """Of the delivery."""
        return self.bot.delivery.health()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "bot.sqlite3"


@pytest.fixture
def host() -> str:
    """Where the bot believes Telegram to be."""
    return "127.0.0.1"


@pytest.fixture
def settings(telegram: TelegramServer, database: Path, host: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(database.parent)
    return read_settings(
        database=database,
        web_port=0,
        language="en",
        timezone="UTC",
        telegram_token=TOKEN,
        telegram_api_url=telegram.url.replace("127.0.0.1", host),
    )


@pytest.fixture
async def morning(telegram: TelegramServer, clock: FakeClock, settings: Settings) -> AsyncIterator[Morning]:
    async with started(settings, clock=clock) as bot:
        await all_subscribe(telegram)
        yield Morning(bot, telegram, clock)


async def all_subscribe(telegram: TelegramServer) -> None:
    for person in PEOPLE:
        telegram.person(person)
        await telegram.say(person, "/subscribe 13:00 UTC lora")
        await telegram.message(chat=person)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Error(500, "Internal Server Error"), "unavailable"),
        (Error(502, "Bad Gateway"), "unavailable"),
        (Error(429, "Too Many Requests: retry after 1", retry_after=1), "rate-limited"),
        ("cut", "unknown-outcome"),
    ],
)
async def test_what_was_not_taken_is_sent_again_and_arrives_once(
    morning: Morning, telegram: TelegramServer, logged: list[EventDict], fault: Error | str, reason: str
) -> None:
    telegram.faults[POST] += [fault, fault]
    morning.strike()
    await morning.until_all_have_it()
    assert [morning.cards(person) for person in PEOPLE] == [1, 1, 1]
    told = [event for event in logged if event["event"] == "not sent"]
    assert [event["reason"] for event in told] == [reason] * 2


async def test_an_answer_cut_half_way_leaves_it_open_and_it_comes_twice_at_most(
    morning: Morning, telegram: TelegramServer, logged: list[EventDict]
) -> None:
    telegram.faults[POST].append("half")
    morning.strike()
    await morning.until_all_have_it()
    await morning.until(lambda: len(telegram.called(POST)) == 4)
    assert sorted(morning.cards(person) for person in PEOPLE) == [1, 1, 2]
    assert [event["reason"] for event in logged if event["event"] == "not sent"] == ["unknown-outcome"]


async def test_while_every_request_is_answered_500_it_says_so_and_then_goes_on(
    morning: Morning, telegram: TelegramServer
) -> None:
    telegram.faults[POST] += [Error(500, "Internal Server Error")] * 1_000
    morning.strike()
    await morning.until(lambda: len(telegram.called(POST)) >= 6)
    health = morning.health()
    telegram.faults[POST].clear()
    await morning.until_all_have_it()
    assert (health.state, health.why) == (State.DEGRADED, "telegram does not answer")
    assert [morning.cards(person) for person in PEOPLE] == [1, 1, 1]


async def test_somebody_who_blocked_the_bot_costs_one_request(
    morning: Morning, telegram: TelegramServer, logged: list[EventDict]
) -> None:
    telegram.faults[POST].append(Error(403, "Forbidden: bot was blocked by the user"))
    morning.strike()
    await morning.until(lambda: sum(morning.cards(person) for person in PEOPLE) == 2)
    assert len(telegram.called(POST)) == 3
    assert [event["reason"] for event in logged if event["event"] == "not sent"] == ["blocked"]


async def test_a_token_revoked_in_mid_run_is_told_and_what_is_due_waits_for_a_good_one(
    morning: Morning, telegram: TelegramServer
) -> None:
    telegram.token = "110201543:another"
    # Whatever comes ends the long wait for it, and the next one is refused.
    await telegram.say(7, "/help")
    await morning.until(lambda: not morning.bot.platforms[0].messenger.ready)
    morning.strike()
    told = morning.bot.platforms[0].health()
    degraded = morning.health()
    telegram.token = TOKEN
    await morning.until_all_have_it()
    assert told.state is State.DOWN
    assert "token" in told.why
    assert TOKEN not in told.why
    assert (degraded.state, degraded.why) == (State.DEGRADED, "telegram is not connected")
    assert [morning.cards(person) for person in PEOPLE] == [1, 1, 1]


async def test_a_database_locked_by_another_program_delays_and_loses_nothing(
    morning: Morning, database: Path, logged: list[EventDict]
) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        morning.strike()
        await morning.until(lambda: "locked by another program" in morning.health().why)
        health = morning.health()
        other.execute("ROLLBACK")
    morning.bot.delivery.tick()
    await morning.until_all_have_it()
    assert health.state is State.DEGRADED
    assert [morning.cards(person) for person in PEOPLE] == [1, 1, 1]
    assert any("locked by another program" in str(event.get("why")) for event in logged)


class Names:
    """A name service that fails when it is told to."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.away = False
        self._real = socket.getaddrinfo

    def look_up(self, host: Any, *rest: Any, **options: Any) -> Any:
        """Like `socket.getaddrinfo`."""
        if host != self.name:
            return self._real(host, *rest, **options)
        if self.away:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return self._real("127.0.0.1", *rest, **options)


class TestNames:
    """Telegram is found by its name."""

    @pytest.fixture
    def host(self) -> str:
        return "telegram.test"

    @pytest.fixture
    def names(self, host: str, monkeypatch: pytest.MonkeyPatch) -> Names:
        names = Names(host)
        monkeypatch.setattr(socket, "getaddrinfo", names.look_up)
        return names

    async def test_a_name_that_cannot_be_looked_up_is_told_and_waited_for(
        self, names: Names, telegram: TelegramServer, clock: FakeClock, settings: Settings
    ) -> None:
        async with started(settings, clock=clock):
            await all_subscribe(telegram)
        names.away = True
        async with started(settings, clock=clock) as bot:
            morning = Morning(bot, telegram, clock)
            morning.strike()
            await morning.until(lambda: "cannot be reached" in bot.platforms[0].health().why)
            health = morning.health()
            names.away = False
            await morning.until_all_have_it()
        assert (health.state, health.why) == (State.DEGRADED, "telegram is not connected")
        assert [morning.cards(person) for person in PEOPLE] == [1, 1, 1]
