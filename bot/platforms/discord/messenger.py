"""How the bot speaks on Discord on its own initiative: the Messenger port over a connected client."""

from collections.abc import Awaitable
from typing import Final

import discord
import structlog
from typing_extensions import override

from bot.core.errors import MessengerError, NotAllowed, RateLimited, Rejected, ThreadGone, Unavailable
from bot.core.model import ChatKind, ChatRef, MessageId, Platform
from bot.core.ports import Lane, Messenger, Pacer, Painter, Store
from bot.core.replies import Post, Reply
from bot.core.service import Service
from bot.platforms.discord.components import Client, Message, NoPictures, messages, naming
from bot.platforms.discord.drawing import drawn
from bot.platforms.discord.faults import MISSING_PERMISSIONS, typed_errors
from bot.platforms.discord.managers import Managers
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
    ) -> None:
        self._service: Final = service
        self._store: Final = store
        self._pacer: Final = pacer
        self._painter: Final = painter
        self._managers: Final = managers
        self._metrics: Final = metrics
        self.client: Client | None = None

    @property
    @override
    def platform(self) -> Platform:
        return DISCORD

    @property
    @override
    def ready(self) -> bool:
        return self.client is not None and self.client.is_ready() and not self.client.is_closed()

    @override
    async def send(self, post: Post, *, lane: Lane = Lane.DAILY) -> MessageId:
        try:
            sent = await self._sent(post, lane)
        except MessengerError as error:
            self._metrics.sent(type(error).__name__)
            self._refused(error, post.chat)
            if isinstance(error, NotAllowed) and self.client is not None:
                await self._managers.tell(self.client, post.chat)
            raise
        self._metrics.sent("ok")
        return sent

    async def _sent(self, post: Post, lane: Lane) -> MessageId:
        try:
            return await self._post(post, post.chat, lane)
        except ThreadGone:
            if post.chat.thread_id is None or not post.fall_back:
                raise
            around = ChatRef(platform=DISCORD, chat_id=post.chat.chat_id)
            return await self._post(post, around, lane)

    async def _post(self, post: Post, ref: ChatRef, lane: Lane) -> MessageId:
        poster = self._poster(lane)
        with typed_errors(in_thread=ref.thread_id is not None):
            channel = await self._channel_for(poster, post, ref)
            sent = await self._posted(poster, post, channel)
        await self._garnish(poster, post, channel, sent)
        return sent

    async def _posted(self, poster: Poster, post: Post, channel: int) -> MessageId:
        """Post it with its formulas as pictures; written out where the bot may attach none. Raises the SDK's errors."""
        mention = None if post.mention is None else naming(post.mention)
        known = await self._known(post)
        shown = await self._drawn(post.reply, post.chat, self._painter, mention=mention)
        try:
            return await poster.post(channel, post, shown, known=known)
        except discord.Forbidden as error:
            if error.code != MISSING_PERMISSIONS or not any(message.uploads for message in shown):
                raise
        shown = await self._drawn(post.reply, post.chat, NoPictures(), mention=mention)
        return await poster.post(channel, post, shown, known=known)

    async def _known(self, post: Post) -> frozenset[MessageId]:
        """What was certainly posted in the chat before, as far back as a forum shows posts as active: a week."""
        if not post.repeated:
            return frozenset()
        rows = await self._store.ledger(post.chat, limit=A_WEEK)
        return frozenset(row.message_id for row in rows if row.message_id is not None)

    async def _channel_for(self, poster: Poster, post: Post, ref: ChatRef) -> int:
        """An answer goes into the thread below its question, if there is one; operators are written to by their id."""
        if post.reply_to is not None and (thread := await poster.thread_of(post.reply_to)) is not None:
            return thread
        stored = await self._store.chat(ref)
        if stored is None and self.client is not None and self.client.get_channel(target_of(ref)) is None:
            return await poster.open_dm(target_of(ref)) or target_of(ref)
        return target_of(ref)

    async def _drawn(
        self, reply: Reply, ref: ChatRef, painter: Painter, *, mention: str | None = None
    ) -> list[Message]:
        stored = await self._store.chat(ref)
        public = stored is None or stored.kind is not ChatKind.PRIVATE
        voice = await self._service.voice_in(ref)
        return await messages(drawn(reply, voice), painter, public=public, mention=mention)

    async def _garnish(self, poster: Poster, post: Post, channel: int, sent: MessageId) -> None:
        """Thread, pin and crosspost. The question stands already, so a refusal here only goes to the log."""
        in_forum = int(sent) != channel and self._is_forum(channel)
        if post.thread_title is not None and post.chat.thread_id is None and not in_forum:
            await self._try("thread", post, poster.open_thread(channel, sent, post.thread_title))
        if post.crosspost:
            await self._try("crosspost", post, poster.crosspost(channel, sent))
        if post.pin and not in_forum:
            await self._try("pin", post, self._pin(poster, post, channel, sent))

    async def _pin(self, poster: Poster, post: Post, channel: int, sent: MessageId) -> None:
        key = f"discord/pinned/{post.chat}"
        before = post.unpin or await self._store.recall(key)
        await poster.pin(channel, sent)
        await self._store.remember(key, sent)
        if before is not None and before != sent:
            await poster.unpin(channel, MessageId(before))

    async def _try(self, what: str, post: Post, doing: Awaitable[None]) -> None:
        try:
            with typed_errors():
                await doing
        except MessengerError as error:
            self._refused(error, post.chat)
            _log.warning("post stands without its extra", extra=what, chat=str(post.chat), why=str(error))

    def _is_forum(self, channel: int) -> bool:
        # Media channels are forums as well.
        return self.client is not None and isinstance(self.client.get_channel(channel), discord.ForumChannel)

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
        try:
            with typed_errors(in_thread=spot.chat.thread_id is not None):
                await poster.edit(spot.channel, spot.message, page)
        except MessengerError as error:
            self._refused(error, ChatRef(platform=DISCORD, chat_id=str(spot.channel)))
            raise

    async def _mentioned_on(self, spot: Spot) -> str | None:
        """The line above a daily post that names the plan's role; an edit notifies nobody again."""
        subscription = await self._store.subscription(spot.chat)
        if subscription is None or subscription.plan.mention is None:
            return None
        rows = await self._store.ledger(spot.chat, limit=A_WEEK)
        daily = any(row.message_id == spot.message for row in rows)
        return naming(subscription.plan.mention) if daily else None

    def _poster(self, lane: Lane) -> Poster:
        if self.client is None or self.client.is_closed():
            raise Unavailable("Discord is not connected")
        return Poster(self.client, self._pacer, lane)

    def _refused(self, error: MessengerError, ref: ChatRef) -> None:
        if isinstance(error, RateLimited):
            self._pacer.pause(error.retry_after, scope=None if error.everywhere else str(target_of(ref)))
