"""What becomes of each request, told to the pacer: when it left, when it was answered, whether it was refused."""

import re
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Final

import aiohttp

from bot.core.ports import Pacer, Turn
from bot.platforms.discord.faults import FORBIDDEN, TOO_MANY, UNAUTHORIZED, pause_of

INVALID: Final = frozenset({UNAUTHORIZED, FORBIDDEN, TOO_MANY})
"""The answers that Discord counts against us."""
ASKED_AGAIN: Final = frozenset({500, 502, 504, 524})
"""The errors after which the library makes a request again."""
NEW_FORUM_POST: Final = re.compile(r"/channels/\d+/threads$")

_NONE: Final = Turn()
TURN: Final[ContextVar[Turn]] = ContextVar("TURN", default=_NONE)
"""The turn that the next request takes."""


def traced(pacer: Pacer) -> aiohttp.TraceConfig:
    """How the library's requests are followed.

    A pause for the whole account is kept by everything
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
        if end.response.status == TOO_MANY and end.response.headers.get("X-RateLimit-Scope") == "global":
            pacer.pause(pause_of(end.response))
        elif end.response.status in INVALID:
            pacer.refused()
        elif end.response.status in ASKED_AGAIN and NEW_FORUM_POST.search(end.url.path):
            end.response.close()
            raise aiohttp.ServerDisconnectedError(f"HTTP {end.response.status}")

    trace.on_request_headers_sent.append(left)
    trace.on_request_end.append(ended)
    return trace
