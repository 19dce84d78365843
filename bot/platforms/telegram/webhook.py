"""Updates that Telegram brings itself, to an address of our own web server."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from telegram import Bot, Update

from bot.platforms.telegram.polling import read

_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
_MAX_CONNECTIONS: Final = 40


class Webhook:
    """One route that takes updates in, from nobody but Telegram.

    Args:
        url: The public address; its path is the route.
        token: The bot's token, of which the secret is made, so that there is nothing more to configure.
    """

    def __init__(self, *, url: str, token: str) -> None:
        self.url: Final = url
        # Letters and digits only, as setWebhook wants it; nothing of the token can be read from it.
        self._secret: Final = hmac.new(token.encode(), b"qianmian telegram webhook", hashlib.sha256).hexdigest()
        self._take: Callable[[Update], Awaitable[None]] | None = None
        self._bot: Bot | None = None

    def routes(self) -> list[web.RouteDef]:
        """The route, for the web server."""
        return [web.post(urlsplit(self.url).path or "/", self._receive)]

    async def open(self, bot: Bot, allowed: tuple[str, ...], take: Callable[[Update], Awaitable[None]]) -> None:
        """Tell Telegram where we are, and hand every update to `take`; what waited meanwhile is kept."""
        self._bot, self._take = bot, take
        await bot.set_webhook(
            self.url,
            secret_token=self._secret,
            allowed_updates=allowed,
            max_connections=_MAX_CONNECTIONS,
            drop_pending_updates=False,
        )

    def close(self) -> None:
        """Take nothing more; Telegram keeps updates and tries again."""
        self._take = None

    async def _receive(self, request: web.Request) -> web.Response:
        if not hmac.compare_digest(request.headers.get(_HEADER, "").encode(), self._secret.encode()):
            raise web.HTTPForbidden(text="This address is for Telegram alone.")
        if self._take is None or self._bot is None:
            raise web.HTTPServiceUnavailable(text="Not connected yet; please try again.")
        try:
            row = await request.json()
        except ValueError:
            raise web.HTTPBadRequest(text="This is no update.") from None
        # What cannot be read is taken all the same: Telegram would bring it again and again.
        if (update := read(row, self._bot)) is not None:
            await self._take(update)
        return web.Response()
