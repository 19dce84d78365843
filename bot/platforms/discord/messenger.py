"""How the bot speaks on Discord on its own initiative: the Messenger port over a connected client."""

from collections.abc import Awaitable
from dataclasses import replace
from typing import Final

import discord
import structlog
from typing_extensions import override

from bot.core.errors import MessengerError, NotAllowed, Rejected, ThreadGone, Unavailable
from bot.core.model import ChatKind, ChatRef, MessageId, Platform
from bot.core.ports import Lane, Messenger, Pacer, Painter, Store
from bot.core.repeats import Repeats
from bot.core.replies import Post, Reply
from bot.core.service import Service
from bot.platforms.discord.components import Client, Message, NoPictures, messages, naming
from bot.platforms.discord.drawing import drawn
from bot.platforms.discord.faults import MISSING_PERMISSIONS, typed_errors
from bot.platforms.discord.forums import Forums
from bot.platforms.discord.managers import Managers, Right
from bot.platforms.discord.metrics import Metrics
from bot.platforms.discord.places import DISCORD
from bot.platforms.discord.posting import Poster, target_of
from bot.platforms.discord.refreshing import Spot

_log: Final = structlog.stdlib.get_logger(__name__)

A_WEEK: Final = 7 * 24
"""Deliveries of a plan in a week, at most one an hour."""


class DiscordMessenger(Messenger):
    """Posts through whatever client is connected; without one everything is Unavailable."""

    def __init__(
        self,
        *,
        service: Service,
        store: Store,
        pacer: Pacer,
        painter: Painter,
        managers: Managers,
        metrics: Metrics,
        forums: Forums,
    ) -> None:
        self._service: Final = service
        self._store: Final = store
        self._pacer: Final = pacer
        self._painter: Final = painter
        self._managers: Final = managers
        self._metrics: Final = metrics
        self._drawn_lately: Final = Repeats[list[Message]]()
        self._forums: Final = forums
        self.client: Client | None = None

    @property
    @override
    def platform(self) -> Platform:
        return DISCORD

    @property
    @override
    def ready(self) -> bool:
        return self.client is not None and self.client.is_ready() and not self.client.is_closed()

    @property
    @override
    def account(self) -> str | None:
        return None if self.client is None or self.client.user is None else str(self.client.user.id)

    @override
    async def send(self, post: Post, *, lane: Lane = Lane.DAILY) -> MessageId:
        try:
            sent = await self._sent(post, lane)
        except MessengerError as error:
            self._metrics.sent(type(error).__name__)
            if isinstance(error, NotAllowed) and self.client is not None:
                await self._managers.tell(self.client, post.chat)
            raise
        self._metrics.sent("ok")
        return sent

    async def _sent(self, post: Post, lane: Lane) -> MessageId:
        poster = self._poster(lane)
        *first, last = await self._places(poster, post)
        for place in first:
            try:
                return await self._post(poster, post, place)
            except ThreadGone as error:
                _log.info("thread is closed", chat=str(post.chat), thread=place.thread_id, why=str(error))
        return await self._post(poster, post, last)

    async def _places(self, poster: Poster, post: Post) -> list[ChatRef]:
        """Where it may go, best first: an answer below its question, then its chat, then the channel around that."""
        places = [post.chat]
        if post.reply_to is not None:
            with typed_errors():
                thread = await poster.thread_of(post.reply_to)
            if thread is not None:
                places.insert(0, replace(post.chat, thread_id=str(thread)))
        if post.chat.thread_id is not None and post.fall_back:
            places.append(replace(post.chat, thread_id=None))
        return places

    async def _post(self, poster: Poster, post: Post, place: ChatRef) -> MessageId:
        with typed_errors(in_thread=place.thread_id is not None):
            channel = await self._channel_of(poster, post, place)
            sent = await self._posted(poster, post, channel)
        await self._garnish(poster, post, channel, sent)
        return sent

    async def _posted(self, poster: Poster, post: Post, channel: int) -> MessageId:
        """Post it with its formulas as pictures; written out where the bot may attach none. Raises the SDK's errors."""
        known = await self._known(post)
        shown = await self._messages(post)
        try:
            return await poster.post(channel, post, shown, known=known)
        except discord.Forbidden as error:
            if error.code != MISSING_PERMISSIONS or not any(message.uploads for message in shown):
                raise
        shown = await self._drawn(post.reply, post.chat, NoPictures(), kind=post.kind, mention=post.mention)
        return await poster.post(channel, post, shown, known=known)

    async def _known(self, post: Post) -> frozenset[MessageId]:
        """What was certainly posted in the chat before, as far back as a forum shows posts as active: a week."""
        if not post.repeated:
            return frozenset()
        rows = await self._store.ledger(post.chat, limit=A_WEEK)
        return frozenset(row.message_id for row in rows if row.message_id is not None)

    async def _channel_of(self, poster: Poster, post: Post, place: ChatRef) -> int:
        """The channel or thread that a place is; operators are written to by their own id."""
        channel = target_of(place)
        if post.to_person:
            return await poster.open_dm(channel) or channel
        if post.kind is not None or place.thread_id is not None:
            return channel
        if self.client is None or self.client.get_channel(channel) is not None:
            return channel
        if await self._store.chat(place) is not None:
            return channel
        return await poster.open_dm(channel) or channel

    async def _messages(self, post: Post) -> list[Message]:
        """What says the post's reply; drawn once for all channels that get the same one."""
        if post.mention is not None:
            return await self._drawn(post.reply, post.chat, self._painter, kind=post.kind, mention=post.mention)
        found = self._drawn_lately.find(post.reply, post.kind)
        if found is None:
            shown = await self._drawn(post.reply, post.chat, self._painter, kind=post.kind)
            found = self._drawn_lately.keep(post.reply, post.kind, shown)
        return found

    async def _drawn(
        self,
        reply: Reply,
        ref: ChatRef,
        painter: Painter,
        *,
        kind: ChatKind | None = None,
        mention: str | None = None,
    ) -> list[Message]:
        if kind is None and (stored := await self._store.chat(ref)) is not None:
            kind = stored.kind
        # A reply is in one language, and so are all chats that get it.
        shown = drawn(reply, await self._service.voice_in(ref))
        above = None if mention is None else naming(mention)
        return await messages(shown, painter, public=kind is not ChatKind.PRIVATE, mention=above)

    async def _garnish(self, poster: Poster, post: Post, channel: int, sent: MessageId) -> None:
        """Thread, pin and crosspost. The question stands already, so a refusal here loses nothing of it."""
        # A post in a forum is a thread, and on top, by itself.
        in_forum = (post.thread_title is not None or post.pin) and int(sent) != channel and self._is_forum(channel)
        if post.thread_title is not None and post.chat.thread_id is None and not in_forum:
            await self._try(Right.THREAD, post, poster.open_thread(channel, sent, post.thread_title))
        if post.crosspost:
            await self._try(Right.CROSSPOST, post, poster.crosspost(channel, sent))
        if post.pin and not in_forum:
            await self._try(Right.PIN, post, self._pin(poster, post, channel, sent))

    async def _pin(self, poster: Poster, post: Post, channel: int, sent: MessageId) -> None:
        key = f"discord/pinned/{post.chat}"
        before = post.unpin or await self._store.recall(key)
        await poster.pin(channel, sent)
        await self._store.remember(key, sent)
        if before is not None and before != sent:
            await poster.unpin(channel, MessageId(before))

    async def _try(self, what: Right, post: Post, doing: Awaitable[None]) -> None:
        try:
            with typed_errors():
                await doing
        except MessengerError as error:
            _log.warning("post stands without its extra", extra=what.value, chat=str(post.chat), why=str(error))
            if isinstance(error, NotAllowed) and self.client is not None:
                await self._managers.tell(self.client, post.chat, lacks=what)

    def _is_forum(self, channel: int) -> bool:
        return self._forums.find(self.client, channel) is not None

    @override
    async def edit(self, chat: ChatRef, message: MessageId, reply: Reply) -> None:
        channel = target_of(chat)
        channel = int(message) if self._is_forum(channel) else channel
        await self.edit_at(Spot(chat=chat, channel=channel, message=message), reply)

    async def edit_at(self, spot: Spot, reply: Reply) -> None:
        """Edit a message in the channel or thread where it stands; raises like `edit`."""
        poster = self._poster(Lane.DAILY)
        mention = await self._mentioned_on(spot)
        shown = await self._drawn(reply, spot.chat, self._painter, mention=mention)
        if len(shown) > 1 and spot.page is None:
            raise Rejected(f"what message {spot.message} should read takes {len(shown)} messages")
        page = shown[min(spot.page or 0, len(shown) - 1)]
        with typed_errors(in_thread=spot.chat.thread_id is not None):
            await poster.edit(spot.channel, spot.message, page)

    async def _mentioned_on(self, spot: Spot) -> str | None:
        """The role that a daily post names above its question; an edit notifies nobody again."""
        subscription = await self._store.subscription(spot.chat)
        if subscription is None or subscription.plan.mention is None:
            return None
        rows = await self._store.ledger(spot.chat, limit=A_WEEK)
        daily = any(row.message_id == spot.message for row in rows)
        return subscription.plan.mention if daily else None

    def _poster(self, lane: Lane) -> Poster:
        if self.client is None or self.client.is_closed():
            raise Unavailable("Discord is not connected")
        return Poster(self.client, self._forums, self._pacer, lane)
