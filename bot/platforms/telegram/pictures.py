"""Formulas that an ordinary message can only hint at, as pictures below it."""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import structlog
from telegram import Bot, InputMediaPhoto, Message

from bot.core.ports import Painter, Store
from bot.core.replies import Reply
from bot.platforms.telegram.classic import formulas_in
from bot.platforms.telegram.following import Following

_log: Final = structlog.stdlib.get_logger(__name__)
# https://core.telegram.org/bots/api#sendmediagroup
_MAX_ALBUM: Final = 10
_KEPT: Final = 2_000

_Picture = tuple[str, str | bytes]


class Pictures:
    """Posts pictures of formulas; Telegram keeps each, and the store its id, so that it is uploaded once.

    An id is good for the bot that uploaded the picture, and as long as the formula would be drawn the same.
    """

    def __init__(self, *, bot: Bot, store: Store, painter: Painter, following: Following) -> None:
        self._bot: Final = bot
        self._store: Final = store
        self._painter: Final = painter
        self._following: Final = following
        # Losing this costs at most a repeated picture.
        self._shown: Final[OrderedDict[tuple[int, int], frozenset[str]]] = OrderedDict()

    async def below(self, chat: int, message: int, reply: Reply, shared: dict[str, Any]) -> None:
        """Post the reply's block formulas below a message, those that stand there already left out.

        `shared` are the parameters of the methods that send. What Telegram refuses is logged, and missing.
        """
        key = (chat, message)
        before = self._shown.get(key, frozenset())
        new = [latex for latex in formulas_in(reply.blocks) if latex not in before]
        if not new:
            return
        pictures = [(latex, picture) for latex in new if (picture := await self._drawn(latex)) is not None]
        for first in range(0, len(pictures), _MAX_ALBUM):
            album = pictures[first : first + _MAX_ALBUM]
            messages = await self._following.best("pictures", chat, partial(self._send, chat, album, shared))
            await self._keep(album, messages or ())
        self._shown[key] = before | {*new}
        if len(self._shown) > _KEPT:
            self._shown.popitem(last=False)

    async def _send(self, chat: int, pictures: Sequence[_Picture], shared: dict[str, Any]) -> Sequence[Message]:
        if len(pictures) == 1:
            return (await self._bot.send_photo(chat, pictures[0][1], **shared),)
        album = [InputMediaPhoto(picture) for _, picture in pictures]
        return await self._bot.send_media_group(chat, album, **shared)

    async def _keep(self, pictures: Sequence[_Picture], messages: Sequence[Message]) -> None:
        for (latex, picture), message in zip(pictures, messages, strict=False):
            if isinstance(picture, bytes) and message.photo:
                await self._store.remember(self._key(latex), message.photo[-1].file_id)

    async def _drawn(self, latex: str) -> str | bytes | None:
        """The id of the picture if Telegram has it, else the picture; None for what cannot be drawn."""
        known = await self._store.recall(self._key(latex))
        if known is not None:
            return known
        try:
            return await self._painter.formula(latex)
        except ValueError as error:
            _log.warning("a formula cannot be drawn and stays as text", why=str(error))
            return None

    def _key(self, latex: str) -> str:
        drawing = f"{self._painter.version}\0{latex}"
        return f"telegram:formula:{self._bot.id}:{hashlib.blake2b(drawing.encode(), digest_size=12).hexdigest()}"
