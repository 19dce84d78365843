"""What is kept of guilds: their channels' names and kinds, and what decides where the bot itself may speak.

The library keeps all it is sent, and a guild comes with dozens of roles, and a topic and the rights of many roles for
each channel. With thousands of guilds that is hundreds of megabytes which nobody here ever reads, so events are made
smaller before the library takes them in. https://docs.discord.com/developers/events/gateway-events#guild-create
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import discord

from bot.platforms.discord.forums import Forums

Json = dict[str, Any]
Take = Callable[[Json], None]

_GUILD: Final = frozenset({"id", "name", "unavailable", "owner_id", "system_channel_id", "preferred_locale"})
"""What stays of a guild as it is, besides its parts."""
_NOT_OF_A_CHANNEL: Final = frozenset({"topic", "icon_emoji", "last_message_id", "last_pin_timestamp"})
_UNHEARD: Final = ("GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE")


def keep_little(client: discord.Client, forums: Forums) -> None:
    """Make a client keep of guilds only what we need, and tell which of their channels are forums."""

    def slimmer_guild(data: Json) -> Json:
        for channel in data.get("channels", ()):
            forums.note(channel)
        return slim_guild(data, _own(client, data["id"], data))

    def slimmer_channel(data: Json) -> Json:
        forums.note(data)
        return slim_channel(data, _own(client, data.get("guild_id", 0), {}))

    # The library has no public way to keep less. This is the table in which it looks up what takes an event in.
    takers: dict[str, Take] = client._connection.parsers  # noqa: SLF001
    for event in ("GUILD_CREATE", "GUILD_UPDATE"):
        takers[event] = _before(takers[event], slimmer_guild)
    for event in ("CHANNEL_CREATE", "CHANNEL_UPDATE"):
        takers[event] = _before(takers[event], slimmer_channel)
    for event in _UNHEARD:
        del takers[event]


def slim_guild(guild: Mapping[str, Any], own: frozenset[str]) -> Json:
    """A guild with the roles in `own` and with small channels; `own` holds ids that decide what the bot may do."""
    slim = {key: guild[key] for key in _GUILD & guild.keys()}
    for key in ("members", "threads"):
        if key in guild:
            slim[key] = guild[key]
    slim["roles"] = [role for role in guild.get("roles", ()) if role["id"] in own]
    if "channels" in guild:
        slim["channels"] = [slim_channel(channel, own) for channel in guild["channels"]]
    return slim


def slim_channel(channel: Mapping[str, Any], own: frozenset[str]) -> Json:
    """A channel without what is written about it, and with the rights of `own` alone."""
    slim = {key: value for key, value in channel.items() if key not in _NOT_OF_A_CHANNEL}
    slim["permission_overwrites"] = [right for right in channel.get("permission_overwrites", ()) if right["id"] in own]
    return slim


def _own(client: discord.Client, guild_id: str, guild: Mapping[str, Any]) -> frozenset[str]:
    """The bot itself, its roles and everyone's in a guild: as the guild says itself, or as they were before."""
    me = "" if client.user is None else str(client.user.id)
    said = [member["roles"] for member in guild.get("members", ()) if member["user"]["id"] == me]
    known = client.get_guild(int(guild_id))
    before: Iterable[str] = () if known is None else (str(role.id) for role in known.roles)
    return frozenset({me, str(guild_id), *(said[0] if said else before)})


def _before(take: Take, slim: Callable[[Json], Json]) -> Take:
    def taking(data: Json) -> None:
        take(slim(data))

    return taking
