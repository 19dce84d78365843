"""What a plan's choices do when its hour comes: the kind of question, and how answers are shown."""

import asyncio
from datetime import timedelta

from bot.core.model import DeliveryState
from bot.delivery.delivery import Delivery
from tests.fakes.discord_people import Person
from tests.fakes.discord_rules import FLAG_SILENT, Json, Refused
from tests.fakes.discord_world import FORUM, buttons, is_private, texts
from tests.platforms.discord.conftest import Bot, connected
from tests.platforms.discord.test_day import delivering
from tests.platforms.discord.test_guild import guild_channel, hidden


async def planned(root: Person, channel: Json, *path: str) -> None:
    """Subscribe a channel to a question an hour from now, and press these buttons in its panel, one after the other."""
    await root.command(channel, "subscribe", time="21:00", zone="Asia/Shanghai")
    (panel,) = (await root.command(channel, "settings")).replies
    for label in path:
        await root.press(panel, label)


async def come(bot: Bot, delivery: Delivery, channel: Json, *, hours: float, messages: int) -> list[Json]:
    """Let some hours pass; what stands in the channel as soon as there are so many messages."""
    bot.clock.advance(timedelta(hours=hours))
    delivery.tick()
    delivery.wake()
    standing = bot.server.world.messages[channel["id"]]
    await bot.server.until(lambda: len(standing) >= messages)
    await _entered(bot)
    return standing[-messages:]


async def _entered(bot: Bot) -> None:
    """Wait until the books have what was delivered: the next step begins from there."""
    async with asyncio.timeout(30):
        while any(row.state is DeliveryState.SENDING for row in bot.store.deliveries.values()):  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0)


async def test_a_quiz_comes_at_its_hour_with_private_results_and_a_public_tally(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle), delivering(idle) as delivery:
        ann, ben = idle.person("ann"), idle.person("ben")
        await planned(idle.person("root", admin=True), channel, "More", "multiple-choice quiz")
        before = len(idle.server.world.messages[channel["id"]])
        quiz = (await come(idle, delivery, channel, hours=1, messages=before + 1))[-1]
        assert {"A", "B", "C", "D", "The full question"} <= set(buttons(quiz))
        for person, letter in ((ann, "A"), (ben, "B"), (ann, "B")):
            (result,) = (await person.press_id(quiz, buttons(quiz)[letter]["custom_id"])).replies
            assert is_private(result)
            assert "Right." in texts(result) or "Not quite" in texts(result)
        await idle.server.until(lambda: "2 answers so far" in texts(quiz))
        assert not any(mark in texts(quiz) for mark in ("Right.", "Not quite", "✓", "✗"))
        assert len(idle.store.picked) == 2


async def test_the_line_that_names_a_role_outlasts_taps(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle), delivering(idle) as delivery:
        root, ann = idle.person("root", admin=True), idle.person("ann")
        await planned(root, channel)
        (panel,) = (await root.command(channel, "settings")).replies
        await root.press(panel, "More")
        await root.fill_in(await root.press(panel, "Notify a role"), "4242")
        (card,) = (await come(idle, delivery, channel, hours=1, messages=2))[1:]
        assert texts(card).startswith("<@&4242>")
        answer = (await ann.press(card, "Answer")).replies[-1]
        await ann.press(answer, "Knew it")
        await idle.server.until(lambda: "Knew it 1" in texts(card))
        assert texts(card).startswith("<@&4242>")
        assert card["allowed_mentions"]["roles"] == [4242]

        # What was asked for by a command names nobody.
        (other,) = (await ann.command(channel, "question", id="lora-merge-weights")).replies
        answer = (await ann.press(other, "Answer")).replies[-1]
        await ann.press(answer, "Knew it")
        await idle.server.until(lambda: "Knew it 1" in texts(other))
        assert "<@" not in texts(other)

        (panel,) = (await root.command(channel, "settings")).replies
        await root.press(panel, "Answers")
        await root.press(panel, "Button for all")
        await ann.press(card, "Hint")
        assert texts(card).startswith("<@&4242>")


async def test_an_answer_comes_with_the_next_question_hidden_until_tapped(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle), delivering(idle) as delivery:
        ann = idle.person("ann")
        await planned(idle.person("root", admin=True), channel, "Answers", "With the next one")
        (card,) = (await come(idle, delivery, channel, hours=1, messages=2))[1:]
        (told,) = (await ann.press(card, "Answer")).replies
        assert is_private(told)
        assert "comes with the next question" in texts(told)
        (mine,) = (await ann.fill_in(await ann.press(card, "I'd say"), "As I see it.")).replies
        assert "comes with the next question" in texts(mine)
        assert "Key points" not in texts(mine)
        (*_, second) = await come(idle, delivery, channel, hours=24, messages=3)
        assert "Answer" in buttons(second)
        assert len(hidden(second)) > 100
        assert len(texts(second)) > len(hidden(second))


async def test_an_answer_is_posted_below_its_question_some_hours_later(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle), delivering(idle) as delivery:
        await planned(idle.person("root", admin=True), channel, "Answers", "3 hours")
        (card,) = (await come(idle, delivery, channel, hours=1, messages=2))[1:]
        (*_, answer) = await come(idle, delivery, channel, hours=3, messages=3)
        assert answer["message_reference"]["message_id"] == int(card["id"])
        assert "### Answer" in texts(answer)
        assert "### Answer" not in hidden(answer)
        assert len(hidden(answer)) > 100
        assert {"Knew it", "Not yet"} <= set(buttons(answer))


async def test_in_a_forum_the_answer_goes_into_the_post_of_its_question(idle: Bot) -> None:
    world = idle.server.world
    forum = world.channel(world.guild(), kind=FORUM)
    lobby = world.thread(forum, "welcome")
    async with connected(idle), delivering(idle) as delivery:
        await planned(idle.person("root", admin=True), lobby, "Answers", "1 hour")
        idle.clock.advance(timedelta(hours=1))
        delivery.tick()
        await idle.server.until(lambda: _posts(idle, forum, lobby))
        await _entered(idle)
        (asked,) = _posts(idle, forum, lobby)
        await come(idle, delivery, asked, hours=1, messages=2)
        assert len(_posts(idle, forum, lobby)) == 1


def _posts(bot: Bot, forum: Json, lobby: Json) -> list[Json]:
    """The forum's posts besides the one where people talk, once their question stands."""
    return [
        channel
        for channel in bot.server.world.channels.values()
        if channel.get("parent_id") == forum["id"] and channel is not lobby and bot.server.world.messages[channel["id"]]
    ]


async def test_a_post_is_quiet_pinned_and_notifies_a_role_as_the_panel_says(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle), delivering(idle) as delivery:
        root = idle.person("root", admin=True)
        await planned(root, channel, "More", "Silent", "Pin it")
        (panel,) = (await root.command(channel, "settings")).replies
        await root.press(panel, "More")
        await root.fill_in(await root.press(panel, "Notify a role"), "4242")
        first = (await come(idle, delivery, channel, hours=1, messages=2))[-1]
        await idle.server.until(lambda: first["pinned"])
        assert first["flags"] & FLAG_SILENT
        assert texts(first).startswith("<@&4242>")
        assert first["allowed_mentions"]["roles"] == [4242]
        second = (await come(idle, delivery, channel, hours=24, messages=3))[-1]
        await idle.server.until(lambda: second["pinned"] and not first["pinned"])


async def test_a_right_that_comes_back_brings_the_question_the_next_day(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle), delivering(idle) as delivery:
        await planned(idle.person("root", admin=True), channel)
        before = len(idle.server.world.messages[channel["id"]])
        idle.server.world.denied[channel["id"]] = Refused(403, 50001, "Missing Access")
        idle.clock.advance(timedelta(hours=1))
        delivery.tick()
        await idle.server.until(
            lambda: ("POST", f"/api/v10/channels/{channel['id']}/messages", 403) in idle.server.requests
        )
        del idle.server.world.denied[channel["id"]]
        await come(idle, delivery, channel, hours=24, messages=before + 1)
