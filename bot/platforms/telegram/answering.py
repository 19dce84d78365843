"""Showing the core's responses where Telegram can: as a new message, in place, or to the presser alone."""

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import escape
from typing import Any, Final

import structlog
from telegram import Bot, CallbackQuery, Message, User
from telegram.error import TelegramError

from bot.core.markup import paragraph
from bot.core.model import ChatKind, ChatRef
from bot.core.ports import Clock, Lane, Store
from bot.core.replies import Placement, Reply, Response
from bot.core.requests import Request
from bot.core.service import Service
from bot.platforms.telegram.answers import Answers, words_of
from bot.platforms.telegram.faults import is_gone_message
from bot.platforms.telegram.newer import Ephemeral
from bot.platforms.telegram.places import language_of
from bot.platforms.telegram.sending import Address, EphemeralRefused, Sender, Shown
from bot.platforms.telegram.transport import LANE

_log: Final = structlog.stdlib.get_logger(__name__)
# https://core.telegram.org/bots/api#answercallbackquery
MAX_TOAST: Final = 200
_ALERT_FROM: Final = 60
_KEPT: Final = 5_000
# A group may make the bot an admin at any time, which is what ephemeral messages need.
REFUSAL_REMEMBERED: Final = timedelta(minutes=10)

_Key = tuple[int, int, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """A pressed button: the query to answer, and the message it stood on."""

    query: CallbackQuery
    shown: Shown


class Answering:
    """Shows responses to commands, texts and taps; raises the SDK's errors."""

    def __init__(self, *, bot: Bot, sender: Sender, service: Service, store: Store, clock: Clock) -> None:
        self._bot: Final = bot
        self._sender: Final = sender
        self._service: Final = service
        self._store: Final = store
        self._clock: Final = clock
        self._refused: Final[OrderedDict[str, datetime]] = OrderedDict()
        self._answers: Final = Answers()
        self._refreshing: Final[dict[_Key, Reply | None]] = {}
        self._tasks: Final[set[asyncio.Task[None]]] = set()

    # Commands and texts

    async def to_text(self, request: Request, response: Response, message: Message, person: User | None) -> None:
        """Answer what somebody wrote."""
        if response.reply is None:
            return
        group = request.chat.kind is ChatKind.GROUP
        to = await self._beside(request.chat.ref, reply_to=message.message_id if group else None)
        private = group and response.placement is Placement.PRIVATE and response.reply.prompt is None
        if private and person is not None and await self._alone(response.reply, to, Ephemeral(receiver=person.id)):
            return
        if private and response.reply.attachment is not None and person is not None:
            # What is stored about a person is nobody else's business.
            to = Address(chat=person.id)
        await self._answer(request, response.reply, to, message)

    async def _answer(self, request: Request, reply: Reply, to: Address, message: Message) -> None:
        """Answer openly; an edited message by an edited answer."""
        before = self._answers.of(message)
        lasting = reply.prompt is None and reply.poll is None and reply.attachment is None
        if before is not None and lasting:
            shown = replace(before.shown, classic=to.classic, protected=to.protected)
            if before.words != words_of(message):
                await self._edit(reply, shown)
                self._answers.keep(message, shown)
            return
        ids = await self._say(request, reply, to, message.from_user)
        if ids and lasting:
            self._answers.keep(message, Shown(chat=to.chat, message=ids[-1], thread=to.thread))

    async def greet(self, request: Request, response: Response) -> None:
        """Say something of our own accord, as after being added to a chat."""
        if response.reply is not None:
            await self._sender.send(response.reply, await self._beside(request.chat.ref))

    # Taps

    async def to_tap(self, request: Request, response: Response, tap: Tap) -> None:
        """Answer a pressed button; the query is answered in any case, so that no button keeps spinning."""
        classic, protected = await self._wishes(request.chat.ref)
        shown = replace(tap.shown, classic=classic, protected=protected)
        if response.reply is None:
            await self._toast(tap.query, response.toast)
        elif response.placement is Placement.PRIVATE and request.chat.kind is not ChatKind.PRIVATE:
            await self._privately(request, response, response.reply, Tap(query=tap.query, shown=shown))
        else:
            await asyncio.gather(
                self._toast(tap.query, response.toast),
                self._openly(request, response.reply, response.placement, Tap(query=tap.query, shown=shown)),
            )
        if response.refresh is not None:
            self._refresh(replace(shown, ephemeral=None, receiver=None), response.refresh)

    async def _openly(self, request: Request, reply: Reply, placement: Placement, tap: Tap) -> None:
        shown = tap.shown
        if reply.prompt is None and reply.poll is None and reply.attachment is None:
            if placement is not Placement.NEW or shown.inline_id is not None or shown.ephemeral is not None:
                return await self._edit(reply, shown)
            if request.chat.kind is ChatKind.PRIVATE and reply.question is not None:
                # One living message: the next card takes the place of the list or card it was asked from.
                return await self._edit(reply, shown)
        if shown.chat:
            await self._say(request, reply, await self._beside(request.chat.ref), tap.query.from_user)
        return None

    async def _edit(self, reply: Reply, shown: Shown) -> None:
        try:
            await self._sender.edit(reply, shown)
        except TelegramError as error:
            if not is_gone_message(error) or not shown.message:
                raise
            await self._sender.send(reply, replace(shown.beside(), silent=False))

    async def _privately(self, request: Request, response: Response, reply: Reply, tap: Tap) -> None:
        """To the presser alone; where that is refused, by a link into the private chat, or at last to everybody."""
        query, shown = tap.query, tap.shown
        if shown.ephemeral is not None and reply.prompt is None:
            await asyncio.gather(self._toast(query, response.toast), self._edit(reply, shown))
            return
        in_group = bool(shown.chat) and request.chat.kind is ChatKind.GROUP
        to = await self._beside(request.chat.ref) if in_group else Address(chat=0)
        # An answer belongs below its question, which it leaves out; a panel takes the tapped message's place.
        ephemeral = Ephemeral(receiver=query.from_user.id, query=query.id, in_place=reply.question is None)
        if in_group and reply.prompt is None and await self._alone(reply, to, ephemeral):
            await self._toast(query, response.toast)
        elif reply.question is not None or not in_group:
            about = reply.question or (reply.prompt and getattr(reply.prompt.action, "question", None))
            start = f"q_{about}" if about else "help"
            await query.answer(url=f"https://t.me/{self._bot.username}?start={start}")
        elif reply.prompt is not None or reply.attachment is not None:
            to = replace(to, chat=query.from_user.id, thread=None) if reply.attachment is not None else to
            await asyncio.gather(self._toast(query, response.toast), self._say(request, reply, to, query.from_user))
        else:
            # A panel that everybody can see is still walked in place; only admins' taps change anything.
            await asyncio.gather(self._toast(query, response.toast), self._edit(reply, shown))

    async def _alone(self, reply: Reply, to: Address, ephemeral: Ephemeral) -> bool:
        """Send it as a message that one person sees; whether the chat and the server allowed it."""
        now, chat = self._clock.now(), str(to.chat)
        if self._refused.get(chat, now) > now:
            return False
        try:
            await self._sender.send(reply, replace(to, ephemeral=ephemeral, reply_to=None))
        except (EphemeralRefused, TelegramError) as error:
            _log.info("a message for one person alone was refused", chat=chat, why=str(error))
            self._refused[chat] = now + REFUSAL_REMEMBERED
            if len(self._refused) > _KEPT:
                self._refused.popitem(last=False)
            return False
        return True

    # Both

    def forget_refusals(self, chat_id: str) -> None:
        """The bot's rights in this chat have changed."""
        self._refused.pop(chat_id, None)

    async def _say(self, request: Request, reply: Reply, to: Address, person: User | None) -> Sequence[int]:
        if reply.prompt is not None:
            await self._service.expect(request, reply.prompt)
            voice = await self._service.voice_in(request.chat.ref, language_of(person))
            lines = (*reply.blocks, paragraph(voice("telegram-cancel")))
            reply = replace(reply, blocks=lines)
            if request.chat.kind is not ChatKind.PRIVATE and person is not None:
                # A selective prompt opens for whom it names.
                name = escape(person.full_name, quote=False)
                to = replace(to, mention=f'\n<a href="tg://user?id={person.id}">{name}</a>')
        return await self._sender.send(reply, to)

    async def _beside(self, ref: ChatRef, reply_to: int | None = None) -> Address:
        classic, protected = await self._wishes(ref)
        return Address(
            chat=int(ref.chat_id),
            thread=None if ref.thread_id is None else int(ref.thread_id),
            classic=classic,
            protected=protected,
            anonymous=await self._is_channel(ref),
            reply_to=reply_to,
        )

    async def _wishes(self, ref: ChatRef) -> tuple[bool, bool]:
        """Whether the chat's plan wants classic messages, and protected ones."""
        subscription = await self._store.subscription(ref)
        return (False, False) if subscription is None else (subscription.plan.classic, subscription.plan.protected)

    async def _is_channel(self, ref: ChatRef) -> bool:
        chat = await self._store.chat(ref)
        return chat is not None and chat.kind is ChatKind.CHANNEL

    async def _toast(self, query: CallbackQuery, words: str) -> None:
        if len(words) > MAX_TOAST:
            words = words[: MAX_TOAST - 1] + "…"
        try:
            await query.answer(words or None, show_alert=len(words) > _ALERT_FROM or None)
        except TelegramError as error:
            # A query that waited for minutes cannot be answered any more; what it asked for was done all the same.
            _log.info("a tap could not be acknowledged", why=str(error))

    # Counts on public messages

    def _refresh(self, shown: Shown, reply: Reply) -> None:
        """Bring a message up to date behind everything else; of several wishes for one message the last counts."""
        key = (shown.chat, shown.message, shown.inline_id)
        running = key in self._refreshing
        self._refreshing[key] = reply
        if not running:
            self._in_background(self._refresh_all(key, shown))

    async def _refresh_all(self, key: _Key, shown: Shown) -> None:
        LANE.set(Lane.ANNOUNCEMENT)
        try:
            while (reply := self._refreshing[key]) is not None:
                self._refreshing[key] = None
                await self._sender.edit(reply, shown)
        except TelegramError as error:
            _log.info("counts could not be brought up to date", chat=shown.chat, why=str(error))
        finally:
            del self._refreshing[key]

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """End what still goes on in the background."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
