"""Posts in every kind of channel, and what Discord's refusals become; all over the wire."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot.core import cards
from bot.core.errors import (
    ChatGone,
    MessengerError,
    NotAllowed,
    RateLimited,
    Rejected,
    ThreadGone,
    Unavailable,
    Unknown,
)
from bot.core.markup import MathBlock, paragraph
from bot.core.model import (
    ChatKind,
    ChatRef,
    Delivery,
    DeliveryId,
    DeliveryKind,
    DeliveryState,
    Language,
    MessageId,
    QuestionId,
)
from bot.core.ports import Lane
from bot.core.replies import Post, Reply
from bot.core.requests import Voice
from bot.delivery.operator_chats import OperatorChats
from bot.locales import FluentPhrases
from bot.platforms.discord.places import DISCORD
from tests.fakes.discord_rules import FLAG_SILENT, FLAG_SUPPRESS_EMBEDS, Json, Refused
from tests.fakes.discord_world import (
    ATTACH,
    CREATE_THREADS,
    FORUM,
    HISTORY,
    INVITED,
    MEDIA,
    NEWS,
    PIN,
    TEXT,
    buttons,
    texts,
)
from tests.fakes.faulty_store import make_unusable
from tests.platforms.discord.conftest import Bot, connected

MESSAGES = r"/messages$"


def channel_in(bot: Bot, **more: Any) -> Json:
    """A channel in a new guild."""
    return bot.server.world.channel(bot.server.world.guild(), **more)


def card(bot: Bot, question: str = "lora-merge-weights") -> Reply:
    """A question as it is posted."""
    return cards.card(Voice(FluentPhrases(), Language.EN), bot.bank, bot.bank.question(question), alone=False)


def post(ref: ChatRef, reply: Reply, key: str = "d1", **more: Any) -> Post:
    """A post of a reply."""
    return Post(chat=ref, reply=reply, key=key, **more)


def posted(bot: Bot, channel: Mapping[str, Any]) -> list[Json]:
    """What stands in a channel."""
    return bot.server.world.messages[channel["id"]]


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


async def test_only_the_plans_own_role_is_notified(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        await idle.platform.messenger.send(post(ref, card(idle), mention="4242"))
        (message,) = posted(idle, channel)
        assert message["allowed_mentions"]["roles"] == [4242]
        assert message["allowed_mentions"]["parse"] == []
        assert texts(message).startswith("<@&4242>")


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


def posts_in(bot: Bot, forum: Json) -> list[str]:
    """The ids of a forum's posts."""
    return [channel["id"] for channel in bot.server.world.channels.values() if channel.get("parent_id") == forum["id"]]


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


async def test_an_answer_waits_while_nobody_can_tell_whether_its_question_has_a_thread(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        sent = await idle.platform.messenger.send(post(ref, card(idle)))
        idle.server.fail("GET", f"/channels/{sent}$", 503)
        with pytest.raises(Unavailable):
            await idle.platform.messenger.send(post(ref, card(idle), key="d2", reply_to=sent))


async def test_a_quiz_is_posted_with_its_letters(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        quiz = cards.quiz_card(Voice(FluentPhrases(), Language.EN), idle.bank, idle.bank.question("lora-merge-weights"))
        await idle.platform.messenger.send(post(ref, quiz))
        assert {"A", "B", "C", "D"} <= set(buttons(posted(idle, channel)[0]))


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, 10003, ChatGone),
        (404, 10004, ChatGone),
        (403, 50007, ChatGone),
        (403, 50278, ChatGone),
        (403, 50001, NotAllowed),
        (403, 50013, NotAllowed),
        (403, 0, NotAllowed),
        (400, 160005, ThreadGone),
        (400, 50035, Rejected),
        (404, 10008, Rejected),
        (401, 0, Unavailable),
        (503, 0, Unavailable),
    ],
)
async def test_a_refusal_becomes_a_typed_error(idle: Bot, status: int, code: int, kind: type[MessengerError]) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        idle.server.fail("POST", MESSAGES, status, code)
        with pytest.raises(kind):
            await idle.platform.messenger.send(post(ref, card(idle)))
        assert (await idle.platform.messenger.send(post(ref, card(idle)))) is not None


async def test_a_missing_thread_is_not_a_missing_channel(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = ChatRef(platform=DISCORD, chat_id=channel["id"], thread_id="123")
        await idle.knows({"id": "123", "parent_id": channel["id"]})
        with pytest.raises(ThreadGone) as caught:
            await idle.platform.messenger.send(post(ref, card(idle), fall_back=False))
        assert caught.value.deleted


async def test_a_short_pause_for_a_route_is_kept_without_an_error(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        idle.server.fail("POST", MESSAGES, 429, retry_after=0.05)
        await idle.platform.messenger.send(post(ref, card(idle)))
        assert len(posted(idle, channel)) == 1
        assert idle.pacer.pauses == [(timedelta(seconds=0.05), channel["id"])]


@pytest.mark.parametrize("everywhere", [True, False])
async def test_a_long_pause_comes_to_us_to_the_letter(idle: Bot, *, everywhere: bool) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        idle.server.fail("POST", MESSAGES, 429, retry_after=64.5, **{"global": everywhere})
        with pytest.raises(RateLimited) as caught:
            await idle.platform.messenger.send(post(ref, card(idle)))
        assert caught.value.retry_after == timedelta(seconds=64.5)
        assert caught.value.everywhere == everywhere
        assert idle.pacer.pauses == [(timedelta(seconds=64.5), None if everywhere else channel["id"])]


async def test_a_pause_of_the_whole_account_is_never_waited_for_in_a_request(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        idle.server.fail("POST", MESSAGES, 429, retry_after=20, **{"global": True})
        with pytest.raises(RateLimited):
            await idle.platform.messenger.send(post(ref, card(idle)))
        # The library, which would have waited until nobody did, holds up nothing that comes later.
        await idle.platform.messenger.send(post(ref, card(idle)))
        assert len(posted(idle, channel)) == 1


async def test_a_pause_for_an_extra_holds_up_no_message(idle: Bot) -> None:
    news = channel_in(idle, kind=NEWS)
    async with connected(idle):
        ref = await idle.knows(news)
        idle.server.fail("POST", r"/crosspost$", 429, retry_after=1_800)
        await idle.platform.messenger.send(post(ref, card(idle), crosspost=True))
        assert len(posted(idle, news)) == 1
        ((pause, scope),) = idle.pacer.pauses
        assert pause == timedelta(seconds=1_800)
        assert scope not in {None, news["id"]}


async def test_who_has_to_wait_too_long_for_a_turn_was_not_refused_by_discord(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        idle.pacer.too_long = timedelta(seconds=30)
        with pytest.raises(RateLimited):
            await idle.platform.messenger.send(post(ref, card(idle)))
        assert idle.pacer.pauses == []
        assert idle.pacer.refusals == 0


async def test_a_blocked_address_rests_for_an_hour(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        idle.server.fail("POST", MESSAGES, 429, banned=True)
        with pytest.raises(RateLimited) as caught:
            await idle.platform.messenger.send(post(ref, card(idle)))
        assert caught.value.retry_after == timedelta(hours=1)
        assert caught.value.everywhere
        assert idle.pacer.pauses == [(timedelta(hours=1), None)]


async def test_our_own_limits_are_seen_in_the_headers_and_kept(idle: Bot) -> None:
    channel = channel_in(idle)
    idle.server.rest.limit = (2, 0.1)
    async with connected(idle):
        ref = await idle.knows(channel)
        for number in range(5):
            await idle.platform.messenger.send(post(ref, card(idle), key=f"d{number}"))
        assert 429 not in [status for _, _, status in idle.server.requests]


async def test_a_connection_cut_after_the_message_stood_is_an_unknown_outcome(idle: Bot) -> None:
    channel = channel_in(idle)
    async with connected(idle):
        ref = await idle.knows(channel)
        idle.server.cut("POST", MESSAGES, after_acting=True)
        with pytest.raises(Unknown):
            await idle.platform.messenger.send(post(ref, card(idle)))
        await idle.platform.messenger.send(post(ref, card(idle)))
        assert len(posted(idle, channel)) == 1


async def test_a_lost_right_is_told_to_the_owner_once(idle: Bot) -> None:
    world = idle.server.world
    owner = world.user("owner")
    channel = world.channel(world.guild(owner=owner))
    world.denied[channel["id"]] = Refused(403, 50013, "Missing Permissions")
    async with connected(idle):
        ref = await idle.knows(channel)
        for _ in range(2):
            with pytest.raises(NotAllowed):
                await idle.platform.messenger.send(post(ref, card(idle)))
        (told,) = posted(idle, world.dm(owner))
        assert "#interviews (Study group)" in texts(told).replace("\\", "")
        idle.clock.advance(timedelta(days=31))
        world.forget_nonces()
        with pytest.raises(NotAllowed):
            await idle.platform.messenger.send(post(ref, card(idle)))
        assert len(posted(idle, world.dm(owner))) == 2


async def test_an_extra_that_is_not_allowed_is_told_to_the_owner_once_for_each(idle: Bot) -> None:
    world = idle.server.world
    owner = world.user("owner")
    channel = world.channel(world.guild(owner=owner))
    world.granted = INVITED & ~PIN & ~CREATE_THREADS
    async with connected(idle):
        ref = await idle.knows(channel)
        for number in range(2):
            await idle.platform.messenger.send(post(ref, card(idle), key=f"d{number}", pin=True, thread_title="t"))
        thread, pin = (texts(message) for message in posted(idle, world.dm(owner)))
        assert "create public threads" in thread
        assert "pin messages" in pin
        assert len(posted(idle, channel)) == 2


async def refused(bot: Bot, ref: ChatRef) -> None:
    """A post that the bot lacks the right for."""
    with pytest.raises(NotAllowed):
        await bot.platform.messenger.send(post(ref, card(bot)))


async def test_an_owner_who_takes_no_messages_is_told_where_the_guild_reads(idle: Bot) -> None:
    world = idle.server.world
    owner = world.user("owner")
    guild = world.guild(owner=owner)
    channel, other = world.channel(guild), world.channel(guild, "moderators")
    world.denied[channel["id"]] = Refused(403, 50001, "Missing Access")
    world.denied[world.dm(owner)["id"]] = Refused(403, 50007, "Cannot send messages to this user")
    async with connected(idle):
        ref = await idle.knows(channel)
        for _ in range(2):
            await refused(idle, ref)
        (told,) = posted(idle, other)
        assert "#interviews (Study group)" in texts(told).replace("\\", "")


@pytest.mark.parametrize("trouble", [(503, 0), (403, 50007)])
async def test_a_lost_right_that_nobody_heard_of_is_told_later(idle: Bot, trouble: tuple[int, int]) -> None:
    world = idle.server.world
    owner = world.user("owner")
    channel = world.channel(world.guild(owner=owner))
    world.denied[channel["id"]] = Refused(403, 50001, "Missing Access")
    idle.server.fail("POST", "/users/@me/channels", *trouble)
    async with connected(idle):
        ref = await idle.knows(channel)
        await refused(idle, ref)
        await refused(idle, ref)
        assert posted(idle, world.dm(owner)) == []
        idle.clock.advance(timedelta(hours=1))
        await refused(idle, ref)
        assert len(posted(idle, world.dm(owner))) == 1


async def test_what_the_owner_is_told_is_not_said_twice_when_the_server_fails(idle: Bot) -> None:
    world = idle.server.world
    owner = world.user("owner")
    channel = world.channel(world.guild(owner=owner))
    world.denied[channel["id"]] = Refused(403, 50001, "Missing Access")
    dm = world.dm(owner)
    idle.server.fail("POST", f"/channels/{dm['id']}/messages$", 502, after_acting=True)
    async with connected(idle):
        await refused(idle, await idle.knows(channel))
        assert len(posted(idle, dm)) == 1


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
