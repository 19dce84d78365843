"""Where an interaction happened and what may be done there, in the core's words.

A guild channel is `chat_id`; a thread in it has its own id in `thread_id`. A forum is one chat with all its posts,
since every daily question is a post of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

import discord
from typing_extensions import override

from bot.core.actions import PlanField
from bot.core.model import Chat, ChatKind, ChatRef, Language, LearnerRef, Platform, Reveal
from bot.core.ports import Rights
from bot.core.requests import Request

DISCORD: Final = Platform("discord")
_CHINESE: Final = frozenset({discord.Locale.chinese, discord.Locale.taiwan_chinese})
NEIGHBOURS: Final = 50
"""Channels of a guild whose plans are looked at; that is all of them in most guilds."""

Interaction = discord.Interaction[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionRights(Rights):
    """The presser's rights as this very interaction carries them; nothing is looked up or remembered.

    `invited` says that Discord itself let the person run a command for managers, as the server's settings allow.
    """

    here: ChatRef
    private: bool
    manager: bool
    invited: bool = False

    @override
    async def may_manage(self, learner: LearnerRef, chat: ChatRef) -> bool:
        return chat == self.here and (self.private or self.manager or self.invited)


def request_of(interaction: Interaction, now: datetime, *, invited: bool = False) -> Request:
    """The request that an interaction stands for; `invited` is explained at `InteractionRights`."""
    chat = chat_of(interaction)
    private = chat.kind is ChatKind.PRIVATE
    home = at_home(interaction)
    return Request(
        chat=chat,
        learner=learner_of(interaction),
        now=now,
        rights=InteractionRights(
            here=chat.ref, private=private, manager=home and may_manage(interaction), invited=home and invited
        ),
        language=language_of(interaction.locale),
        locale=str(interaction.locale),
        neighbours=tuple(islice(_neighbours(interaction.guild, chat.ref), NEIGHBOURS)) if home else (),
        reveal=Reveal.BUTTON if private else Reveal.PRIVATE,
        features=features_of(interaction.channel, private=private),
        overheard=False,
        unseen_by_others=interaction.message is not None and interaction.message.flags.ephemeral,
    )


def learner_of(interaction: Interaction) -> LearnerRef:
    """The person who did it."""
    return LearnerRef(platform=DISCORD, user_id=str(interaction.user.id))


def at_home(interaction: Interaction) -> bool:
    """Whether it happened in a guild that the bot itself was added to, so that the guild's settings were asked."""
    return interaction.guild_id is not None and interaction.is_guild_integration()


def may_manage(interaction: Interaction) -> bool:
    """Whether the person has a manager's permissions in this channel."""
    return interaction.permissions.manage_guild or interaction.permissions.manage_channels


def _neighbours(guild: discord.Guild | None, here: ChatRef) -> Iterator[ChatRef]:
    for channel in () if guild is None else guild.channels:
        place = ref(channel.id)
        if isinstance(channel, discord.TextChannel | discord.ForumChannel) and place != here:
            yield place


def language_of(locale: discord.Locale) -> Language:
    """The language to speak with a client that is set to this locale."""
    return Language.ZH if locale in _CHINESE else Language.EN


def chat_of(interaction: Interaction) -> Chat:
    """The chat an interaction belongs to."""
    channel = interaction.channel
    if channel is None or interaction.context.dm_channel:
        number = interaction.user.id if channel is None else channel.id
        kind = ChatKind.PRIVATE if interaction.context.dm_channel else ChatKind.GROUP
        return Chat(ref=ChatRef(platform=DISCORD, chat_id=str(number)), kind=kind)
    return chat_of_channel(channel)


def chat_of_channel(channel: Any) -> Chat:
    """The chat that a channel is, or that it is a part of."""
    name = str(getattr(channel, "name", None) or "")
    if isinstance(channel, discord.Thread):
        if isinstance(channel.parent, discord.ForumChannel):
            return chat_of_channel(channel.parent)
        return Chat(ref=ref(channel.parent_id, channel.id), kind=ChatKind.GROUP, title=name)
    news = getattr(channel, "type", None) is discord.ChannelType.news
    return Chat(ref=ref(channel.id), kind=ChatKind.CHANNEL if news else ChatKind.GROUP, title=name)


def ref(channel_id: int, thread_id: int | None = None) -> ChatRef:
    """The address of a channel, or of a thread in it."""
    return ChatRef(platform=DISCORD, chat_id=str(channel_id), thread_id=None if thread_id is None else str(thread_id))


def where_to_speak(guild: discord.Guild, *, besides: int | None = None) -> discord.TextChannel | None:
    """The guild's own channel for news, else the first where the bot may speak; `besides` is no such place."""
    for channel in (guild.system_channel, *guild.text_channels):
        if channel is None or channel.id == besides or guild.me is None:
            continue
        may = channel.permissions_for(guild.me)
        if may.view_channel and may.send_messages:
            return channel
    return None


def features_of(channel: Any, *, private: bool) -> frozenset[PlanField]:
    """The parts of a plan that only some places can do, and this one can."""
    if private:
        return frozenset({PlanField.SILENT})
    everywhere = {PlanField.SILENT, PlanField.MENTION}
    if isinstance(channel, discord.Thread):
        # Every question of a forum is a post of its own, in which there is nothing to pin and nothing around.
        in_forum = isinstance(channel.parent, discord.ForumChannel)
        return frozenset(everywhere if in_forum else everywhere | {PlanField.PIN, PlanField.FALL_BACK})
    match getattr(channel, "type", None):
        case discord.ChannelType.text:
            return frozenset(everywhere | {PlanField.PIN, PlanField.THREAD})
        case discord.ChannelType.news:
            return frozenset(everywhere | {PlanField.PIN, PlanField.THREAD, PlanField.CROSSPOST})
        case _:
            # The chats of voice channels and stages have no threads.
            return frozenset(everywhere | {PlanField.PIN})
