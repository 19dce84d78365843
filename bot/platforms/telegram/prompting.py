"""Asking for free text, and knowing its answer: by who was asked, or by the message that a chat's name replies to."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Final

import structlog
from telegram import Bot, ChatMemberAdministrator, ChatMemberOwner, Message, User
from telegram.error import TelegramError

from bot.core.actions import encode
from bot.core.markup import paragraph
from bot.core.model import ChatKind, ChatRef
from bot.core.ports import Store
from bot.core.replies import Prompt, Reply, Response
from bot.core.requests import Request
from bot.core.service import PROMPT_KEPT, Service
from bot.platforms.telegram.addresses import Address
from bot.platforms.telegram.places import language_of
from bot.platforms.telegram.sending import Sender

_log: Final = structlog.stdlib.get_logger(__name__)


class Prompting:
    """Asks people in private and in company.

    A tap says who it was even where they write in the name of a chat, as anonymous admins and those behind a channel
    do: they are never named, and their answer is known by the message that it replies to.
    """

    def __init__(self, *, bot: Bot, sender: Sender, service: Service, store: Store) -> None:
        self._bot: Final = bot
        self._sender: Final = sender
        self._service: Final = service
        self._store: Final = store

    async def ask(
        self, request: Request, reply: Reply, prompt: Prompt, to: Address, person: User | None
    ) -> Sequence[int]:
        """Post the prompt of a reply and remember whose next text answers it; the ids of its messages."""
        voice = await self._service.voice_in(request.chat.ref, language_of(person))
        company = request.chat.kind is not ChatKind.PRIVATE
        masked = company and (person is None or await self._is_masked(to.chat, person))
        lines = [paragraph(voice("telegram-cancel"))]
        if masked:
            lines = [paragraph(voice("telegram-reply-here"))]
        elif company and person is not None:
            # A selective prompt opens for whom it names.
            name = escape(person.full_name, quote=False)
            to = replace(to, mention=f'\n<a href="tg://user?id={person.id}">{name}</a>')
        await self._service.expect(request, prompt)
        ids = await self._sender.send(replace(reply, blocks=(*reply.blocks, *lines)), to)
        if company and ids:
            # What was asked, and not whom: nothing in there has to be forgotten with a person.
            key, until = _key(request.chat.ref, ids[-1]), request.now + PROMPT_KEPT
            await self._store.remember(key, encode(prompt.action), until=until)
        return ids

    async def _is_masked(self, chat: int, person: User) -> bool:
        """Whether the chat may not be told who this is: an admin who writes in its name or may in its channel's.

        What cannot be looked up is not told.
        """
        if person.is_bot:
            return True
        try:
            member = await self._bot.get_chat_member(chat, person.id)
            if not isinstance(member, ChatMemberOwner | ChatMemberAdministrator):
                return False
            return member.is_anonymous or (await self._bot.get_chat(chat)).linked_chat_id is not None
        except TelegramError as error:
            _log.info("whether somebody may be named could not be looked up", chat=chat, why=error.message)
            return True

    async def answered(self, request: Request, message: Message, text: str) -> Response | None:
        """What becomes of a text in company that replies to the bot; None if it answers nothing that was asked."""
        above = message.reply_to_message
        if above is None or above.from_user is None or above.from_user.id != self._bot.id:
            return None
        if await self._store.asked(request.chat.ref, request.learner, take=False) is not None:
            return await self._service.write(request, text)
        key = _key(request.chat.ref, above.message_id)
        asked = await self._store.recall(key) if message.sender_chat is not None else None
        if asked is None:
            return None
        await self._store.remember(key, None)
        # It is the chat that answers, with the rights of whoever may speak for it.
        return await self._service.tell(request, asked, text)


def _key(chat: ChatRef, message: int) -> str:
    # A message's id is the chat's, whichever topic it stands in.
    return f"telegram:prompt:{chat.chat_id}:{message}"
