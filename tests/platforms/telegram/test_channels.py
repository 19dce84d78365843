"""Channels: linked and managed from the private chat, with readers who tap."""

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest

from bot.core.actions import Ask, AskFor, encode
from bot.core.model import ChatKind, Mode
from bot.platforms.telegram.places import ref_of
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import BOT_ID, Error, FakeChat
from tests.platforms.telegram.company import CHANNEL, QUESTION, company
from tests.platforms.telegram.conftest import Stage


@pytest.fixture
def server(stage: Stage) -> TelegramServer:
    return company(stage.server)


async def test_a_prompt_in_a_channel_leads_into_the_private_chat(server: TelegramServer, channel: FakeChat) -> None:
    await server.say(0, f"/question {QUESTION}", chat=CHANNEL, kind="channel_post", sender_chat=channel.json())
    card = await server.message(chat=CHANNEL)
    await server.press(8, card, "Answer")
    answer = await server.tapped(8, card, "Wrong?")
    assert answer["url"].endswith(f"start=q_{QUESTION}")


async def test_free_text_for_a_channel_s_plan_is_given_in_private(
    stage: Stage, server: TelegramServer, channel: FakeChat
) -> None:
    await server.say(0, "/subscribe", chat=CHANNEL, kind="channel_post", sender_chat=channel.json())
    shown = await server.message(chat=CHANNEL)
    answer = await server.tapped(7, shown, data=encode(AskFor(what=Ask.TIMES)))
    start = answer["url"].partition("?start=")[2]
    assert start == f"s_{CHANNEL}"
    await server.say(7, f"/start {start}")
    panel = await server.message(chat=7)
    assert "Settings · News" in panel.text
    await server.press(7, panel, "Times")
    await server.tapped(7, panel, "Type a time")
    prompt = await server.until(lambda: next((m for m in server.messages if m.force_reply), None))
    await server.answer_prompt(7, prompt, "6:15")
    await server.until(lambda: time(6, 15) in stage.store.subscriptions[ref_of(CHANNEL)].plan.timetable.times)


async def test_somebody_who_is_no_admin_of_a_channel_does_not_see_its_settings(
    server: TelegramServer, channel: FakeChat
) -> None:
    await server.say(0, "/subscribe", chat=CHANNEL, kind="channel_post", sender_chat=channel.json())
    await server.message(chat=CHANNEL)
    await server.say(8, f"/start s_{CHANNEL}")
    assert "Only admins" in (await server.message(chat=8)).text


@pytest.fixture
def channel(server: TelegramServer) -> FakeChat:
    chat = FakeChat(id=CHANNEL, type="channel", title="News", username="llm_news", members={7: "creator"})
    chat.members[BOT_ID] = "administrator"
    chat.rights[BOT_ID] = {"can_post_messages": True}
    server.chats[CHANNEL] = chat
    return chat


def _forward(channel: FakeChat) -> dict[str, object]:
    return {"forward_origin": {"type": "channel", "date": 1, "chat": channel.json(), "message_id": 4}}


@pytest.mark.parametrize("how", ["@llm_news", "https://t.me/llm_news", "forward"])
async def test_a_channel_is_linked_from_the_private_chat(
    stage: Stage, server: TelegramServer, channel: FakeChat, how: str
) -> None:
    extra: dict[str, Any] = _forward(channel) if how == "forward" else {}
    await server.say(7, "a post" if how == "forward" else how, **extra)
    panel = await server.message(chat=7)
    assert "News gets a daily question" in panel.text
    assert stage.store.subscriptions[ref_of(CHANNEL)].active
    await server.press(7, panel, "More")
    await server.press(7, panel, "multiple-choice quiz")
    assert stage.store.subscriptions[ref_of(CHANNEL)].plan.mode is Mode.QUIZ
    assert ref_of(7) not in stage.store.subscriptions


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda channel: channel.members.update({7: "left"}), "You have to be an admin of News"),
        (lambda channel: channel.members.update({BOT_ID: "left"}), "I have to be an admin of News"),
        (lambda channel: channel.rights.update({BOT_ID: {}}), "right to post messages"),
    ],
)
async def test_linking_says_what_is_missing(
    stage: Stage, server: TelegramServer, channel: FakeChat, change: Callable[[FakeChat], None], words: str
) -> None:
    change(channel)
    await server.say(7, "@llm_news")
    assert words in (await server.message(chat=7)).text
    assert not stage.store.subscriptions


async def test_linking_says_when_rights_cannot_be_looked_up_right_now(
    stage: Stage, server: TelegramServer, channel: FakeChat
) -> None:
    server.faults["getChatMember"] += ["", Error(502, "Bad Gateway")]
    await server.say(7, f"@{channel.username}")
    assert "cannot look up" in (await server.message(chat=7)).text
    assert not stage.store.subscriptions


async def test_an_unknown_channel_is_said_to_be_unknown(server: TelegramServer) -> None:
    await server.say(7, "@nowhere_at_all")
    assert "cannot find the channel" in (await server.message(chat=7)).text


async def test_a_channel_post_may_command_and_other_posts_are_left_alone(
    stage: Stage, server: TelegramServer, channel: FakeChat
) -> None:
    await server.say(0, "hello readers", chat=CHANNEL, kind="channel_post", sender_chat=channel.json())
    await server.say(0, "/subscribe", chat=CHANNEL, kind="channel_post", sender_chat=channel.json())
    await server.message(chat=CHANNEL)
    assert stage.store.subscriptions[ref_of(CHANNEL)].active
    assert stage.store.chats[ref_of(CHANNEL)].kind is ChatKind.CHANNEL
