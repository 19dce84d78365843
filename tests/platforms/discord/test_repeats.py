"""A post that is sent again, since nobody heard how it went, makes no second message."""

import pytest

from bot.core.errors import Unknown
from bot.core.markup import paragraph
from bot.core.model import ChatRef, Delivery, DeliveryId, DeliveryKind, DeliveryState, MessageId, QuestionId
from bot.core.replies import Reply
from tests.fakes.discord_world import FORUM, texts
from tests.platforms.discord.conftest import Bot, card, channel_in, connected, post, posted, posts_in


def delivered(bot: Bot, ref: ChatRef, message: str) -> None:
    """Have the books say that a message was a delivery of the chat's."""
    row = Delivery(
        id=DeliveryId(99),
        chat=ref,
        kind=DeliveryKind.QUESTION,
        slot="2026-11-20T09:00",
        question=QuestionId("lora-merge-weights"),
        state=DeliveryState.SENT,
        due_at=bot.clock.now(),
        not_before=bot.clock.now(),
        message_id=MessageId(message),
    )
    bot.store.deliveries[row.id] = row


async def test_a_repeat_of_the_same_post_makes_no_second_message(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        long = Reply(blocks=tuple(paragraph(str(number) * 1700) for number in range(4)))
        first = await idle.platform.messenger.send(post(ref, long, key="d7"))
        again = await idle.platform.messenger.send(post(ref, long, key="d7"))
        other = await idle.platform.messenger.send(post(ref, long, key="d8"))
        assert first == again != other
        assert len(posted(idle, channel)) == 4


async def test_a_repeat_after_discord_forgot_the_nonce_makes_no_second_message(idle: Bot) -> None:
    channel = channel_in(idle)
    long = Reply(blocks=tuple(paragraph(str(number) * 1700) for number in range(4)))
    async with connected(idle):
        ref = await idle.knows(channel)
        for reply in (card(idle), long):
            first = await idle.platform.messenger.send(post(ref, reply))
            idle.server.world.forget_nonces()
            before = list(posted(idle, channel))
            assert await idle.platform.messenger.send(post(ref, reply, repeated=True)) == first
            assert posted(idle, channel) == before
            lost = before[-1]
            posted(idle, channel).remove(lost)
            await idle.platform.messenger.send(post(ref, reply, repeated=True))
            assert len(posted(idle, channel)) == len(before)
            assert texts(posted(idle, channel)[-1]) == texts(lost)
            idle.server.world.forget_nonces()


async def test_what_was_asked_for_or_came_on_another_day_is_no_lost_message(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        await idle.person().command(channel, "question", id="lora-merge-weights")
        before = await idle.platform.messenger.send(post(ref, card(idle), key="d0"))
        delivered(idle, ref, before)
        sent = await idle.platform.messenger.send(post(ref, card(idle), repeated=True))
        assert [message["id"] for message in posted(idle, channel)][1:] == [before, sent]


async def test_a_forum_post_whose_making_went_unheard_is_found_again(idle: Bot) -> None:
    """Making one takes no nonce on Discord, so a repeat looks for it; what follows in it is refused by its nonce."""
    forum = channel_in(idle, kind=FORUM)
    long = Reply(blocks=(paragraph("What is it?"), *(paragraph(str(number) * 1700) for number in range(4))))
    async with connected(idle):
        ref = await idle.knows(forum)
        idle.server.cut("POST", "/threads$", after_acting=True)
        with pytest.raises(Unknown):
            await idle.platform.messenger.send(post(ref, long))
        sent = await idle.platform.messenger.send(post(ref, long, repeated=True))
        assert await idle.platform.messenger.send(post(ref, long, repeated=True)) == sent
        assert posts_in(idle, forum) == [sent]
        assert len(posted(idle, idle.server.world.channels[sent])) == 2


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_forum_post_is_not_made_again_by_the_library_when_the_server_fails(idle: Bot, status: int) -> None:
    forum = channel_in(idle, kind=FORUM)
    async with connected(idle):
        ref = await idle.knows(forum)
        idle.server.fail("POST", "/threads$", status, after_acting=True)
        with pytest.raises(Unknown):
            await idle.platform.messenger.send(post(ref, card(idle)))
        sent = await idle.platform.messenger.send(post(ref, card(idle), repeated=True))
        assert posts_in(idle, forum) == [sent]


async def test_a_repeat_whose_first_attempt_never_arrived_makes_the_post(idle: Bot) -> None:
    forum = channel_in(idle, kind=FORUM)
    others = idle.server.world.thread(forum, "What is it?")
    others["owner_id"] = idle.server.world.user("somebody")["id"]
    async with connected(idle):
        ref = await idle.knows(forum)
        idle.server.cut("POST", "/threads$", after_acting=False)
        asked = Reply(blocks=(paragraph("What is it?"),))
        with pytest.raises(Unknown):
            await idle.platform.messenger.send(post(ref, asked))
        sent = await idle.platform.messenger.send(post(ref, asked, repeated=True))
        assert posts_in(idle, forum) == [others["id"], sent]


async def test_the_same_question_that_was_posted_some_days_ago_is_another_post(idle: Bot) -> None:
    forum = channel_in(idle, kind=FORUM)
    async with connected(idle):
        ref = await idle.knows(forum)
        before = await idle.platform.messenger.send(post(ref, card(idle)))
        delivered(idle, ref, before)
        sent = await idle.platform.messenger.send(post(ref, card(idle), repeated=True))
        assert posts_in(idle, forum) == [before, sent]


async def test_a_connection_cut_after_the_message_stood_is_an_unknown_outcome(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        idle.server.cut("POST", r"/messages$", after_acting=True)
        with pytest.raises(Unknown):
            await idle.platform.messenger.send(post(ref, card(idle)))
        await idle.platform.messenger.send(post(ref, card(idle)))
        assert len(posted(idle, channel)) == 1
