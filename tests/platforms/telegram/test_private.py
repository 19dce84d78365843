"""A learner alone with the bot, through the real SDK and over real sockets."""

import json

import pytest

from bot.core.model import ChatKind, LearnerRef, Reveal
from bot.platforms.telegram.places import TELEGRAM, ref_of
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import Error
from tests.platforms.telegram.conftest import Made, Stage

QUESTION = "lora-idea"


@pytest.fixture
def server(stage: Stage) -> TelegramServer:
    stage.server.person(7)
    return stage.server


async def test_start_greets_with_buttons_as_an_ordinary_message(server: TelegramServer) -> None:
    await server.say(7, "/start")
    message = await server.message()
    assert "one good interview question a day" in message.text
    assert not message.rich
    assert message.labels() == ["Try one now", "Subscribe", "Topics", "All commands"]


async def test_a_chinese_client_is_answered_in_chinese(server: TelegramServer) -> None:
    server.person(8, "小明", "zh-hans")
    await server.say(8, "/start")
    assert "千面" in (await server.message()).text


async def test_a_deep_link_opens_its_question_as_a_rich_message(server: TelegramServer) -> None:
    await server.say(7, f"/start q_{QUESTION}")
    message = await server.message()
    assert message.rich
    assert message.html.startswith("<h3>")
    assert {"Hint", "Answer", "Another"} <= {*message.labels()}


async def test_a_deep_link_opens_a_topic(server: TelegramServer) -> None:
    await server.say(7, "/start t_lora")
    assert "LoRA" in (await server.message()).text


async def test_a_deep_link_subscribes(stage: Stage, server: TelegramServer) -> None:
    await server.say(7, "/start sub")
    assert "Subscribed" in (await server.message()).text
    assert stage.store.subscriptions[ref_of(7)].active


async def test_the_staircase_climbs_in_one_living_message(server: TelegramServer) -> None:
    await server.say(7, f"/question {QUESTION}")
    message = await server.message()
    for label in ("Hint", "Key points", "Answer", "Follow-ups"):
        await server.press(7, message, label)
        assert f"<summary>{label}</summary>" in message.html
    assert [m for m in server.messages if m.by_bot] == [message]
    assert message.edits == 4


async def test_a_rating_is_kept_and_marked_on_its_button(stage: Stage, server: TelegramServer) -> None:
    await server.say(7, f"/question {QUESTION}")
    message = await server.message()
    await server.press(7, message, "Answer")
    answer = await server.press(7, message, "Knew it")
    assert answer["text"] == "Noted: you knew it."
    assert "✓ Knew it" in message.labels()
    assert [a.question for a in await stage.store.ratings(_learner(7))] == [QUESTION]


async def test_a_list_becomes_the_question_that_was_chosen(server: TelegramServer) -> None:
    await server.say(7, "lora")
    message = await server.message()
    assert not message.rich
    await server.press(7, message, message.labels()[0])
    assert message.rich
    assert len([m for m in server.messages if m.by_bot]) == 1


async def test_pressing_the_same_button_twice_is_no_error(server: TelegramServer) -> None:
    await server.say(7, f"/question {QUESTION}")
    message = await server.message()
    data = message.data("Hint")
    await server.tapped(7, message, data=data)
    await server.tapped(7, message, data=data)
    await server.until(lambda: len(server.called("editMessageText")) == 2)
    assert message.edits == 1


async def test_an_old_or_forged_button_gets_a_polite_line(server: TelegramServer) -> None:
    await server.say(7, "/start")
    answer = await server.tapped(7, await server.message(), data="9z~forged")
    assert "too old" in answer["text"]
    assert answer["show_alert"] is True


async def test_the_card_of_a_deleted_message_comes_anew(server: TelegramServer) -> None:
    await server.say(7, f"/question {QUESTION}")
    message = await server.message()
    server.messages.remove(message)
    await server.tapped(7, message, "Answer")
    again = await server.message()
    assert "<summary>Answer</summary>" in again.html


async def test_the_settings_are_one_message_walked_by_buttons(stage: Stage, server: TelegramServer) -> None:
    await server.say(7, "/subscribe 9:30 Berlin")
    message = await server.message()
    for label in ("Settings", "Days", "Mon", "Back", "More", "Classic"):
        await server.press(7, message, label)
    plan = stage.store.subscriptions[ref_of(7)].plan
    assert plan.timetable.weekdays == frozenset(range(1, 7))
    assert plan.timetable.zone == "Europe/Berlin"
    assert len([m for m in server.messages if m.by_bot]) == 1


async def test_text_is_asked_for_with_a_forced_reply(stage: Stage, server: TelegramServer) -> None:
    await server.say(7, "/subscribe")
    message = await server.message()
    await server.press(7, message, "Settings")
    await server.press(7, message, "Times")
    await server.tapped(7, message, "Type a time")
    prompt = await server.message(count=2)
    assert prompt.force_reply
    assert "/cancel" in prompt.text
    await server.say(7, "6:15")
    await server.message(count=3)
    assert "06:15" in [f"{at:%H:%M}" for at in stage.store.subscriptions[ref_of(7)].plan.timetable.times]


async def test_a_prompt_can_be_cancelled(stage: Stage, server: TelegramServer) -> None:
    await server.say(7, f"/question {QUESTION}")
    await server.tapped(7, await server.message(), "I'd say")
    await server.message(count=2)
    await server.say(7, "/cancel")
    assert "Cancelled" in (await server.message(count=3)).text
    assert await stage.store.asked(ref_of(7), _learner(7), take=False) is None
    await server.say(7, "/cancel")
    assert "nothing to cancel" in (await server.message(count=4)).text


async def test_the_export_comes_as_a_file(server: TelegramServer) -> None:
    await server.say(7, "/me export")
    message = await server.message(count=2)
    assert isinstance(json.loads(message.document), dict)


async def test_a_quiz_is_a_native_poll_whose_answers_count(stage: Stage, server: TelegramServer) -> None:
    await server.say(7, "/quiz lora")
    poll = (await server.message()).poll
    assert poll is not None
    assert poll["is_anonymous"] is False
    assert poll["shuffle_options"] is True
    assert len(poll["correct_option_ids"]) == 1
    await server.push("poll_answer", _vote(server, poll["id"], 2))
    await server.say(7, "/start")
    await server.message(count=2)
    assert _picks(stage) == [2]


async def test_a_vote_in_somebody_else_s_poll_is_ignored(stage: Stage, server: TelegramServer) -> None:
    await server.push("poll_answer", _vote(server, "strange", 1))
    await server.say(7, "/start")
    await server.message()
    assert _picks(stage) == []


async def test_commands_work_in_captions_edits_and_chinese(server: TelegramServer) -> None:
    await server.say(7, "", caption=f"/question {QUESTION}")
    assert (await server.message()).rich
    await server.say(7, "/随机 lora", kind="edited_message")
    assert (await server.message(count=2)).rich


async def test_arguments_are_understood_in_either_language(stage: Stage, server: TelegramServer) -> None:
    await server.say(7, "/订阅 早上8点半 北京 LoRA")
    await server.message()
    timetable = stage.store.subscriptions[ref_of(7)].plan.timetable
    assert ([f"{at:%H:%M}" for at in timetable.times], timetable.zone) == (["08:30"], "Asia/Shanghai")
    assert stage.store.subscriptions[ref_of(7)].plan.topics == ("lora",)


async def test_an_unknown_command_names_the_nearest(server: TelegramServer) -> None:
    await server.say(7, "/rndom")
    assert "/random" in (await server.message()).text


async def test_the_commands_in_the_help_can_be_tapped(server: TelegramServer) -> None:
    await server.say(7, "/help")
    html = (await server.message()).html
    assert "• /random <code>[topic] [difficulty]</code> A random question\n• /topics Browse" in html


async def test_unknown_content_is_left_alone(server: TelegramServer) -> None:
    await server.say(7, "", sticker={})
    await server.say(7, "/ ")
    await server.say(7, "/help")
    assert "What I can do" in (await server.message()).text
    assert len([m for m in server.messages if m.by_bot]) == 1


async def test_words_of_people_never_ping_anybody(server: TelegramServer) -> None:
    await server.say(7, "/question @everybody_here")
    message = await server.message()
    assert "@everybody" not in message.text
    assert "everybody" in message.text


# Classic: older servers, and chats that chose it


async def test_a_server_without_rich_messages_gets_ordinary_ones_and_is_not_asked_again(stage_of: Made) -> None:
    async with stage_of(version=10.0) as stage:
        server = stage.server
        server.person(7)
        await server.say(7, f"/question {QUESTION}")
        message = await server.message()
        assert not message.rich
        assert message.text
        await server.press(7, message, "Hint")
        assert len([name for name, _ in server.calls if name == "sendRichMessage"]) == 1


async def test_a_refused_rich_message_goes_as_an_ordinary_one(server: TelegramServer) -> None:
    server.faults["sendRichMessage"].append(Error(400, "Bad Request: can't parse rich message"))
    await server.say(7, f"/question {QUESTION}")
    assert not (await server.message()).rich
    await server.say(7, f"/question {QUESTION}")
    assert (await server.message(count=2)).rich


async def test_block_formulas_are_pictures_in_a_classic_chat_uploaded_once(
    stage: Stage, server: TelegramServer
) -> None:
    await server.say(7, "/subscribe")
    await server.tapped(7, await server.message(), data="1e~classic")
    await server.until(lambda: stage.store.subscriptions[ref_of(7)].plan.classic)
    question = next(
        q for q in stage.bank.questions if 1 <= q.en.answer.count("$$") // 2 <= 10 and "$$" not in q.en.question
    )
    await server.say(7, f"/question {question.id}")
    card = await server.message(count=2)
    await server.tapped(7, card, "Answer")
    await server.until(lambda: any(m.photos for m in server.messages))
    drawn = list(stage.painter.drawn)
    assert drawn
    await server.say(7, f"/question {question.id}")
    again = [m for m in server.messages if m.by_bot and m.keyboard][-1]
    await server.until(lambda: [m for m in server.messages if m.by_bot and m.keyboard][-1] is not again)
    again = [m for m in server.messages if m.by_bot and m.keyboard][-1]
    pictures = sum(m.photos for m in server.messages)
    await server.tapped(7, again, "Answer")
    await server.until(lambda: sum(m.photos for m in server.messages) > pictures)
    assert stage.painter.drawn == drawn


async def test_a_private_reveal_policy_changes_nothing_when_one_is_alone(stage: Stage, server: TelegramServer) -> None:
    await server.say(7, "/subscribe")
    await server.tapped(7, await server.message(), data="1e~reveal~private")
    await server.until(lambda: stage.store.subscriptions[ref_of(7)].plan.reveal is Reveal.PRIVATE)
    await server.say(7, f"/question {QUESTION}")
    card = await server.message(count=2)
    await server.press(7, card, "Answer")
    assert stage.store.chats[ref_of(7)].kind is ChatKind.PRIVATE


def _learner(user: int) -> LearnerRef:
    return LearnerRef(platform=TELEGRAM, user_id=str(user))


def _picks(stage: Stage) -> list[int]:
    return [pick.option for pick in stage.store.picked.values()]


def _vote(server: TelegramServer, poll: str, option: int) -> dict[str, object]:
    return {"poll_id": poll, "user": server.users[7], "option_ids": [option], "option_persistent_ids": ["x"]}


async def test_who_comes_back_by_writing_is_back_even_if_telegram_s_own_word_of_it_was_missed(
    stage: Stage, server: TelegramServer
) -> None:
    await server.say(7, "/subscribe 21:00 Shanghai")
    await server.message()
    await stage.store.chat_gone(ref_of(7), because="blocked", at=stage.clock.now())
    await server.say(7, "/random")
    await server.message(count=2)
    kept = stage.store.subscriptions[ref_of(7)]
    assert kept.active
    assert kept.next_due_at is not None


async def test_the_full_question_of_a_quiz_is_a_message_of_its_own(server: TelegramServer) -> None:
    await server.say(7, "/quiz lora")
    quiz = await server.message()
    assert quiz.poll is not None
    await server.tapped(7, quiz, "full question")
    card = await server.message(count=2)
    assert card.rich
    assert "Hint" in card.labels()
