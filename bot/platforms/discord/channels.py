"""The life of a channel: joined, left, deleted. What Discord tells about places, in the store's words."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Final

import discord
import structlog

from bot.core.errors import MessengerError
from bot.core.model import ChatRef, LearnerRef, Reveal, Subscription
from bot.core.ports import Clock, Lane, Messenger, Store
from bot.core.replies import Post
from bot.core.requests import Request
from bot.core.service import Service
from bot.core.subscriptions import resume
from bot.platforms.discord.places import DISCORD, InteractionRights, chat_of_channel, language_of, ref, where_to_speak

_log: Final = structlog.stdlib.get_logger(__name__)


class Channels:
    """Greets guilds and keeps the store's picture of which chats can be reached."""

    def __init__(self, *, service: Service, store: Store, clock: Clock, messenger: Messenger) -> None:
        self._service: Final = service
        self._store: Final = store
        self._clock: Final = clock
        self._messenger: Final = messenger

    async def joined(self, guild: discord.Guild) -> None:
        """The bot is in a guild (again): subscriptions that its leaving ended come back; else one greeting."""
        now = self._clock.now()
        places = (ref(channel.id) for channel in guild.channels)
        threads = (ref(thread.parent_id, thread.id) for thread in guild.threads)
        back = [
            await self._store.chat_back(place, at=now, resume=partial(_resume_at, now=now))
            for place in (*places, *threads)
        ]
        _log.info("joined a guild", guild=guild.id, subscriptions_back=sum(back))
        if not any(back):
            await self._greet(guild)

    async def _greet(self, guild: discord.Guild) -> None:
        channel = where_to_speak(guild)
        if channel is None:
            return
        chat = chat_of_channel(channel)
        request = Request(
            chat=chat,
            learner=LearnerRef(platform=DISCORD, user_id=str(guild.owner_id)),
            now=self._clock.now(),
            rights=InteractionRights(here=chat.ref, private=False, manager=False),
            language=language_of(guild.preferred_locale),
            reveal=Reveal.PRIVATE,
        )
        response = await self._service.welcome(request)
        if response.reply is None:
            return
        try:
            await self._messenger.send(Post(chat=chat.ref, reply=response.reply, key=f"hi{guild.id}"), lane=Lane.TAP)
        except MessengerError as error:
            _log.info("not greeted", guild=guild.id, why=str(error))

    async def left(self, guild: discord.Guild) -> None:
        """The bot was removed from a guild: its chats are gone."""
        await self._gone((ref(channel.id) for channel in guild.channels), because="blocked")
        _log.info("left a guild", guild=guild.id)

    async def channel_deleted(self, channel_id: int) -> None:
        """A channel was deleted, with its threads."""
        await self._gone([ref(channel_id)], because="deleted")

    async def thread_deleted(self, parent_id: int, thread_id: int) -> None:
        """A thread was deleted."""
        await self._gone([ref(parent_id, thread_id)], because="thread-gone")

    async def _gone(self, places: Iterable[ChatRef], *, because: str) -> None:
        now = self._clock.now()
        for place in places:
            await self._store.chat_gone(place, because=because, at=now)


def _resume_at(subscription: Subscription, *, now: datetime) -> tuple[str | None, datetime | None]:
    return resume(subscription, now)
