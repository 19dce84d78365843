"""Posts of a forum: each question is one of its own, called like the question and tagged like its title."""

from collections.abc import Collection, Mapping
from typing import Any, Final

import discord

from bot.core.markup import Heading, Paragraph, plain
from bot.core.model import MessageId
from bot.core.replies import Post, Reply
from bot.platforms.discord.components import Client, Message
from bot.platforms.discord.prose import MAX_NAME, clipped

MAX_TAGS: Final = 5
KINDS: Final = frozenset({discord.ChannelType.forum.value, discord.ChannelType.media.value})
ARCHIVE_AFTER: Final = 10080
"""Minutes without a message after which a post leaves the list: a week, the longest that Discord knows."""


class Forums:
    """Which channels are forums; the library would look for one in guild after guild."""

    def __init__(self) -> None:
        self._ids: Final[set[int]] = set()

    def note(self, channel: Mapping[str, Any]) -> None:
        """Discord told of a channel, new or changed."""
        if channel["type"] in KINDS:
            self._ids.add(int(channel["id"]))

    def find(self, client: Client | None, channel_id: int) -> discord.ForumChannel | None:
        """The forum of that id, a media channel included; None for anything else."""
        if client is None or channel_id not in self._ids:
            return None
        channel = client.get_channel(channel_id)
        return channel if isinstance(channel, discord.ForumChannel) else None


async def new_post(
    forum: discord.ForumChannel, post: Post, message: Message, *, mentions: discord.AllowedMentions
) -> int:
    """Make a new post with a fitting tag; returns its id, which is its first message's as well."""
    made = await forum.create_thread(
        name=_name(post),
        view=message.view,
        files=message.files,
        applied_tags=_tags(forum, post.reply),
        allowed_mentions=mentions,
        auto_archive_duration=ARCHIVE_AFTER,
        suppress_embeds=True,
        silent=post.silent,
    )
    return made.thread.id


async def lost_post(forum: discord.ForumChannel, post: Post, *, by: int, known: Collection[MessageId]) -> int | None:
    """The post that an earlier attempt made without our learning of it.

    Making one takes no nonce on Discord, so a repeat has to look: at those by the bot itself that are called so and
    that no delivery knows of.
    """
    threads = await forum.guild.active_threads()
    ours = (thread for thread in threads if (thread.parent_id, thread.owner_id) == (forum.id, by))
    lost = (thread.id for thread in ours if thread.name == _name(post) and str(thread.id) not in known)
    return max(lost, default=None)


def _name(post: Post) -> str:
    """What a forum post is called: its question."""
    questions = [plain(block) for block in post.reply.blocks if isinstance(block, Paragraph)]
    return clipped(next(iter(questions), "") or _title(post.reply) or "?", MAX_NAME)


def _title(reply: Reply) -> str:
    return next((plain(block) for block in reply.blocks if isinstance(block, Heading)), "")


def _tags(forum: discord.ForumChannel, reply: Reply) -> list[discord.ForumTag]:
    """The tags named like the title's parts (topic, difficulty); any one where the forum insists on a tag."""
    parts = {part.strip().casefold() for part in _title(reply).split("·")}
    fitting = [tag for tag in forum.available_tags if tag.name.casefold() in parts and not tag.moderated]
    if not fitting and forum.flags.require_tag:
        fitting = [tag for tag in forum.available_tags if not tag.moderated][:1]
    return fitting[:MAX_TAGS]
