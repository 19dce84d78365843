"""The life of a chat: the bot is added, promoted, silenced, removed, blocked; a group becomes a supergroup."""

import asyncio
from dataclasses import replace
from typing import Final

import structlog
from telegram import ChatMember, ChatMemberAdministrator, ChatMemberRestricted, ChatMemberUpdated, Message
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import TelegramError

from bot.core.errors import StoreError
from bot.core.markup import paragraph
from bot.core.model import ChatKind
from bot.core.ports import Clock, Store
from bot.core.service import Service
from bot.core.subscriptions import resume
from bot.platforms.telegram.answering import Answering
from bot.platforms.telegram.asking import Asking
from bot.platforms.telegram.managers import Managers
from bot.platforms.telegram.moves import has_moved_here, note_move
from bot.platforms.telegram.places import described, ref_of
from bot.platforms.telegram.rights import TelegramRights

_log: Final = structlog.stdlib.get_logger(__name__)
SETTLED_AFTER: Final = 3.0
"""Seconds within which a supergroup that was a group before says so."""
_OUT: Final = frozenset({ChatMemberStatus.LEFT, ChatMemberStatus.BANNED})


class Life:
    """Follows what becomes of the bot in each chat."""

    def __init__(
        self,
        *,
        service: Service,
        store: Store,
        clock: Clock,
        asking: Asking,
        answering: Answering,
        rights: TelegramRights,
        managers: Managers,
        settled_after: float = SETTLED_AFTER,
    ) -> None:
        self._service: Final = service
        self._store: Final = store
        self._clock: Final = clock
        self._asking: Final = asking
        self._answering: Final = answering
        self._rights: Final = rights
        self._managers: Final = managers
        self._settled_after: Final = settled_after
        self._greetings: Final[set[asyncio.Task[None]]] = set()

    async def member(self, change: ChatMemberUpdated) -> None:
        """The bot's own place in a chat has changed."""
        chat = described(change.chat)
        self._rights.forget(chat.ref.chat_id)
        self._answering.forget_refusals(chat.ref.chat_id)
        before, after = _is_in(change.old_chat_member), _is_in(change.new_chat_member)
        now = self._clock.now()
        if not after:
            await self._store.chat_gone(chat.ref, because="blocked", at=now)
            _log.info("the bot was blocked or removed", chat=str(chat.ref))
            return
        came_back = await self._store.chat_back(chat.ref, at=now, resume=lambda kept: resume(kept, now))
        await self._store.see_chat(chat, at=now)
        _log.info("the bot may speak in a chat", chat=str(chat.ref), came_back=came_back)
        if not before and change.chat.type == ChatType.SUPERGROUP:
            # A group that becomes a supergroup reports its bots as added, and what it was only before or after that.
            # https://github.com/tdlib/telegram-bot-api/issues/266
            greeting = asyncio.create_task(self._greet_once_settled(change))
            self._greetings.add(greeting)
            greeting.add_done_callback(self._greetings.discard)
        elif not before and chat.kind is ChatKind.GROUP:
            await self._greet(change)

    async def _greet_once_settled(self, change: ChatMemberUpdated) -> None:
        await asyncio.sleep(self._settled_after)
        try:
            if not await has_moved_here(self._store, ref_of(change.chat.id)):
                await self._greet(change)
        except TelegramError as error:
            _log.warning("a group could not be greeted", chat=change.chat.id, why=error.message)
            await self._managers.tell_of(error, change.chat.id)
        except StoreError as error:
            _log.warning("the database cannot be used", chat=change.chat.id, why=str(error))

    async def finish(self) -> None:
        """Give up the greetings that still wait."""
        for greeting in self._greetings:
            greeting.cancel()
        await asyncio.gather(*self._greetings, return_exceptions=True)

    async def _greet(self, change: ChatMemberUpdated) -> None:
        chat = described(change.chat)
        request = self._asking.by_person(change.from_user, chat)
        welcome = await self._service.welcome(request)
        voice = await self._service.voice_in(chat.ref, request.language)
        if welcome.reply is not None and not isinstance(change.new_chat_member, ChatMemberAdministrator):
            blocks = (*welcome.reply.blocks, paragraph(voice("telegram-rights-alone")))
            welcome = replace(welcome, reply=replace(welcome.reply, blocks=blocks))
        await self._answering.greet(request, welcome)

    async def moved(self, message: Message) -> None:
        """A group became a supergroup, as either of the two reports."""
        old, new = message.chat.id, message.migrate_to_chat_id
        if message.migrate_from_chat_id is not None:
            old, new = message.migrate_from_chat_id, message.chat.id
        if new is not None:
            await note_move(self._store, ref_of(old), ref_of(new))
            # Should the old group have reported the bot as gone: it is in the new one.
            now = self._clock.now()
            await self._store.chat_back(ref_of(new), at=now, resume=lambda kept: resume(kept, now))
            _log.info("a group became a supergroup", old=old, new=new)


def _is_in(member: ChatMember) -> bool:
    if isinstance(member, ChatMemberRestricted):
        return member.is_member
    return member.status not in _OUT
