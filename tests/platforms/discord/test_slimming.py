"""Of guilds only that is kept which somebody here reads."""

import discord

from bot.platforms.discord.slimming import slim_channel, slim_guild
from tests.fakes.discord_rules import Json
from tests.fakes.discord_world import SEND, buttons
from tests.platforms.discord.conftest import Bot, connected
from tests.platforms.discord.test_channels import join

OWN, OTHERS = "11", "12"


def a_guild(bot: Bot) -> Json:
    """A guild with a role of the bot's and one of others, where the bot's alone may speak in one channel."""
    world = bot.server.world
    guild = world.guild()
    everyone = guild["roles"][0]
    guild["roles"] += [{**everyone, "id": OWN, "name": "bots"}, {**everyone, "id": OTHERS, "name": "people"}]
    guild["members"][0]["roles"] = [OWN]
    closed = {"id": guild["id"], "type": 0, "allow": "0", "deny": str(SEND)}
    for name, opened_for in (("people only", OTHERS), ("for bots", OWN)):
        channel = world.channel(guild, name)
        channel["topic"] = "What this is about."
        channel["permission_overwrites"] = [closed, {"id": opened_for, "type": 0, "allow": str(SEND), "deny": "0"}]
    return guild


def seen(bot: Bot) -> discord.Guild:
    """The only guild, as the client keeps it."""
    client = bot.platform.messenger.client
    assert client is not None
    (guild,) = client.guilds
    return guild


async def test_what_nobody_reads_is_not_kept(idle: Bot) -> None:
    a_guild(idle)
    async with connected(idle):
        guild = seen(idle)
        assert {role.name for role in guild.roles} == {"@everyone", "bots"}
        assert [channel.topic for channel in guild.text_channels] == [None, None]
        assert all(len(channel.overwrites) <= 2 for channel in guild.text_channels)


async def test_what_decides_where_the_bot_may_speak_is_kept(bot: Bot) -> None:
    world = bot.server.world
    guild = a_guild(bot)
    people, bots = (channel for channel in world.channels.values() if channel.get("guild_id") == guild["id"])
    await join(bot, guild)
    await bot.server.until(lambda: world.messages[bots["id"]])
    assert "Subscribe" in buttons(world.messages[bots["id"]][0])
    assert world.messages[people["id"]] == []


async def test_changes_are_made_as_small(idle: Bot) -> None:
    world = idle.server.world
    guild = a_guild(idle)
    (_, bots) = (channel for channel in world.channels.values() if channel.get("guild_id") == guild["id"])
    async with connected(idle):
        session, ann = idle.server.gateway.session, idle.person()
        await session.dispatch("GUILD_UPDATE", {**guild, "name": "New name"})
        await session.dispatch("CHANNEL_UPDATE", {**bots, "name": "new-name"})
        await session.dispatch("CHANNEL_CREATE", {**bots, "id": world.id(), "name": "another"})
        await session.dispatch("GUILD_ROLE_CREATE", {"guild_id": guild["id"], "role": guild["roles"][2]})
        await ann.command(ann.dm, "help")
        kept = seen(idle)
        assert kept.name == "New name"
        assert {role.name for role in kept.roles} == {"@everyone", "bots"}
        assert {channel.name for channel in kept.text_channels} == {"people only", "new-name", "another"}
        assert {channel.topic for channel in kept.text_channels} == {None}
        assert [len(channel.overwrites) for channel in kept.text_channels if channel.name != "people only"] == [2, 2]
        may = [channel for channel in kept.text_channels if channel.permissions_for(kept.me).send_messages]
        assert {channel.name for channel in may} == {"new-name", "another"}


def test_a_channel_keeps_what_tells_its_kind() -> None:
    tags = [{"id": "1", "name": "easy"}]
    forum = {"id": "5", "type": 15, "name": "f", "parent_id": "4", "flags": 16, "available_tags": tags, "topic": "t"}
    assert slim_channel(forum, frozenset()) == {
        "id": "5",
        "type": 15,
        "name": "f",
        "parent_id": "4",
        "flags": 16,
        "available_tags": tags,
        "permission_overwrites": [],
    }


def test_a_guild_that_is_not_told_whole_stays_as_it_is() -> None:
    assert slim_guild({"id": "5", "unavailable": True}, frozenset()) == {"id": "5", "unavailable": True, "roles": []}
