"""Whose language is spoken: what all can read speaks the chat's, what one person alone reads speaks theirs."""

import pytest

from bot.core.model import ChatRef, Language
from bot.platforms.discord.places import DISCORD
from tests.fakes.discord_people import Person
from tests.fakes.discord_rules import Json
from tests.fakes.discord_world import FORUM, TEXT, buttons, is_private, texts
from tests.platforms.discord.conftest import Bot, connected
from tests.platforms.discord.test_day import delivering
from tests.platforms.discord.test_guild import guild_channel
from tests.platforms.discord.test_plans import come, planned

BARE = ["提示", "答案", "我来答…"]


async def _rated(person: Person, card: Json) -> None:
    """Read the answer of a card alone, in English, and say that one knew it; waits until the card counts it."""
    edits = card.get("edits", 0)
    answer = (await person.press_id(card, buttons(card)["答案"]["custom_id"])).replies[-1]
    assert is_private(answer)
    assert "### Answer" in texts(answer)
    await person.press(answer, "Knew it")
    await person.server.until(lambda: card.get("edits", 0) > edits)


async def test_a_tap_in_another_language_leaves_the_daily_card_as_its_plan_speaks(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle), delivering(idle) as delivery:
        await planned(idle.person("root", admin=True, locale="zh-CN"), channel)
        card = (await come(idle, delivery, channel, hours=1, messages=2))[-1]
        assert list(buttons(card))[:3] == BARE
        await _rated(idle.person("ben"), card)
        assert "会了 1" in texts(card)
        assert list(buttons(card))[:3] == BARE


async def test_a_tap_in_another_language_leaves_a_quiz_as_its_plan_speaks(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle), delivering(idle) as delivery:
        await planned(idle.person("root", admin=True, locale="zh-CN"), channel, "更多", "选择题")
        quiz = (await come(idle, delivery, channel, hours=1, messages=2))[-1]
        before = texts(quiz)
        (result,) = (await idle.person("ben").press(quiz, "A")).replies
        assert "Right." in texts(result) or "Not quite" in texts(result)
        await idle.server.until(lambda: quiz.get("edits"))
        assert texts(quiz).startswith(before)
        assert "已有 1 人作答" in texts(quiz)


async def test_a_hint_for_all_is_given_in_the_language_of_the_plan(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle), delivering(idle) as delivery:
        await planned(idle.person("root", admin=True, locale="zh-CN"), channel, "答案", "大家可见")
        card = (await come(idle, delivery, channel, hours=1, messages=2))[-1]
        before = texts(card)
        await idle.person("ben").press(card, "提示")
        assert texts(card).startswith(before[:40])
        assert "答案" in buttons(card)


async def test_without_a_plan_a_channel_speaks_as_whoever_spoke_first(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        wei, ben = idle.person("wei", locale="zh-CN"), idle.person("ben")
        (card,) = (await wei.command(channel, "question", id="lora-merge-weights")).replies
        await _rated(ben, card)
        assert list(buttons(card))[:3] == BARE
        (another,) = (await ben.command(channel, "random")).replies
        assert list(buttons(another))[:3] == BARE
        (help_,) = (await ben.command(channel, "help")).replies
        assert "/random" in texts(help_)
        assert "随机" not in texts(help_)


async def test_who_changes_a_plan_does_not_change_what_it_speaks(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        await planned(idle.person("root", admin=True, locale="zh-CN"), channel)
        (done,) = (await idle.person("ada", admin=True).command(channel, "subscribe", time="8:00")).replies
        assert "订阅好了" in texts(done)
        subscription = await idle.store.subscription(ChatRef(platform=DISCORD, chat_id=channel["id"]))
        assert subscription is not None
        assert subscription.language is Language.ZH


@pytest.mark.parametrize("kind", [TEXT, FORUM])
async def test_a_card_in_a_thread_or_forum_keeps_the_language_chosen_there(idle: Bot, kind: int) -> None:
    channel = guild_channel(idle, kind=kind)
    thread = idle.server.world.thread(channel)
    async with connected(idle):
        await idle.person("root", admin=True).command(thread, "language", language="zh")
        ben = idle.person("ben")
        (card,) = (await ben.command(thread, "question", id="lora-merge-weights")).replies
        assert list(buttons(card))[:3] == BARE
        answer = (await ben.press(card, "答案")).replies[-1]
        await ben.press(answer, "会了")
        await idle.server.until(lambda: card.get("edits"))
        assert "会了 1" in texts(card)
        assert list(buttons(card))[:3] == BARE
