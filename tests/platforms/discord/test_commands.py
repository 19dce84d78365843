"""Slash commands: what Discord is told, when, and how their arguments are completed."""

from bot.core.commands import COMMANDS, Who
from bot.core.model import ChatKind
from bot.core.ports import Bank
from bot.locales import FluentPhrases
from bot.platforms.discord.commands import fingerprint, focused_of, payload, words_of
from bot.platforms.discord.traditional import traditional
from tests.fakes.discord_rules import check_commands
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.discord_world import texts
from tests.platforms.discord.conftest import Bot, connected, make_bot


def test_every_command_of_the_table_is_one_that_discord_takes(phrases: FluentPhrases) -> None:
    commands = payload(phrases)
    check_commands(commands)
    assert [command["name"] for command in commands] == [command.name for command in COMMANDS]


def test_names_and_descriptions_are_localised(phrases: FluentPhrases) -> None:
    random = next(command for command in payload(phrases) if command["name"] == "random")
    assert random["name_localizations"] == {"zh-CN": "随机", "zh-TW": "隨機"}
    assert random["description_localizations"] == {"zh-CN": "随机来一道题", "zh-TW": "隨機來一道題"}
    topic, difficulty = random["options"]
    assert topic["autocomplete"]
    assert [choice["name_localizations"]["zh-TW"] for choice in difficulty["choices"]] == ["簡單", "中等", "困難"]


def test_commands_for_managers_ask_for_their_permission(phrases: FluentPhrases) -> None:
    for command, shown in zip(COMMANDS, payload(phrases), strict=True):
        assert (shown["default_member_permissions"] is not None) == (command.who is Who.ADMIN)


def test_commands_for_operators_stay_in_direct_messages(phrases: FluentPhrases) -> None:
    for command, shown in zip(COMMANDS, payload(phrases), strict=True):
        if command.who is Who.OPERATOR:
            assert shown["contexts"] == [1]


def test_words_stand_in_the_order_of_the_table() -> None:
    options = [{"name": "zone", "type": 3, "value": " Berlin "}, {"name": "time", "type": 3, "value": "9:30"}]
    assert words_of({"name": "subscribe", "options": options}) == "9:30 Berlin"
    assert words_of({"name": "help"}) == ""


def test_an_argument_that_nobody_knows_is_not_completed() -> None:
    option = {"name": "zone", "value": "x", "focused": True}
    assert focused_of({"name": "help", "options": [option]}) is None


def test_the_fingerprint_changes_with_the_commands_and_the_place(phrases: FluentPhrases) -> None:
    commands = payload(phrases)
    marks = {fingerprint(commands, "a"), fingerprint(commands, "b"), fingerprint(commands[1:], "a")}
    assert len(marks) == 3
    assert fingerprint(payload(phrases), "a") in marks


def test_traditional_characters() -> None:
    assert traditional("复习没答上来的题") == "複習沒答上來的題"
    assert traditional("订阅每日一题") == "訂閱每日一題"


async def test_commands_are_told_only_when_they_changed(idle: Bot) -> None:
    async with connected(idle):
        pass
    async with idle.platform.running():
        await idle.server.until(lambda: idle.server.gateway.session.id == "session1")
        client = idle.platform.messenger.client
        assert client is not None
        await client.wait_until_ready()
        ann = idle.person()
        await ann.command(ann.dm, "help")
    assert idle.server.rest.syncs == 1


async def test_a_developers_guild_gets_them_at_once(server: FakeDiscord, bank: Bank) -> None:
    guild = server.world.guild()
    bot = await make_bot(server, bank, guild=guild["id"])
    async with connected(bot):
        assert list(server.commands) == [guild["id"]]


async def test_refused_commands_leave_the_bot_running(idle: Bot) -> None:
    idle.server.fail("PUT", "/commands", 400, 50035)
    async with idle.platform.running():
        await idle.server.until(lambda: idle.server.requests and idle.server.requests[-1][0] == "PUT")
        assert idle.platform.messenger.ready


async def test_topics_are_completed_by_prefix_chinese_and_typo(bot: Bot) -> None:
    ann = bot.person()
    for typed in ("lor", "LORA", "lroa", "系列"):
        found = await ann.complete(ann.dm, "random", "topic", typed)
        assert "lora" in [choice["value"] for choice in found], typed
    li = bot.person("li", locale="zh-TW")
    (first, *_) = await li.complete(li.dm, "random", "topic", "lora")
    assert first["name"] == bot.bank.topic("lora").zh


async def test_nothing_typed_offers_as_many_topics_as_discord_takes(bot: Bot) -> None:
    ann = bot.person()
    topics = [topic for group in bot.bank.groups for topic in group.topics]
    assert len(await ann.complete(ann.dm, "random", "topic", "")) == min(25, len(topics))


async def test_questions_and_zones_are_completed(bot: Bot) -> None:
    ann = bot.person()
    questions = await ann.complete(ann.dm, "question", "id", "merge lora weights")
    assert "lora-merge-weights" in [choice["value"] for choice in questions]
    zones = await ann.complete(ann.dm, "subscribe", "zone", "berl")
    assert zones[0]["value"] == "Europe/Berlin"
    assert await ann.complete(ann.dm, "search", "words", "9") == []


async def test_several_topics_and_times_are_completed_one_after_the_other(bot: Bot) -> None:
    ann = bot.person()
    (first, *_) = await ann.complete(ann.dm, "subscribe", "topics", "The LoRA family, ra")
    assert first == {"name": "The LoRA family, Retrieval-augmented generation", "value": "lora, rag"}
    times = await ann.complete(ann.dm, "subscribe", "time", "9:30, 21")
    assert times[0]["value"] == "09:30, 21:00"
    (done,) = (await ann.command(ann.dm, "subscribe", time=times[0]["value"], topics=first["value"])).replies
    subscription = await bot.store.subscription(await bot.knows(ann.dm, ChatKind.PRIVATE))
    assert subscription is not None
    assert subscription.plan.topics == ("lora", "rag")
    assert "09:30, 21:00" in texts(done)


async def test_a_completion_that_comes_too_late_disturbs_nobody(bot: Bot) -> None:
    ann = bot.person()
    bot.server.fail("POST", "/callback", 404, 10062)
    option = {"name": "topic", "type": 3, "value": "lo", "focused": True}
    await ann.send(ann.dm, 4, {"id": "1", "name": "random", "type": 1, "options": [option]})
    await bot.server.until(lambda: any(path.endswith("callback") for _, path, _ in bot.server.requests))
    assert await ann.complete(ann.dm, "random", "topic", "lo")
