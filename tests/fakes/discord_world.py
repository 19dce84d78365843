"""The things on the fake Discord: guilds, channels, threads, people, messages; and how their JSON looks."""

from collections.abc import Iterator
from typing import Any, Final

from tests.fakes.discord_rules import FLAG_EPHEMERAL, GALLERY, Json, Refused, walk

TEXT, DM, VOICE, GROUP_DM, NEWS, NEWS_THREAD, THREAD, FORUM, MEDIA = 0, 1, 2, 3, 5, 10, 11, 15, 16
FORUMS: Final = frozenset({FORUM, MEDIA})
MANAGE_CHANNELS, MANAGE_GUILD = 1 << 4, 1 << 5
VIEW, SEND, ATTACH, HISTORY = 1 << 10, 1 << 11, 1 << 15, 1 << 16
CREATE_THREADS, SEND_IN_THREADS, PIN = 1 << 35, 1 << 38, 1 << 51
INVITED: Final = VIEW | SEND | ATTACH | HISTORY | CREATE_THREADS | SEND_IN_THREADS | PIN
"""What the bot was granted when it was invited: what the invite link asks for."""
EVERYTHING: Final = (1 << 53) - 1
START: Final = "2026-11-24T12:00:00+00:00"


class World:
    """Everything that stands, by id. Ids grow, as Discord's do."""

    def __init__(self) -> None:
        self._last = 1_400_000_000_000_000_000
        self.guilds: Final[dict[str, Json]] = {}
        self.channels: Final[dict[str, Json]] = {}
        self.messages: Final[dict[str, list[Json]]] = {}
        self.uploads: Final[dict[str, bytes]] = {}
        self.nonces: Final[dict[tuple[str, str], Json]] = {}
        self.granted = INVITED
        self.denied: Final[dict[str, Refused]] = {}
        self.bot: Final = self.user("qianmian", bot=True)

    def id(self) -> str:
        """A new id."""
        self._last += 1 << 22
        return str(self._last)

    def user(self, name: str, *, bot: bool = False) -> Json:
        """A person, or the bot."""
        return {
            "id": self.id(),
            "username": name,
            "discriminator": "0",
            "avatar": None,
            "global_name": name,
            "bot": bot,
        }

    def forget_nonces(self) -> None:
        """Let some minutes pass, after which Discord swallows no repeat any more."""
        self.nonces.clear()

    def guild(self, name: str = "Study group", *, owner: Json | None = None) -> Json:
        """A guild with the bot in it."""
        guild_id = self.id()
        everyone = {"id": guild_id, "name": "@everyone", "permissions": str(VIEW | SEND | HISTORY | SEND_IN_THREADS)}
        role = {
            **everyone,
            "color": 0,
            "hoist": False,
            "position": 0,
            "managed": False,
            "mentionable": False,
            "flags": 0,
        }
        member = {"user": self.bot, "roles": [], "flags": 0, "joined_at": START, "deaf": False, "mute": False}
        guild = {
            "id": guild_id,
            "name": name,
            "owner_id": (owner or self.user("owner"))["id"],
            "roles": [role],
            "members": [member],
            "member_count": 3,
            "preferred_locale": "en-US",
            "features": ["COMMUNITY"],
            "system_channel_id": None,
        }
        self.guilds[guild_id] = guild
        return guild

    def channel(self, guild: Json, name: str = "interviews", *, kind: int = TEXT, tags: tuple[str, ...] = ()) -> Json:
        """A text, announcement or forum channel."""
        channel = {
            "id": self.id(),
            "type": kind,
            "guild_id": guild["id"],
            "name": name,
            "position": 0,
            "permission_overwrites": [],
        }
        if kind in FORUMS:
            channel["available_tags"] = [
                {"id": self.id(), "name": tag, "moderated": False, "emoji_id": None, "emoji_name": None} for tag in tags
            ]
        if kind == VOICE:
            channel |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
        return self._added(channel)

    def thread(self, parent: Json, name: str = "a thread", *, thread_id: str | None = None) -> Json:
        """A thread or forum post below a channel."""
        meta = {"archived": False, "locked": False, "auto_archive_duration": 1440, "archive_timestamp": START}
        thread = {
            "id": thread_id or self.id(),
            "type": NEWS_THREAD if parent["type"] == NEWS else THREAD,
            "guild_id": parent["guild_id"],
            "parent_id": parent["id"],
            "owner_id": self.bot["id"],
            "name": name,
            "message_count": 0,
            "member_count": 1,
            "thread_metadata": meta,
        }
        return self._added(thread)

    def dm(self, person: Json, *, kind: int = DM) -> Json:
        """The direct messages between a person and the bot."""
        for channel in self.channels.values():
            if channel["type"] == kind == DM and channel["recipients"][0]["id"] == person["id"]:
                return channel
        return self._added(
            {"id": self.id(), "type": kind, "recipients": [person], "name": None, "owner_id": person["id"]}
        )

    def _added(self, channel: Json) -> Json:
        self.channels[channel["id"]] = channel
        self.messages.setdefault(channel["id"], [])
        return channel

    def guild_event(self, guild: Json) -> Json:
        """The guild as GUILD_CREATE shows it."""
        own = [channel for channel in self.channels.values() if channel.get("guild_id") == guild["id"]]
        return {
            **guild,
            "channels": [channel for channel in own if "parent_id" not in channel],
            "threads": [channel for channel in own if "parent_id" in channel],
        }

    def find_channel(self, channel_id: str) -> Json:
        """The channel, or the refusal that stands for its lack."""
        if channel_id not in self.channels:
            raise Refused(404, 10003, "Unknown Channel")
        return self.channels[channel_id]

    def demand(self, channel_id: str, permissions: int) -> Json:
        """The channel, where the bot has these permissions; else the refusal. In direct messages it may do all."""
        channel = self.find_channel(channel_id)
        if channel_id in self.denied:
            raise self.denied[channel_id]
        if not self.may(channel, VIEW):
            raise Refused(403, 50001, "Missing Access")
        if not self.may(channel, permissions):
            raise Refused(403, 50013, "Missing Permissions")
        return channel

    def may(self, channel: Json, permissions: int) -> bool:
        """Whether the bot has these permissions in a channel; in direct messages it may do all."""
        if "guild_id" not in channel:
            return True
        granted = self.granted if channel["guild_id"] in self.guilds else 0
        return not permissions & ~granted

    def find_message(self, channel_id: str, message_id: str) -> Json:
        """The message, or the refusal that stands for its lack."""
        self.find_channel(channel_id)
        for message in self.messages[channel_id]:
            if message["id"] == message_id:
                return message
        raise Refused(404, 10008, "Unknown Message")

    def say(self, channel_id: str, body: Json, files: dict[str, bytes], **more: Any) -> Json:
        """A new message of the bot's, not yet put anywhere."""
        message = {
            "id": self.id(),
            "channel_id": channel_id,
            "author": self.bot,
            "content": body.get("content") or "",
            "timestamp": START,
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": list((body.get("allowed_mentions") or {}).get("roles", [])),
            "embeds": [],
            "pinned": False,
            "type": 0,
            "flags": body.get("flags") or 0,
            "allowed_mentions": body.get("allowed_mentions"),
            **more,
        }
        self.show(message, body, files)
        return message

    def show(self, message: Json, body: Json, files: dict[str, bytes]) -> None:
        """Give a message the components and files of a form."""
        message["attachments"] = [self._uploaded(name, content) for name, content in files.items()]
        urls = {attachment["filename"]: attachment["url"] for attachment in message["attachments"]}
        components = body.get("components") or []
        for number, part in enumerate(walk(components)):
            part.setdefault("id", number + 1)
            media = [item["media"] for item in part.get("items", [])] if part["type"] == GALLERY else []
            media += [part["file"]] if "file" in part else []
            for item in media:
                name = item["url"].removeprefix("attachment://")
                item["url"] = item["proxy_url"] = urls.get(name, item["url"])
        message["components"] = components

    def _uploaded(self, name: str, content: bytes) -> Json:
        number = self.id()
        url = f"https://cdn.example/{number}/{name}"
        self.uploads[url] = content
        return {"id": number, "filename": name, "size": len(content), "url": url, "proxy_url": url}


def texts(message: Json) -> str:
    """All text of a message, in order."""
    found: Iterator[Json] = walk(message["components"])
    return "\n".join(part["content"] for part in found if "content" in part) or str(message["content"])


def buttons(message: Json) -> dict[str, Json]:
    """The buttons of a message by their labels."""
    return {part["label"]: part for part in walk(message["components"]) if part["type"] == 2 and part.get("label")}


def menus(message: Json) -> list[Json]:
    """The menus of a message."""
    return [part for part in walk(message["components"]) if part["type"] == 3]


def is_private(message: Json) -> bool:
    """Whether one person alone sees it."""
    return bool(message["flags"] & FLAG_EPHEMERAL)
