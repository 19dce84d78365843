"""Telling a guild's owner, or else the guild, that the bot lacks a right, once and not every day."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import discord
import structlog

from bot.core.errors import ChatGone, MessengerError, NotAllowed, StoreError
from bot.core.markup import paragraph
from bot.core.model import ChatRef
from bot.core.ports import Clock, Lane, Pacer, Painter, Store
from bot.core.replies import Post, Reply
from bot.core.service import Service
from bot.platforms.discord.components import Client, messages
from bot.platforms.discord.faults import typed_errors
from bot.platforms.discord.forums import Forums
from bot.platforms.discord.places import where_to_speak
from bot.platforms.discord.posting import Poster, target_of

_log: Final = structlog.stdlib.get_logger(__name__)

NOT_AGAIN_FOR: Final = timedelta(days=30)
AFTER_FAILURE: Final = timedelta(hours=1)


class Right(StrEnum):
    """What the bot wants to do in a chat."""

    POST = "post"
    THREAD = "thread"
    PIN = "pin"
    CROSSPOST = "crosspost"


_SENTENCES: Final = {
    Right.POST: "discord-not-allowed",
    Right.THREAD: "discord-no-thread",
    Right.PIN: "discord-no-pin",
    Right.CROSSPOST: "discord-no-crosspost",
}


class Managers:
    """Speaks to the people who can mend a chat."""

    def __init__(
        self, *, service: Service, store: Store, clock: Clock, pacer: Pacer, painter: Painter, forums: Forums
    ) -> None:
        self._service: Final = service
        self._store: Final = store
        self._clock: Final = clock
        self._pacer: Final = pacer
        self._painter: Final = painter
        self._forums: Final = forums
        self._telling: Final[set[str]] = set()

    async def tell(self, client: Client, ref: ChatRef, *, lacks: Right = Right.POST) -> None:
        """Say what the bot may not do in this chat, unless somebody heard of it within a month.

        Never raises for want of a hearer; after a failure the next occasion, an hour later at the earliest, is used.
        """
        key = f"discord/told/{ref}" if lacks is Right.POST else f"discord/told/{ref}/{lacks}"
        if key in self._telling:
            return
        self._telling.add(key)
        try:
            await self._tell_once(client, ref, lacks, key)
        except (MessengerError, StoreError) as error:
            _log.warning("nobody told of a missing right", chat=str(ref), right=lacks.value, why=str(error))
        finally:
            self._telling.discard(key)

    async def _tell_once(self, client: Client, ref: ChatRef, lacks: Right, key: str) -> None:
        channel = client.get_channel(target_of(ref)) or client.get_channel(int(ref.chat_id))
        guild = getattr(channel, "guild", None)
        now = self._clock.now()
        told = await self._store.recall(key)
        if guild is None or (told and now - datetime.fromisoformat(told) < NOT_AGAIN_FOR):
            return
        await self._store.remember(key, (now - NOT_AGAIN_FOR + AFTER_FAILURE).isoformat())
        voice = await self._service.voice_in(ref)
        words = voice(_SENTENCES[lacks], chat=f"#{getattr(channel, 'name', '?')} ({guild.name})")
        post = Post(chat=ref, reply=Reply(blocks=(paragraph(words),)), key=f"{lacks}{target_of(ref)}")
        poster = Poster(client, self._forums, self._pacer, Lane.DAILY)
        if await self._owner_heard(poster, guild, post) or await self._guild_heard(poster, guild, post):
            await self._store.remember(key, now.isoformat())

    async def _owner_heard(self, poster: Poster, guild: discord.Guild, post: Post) -> bool:
        try:
            with typed_errors():
                dm = None if guild.owner_id is None else await poster.open_dm(guild.owner_id)
                if dm is not None:
                    await self._post(poster, dm, post)
                return dm is not None
        except (ChatGone, NotAllowed) as error:
            _log.info("owner cannot be written to", guild=guild.id, why=str(error))
            return False

    async def _guild_heard(self, poster: Poster, guild: discord.Guild, post: Post) -> bool:
        """Whether it could be said where the guild's managers read, if not the place itself refuses the bot."""
        channel = where_to_speak(guild, besides=int(post.chat.chat_id))
        if channel is None:
            return False
        with typed_errors():
            await self._post(poster, channel.id, post)
        return True

    async def _post(self, poster: Poster, channel: int, post: Post) -> None:
        await poster.post(channel, post, await messages(post.reply, self._painter, public=False))
