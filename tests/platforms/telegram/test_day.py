"""Days on Telegram, in private, in a forum, in a channel and in a group that moves.

Everything is real but Telegram itself, which is the server on loopback, and the clock.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import BOT_ID, Error, FakeChat, Sent
from tests.platforms.telegram.day import Day, a_day

FORUM, CHANNEL, BASIC, MOVED, GROUP = -100400, -100300, -55, -100600, -100200
AT = "13:00 UTC"


@pytest.fixture
async def day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> AsyncIterator[Day]:
    """It is noon. Ada (7) owns the groups and the channel, Bob (8) is a member, Eve (9) is an admin of the forum."""
    monkeypatch.chdir(tmp_path)
    async with TelegramServer().running() as server, a_day(tmp_path, server, clock) as running:
        server.person(7)
        server.person(8, "Bob")
        server.person(9, "Eve")
        server.group(GROUP, _7="creator", _8="member")
        server.group(FORUM, forum=True, _9="administrator", _7="creator", _8="member").topics = {5}
        server.group(BASIC, type_="group", _7="creator")
        channel = FakeChat(id=CHANNEL, type="channel", title="News", username="llm_news", members={7: "creator"})
        channel.members[BOT_ID], channel.rights[BOT_ID] = "administrator", {"can_post_messages": True}
        server.chats[CHANNEL] = channel
        yield running


async def _subscribe(day: Day, chat: int, *, user: int = 7, thread: int | None = None) -> None:
    topic: dict[str, Any] = {} if thread is None else {"message_thread_id": thread}
    await day.server.say(user, f"/subscribe {AT}", chat=chat, **topic)
    await day.arrives(chat, lambda m: "Subscribed" in m.text and m.thread == thread)


async def _change(day: Day, chat: int, change: str) -> None:
    """Ada presses a button of the group's panel."""
    panel = await day.arrives(chat, lambda m: "Subscribed" in m.text)
    await day.server.tapped(7, panel, data=f"1e~{change}")


async def test_a_whole_day(day: Day) -> None:
    server = day.server

    # They subscribe: a person, a forum topic, a channel from the private chat, a basic group.
    await _subscribe(day, 7)
    await _subscribe(day, FORUM, thread=5)
    await server.say(7, "@llm_news")
    panel = await day.arrives(7, lambda m: "News gets a daily question" in m.text)
    await server.say(0, f"/subscribe {AT}", chat=CHANNEL, kind="channel_post", sender_chat=server.chats[CHANNEL].json())
    await day.arrives(CHANNEL, lambda m: "13:00" in m.text)
    await _subscribe(day, BASIC)
    assert panel.labels()

    # The push arrives everywhere, once, in its topic.
    day.let_pass(hours=1)
    cards = {chat: await day.card(chat) for chat in (7, FORUM, CHANNEL, BASIC)}
    await day.noted(BASIC)
    assert cards[FORUM].thread == 5

    # Answers are revealed, and knowing it counts.
    for user, chat in ((7, 7), (8, FORUM), (8, CHANNEL)):
        await server.press(user, cards[chat], "Answer")
        assert "<summary>Answer</summary>" in cards[chat].html
        await server.press(user, cards[chat], "Knew it")
    assert "Knew it 1" in cards[CHANNEL].labels()
    await server.tapped(7, cards[CHANNEL], "Knew it")
    await server.until(lambda: "Knew it 2" in cards[CHANNEL].labels())

    # The group becomes a supergroup; somebody blocks the bot, which only the next push notices.
    server.group(MOVED, _7="creator")
    await server.push("message", {**server.written(BASIC, 7, ""), "migrate_to_chat_id": MOVED})
    server.migrated[BASIC] = MOVED
    server.chats[7].refusal = Error(403, "Forbidden: bot was blocked by the user")
    day.let_pass(days=1)
    second = {chat: await day.card(chat, 2) for chat in (FORUM, CHANNEL)}
    moved = await day.card(MOVED)
    assert cards[BASIC].text != moved.text, "its deck goes on"
    assert all(cards[chat].text != card.text for chat, card in second.items())

    # Nothing is sent to who blocked it; they come back, and so does their plan.
    await day.plan_ends(7)
    server.chats[7].refusal = None
    asked = len([call for call in server.called("sendRichMessage") if call["chat_id"] == 7])
    day.let_pass(days=1)
    await day.card(MOVED, 2)
    assert len([call for call in server.called("sendRichMessage") if call["chat_id"] == 7]) == asked
    await server.member(7, 7, {"status": "kicked", "until_date": 0}, "member")
    await server.say(7, "/next")
    await day.arrives(7, lambda m: "13:00" in m.text and "Subscribed" not in m.text)
    day.let_pass(days=1)
    for chat, count in ((7, 2), (FORUM, 4), (CHANNEL, 4), (MOVED, 3)):
        await day.card(chat, count)
    assert [len(day.cards(chat)) for chat in (7, FORUM, CHANNEL, BASIC, MOVED)] == [2, 4, 4, 1, 3]


# How answers are shown later


async def test_a_timed_answer_is_posted_below_its_question_after_some_hours(day: Day) -> None:
    server = day.server
    await _subscribe(day, GROUP)
    await _change(day, GROUP, "after~6")
    day.let_pass(hours=1)
    card = await day.card(GROUP)
    await day.noted(GROUP)
    withheld = await server.tapped(8, card, "Answer")
    assert "19:00" in withheld["text"]
    await server.press(8, card, "Hint")
    assert "<summary>Hint</summary>" in card.html
    known = len(server.messages)

    day.let_pass(hours=5, minutes=59)
    await server.tapped(8, card, "Answer")
    assert len(server.messages) == known
    day.let_pass(minutes=1)
    answer = await day.arrives(GROUP, lambda m: m.reply_to == card.id)
    assert answer.text.startswith("The answer")
    assert "Knew it" in answer.labels()
    # From then on the button below the question opens it as well.
    await server.press(8, card, "Answer")
    assert "<summary>Answer</summary>" in card.html


async def test_a_timed_answer_stands_alone_where_its_question_was_deleted(day: Day) -> None:
    await _subscribe(day, GROUP)
    await _change(day, GROUP, "after~6")
    day.let_pass(hours=1)
    card = await day.card(GROUP)
    await day.noted(GROUP)
    day.server.messages.remove(card)
    day.let_pass(hours=6)
    answer = await day.arrives(GROUP, lambda m: m.text.startswith("The answer"))
    assert answer.reply_to is None


async def test_the_answer_stands_in_front_of_the_next_day_s_question(day: Day) -> None:
    server = day.server
    await _subscribe(day, GROUP)
    await _change(day, GROUP, "reveal~next")
    day.let_pass(hours=1)
    first = await day.card(GROUP)
    await day.noted(GROUP)
    assert (await server.tapped(8, first, "Answer"))["text"]
    assert first.edits == 0
    day.let_pass(days=1)
    second = await day.card(GROUP, 2)
    behind, _, question = second.html.rpartition("<hr/>")
    assert behind.startswith("<p><b>The answer</b></p>")
    assert "<details open><summary>Answer</summary>" in behind
    assert _words(first) in behind
    assert _words(first) not in question
    assert "Daily question" in question
    # It stays there when somebody takes a step below it.
    await server.press(8, second, "Hint")
    assert second.html.startswith(behind)


async def test_a_plan_of_quizzes_brings_polls_whose_votes_count_for_their_learners(day: Day) -> None:
    server = day.server
    await _subscribe(day, GROUP)
    await _change(day, GROUP, "mode~quiz")
    day.let_pass(hours=1)
    quiz = await day.arrives(GROUP, lambda m: m.poll)
    assert quiz.poll is not None
    assert (quiz.poll["is_anonymous"], quiz.poll["shuffle_options"], quiz.poll["type"]) == (False, True, "quiz")
    assert quiz.poll["explanation"]
    right = quiz.poll["correct_option_ids"]
    await day.noted(GROUP)
    vote = {"poll_id": quiz.poll["id"], "user": server.users[8], "option_ids": right, "option_persistent_ids": ["0"]}
    await server.push("poll_answer", vote)
    await server.say(8, "/me")
    me = await day.arrives(8, lambda m: "Quizzes" in m.text)
    assert "Quizzes: 1 answered, 1 right" in me.text


# What becomes of a chat meanwhile


async def test_a_question_that_waited_follows_a_group_that_moved(day: Day) -> None:
    server = day.server
    await _subscribe(day, BASIC)
    server.faults["sendRichMessage"].append(Error(502, "Bad Gateway"))
    day.let_pass(hours=1)
    await server.until(lambda: server.called("sendRichMessage"))
    server.group(MOVED, _7="creator")
    server.migrated[BASIC] = MOVED
    await server.push("message", {**server.written(MOVED, 7, ""), "migrate_from_chat_id": BASIC})
    await server.say(7, "/next", chat=MOVED)
    await day.arrives(MOVED, lambda m: m.reply_to)
    day.let_pass(minutes=10)
    await day.card(MOVED)


async def test_a_move_that_only_the_push_learns_of_brings_the_question_to_the_new_group(day: Day) -> None:
    await _subscribe(day, BASIC)
    day.server.group(MOVED, _7="creator")
    day.server.migrated[BASIC] = MOVED
    day.let_pass(hours=1)
    await day.card(MOVED)
    day.let_pass(days=1)
    await day.card(MOVED, 2)
    assert not day.cards(BASIC)


@pytest.mark.parametrize("state", ["closed", "deleted"])
async def test_a_topic_that_is_gone_is_told_to_an_admin_once_and_the_question_goes_to_general(
    day: Day, state: str
) -> None:
    server = day.server
    forum = server.chats[FORUM]
    await _subscribe(day, FORUM, thread=5)
    forum.topics, forum.closed = ({5}, {5}) if state == "closed" else (set(), set())
    day.let_pass(hours=1)
    assert (await day.card(FORUM)).thread is None
    told = await day.arrives(7, lambda m: "closed or deleted" in m.text)
    assert "Study group" in told.text
    assert "General" in told.text
    assert told.keyboard[0][0]["url"] == "https://t.me/c/400/5"
    day.let_pass(days=1)
    await day.card(FORUM, 2)
    forum.topics, forum.closed = {5}, set()
    day.let_pass(days=1)
    assert (await day.card(FORUM, 3)).thread == 5
    assert [m for m in server.messages if m.by_bot and m.chat in {7, 9}] == [told]


async def test_where_the_plan_says_so_nothing_comes_while_its_topic_is_closed(day: Day) -> None:
    server = day.server
    await _subscribe(day, FORUM, thread=5)
    panel = await day.arrives(FORUM, lambda m: "Subscribed" in m.text)
    await server.tapped(7, panel, data="1e~fall")
    server.chats[FORUM].closed = {5}
    day.let_pass(hours=1)
    told = await day.arrives(7, lambda m: "so no question comes" in m.text)
    assert not day.cards(FORUM)
    server.chats[FORUM].closed = set()
    day.let_pass(days=1)
    assert (await day.card(FORUM)).thread == 5
    assert [m for m in server.messages if m.by_bot and m.chat == 7] == [told]


async def test_a_missing_right_is_told_once_to_the_first_admin_who_can_be_reached(day: Day) -> None:
    server = day.server
    await _subscribe(day, FORUM)
    server.chats[7].started = False
    server.chats[FORUM].refusal = Error(400, "Bad Request: not enough rights to send text messages to the chat")
    day.let_pass(hours=1)
    told = await day.arrives(9, lambda m: "not allowed to post" in m.text)
    day.let_pass(days=1)
    await server.until(lambda: len([c for c in server.called("sendRichMessage") if c["chat_id"] == FORUM]) == 2)
    server.chats[FORUM].refusal = None
    day.let_pass(days=1)
    await day.card(FORUM)
    assert [m for m in server.messages if m.by_bot and m.chat in {7, 9}] == [told]


async def test_an_admin_whom_a_failure_keeps_from_hearing_of_it_is_told_all_the_same(day: Day) -> None:
    server = day.server
    await _subscribe(day, GROUP)
    server.chats[GROUP].refusal = Error(400, "Bad Request: CHAT_WRITE_FORBIDDEN")
    server.faults["sendMessage"].append(Error(502, "Bad Gateway"))
    day.let_pass(hours=1)
    await day.arrives(7, lambda m: "not allowed to post" in m.text)


async def test_where_no_admin_can_be_reached_the_next_failure_looks_again(day: Day) -> None:
    server = day.server
    await _subscribe(day, GROUP)
    server.chats[7].started = False
    server.chats[GROUP].refusal = Error(400, "Bad Request: CHAT_WRITE_FORBIDDEN")
    day.let_pass(hours=1)
    await server.until(lambda: server.called("getChatAdministrators"))
    server.chats[7].started = True
    day.let_pass(days=1)
    await day.arrives(7, lambda m: "not allowed to post" in m.text)


def _words(card: Sent) -> str:
    """The question that a card asks."""
    return card.html.partition("</h3>")[2]
