"""Whose token this is, asked of Discord without the SDK, for `qianmian doctor`."""

import re
from dataclasses import dataclass
from typing import Final

import aiohttp

from bot.core.errors import Rejected, Unavailable

API: Final = "https://discord.com/api/v10"
SECONDS: Final = 5.0
UNAUTHORIZED: Final = 401
PRIVILEGED: Final = sum(1 << bit for bit in (12, 13, 14, 15, 18, 19))
"""The flags of an application that may ask for presences, members or the content of messages, for few servers or many.

https://docs.discord.com/developers/resources/application#application-object-application-flags
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordAccount:
    """What Discord says of the application behind a bot token.

    https://docs.discord.com/developers/topics/oauth2#get-current-bot-application-information

    Attributes:
        application: Its id.
        name: What people call it.
        privileged: Whether it may ask for privileged intents, none of which we need.
        elsewhere: The address that commands and buttons are sent to instead of to us; empty if they come to us.
    """

    application: str
    name: str
    privileged: bool
    elsewhere: str


async def look_up(token: str, api_url: str | None) -> DiscordAccount:
    """The application a token belongs to; raises Rejected when there is none, Unavailable when nobody could be asked.

    Neither error names the token.
    """
    url = f"{rest_base(api_url) if api_url else API}/oauth2/applications/@me"
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    headers = {"Authorization": f"Bot {token}", "User-Agent": "DiscordBot (qianmian, 0.1)"}
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=headers) as session,
            session.get(url) as said,
        ):
            if said.status == UNAUTHORIZED:
                raise Rejected(f"HTTP {said.status}")
            said.raise_for_status()
            answer = await said.json()
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise Unavailable(type(error).__name__) from None
    return DiscordAccount(
        application=str(answer["id"]),
        name=str(answer.get("name", "")),
        privileged=bool(int(answer.get("flags", 0)) & PRIVILEGED),
        elsewhere=str(answer.get("interactions_endpoint_url") or ""),
    )


def rest_base(api_url: str) -> str:
    """Where the REST methods of another server are; its version is added unless the address names one."""
    base = api_url.rstrip("/")
    return base if re.search(r"/v\d+$", base) else f"{base}/api/v10"
