"""Whose token this is, asked of the Bot API without the SDK, for `qianmian doctor`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from bot.core.errors import Rejected, Unavailable

SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramAccount:
    """What `getMe` says of a bot.

    https://core.telegram.org/bots/api#user
    """

    username: str
    joins_groups: bool
    inline: bool


async def look_up(token: str, api_url: str) -> TelegramAccount:
    """The bot a token belongs to; raises Rejected when there is none, Unavailable when nobody could be asked.

    Neither error names the token.
    """
    me = await _get_me(token, api_url)
    return TelegramAccount(
        username=str(me.get("username", "")),
        joins_groups=bool(me.get("can_join_groups")),
        inline=bool(me.get("supports_inline_queries")),
    )


async def _get_me(token: str, api_url: str) -> Mapping[str, Any]:
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"{api_url}/bot{token}/getMe") as said,
        ):
            answer = await said.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        # The error's own words hold the address, and that holds the token.
        raise Unavailable(type(error).__name__) from None
    if not isinstance(answer, dict) or not answer.get("ok"):
        raise Rejected(str(answer.get("description", "no answer")) if isinstance(answer, dict) else "no answer")
    return dict(answer["result"])
