"""What one person alone sees in a group, and what is done where nobody can be shown anything alone."""

from datetime import time

import pytest

from bot.core.model import Reveal
from bot.platforms.telegram.places import ref_of
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import ADMIN, Error, FakeChat, Sent
from tests.platforms.telegram.company import GROUP, QUESTION, QUESTION_WORDS, card_for, company, set_reveal
from tests.platforms.telegram.conftest import Made, Stage


@pytest.fixture
def server(stage: Stage) -> TelegramServer:
    return company(stage.server)


# Told to one person


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


async def test_personal_data_asked_for_in_a_group_goes_to_the_person(server: TelegramServer) -> None:
    await server.say(8, "/me export", chat=GROUP)
    await server.message(count=2)
    assert {m.chat for m in server.messages if m.by_bot} == {8}


async def test_what_nobody_else_may_see_is_found_behind_a_link_by_who_never_opened_the_private_chat(
    server: TelegramServer,
) -> None:
    server.person(9, "Eve", started=False)
    await server.say(9, "/me", chat=GROUP)
    line = await server.message(chat=GROUP)
    assert "your eyes alone" in line.text
    assert line.silent
    (button,) = line.keyboard[0]
    assert button["url"] == "https://t.me/qianmian_bot?start=c_me"
    await server.say(9, "/start c_me")
    assert "What I know about you" in (await server.message(chat=9)).text


async def test_an_ephemeral_command_s_answer_is_its_sender_s_alone(server: TelegramServer) -> None:
    await server.whisper(8, "/saved", chat=GROUP)
    assert (await server.message(chat=GROUP)).receiver == 8


async def test_an_anonymous_admin_s_panel_stands_in_the_group(server: TelegramServer) -> None:
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    server.users[1087968824] = anonymous
    await server.say(1087968824, "/settings", chat=GROUP, sender_chat=server.chats[GROUP].json())
    assert (await server.message(chat=GROUP)).receiver is None


async def test_a_promotion_makes_answers_for_one_alone_possible_at_once(server: TelegramServer) -> None:
    await server.say(8, "/subscribe", chat=GROUP)
    await server.message(chat=8)
    server.chats[GROUP].bot_is_admin = True
    await server.member(GROUP, 7, "member", {"status": "administrator", **ADMIN})
    await server.say(8, "/subscribe", chat=GROUP)
    assert (await server.message(chat=GROUP)).receiver == 8


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
    card = await card_for(server)
    await server.press(8, card, "Answer")
    assert "<summary>Answer</summary>" in card.html
    assert "Save" not in card.labels()


async def test_counts_stand_on_the_buttons_of_a_publiccard_for(server: TelegramServer) -> None:
    card = await card_for(server)
    await server.press(8, card, "Answer")
    await server.tapped(8, card, "Knew it")
    await server.until(lambda: "Knew it 1" in card.labels())
    await server.tapped(7, card, "Knew it")
    await server.until(lambda: "Knew it 2" in card.labels())


async def test_a_private_reveal_is_seen_by_the_presser_alone(stage: Stage, server: TelegramServer) -> None:
    await set_reveal(stage, Reveal.PRIVATE)
    card = await card_for(server)
    await server.tapped(8, card, "Answer")
    await server.until(lambda: any(m.receiver == 8 for m in server.messages))
    alone = server.messages[-1]
    assert alone.receiver == 8
    assert "<summary>Answer</summary>" in alone.html
    assert card.edits == 0
    # Steps and ratings go on in the same ephemeral message; the counts reach the public one.
    await server.press(8, alone, "Knew it")
    assert "✓ Knew it" in alone.labels()


async def test_knowing_it_counts_on_the_public_message_as_well(stage: Stage, server: TelegramServer) -> None:
    await set_reveal(stage, Reveal.PRIVATE)
    card = await card_for(server)
    await server.tapped(8, card, "Answer")
    await server.tapped(8, await server.until(lambda: _alone(server, 8)), "Knew it")
    await server.until(lambda: card.edits)
    assert "Answer" in card.labels()
    assert "<summary>Answer</summary>" not in card.html


async def test_each_step_is_shown_in_the_same_ephemeral_message(stage: Stage, server: TelegramServer) -> None:
    await set_reveal(stage, Reveal.PRIVATE)
    card = await card_for(server)
    await server.tapped(8, card, "Hint")
    alone = await server.until(lambda: _alone(server, 8))
    await server.press(8, alone, "Answer")
    assert "<summary>Answer</summary>" in alone.html
    assert QUESTION_WORDS in alone.text
    assert len([m for m in server.messages if m.receiver == 8]) == 1


@pytest.mark.parametrize(("step", "label"), [("Hint", "I'd say"), ("Answer", "Wrong?")])
async def test_what_somebody_would_say_to_a_question_seen_alone_is_asked_for_in_private(
    stage: Stage, server: TelegramServer, step: str, label: str
) -> None:
    await set_reveal(stage, Reveal.PRIVATE)
    await server.tapped(8, await card_for(server), step)
    alone = await server.until(lambda: _alone(server, 8))
    known = len(server.messages)
    answer = await server.tapped(8, alone, label)
    assert answer["url"] == f"https://t.me/qianmian_bot?start=q_{QUESTION}"
    assert len(server.messages) == known


async def test_free_text_for_the_group_s_plan_is_asked_for_in_the_group(stage: Stage, server: TelegramServer) -> None:
    await server.say(7, "/subscribe", chat=GROUP)
    shown = await server.message(chat=GROUP)
    await server.tapped(7, shown, "Settings")
    panel = await server.until(lambda: _alone(server, 7))
    await server.press(7, panel, "Times")
    await server.tapped(7, panel, "Type a time")
    prompt = await server.until(lambda: next((m for m in server.messages if m.force_reply), None))
    assert "tg://user?id=7" in prompt.html
    await server.answer_prompt(7, prompt, "6:15")
    await server.until(lambda: "06:15" in [f"{at:%H:%M}" for at in _times(stage)])


async def _prompt(server: TelegramServer, user: int) -> Sent:
    """The question for a time that somebody opens in the group's panel."""
    await server.say(7, "/subscribe", chat=GROUP)
    shown = await server.message(chat=GROUP)
    await server.tapped(user, shown, "Settings")
    panel = await server.until(lambda: _alone(server, user))
    await server.press(user, panel, "Times")
    await server.tapped(user, panel, "Type a time")
    found = await server.until(lambda: next((m for m in server.messages if m.force_reply), None))
    assert isinstance(found, Sent)
    return found


async def test_an_anonymous_admin_is_asked_without_a_name_and_heard(stage: Stage, server: TelegramServer) -> None:
    group = server.chats[GROUP]
    group.members[9] = "administrator"
    group.rights[9] = {"is_anonymous": True}
    server.person(9, "Eve")
    prompt = await _prompt(server, 9)
    assert "Reply to this message" in prompt.text
    assert "Eve" not in prompt.html
    assert "tg://user" not in prompt.html
    await server.answer_prompt(9, prompt, "no time at all", behind=group)
    again = await server.until(lambda: next((m for m in server.messages if m.force_reply and m is not prompt), None))
    assert "tg://user" not in again.html
    await server.answer_prompt(9, again, "6:15", behind=group)
    await server.until(lambda: time(6, 15) in _times(stage))


async def test_who_cannot_be_looked_up_is_not_named(server: TelegramServer) -> None:
    card = await card_for(server)
    await server.press(8, card, "Answer")
    server.faults["getChatMember"].append(Error(400, "Bad Request: member list is inaccessible"))
    await server.tapped(8, card, data=f"1i~say~{QUESTION}")
    prompt = await server.until(lambda: next((m for m in server.messages if m.force_reply), None))
    assert "tg://user" not in prompt.html


async def test_who_was_not_named_may_answer_under_their_own_name(stage: Stage, server: TelegramServer) -> None:
    server.chats[GROUP].linked = -100300
    prompt = await _prompt(server, 7)
    await server.answer_prompt(7, prompt, "6:15")
    await server.until(lambda: time(6, 15) in _times(stage))


@pytest.mark.parametrize("linked", [True, False])
async def test_an_answer_in_a_channel_s_name_counts_if_the_channel_is_the_group_s(
    stage: Stage, server: TelegramServer, *, linked: bool
) -> None:
    channel = FakeChat(id=-100300, type="channel", title="News", members={7: "creator"})
    server.chats[channel.id] = channel
    server.chats[GROUP].linked = channel.id if linked else None
    prompt = await _prompt(server, 7)
    assert ("tg://user" in prompt.html) is not linked
    known = len(server.messages)
    await server.answer_prompt(7, prompt, "6:15", behind=channel)
    await server.until(lambda: len(server.messages) > known + 1)
    assert (time(6, 15) in _times(stage)) is linked


async def test_what_was_dismissed_comes_anew(stage: Stage, server: TelegramServer) -> None:
    await set_reveal(stage, Reveal.PRIVATE)
    card = await card_for(server)
    await server.tapped(8, card, "Hint")
    alone = await server.until(lambda: _alone(server, 8))
    server.messages.remove(alone)
    await server.tapped(8, alone, "Answer")
    again = await server.until(lambda: _alone(server, 8))
    assert "<summary>Answer</summary>" in again.html


async def test_a_tap_that_the_bot_hears_of_too_late_leads_into_the_private_chat(
    stage: Stage, server: TelegramServer
) -> None:
    await set_reveal(stage, Reveal.PRIVATE)
    card = await card_for(server)
    answer = await server.tapped(8, card, "Answer", waited=60)
    assert answer["url"].endswith(f"start=q_{QUESTION}")
    assert not _alone(server, 8)


async def test_an_ephemeral_answer_names_the_tap_and_stands_in_place_of_thecard_for(
    stage: Stage, server: TelegramServer
) -> None:
    await set_reveal(stage, Reveal.PRIVATE)
    query = await server.tap(8, await card_for(server), "Answer")
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
    await set_reveal(stage, Reveal.PRIVATE)
    card = await card_for(server)
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
        await set_reveal(stage, Reveal.PRIVATE)
        card = await card_for(server)
        before = list(server.messages)
        answer = await server.tapped(8, card, "Answer")
        assert answer["url"].endswith(f"q_{QUESTION}")
        assert [m for m in server.messages if m not in before] == []
        assert server.called("deleteMessage")


async def test_what_such_a_server_posts_makes_no_sound_and_goes_even_if_its_removal_fails_at_first(
    stage_of: Made,
) -> None:
    async with stage_of(version=10.1) as stage:
        server = company(stage.server)
        await server.say(7, "/subscribe", chat=GROUP)
        panel = await server.message(chat=GROUP)
        before = list(server.messages)
        server.faults["deleteMessage"].append(Error(502, "Bad Gateway"))
        await server.press(7, panel, "Settings")
        assert server.messages == before
        (tried,) = [call for call in server.called("sendMessage") if "ephemeral_message_parameters" in call]
        assert tried["disable_notification"] is True
        assert len(server.called("deleteMessage")) == 2
        await server.tapped(7, panel, "Days")
        assert len(server.called("sendMessage")) == 2, "it is not tried a second time"


async def test_a_withheld_answer_is_explained_by_a_toast(stage: Stage, server: TelegramServer) -> None:
    await set_reveal(stage, Reveal.NEXT)
    card = await card_for(server)
    await server.press(8, card, "Hint")
    assert "<summary>Hint</summary>" in card.html


def _alone(server: TelegramServer, user: int) -> Sent | None:
    """What this person alone sees, latest first."""
    return next((m for m in reversed(server.messages) if m.receiver == user), None)


def _times(stage: Stage) -> tuple[time, ...]:
    return stage.store.subscriptions[ref_of(GROUP)].plan.timetable.times
