"""Commands that are edited, and commands that are only passed on."""

from datetime import time

import pytest

from bot.core.model import Language
from bot.platforms.telegram.places import ref_of
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import BOT_ID, FakeChat
from tests.platforms.telegram.conftest import Stage

QUESTION = "lora-idea"


@pytest.fixture
def server(stage: Stage) -> TelegramServer:
    stage.server.person(7)
    stage.server.person(8, "Bob")
    return stage.server


async def test_an_edited_command_changes_its_answer(server: TelegramServer) -> None:
    id_ = await server.say(7, "/question no-such-question")
    answer = await server.message()
    await server.say(7, f"/question {QUESTION}", kind="edited_message", message_id=id_)
    await server.until(lambda: answer.edits == 1)
    assert {"Hint", "Answer"} <= {*answer.labels()}
    # Once more; and an edit that changes no word of it, as when somebody adds a link preview.
    await server.say(7, "/help", kind="edited_message", message_id=id_)
    await server.until(lambda: answer.edits == 2)
    await server.say(7, "/help", kind="edited_message", message_id=id_)
    await server.say(7, "/topics")
    await server.message(count=2)
    assert answer.edits == 2


async def test_an_edited_command_whose_answer_was_deleted_is_answered_again(server: TelegramServer) -> None:
    id_ = await server.say(7, "/help")
    server.messages.remove(await server.message())
    await server.say(7, f"/question {QUESTION}", kind="edited_message", message_id=id_)
    assert (await server.message()).rich


async def test_an_edited_command_is_not_the_answer_to_what_was_asked_before_it(server: TelegramServer) -> None:
    id_ = await server.say(7, "/report lora-idea")
    assert (await server.message()).force_reply
    await server.say(7, "/help", kind="edited_message", message_id=id_)
    assert "What I can do" in (await server.message(count=2)).text


async def _touched(server: TelegramServer, id_: int, *, chat: int = 7, age: float = 0) -> None:
    """Report an edit that nobody made, and wait until the bot is done with it."""
    await server.touch(7, id_, chat=chat, age=age)
    known = len([m for m in server.messages if m.by_bot and m.chat == chat])
    await server.say(7, "/topics@qianmian_bot", chat=chat)
    await server.message(chat=chat, count=known + 1)


async def test_an_edit_of_no_word_runs_nothing_again(stage: Stage, server: TelegramServer) -> None:
    id_ = await server.say(7, "/language")
    await server.message()
    await _touched(server, id_)
    chat = stage.store.chats[ref_of(7)]
    assert chat.language is Language.ZH
    assert len([m for m in server.messages if m.by_bot]) == 2


async def test_an_edit_of_no_word_posts_no_second_quiz(server: TelegramServer) -> None:
    id_ = await server.say(7, "/quiz")
    await server.message()
    await _touched(server, id_)
    assert len([m for m in server.messages if m.poll]) == 1


async def test_an_edit_of_no_word_leaves_what_was_asked(stage: Stage, server: TelegramServer) -> None:
    id_ = await server.say(7, "/subscribe")
    panel = await server.message()
    await server.press(7, panel, "Settings")
    await server.press(7, panel, "Times")
    await server.tapped(7, panel, "Type a time")
    prompt = await server.message(count=2)
    await server.touch(7, id_)
    await server.answer_prompt(7, prompt, "6:15")
    await server.until(lambda: time(6, 15) in stage.store.subscriptions[ref_of(7)].plan.timetable.times)


async def test_an_edit_of_no_word_says_nothing_personal_again(server: TelegramServer) -> None:
    server.group(-100200, _7="creator")
    id_ = await server.say(7, "/me export", chat=-100200)
    await server.message(count=2, chat=7)
    await _touched(server, id_, chat=-100200)
    assert len([m for m in server.messages if m.by_bot and m.chat == 7]) == 2


async def test_what_was_written_before_a_restart_is_not_run_again(stage: Stage, server: TelegramServer) -> None:
    server.written(7, 7, "/language")
    written = server.messages[-1].id
    await _touched(server, written, age=3_600)
    assert stage.store.chats[ref_of(7)].language is None


async def test_a_command_that_somebody_else_wrote_is_no_command_of_who_forwards_it(
    stage: Stage, server: TelegramServer
) -> None:
    origin = {"type": "user", "date": 1, "sender_user": server.users[8]}
    await server.say(7, "/subscribe 21:00 Shanghai", forward_origin=origin)
    assert "subscribe" in (await server.message()).text
    assert stage.store.subscriptions == {}


async def test_a_command_in_an_edited_channel_post_is_answered(server: TelegramServer) -> None:
    channel = FakeChat(id=-100300, type="channel", title="News", members={BOT_ID: "administrator"})
    server.chats[-100300] = channel
    posted = {"sender_chat": channel.json()}
    await server.say(0, "/question lora-idea", chat=-100300, kind="edited_channel_post", **posted)
    assert (await server.message(chat=-100300)).rich


async def test_a_forwarded_command_is_no_command_in_a_group(server: TelegramServer) -> None:
    server.group(-100200, _7="member", _8="member")
    origin = {"type": "user", "date": 1, "sender_user": server.users[8]}
    await server.say(7, "/random", chat=-100200, forward_origin=origin)
    await server.say(7, "/question lora-idea", chat=-100200)
    await server.message(chat=-100200)
    assert len([m for m in server.messages if m.by_bot]) == 1
