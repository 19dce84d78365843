"""What becomes of each request, told to the pacer: when it left, when it was answered, whether it was refused."""

from contextvars import ContextVar
from types import SimpleNamespace
from typing import Final

import aiohttp

from bot.core.ports import Pacer, Turn
from bot.platforms.discord.faults import FORBIDDEN, TOO_MANY, UNAUTHORIZED

INVALID: Final = frozenset({UNAUTHORIZED, FORBIDDEN, TOO_MANY})
"""The answers that Discord counts against us."""

_NONE: Final = Turn()
TURN: Final[ContextVar[Turn]] = ContextVar("TURN", default=_NONE)
"""The turn that the next request takes."""


def traced(pacer: Pacer) -> aiohttp.TraceConfig:
    """How the library's requests are followed."""
    trace = aiohttp.TraceConfig()

    # The library may wait for a route between our turn and its request, so only this tells when it leaves.
    async def left(_: aiohttp.ClientSession, __: SimpleNamespace, ___: aiohttp.TraceRequestHeadersSentParams) -> None:
        TURN.get().left()

    async def ended(_: aiohttp.ClientSession, __: SimpleNamespace, end: aiohttp.TraceRequestEndParams) -> None:
        TURN.get().answered()
        TURN.set(_NONE)
        if end.response.status in INVALID:
            pacer.refused()

    trace.on_request_headers_sent.append(left)
    trace.on_request_end.append(ended)
    return trace
