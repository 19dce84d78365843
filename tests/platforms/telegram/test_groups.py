"""Groups and forum topics: who may do what, and what is said in company."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.core.model import ChatKind
from bot.platforms.telegram.places import ref_of
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import Error, FakeChat
from tests.platforms.telegram.company import CHANNEL, GROUP, QUESTION, card_for, company
from tests.platforms.telegram.conftest import Stage


@pytest.fixture
def server(stage: Stage) -> TelegramServer:
    return company(stage.server)


# Who may change the plan


async def test_an_admin_subscribes_the_group(stage: Stage, server: TelegramServer) -> None:
    await server.say(7, "/subscribe 8:00", chat=GROUP)
    message = await server.message(chat=GROUP)
    assert "Subscribed" in message.text
    assert message.reply_to is not None
    assert stage.store.chats[ref_of(GROUP)].kind is ChatKind.GROUP


async def test_a_member_s_tap_on_an_admin_s_panel_is_refused_by_a_toast(stage: Stage, server: TelegramServer) -> None:
    await server.say(7, "/subscribe", chat=GROUP)
    panel = await server.message(chat=GROUP)
    answer = await server.tapped(8, panel, data="1e~silent")
    assert "Only admins" in answer["text"]
    assert not stage.store.subscriptions[ref_of(GROUP)].plan.silent


async def test_a_demoted_admin_s_old_button_works_no_more(stage: Stage, server: TelegramServer) -> None:
    await server.say(7, "/subscribe", chat=GROUP)
    panel = await server.message(chat=GROUP)
    server.chats[GROUP].members[7] = "member"
    stage.clock.advance(_minutes(2))
    answer = await server.tapped(7, panel, data="1e~silent")
    assert "Only admins" in answer["text"]


async def test_rights_are_remembered_for_a_minute(server: TelegramServer) -> None:
    await server.say(7, "/subscribe", chat=GROUP)
    await server.message(chat=GROUP)
    await server.say(7, "/settings", chat=GROUP)
    await server.message(chat=GROUP, count=2)
    assert len(server.called("getChatMember")) == 1


async def test_an_anonymous_admin_may(stage: Stage, server: TelegramServer) -> None:
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    server.users[1087968824] = anonymous
    await server.say(1087968824, "/subscribe", chat=GROUP, sender_chat=server.chats[GROUP].json())
    await server.message(chat=GROUP)
    assert stage.store.subscriptions[ref_of(GROUP)].active
    assert not server.called("getChatMember")


@pytest.mark.parametrize(("linked", "may"), [(CHANNEL, True), (None, False)])
async def test_the_linked_channel_may_and_another_may_not(
    stage: Stage, server: TelegramServer, linked: int | None, *, may: bool
) -> None:
    server.chats[CHANNEL] = FakeChat(id=CHANNEL, type="channel", title="News")
    server.chats[GROUP].linked = linked
    await server.say(7, "/subscribe", chat=GROUP, sender_chat=server.chats[CHANNEL].json())
    await server.message(chat=GROUP)
    assert (ref_of(GROUP) in stage.store.subscriptions) is may


async def test_rights_that_cannot_be_looked_up_are_none(stage: Stage, server: TelegramServer) -> None:
    server.faults["getChatMember"].append(Error(400, "Bad Request: CHAT_ADMIN_REQUIRED"))
    await server.say(7, "/subscribe", chat=GROUP)
    assert "Only admins" in (await server.message(chat=7)).text
    assert not stage.store.subscriptions


@pytest.mark.parametrize("trouble", [Error(502, "Bad Gateway"), "cut"])
async def test_a_failure_in_passing_is_not_taken_for_a_missing_right(
    stage: Stage, server: TelegramServer, trouble: Error | str
) -> None:
    server.faults["getChatMember"].append(trouble)
    await server.say(7, "/subscribe", chat=GROUP)
    assert "cannot look up" in (await server.message(chat=7)).text
    await server.say(7, "/subscribe", chat=GROUP)
    await server.message(chat=GROUP)
    assert stage.store.subscriptions[ref_of(GROUP)].active


async def test_a_button_whose_message_is_no_more_does_nothing_to_another_topic(
    stage: Stage, server: TelegramServer
) -> None:
    forum = server.group(-100400, forum=True, _7="creator")
    forum.topics = {5}
    await server.say(7, "/subscribe", chat=forum.id)
    await server.message(chat=forum.id)
    await server.say(7, "/subscribe", chat=forum.id, message_thread_id=5)
    panel = await server.message(chat=forum.id, count=2)
    await server.say(7, f"/question {QUESTION}", chat=forum.id, message_thread_id=5)
    card = await server.message(chat=forum.id, count=3)
    server.messages.remove(panel)
    server.messages.remove(card)
    assert "too old" in (await server.tapped(7, panel, data="1e~silent"))["text"]
    assert not stage.store.subscriptions[ref_of(forum.id)].plan.silent
    assert not stage.store.subscriptions[ref_of(forum.id, 5)].plan.silent
    assert "too old" not in (await server.tapped(7, card, data=f"1k~{QUESTION}~knew")).get("text", "")


# What is said in company


async def test_chatter_replies_and_other_bots_commands_are_left_alone(server: TelegramServer) -> None:
    card = await card_for(server)
    await server.say(8, "I think it is lora", chat=GROUP)
    await server.answer_prompt(8, card, "my guess: low rank")
    await server.say(8, "/question@other_bot lora", chat=GROUP)
    await server.say(8, "/frobnicate", chat=GROUP)
    await server.say(8, "/topics", chat=GROUP)
    await server.message(chat=GROUP, count=2)
    assert len([m for m in server.messages if m.by_bot]) == 2


async def test_a_prompt_in_a_group_names_its_person_and_takes_only_their_reply(
    stage: Stage, server: TelegramServer
) -> None:
    card = await card_for(server)
    await server.press(8, card, "Answer")
    await server.tapped(8, card, "Wrong?")
    prompt = await server.message(chat=GROUP, count=2)
    assert prompt.force_reply
    assert "tg://user?id=8" in prompt.html
    await server.answer_prompt(7, prompt, "not asked")
    await server.answer_prompt(8, prompt, "the factor is wrong")
    await server.message(chat=GROUP, count=3)
    assert [report.text for report in await stage.store.reports(limit=5)] == ["the factor is wrong"]


# Forum topics


async def test_each_topic_is_its_own_chat_and_general_has_no_thread(stage: Stage, server: TelegramServer) -> None:
    forum = server.group(-100400, forum=True, _7="administrator")
    forum.topics = {5}
    await server.say(7, "/subscribe", chat=forum.id, message_thread_id=5)
    assert (await server.message(chat=forum.id)).thread == 5
    await server.say(7, "/subscribe", chat=forum.id)
    assert (await server.message(chat=forum.id, count=2)).thread is None
    assert {ref_of(forum.id, 5), ref_of(forum.id)} <= {*stage.store.subscriptions}


async def test_what_to_do_when_the_topic_closes_is_asked_in_topics_alone(server: TelegramServer) -> None:
    forum = server.group(-100400, forum=True, _7="administrator")
    forum.topics = {5}
    for thread in (5, None):
        topic: dict[str, Any] = {} if thread is None else {"message_thread_id": thread}
        known = len([m for m in server.messages if m.by_bot])
        await server.say(7, "/subscribe", chat=forum.id, **topic)
        shown = await server.message(count=known + 1)
        await server.tapped(7, shown, "Settings")
        panel = server.messages[-1]
        await server.press(7, panel, "More")
        assert any("if this closes" in label for label in panel.labels()) is (thread is not None)


async def test_a_thread_of_replies_is_no_topic(stage: Stage, server: TelegramServer) -> None:
    await server.say(7, "/subscribe", chat=GROUP, message_thread_id=99, is_topic_message=False)
    assert (await server.message(chat=GROUP)).thread is None
    assert ref_of(GROUP) in stage.store.subscriptions


async def test_a_tap_in_a_topic_is_answered_there(server: TelegramServer) -> None:
    forum = server.group(-100400, forum=True)
    forum.topics = {5}
    await server.say(8, f"/question {QUESTION}", chat=forum.id, message_thread_id=5)
    card = await server.message(chat=forum.id)
    await server.tapped(8, card, "Another")
    assert (await server.message(chat=forum.id, count=2)).thread == 5


async def test_a_basic_group_works_too(stage: Stage, server: TelegramServer) -> None:
    server.group(-55, type_="group", _7="creator")
    await server.say(7, "/subscribe", chat=-55)
    await server.message(chat=-55)
    assert stage.store.subscriptions[ref_of(-55)].active


# Quizzes


async def test_a_group_s_quiz_counts_for_each_learner(stage: Stage, server: TelegramServer) -> None:
    await server.say(8, "/quiz", chat=GROUP)
    poll = (await server.message(chat=GROUP)).poll
    assert poll is not None
    assert poll["is_anonymous"] is False
    await server.vote(7, poll["id"], 0)
    await server.vote(8, poll["id"], 1)
    await server.until(lambda: len(stage.store.picked) == 2)
    assert {learner.user_id for learner, _, _ in stage.store.picked} == {"7", "8"}


async def test_a_vote_that_is_quicker_than_telegram_s_word_of_the_quiz_counts(
    stage: Stage, server: TelegramServer
) -> None:
    told = asyncio.Event()
    server.faults["sendPoll"].append(told)
    await server.say(7, "/quiz@qianmian_bot lora", chat=GROUP)
    quiz = await server.message(chat=GROUP)
    assert quiz.poll is not None
    await server.vote(8, quiz.poll["id"], 1)
    # The bot has it, and goes on with others meanwhile.
    await server.until(lambda: not server.updates)
    await server.say(7, "/help")
    await server.message(chat=7)
    assert not stage.store.picked
    told.set()
    await server.until(lambda: [pick.option for pick in stage.store.picked.values()] == [1])


async def test_votes_in_the_names_of_channels_count_for_each_channel(stage: Stage, server: TelegramServer) -> None:
    await server.say(8, "/quiz", chat=GROUP)
    poll = (await server.message(chat=GROUP)).poll
    assert poll is not None
    channels = [FakeChat(id=id_, type="channel", title="News") for id_ in (-100301, -100302)]
    for channel in channels:
        await server.vote(8, poll["id"], 0, behind=channel)
    await server.until(lambda: len(stage.store.picked) == 2)
    assert {learner.user_id for learner, _, _ in stage.store.picked} == {"-100301", "-100302"}


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)
