"""Where a post goes: into the channel, a thread of it, or a new post of a forum."""

import pytest

from bot.core import cards
from bot.core.errors import ThreadGone, Unavailable
from bot.core.markup import MathBlock, paragraph
from bot.core.model import ChatRef, Language, MessageId
from bot.core.replies import Reply
from bot.core.requests import Voice
from bot.locales import FluentPhrases
from bot.platforms.discord.places import DISCORD
from tests.fakes.discord_world import FORUM, MEDIA, TEXT, texts
from tests.platforms.discord.conftest import Bot, card, channel_in, connected, post, posted, posts_in


async def test_a_thread_opens_below_the_question_and_takes_the_answer(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        sent = await idle.platform.messenger.send(post(ref, card(idle), thread_title="LoRA · medium"))
        thread = idle.server.world.channels[sent]
        assert (thread["name"], thread["parent_id"]) == ("LoRA · medium", channel["id"])
        answer = cards.answer_post(
            Voice(FluentPhrases(), Language.EN), idle.bank, idle.bank.question("lora-merge-weights")
        )
        await idle.platform.messenger.send(post(ref, answer, key="d2", reply_to=sent))
        assert len(posted(idle, channel)) == 1
        (told,) = posted(idle, thread)
        assert any(part.get("spoiler") for part in told["components"])
        assert told.get("message_reference") is None


async def test_without_a_thread_the_answer_points_at_its_question(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        sent = await idle.platform.messenger.send(post(ref, card(idle)))
        await idle.platform.messenger.send(post(ref, card(idle), key="d2", reply_to=sent))
        answer = posted(idle, channel)[1]
        assert answer["message_reference"]["message_id"] == int(sent)
        gone = MessageId("1399999999999999999")
        await idle.platform.messenger.send(post(ref, card(idle), key="d3", reply_to=gone))
        assert len(posted(idle, channel)) == 3


async def test_a_forum_gets_a_new_post_with_a_fitting_tag(idle: Bot) -> None:
    forum = channel_in(idle, kind=FORUM, tags=("Medium", "hard", "The LoRA family"))
    async with connected(idle):
        ref = await idle.knows(forum)
        sent = await idle.platform.messenger.send(post(ref, card(idle), thread_title="x", pin=True))
        thread = idle.server.world.channels[sent]
        assert thread["parent_id"] == forum["id"]
        assert thread["name"].startswith("Can the low-rank weights")
        named = {tag["id"]: tag["name"] for tag in forum["available_tags"]}
        assert [named[str(tag)] for tag in thread["applied_tags"]] == ["Medium", "The LoRA family"]
        await idle.platform.messenger.send(post(ref, card(idle), key="d2", reply_to=sent))
        assert len(posted(idle, thread)) == 2
        await idle.platform.messenger.edit(ref, sent, Reply(blocks=(paragraph("edited"),)))
        assert texts(posted(idle, thread)[0]) == "edited"


async def test_a_media_channel_is_a_forum(idle: Bot) -> None:
    gallery = channel_in(idle, kind=MEDIA)
    async with connected(idle):
        ref = await idle.knows(gallery)
        sent = await idle.platform.messenger.send(post(ref, card(idle), thread_title="x", pin=True))
        await idle.platform.messenger.edit(ref, sent, Reply(blocks=(paragraph("edited"),)))
        assert texts(posted(idle, idle.server.world.channels[sent])[0]) == "edited"


async def test_a_forum_that_insists_on_a_tag_gets_one(idle: Bot) -> None:
    forum = channel_in(idle, kind=FORUM, tags=("daily",))
    forum["flags"] = 1 << 4
    async with connected(idle):
        ref = await idle.knows(forum)
        sent = await idle.platform.messenger.send(post(ref, Reply(blocks=(paragraph("?" * 200),))))
        assert len(idle.server.world.channels[sent]["applied_tags"]) == 1
        assert len(idle.server.world.channels[sent]["name"]) == 100


async def test_a_forum_made_while_the_gateway_was_away_is_found(idle: Bot) -> None:
    guild = idle.server.world.guild()
    async with connected(idle):
        forum = idle.server.world.channel(guild, kind=FORUM)
        ref = await idle.knows(forum)
        sent = await idle.platform.messenger.send(post(ref, card(idle)))
        assert idle.server.world.channels[sent]["parent_id"] == forum["id"]


async def test_an_archived_thread_is_opened_again(idle: Bot) -> None:
    thread = idle.server.world.thread(channel_in(idle))
    thread["thread_metadata"]["archived"] = True
    async with connected(idle):
        ref = await idle.knows(thread)
        await idle.platform.messenger.send(post(ref, Reply(blocks=(paragraph("q"), MathBlock("x")))))
        assert not thread["thread_metadata"]["archived"]
        (message,) = posted(idle, thread)
        assert idle.server.world.uploads[message["attachments"][0]["url"]] == b"png of x True"


@pytest.mark.parametrize("archived", [False, True])
async def test_a_locked_thread_gives_way_to_the_channel_around_it_if_the_plan_says_so(
    idle: Bot, *, archived: bool
) -> None:
    channel = channel_in(idle)
    thread = idle.server.world.thread(channel)
    thread["thread_metadata"].update(locked=True, archived=archived)
    async with connected(idle):
        ref = await idle.knows(thread)
        with pytest.raises(ThreadGone) as caught:
            await idle.platform.messenger.send(post(ref, card(idle), fall_back=False))
        assert not caught.value.deleted
        sent = await idle.platform.messenger.send(post(ref, card(idle)))
        assert [message["id"] for message in posted(idle, channel)] == [sent]


@pytest.mark.parametrize("archived", [False, True])
@pytest.mark.parametrize("kind", [TEXT, FORUM])
async def test_an_answer_whose_thread_is_locked_is_posted_where_the_plan_lives(
    idle: Bot, kind: int, *, archived: bool
) -> None:
    channel = channel_in(idle, kind=kind)
    async with connected(idle):
        ref = await idle.knows(channel)
        sent = await idle.platform.messenger.send(post(ref, card(idle), thread_title="t"))
        idle.server.world.channels[sent]["thread_metadata"].update(locked=True, archived=archived)
        told = await idle.platform.messenger.send(post(ref, card(idle), key="d2", reply_to=sent, fall_back=False))
        if kind == FORUM:
            assert posts_in(idle, channel) == [sent, told]
        else:
            assert posted(idle, channel)[1]["id"] == told
            assert posted(idle, channel)[1]["message_reference"]["message_id"] == int(sent)


async def test_an_answer_whose_thread_was_deleted_unheard_does_not_end_the_channel(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        sent = await idle.platform.messenger.send(post(ref, card(idle), thread_title="t"))
        idle.server.world.channels.pop(sent)
        told = await idle.platform.messenger.send(post(ref, card(idle), key="d2", reply_to=sent))
        assert [message["id"] for message in posted(idle, channel)] == [sent, told]


async def test_an_answer_waits_while_nobody_can_tell_whether_its_question_has_a_thread(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        sent = await idle.platform.messenger.send(post(ref, card(idle)))
        idle.server.fail("GET", f"/channels/{sent}$", 503)
        with pytest.raises(Unavailable):
            await idle.platform.messenger.send(post(ref, card(idle), key="d2", reply_to=sent))


async def test_a_missing_thread_is_not_a_missing_channel(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = ChatRef(platform=DISCORD, chat_id=channel["id"], thread_id="123")
        await idle.knows({"id": "123", "parent_id": channel["id"]})
        with pytest.raises(ThreadGone) as caught:
            await idle.platform.messenger.send(post(ref, card(idle), fall_back=False))
        assert caught.value.deleted
