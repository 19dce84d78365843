"""Speaking by our own initiative: how posts look, and what each of Telegram's answers means, over the wire."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from typing_extensions import override

from bot.core import cards
from bot.core.actions import Another
from bot.core.errors import (
    ChatGone,
    ChatMoved,
    MessengerError,
    NotAllowed,
    RateLimited,
    Rejected,
    StoreError,
    ThreadGone,
    Unavailable,
    Unknown,
)
from bot.core.markup import Block, MathBlock, paragraph
from bot.core.model import Chat, ChatKind, ChatRef, Language, MessageId
from bot.core.model import Stage as Step
from bot.core.ports import Lane
from bot.core.replies import Button, Post, Reply, Row
from bot.core.requests import Voice
from bot.platforms.telegram.places import ref_of
from tests.fakes.memory_store import MemoryStore
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import BOT_ID, TOKEN, Error, FakeChat
from tests.platforms.telegram.conftest import PHRASES, Made, Stage

GROUP = -100200


@pytest.fixture
def server(stage: Stage) -> TelegramServer:
    stage.server.person(7)
    stage.server.group(GROUP)
    # Here nobody paces; see test_pace.py.
    stage.server.limits = None
    return stage.server


def post(stage: Stage, chat: ChatRef, **changes: object) -> Post:
    voice = Voice(PHRASES, Language.EN)
    reply = cards.card(voice, stage.bank, stage.bank.question("lora-idea"))
    return Post(**{"chat": chat, "reply": reply, "key": "d1", **changes})  # type: ignore[arg-type]  # a test's shorthand


async def test_a_question_arrives_with_its_buttons(stage: Stage, server: TelegramServer) -> None:
    id_ = await stage.platform.messenger.send(post(stage, ref_of(7)))
    sent = await server.message(chat=7)
    assert (MessageId(str(sent.id)), sent.rich) == (id_, True)
    assert "Answer" in sent.labels()
    assert stage.pacer.turns[-1] == (Lane.DAILY, "7", False)


async def test_a_group_is_paced_as_one(stage: Stage, server: TelegramServer) -> None:
    server.group(GROUP)
    await stage.platform.messenger.send(post(stage, ref_of(GROUP)), lane=Lane.ANNOUNCEMENT)
    assert stage.pacer.turns[-1] == (Lane.ANNOUNCEMENT, str(GROUP), True)


async def test_silent_protected_and_below_the_question(stage: Stage, server: TelegramServer) -> None:
    first = await stage.platform.messenger.send(post(stage, ref_of(7)))
    await stage.platform.messenger.send(post(stage, ref_of(7), silent=True, protected=True, reply_to=first))
    sent = await server.message(chat=7, count=2)
    assert (sent.silent, sent.protected, str(sent.reply_to)) == (True, True, first)


async def test_below_a_message_that_is_gone_it_stands_alone(stage: Stage, server: TelegramServer) -> None:
    await stage.platform.messenger.send(post(stage, ref_of(7), reply_to=MessageId("999")))
    assert (await server.message(chat=7)).reply_to is None


async def test_a_chat_s_wish_for_classic_messages_is_kept(stage: Stage, server: TelegramServer) -> None:
    await stage.platform.messenger.send(post(stage, ref_of(7), classic=True))
    assert not (await server.message(chat=7)).rich


async def test_paid_broadcast_is_off_unless_the_operator_wants_it(stage: Stage, server: TelegramServer) -> None:
    await stage.platform.messenger.send(post(stage, ref_of(7)))
    assert "allow_paid_broadcast" not in server.called("sendRichMessage")[-1]


async def test_paid_broadcast(stage_of: Made) -> None:
    async with stage_of(paid=True) as stage:
        stage.server.person(7)
        await stage.platform.messenger.send(post(stage, ref_of(7)))
        assert stage.server.called("sendRichMessage")[-1]["allow_paid_broadcast"] is True


async def test_pinning_takes_the_last_pin_off(stage: Stage, server: TelegramServer) -> None:
    first = await stage.platform.messenger.send(post(stage, ref_of(7), pin=True))
    await stage.platform.messenger.send(post(stage, ref_of(7), pin=True, unpin=first))
    assert [call["message_id"] for call in server.called("unpinChatMessage")] == [int(first)]
    assert (await server.message(chat=7, count=2)).pinned


async def test_a_missing_right_to_pin_does_not_lose_the_post(stage: Stage, server: TelegramServer) -> None:
    await stage.platform.messenger.send(post(stage, ref_of(GROUP), pin=True))
    assert not (await server.message(chat=GROUP)).pinned


async def test_a_channel_s_quiz_is_anonymous(stage: Stage, server: TelegramServer) -> None:
    channel = Chat(ref=ref_of(-100300), kind=ChatKind.CHANNEL, title="News")
    server.chats[-100300] = FakeChat(id=-100300, type="channel", title="News")
    await stage.store.see_chat(channel, at=stage.clock.now())
    quiz = cards.quiz_card(Voice(PHRASES, Language.EN), stage.bank, stage.bank.question("lora-idea"))
    await stage.platform.messenger.send(post(stage, channel.ref, reply=quiz))
    poll = (await server.message(chat=-100300)).poll
    assert poll is not None
    assert poll["is_anonymous"] is True


@pytest.mark.parametrize("language", Language)
async def test_every_quiz_of_the_bank_is_a_poll_telegram_takes(
    stage: Stage, server: TelegramServer, language: Language
) -> None:
    for question in stage.bank.questions:
        quiz = cards.quiz_card(Voice(PHRASES, language), stage.bank, question)
        await stage.platform.messenger.send(post(stage, ref_of(7), reply=quiz))
    assert len([m for m in server.messages if m.poll]) == len(stage.bank.questions)


async def test_editing_makes_a_message_read_anew(stage: Stage, server: TelegramServer) -> None:
    id_ = await stage.platform.messenger.send(post(stage, ref_of(7)))
    await stage.platform.messenger.edit(ref_of(7), id_, Reply(blocks=(paragraph("closed"),)))
    assert (await server.message(chat=7)).text == "closed"
    await stage.platform.messenger.edit(ref_of(7), id_, Reply(blocks=(paragraph("closed"),)))


async def test_a_long_classic_answer_is_split_and_the_buttons_stand_below(stage: Stage, server: TelegramServer) -> None:
    voice = Voice(PHRASES, Language.EN)
    long = max(stage.bank.questions, key=lambda question: len(question.en.answer))
    answer = cards.card(voice, stage.bank, long, Step.FOLLOWUPS)
    id_ = await stage.platform.messenger.send(post(stage, ref_of(7), reply=answer, classic=True))
    parts = [m for m in server.messages if m.by_bot and m.text]
    assert len(parts) > 1
    assert [bool(part.keyboard) for part in parts] == [False] * (len(parts) - 1) + [True]
    assert str(parts[0].id) == id_
    # Pressing a button below the last part brings the whole back to one message, where it began.
    await server.tapped(7, parts[-1], "Another")
    await server.until(lambda: [m for m in server.messages if m.by_bot and m.text] == parts[:1])
    assert parts[0].keyboard


async def test_parts_too_old_to_be_removed_lose_their_buttons(stage: Stage, server: TelegramServer) -> None:
    id_ = await stage.platform.messenger.send(post(stage, ref_of(7), reply=LONG, classic=True))
    *others, last = [m for m in server.messages if m.by_bot]
    for part in (*others, last):
        part.old = True
    await server.tapped(7, last, "More")
    await server.until(lambda: not last.keyboard)
    assert (str(others[0].id), bool(others[0].keyboard)) == (id_, True)


# Once the first message stands, nothing brings it a second time

LONG = Reply(
    blocks=tuple(paragraph(f"{n} " + "word " * 300) for n in range(8)),
    controls=(Row(buttons=(Button(label="More", action=Another()),)),),
)
FORMULA = Reply(blocks=(paragraph("see"), MathBlock("x^2")))


def texts(server: TelegramServer) -> list[str]:
    return [m.text[:1] for m in server.messages if m.by_bot and m.text]


async def test_a_picture_that_fails_at_first_comes_all_the_same(stage: Stage, server: TelegramServer) -> None:
    server.faults["sendPhoto"] += [Error(502, "Bad Gateway")]
    await stage.platform.messenger.send(post(stage, ref_of(7), reply=FORMULA, classic=True))
    assert texts(server) == ["s"]
    assert sum(m.photos for m in server.messages) == 1


@pytest.mark.parametrize("fault", [Error(502, "Bad Gateway"), Error(400, "Bad Request: PHOTO_INVALID")])
async def test_a_picture_that_never_comes_does_not_fail_a_post_that_stands(
    stage: Stage, server: TelegramServer, fault: Error
) -> None:
    server.faults["sendPhoto"] += [fault] * 9
    id_ = await stage.platform.messenger.send(post(stage, ref_of(7), reply=FORMULA, classic=True))
    assert [str(m.id) for m in server.messages if m.by_bot] == [id_]


async def test_a_later_part_that_fails_at_first_comes_in_its_place(stage: Stage, server: TelegramServer) -> None:
    server.faults["sendMessage"] += ["", Error(502, "Bad Gateway")]
    id_ = await stage.platform.messenger.send(post(stage, ref_of(7), reply=LONG, classic=True))
    parts = [m for m in server.messages if m.by_bot]
    assert [m.text[:1] for m in parts] == sorted(m.text[:1] for m in parts)
    assert (len(parts), str(parts[0].id)) == (4, id_)
    assert [bool(m.keyboard) for m in parts] == [False, False, False, True]


@pytest.mark.parametrize("fault", [Error(502, "Bad Gateway"), Error(400, "Bad Request: something")])
async def test_where_a_later_part_never_comes_the_buttons_go_below_what_stands(
    stage: Stage, server: TelegramServer, fault: Error
) -> None:
    server.faults["sendMessage"] += ["", *[fault] * 9]
    id_ = await stage.platform.messenger.send(post(stage, ref_of(7), reply=LONG, classic=True))
    (only,) = [m for m in server.messages if m.by_bot]
    assert str(only.id) == id_
    assert only.labels() == ["More"]


async def test_a_later_part_that_may_have_arrived_is_not_sent_again(stage: Stage, server: TelegramServer) -> None:
    server.faults["sendMessage"] += ["", "cut"]
    await stage.platform.messenger.send(post(stage, ref_of(7), reply=LONG, classic=True))
    assert texts(server) == ["0", "2"]
    assert next(m for m in server.messages if m.by_bot).labels() == ["More"]


async def test_a_pause_after_the_first_part_is_waited_out_with_the_taps(stage: Stage, server: TelegramServer) -> None:
    server.faults["sendMessage"] += ["", Error(429, "Too Many Requests: retry after 3", retry_after=3)]
    await stage.platform.messenger.send(post(stage, ref_of(7), reply=LONG, classic=True))
    assert len(texts(server)) == 4
    assert [lane for lane, _, _ in stage.pacer.turns[:3]] == [Lane.DAILY, Lane.TAP, Lane.TAP]


@pytest.mark.usefixtures("server")
async def test_a_database_that_fails_behind_a_quiz_does_not_bring_it_twice(stage_of: Made) -> None:
    class Full(MemoryStore):
        @override
        async def remember(self, key: str, value: str | None, *, until: datetime | None = None) -> None:
            raise StoreError("the disk is full")

    async with stage_of(store=Full()) as stage:
        stage.server.group(GROUP)
        quiz = cards.quiz_card(Voice(PHRASES, Language.EN), stage.bank, stage.bank.question("lora-idea"))
        await stage.platform.messenger.send(post(stage, ref_of(GROUP), reply=quiz))
        assert len([m for m in stage.server.messages if m.poll]) == 1
        stage.server.person(7)
        await stage.platform.messenger.send(post(stage, ref_of(7), reply=FORMULA, classic=True))
        assert sum(m.photos for m in stage.server.messages) == 1


async def test_an_edit_whose_later_part_fails_is_no_failed_edit(stage: Stage, server: TelegramServer) -> None:
    id_ = await stage.platform.messenger.send(post(stage, ref_of(7), reply=FORMULA, classic=True))
    server.faults["sendMessage"] += [Error(400, "Bad Request: something")]
    await stage.platform.messenger.edit(ref_of(7), id_, LONG)
    first = next(m for m in server.messages if m.by_bot)
    assert (first.text[:1], first.labels()) == ("0", ["More"])
    # Trying again brings the rest, and the buttons below it.
    await stage.platform.messenger.edit(ref_of(7), id_, LONG)
    assert first.labels() == []
    assert [m.labels() for m in server.messages if m.by_bot and m.text][-1] == ["More"]


# What the plan says of posts is said of all their parts


async def test_pictures_and_later_parts_are_protected_and_paid_for_like_the_first(stage_of: Made) -> None:
    async with stage_of(paid=True) as stage:
        stage.server.limits = None
        stage.server.person(7)
        reply = Reply(blocks=(*LONG.blocks, MathBlock("x^2")))
        await stage.platform.messenger.send(post(stage, ref_of(7), reply=reply, classic=True, protected=True))
        sent = [m for m in stage.server.messages if m.by_bot]
        assert len(sent) == 5
        assert all(m.protected for m in sent)
        assert [m.silent for m in sent] == [False] * 4 + [True]
        calls = [*stage.server.called("sendMessage"), *stage.server.called("sendPhoto")]
        assert all(call["allow_paid_broadcast"] is True for call in calls)


async def test_parts_that_an_edit_adds_are_protected_and_silent(stage: Stage, server: TelegramServer) -> None:
    await server.say(7, "/subscribe 21:00 Shanghai")
    await server.message()
    kept = stage.store.subscriptions[ref_of(7)]
    plan = replace(kept.plan, protected=True, classic=True)
    await stage.store.change_plan(ref_of(7), plan, next_slot=kept.next_slot, next_due_at=kept.next_due_at)
    id_ = await stage.platform.messenger.send(post(stage, ref_of(7), reply=FORMULA, classic=True, protected=True))
    known = len(server.messages)
    await stage.platform.messenger.edit(ref_of(7), id_, replace(LONG, blocks=(*LONG.blocks, MathBlock("y^2"))))
    added = server.messages[known:]
    assert len(added) == 4
    assert all(m.protected and m.silent for m in added)


# Errors


REFUSALS: list[tuple[Error, type[MessengerError]]] = [
    (Error(403, "Forbidden: bot was blocked by the user"), ChatGone),
    (Error(403, "Forbidden: bot was kicked from the supergroup chat"), ChatGone),
    (Error(403, "Forbidden: bot is not a member of the channel chat"), ChatGone),
    (Error(403, "Forbidden: user is deactivated"), ChatGone),
    (Error(400, "Bad Request: chat not found"), ChatGone),
    (Error(403, "Forbidden: the group chat was deleted"), ChatGone),
    (Error(403, "Forbidden: bot can't initiate conversation with a user"), ChatGone),
    (Error(400, "Bad Request: message thread not found"), ThreadGone),
    (Error(400, "Bad Request: TOPIC_CLOSED"), ThreadGone),
    (Error(400, "Bad Request: TOPIC_DELETED"), ThreadGone),
    (Error(400, "Bad Request: not enough rights to send text messages to the chat"), NotAllowed),
    (Error(400, "Bad Request: need administrator rights in the channel chat"), NotAllowed),
    (Error(400, "Bad Request: have no rights to send a message"), NotAllowed),
    (Error(400, "Bad Request: CHAT_WRITE_FORBIDDEN"), NotAllowed),
    (Error(403, "Forbidden: something that is new this year"), NotAllowed),
    (Error(500, "Internal Server Error"), Unavailable),
    (Error(502, "Bad Gateway"), Unavailable),
    (Error(503, "Service Unavailable"), Unavailable),
    (Error(400, "Bad Request: BUTTON_DATA_INVALID"), Rejected),
]


@pytest.mark.parametrize(("refusal", "kind"), REFUSALS, ids=[refusal.description for refusal, _ in REFUSALS])
async def test_each_refusal_is_the_error_that_says_what_follows(
    stage: Stage, server: TelegramServer, refusal: Error, kind: type[MessengerError]
) -> None:
    # A refused rich message is tried once as an ordinary one, which is refused as well.
    server.faults["sendRichMessage"].append(refusal)
    server.faults["sendMessage"].append(refusal)
    with pytest.raises(MessengerError) as caught:
        await stage.platform.messenger.send(post(stage, ref_of(7)))
    assert type(caught.value) is kind
    assert [m for m in server.messages if m.by_bot] == []


async def test_a_moved_group_names_its_new_id(stage: Stage, server: TelegramServer) -> None:
    server.migrated[-55] = GROUP
    with pytest.raises(ChatMoved) as caught:
        await stage.platform.messenger.send(post(stage, ref_of(-55)))
    assert caught.value.new_chat_id == str(GROUP)


async def test_the_pause_telegram_asks_for_is_passed_on_and_kept(stage: Stage, server: TelegramServer) -> None:
    server.faults["sendRichMessage"].append(Error(429, "Too Many Requests: retry after 17", retry_after=17))
    with pytest.raises(RateLimited) as caught:
        await stage.platform.messenger.send(post(stage, ref_of(7)))
    assert caught.value.retry_after == timedelta(seconds=17)
    assert stage.pacer.pauses == [(timedelta(seconds=17), "7")]


async def test_a_turn_that_would_take_too_long_is_a_rate_limit(stage: Stage, server: TelegramServer) -> None:
    stage.pacer.too_long = timedelta(minutes=3)
    with pytest.raises(RateLimited) as caught:
        await stage.platform.messenger.send(post(stage, ref_of(7)))
    assert caught.value.retry_after == timedelta(minutes=3)
    assert not server.called("sendRichMessage")


async def test_a_tap_waits_out_a_short_pause(stage: Stage, server: TelegramServer) -> None:
    server.faults["sendMessage"].append(Error(429, "Too Many Requests: retry after 1", retry_after=1))
    await server.say(7, "/start")
    await server.message(chat=7)
    assert stage.pacer.pauses == [(timedelta(seconds=1), "7")]


async def test_a_tap_does_not_wait_out_a_long_pause(server: TelegramServer) -> None:
    server.faults["sendMessage"].append(Error(429, "Too Many Requests: retry after 300", retry_after=300))
    await server.say(7, "/start")
    await server.say(7, "/help")
    assert "What I can do" in (await server.message(chat=7)).text


async def test_a_connection_cut_after_the_request_left_is_an_unknown_outcome(
    stage: Stage, server: TelegramServer
) -> None:
    server.faults["sendRichMessage"].append("cut")
    with pytest.raises(Unknown) as caught:
        await stage.platform.messenger.send(post(stage, ref_of(7)))
    assert stage.server.token not in str(caught.value)


async def test_no_connection_at_all_means_it_surely_never_left(stage_of: Made) -> None:
    async with stage_of() as stage:
        stage.server.person(7)
        await stage.server.until(lambda: "telegram:menus" in stage.store.values)
        await stage.server.stop()
        with pytest.raises(Unavailable) as caught:
            await stage.platform.messenger.send(post(stage, ref_of(7)))
        assert stage.server.token not in str(caught.value)


async def test_before_the_platform_runs_nothing_leaves(stage_of: Made) -> None:
    async with stage_of(start=False) as stage:
        assert not stage.platform.messenger.ready
        with pytest.raises(Unavailable):
            await stage.platform.messenger.send(post(stage, ref_of(7)))


@pytest.mark.parametrize("chat", ["not-a-number", ""])
async def test_a_chat_that_is_none_of_telegram_s_is_rejected(stage: Stage, chat: str) -> None:
    with pytest.raises(Rejected):
        await stage.platform.messenger.send(post(stage, ref_of(chat)))


@pytest.mark.usefixtures("server")
async def test_editing_what_is_gone_is_rejected(stage: Stage) -> None:
    with pytest.raises(Rejected, match="not found"):
        await stage.platform.messenger.edit(ref_of(7), MessageId("999"), Reply(blocks=(paragraph("x"),)))


@pytest.mark.usefixtures("server")
async def test_editing_in_a_chat_that_is_gone_says_so(stage: Stage) -> None:
    with pytest.raises(ChatGone):
        await stage.platform.messenger.edit(ref_of(12345), MessageId("1"), Reply(blocks=(paragraph("x"),)))


# Forum topics


@pytest.mark.parametrize("state", ["closed", "deleted"])
async def test_where_a_topic_is_gone_the_post_falls_back_if_the_plan_says_so(
    stage: Stage, server: TelegramServer, state: str
) -> None:
    forum = server.group(-100400, forum=True)
    forum.topics, forum.closed = ({5}, {5}) if state == "closed" else (set(), set())
    await stage.platform.messenger.send(post(stage, ref_of(-100400, 5)))
    assert (await server.message(chat=-100400)).thread is None
    with pytest.raises(ThreadGone):
        await stage.platform.messenger.send(post(stage, ref_of(-100400, 5), fall_back=False))


# Pictures


async def test_many_formulas_come_as_albums_and_bad_ones_stay_text(stage: Stage, server: TelegramServer) -> None:
    blocks: tuple[Block, ...] = (paragraph("see"), *(MathBlock(f"x_{{{n}}}") for n in range(11)), MathBlock("bad"))
    await stage.platform.messenger.send(post(stage, ref_of(7), reply=Reply(blocks=blocks), classic=True))
    assert [len(call["media"]) for call in server.called("sendMediaGroup")] == [10]
    assert len(server.called("sendPhoto")) == 1
    assert sum(m.photos for m in server.messages) == 11
    await stage.platform.messenger.send(post(stage, ref_of(7), reply=Reply(blocks=blocks), classic=True))
    assert len(stage.painter.drawn) == 11


@pytest.mark.parametrize("change", ["another bot", "another way of drawing"])
async def test_a_picture_kept_for_another_bot_or_drawing_is_not_used(stage_of: Made, change: str) -> None:
    reply, store = FORMULA, MemoryStore()
    async with stage_of(store=store) as stage:
        stage.server.person(7)
        for _ in range(2):
            await stage.platform.messenger.send(post(stage, ref_of(7), reply=reply, classic=True))
        assert len(stage.painter.drawn) == 1
    token = TOKEN.replace(str(BOT_ID), "99") if change == "another bot" else TOKEN
    drawing = "2" if token == TOKEN else "1"
    async with stage_of(store=store, token=token, drawing=drawing, start=False) as stage, stage.platform.running():
        stage.server.token = token
        stage.server.person(7)
        await stage.server.until(lambda: stage.platform.messenger.ready)
        await stage.platform.messenger.send(post(stage, ref_of(7), reply=reply, classic=True))
        assert len(stage.painter.drawn) == 1


async def test_a_classic_message_that_grows_and_shrinks_keeps_its_place(stage: Stage, server: TelegramServer) -> None:
    short = Reply(blocks=(paragraph("short"),))
    long = Reply(blocks=tuple(paragraph(f"{n} " + "word " * 300) for n in range(6)))
    id_ = await stage.platform.messenger.send(post(stage, ref_of(7), reply=short, classic=True))
    await stage.platform.messenger.edit(ref_of(7), id_, long)
    parts = [m for m in server.messages if m.by_bot]
    assert len(parts) > 1
    assert str(parts[0].id) == id_
    await stage.platform.messenger.edit(ref_of(7), MessageId(str(parts[-1].id)), short)
    assert [m.text for m in server.messages if m.by_bot] == ["short"]
