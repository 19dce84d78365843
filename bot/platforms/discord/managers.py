"""Telling a guild's owner that the bot lacks a right, once and not every day."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import structlog

from bot.core.errors import MessengerError
from bot.core.markup import paragraph
from bot.core.model import ChatRef
from bot.core.ports import Clock, Lane, Pacer, Painter, Store
from bot.core.replies import Post, Reply
from bot.core.service import Service
from bot.platforms.discord.components import Client, messages
from bot.platforms.discord.faults import typed_errors
from bot.platforms.discord.posting import Poster, target_of

_log: Final = structlog.stdlib.get_logger(__name__)

NOT_AGAIN_FOR: Final = timedelta(days=30)


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

    def __init__(self, *, service: Service, store: Store, clock: Clock, pacer: Pacer, painter: Painter) -> None:
        self._service: Final = service
        self._store: Final = store
        self._clock: Final = clock
        self._pacer: Final = pacer
        self._painter: Final = painter

    async def tell(self, client: Client, ref: ChatRef, *, lacks: Right = Right.POST) -> None:
        """Tell the owner what the bot may not do in this chat, unless they were told of it within a month."""
        channel = client.get_channel(target_of(ref)) or client.get_channel(int(ref.chat_id))
        guild = getattr(channel, "guild", None)
        now = self._clock.now()
        key = f"discord/told/{ref}" if lacks is Right.POST else f"discord/told/{ref}/{lacks}"
        told = await self._store.recall(key)
        if guild is None or guild.owner_id is None or (told and now - datetime.fromisoformat(told) < NOT_AGAIN_FOR):
            return
        await self._store.remember(key, now.isoformat())
        voice = await self._service.voice_in(ref)
        words = voice(_SENTENCES[lacks], chat=f"#{getattr(channel, 'name', '?')} ({guild.name})")
        reply = Reply(blocks=(paragraph(words),))
        try:
            with typed_errors():
                poster = Poster(client, self._pacer, Lane.DAILY)
                dm = await poster.open_dm(guild.owner_id)
                shown = await messages(reply, self._painter, public=False)
                if dm is not None:
                    await poster.post(dm, Post(chat=ref, reply=reply, key=""), shown)
        except MessengerError as error:
            _log.info("owner not told of a missing right", chat=str(ref), why=str(error))
