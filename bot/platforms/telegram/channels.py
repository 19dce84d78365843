"""Managing a channel's plan from the private chat: forward one of its posts, or name it."""

import re
from typing import Final

from telegram import Bot, ChatFullInfo, ChatMemberAdministrator, Message, MessageOriginChannel
from telegram import Chat as TelegramChat
from telegram.error import BadRequest, Forbidden

from bot.core.actions import OpenPage, Page, encode
from bot.core.errors import Mistake
from bot.core.manners import sentence_of
from bot.core.markup import paragraph
from bot.core.model import Chat, ChatKind, LearnerRef
from bot.core.ports import Store
from bot.core.replies import Reply, Response
from bot.core.requests import Request
from bot.core.service import Service
from bot.platforms.telegram.places import described
from bot.platforms.telegram.rights import TelegramRights

_NAME: Final = re.compile(r"(?:https?://)?(?:t\.me/|@)([A-Za-z]\w{3,31})/?\Z")


class Channels:
    """Links channels to the people who manage them; each time both sides' rights are looked up."""

    def __init__(self, *, bot: Bot, service: Service, store: Store, rights: TelegramRights) -> None:
        self._bot: Final = bot
        self._service: Final = service
        self._store: Final = store
        self._rights: Final = rights

    def named_in(self, message: Message) -> str | int | None:
        """The channel that a private message forwards a post of, or names; None for any other message."""
        if message.chat.type != TelegramChat.PRIVATE:
            return None
        if isinstance(message.forward_origin, MessageOriginChannel):
            return message.forward_origin.chat.id
        found = _NAME.match((message.text or "").strip())
        return f"@{found[1]}" if found else None

    async def link(self, request: Request, named: str | int) -> Response:
        """Subscribe the channel if it is not yet, and open its settings; says what is missing otherwise."""
        voice = await self._service.voice_in(request.chat.ref, request.language)
        try:
            found = await self._bot.get_chat(named)
        except (BadRequest, Forbidden):
            return _sentence(voice("telegram-channel-unknown", chat=str(named)))
        chat = described(found)
        try:
            refusal = await self._refusal(request.learner, found, chat)
        except Mistake as mistake:
            return _sentence(sentence_of(voice, mistake))
        if refusal is not None:
            return _sentence(voice(refusal, chat=chat.title))
        await self._store.see_chat(chat, at=request.now)
        subscription = await self._store.subscription(chat.ref)
        if subscription is None or not subscription.active:
            await self._service.command(request.in_chat(chat), "subscribe")
        panel = await self._service.act(request, encode(OpenPage(page=Page.MAIN, chat=chat.ref.chat_id)))
        if panel.reply is None:
            return panel
        lead = paragraph(voice("telegram-channel-linked", chat=chat.title))
        return Response(reply=Reply(blocks=(lead, *panel.reply.blocks), controls=panel.reply.controls))

    async def _refusal(self, learner: LearnerRef, found: ChatFullInfo, chat: Chat) -> str | None:
        # First the bot: where it is no admin, Telegram does not say who else is.
        if not await self._may_post(found.id, chat.kind):
            return "telegram-channel-bot-not-admin"
        self._rights.forget(chat.ref.chat_id)
        return None if await self._rights.may_manage(learner, chat.ref) else "telegram-channel-not-admin"

    async def _may_post(self, chat: int, kind: ChatKind) -> bool:
        try:
            me = await self._bot.get_chat_member(chat, self._bot.id)
        except (BadRequest, Forbidden):
            return False
        return isinstance(me, ChatMemberAdministrator) and (kind is not ChatKind.CHANNEL or bool(me.can_post_messages))


def _sentence(words: str) -> Response:
    return Response(reply=Reply(blocks=(paragraph(words),)))
