"""What Discord and the network answer, as the core's typed errors.

Codes: https://docs.discord.com/developers/topics/opcodes-and-status-codes#json.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Final, Protocol

import aiohttp
import discord

from bot.core.errors import (
    ChatGone,
    MessengerError,
    NotAllowed,
    RateLimited,
    Rejected,
    ThreadGone,
    Unavailable,
    Unknown,
)

UNKNOWN_CHANNEL: Final = 10003
UNKNOWN_GUILD: Final = 10004
UNKNOWN_MESSAGE: Final = 10008
UNKNOWN_INTERACTION: Final = 10062
ALREADY_ACKNOWLEDGED: Final = 40060
CANNOT_MESSAGE_USER: Final = 50007
NOT_A_TEXT_CHANNEL: Final = 50008
THREAD_ARCHIVED: Final = 50083
THREAD_LOCKED: Final = 160005
CANNOT_REPLY: Final = 160002
MISSING_PERMISSIONS: Final = 50013
NO_MUTUAL_GUILDS: Final = 50278
UNAUTHORIZED: Final = 401
FORBIDDEN: Final = 403
TOO_MANY: Final = 429
SERVER_ERROR: Final = 500
SERVICE_UNAVAILABLE: Final = 503
# When the body of a refusal does not say how long, as when Cloudflare blocks an address for an hour.
LONG_PAUSE: Final = timedelta(hours=1)
_GONE: Final = frozenset({UNKNOWN_CHANNEL, UNKNOWN_GUILD, CANNOT_MESSAGE_USER, NO_MUTUAL_GUILDS})
_CLOSED: Final = frozenset({THREAD_ARCHIVED, THREAD_LOCKED})


SDK_ERRORS: Final = (discord.DiscordException, aiohttp.ClientError, OSError, asyncio.TimeoutError)


class AccountPaused(discord.RateLimited):
    """Discord refuses everything for a while.

    Raised as soon as it says so: the library would wait it out by itself, and if that is cut short it waits for ever
    with all that follows.
    """


class Response(Protocol):
    """An answer of the server, whichever library brought it."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Its headers."""
        ...


@contextmanager
def typed_errors(*, in_thread: bool = False) -> Iterator[None]:
    """Raise what the SDK raises inside as MessengerErrors; `in_thread` tells a thread's end from a channel's."""
    try:
        yield
    except SDK_ERRORS as error:
        raise typed(error, in_thread=in_thread) from error


@contextmanager
def only_looking() -> Iterator[None]:
    """Raise Unavailable where it is open whether a request was served, which matters little if it only asked."""
    try:
        yield
    except SDK_ERRORS as error:
        kind = typed(error)
        if isinstance(kind, Unknown):
            raise Unavailable(str(kind)) from error
        raise


def typed(error: Exception, *, in_thread: bool = False) -> MessengerError:
    """The typed error that stands for this one."""
    match error:
        case discord.RateLimited():
            everywhere = isinstance(error, AccountPaused)
            return RateLimited(str(error), retry_after=timedelta(seconds=error.retry_after), everywhere=everywhere)
        case discord.HTTPException():
            return _answered(error, in_thread=in_thread)
        case aiohttp.ClientConnectorError():
            return Unavailable(f"Discord cannot be reached: {error}")
        case OSError() | aiohttp.ClientError() | TimeoutError():
            return Unknown(f"no answer from Discord: {type(error).__name__} {error}")
        case _:
            return Unavailable(f"Discord is not connected: {error}")


def _answered(error: discord.HTTPException, *, in_thread: bool) -> MessengerError:  # noqa: PLR0911  # one line per kind
    words = f"{error.status} {error.code}: {error.text}"
    if error.code in _CLOSED or (error.code == UNKNOWN_CHANNEL and in_thread):
        return ThreadGone(words, deleted=error.code == UNKNOWN_CHANNEL)
    if error.code in _GONE:
        return ChatGone(words)
    if error.status == TOO_MANY:
        # The library keeps other pauses by itself; what is refused without a proxy's mark is the whole address.
        return RateLimited(words, retry_after=pause_of(error.response), everywhere="Via" not in error.response.headers)
    if error.status == UNAUTHORIZED:
        return Unavailable("Discord does not accept the bot's token any more")
    if error.status == FORBIDDEN:
        return NotAllowed(words)
    if error.status == SERVICE_UNAVAILABLE:
        return Unavailable(words)
    if error.status >= SERVER_ERROR:
        return Unknown(words)
    return Rejected(words)


def pause_of(refusal: Response) -> timedelta:
    """How long a refusal asks us to wait."""
    try:
        return timedelta(seconds=float(refusal.headers["Retry-After"]))
    except (KeyError, ValueError):
        return LONG_PAUSE
