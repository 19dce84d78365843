"""How the bot speaks on the web by its own initiative: into the chat's history, which the pages follow."""

from typing import Final

from typing_extensions import override

from bot.core.errors import Rejected, StoreError, Unavailable
from bot.core.model import ChatRef, MessageId, Platform
from bot.core.ports import Lane, Messenger
from bot.core.replies import Post, Reply
from bot.core.service import Service
from bot.platforms.web.history import History
from bot.platforms.web.visitors import PLATFORM


class WebMessenger(Messenger):
    """Keeps what is sent; a page that is open shows it at once, another when it is opened."""

    def __init__(self, *, service: Service, history: History) -> None:
        self._service: Final = service
        self._history: Final = history

    @property
    @override
    def platform(self) -> Platform:
        return PLATFORM

    @property
    @override
    def ready(self) -> bool:
        return True

    @override
    async def send(self, post: Post, *, lane: Lane = Lane.DAILY) -> MessageId:
        try:
            return await self._history.post(post, await self._service.voice_in(post.chat))
        except StoreError as error:
            raise Unavailable(f"the message was not kept: {error}") from error

    @override
    async def edit(self, chat: ChatRef, message: MessageId, reply: Reply) -> None:
        try:
            found = await self._history.replace(chat, message, reply, await self._service.voice_in(chat))
        except StoreError as error:
            raise Unavailable(f"the message was not changed: {error}") from error
        if not found:
            raise Rejected(f"the message {message} of {chat} is not kept any more")
