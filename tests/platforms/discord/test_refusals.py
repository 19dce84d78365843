"""What Discord's refusals and pauses become, and who is told of a lost right."""

from datetime import timedelta

import pytest

from bot.core.errors import ChatGone, MessengerError, NotAllowed, RateLimited, Rejected, ThreadGone, Unavailable
from bot.core.model import ChatRef
from tests.fakes.discord_rules import Refused
from tests.fakes.discord_world import CREATE_THREADS, INVITED, NEWS, PIN, texts
from tests.platforms.discord.conftest import Bot, card, channel_in, connected, post, posted

MESSAGES = r"/messages$"


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
