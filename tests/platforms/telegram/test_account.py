"""What the Bot API tells of a bot that does not run."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.core.errors import Rejected, Unavailable
from bot.core.model import Chat, ChatKind
from bot.platforms.telegram.account import AccountDesk, account_desk
from bot.platforms.telegram.places import ref_of
from tests.fakes.clock import NOON
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import BOT_ID, TOKEN, Error, FakeChat


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer().running() as made:
        yield made


@pytest.fixture
async def desk(server: TelegramServer) -> AsyncIterator[AccountDesk]:
    async with account_desk(TOKEN, server.url) as made:
        yield made


async def test_a_token_names_its_bot(desk: AccountDesk) -> None:
    account = await desk.account()
    assert (account.id, account.username, account.joins_groups, account.inline) == (BOT_ID, "qianmian_bot", True, True)


@pytest.mark.parametrize("refusal", [Error(401, "Unauthorized"), Error(404, "Not Found")])
async def test_a_token_without_a_bot_is_refused(server: TelegramServer, desk: AccountDesk, refusal: Error) -> None:
    server.faults["getMe"].append(refusal)
    with pytest.raises(Rejected, match=refusal.description):
        await desk.account()


@pytest.mark.parametrize("trouble", [Error(502, "Bad Gateway"), Error(429, "Too Many Requests", retry_after=5)])
async def test_a_server_in_trouble_says_nothing_of_the_token(
    server: TelegramServer, desk: AccountDesk, trouble: Error
) -> None:
    server.faults["getMe"].append(trouble)
    with pytest.raises(Unavailable) as caught:
        await desk.account()
    assert TOKEN not in repr(caught.value)


async def test_an_answer_that_is_none_says_nothing_of_the_token(server: TelegramServer, desk: AccountDesk) -> None:
    server.odd["getMe"].append("hello")
    with pytest.raises(Unavailable):
        await desk.account()


def _chat(server: TelegramServer, id_: int, kind: ChatKind, status: str, **rights: bool) -> Chat:
    type_ = "channel" if kind is ChatKind.CHANNEL else "supergroup"
    server.chats[id_] = FakeChat(id=id_, type=type_, members={BOT_ID: status}, rights={BOT_ID: rights})
    return Chat(ref=ref_of(id_), kind=kind)


async def test_chats_where_the_bot_may_not_post_are_found(server: TelegramServer, desk: AccountDesk) -> None:
    group, channel = ChatKind.GROUP, ChatKind.CHANNEL
    good = [
        _chat(server, -1, group, "member"),
        _chat(server, -2, group, "administrator"),
        _chat(server, -3, group, "restricted", is_member=True, can_send_messages=True),
        _chat(server, -4, channel, "administrator", can_post_messages=True),
    ]
    bad = [
        _chat(server, -5, group, "left"),
        _chat(server, -6, group, "kicked"),
        _chat(server, -7, group, "restricted", is_member=True, can_send_messages=False),
        _chat(server, -8, group, "restricted", is_member=False, can_send_messages=True),
        _chat(server, -9, channel, "administrator", can_post_messages=False),
        _chat(server, -10, channel, "member"),
        _chat(server, -12, group, "member"),
        Chat(ref=ref_of(-11), kind=group, title="gone"),
    ]
    server.chats[-12].members_may_write = False
    assert await desk.silenced_in([*good, *bad], BOT_ID) == bad


async def test_chats_where_the_bot_may_not_pin_are_found(server: TelegramServer, desk: AccountDesk) -> None:
    group, channel = ChatKind.GROUP, ChatKind.CHANNEL
    good = [
        _chat(server, -1, group, "administrator", can_pin_messages=True),
        _chat(server, -2, channel, "administrator", can_edit_messages=True),
    ]
    bad = [
        _chat(server, -3, group, "administrator", can_pin_messages=False),
        _chat(server, -4, group, "member"),
        _chat(server, -5, channel, "administrator", can_edit_messages=False),
        Chat(ref=ref_of(-6), kind=group, title="gone"),
    ]
    assert await desk.unpinnable_in([*good, *bad], BOT_ID) == bad


async def test_a_server_in_trouble_says_nothing_of_a_chat(server: TelegramServer, desk: AccountDesk) -> None:
    server.faults["getChatMember"].append(Error(502, "Bad Gateway"))
    with pytest.raises(Unavailable):
        await desk.silenced_in([_chat(server, -1, ChatKind.GROUP, "member")], BOT_ID)


async def test_what_lately_kept_updates_away_is_told(server: TelegramServer, desk: AccountDesk) -> None:
    assert await desk.undelivered(NOON) == ""
    server.undelivered = (int(NOON.timestamp()), "Connection refused")
    assert await desk.undelivered(NOON + timedelta(minutes=5)) == "Connection refused"
    assert await desk.undelivered(NOON + timedelta(days=1)) == ""
    server.faults["getWebhookInfo"].append(Error(502, "Bad Gateway"))
    with pytest.raises(Unavailable):
        await desk.undelivered(NOON)
