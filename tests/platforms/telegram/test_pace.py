"""How fast we write: within Telegram's limits before it has to refuse, against a server that keeps them."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from bot.core.markup import paragraph
from bot.core.model import Chat, ChatKind, Reveal
from bot.core.ports import Lane
from bot.core.replies import Post, Reply
from bot.delivery.limits import TELEGRAM
from bot.delivery.pacing import AccountPacer
from bot.platforms.telegram.places import ref_of
from tests.fakes.telegram_limits import TelegramLimits
from tests.fakes.telegram_world import BOT_ID, Error, FakeChat
from tests.fakes.virtual_loop import virtually_over_sockets
from tests.platforms.telegram.company import CHANNEL, GROUP, QUESTION, card_for, company, post, set_reveal
from tests.platforms.telegram.conftest import Made, Stage

PEOPLE = range(1_000, 1_045)
_MINUTES = 180.0
"""Virtual seconds in which all that waits has come."""


async def _post(stage: Stage, chat: int, lane: Lane = Lane.DAILY) -> None:
    reply = Reply(blocks=(paragraph("x"),))
    await stage.platform.messenger.send(Post(chat=ref_of(chat), reply=reply, key="k"), lane=lane)


@virtually_over_sockets
async def test_a_broadcast_with_taps_between_is_never_too_fast_for_telegram(stage_of: Made) -> None:
    async with stage_of(paced=AccountPacer(TELEGRAM)) as stage:
        server = stage.server
        for person in PEOPLE:
            server.person(person)
        server.group(GROUP)
        began = server.now()
        broadcast = [_post(stage, person) for person in PEOPLE]
        group = [_post(stage, GROUP, Lane.TAP) for _ in range(22)]
        taps = [_post(stage, PEOPLE[0], Lane.TAP) for _ in range(5)]
        await asyncio.gather(*broadcast, *group, *taps)
        took = server.now() - began
        assert server.limits is not None
        assert server.limits.refused == 0
        sent = Counter(m.chat for m in server.messages)
        assert (sent[GROUP], sent[PEOPLE[0]], len(sent)) == (22, 6, len(PEOPLE) + 1)
        # A group takes twenty a minute, so that the last two had to wait for the next one.
        assert 60 <= took < 75


@virtually_over_sockets
async def test_edits_are_paced_like_messages(stage_of: Made) -> None:
    async with stage_of(paced=AccountPacer(TELEGRAM)) as stage:
        server = stage.server
        server.person(7)
        id_ = await stage.platform.messenger.send(Post(chat=ref_of(7), reply=Reply(blocks=(paragraph("0"),)), key="k"))
        for n in range(1, 8):
            await stage.platform.messenger.edit(ref_of(7), id_, Reply(blocks=(paragraph(str(n)),)))
        assert server.limits is not None
        assert server.limits.refused == 0
        assert server.messages[-1].text == "7"


@virtually_over_sockets
async def test_a_tap_does_not_wait_for_what_a_busy_group_is_to_read(stage_of: Made) -> None:
    async with stage_of(paced=AccountPacer(TELEGRAM)) as stage:
        server = company(stage.server)
        card = await card_for(server)
        for _ in range(24):
            await server.say(8, f"/question@qianmian_bot {QUESTION}", chat=GROUP)
        # The one who taps waits for an open answer as well, and is acknowledged all the same.
        await server.tap(8, card, "Hint")
        await server.tapped(8, card, data=f"1k~{QUESTION}~knew")
        assert len([m for m in server.messages if m.by_bot]) < 25
        # What everybody reads comes in the order it was asked for.
        await asyncio.sleep(_MINUTES)
        assert "<summary>Hint</summary>" in card.html
        assert len([m for m in server.messages if m.by_bot]) == 25


@virtually_over_sockets
async def test_the_last_count_shows_when_a_busy_channel_may_be_written_to_again(stage_of: Made) -> None:
    async with stage_of(paced=AccountPacer(TELEGRAM)) as stage:
        server = company(stage.server)
        server.chats[CHANNEL] = FakeChat(id=CHANNEL, type="channel", title="News", members={BOT_ID: "administrator"})
        stage.store.chats[ref_of(CHANNEL)] = Chat(ref=ref_of(CHANNEL), kind=ChatKind.CHANNEL, title="News")
        await stage.platform.messenger.send(post(stage, ref_of(CHANNEL)))
        card = server.messages[-1]
        # What may be written in this minute is spent, and the next one is further away than counts wait for a turn.
        await asyncio.gather(*(_post(stage, CHANNEL, Lane.TAP) for _ in range(19)))
        for reader in PEOPLE[:12]:
            server.person(reader)
            await server.tapped(reader, card, data=f"1k~{QUESTION}~knew")
        await asyncio.sleep(_MINUTES)
        assert "Knew it 12" in card.labels()
        assert server.limits is not None
        assert server.limits.refused == 0


@virtually_over_sockets
async def test_what_one_person_alone_sees_does_not_wait_for_what_a_busy_group_is_to_read(stage_of: Made) -> None:
    async with stage_of(paced=AccountPacer(TELEGRAM)) as stage:
        server = company(stage.server)
        await set_reveal(stage, Reveal.PRIVATE)
        card = await card_for(server)
        for _ in range(24):
            await server.say(8, f"/question@qianmian_bot {QUESTION}", chat=GROUP)
        await server.tapped(7, card, "Answer")
        command = await server.whisper(8, "/saved", chat=GROUP)
        await server.until(lambda: any(m.receiver == 8 for m in server.messages))
        assert {m.receiver for m in server.messages} == {None, 7, 8}
        assert server.called("sendMessage")[-1]["reply_parameters"] == {"ephemeral_message_id": command}
        everybody = [m for m in server.messages if m.by_bot and m.receiver is None]
        assert len(everybody) < 26
        # Nothing is lost: what everybody reads comes as fast as it may.
        await asyncio.sleep(_MINUTES)
        assert len([m for m in server.messages if m.by_bot and m.receiver is None]) == 26


@pytest.mark.parametrize(
    ("chats", "taken"),
    [([7] * 5, 3), ([-1] * 3, 3), (list(range(1, 40)), 30)],
    ids=["one chat", "a group at once", "overall"],
)
def test_what_is_too_fast_is_refused_as_telegram_words_it(chats: list[int], taken: int) -> None:
    limits = TelegramLimits()
    answers = [_refusal(limits, {"chat_id": chat}, 0.0) for chat in chats]
    assert answers.count(None) == taken
    assert {a.description.rpartition(" ")[0] for a in answers if a} <= {"Too Many Requests: retry after"}
    assert all(a.code == 429 and a.parameters["retry_after"] >= 1 for a in answers if a)


def test_a_group_takes_twenty_a_minute_and_edits_count() -> None:
    limits = TelegramLimits()
    for second in range(20):
        method = "editMessageText" if second % 2 else "sendMessage"
        limits.check(method, {"chat_id": GROUP}, float(second))
    refusal = _refusal(limits, {"chat_id": GROUP}, 20.0)
    assert refusal is not None
    assert refusal.parameters == {"retry_after": 40}
    assert _refusal(limits, {"chat_id": GROUP}, 60.0) is None


def test_what_is_paid_for_may_be_faster() -> None:
    limits = TelegramLimits()
    paid = [_refusal(limits, {"chat_id": chat, "allow_paid_broadcast": True}, 0.0) for chat in range(1, 1_002)]
    assert paid.count(None) == 1_000


def test_a_chat_takes_an_album_whole_and_a_group_counts_its_pictures() -> None:
    limits = TelegramLimits()
    album: dict[str, Any] = {"chat_id": GROUP, "media": [{}] * 10}
    for second in (0.0, 5.0):
        limits.check("sendMediaGroup", album, second)
    assert _refusal(limits, {"chat_id": GROUP}, 10.0) is not None


def test_looking_and_typing_are_free() -> None:
    limits = TelegramLimits()
    for _ in range(100):
        limits.check("sendChatAction", {"chat_id": 7}, 0.0)
        limits.check("getChat", {"chat_id": 7}, 0.0)
    assert limits.refused == 0


def _refusal(limits: TelegramLimits, given: dict[str, Any], now: float) -> Error | None:
    try:
        limits.check("sendMessage", given, now)
    except Error as error:
        return error
    return None
