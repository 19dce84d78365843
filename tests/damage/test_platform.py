"""Telegram in trouble: what is not taken, not answered, not found, or not allowed any more."""

import socket
from typing import Any

import pytest
from structlog.typing import EventDict

from bot.app import started
from bot.config import Settings
from bot.core.ports import State
from tests.damage.morning import PEOPLE, POST, Morning, all_subscribe
from tests.fakes.clock import FakeClock
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import TOKEN, Error


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
            morning = Morning(bot, telegram, clock, PEOPLE)
            morning.strike()
            await morning.until(lambda: "cannot be reached" in bot.platforms[0].health().why)
            health = morning.health()
            names.away = False
            await morning.until_all_have_it()
        assert (health.state, health.why) == (State.DEGRADED, "telegram is not connected")
        assert [morning.cards(person) for person in PEOPLE] == [1, 1, 1]
