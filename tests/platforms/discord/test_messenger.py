"""What is posted in a channel or to a person, and edited; all over the wire."""

import pytest

from bot.core import cards
from bot.core.errors import ChatGone, NotAllowed, Rejected, Unavailable
from bot.core.markup import MathBlock, paragraph
from bot.core.model import ChatKind, ChatRef, Language, MessageId
from bot.core.ports import Lane
from bot.core.replies import Reply
from bot.core.requests import Voice
from bot.delivery.operator_chats import OperatorChats
from bot.locales import FluentPhrases
from bot.platforms.discord.places import DISCORD
from tests.fakes.discord_rules import FLAG_SILENT, FLAG_SUPPRESS_EMBEDS
from tests.fakes.discord_world import ATTACH, HISTORY, INVITED, NEWS, buttons, texts
from tests.fakes.faulty_store import make_unusable
from tests.platforms.discord.conftest import Bot, card, channel_in, connected, post, posted


async def test_a_question_is_posted_quietly_and_without_previews(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        sent = await idle.platform.messenger.send(post(ref, card(idle), silent=True))
        (message,) = posted(idle, channel)
        assert message["id"] == sent
        assert message["flags"] & FLAG_SILENT
        assert message["flags"] & FLAG_SUPPRESS_EMBEDS
        assert message["allowed_mentions"] == {"parse": []}
        assert "Answer" in buttons(message)
        assert idle.pacer.turns == [(Lane.DAILY, channel["id"])]


async def test_only_the_plans_own_role_is_notified(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        await idle.platform.messenger.send(post(ref, card(idle), mention="4242"))
        (message,) = posted(idle, channel)
        assert message["allowed_mentions"]["roles"] == [4242]
        assert message["allowed_mentions"]["parse"] == []
        assert texts(message).startswith("<@&4242>")


async def test_the_question_is_pinned_and_the_last_one_unpinned(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        for number in range(3):
            await idle.platform.messenger.send(post(ref, card(idle), key=f"d{number}", pin=True))
        assert [message["pinned"] for message in posted(idle, channel)] == [False, False, True]


async def test_an_announcement_is_crossposted(idle: Bot) -> None:
    channel = channel_in(idle, kind=NEWS)
    async with connected(idle):
        ref = await idle.knows(channel, ChatKind.CHANNEL)
        sent = await idle.platform.messenger.send(post(ref, card(idle), crosspost=True))
        assert idle.server.rest.crossposted == [sent]


async def test_a_refused_extra_does_not_lose_the_question(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        idle.server.fail("PUT", "/pins/", 403, 50013)
        idle.server.fail("POST", "/threads$", 403, 50013)
        sent = await idle.platform.messenger.send(post(ref, card(idle), pin=True, thread_title="t", crosspost=True))
        assert [message["id"] for message in posted(idle, channel)] == [sent]
        assert idle.pacer.refusals == 2


async def test_where_no_files_may_be_attached_formulas_are_written_out(idle: Bot) -> None:
    channel = channel_in(idle)
    idle.server.world.granted = INVITED & ~ATTACH
    async with connected(idle):
        ref = await idle.knows(channel)
        await idle.platform.messenger.send(post(ref, Reply(blocks=(paragraph("q"), MathBlock("x^2")))))
        (message,) = posted(idle, channel)
        assert "```\nx²\n```" in texts(message)
        assert message["attachments"] == []


async def test_where_nothing_may_be_written_there_is_no_second_attempt_without_pictures(idle: Bot) -> None:
    channel = channel_in(idle)
    idle.server.world.granted = 0
    async with connected(idle):
        ref = await idle.knows(channel)
        with pytest.raises(NotAllowed):
            await idle.platform.messenger.send(post(ref, Reply(blocks=(MathBlock("x^2"),))))
        assert [status for _, path, status in idle.server.requests if path.endswith(f"{channel['id']}/messages")] == [
            403
        ]


async def test_where_the_history_may_not_be_read_the_answer_points_at_nothing(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        sent = await idle.platform.messenger.send(post(ref, card(idle)))
        idle.server.world.granted = INVITED & ~HISTORY
        await idle.platform.messenger.send(post(ref, card(idle), key="d2", reply_to=sent))
        assert posted(idle, channel)[1].get("message_reference") is None


async def test_a_learner_gets_the_question_in_direct_messages_with_nothing_hidden(bot: Bot) -> None:
    ann = bot.person()
    ref = await bot.knows(ann.dm, ChatKind.PRIVATE)
    answer = cards.answer_post(Voice(FluentPhrases(), Language.EN), bot.bank, bot.bank.question("lora-merge-weights"))
    await bot.platform.messenger.send(post(ref, answer))
    (message,) = posted(bot, ann.dm)
    hidden = [part for part in message["components"] if part.get("spoiler")]
    assert "### Answer" in texts(message)
    assert len(hidden) == 1  # the key points, closed on this step


async def test_the_account_is_the_bot_s_own_id_once_it_is_connected(idle: Bot) -> None:
    assert idle.platform.messenger.account is None
    async with connected(idle):
        await idle.server.until(lambda: idle.platform.messenger.ready)
        assert idle.platform.messenger.account == idle.server.world.bot["id"]


async def test_an_operator_is_written_to_by_their_own_id(bot: Bot) -> None:
    user = bot.server.world.user("operator")
    ref = ChatRef(platform=DISCORD, chat_id=user["id"])
    await bot.platform.messenger.send(post(ref, Reply(blocks=(paragraph("look"),))), lane=Lane.TAP)
    (dm,) = [channel for channel in bot.server.world.channels.values() if channel["type"] == 1]
    assert texts(posted(bot, dm)[0]) == "look"


async def test_an_operator_is_written_to_though_the_database_cannot_be_read(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = bot.server.world.user("operator")
    make_unusable(bot.store, monkeypatch)
    assert await OperatorChats({f"discord:{user['id']}"}, [bot.platform.messenger]).tell("The database is damaged.")
    (dm,) = [channel for channel in bot.server.world.channels.values() if channel["type"] == 1]
    assert texts(posted(bot, dm)[0]) == "The database is damaged."


async def test_an_operator_who_cannot_be_written_to_is_gone(bot: Bot) -> None:
    ref = ChatRef(platform=DISCORD, chat_id=bot.server.world.user("operator")["id"])
    bot.server.fail("POST", "/users/@me/channels", 403, 50007)
    with pytest.raises(ChatGone):
        await bot.platform.messenger.send(post(ref, Reply(blocks=(paragraph("look"),))))


async def test_a_quiz_is_posted_with_its_letters(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        quiz = cards.quiz_card(Voice(FluentPhrases(), Language.EN), idle.bank, idle.bank.question("lora-merge-weights"))
        await idle.platform.messenger.send(post(ref, quiz))
        assert {"A", "B", "C", "D"} <= set(buttons(posted(idle, channel)[0]))


async def test_a_message_is_edited_in_place(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        sent = await idle.platform.messenger.send(post(ref, card(idle)))
        await idle.platform.messenger.edit(ref, sent, Reply(blocks=(paragraph("new"),)))
        assert texts(posted(idle, channel)[0]) == "new"
        with pytest.raises(Rejected):
            await idle.platform.messenger.edit(ref, MessageId("5"), Reply(blocks=(paragraph("new"),)))
        too_long = Reply(blocks=tuple(paragraph("x" * 1700) for _ in range(4)))
        with pytest.raises(Rejected):
            await idle.platform.messenger.edit(ref, sent, too_long)


async def test_without_a_connection_nothing_is_sent(idle: Bot) -> None:
    messenger = idle.platform.messenger
    ref = ChatRef(platform=DISCORD, chat_id="1")
    assert not messenger.ready
    assert messenger.platform == "discord"
    with pytest.raises(Unavailable):
        await messenger.send(post(ref, card(idle)))
