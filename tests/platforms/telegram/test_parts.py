"""Replies that take several messages: split, pictures, and nothing that brings the first a second time."""

from dataclasses import replace
from datetime import datetime

import pytest
from typing_extensions import override

from bot.core import cards
from bot.core.actions import Another
from bot.core.errors import (
    StoreError,
)
from bot.core.markup import Block, MathBlock, paragraph
from bot.core.model import Language, MessageId
from bot.core.model import Stage as Step
from bot.core.ports import Lane
from bot.core.replies import Button, Reply, Row
from bot.core.requests import Voice
from bot.platforms.telegram.places import ref_of
from tests.fakes.memory_store import MemoryStore
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import BOT_ID, TOKEN, Error
from tests.platforms.telegram.company import post
from tests.platforms.telegram.conftest import PHRASES, Made, Stage

GROUP = -100200


@pytest.fixture
def server(stage: Stage) -> TelegramServer:
    stage.server.person(7)
    stage.server.group(GROUP)
    # Here nobody paces; see test_pace.py.
    stage.server.limits = None
    return stage.server


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
    server.faults["sendMessage"] += ["", "done, cut"]
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
