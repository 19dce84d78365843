"""How the bot speaks on Telegram by its own initiative."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

import structlog
from telegram import Bot
from telegram.error import TelegramError
from typing_extensions import override

from bot.core.errors import ChatMoved, MessengerError, NotAllowed, Rejected, ThreadGone
from bot.core.model import ChatKind, ChatRef, MessageId, Platform
from bot.core.ports import Lane, Messenger, Store
from bot.core.replies import Post, Reply
from bot.platforms.telegram.faults import is_gone_message, typed_errors
from bot.platforms.telegram.following import Following
from bot.platforms.telegram.managers import Managers
from bot.platforms.telegram.moves import note_move
from bot.platforms.telegram.places import TELEGRAM, ref_of
from bot.platforms.telegram.sending import Address, Sender, Shown
from bot.platforms.telegram.transport import LANE

_log: Final = structlog.stdlib.get_logger(__name__)


class TelegramMessenger(Messenger):
    """Posts and edits through the paced transport, in the lane it is told."""

    def __init__(
        self,
        *,
        bot: Bot,
        sender: Sender,
        following: Following,
        managers: Managers,
        store: Store,
        is_ready: Callable[[], bool],
        paid: bool,
    ) -> None:
        self._bot: Final = bot
        self._sender: Final = sender
        self._following: Final = following
        self._managers: Final = managers
        self._store: Final = store
        self._is_ready: Final = is_ready
        self._paid: Final = paid

    @property
    @override
    def platform(self) -> Platform:
        return TELEGRAM

    @property
    @override
    def ready(self) -> bool:
        return self._is_ready()

    @property
    @override
    def account(self) -> str | None:
        return str(self._bot.id) if self.ready else None

    @override
    async def send(self, post: Post, *, lane: Lane = Lane.DAILY) -> MessageId:
        to = Address(
            chat=_number(post.chat.chat_id),
            thread=None if post.chat.thread_id is None else _number(post.chat.thread_id),
            silent=post.silent,
            protected=post.protected,
            classic=post.classic,
            paid=self._paid,
            anonymous=await self._kind_of(post) is ChatKind.CHANNEL,
            reply_to=None if post.reply_to is None else _number(post.reply_to),
        )
        token = LANE.set(lane)
        try:
            with self._following.in_time():
                return MessageId(str(await self._sent(post, to)))
        finally:
            LANE.reset(token)

    async def _sent(self, post: Post, to: Address) -> int:
        try:
            first = await self._delivered(post, to)
        except (NotAllowed, ThreadGone) as error:
            await self._tell(post.chat, error)
            raise
        except ChatMoved as error:
            old, new = ref_of(to.chat), ref_of(error.new_chat_id)
            await self._following.best("note of a move", to.chat, partial(note_move, self._store, old, new))
            raise
        if post.pin:
            await self._following.rest(to.chat, partial(self._pin, post, to.chat, first))
        return first

    async def _kind_of(self, post: Post) -> ChatKind | None:
        if post.kind is not None:
            return post.kind
        known = await self._store.chat(post.chat)
        return None if known is None else known.kind

    async def _delivered(self, post: Post, to: Address) -> int:
        try:
            with typed_errors():
                return (await self._sender.send(post.reply, to))[0]
        except ThreadGone as error:
            if to.thread is None or not post.fall_back:
                raise
            _log.warning("the topic is closed; the post goes to the chat around it", chat=to.chat, topic=to.thread)
            gone = error
        with typed_errors():
            first = (await self._sender.send(post.reply, replace(to, thread=None)))[0]
        await self._tell(post.chat, gone, fell_back=True)
        return first

    async def _tell(self, ref: ChatRef, error: MessengerError, *, fell_back: bool = False) -> None:
        chat = _number(ref.chat_id)
        telling = partial(self._managers.tell, ref, error, fell_back=fell_back)
        await self._following.rest(chat, partial(self._following.best, "word to an admin", chat, telling))

    async def _pin(self, post: Post, chat: int, message: int) -> None:
        """Pin it; a missing right must not make the question come twice."""
        if post.unpin is not None:
            old = _number(post.unpin)
            await self._following.best("unpinning", chat, partial(self._bot.unpin_chat_message, chat, old))
        pin = partial(self._bot.pin_chat_message, chat, message, disable_notification=True)
        await self._following.best("pinning", chat, pin)

    @override
    async def edit(self, chat: ChatRef, message: MessageId, reply: Reply) -> None:
        subscription = await self._store.subscription(chat)
        shown = Shown(
            chat=_number(chat.chat_id),
            message=_number(message),
            thread=None if chat.thread_id is None else _number(chat.thread_id),
            classic=subscription is not None and subscription.plan.classic,
            protected=subscription is not None and subscription.plan.protected,
        )
        with typed_errors():
            try:
                await self._sender.edit(reply, shown)
            except TelegramError as error:
                if is_gone_message(error):
                    raise Rejected(error.message) from None
                raise


def _number(id_: str) -> int:
    try:
        return int(id_)
    except ValueError:
        raise Rejected(f"{id_[:40]!r} is no id of Telegram's") from None
