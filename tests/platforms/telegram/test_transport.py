"""How requests travel, and what is known of one that failed."""

from datetime import timedelta

import pytest
from telegram.error import BadRequest, EndPointNotFound, NetworkError

from bot.core.errors import Rejected, Unknown
from bot.core.ports import Lane
from bot.platforms.telegram.faults import NeverLeft, NoAnswer, ServerFault, TooFast, is_about_the_text, typed
from bot.platforms.telegram.transport import PacedRequest
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import Error
from tests.platforms.telegram.conftest import PassingPacer


async def test_a_closed_transport_sends_nothing() -> None:
    request = PacedRequest(pacer=PassingPacer())
    with pytest.raises(NeverLeft):
        await request.post("http://127.0.0.1:1/bot1:secret/getMe")
    await request.shutdown()
    assert request.read_timeout > 0


async def test_no_server_means_it_never_left_and_no_error_holds_the_address() -> None:
    request = PacedRequest(pacer=None)
    await request.initialize()
    await request.initialize()
    with pytest.raises(NeverLeft) as caught:
        await request.post("http://127.0.0.1:1/bot1:secret/getMe")
    assert "secret" not in repr(caught.value)
    await request.shutdown()


async def test_silence_after_the_request_left_is_no_answer() -> None:
    async with TelegramServer().running() as server:
        server.faults["getMe"].append("cut")
        request = PacedRequest(pacer=None)
        await request.initialize()
        with pytest.raises(NoAnswer):
            await request.post(f"{server.url}/bot{server.token}/getMe")
        await request.shutdown()


async def test_a_failing_server_is_told_with_its_words() -> None:
    async with TelegramServer().running() as server:
        server.faults["getMe"].append(Error(503, "Service Unavailable"))
        request = PacedRequest(pacer=None)
        await request.initialize()
        with pytest.raises(ServerFault, match="503 Service Unavailable"):
            await request.post(f"{server.url}/bot{server.token}/getMe")
        await request.shutdown()


async def test_a_pause_without_a_length_is_told_as_it_is() -> None:
    async with TelegramServer().running() as server:
        pacer = PassingPacer()
        server.faults["getMe"].append(Error(429, "Too Many Requests"))
        request = PacedRequest(pacer=pacer)
        await request.initialize()
        with pytest.raises(NetworkError, match="Too Many Requests"):
            await request.post(f"{server.url}/bot{server.token}/getMe")
        await request.shutdown()
        assert pacer.pauses == []


async def test_a_tap_gives_up_after_a_few_pauses() -> None:
    async with TelegramServer().running() as server:
        server.faults["getMe"] += [Error(429, "Too Many Requests", retry_after=1)] * 5
        pacer = PassingPacer()
        request = PacedRequest(pacer=pacer)
        await request.initialize()
        with pytest.raises(TooFast):
            await request.post(f"{server.url}/bot{server.token}/getMe")
        await request.shutdown()
        assert len(server.called("getMe")) == 3
        assert {pause for pause, _ in pacer.pauses} == {timedelta(seconds=1)}


async def test_looking_things_up_takes_no_turn() -> None:
    async with TelegramServer().running() as server:
        pacer = PassingPacer()
        request = PacedRequest(pacer=pacer)
        await request.initialize()
        await request.post(f"{server.url}/bot{server.token}/getMe")
        await request.shutdown()
        assert pacer.turns == []
        assert Lane.TAP < Lane.DAILY


def test_what_the_sdk_raises_otherwise() -> None:
    assert type(typed(EndPointNotFound("no such method"))) is Rejected
    assert type(typed(NetworkError("something else"))) is Unknown
    assert is_about_the_text(BadRequest("can't parse rich message"))
    assert not is_about_the_text(BadRequest("chat not found"))
    assert not is_about_the_text(NetworkError("gone"))
