"""The Bot API server for tests refuses what Telegram refuses."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.fakes.telegram_markup import Refused, check_classic, check_rich
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import Error


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer().running() as made:
        made.person(7)
        yield made


async def _call(server: TelegramServer, method: str, *, token: str = "", **parameters: Any) -> dict[str, Any]:
    data = {key: value if isinstance(value, str) else json.dumps(value) for key, value in parameters.items()}
    url = f"{server.url}/bot{token or server.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, data=data) as answer:
        body: dict[str, Any] = await answer.json()
        return body


PLAIN: dict[str, Any] = {"parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}


async def test_a_message_that_is_right_is_taken(server: TelegramServer) -> None:
    answer = await _call(server, "sendmessage", chat_id=7, text="<b>hi</b>", **PLAIN)
    assert answer["ok"] is True
    assert server.messages[0].text == "hi"


@pytest.mark.parametrize(
    ("method", "parameters", "words"),
    [
        ("sendMessage", {"chat_id": 7, "text": "x", "colour": "red", **PLAIN}, "unknown parameters ['colour']"),
        ("sendMessage", {"chat_id": 7, **PLAIN}, "['text'] are required"),
        ("sendMessage", {"chat_id": 8, "text": "x", **PLAIN}, "chat not found"),
        ("sendMessage", {"chat_id": 7, "text": "x", "parse_mode": "HTML"}, "unfurl"),
        ("sendMessage", {"chat_id": 7, "text": "<b>x", **PLAIN}, "end tag"),
        ("sendMessage", {"chat_id": 7, "text": "x", "message_thread_id": 3, **PLAIN}, "message thread not found"),
        (
            "sendMessage",
            {"chat_id": 7, "text": "x", "reply_parameters": {"message_id": 5}, **PLAIN},
            "replied not found",
        ),
        (
            "sendMessage",
            {"chat_id": 7, "text": "x", "ephemeral_message_parameters": {"receiver_user_id": 7}, **PLAIN},
            "BOT_NOT_ADMIN",
        ),
        (
            "sendMessage",
            {"chat_id": 7, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "", "url": "u"}]]}, **PLAIN},
            "BUTTON_DATA_INVALID",
        ),
        ("editMessageText", {"chat_id": 7, "message_id": 5, "text": "x", **PLAIN}, "message to edit not found"),
        ("setWebhook", {"url": "http://x.org"}, "HTTPS"),
        ("sendFlowers", {"chat_id": 7}, "method not found"),
        ("sendMediaGroup", {"chat_id": 7, "media": [{}]}, "media group"),
        ("answerCallbackQuery", {"callback_query_id": "q", "text": "x" * 201}, "MESSAGE_TOO_LONG"),
        ("sendPoll", {"chat_id": 7, "question": "q" * 301, "options": [{"text": "a"}]}, "too long"),
    ],
)
async def test_what_telegram_refuses_is_refused(
    server: TelegramServer, method: str, parameters: dict[str, Any], words: str
) -> None:
    answer = await _call(server, method, **parameters)
    assert answer["ok"] is False
    assert words in answer["description"]


async def test_another_token_is_not_authorised(server: TelegramServer) -> None:
    assert (await _call(server, "getMe", token="1:x"))["error_code"] == 401


async def test_an_edit_that_changes_nothing_is_refused(server: TelegramServer) -> None:
    await _call(server, "sendMessage", chat_id=7, text="x", **PLAIN)
    again = await _call(server, "editMessageText", chat_id=7, message_id=1, text="x", **PLAIN)
    assert "message is not modified" in again["description"]


async def test_a_fault_happens_once(server: TelegramServer) -> None:
    server.faults["getMe"].append(Error(429, "Too Many Requests: retry after 3", retry_after=3))
    assert (await _call(server, "getMe"))["parameters"] == {"retry_after": 3}
    assert (await _call(server, "getMe"))["ok"] is True


async def test_updates_come_until_they_are_confirmed(server: TelegramServer) -> None:
    await server.say(7, "hello")
    first = await _call(server, "getUpdates", timeout=0)
    again = await _call(server, "getUpdates", timeout=0)
    assert first["result"] == again["result"]
    confirmed = await _call(server, "getUpdates", timeout=0, offset=first["result"][0]["update_id"] + 1)
    assert confirmed["result"] == []


async def test_an_older_server_does_not_know_newer_methods() -> None:
    async with TelegramServer(version=10.0).running() as server:
        server.person(7)
        answer = await _call(server, "sendRichMessage", chat_id=7, rich_message={"html": "<p>x</p>"})
        assert answer["error_code"] == 404


@pytest.mark.parametrize(
    "markup",
    [
        "<p>a",
        "<p>a</b></p>",
        "<div>a</div>",
        "<p>a<p>b</p></p>",
        "<ul>a</ul>",
        "<li>a</li>",
        "<p>a < b</p>",
        "<p>&copy;</p>",
        "<p onclick='x'>a</p>",
        "<a href='javascript:x'>a</a>",
        "<code class='red'>a</code>",
        "<p>a</p><!-- b -->",
        "<p/>",
        "<tg-math>a &lt; b</tg-math>",
        "<p></p>",
        "<p>x</p>" * 501,
        "<p>" + "x" * 32_769 + "</p>",
        "<blockquote>" * 17 + "x" + "</blockquote>" * 17,
        "<table><tr>" + "<td>x</td>" * 21 + "</tr></table>",
    ],
)
def test_rich_markup_that_is_wrong(markup: str) -> None:
    with pytest.raises(Refused):
        check_rich(markup)


@pytest.mark.parametrize(
    "markup",
    ["", "<p>x</p>", "<blockquote><blockquote>x</blockquote></blockquote>", "<code><b>x</b></code>", "x" * 4097],
)
def test_classic_markup_that_is_wrong(markup: str) -> None:
    with pytest.raises(Refused):
        check_classic(markup)
