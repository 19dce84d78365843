"""Telling an admin of a group or channel what keeps the bot from posting there, once and not every day."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final

import structlog
from telegram import Bot
from telegram.constants import ChatMemberStatus
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.core.errors import MessengerError, NotAllowed, ThreadGone
from bot.core.markup import paragraph
from bot.core.model import ChatRef
from bot.core.ports import Clock, Store
from bot.core.replies import Button, Reply, Row
from bot.core.requests import Voice
from bot.core.service import Service
from bot.platforms.telegram.faults import typed
from bot.platforms.telegram.following import Following
from bot.platforms.telegram.places import ref_of
from bot.platforms.telegram.sending import Address, Sender

_log: Final = structlog.stdlib.get_logger(__name__)
NOT_AGAIN_FOR: Final = timedelta(days=30)
# Who has never opened the private chat cannot be written to; after so many the operators' notice must do.
_ASKED: Final = 10


class Managers:
    """Speaks in private to the people who can mend a chat."""

    def __init__(
        self, *, bot: Bot, sender: Sender, following: Following, service: Service, store: Store, clock: Clock
    ) -> None:
        self._bot: Final = bot
        self._sender: Final = sender
        self._following: Final = following
        self._service: Final = service
        self._store: Final = store
        self._clock: Final = clock

    async def tell_of(self, error: TelegramError, chat: int) -> None:
        """The same as `tell`, of an answer or a greeting that Telegram refused to post; what fails here is logged."""
        refusal = typed(error)
        if isinstance(refusal, NotAllowed):
            await self._following.best("word to an admin", chat, partial(self.tell, ref_of(chat), refusal))

    async def tell(self, ref: ChatRef, error: MessengerError, *, fell_back: bool = False) -> None:
        """Tell the first admin who can be reached of a missing right or topic, unless one heard of it within a month.

        `fell_back` says that the post is in the chat around its topic. Of other errors, and of private chats,
        nothing is told.
        """
        phrase = _phrase(error, fell_back=fell_back)
        key = f"telegram:told:{phrase}:{ref}"
        if phrase is None or not ref.chat_id.startswith("-") or await self._store.recall(key) is not None:
            return
        until = self._clock.now() + NOT_AGAIN_FOR
        # Before anything is waited for, so that a second failure meanwhile finds it told.
        await self._store.remember(key, "told", until=until)
        told = False
        try:
            told = await self._told(ref, phrase)
        finally:
            if not told:
                await self._store.remember(key, None)

    async def _told(self, ref: ChatRef, phrase: str) -> bool:
        """Whether somebody was."""
        reply = await self._words(ref, phrase)
        async for admin in self._admins(ref):
            try:
                await self._sender.send(reply, Address(chat=admin))
            except (BadRequest, Forbidden) as refusal:
                _log.info("an admin cannot be written to", chat=str(ref), why=refusal.message)
            else:
                _log.info("an admin was told", chat=str(ref), what=phrase)
                return True
        return False

    async def _admins(self, ref: ChatRef) -> AsyncIterator[int]:
        """Those of the chat who are people, its owner first."""
        try:
            found = await self._bot.get_chat_administrators(int(ref.chat_id))
        except TelegramError as error:
            _log.info("the admins of a chat cannot be looked up", chat=str(ref), why=error.message)
            return
        people = [member for member in found if not member.user.is_bot]
        for member in sorted(people, key=lambda one: one.status != ChatMemberStatus.OWNER)[:_ASKED]:
            yield member.user.id

    async def _words(self, ref: ChatRef, phrase: str) -> Reply:
        around = replace(ref, thread_id=None)
        known = await self._store.chat(ref) or await self._store.chat(around)
        voice = await self._service.voice_in(ref)
        title = ref.chat_id if known is None else known.title or ref.chat_id
        blocks = (paragraph(voice(phrase, chat=title)),)
        return Reply(blocks=blocks, controls=_way_there(ref, voice))


def _phrase(error: MessengerError, *, fell_back: bool) -> str | None:
    if isinstance(error, ThreadGone):
        return "telegram-topic-around" if fell_back else "telegram-topic-gone"
    return "telegram-not-allowed" if isinstance(error, NotAllowed) else None


def _way_there(ref: ChatRef, voice: Voice) -> tuple[Row, ...]:
    """A button that opens the topic; links lead into supergroups alone, and every forum is one."""
    if ref.thread_id is None or not ref.chat_id.startswith("-100"):
        return ()
    url = f"https://t.me/c/{ref.chat_id.removeprefix('-100')}/{ref.thread_id}"
    return (Row(buttons=(Button(label=voice("telegram-open-topic"), url=url),)),)
