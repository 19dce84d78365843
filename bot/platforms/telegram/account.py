"""What the Bot API tells of a bot without running it, for `qianmian doctor`; asked without the SDK.

No error names the token.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

import aiohttp

from bot.core.errors import Rejected, Unavailable
from bot.core.model import Chat, ChatKind

SECONDS: Final = 5.0
AT_ONCE: Final = 8
# What a server says of a token it does not know; the official one 401, and 404 for what has not even its shape.
_NO_SUCH_BOT: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND})
# What it says of a chat the bot is not in, or that is no more.
_NO_SUCH_CHAT: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN})
# Telegram tells of its last failure for as long as there was no later one.
_RECENT: Final = timedelta(hours=1)

_May = Callable[[Chat, Mapping[str, Any]], Awaitable[bool]]
"""Whether the bot may do something in a chat, by what `getChatMember` says of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramAccount:
    """What `getMe` says of a bot.

    https://core.telegram.org/bots/api#user
    """

    id: int
    username: str
    joins_groups: bool
    inline: bool


class _Refused(Exception):  # named for what happened, as in the core
    """Telegram said no; `status` as in HTTP."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(f"{status} {words}".rstrip())
        self.status: Final = status
        self.words: Final = words


class AccountDesk:
    """Asks the Bot API about one bot; see `account_desk`."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self._session: Final = session
        self._address: Final = address

    async def account(self) -> TelegramAccount:
        """The bot its token belongs to; raises Rejected when there is none, Unavailable when nobody could be asked."""
        try:
            me = await self._ask("getMe")
        except _Refused as error:
            if error.status in _NO_SUCH_BOT:
                raise Rejected(error.words) from None
            raise Unavailable(str(error)) from None
        return TelegramAccount(
            id=int(me["id"]),
            username=str(me.get("username", "")),
            joins_groups=bool(me.get("can_join_groups")),
            inline=bool(me.get("supports_inline_queries")),
        )

    async def undelivered(self, now: datetime) -> str:
        """What lately kept Telegram from bringing updates to the webhook; empty if nothing did. Raises Unavailable."""
        try:
            info = await self._ask("getWebhookInfo")
        except _Refused as error:
            raise Unavailable(str(error)) from None
        failed = datetime.fromtimestamp(int(info.get("last_error_date", 0)), UTC)
        return str(info.get("last_error_message", "")) if now - failed < _RECENT else ""

    async def silenced_in(self, chats: Iterable[Chat], bot: int) -> list[Chat]:
        """Those of the chats where the bot may not post. Raises Unavailable."""
        return await self._without(chats, bot, self._may_post)

    async def unpinnable_in(self, chats: Iterable[Chat], bot: int) -> list[Chat]:
        """Those of the chats where the bot may not pin. Raises Unavailable."""
        return await self._without(chats, bot, self._may_pin)

    async def _without(self, chats: Iterable[Chat], bot: int, may: _May) -> list[Chat]:
        turns = asyncio.Semaphore(AT_ONCE)

        async def allowed(chat: Chat) -> bool:
            async with turns:
                try:
                    member = await self._ask("getChatMember", chat_id=chat.ref.chat_id, user_id=bot)
                except _Refused as error:
                    if error.status in _NO_SUCH_CHAT:
                        return False
                    raise Unavailable(str(error)) from None
                return await may(chat, member)

        known = list(chats)
        answers = await asyncio.gather(*(allowed(chat) for chat in known))
        return [chat for chat, yes in zip(known, answers, strict=True) if not yes]

    async def _may_pin(self, chat: Chat, member: Mapping[str, Any]) -> bool:
        # Only an admin with this right may: https://core.telegram.org/bots/api#pinchatmessage
        right = "can_edit_messages" if chat.kind is ChatKind.CHANNEL else "can_pin_messages"
        return member.get("status") == "administrator" and bool(member.get(right))

    async def _may_post(self, chat: Chat, member: Mapping[str, Any]) -> bool:
        if chat.kind is ChatKind.CHANNEL:
            return bool(member.get("can_post_messages"))
        if member.get("status") == "restricted":
            return bool(member.get("is_member") and member.get("can_send_messages"))
        if member.get("status") == "member":
            # What the group allows all of its members.
            permissions = (await self._ask("getChat", chat_id=chat.ref.chat_id)).get("permissions") or {}
            return bool(permissions.get("can_send_messages", True))
        return member.get("status") in {"administrator", "creator"}

    async def _ask(self, method: str, **parameters: str | int) -> Mapping[str, Any]:
        try:
            async with self._session.get(f"{self._address}/{method}", params=parameters) as said:
                answer, status = await said.json(content_type=None), said.status
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            # The error's own words hold the address, and that holds the token.
            raise Unavailable(type(error).__name__) from None
        if not isinstance(answer, dict) or not isinstance(answer.get("result"), dict):
            words = answer.get("description", "") if isinstance(answer, dict) else ""
            raise _Refused(status, str(words))
        return dict(answer["result"])


@asynccontextmanager
async def account_desk(token: str, api_url: str) -> AsyncIterator[AccountDesk]:
    """A connection on which to ask about the bot a token belongs to."""
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        yield AccountDesk(session, f"{api_url}/bot{token}")
