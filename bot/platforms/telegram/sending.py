"""Putting replies into chats: rich where it works, classic where it does not, split where they are long."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog
from telegram import (
    Bot,
    InlineKeyboardMarkup,
    InputFile,
    InputPollOption,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.error import EndPointNotFound, TelegramError

from bot.core.ports import Painter, Store
from bot.core.replies import Attachment, Poll, Reply
from bot.platforms.telegram.faults import is_about_the_text, is_gone_message, is_unchanged
from bot.platforms.telegram.keyboard import keyboard
from bot.platforms.telegram.newer import (
    Ephemeral,
    edit_ephemeral_message,
    edit_rich_message,
    ephemeral_id,
    rich_message,
    send_rich_message,
)
from bot.platforms.telegram.parts import Part, needs_rich, parts_of
from bot.platforms.telegram.pictures import Pictures
from bot.platforms.telegram.polls import remember_poll

_log: Final = structlog.stdlib.get_logger(__name__)
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
_KEPT: Final = 2_000


class EphemeralRefused(Exception):  # named for what happened, as in the core
    """The server does not know messages that one person alone sees; what it posted instead was removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a message goes, and how it is posted there.

    `thread` is None in General and outside forums. `mention` is the HTML that names whom a prompt is for.
    """

    chat: int
    thread: int | None = None
    silent: bool = False
    protected: bool = False
    classic: bool = False
    paid: bool = False
    anonymous: bool = False
    reply_to: int | None = None
    ephemeral: Ephemeral | None = None
    mention: str = ""

    def parameters(self) -> dict[str, Any]:
        """The parameters every method that sends shares."""
        reply_to = self.reply_to
        return {
            "message_thread_id": self.thread,
            "disable_notification": self.silent or None,
            "protect_content": self.protected or None,
            "allow_paid_broadcast": self.paid or None,
            "reply_parameters": ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A message that is there: where, and which; `inline_id` alone for one posted through inline mode."""

    chat: int = 0
    message: int = 0
    thread: int | None = None
    classic: bool = False
    inline_id: str | None = None
    receiver: int | None = None
    ephemeral: int | None = None


class Sender:
    """Sends and edits replies; raises the SDK's errors.

    Args:
        bot: The SDK's bot.
        store: Keeps the ids of pictures that Telegram has already.
        painter: Draws formulas for classic messages.
    """

    def __init__(self, *, bot: Bot, store: Store, painter: Painter) -> None:
        self._bot: Final = bot
        self._store: Final = store
        self._pictures: Final = Pictures(bot=bot, store=store, painter=painter)
        # The messages of a reply that takes several, by the last one, which has the buttons.
        self._trails: Final[OrderedDict[tuple[int, int], tuple[int, ...]]] = OrderedDict()
        self.rich_works = True
        """Until the server says it does not know rich messages; tried again after a restart."""

    async def send(self, reply: Reply, to: Address) -> Sequence[int]:
        """Post it; the ids of its messages in order (ids of ephemeral ones where it is ephemeral)."""
        ids = list(await self._rendered(reply, lambda parts: self._send_parts(parts, to, reply), plain=to.classic))
        if reply.attachment is not None:
            ids.append((await self._send_file(reply.attachment, to)).message_id)
        if reply.poll is not None:
            ids.append(await self._send_poll(reply.poll, reply, to))
        return ids

    async def edit(self, reply: Reply, shown: Shown) -> None:
        """Make a message read like the reply; further messages are posted or removed as it grows or shrinks."""
        await self._rendered(reply, lambda parts: self._edit_parts(parts, shown, reply), plain=shown.classic)

    # Rich first, classic where that is refused

    async def _rendered(
        self,
        reply: Reply,
        put: Callable[[Sequence[Part]], Awaitable[Sequence[int]]],
        *,
        plain: bool,
    ) -> Sequence[int]:
        if not reply.blocks:
            return ()
        if self.rich_works and not plain and (reply.question is not None or needs_rich(reply.blocks)):
            try:
                return await put(parts_of(reply, is_rich=True))
            except EndPointNotFound:
                self.rich_works = False
                _log.warning("Telegram's server knows no rich messages; ordinary ones are sent until the restart")
            except TelegramError as error:
                if is_unchanged(error) or is_gone_message(error) or not is_about_the_text(error):
                    raise
                _log.exception("Telegram refused a rich message; it goes as an ordinary one", question=reply.question)
        return await put(parts_of(reply, is_rich=False))

    async def _send_parts(self, parts: Sequence[Part], to: Address, reply: Reply) -> Sequence[int]:
        ids = [await self._send_part(part, to) for part in parts]
        if to.ephemeral is None:
            self._keep_trail(to.chat, ids)
            if not parts[0].rich:
                await self._picture(reply, to.chat, ids[-1], to.thread)
        return ids

    async def _send_part(self, part: Part, to: Address) -> int:
        shared = to.parameters()
        ephemeral = None if to.ephemeral is None else to.ephemeral.parameters()
        if part.rich:
            content = rich_message(part.html, inert=part.inert)
            more = {"reply_markup": part.markup, "ephemeral_message_parameters": ephemeral}
            sent = await send_rich_message(self._bot, to.chat, content, **shared, **more)
        else:
            sent = await self._bot.send_message(
                to.chat,
                part.html + to.mention,
                parse_mode="HTML",
                link_preview_options=_NO_PREVIEW,
                reply_markup=part.markup,
                api_kwargs=None if ephemeral is None else {"ephemeral_message_parameters": ephemeral},
                **shared,
            )
        if to.ephemeral is None:
            return sent.message_id
        return await self._surely_ephemeral(sent, to)

    async def _surely_ephemeral(self, sent: Message, to: Address) -> int:
        """A server that does not know the parameter posts for everybody: take that back at once."""
        id_ = ephemeral_id(sent)
        if id_ is None:
            await self._bot.delete_message(to.chat, sent.message_id)
            raise EphemeralRefused(f"the server posted to chat {to.chat} what one person was to see")
        return id_

    # Editing

    async def _edit_parts(self, parts: Sequence[Part], shown: Shown, reply: Reply) -> Sequence[int]:
        if shown.inline_id is not None or shown.ephemeral is not None:
            # These cannot have followers: the buttons go with the first part.
            first = parts[0] if len(parts) == 1 else replace(parts[0], markup=parts[-1].markup)
            await self._edit_part(first, shown, shown.message)
            return (shown.message,)
        known = self._trails.pop((shown.chat, shown.message), (shown.message,))
        ids = list(known[: len(parts)])
        for id_, part in zip(ids, parts, strict=False):
            await self._edit_part(part, shown, id_)
        to = Address(chat=shown.chat, thread=shown.thread)
        ids += [await self._send_part(part, to) for part in parts[len(ids) :]]
        for surplus in known[len(parts) :]:
            await self._bot.delete_message(shown.chat, surplus)
        self._keep_trail(shown.chat, ids)
        if not parts[0].rich:
            await self._picture(reply, shown.chat, ids[-1], shown.thread)
        return ids

    async def _edit_part(self, part: Part, shown: Shown, message: int) -> None:
        try:
            if shown.ephemeral is not None and shown.receiver is not None:
                await self._edit_ephemeral(part, shown.chat, shown.receiver, shown.ephemeral)
            else:
                await self._edit_ordinary(part, shown, message)
        except TelegramError as error:
            if not is_unchanged(error):
                raise

    async def _edit_ephemeral(self, part: Part, chat: int, receiver: int, message: int) -> None:
        content: dict[str, Any] = {"text": part.html, "parse_mode": "HTML", "link_preview_options": _NO_PREVIEW}
        if part.rich:
            content = {"rich_message": rich_message(part.html, inert=part.inert)}
        markup = part.markup if isinstance(part.markup, InlineKeyboardMarkup) else None
        await edit_ephemeral_message(self._bot, chat, receiver, message, markup, **content)

    async def _edit_ordinary(self, part: Part, shown: Shown, message: int) -> None:
        where: dict[str, Any] = {"chat_id": shown.chat, "message_id": message}
        if shown.inline_id is not None:
            where = {"inline_message_id": shown.inline_id}
        markup = part.markup if isinstance(part.markup, InlineKeyboardMarkup) else None
        if part.rich:
            content = rich_message(part.html, inert=part.inert)
            await edit_rich_message(self._bot, content, reply_markup=markup, **where)
        else:
            await self._bot.edit_message_text(
                part.html, parse_mode="HTML", link_preview_options=_NO_PREVIEW, reply_markup=markup, **where
            )

    def _keep_trail(self, chat: int, ids: Sequence[int]) -> None:
        if len(ids) > 1:
            self._trails[chat, ids[-1]] = tuple(ids)
            if len(self._trails) > _KEPT:
                self._trails.popitem(last=False)

    # Pictures, files, polls

    async def _picture(self, reply: Reply, chat: int, message: int, thread: int | None) -> None:
        below = Address(chat=chat, thread=thread, silent=True, reply_to=message)
        await self._pictures.below(chat, message, reply, below.parameters())

    async def _send_file(self, file: Attachment, to: Address) -> Message:
        content = InputFile(file.content, filename=file.name)
        ephemeral = None if to.ephemeral is None else {"ephemeral_message_parameters": to.ephemeral.parameters()}
        return await self._bot.send_document(to.chat, content, api_kwargs=ephemeral, **to.parameters())

    async def _send_poll(self, poll: Poll, reply: Reply, to: Address) -> int:
        quiz = poll.quiz
        titled = f"{poll.title}\n\n{quiz.question}"
        sent = await self._bot.send_poll(
            to.chat,
            titled if len(titled) <= MAX_POLL_QUESTION else quiz.question,
            [InputPollOption(option) for option in quiz.options],
            type="quiz",
            correct_option_ids=[quiz.right],  # type: ignore[list-item]  # the SDK lists the ten digits one by one
            is_anonymous=to.anonymous,
            shuffle_options=True,
            explanation=" ".join(quiz.explanation.split()) or None,
            reply_markup=keyboard(reply.controls),
            **to.parameters(),
        )
        if sent.poll is not None and not to.anonymous:
            await remember_poll(self._store, sent.poll.id, sent, poll.question)
        return sent.message_id


# https://core.telegram.org/bots/api#sendpoll
MAX_POLL_QUESTION: Final = 300
