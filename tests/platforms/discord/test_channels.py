"""The life of a channel: joined, left, deleted, away for a while."""

from bot.core.model import ChatKind, ChatRef
from tests.fakes.discord_rules import Json
from tests.fakes.discord_world import buttons, texts
from tests.platforms.discord.conftest import Bot, connected


async def subscribed(bot: Bot, channel: Json) -> ChatRef:
    """Subscribe a channel; returns its address."""
    root = bot.person("root", admin=True)
    await root.command(channel, "subscribe", time="9:00")
    return await bot.knows(channel)


async def active(bot: Bot, ref: ChatRef) -> bool:
    """Whether a chat's subscription runs."""
    subscription = await bot.store.subscription(ref)
    assert subscription is not None
    return subscription.active


async def join(bot: Bot, guild: Json) -> None:
    """Tell the bot that it was added to a guild."""
    await bot.server.gateway.session.dispatch("GUILD_CREATE", bot.server.world.guild_event(guild))


async def test_a_new_guild_is_greeted_once_where_the_bot_may_speak(bot: Bot) -> None:
    world = bot.server.world
    guild = world.guild()
    quiet = world.channel(guild, "rules")
    quiet["permission_overwrites"] = [{"id": guild["id"], "type": 0, "allow": "0", "deny": str(1 << 11)}]
    channel = world.channel(guild, "general")
    await join(bot, guild)
    await bot.server.until(lambda: world.messages[channel["id"]])
    (greeting,) = world.messages[channel["id"]]
    assert "Qianmian" in texts(greeting)
    assert "Subscribe" in buttons(greeting)
    assert world.messages[quiet["id"]] == []


async def test_the_guilds_channel_for_news_goes_first(bot: Bot) -> None:
    world = bot.server.world
    guild = world.guild()
    first, system = world.channel(guild, "first"), world.channel(guild, "system")
    guild["system_channel_id"] = system["id"]
    await join(bot, guild)
    await bot.server.until(lambda: world.messages[system["id"]])
    assert world.messages[first["id"]] == []


async def test_where_the_bot_may_not_speak_it_is_silent(bot: Bot) -> None:
    world = bot.server.world
    guild = world.guild()
    channel = world.channel(guild)
    channel["permission_overwrites"] = [{"id": guild["id"], "type": 0, "allow": "0", "deny": str(1 << 11)}]
    await join(bot, guild)
    ann = bot.person()
    await ann.command(ann.dm, "help")
    assert world.messages[channel["id"]] == []


async def test_a_greeting_that_is_refused_disturbs_nobody(bot: Bot) -> None:
    guild = bot.server.world.guild()
    bot.server.world.channel(guild)
    bot.server.fail("POST", "/messages$", 403, 50013)
    await join(bot, guild)
    await bot.server.until(lambda: any(path.endswith("/messages") for _, path, _ in bot.server.requests))
    ann = bot.person()
    assert (await ann.command(ann.dm, "help")).replies


async def test_a_guild_that_was_there_before_is_not_greeted(idle: Bot) -> None:
    channel = idle.server.world.channel(idle.server.world.guild())
    async with connected(idle):
        ann = idle.person()
        await ann.command(ann.dm, "help")
        assert idle.server.world.messages[channel["id"]] == []


async def test_leaving_ends_the_subscriptions_and_coming_back_revives_them(idle: Bot) -> None:
    world = idle.server.world
    guild = world.guild()
    channel, other = world.channel(guild), world.channel(guild)
    thread = world.thread(other)
    async with connected(idle):
        refs = [await subscribed(idle, place) for place in (channel, thread)]
        await idle.server.gateway.session.dispatch("GUILD_DELETE", {"id": guild["id"]})
        await _settled(idle)
        assert [await active(idle, ref) for ref in refs] == [False, False]
        before = len(world.messages[channel["id"]])
        await join(idle, guild)
        await _settled(idle)
        assert [await active(idle, ref) for ref in refs] == [True, True]
        assert len(world.messages[channel["id"]]) == before


async def test_a_guild_that_is_away_for_a_while_keeps_its_subscriptions(idle: Bot) -> None:
    world = idle.server.world
    guild = world.guild()
    channel = world.channel(guild)
    async with connected(idle):
        ref = await subscribed(idle, channel)
        await idle.server.gateway.session.dispatch("GUILD_DELETE", {"id": guild["id"], "unavailable": True})
        await _settled(idle)
        assert await active(idle, ref)


async def test_a_deleted_channel_takes_its_threads_with_it(idle: Bot) -> None:
    world = idle.server.world
    guild = world.guild()
    channel, other = world.channel(guild), world.channel(guild)
    thread = world.thread(channel)
    async with connected(idle):
        refs = [await subscribed(idle, place) for place in (channel, thread, other)]
        await idle.server.gateway.session.dispatch("CHANNEL_DELETE", channel)
        await _settled(idle)
        assert [await active(idle, ref) for ref in refs] == [False, False, True]


async def test_a_deleted_thread_leaves_its_channel_alone(idle: Bot) -> None:
    world = idle.server.world
    channel = world.channel(world.guild())
    thread = world.thread(channel)
    async with connected(idle):
        around, inside = await subscribed(idle, channel), await subscribed(idle, thread)
        gone = {key: thread[key] for key in ("id", "guild_id", "parent_id", "type")}
        await idle.server.gateway.session.dispatch("THREAD_DELETE", gone)
        await _settled(idle)
        assert await active(idle, around)
        assert not await active(idle, inside)
        subscription = await idle.store.subscription(inside)
        assert subscription is not None
        assert subscription.ended_because == "thread-gone"


async def _settled(bot: Bot) -> None:
    """Events are taken in order: when a command after them is answered, they have been taken."""
    ann = bot.person()
    for _ in range(2):
        await ann.command(ann.dm, "help")
    assert (await bot.knows(ann.dm, ChatKind.PRIVATE)).thread_id is None
