"""Connecting, staying connected, menus, webhooks, order: Telegram as a part of the bot."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from telegram import Update
from typing_extensions import override

from bot.core.commands import COMMANDS
from bot.core.errors import StoreError
from bot.core.model import Chat, ChatRef, Language
from bot.core.ports import State
from bot.platforms.telegram.menus import menus
from bot.platforms.telegram.order import InOrderPerChat, Order
from bot.platforms.telegram.platform import growing
from bot.platforms.telegram.waiting import patiently
from tests.fakes.memory_store import MemoryStore
from tests.fakes.telegram_world import TOKEN, Error
from tests.platforms.telegram.conftest import Made, Stage


async def test_starting_does_not_wait_for_telegram(stage_of: Made) -> None:
    async with stage_of(start=False) as stage:
        await stage.server.stop()
        async with stage.platform.running():
            assert stage.platform.health().state is State.DEGRADED
        assert stage.platform.health().state is State.DOWN


async def test_no_network_at_start_is_said_and_tried_again(stage_of: Made) -> None:
    async with stage_of(start=False) as stage:
        stage.server.faults["getMe"] += [Error(502, "Bad Gateway"), Error(502, "Bad Gateway")]
        async with stage.platform.running():
            await stage.server.until(lambda: "cannot be reached" in stage.platform.health().why)
            await stage.server.until(lambda: stage.platform.messenger.ready)
        assert len(stage.server.called("getMe")) == 3


async def test_a_wrong_token_is_said_in_words_and_never_shown(
    stage_of: Made, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    wrong = TOKEN.replace("fake", "nope")
    async with stage_of(start=False, token=wrong) as stage, stage.platform.running():
        await stage.server.until(lambda: "does not accept the token" in stage.platform.health().why)
        assert stage.platform.health().state is State.DOWN
        await stage.server.until(lambda: len(stage.server.called("getMe")) >= 3)
        stage.server.token = wrong
        await stage.server.until(lambda: stage.platform.messenger.ready)
    captured = capsys.readouterr()
    assert wrong not in captured.out + captured.err + caplog.text


async def test_a_token_that_is_revoked_while_running_is_noticed(stage: Stage) -> None:
    stage.server.token = "revoked"
    await stage.server.push("message", {})
    await stage.server.until(lambda: "does not accept the token" in stage.platform.health().why)


async def test_one_silent_poll_is_no_news(stage: Stage) -> None:
    stage.server.person(7)
    stage.server.faults["getUpdates"].append("cut")
    await stage.server.say(7, "/start")
    await stage.server.message()
    await stage.server.say(7, "/help")
    await stage.server.message(count=2)
    await stage.server.until(lambda: stage.platform.health().state is State.OK)


async def test_an_unexpected_error_does_not_end_it(stage_of: Made) -> None:
    async with stage_of(start=False) as stage:
        stage.server.odd["getMe"].append("not what anybody expects")
        async with stage.platform.running():
            await stage.server.until(lambda: "unexpected" in stage.platform.health().why)
            await stage.server.until(lambda: stage.platform.messenger.ready)


async def test_a_pause_telegram_asks_for_before_the_next_look_for_updates_is_kept(stage_of: Made) -> None:
    pause = Error(429, "Too Many Requests: retry after 300", retry_after=300)
    async with stage_of(start=False) as stage:
        stage.server.faults["getUpdates"].append(pause)
        async with stage.platform.running():
            await stage.server.until(lambda: "cannot be reached" in stage.platform.health().why)
            for _ in range(20):  # far longer than it waits after any other failure
                await stage.platform._app.bot.get_me()
            assert len(stage.server.called("getUpdates")) == 1
            assert not stage.platform.messenger.ready
        assert stage.pacer.pauses == [(timedelta(seconds=300), "getUpdates")]


async def test_updates_that_waited_are_kept_and_all_are_confirmed_at_the_end(stage_of: Made) -> None:
    async with stage_of(start=False) as stage:
        server = stage.server
        server.person(7)
        await server.say(7, "/start")
        async with stage.platform.running():
            await server.message()
        assert server.updates == []


async def test_an_update_that_cannot_be_read_costs_itself_alone(stage: Stage) -> None:
    stage.server.person(7)
    await stage.server.push("message", {"message_id": "of a newer kind"})
    await stage.server.say(7, "/start")
    await stage.server.message()


async def test_only_what_is_used_is_asked_for(stage: Stage) -> None:
    await stage.server.until(lambda: stage.server.allowed)
    assert "callback_query" in stage.server.allowed
    assert not stage.server.allowed & {"message_reaction", "chat_member", "poll", "business_message"}


async def test_an_error_in_one_update_is_no_end(stage: Stage) -> None:
    stage.server.person(7)
    stage.server.faults["sendMessage"].append(Error(403, "Forbidden: bot was blocked by the user"))
    await stage.server.say(7, "/start")
    await stage.server.say(7, "/help")
    assert "What I can do" in (await stage.server.message()).text


async def test_a_database_that_fails_is_no_end(stage_of: Made) -> None:
    class Locked(MemoryStore):
        locked = False

        @override
        async def chat(self, ref: ChatRef) -> Chat | None:
            if self.locked:
                raise StoreError("the database is locked")
            return await super().chat(ref)

    store = Locked()
    async with stage_of(store=store) as stage:
        stage.server.person(7)
        store.locked = True
        await stage.server.say(7, "/start")
        await stage.server.until(lambda: not stage.server.updates)
        store.locked = False
        await stage.server.say(7, "/help")
        assert "What I can do" in (await stage.server.message()).text


async def test_typing_shows_only_when_something_takes_its_time(stage: Stage) -> None:
    stage.server.person(7)
    bot = stage.platform._app.bot
    async with patiently(bot, 7):
        pass
    assert not stage.server.called("sendChatAction")
    async with patiently(bot, 7, after=0):
        await stage.server.until(lambda: stage.server.called("sendChatAction"))
    stage.server.faults["sendChatAction"].append(Error(400, "Bad Request: chat not found"))
    async with patiently(bot, 8, after=0):
        await stage.server.until(lambda: len(stage.server.called("sendChatAction")) == 2)


def test_the_wait_grows_to_a_minute() -> None:
    assert [growing(n) for n in (1, 2, 3, 7, 50)] == [1, 2, 4, 60, 60]


# Menus

MENUS = 9
"""Three scopes in three languages."""


async def test_menus_come_from_the_command_table_per_scope_and_language(stage: Stage) -> None:
    sent = stage.server.commands
    await stage.server.until(lambda: len(sent) == MENUS)
    assert {scope for scope, _ in sent} == {"all_private_chats", "all_group_chats", "all_chat_administrators"}
    assert {code for _, code in sent} == {"", "zh", "en"}
    names = {key: [row["command"] for row in rows] for key, rows in sent.items()}
    assert "subscribe" not in names["all_group_chats", "en"]
    assert "subscribe" in names["all_chat_administrators", "en"]
    assert "stats" not in names["all_private_chats", "en"]
    known = {command.name: command for command in COMMANDS}
    assert all(row["description"] == known[row["command"]].zh for row in sent["all_private_chats", "zh"])


async def test_commands_for_the_asker_alone_are_ephemeral_in_groups(stage: Stage) -> None:
    sent = stage.server.commands
    await stage.server.until(lambda: len(sent) == MENUS)
    alone = {scope: {row["command"] for row in rows if row.get("is_ephemeral")} for (scope, _), rows in sent.items()}
    assert alone == {
        "all_private_chats": set(),
        "all_group_chats": {"review", "saved", "me", "help"},
        "all_chat_administrators": {"review", "saved", "me", "help", "settings"},
    }


async def test_menus_are_sent_only_when_they_changed(stage_of: Made) -> None:
    store = MemoryStore()
    async with stage_of(store=store) as stage:
        await stage.server.until(lambda: "telegram:menus" in store.values)
        assert len(stage.server.called("setMyCommands")) == MENUS
    async with stage_of(store=store) as stage:
        stage.server.person(7)
        await stage.server.say(7, "/help")
        await stage.server.message()
        assert not stage.server.called("setMyCommands")


async def test_menus_that_cannot_be_set_do_not_keep_telegram_down(stage_of: Made) -> None:
    async with stage_of(start=False) as stage:
        stage.server.person(7)
        stage.server.faults["setMyCommands"] += [Error(400, "Bad Request: BOT_COMMAND_INVALID")] * 1_000
        async with stage.platform.running():
            await stage.server.until(lambda: "menus cannot be set" in stage.platform.health().why)
            assert "command_invalid" in stage.platform.health().why
            assert stage.platform.health().state is State.DEGRADED
            await stage.server.until(lambda: stage.platform.messenger.ready)
            await stage.server.say(7, "/start")
            await stage.server.message()
            # Once Telegram takes them they are set, and the worry is over.
            stage.server.faults["setMyCommands"].clear()
            await stage.server.until(lambda: stage.platform.health().state is State.OK)
        assert len(stage.server.commands) == MENUS


async def test_a_pause_for_menus_holds_nobody_else_up(stage_of: Made) -> None:
    async with stage_of(start=False) as stage:
        stage.server.person(7)
        pause = Error(429, "Too Many Requests: retry after 300", retry_after=300)
        stage.server.faults["setMyCommands"].append(pause)
        async with stage.platform.running():
            await stage.server.until(lambda: "menus cannot be set" in stage.platform.health().why)
            await stage.server.say(7, "/help")
            await stage.server.message()
        assert len(stage.server.called("setMyCommands")) == 1
        assert [scope for _, scope in stage.pacer.pauses] == ["setMyCommands"]


async def test_a_store_that_fails_while_menus_are_set_is_tried_again(stage_of: Made) -> None:
    class BrokenOnce(MemoryStore):
        broken = True

        @override
        async def recall(self, key: str) -> str | None:
            if self.broken and key == "telegram:menus":
                self.broken = False
                raise RuntimeError("something of ours is broken")
            return await super().recall(key)

    async with stage_of(store=BrokenOnce()) as stage:
        await stage.server.until(lambda: len(stage.server.commands) == MENUS)
        await stage.server.until(lambda: stage.platform.health().state is State.OK)


def test_the_operator_s_language_is_the_one_for_everybody_else() -> None:
    default = [commands for scope, code, commands in menus(Language.ZH) if code is None]
    assert default[0][0].description == COMMANDS[0].zh


# Webhook


HOOK = "https://bot.example.org/telegram/hook"


@asynccontextmanager
async def _served(stage: Stage) -> AsyncIterator[str]:
    """The platform's routes on a web server; the webhook's address there."""
    app = web.Application()
    app.add_routes(stage.platform.routes())
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/telegram/hook"
    await runner.cleanup()


async def test_a_webhook_takes_updates_from_telegram_alone(stage_of: Made) -> None:
    async with stage_of(webhook_url=HOOK) as stage, _served(stage) as url:
        stage.server.person(7)
        update = {"update_id": 1, "message": stage.server.written(7, 7, "/start")}
        secret = {"X-Telegram-Bot-Api-Secret-Token": stage.server.secret}
        async with aiohttp.ClientSession() as telegram:
            assert (await telegram.post(url, json=update)).status == 403
            assert (await telegram.post(url, json=update, headers=dict.fromkeys(secret, "guess"))).status == 403
            assert (await telegram.post(url, data=b"no json", headers=secret)).status == 400
            assert (await telegram.post(url, json=[1], headers=secret)).status == 200
            assert (await telegram.post(url, json=update, headers=secret)).status == 200
            await stage.server.message()
        assert stage.server.webhook == HOOK
        assert TOKEN not in stage.server.secret
        assert not stage.server.called("getUpdates")


async def test_without_a_connection_the_webhook_asks_to_come_again(stage_of: Made) -> None:
    async with stage_of(webhook_url=HOOK) as connected:
        secret = {"X-Telegram-Bot-Api-Secret-Token": connected.server.secret}
    async with (
        stage_of(webhook_url=HOOK, start=False) as stage,
        _served(stage) as url,
        aiohttp.ClientSession() as telegram,
    ):
        update = {"update_id": 1, "message": {}}
        assert (await telegram.post(url, json=update, headers=secret)).status == 503


async def test_a_webhook_that_telegram_cannot_reach_is_told(stage_of: Made) -> None:
    async with stage_of(webhook_url=HOOK) as stage:
        now = int(stage.clock.now().timestamp())
        stage.server.undelivered = (now, "SSL error {error:0A000086:SSL routines::certificate verify failed}")
        await stage.server.until(lambda: "certificate verify failed" in stage.platform.health().why)
        assert stage.platform.health().state is State.DEGRADED
        assert stage.platform.messenger.ready
        # What failed long ago and not since is no news.
        stage.clock.advance(timedelta(minutes=10))
        await stage.server.until(lambda: stage.platform.health().state is State.OK)


async def test_a_webhook_that_another_program_has_taken_is_told(stage_of: Made) -> None:
    async with stage_of(webhook_url=HOOK) as stage:
        stage.server.webhook = "https://other.example.org/"
        await stage.server.until(lambda: "another program has taken the webhook" in stage.platform.health().why)


async def test_with_a_webhook_losing_telegram_is_told_too(stage_of: Made) -> None:
    async with stage_of(webhook_url=HOOK) as stage:
        stage.server.faults["getWebhookInfo"] += [Error(502, "Bad Gateway")] * 1_000
        await stage.server.until(lambda: "cannot be reached" in stage.platform.health().why)


async def test_without_a_webhook_there_is_no_route(stage: Stage) -> None:
    assert stage.platform.routes() == []


# Order


async def test_updates_of_one_chat_stay_in_order_while_others_go_on() -> None:
    lines = Order()
    order = InOrderPerChat(lines)
    done: list[str] = []
    hold = asyncio.Event()

    def update(id_: int, chat: int) -> Update:
        person = {"id": chat, "is_bot": False, "first_name": "A"}
        message = {"message_id": id_, "date": 1, "chat": {"id": chat, "type": "private"}, "from": person, "text": "x"}
        made = Update.de_json({"update_id": id_, "message": message}, None)
        assert made is not None
        return made

    async def work(name: str, wait: asyncio.Event | None) -> None:
        if wait is not None:
            await wait.wait()
        done.append(name)

    async with order:
        first = asyncio.create_task(order.process_update(update(1, 7), work("7 first", hold)))
        second = asyncio.create_task(order.process_update(update(2, 7), work("7 second", None)))
        await order.process_update(update(3, 8), work("8", None))
        assert done == ["8"]
        hold.set()
        await asyncio.gather(first, second)
    assert done == ["8", "7 first", "7 second"]
    assert not lines._locks


async def test_updates_without_a_place_are_not_held_up() -> None:
    order = InOrderPerChat(Order())
    done: list[int] = []

    async def work() -> None:
        done.append(1)

    await order.process_update(object(), work())
    await order.process_update(Update(1), work())
    assert done == [1, 1]
