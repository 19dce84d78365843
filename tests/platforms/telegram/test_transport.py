"""How requests travel, and what is known of one that failed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from telegram.error import BadRequest, EndPointNotFound, Forbidden, NetworkError
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.core.errors import Rejected, Unknown
from bot.core.ports import Lane
from bot.platforms.telegram.faults import NeverLeft, NoAnswer, ServerFault, TooFast, is_about_the_text, typed
from bot.platforms.telegram.pauses import Floods, MethodPauses
from bot.platforms.telegram.transport import LANE, PacedRequest
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import Error, Page, Sent
from tests.platforms.telegram.conftest import PassingPacer


async def test_a_closed_transport_sends_nothing() -> None:
    request = PacedRequest(pacer=PassingPacer())
    with pytest.raises(NeverLeft):
        await request.post("http://127.0.0.1:1/bot1:secret/getMe")
    await request.shutdown()
    assert request.read_timeout > 0


async def test_no_server_means_it_never_left_and_no_error_holds_the_address() -> None:
    request = PacedRequest(pacer=PassingPacer())
    await request.initialize()
    await request.initialize()
    with pytest.raises(NeverLeft) as caught:
        await request.post("http://127.0.0.1:1/bot1:secret/getMe")
    assert "secret" not in repr(caught.value)
    await request.shutdown()


async def test_silence_after_the_request_left_is_no_answer() -> None:
    async with TelegramServer().running() as server:
        server.faults["getMe"].append("cut")
        request = PacedRequest(pacer=PassingPacer())
        await request.initialize()
        with pytest.raises(NoAnswer):
            await request.post(f"{server.url}/bot{server.token}/getMe")
        await request.shutdown()


async def test_a_failing_server_is_told_with_its_words() -> None:
    async with TelegramServer().running() as server:
        server.faults["getMe"].append(Error(503, "Service Unavailable"))
        request = PacedRequest(pacer=PassingPacer())
        await request.initialize()
        with pytest.raises(ServerFault, match="503 Service Unavailable"):
            await request.post(f"{server.url}/bot{server.token}/getMe")
        await request.shutdown()


class Hours:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses = MethodPauses(time=lambda: self.now, sleep=self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@asynccontextmanager
async def _requests(
    pacer: PassingPacer | None = None, *, unpaid: PassingPacer | None = None
) -> AsyncIterator[tuple[TelegramServer, PacedRequest, Hours]]:
    hours = Hours()
    async with TelegramServer().running() as server:
        request = PacedRequest(pacer=pacer or PassingPacer(), unpaid=unpaid, pauses=hours.pauses)
        await request.initialize()
        for chat in (7, 8, 9):
            server.person(chat)
        try:
            yield server, request, hours
        finally:
            await request.shutdown()


async def _ask(server: TelegramServer, request: PacedRequest, method: str, **values: Any) -> None:
    data = RequestData([RequestParameter.from_input(key, value) for key, value in values.items()])
    await request.post(f"{server.url}/bot{server.token}/{method}", data)


PROXY = Page("<html><body>Please log in</body></html>")
"""What somebody between Telegram and us shows."""


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        (Page('{"ok":true,"result":{"id":7,"first_'), NoAnswer),
        (Page('{"ok": true, "result": {"id": 7}'), NoAnswer),
        (Page('{"ok":true}'), NoAnswer),
        (Page(""), NoAnswer),
        (Page("[]"), NoAnswer),
        (Page('{"status": "fine"}'), NoAnswer),
        (PROXY, NoAnswer),
        (PROXY.with_status(400), ServerFault),
        (PROXY.with_status(401), ServerFault),
        (PROXY.with_status(403), ServerFault),
        (PROXY.with_status(404), ServerFault),
        (PROXY.with_status(502), ServerFault),
        (PROXY.with_status(504), NoAnswer),
        (Page('{"ok":false,"error_code":403,"description":"Forb', status=403), ServerFault),
    ],
    ids=lambda value: f"{value.status} {value.body[:30]}" if isinstance(value, Page) else value.__name__,
)
async def test_what_telegram_does_not_say_is_not_taken_for_its_word(page: Page, kind: type[Exception]) -> None:
    async with _requests(PassingPacer()) as (server, request, _):
        server.faults["getMe"].append(page)
        with pytest.raises(kind) as caught:
            await _ask(server, request, "getMe")
        assert type(caught.value) is kind
        assert server.token not in str(caught.value)
        await _ask(server, request, "getMe")


async def test_a_refusal_whose_status_was_lost_on_the_way_is_one() -> None:
    async with _requests(PassingPacer()) as (server, request, _):
        server.faults["getMe"].append(Page('{"ok":false,"error_code":403,"description":"Forbidden: bot was kicked"}'))
        with pytest.raises(Forbidden, match="bot was kicked"):
            await _ask(server, request, "getMe")


PLAIN: dict[str, Any] = {"text": "x", "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}


async def test_a_method_that_takes_no_turn_sleeps_its_pause_out_and_holds_nothing_else_up() -> None:
    pacer = PassingPacer()
    async with _requests(pacer) as (server, request, hours):
        server.faults["getMe"].append(Error(429, "Too Many Requests: retry after 5", retry_after=5))
        await _ask(server, request, "getMe")
        assert (len(server.called("getMe")), hours.now) == (2, 5)
        await _ask(server, request, "sendMessage", chat_id=7, **PLAIN)
        assert hours.now == 5
        # It is counted as what it is: nobody else's.
        assert pacer.pauses == [(timedelta(seconds=5), "getMe")]


async def test_a_pause_without_a_length_is_a_short_one() -> None:
    async with _requests(PassingPacer()) as (server, request, hours):
        server.faults["getMe"] += [Error(429, "Too Many Requests"), PROXY.with_status(429)]
        await _ask(server, request, "getMe")
        assert (len(server.called("getMe")), hours.now) == (3, 20)


async def test_a_tap_gives_up_after_a_few_pauses() -> None:
    async with _requests(PassingPacer()) as (server, request, hours):
        server.faults["getMe"] += [Error(429, "Too Many Requests", retry_after=1)] * 5
        with pytest.raises(TooFast):
            await _ask(server, request, "getMe")
        assert (len(server.called("getMe")), hours.now) == (3, 2)


async def test_a_method_paused_for_long_is_not_even_asked() -> None:
    async with _requests(PassingPacer()) as (server, request, hours):
        server.faults["getMe"].append(Error(429, "Too Many Requests", retry_after=300))
        for _ in range(2):
            with pytest.raises(TooFast) as caught:
                await _ask(server, request, "getMe")
            assert caught.value.pause == timedelta(seconds=300)
        assert len(server.called("getMe")) == 1
        hours.now += 299
        await _ask(server, request, "getMe")
        assert hours.now == 300


async def test_a_pause_for_one_chat_is_that_chat_s() -> None:
    pacer = PassingPacer()
    async with _requests(pacer) as (server, request, _):
        server.faults["sendMessage"].append(Error(429, "Too Many Requests", retry_after=2))
        await _ask(server, request, "sendMessage", chat_id=7, **PLAIN)
        assert pacer.pauses == [(timedelta(seconds=2), "7")]


async def test_refusals_in_several_chats_within_a_second_pause_the_whole_account() -> None:
    pacer = PassingPacer()
    async with _requests(pacer) as (server, request, _):
        LANE.set(Lane.DAILY)
        server.faults["sendMessage"] += [Error(429, "Too Many Requests", retry_after=2)] * 3
        said = []
        for chat in (7, 8, 9):
            with pytest.raises(TooFast) as caught:
                await _ask(server, request, "sendMessage", chat_id=chat, **PLAIN)
            said.append(caught.value.everywhere)
        assert [scope for _, scope in pacer.pauses] == ["7", "8", None]
        assert said == [False, False, True]


def test_refusals_in_several_chats_one_after_the_other_are_each_chat_s_own() -> None:
    floods = Floods()
    assert [floods.is_account(str(n), 1.1 * n) for n in range(5)] == [False] * 5
    assert [floods.is_account("7", 10 + 0.1 * n) for n in range(5)] == [False] * 5


async def test_a_message_posted_through_inline_mode_is_paced_by_itself() -> None:
    pacer = PassingPacer()
    async with _requests(pacer) as (server, request, _):
        server.faults["editMessageText"].append(Error(429, "Too Many Requests", retry_after=2))
        server.messages.append(Sent(chat=0, id=900))
        await _ask(server, request, "editMessageText", inline_message_id="inline900", **PLAIN)
        assert pacer.pauses == [(timedelta(seconds=2), "inline:inline900")]


async def test_every_picture_of_an_album_takes_a_turn() -> None:
    pacer = PassingPacer()
    async with _requests(pacer) as (server, request, _):
        server.group(-100200)
        media = [{"type": "photo", "media": server.uploaded(n)["file_id"]} for n in range(4)]
        await _ask(server, request, "sendMediaGroup", chat_id=-100200, media=media)
        assert pacer.turns == [(Lane.TAP, "-100200", True)] * 4


async def test_what_is_not_paid_for_keeps_within_the_free_limit() -> None:
    pacer, unpaid = PassingPacer(), PassingPacer()
    async with _requests(pacer, unpaid=unpaid) as (server, request, _):
        await _ask(server, request, "sendMessage", chat_id=7, allow_paid_broadcast=True, **PLAIN)
        assert unpaid.turns == []
        await _ask(server, request, "sendMessage", chat_id=7, **PLAIN)
        assert unpaid.turns == [(Lane.TAP, None, False)]
        assert len(pacer.turns) == 2


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
