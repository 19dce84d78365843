"""Showing the core's responses where Telegram can: as a new message, in place, or to the presser alone."""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog
from telegram import Bot, CallbackQuery, Message, User
from telegram.error import ChatMigrated, TelegramError

from bot.core.model import ChatKind, ChatRef
from bot.core.ports import Clock, Lane, Store
from bot.core.replies import Button, Placement, Reply, Response
from bot.core.requests import Request
from bot.core.service import Service
from bot.platforms.telegram.alone import Alone
from bot.platforms.telegram.answers import Answers
from bot.platforms.telegram.asides import Asides, deep_link
from bot.platforms.telegram.faults import TooFast, is_gone_message
from bot.platforms.telegram.moves import note_move
from bot.platforms.telegram.newer import ephemeral_id
from bot.platforms.telegram.order import Order
from bot.platforms.telegram.prompting import Prompting
from bot.platforms.telegram.sending import Address, Sender, Shown
from bot.platforms.telegram.transport import LANE

_log: Final = structlog.stdlib.get_logger(__name__)
# https://core.telegram.org/bots/api#answercallbackquery
MAX_TOAST: Final = 200
_ALERT_FROM: Final = 60

_Key = tuple[int, int, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """A pressed button: the query to answer, and the message it stood on."""

    query: CallbackQuery
    shown: Shown


class Answering:
    """Shows responses to commands, texts and taps; raises the SDK's errors."""

    def __init__(
        self,
        *,
        bot: Bot,
        sender: Sender,
        service: Service,
        store: Store,
        clock: Clock,
        answers: Answers,
        prompting: Prompting,
        order: Order,
    ) -> None:
        self._bot: Final = bot
        self._order: Final = order
        self._sender: Final = sender
        self._service: Final = service
        self._store: Final = store
        self._alone: Final = Alone(sender=sender, clock=clock)
        self._asides: Final = Asides(bot=bot, sender=sender, service=service)
        self._answers: Final = answers
        self._prompting: Final = prompting
        self._refreshing: Final[dict[_Key, Reply | None]] = {}
        self._tasks: Final[set[asyncio.Task[None]]] = set()

    # Commands and texts

    async def to_text(
        self, request: Request, response: Response, message: Message, person: User | None, *, again: str | None = None
    ) -> None:
        """Answer what somebody wrote; for `again` see `Asides.say`."""
        try:
            await self._to_text(request, response, message, person, again=again)
        except ChatMigrated as error:
            moved = await self._followed(request, error)
            await self._to_text(moved, response, message, person, again=again)

    async def _to_text(
        self, request: Request, response: Response, message: Message, person: User | None, *, again: str | None
    ) -> None:
        reply = response.reply
        if reply is None:
            return
        command = ephemeral_id(message)
        group = request.chat.kind is ChatKind.GROUP
        # Ids of messages say nothing in another chat.
        above = message.message_id if group and request.chat.ref.chat_id == str(message.chat.id) else None
        to = await self._beside(request.chat.ref, reply_to=above)
        private = response.placement is Placement.PRIVATE or request.unseen_by_others
        someone = None if person is None or person.is_bot or message.sender_chat is not None else person
        aside = group and private and reply.prompt is None and reply.poll is None
        if aside and someone is not None and await self._alone.by_text(reply, to, someone.id, command):
            return
        # Whoever wrote openly has the chat's turn already.
        async with nullcontext() if command is None else self._order.turn(to.chat):
            if aside:
                await self._asides.say(request, response, to, someone, again=again)
            else:
                await self._answer(request, reply, to, message)

    async def _answer(self, request: Request, reply: Reply, to: Address, message: Message) -> None:
        """Answer openly; an edited message by an edited answer."""
        before = self._answers.of(message)
        lasting = reply.prompt is None and reply.poll is None and reply.attachment is None
        if before is not None and before.chat == to.chat and lasting:
            await self._edit(reply, replace(before, classic=to.classic, protected=to.protected))
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
        try:
            await self._to_tap(request, response, tap)
        except ChatMigrated as error:
            await self._anew(await self._followed(request, error), response, tap.query)

    async def _anew(self, request: Request, response: Response, query: CallbackQuery) -> None:
        """Answer a tap where its chat is now: the tapped message stayed behind."""
        reply = response.reply
        if reply is None:
            return
        if response.placement is Placement.PRIVATE and (reply.question is not None or reply.attachment is not None):
            await self._lead_away(request, query, reply)
            return
        to = await self._beside(request.chat.ref)
        await asyncio.gather(self._toast(query, response.toast), self._say(request, reply, to, query.from_user))

    async def _to_tap(self, request: Request, response: Response, tap: Tap) -> None:
        if response.reply is None and response.refresh is None:
            # Asks the database for nothing, which may be what this tells of.
            await self._toast(tap.query, response.toast)
            return
        classic, protected = await self._wishes(request.chat.ref)
        rest = await self._rest(request, response) if tap.shown.inline_id is not None else None
        shown = replace(tap.shown, classic=classic, protected=protected, rest=rest)
        if response.reply is None:
            await self._toast(tap.query, response.toast)
        elif shown.ephemeral is not None and response.reply.prompt is not None and _about(response.reply):
            # What is said of a question seen alone is asked for in private: here all would read it, and what follows.
            await self._lead_away(request, tap.query, response.reply)
        elif response.placement is Placement.PRIVATE and request.chat.kind is not ChatKind.PRIVATE:
            await self._privately(request, response, response.reply, Tap(query=tap.query, shown=shown))
        else:
            await asyncio.gather(
                self._toast(tap.query, response.toast),
                self._openly(request, response, response.reply, Tap(query=tap.query, shown=shown)),
            )
        public = shown if shown.ephemeral is None else self._alone.origin(shown)
        if response.refresh is not None and public is not None:
            self._refresh(public, response.refresh)

    async def _rest(self, request: Request, response: Response) -> Button | None:
        """The way to a question's whole card in the private chat."""
        about = (response.reply or response.refresh or Reply()).question
        if about is None:
            return None
        voice = await self._service.voice_in(request.chat.ref, request.language)
        return Button(label=voice("telegram-inline-rest"), url=deep_link(self._bot, f"q_{about}"))

    async def _openly(self, request: Request, response: Response, reply: Reply, tap: Tap) -> None:
        shown = tap.shown
        if reply.prompt is None and reply.poll is None and reply.attachment is None:
            if shown.ephemeral is not None and not response.shared:
                return await self._redraw(response, reply, tap)
            # One living message: the next card takes the place of the list or card it was asked from.
            living = request.chat.kind is ChatKind.PRIVATE and reply.question is not None
            if living or response.placement is not Placement.NEW or shown.inline_id is not None:
                return await self._edit_in_turn(reply, shown)
        if shown.chat:
            await self._say_in_turn(request, reply, await self._beside(request.chat.ref), tap.query.from_user)
        return None

    async def _redraw(self, response: Response, reply: Reply, tap: Tap) -> None:
        """Show it where one person alone sees it: that waits for nobody else, only for what this person saw before."""
        async with self._order.turn((tap.shown.chat, tap.query.from_user.id)):
            await self._alone.redraw(response, reply, tap.shown)

    async def _edit_in_turn(self, reply: Reply, shown: Shown) -> None:
        async with self._order.turn(shown.chat or shown.inline_id):
            await self._edit(reply, shown)

    async def _say_in_turn(self, request: Request, reply: Reply, to: Address, person: User) -> None:
        async with self._order.turn(to.chat):
            await self._say(request, reply, to, person)

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
            await asyncio.gather(self._toast(query, response.toast), self._redraw(response, reply, tap))
            return
        in_group = bool(shown.chat) and request.chat.kind is ChatKind.GROUP
        to = await self._beside(request.chat.ref) if in_group else Address(chat=0)
        may = in_group and reply.prompt is None
        if may and await self._shown_alone(response, reply, to, tap):
            await self._toast(query, response.toast)
        elif reply.question is not None or not in_group:
            await self._lead_away(request, query, reply)
        elif reply.prompt is not None or reply.attachment is not None:
            to = replace(to, chat=query.from_user.id, thread=None) if reply.attachment is not None else to
            await asyncio.gather(
                self._toast(query, response.toast), self._say_in_turn(request, reply, to, query.from_user)
            )
        else:
            # A panel that everybody can see is still walked in place; only admins' taps change anything.
            await asyncio.gather(self._toast(query, response.toast), self._edit_in_turn(reply, shown))

    async def _shown_alone(self, response: Response, reply: Reply, to: Address, tap: Tap) -> bool:
        person = tap.query.from_user.id
        async with self._order.turn((to.chat, person)):
            return await self._alone.by_tap(response, reply, tap.shown, to, person)

    async def _lead_away(self, request: Request, query: CallbackQuery, reply: Reply) -> None:
        """Into the private chat, to the question that it is about, or to the settings of the channel it is asked in."""
        about = _about(reply)
        settings = request.chat.kind is ChatKind.CHANNEL and reply.prompt is not None
        place = f"s_{request.chat.ref.chat_id}" if settings else "help"
        await query.answer(url=deep_link(self._bot, f"q_{about}" if about else place))

    # Both

    def forget_refusals(self, chat_id: str) -> None:
        """The bot's rights in this chat have changed."""
        self._alone.forget_refusals(int(chat_id))

    async def _followed(self, request: Request, error: ChatMigrated) -> Request:
        """The same request in the supergroup that its group has become."""
        old = request.chat.ref
        new = replace(old, chat_id=str(error.new_chat_id))
        await note_move(self._store, replace(old, thread_id=None), replace(new, thread_id=None))
        return request.in_chat(replace(request.chat, ref=new))

    async def _say(self, request: Request, reply: Reply, to: Address, person: User | None) -> Sequence[int]:
        if reply.prompt is not None:
            return await self._prompting.ask(request, reply, reply.prompt, to, person)
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
                try:
                    await self._sender.edit(reply, shown)
                except TooFast as error:
                    self._refreshing[key] = self._refreshing[key] or reply
                    await asyncio.sleep(error.pause.total_seconds())
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


def _about(reply: Reply) -> str | None:
    """The question that a reply, or the prompt in it, is about."""
    return reply.question or (reply.prompt and getattr(reply.prompt.action, "question", None)) or None
