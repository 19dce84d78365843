"""The life of a chat: the bot is added, promoted, silenced, removed; a group becomes a supergroup."""

import asyncio

import pytest

from bot.core.actions import ShowGroups, encode
from bot.platforms.telegram.life import SETTLED_AFTER
from bot.platforms.telegram.places import ref_of
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import ADMIN, BOT_ID
from tests.fakes.virtual_loop import virtually_over_sockets
from tests.platforms.telegram.company import GROUP, company
from tests.platforms.telegram.conftest import Made, Stage


@pytest.fixture
def server(stage: Stage) -> TelegramServer:
    return company(stage.server)


async def test_being_added_greets_once_and_says_what_would_help(server: TelegramServer) -> None:
    await server.member(GROUP, 7, "left", "member")
    message = await server.message(chat=GROUP)
    assert "one good interview question a day" in message.text
    assert "make me an admin" in message.text
    await server.member(GROUP, 7, "member", {"status": "administrator", **ADMIN})
    await server.say(7, "/help", chat=GROUP)
    await server.message(chat=GROUP, count=2)
    assert len([m for m in server.messages if m.by_bot]) == 2


@pytest.mark.parametrize("how", ["restricted", "all members"])
async def test_an_admin_is_told_in_private_when_the_bot_is_added_and_may_not_write(
    server: TelegramServer, how: str
) -> None:
    server.chats[GROUP].members_may_write = how == "restricted"
    restricted = {"status": "restricted", "is_member": True, **_restricted()}
    await server.member(GROUP, 8, "left", restricted if how == "restricted" else "member")
    told = await server.message(chat=7)
    assert "right to send messages" in told.text
    assert "Study group" in told.text


async def test_an_admin_is_told_once_that_commands_cannot_be_answered(server: TelegramServer) -> None:
    server.chats[GROUP].members_may_write = False
    await server.say(8, "/topics", chat=GROUP)
    await server.message(chat=7)
    await server.say(8, "/topics", chat=GROUP)
    await server.until(lambda: len([call for call in server.called("sendMessage") if call["chat_id"] == GROUP]) > 1)
    assert "right to send messages" in (await server.message(chat=7)).text
    server.chats[GROUP].members_may_write = True
    await server.say(8, "/topics", chat=GROUP)
    await server.message(chat=GROUP)
    assert len([m for m in server.messages if m.by_bot and m.chat == 7]) == 1


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


@pytest.mark.parametrize("deed", ["a vote", "a tap"])
async def test_old_quizzes_and_buttons_do_not_bring_back_a_group_that_removed_the_bot(
    stage: Stage, server: TelegramServer, deed: str
) -> None:
    await server.say(7, "/subscribe", chat=GROUP)
    panel = await server.message(chat=GROUP)
    await server.say(8, "/quiz", chat=GROUP)
    poll = (await server.message(chat=GROUP, count=2)).poll
    assert poll is not None
    await server.member(GROUP, 7, "member", {"status": "kicked", "until_date": 0})
    await server.until(lambda: not stage.store.subscriptions[ref_of(GROUP)].active)
    if deed == "a vote":
        vote = {"poll_id": poll["id"], "user": server.users[8], "option_ids": [0], "option_persistent_ids": [""]}
        await server.push("poll_answer", vote)
        await server.until(lambda: stage.store.picked)
    else:
        await server.tapped(8, panel, data=encode(ShowGroups()))
    assert not stage.store.subscriptions[ref_of(GROUP)].active
    assert ref_of(GROUP) in stage.store.gone


async def test_writing_brings_back_a_group_whose_return_went_unreported(stage: Stage, server: TelegramServer) -> None:
    await server.say(7, "/subscribe", chat=GROUP)
    await server.message(chat=GROUP)
    await server.member(GROUP, 7, "member", "left")
    await server.until(lambda: not stage.store.subscriptions[ref_of(GROUP)].active)
    server.chats[GROUP].members[BOT_ID] = "member"
    await server.say(8, "/next", chat=GROUP)
    await server.message(chat=GROUP, count=2)
    assert stage.store.subscriptions[ref_of(GROUP)].active


async def test_a_person_blocks_and_comes_back(stage: Stage, server: TelegramServer) -> None:
    await server.say(7, "/subscribe")
    await server.message(chat=7)
    await server.member(7, 7, "member", {"status": "kicked", "until_date": 0})
    await server.until(lambda: not stage.store.subscriptions[ref_of(7)].active)
    await server.member(7, 7, {"status": "kicked", "until_date": 0}, "member")
    await server.until(lambda: stage.store.subscriptions[ref_of(7)].active)
    assert len([m for m in server.messages if m.by_bot]) == 1, "nobody is greeted twice in private"


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


@pytest.mark.parametrize("order", [("added", "moved"), ("moved", "added"), ("left", "added", "moved")])
@virtually_over_sockets
async def test_a_group_that_becomes_a_supergroup_is_not_greeted_again(stage_of: Made, order: tuple[str, ...]) -> None:
    async with stage_of(settled_after=SETTLED_AFTER) as stage:
        server = stage.server
        server.person(7)
        server.group(-55, type_="group", _7="creator")
        await server.say(7, "/subscribe", chat=-55)
        await server.message(chat=-55)
        new = server.group(-100500, _7="creator").id
        for report in order:
            if report == "added":
                await server.member(new, 7, "left", "member")
            elif report == "left":
                await server.member(-55, 7, "member", "left")
            else:
                await server.push("message", {**server.written(-55, 7, ""), "migrate_to_chat_id": new})
            await asyncio.sleep(SETTLED_AFTER / 3)
        await server.until(lambda: ref_of(new) in stage.store.subscriptions)
        assert stage.store.subscriptions[ref_of(new)].active
        await asyncio.sleep(SETTLED_AFTER)
        assert not [m for m in server.messages if m.by_bot and m.chat == new]


@virtually_over_sockets
async def test_a_supergroup_that_was_none_before_is_greeted_once_that_is_clear(stage_of: Made) -> None:
    async with stage_of(settled_after=SETTLED_AFTER) as stage:
        company(stage.server)
        await stage.server.member(GROUP, 7, "left", "member")
        assert "one good interview question a day" in (await stage.server.message(chat=GROUP)).text


async def test_a_move_that_is_learnt_from_an_error_is_followed_as_well(stage: Stage, server: TelegramServer) -> None:
    server.group(-55, type_="group", _7="creator")
    await server.say(7, "/subscribe", chat=-55)
    await server.message(chat=-55)
    server.migrated[-55] = server.group(-100500, _7="creator").id
    await server.say(7, "/help", chat=-55)
    assert "What I can do" in (await server.message(chat=-100500)).text
    assert stage.store.subscriptions[ref_of(-100500)].active


async def test_a_tap_whose_answer_tells_of_the_move_is_answered_in_the_new_group(
    stage: Stage, server: TelegramServer
) -> None:
    server.group(-55, type_="group", _7="creator")
    await server.say(7, "/subscribe", chat=-55)
    panel = await server.message(chat=-55)
    server.migrated[-55] = server.group(-100500, _7="creator").id
    await server.tapped(7, panel, "Settings")
    assert "Settings" in (await server.message(chat=-100500)).text
    assert stage.store.subscriptions[ref_of(-100500)].active


def _restricted() -> dict[str, object]:
    names = "can_change_info can_invite_users can_pin_messages can_send_messages can_send_polls can_send_other_messages"
    more = "can_add_web_page_previews can_manage_topics can_send_audios can_send_documents can_send_photos"
    last = "can_send_videos can_send_video_notes can_send_voice_notes can_edit_tag can_react_to_messages"
    return {**dict.fromkeys(f"{names} {more} {last}".split(), False), "until_date": 0}
