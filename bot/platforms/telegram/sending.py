"""Putting replies into chats: rich where it works, classic where it does not, split where they are long."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import zip_longest
from typing import Final

import structlog
from telegram import Bot, InputFile
from telegram.error import EndPointNotFound, TelegramError

from bot.core.ports import Lane, Painter, Store
from bot.core.repeats import Repeats
from bot.core.replies import Attachment, Poll, Reply
from bot.platforms.telegram.addresses import Address, Shown
from bot.platforms.telegram.faults import is_about_the_text, is_gone_message, is_unchanged
from bot.platforms.telegram.following import Following
from bot.platforms.telegram.keyboard import with_button
from bot.platforms.telegram.parts import Part, needs_rich, parts_of
from bot.platforms.telegram.pictures import Pictures
from bot.platforms.telegram.polls import Polls
from bot.platforms.telegram.transport import LANE
from bot.platforms.telegram.writing import EphemeralRefused, Writer

__all__ = ["Address", "EphemeralRefused", "Sender", "Shown"]

_log: Final = structlog.stdlib.get_logger(__name__)
_KEPT: Final = 2_000


class Sender:
    """Sends and edits replies; raises the SDK's errors about the first message, and only those.

    Once that one stands, whatever else belongs to the reply is brought as well as it can be: a reply that failed as a
    whole would be sent again, and its beginning seen twice.

    Args:
        bot: The SDK's bot.
        store: Keeps the ids of pictures that Telegram has already.
        painter: Draws formulas for classic messages.
        polls: Posts quizzes.
        following: Brings what comes after the first message.
    """

    def __init__(self, *, bot: Bot, store: Store, painter: Painter, polls: Polls, following: Following) -> None:
        self._bot: Final = bot
        self._polls: Final = polls
        self._writer: Final = Writer(bot)
        self._following: Final = following
        self._pictures: Final = Pictures(bot=bot, store=store, painter=painter, following=following)
        # The messages of a reply that takes several, by the one that has the buttons.
        self._trails: Final[OrderedDict[tuple[int, int], tuple[int, ...]]] = OrderedDict()
        self._rendered_lately: Final = Repeats[tuple[Part, ...]]()
        self.rich_works = True
        """Until the server says it does not know rich messages; tried again after a restart."""

    async def send(self, reply: Reply, to: Address) -> Sequence[int]:
        """Post it; the ids of its messages in order (ids of ephemeral ones where it is ephemeral)."""
        ids = list(await self._rendered(reply, lambda parts: self._send_parts(parts, to, reply), plain=to.classic))
        if reply.attachment is not None:
            await self._add(ids, "file", to, partial(self._send_file, reply.attachment))
        if reply.poll is not None:
            await self._add(ids, "quiz", to, partial(self._send_poll, reply.poll, reply))
        return ids

    async def edit(self, reply: Reply, shown: Shown) -> None:
        """Make a message read like the reply; further messages are posted or removed as it grows or shrinks."""
        await self._rendered(reply, lambda parts: self._edit_parts(parts, shown, reply), plain=shown.classic)

    async def take_back(self, chat: int, message: int) -> None:
        """Remove what should not stand in a chat, as surely as can be."""
        await self._following.best("removal", chat, partial(self._writer.delete, Shown(chat=chat), message))

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
                return await put(self._parts(reply, is_rich=True))
            except EndPointNotFound:
                self.rich_works = False
                _log.warning("Telegram's server knows no rich messages; ordinary ones are sent until the restart")
            except TelegramError as error:
                if is_unchanged(error) or is_gone_message(error) or not is_about_the_text(error):
                    raise
                _log.exception("Telegram refused a rich message; it goes as an ordinary one", question=reply.question)
        return await put(self._parts(reply, is_rich=False))

    def _parts(self, reply: Reply, *, is_rich: bool) -> tuple[Part, ...]:
        """The reply rendered; what is posted to many chats, only once."""
        if LANE.get() is Lane.TAP:
            return parts_of(reply, is_rich=is_rich)
        found = self._rendered_lately.find(reply, is_rich)
        return found or self._rendered_lately.keep(reply, is_rich, parts_of(reply, is_rich=is_rich))

    # The messages of a reply

    async def _send_parts(self, parts: Sequence[Part], to: Address, reply: Reply) -> Sequence[int]:
        receiver = None if to.ephemeral is None else to.ephemeral.receiver
        if receiver is not None:
            parts = _buttons_on_top(parts)
        first = await self._writer.post(parts[0], to)
        shown = Shown(chat=to.chat, thread=to.thread, receiver=receiver)
        follow = partial(self._follow, parts, (first,), shown, to.following(), reply)
        if len(parts) == 1 and parts[0].rich:
            return await follow()
        return await self._following.rest(to.chat, follow) or (first,)

    async def _edit_parts(self, parts: Sequence[Part], shown: Shown, reply: Reply) -> Sequence[int]:
        if shown.inline_id is not None:
            # This one cannot have followers: the buttons go with the first part, and one more leads to the others.
            first, *cut = _buttons_on_top(parts)
            if cut and shown.rest is not None:
                first = first.over(with_button(first.markup, shown.rest))
            await self._writer.edit(first, shown, shown.message)
            return (shown.message,)
        if shown.receiver is not None:
            parts = _buttons_on_top(parts)
        holder = shown.ephemeral or shown.message
        known = self._trails.get((shown.chat, holder), (holder,))
        await self._writer.edit(parts[0], shown, known[0])
        self._trails.pop((shown.chat, holder), None)
        return await self._follow(parts, known, shown, shown.beside(), reply)

    async def _follow(
        self, parts: Sequence[Part], known: Sequence[int], shown: Shown, to: Address, reply: Reply
    ) -> Sequence[int]:
        """Bring the parts after the first, in messages that stand there or in new ones; the ids of all."""
        ids = [known[0]]
        for part, id_ in zip_longest(parts[1:], known[1 : len(parts)]):
            there = await self._best_part(part, id_, shown, to)
            if there is None:
                await self._end(parts, ids, shown)
                break
            ids.append(there)
        else:
            for surplus in known[len(parts) :]:
                await self._remove(shown, surplus)
        alone = shown.receiver is not None
        self._keep_trail(shown.chat, ids[0] if alone else ids[-1], ids)
        if not alone and not parts[0].rich:
            below = to.below(ids[-1]).parameters()
            work = partial(self._pictures.below, shown.chat, ids[-1], reply, below)
            await self._following.best("pictures", shown.chat, work)
        return ids

    async def _best_part(self, part: Part, id_: int | None, shown: Shown, to: Address) -> int | None:
        if id_ is None:
            return await self._following.best("text", shown.chat, partial(self._writer.post, part, to))
        edited = await self._following.best("text", shown.chat, partial(self._writer.edit, part, shown, id_))
        return id_ if edited else None

    async def _end(self, parts: Sequence[Part], ids: Sequence[int], shown: Shown) -> None:
        """The reply ends early: its buttons go below the last message that stands."""
        if shown.receiver is None:
            last = parts[len(ids) - 1].with_buttons_of(parts[-1])
            await self._following.best("buttons", shown.chat, partial(self._writer.edit, last, shown, ids[-1]))

    async def _remove(self, shown: Shown, message: int) -> None:
        """Take it away; what is too old for that loses at least its buttons, which belong to another card now."""
        removed = await self._following.best("removal", shown.chat, partial(self._writer.delete, shown, message))
        if removed is None and shown.receiver is None:
            await self._following.best("removal", shown.chat, partial(self._writer.strip, shown, message))

    def _keep_trail(self, chat: int, holder: int, ids: Sequence[int]) -> None:
        if len(ids) > 1:
            self._trails[chat, holder] = tuple(ids)
            if len(self._trails) > _KEPT:
                self._trails.popitem(last=False)

    # Files, polls

    async def _add(self, ids: list[int], what: str, to: Address, work: Callable[[Address], Awaitable[int]]) -> None:
        """Post one more message: the reply's first, or as well as can be."""
        if not ids:
            ids.append(await work(to))
            return
        best = partial(self._following.best, what, to.chat, partial(work, to.following()))
        if (id_ := await self._following.rest(to.chat, best)) is not None:
            ids.append(id_)

    async def _send_file(self, file: Attachment, to: Address) -> int:
        content = InputFile(file.content, filename=file.name)
        sent = await self._bot.send_document(to.chat, content, api_kwargs=to.newer(), **to.parameters())
        return sent.message_id

    async def _send_poll(self, poll: Poll, reply: Reply, to: Address) -> int:
        sent = await self._polls.post(to.chat, poll, reply, anonymous=to.anonymous, shared=to.parameters())
        return sent.message_id


def _buttons_on_top(parts: Sequence[Part]) -> Sequence[Part]:
    """The same parts with the buttons below the first: what one person alone sees keeps its place and its buttons."""
    first, *others = parts
    return (first.with_buttons_of(parts[-1]), *(part.with_buttons_of(None) for part in others))
