"""A whole day on Discord: a text channel, a thread, a forum, announcements and direct messages.

The client, the platform, the core and the delivery are the real ones; Discord is the server on loopback, the store
is in memory, and the clock is moved by hand.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from prometheus_client import CollectorRegistry

from bot.core.daily import DailyQuestions
from bot.core.model import ChatRef, DeliveryState
from bot.delivery.delivery import Delivery
from bot.locales import FluentPhrases
from bot.platforms.discord.places import DISCORD
from tests.fakes.discord_people import Person
from tests.fakes.discord_rules import Json, Refused
from tests.fakes.discord_world import FORUM, NEWS, buttons, is_private, texts
from tests.platforms.discord.conftest import Bot, connected


@asynccontextmanager
async def delivering(bot: Bot) -> AsyncIterator[Delivery]:
    """The real delivery over this bot's messenger."""
    daily = DailyQuestions(
        library=bot.service.questions.library,
        store=bot.store,
        phrases=FluentPhrases(),
        catch_up=timedelta(hours=3),
    )
    delivery = Delivery(
        store=bot.store,
        daily=daily,
        clock=bot.clock,
        messengers=[bot.platform.messenger],
        registry=CollectorRegistry(),
    )
    async with delivery.running():
        yield delivery


def cards(bot: Bot, place: Json) -> list[Json]:
    """The questions that stand in a place: what can be answered."""
    return [message for message in bot.server.world.messages[place["id"]] if "Answer" in buttons(message)]


async def _thread_and_timed(root: Person, channel: Json) -> None:
    """Set the plan of a channel to a thread for each question, with the answer an hour later."""
    (panel,) = (await root.command(channel, "settings")).replies
    await root.press(panel, "More")
    await root.press(panel, "A thread each")
    await root.press(panel, "Back")
    await root.press(panel, "Answers")
    await root.press(panel, "1 hour")


async def _climb_and_rate(person: Person, card: Json) -> None:
    """Read the answer alone and say that one knew it; the public card counts it."""
    answer = (await person.press(card, "Answer")).replies[-1]
    assert is_private(answer)
    await person.press(answer, "Knew it")
    await person.server.until(lambda: "Knew it 1" in texts(card))


async def _delete_thread(bot: Bot, thread: Json) -> None:
    """Delete a thread, and let the bot learn of it."""
    gone = {key: thread[key] for key in ("id", "guild_id", "parent_id", "type")}
    await bot.server.gateway.session.dispatch("THREAD_DELETE", gone)
    somebody = bot.person("somebody")
    for _ in range(2):
        await somebody.command(somebody.dm, "help")


async def _active(bot: Bot, ref: ChatRef) -> bool:
    subscription = await bot.store.subscription(ref)
    return subscription is not None and subscription.active


async def test_a_whole_day(idle: Bot) -> None:
    server, world, clock = idle.server, idle.server.world, idle.clock
    owner = world.user("owner")
    guild = world.guild(owner=owner)
    text, news = world.channel(guild, "text"), world.channel(guild, "news", kind=NEWS)
    forum = world.channel(guild, "forum", kind=FORUM, tags=("easy", "medium", "hard"))
    thread, lobby = world.thread(text, "a thread"), world.thread(forum, "welcome")
    root, ann, ben = idle.person("root", admin=True), idle.person("ann"), idle.person("ben")

    async with connected(idle), delivering(idle) as delivery:
        # They subscribe, each in their place.
        for person, place in ((root, text), (root, thread), (root, lobby), (root, news), (ann, ann.dm)):
            (done,) = (await person.command(place, "subscribe", time="21:00", zone="Asia/Shanghai")).replies
            assert "Subscribed" in texts(done)
        await _thread_and_timed(root, text)
        threads_before = set(world.channels)

        # The push arrives everywhere once; in the forum as a post with its tag.
        clock.advance(timedelta(hours=1))
        delivery.tick()
        await server.until(lambda: all(cards(idle, place) for place in (text, thread, news, ann.dm)))
        await server.until(lambda: len(set(world.channels) - threads_before) == 2)
        delivery.tick()
        opened = [world.channels[number] for number in sorted(set(world.channels) - threads_before)]
        (post,) = [place for place in opened if place["parent_id"] == forum["id"]]
        (below,) = [place for place in opened if place["parent_id"] == text["id"]]
        assert len(post["applied_tags"]) == 1
        assert len(cards(idle, post)) == 1
        assert below["id"] == cards(idle, text)[0]["id"]

        # Answers are for one person alone; in the channel with the timed policy there is none yet.
        for place in (thread, news, post):
            await _climb_and_rate(ben, cards(idle, place)[0])
        withheld = (await ben.press(cards(idle, text)[0], "Answer")).replies[0]
        assert is_private(withheld)
        assert "will be posted" in texts(withheld)

        # An hour later it stands in the thread below its question, hidden until tapped.
        clock.advance(timedelta(hours=1))
        delivery.tick()
        delivery.wake()
        await server.until(lambda: world.messages[below["id"]])
        revealed = world.messages[below["id"]][0]
        assert any(part.get("spoiler") for part in revealed["components"])
        assert len(cards(idle, text)) == 1

        # The gateway drops and resumes, and nobody notices.
        await server.gateway.ask_to_reconnect()
        await server.until(lambda: server.gateway.resumes)
        assert (await ann.command(ann.dm, "next")).replies

        # The next day the bot may not post announcements any more: the owner is told, the others get theirs.
        world.denied[news["id"]] = Refused(403, 50013, "Missing Permissions")
        clock.advance(timedelta(hours=23))
        delivery.tick()
        await server.until(lambda: all(len(cards(idle, place)) > 1 for place in (text, thread, ann.dm)))
        await server.until(lambda: world.messages[world.dm(owner)["id"]])
        assert "#news" in texts(world.messages[world.dm(owner)["id"]][0])
        assert len(cards(idle, news)) == 1

        # The thread is deleted: its subscription ends, the channel's goes on.
        await _delete_thread(idle, thread)
        assert not await _active(idle, ChatRef(platform=DISCORD, chat_id=text["id"], thread_id=thread["id"]))
        assert await _active(idle, ChatRef(platform=DISCORD, chat_id=text["id"]))
    states = [row.state for row in await idle.store.ledger(ChatRef(platform=DISCORD, chat_id=ann.dm["id"]), limit=9)]
    assert states == [DeliveryState.SENT, DeliveryState.SENT]
