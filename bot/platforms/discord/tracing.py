"""What becomes of each request, told to the pacer: when it left, when it was answered, whether it was refused."""

import re
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Final

import aiohttp

from bot.core.ports import Pacer, Turn
from bot.platforms.discord.faults import FORBIDDEN, TOO_MANY, UNAUTHORIZED, AccountPaused, pause_of

INVALID: Final = frozenset({UNAUTHORIZED, FORBIDDEN})
"""The answers that Discord counts against us, besides refusals for going too fast."""
ASKED_AGAIN: Final = frozenset({500, 502, 504, 524})
"""The errors after which the library makes a request again."""
NEW_FORUM_POST: Final = re.compile(r"/channels/\d+/threads$")
MESSAGES: Final = re.compile(r"/channels/(\d+)/messages(/\d+)?$")
"""Posting and editing, which is nearly all that is done in a channel."""

_NONE: Final = Turn()
TURN: Final[ContextVar[Turn]] = ContextVar("TURN", default=_NONE)
"""The turn that the next request takes."""


def traced(pacer: Pacer) -> aiohttp.TraceConfig:
    """How the library's requests are followed.

    A pause is kept by what it is about: everything, a channel's messages, or one route alone
    (https://docs.discord.com/developers/topics/rate-limits#header-format-rate-limit-header-examples).

    A server's error over a new forum post is raised at once: the library would ask again by itself, and it takes no
    nonce, so there might be two.
    """
    trace = aiohttp.TraceConfig()

    # The library may wait for a route between our turn and its request, so only this tells when it leaves.
    async def left(_: aiohttp.ClientSession, __: SimpleNamespace, ___: aiohttp.TraceRequestHeadersSentParams) -> None:
        TURN.get().left()

    async def ended(_: aiohttp.ClientSession, __: SimpleNamespace, end: aiohttp.TraceRequestEndParams) -> None:
        TURN.get().answered()
        TURN.set(_NONE)
        if end.response.status == TOO_MANY:
            _keep_pause(pacer, end)
        elif end.response.status in INVALID:
            pacer.refused()
        elif end.response.status in ASKED_AGAIN and NEW_FORUM_POST.search(end.url.path):
            end.response.close()
            raise aiohttp.ServerDisconnectedError(f"HTTP {end.response.status}")

    trace.on_request_headers_sent.append(left)
    trace.on_request_end.append(ended)
    return trace


def _keep_pause(pacer: Pacer, end: aiohttp.TraceRequestEndParams) -> None:
    pause, headers = pause_of(end.response), end.response.headers
    # What is refused without a proxy's mark is the whole address, and then the library raises by itself.
    if "Via" not in headers:
        pacer.pause(pause)
    elif headers.get("X-RateLimit-Scope") == "global":
        pacer.pause(pause)
        end.response.close()
        raise AccountPaused(pause.total_seconds())
    else:
        messages = MESSAGES.search(end.url.path)
        pacer.pause(pause, scope=headers.get("X-RateLimit-Bucket", "route") if messages is None else messages[1])
