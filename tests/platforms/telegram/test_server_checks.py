"""The Bot API server for tests refuses wrong polls, pictures, edits and answers, and keeps what bots may not see."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.fakes.telegram_checks import is_hidden
from tests.fakes.telegram_markup import Refused, check_classic
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import BOT, BOT_ID, FakeChat

PLAIN: dict[str, Any] = {"parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
QUIZ: dict[str, Any] = {"chat_id": 7, "question": "?", "type": "quiz", "options": [{"text": "a"}, {"text": "b"}]}


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer().running() as made:
        made.person(7)
        # What is asked here is asked faster than Telegram allows; see test_pace.py.
        made.limits = None
        yield made


async def _call(server: TelegramServer, method: str, **parameters: Any) -> dict[str, Any]:
    form = aiohttp.FormData()
    for key, value in parameters.items():
        if isinstance(value, bytes):
            form.add_field(key, value, filename="x.png")
        else:
            form.add_field(key, value if isinstance(value, str) else json.dumps(value))
    url = f"{server.url}/bot{server.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, data=form) as answer:
        body: dict[str, Any] = await answer.json()
        return body


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"options": [{"text": str(n)} for n in range(13)], "correct_option_ids": [0]}, "more than 12"),
        ({}, "must have a correct option"),
        ({"correct_option_ids": [2]}, "wrong correct option ID"),
        ({"correct_option_ids": [1, 0]}, "wrong correct option ID"),
        ({"correct_option_ids": [0], "explanation": "a\nb\nc\nd"}, "explanation is too long"),
    ],
)
async def test_a_wrong_quiz(server: TelegramServer, changes: dict[str, Any], words: str) -> None:
    assert words in (await _call(server, "sendPoll", **{**QUIZ, **changes}))["description"]


async def test_a_right_quiz(server: TelegramServer) -> None:
    assert (await _call(server, "sendPoll", **QUIZ, correct_option_ids=[1]))["ok"] is True


async def test_a_picture_is_one_or_known(server: TelegramServer) -> None:
    assert "IMAGE_PROCESS_FAILED" in (await _call(server, "sendPhoto", chat_id=7, photo=b"no picture"))["description"]
    assert "wrong file identifier" in (await _call(server, "sendPhoto", chat_id=7, photo="photo9"))["description"]
    sent = await _call(server, "sendPhoto", chat_id=7, photo=b"\x89PNG")
    assert (await _call(server, "sendPhoto", chat_id=7, photo=sent["result"]["photo"][0]["file_id"]))["ok"] is True


async def test_an_album_holds_pictures_and_no_buttons(server: TelegramServer) -> None:
    known = {"type": "photo", "media": server.uploaded()["file_id"]}
    added = {"type": "photo", "media": "attach://one"}
    assert (await _call(server, "sendMediaGroup", chat_id=7, media=[known, added], one=b"\x89PNG"))["ok"] is True
    strange = await _call(server, "sendMediaGroup", chat_id=7, media=[known, {**known, "media": "photo9"}])
    assert "wrong file identifier" in strange["description"]
    video = await _call(server, "sendMediaGroup", chat_id=7, media=[known, {**known, "type": "video"}])
    assert "type must be photo" in video["description"]
    buttons = await _call(server, "sendMediaGroup", chat_id=7, media=[known, known], reply_markup={})
    assert "unknown parameters ['reply_markup']" in buttons["description"]


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("sendPhoto", {"photo": b"\x89PNG"}),
        ("sendDocument", {"document": b"text"}),
        ("sendPoll", {**QUIZ, "correct_option_ids": [0]}),
    ],
)
async def test_what_has_no_text_cannot_get_one(server: TelegramServer, method: str, parameters: dict[str, Any]) -> None:
    sent = (await _call(server, method, **{"chat_id": 7, **parameters}))["result"]["message_id"]
    edited = await _call(server, "editMessageText", chat_id=7, message_id=sent, text="x", **PLAIN)
    assert "there is no text in the message to edit" in edited["description"]


async def test_old_messages_are_removed_by_admins_alone(server: TelegramServer) -> None:
    group = server.group(-100200)
    sent = (await _call(server, "sendMessage", chat_id=-100200, text="x", **PLAIN))["result"]["message_id"]
    server.messages[-1].old = True
    refused = await _call(server, "deleteMessage", chat_id=-100200, message_id=sent)
    assert "can't be deleted" in refused["description"]
    group.bot_is_admin = True
    assert (await _call(server, "deleteMessage", chat_id=-100200, message_id=sent))["ok"] is True
    gone = await _call(server, "deleteMessage", chat_id=-100200, message_id=sent)
    assert "message to delete not found" in gone["description"]


async def test_buttons_are_taken_off_once(server: TelegramServer) -> None:
    board = {"inline_keyboard": [[{"text": "a", "callback_data": "a"}]]}
    sent = (await _call(server, "sendMessage", chat_id=7, text="x", reply_markup=board, **PLAIN))["result"]
    where = {"chat_id": 7, "message_id": sent["message_id"]}
    assert (await _call(server, "editMessageReplyMarkup", **where))["ok"] is True
    assert server.messages[-1].keyboard == []
    assert "not modified" in (await _call(server, "editMessageReplyMarkup", **where))["description"]


async def test_taps_and_inline_queries_that_never_were_cannot_be_answered(server: TelegramServer) -> None:
    assert "query is too old" in (await _call(server, "answerCallbackQuery", callback_query_id="q"))["description"]
    inline = await _call(server, "answerInlineQuery", inline_query_id="i", results=[])
    assert "query is too old" in inline["description"]


async def test_who_never_started_the_bot_cannot_be_written_to(server: TelegramServer) -> None:
    server.person(9, started=False)
    refused = await _call(server, "sendMessage", chat_id=9, text="x", **PLAIN)
    assert (refused["error_code"], "can't initiate conversation" in refused["description"]) == (403, True)
    await server.say(9, "/start")
    assert (await _call(server, "sendMessage", chat_id=9, text="x", **PLAIN))["ok"] is True


@pytest.mark.parametrize(
    ("message", "hidden"),
    [
        ({"text": "hello"}, True),
        ({"text": ""}, True),
        ({"text": "/random"}, False),
        ({"text": "/random@qianmian_bot lora"}, False),
        ({"text": "/random@other_bot"}, True),
        ({"caption": "/random"}, False),
        ({"text": "hello", "reply_to_message": {"from": BOT}}, False),
        ({"text": "", "migrate_to_chat_id": -1}, False),
    ],
)
def test_privacy_mode_keeps_what_is_not_meant_for_the_bot(message: dict[str, Any], *, hidden: bool) -> None:
    group = FakeChat(id=-1, type="supergroup", members={BOT_ID: "member"})
    assert is_hidden(group, message) is hidden
    assert not is_hidden(FakeChat(id=-1, type="group", members={BOT_ID: "administrator"}), message)
    assert not is_hidden(FakeChat(id=7, type="private"), message)


def test_a_classic_message_holds_a_hundred_entities() -> None:
    assert check_classic("<b>x</b>" * 100).entities == 100
    assert check_classic('<pre><code class="language-x">x</code></pre>').entities == 1
    with pytest.raises(Refused, match="hundredth"):
        check_classic("<b>x</b>" * 101)
