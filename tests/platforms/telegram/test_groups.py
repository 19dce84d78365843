"""Groups, forum topics and channels: who may do what, and who sees the answer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.core.model import ChatKind, Mode, Reveal
from bot.platforms.telegram.places import ref_of
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import ADMIN, BOT, BOT_ID, Error, FakeChat, Sent
from tests.platforms.telegram.conftest import Made, Stage

GROUP = -100200
CHANNEL = -100300
QUESTION = "lora-idea"
QUESTION_WORDS = "What is the idea behind LoRA?"


@pytest.fixture
def server(stage: Stage) -> TelegramServer:
    """Ada (7) owns the group, Bob (8) is a member."""
    stage.server.person(7)
    stage.server.person(8, "Bob")
    stage.server.group(GROUP, _7="creator", _8="member")
    return stage.server


async def _reveal(stage: Stage, policy: Reveal) -> None:
    server = stage.server
    await server.say(7, "/subscribe", chat=GROUP)
    panel = await server.message(chat=GROUP)
    await server.tapped(7, panel, data=f"1e~reveal~{policy}")
    assert stage.store.subscriptions[ref_of(GROUP)].plan.reveal is policy


async def _card(server: TelegramServer, user: int = 8) -> Sent:
    before = len([m for m in server.messages if m.by_bot])
    await server.say(user, f"/question@qianmian_bot {QUESTION}", chat=GROUP)
    return await server.message(count=before + 1)


# Who may change the plan


async def test_an_admin_subscribes_the_group(stage: Stage, server: TelegramServer) -> None:
    await server.say(7, "/subscribe 8:00", chat=GROUP)
    message = await server.message(chat=GROUP)
    assert "Subscribed" in message.text
    assert message.reply_to is not None
    assert stage.store.chats[ref_of(GROUP)].kind is ChatKind.GROUP


async def test_a_member_may_not_and_is_told_in_private(stage: Stage, server: TelegramServer) -> None:
    await server.say(8, "/subscribe 8:00", chat=GROUP)
    told = await server.message()
    assert told.chat == 8
    assert "About Study group:" in told.text
    assert "Only admins" in told.text
    assert not stage.store.subscriptions


async def test_who_never_opened_the_private_chat_is_told_in_one_quiet_line_of_the_group(server: TelegramServer) -> None:
    server.person(9, "Eve", started=False)
    await server.say(9, "/subscribe 8:00", chat=GROUP)
    line = await server.message(chat=GROUP)
    assert "Only admins" in line.text
    assert line.silent
    await server.say(9, "/settings", chat=GROUP)
    await server.until(lambda: line not in server.messages)
    assert len([m for m in server.messages if m.by_bot]) == 1, "the newest refusal takes the place of the one before"


async def test_a_refused_ephemeral_command_is_answered_to_its_sender_alone(server: TelegramServer) -> None:
    command = await server.whisper(8, "/subscribe 8:00", chat=GROUP)
    told = await server.message(chat=GROUP)
    assert told.receiver == 8
    assert "Only admins" in told.text
    assert server.called("sendMessage")[-1]["reply_parameters"] == {"ephemeral_message_id": command}


async def test_where_the_bot_is_an_admin_the_refusal_is_for_the_presser_alone(server: TelegramServer) -> None:
    server.chats[GROUP].bot_is_admin = True
    await server.say(8, "/subscribe 8:00", chat=GROUP)
    assert (await server.message(chat=GROUP)).receiver == 8


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


# What is said in company


async def test_chatter_replies_and_other_bots_commands_are_left_alone(server: TelegramServer) -> None:
    card = await _card(server)
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
    card = await _card(server)
    await server.press(8, card, "Answer")
    await server.tapped(8, card, "Wrong?")
    prompt = await server.message(chat=GROUP, count=2)
    assert prompt.force_reply
    assert "tg://user?id=8" in prompt.html
    await server.answer_prompt(7, prompt, "not asked")
    await server.answer_prompt(8, prompt, "the factor is wrong")
    await server.message(chat=GROUP, count=3)
    assert [report.text for report in await stage.store.reports(limit=5)] == ["the factor is wrong"]


async def test_personal_data_asked_for_in_a_group_goes_to_the_person(server: TelegramServer) -> None:
    await server.say(8, "/me export", chat=GROUP)
    await server.message(count=2)
    assert {m.chat for m in server.messages if m.by_bot} == {8}


async def test_where_nothing_can_be_shown_to_one_alone_a_panel_is_walked_in_place(stage_of: Made) -> None:
    async with stage_of(version=10.1) as stage:
        server = stage.server
        server.person(7)
        server.group(GROUP, _7="creator")
        await server.say(7, "/subscribe", chat=GROUP)
        panel = await server.message(chat=GROUP)
        await server.press(7, panel, "Settings")
        await server.press(7, panel, "Days")
        assert len([m for m in server.messages if m.by_bot]) == 1


# Revealing


async def test_with_buttons_for_all_the_answer_opens_in_place(server: TelegramServer) -> None:
    card = await _card(server)
    await server.press(8, card, "Answer")
    assert "<summary>Answer</summary>" in card.html
    assert "Save" not in card.labels()


async def test_counts_stand_on_the_buttons_of_a_public_card(server: TelegramServer) -> None:
    card = await _card(server)
    await server.press(8, card, "Answer")
    await server.tapped(8, card, "Knew it")
    await server.until(lambda: "Knew it 1" in card.labels())
    await server.tapped(7, card, "Knew it")
    await server.until(lambda: "Knew it 2" in card.labels())


async def test_a_private_reveal_is_seen_by_the_presser_alone(stage: Stage, server: TelegramServer) -> None:
    await _reveal(stage, Reveal.PRIVATE)
    card = await _card(server)
    await server.tapped(8, card, "Answer")
    await server.until(lambda: any(m.receiver == 8 for m in server.messages))
    alone = server.messages[-1]
    assert alone.receiver == 8
    assert "<summary>Answer</summary>" in alone.html
    assert card.edits == 0
    # Steps and ratings go on in the same ephemeral message; the counts reach the public one.
    await server.press(8, alone, "Knew it")
    assert "✓ Knew it" in alone.labels()


async def test_an_ephemeral_answer_names_the_tap_and_stands_in_place_of_the_card(
    stage: Stage, server: TelegramServer
) -> None:
    await _reveal(stage, Reveal.PRIVATE)
    query = await server.tap(8, await _card(server), "Answer")
    await server.until(lambda: server.called("sendRichMessage")[-1].get("ephemeral_message_parameters"))
    assert server.called("sendRichMessage")[-1]["ephemeral_message_parameters"] == {
        "receiver_user_id": 8,
        "callback_query_id": query,
        "replace_callback_query_message": True,
    }
    assert QUESTION_WORDS in server.messages[-1].text, "what stands in place of the question says it again"


async def test_a_panel_for_one_admin_alone_stands_in_place_of_the_tapped_message(server: TelegramServer) -> None:
    await server.say(7, "/subscribe", chat=GROUP)
    shown = await server.message(chat=GROUP)
    await server.tapped(7, shown, "Settings")
    panel = server.messages[-1]
    assert (panel.receiver, panel.replaces) == (7, shown.id)
    await server.press(7, panel, "Days")
    assert "On which days?" in panel.text


async def test_where_ephemeral_messages_are_refused_a_link_leads_into_the_private_chat(
    stage: Stage, server: TelegramServer
) -> None:
    await _reveal(stage, Reveal.PRIVATE)
    card = await _card(server)
    server.faults["sendRichMessage"] += [Error(400, "Bad Request: BOT_NOT_ADMIN")] * 2
    answer = await server.tapped(8, card, "Answer")
    assert answer["url"] == f"https://t.me/qianmian_bot?start=q_{QUESTION}"
    asked = len(server.called("sendRichMessage"))
    await server.tapped(8, card, "Hint")
    assert len(server.called("sendRichMessage")) == asked, "a refusal is remembered for a while"


async def test_a_server_that_ignores_the_parameter_shows_nobody_the_answer(stage_of: Made) -> None:
    async with stage_of(version=10.1) as stage:
        server = stage.server
        server.person(7)
        server.person(8)
        server.group(GROUP, _7="creator", _8="member")
        await _reveal(stage, Reveal.PRIVATE)
        card = await _card(server)
        before = list(server.messages)
        answer = await server.tapped(8, card, "Answer")
        assert answer["url"].endswith(f"q_{QUESTION}")
        assert [m for m in server.messages if m not in before] == []
        assert server.called("deleteMessage")


async def test_a_withheld_answer_is_explained_by_a_toast(stage: Stage, server: TelegramServer) -> None:
    await _reveal(stage, Reveal.NEXT)
    card = await _card(server)
    await server.press(8, card, "Hint")
    assert "<summary>Hint</summary>" in card.html


# Forum topics


async def test_each_topic_is_its_own_chat_and_general_has_no_thread(stage: Stage, server: TelegramServer) -> None:
    forum = server.group(-100400, forum=True, _7="administrator")
    forum.topics = {5}
    await server.say(7, "/subscribe", chat=forum.id, message_thread_id=5)
    assert (await server.message(chat=forum.id)).thread == 5
    await server.say(7, "/subscribe", chat=forum.id)
    assert (await server.message(chat=forum.id, count=2)).thread is None
    assert {ref_of(forum.id, 5), ref_of(forum.id)} <= {*stage.store.subscriptions}


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


# Quizzes and channels


async def test_a_group_s_quiz_counts_for_each_learner(stage: Stage, server: TelegramServer) -> None:
    await server.say(8, "/quiz", chat=GROUP)
    poll = (await server.message(chat=GROUP)).poll
    assert poll is not None
    assert poll["is_anonymous"] is False
    for user, option in ((7, 0), (8, 1)):
        vote = {
            "poll_id": poll["id"],
            "user": server.users[user],
            "option_ids": [option],
            "option_persistent_ids": [""],
        }
        await server.push("poll_answer", vote)
    await server.until(lambda: len(stage.store.picked) == 2)
    assert {learner.user_id for learner, _, _ in stage.store.picked} == {"7", "8"}


async def test_a_prompt_in_a_channel_leads_into_the_private_chat(server: TelegramServer, channel: FakeChat) -> None:
    await server.say(0, f"/question {QUESTION}", chat=CHANNEL, kind="channel_post", sender_chat=channel.json())
    card = await server.message(chat=CHANNEL)
    await server.press(8, card, "Answer")
    answer = await server.tapped(8, card, "Wrong?")
    assert answer["url"].endswith(f"start=q_{QUESTION}")


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


# The life of a chat


async def test_being_added_greets_once_and_says_what_would_help(server: TelegramServer) -> None:
    await server.member(GROUP, 7, "left", "member")
    message = await server.message(chat=GROUP)
    assert "one good interview question a day" in message.text
    assert "make me an admin" in message.text
    await server.member(GROUP, 7, "member", {"status": "administrator", **_admin()})
    await server.say(7, "/help", chat=GROUP)
    await server.message(chat=GROUP, count=2)
    assert len([m for m in server.messages if m.by_bot]) == 2


async def test_being_added_silenced_names_the_missing_right(server: TelegramServer) -> None:
    await server.member(GROUP, 7, "left", {"status": "restricted", "is_member": True, **_restricted()})
    assert "right to send messages" in (await server.message(chat=GROUP)).text


@pytest.mark.parametrize("status", ["left", "kicked"])
async def test_being_removed_ends_the_plan_and_coming_back_resumes_it(
    stage: Stage, server: TelegramServer, status: str
) -> None:
    await server.say(7, "/subscribe", chat=GROUP)
    await server.message(chat=GROUP)
    gone = {"status": status, "until_date": 0} if status == "kicked" else {"status": "left"}
    await server.member(GROUP, 7, "member", gone)
    await server.until(lambda: not stage.store.subscriptions[ref_of(GROUP)].active)
    assert stage.store.subscriptions[ref_of(GROUP)].ended_because == "blocked"
    await server.member(GROUP, 7, gone, "member")
    await server.until(lambda: stage.store.subscriptions[ref_of(GROUP)].active)


async def test_a_person_blocks_and_comes_back(stage: Stage, server: TelegramServer) -> None:
    await server.say(7, "/subscribe")
    await server.message(chat=7)
    await server.member(7, 7, "member", {"status": "kicked", "until_date": 0})
    await server.until(lambda: not stage.store.subscriptions[ref_of(7)].active)
    await server.member(7, 7, {"status": "kicked", "until_date": 0}, "member")
    await server.until(lambda: stage.store.subscriptions[ref_of(7)].active)
    assert len([m for m in server.messages if m.by_bot]) == 1, "nobody is greeted twice in private"


async def test_a_promotion_makes_answers_for_one_alone_possible_at_once(server: TelegramServer) -> None:
    await server.say(8, "/subscribe", chat=GROUP)
    await server.message(chat=8)
    server.chats[GROUP].bot_is_admin = True
    await server.member(GROUP, 7, "member", {"status": "administrator", **_admin()})
    await server.say(8, "/subscribe", chat=GROUP)
    assert (await server.message(chat=GROUP)).receiver == 8


@pytest.mark.parametrize("report", ["migrate_to_chat_id", "migrate_from_chat_id"])
async def test_a_group_that_becomes_a_supergroup_keeps_its_plan(
    stage: Stage, server: TelegramServer, report: str
) -> None:
    server.group(-55, type_="group", _7="creator")
    await server.say(7, "/subscribe", chat=-55)
    await server.message(chat=-55)
    new = server.group(-100500, _7="creator").id
    chat, value = (-55, new) if report == "migrate_to_chat_id" else (new, -55)
    await server.push("message", {**server.written(chat, 7, ""), report: value})
    await server.until(lambda: ref_of(new) in stage.store.subscriptions)
    assert stage.store.subscriptions[ref_of(new)].active


async def test_a_move_that_is_learnt_from_an_error_is_followed_as_well(stage: Stage, server: TelegramServer) -> None:
    server.group(-55, type_="group", _7="creator")
    await server.say(7, "/subscribe", chat=-55)
    await server.message(chat=-55)
    server.migrated[-55] = server.group(-100500, _7="creator").id
    await server.say(7, "/help", chat=-55)
    await server.until(lambda: ref_of(-100500) in stage.store.subscriptions)


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def _admin() -> dict[str, object]:
    return {**ADMIN, "user": BOT}


def _restricted() -> dict[str, object]:
    names = "can_change_info can_invite_users can_pin_messages can_send_messages can_send_polls can_send_other_messages"
    more = "can_add_web_page_previews can_manage_topics can_send_audios can_send_documents can_send_photos"
    last = "can_send_videos can_send_video_notes can_send_voice_notes can_edit_tag can_react_to_messages"
    return {**dict.fromkeys(f"{names} {more} {last}".split(), False), "until_date": 0}
