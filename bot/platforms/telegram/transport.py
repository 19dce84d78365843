"""How requests travel: the SDK's request port over aiohttp, each message waiting for its turn first.

The SDK's own transport slows down with many requests in flight; this one keeps a plain pool of connections and
knows whether a request had left when something failed, which decides whether it may be repeated.
"""

import asyncio
import json
from contextvars import ContextVar
from datetime import timedelta
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any, Final

import aiohttp
from telegram._utils.defaultvalue import DEFAULT_NONE
from telegram._utils.types import ODVInput
from telegram.request import BaseRequest, RequestData
from typing_extensions import override

from bot.core.errors import RateLimited
from bot.core.ports import Lane, Pacer
from bot.platforms.telegram.faults import NeverLeft, NoAnswer, ServerFault, TooFast

LANE: Final[ContextVar[Lane]] = ContextVar("LANE", default=Lane.TAP)
"""Who goes first; set around what is sent by our own initiative."""

CONNECTIONS: Final = 256
_CONNECT_SECONDS: Final = 10.0
_ANSWER_SECONDS: Final = 20.0
_UPLOAD_SECONDS: Final = 60.0
# A tap waits out a short pause; the broadcast has its own memory of pauses.
_PATIENCE: Final = timedelta(seconds=30)
_TRIES: Final = 3
# Only what writes into a chat counts towards the limits of https://core.telegram.org/bots/faq#my-bot-is-hitting-limits
_WRITING: Final = ("send", "edit", "forward", "copy", "delete", "pin", "unpin", "stop")
_FREE: Final = frozenset({"sendChatAction"})


class PacedRequest(BaseRequest):
    """Requests over one aiohttp session.

    Args:
        pacer: Where writing requests wait for their turn; a chat's turns and pauses are its own.
        connections: How many may be open at once.
    """

    def __init__(self, *, pacer: Pacer | None, connections: int = CONNECTIONS) -> None:
        self._pacer: Final = pacer
        self._connections: Final = connections
        self._session: aiohttp.ClientSession | None = None

    @property
    @override
    def read_timeout(self) -> float:
        return _ANSWER_SECONDS

    @override
    async def initialize(self) -> None:
        if self._session is None:
            trace = aiohttp.TraceConfig()
            trace.on_request_headers_sent.append(_note_departure)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, ttl_dns_cache=300),
                trace_configs=[trace],
            )

    @override
    async def shutdown(self) -> None:
        if self._session is not None:
            # Forgotten only when it is closed, so that a cancelled closing can be made up for.
            await self._session.close()
            self._session = None

    @override
    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = DEFAULT_NONE,
        write_timeout: ODVInput[float] = DEFAULT_NONE,
        connect_timeout: ODVInput[float] = DEFAULT_NONE,
        pool_timeout: ODVInput[float] = DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One request, and for a tap again after a short pause that Telegram asked for.

        Raises NeverLeft, NoAnswer, ServerFault or TooFast; no error holds the address, since it holds the token.
        """
        del method, write_timeout, connect_timeout, pool_timeout
        name = url.rpartition("/")[2].partition("?")[0]
        seconds = read_timeout if isinstance(read_timeout, int | float) else _ANSWER_SECONDS
        scope = _scope(name, request_data)
        status, body = await self._exchange(url, name, request_data, seconds, scope)
        for _ in range(_TRIES - 1):
            if status != HTTPStatus.TOO_MANY_REQUESTS or not self._waits_out(body, scope):
                break
            status, body = await self._exchange(url, name, request_data, seconds, scope)
        if status == HTTPStatus.TOO_MANY_REQUESTS and (pause := _retry_after(body)) is not None:
            raise TooFast(pause)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ServerFault(f"{name}: Telegram answered {status} {_description(body)}".rstrip())
        return status, body

    def _waits_out(self, refusal: bytes, scope: str | None) -> bool:
        """Hold back the scope as Telegram asks; whether this very request waits and tries again."""
        pause = _retry_after(refusal)
        if self._pacer is None or pause is None:
            return False
        self._pacer.pause(pause, scope=scope)
        return LANE.get() is Lane.TAP and pause <= _PATIENCE

    async def _turn(self, name: str, scope: str | None) -> None:
        if self._pacer is None or not _is_writing(name):
            return
        try:
            await self._pacer.turn(LANE.get(), scope=scope, group=scope is not None and scope.startswith(("-", "@")))
        except RateLimited as error:
            raise TooFast(error.retry_after) from None

    async def _exchange(
        self, url: str, name: str, data: RequestData | None, seconds: float, scope: str | None
    ) -> tuple[int, bytes]:
        await self._turn(name, scope)
        if self._session is None:
            raise NeverLeft(f"{name}: the connection is closed")
        body, uploading = _body(data)
        seen = SimpleNamespace(left=False)
        timeout = aiohttp.ClientTimeout(
            total=(_UPLOAD_SECONDS if uploading else 0) + seconds + _CONNECT_SECONDS, sock_connect=_CONNECT_SECONDS
        )
        try:
            async with self._session.post(url, data=body, timeout=timeout, trace_request_ctx=seen) as answer:
                return answer.status, await answer.read()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            kind = NoAnswer if seen.left else NeverLeft
            what = "no answer in time" if isinstance(error, asyncio.TimeoutError) else type(error).__name__
            raise kind(f"{name}: {what}") from None


async def _note_departure(
    session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestHeadersSentParams
) -> None:
    del session, params
    context.trace_request_ctx.left = True


def _is_writing(name: str) -> bool:
    # Names of methods are case-insensitive.
    return name.lower().startswith(_WRITING) and name not in _FREE


def _scope(name: str, data: RequestData | None) -> str | None:
    if data is None or not _is_writing(name):
        return None
    parameters = data.parameters
    ephemeral = parameters.get("ephemeral_message_parameters") or parameters
    # What one person alone sees in a group is paced like a message to that person.
    receiver = ephemeral.get("receiver_user_id") if isinstance(ephemeral, dict) else None
    chat = receiver or parameters.get("chat_id")
    return None if chat is None else str(chat)


def _body(data: RequestData | None) -> tuple[Any, bool]:
    """The request's body, and whether files go along."""
    if data is None:
        return None, False
    if not data.contains_files:
        return data.json_parameters, False
    form = aiohttp.FormData()
    for key, value in data.json_parameters.items():
        form.add_field(key, value)
    for key, (filename, content, kind) in (data.multipart_data or {}).items():
        form.add_field(key, content, filename=filename, content_type=kind)
    return form, True


def _retry_after(body: bytes) -> timedelta | None:
    seconds = _parsed(body).get("parameters", {}).get("retry_after")
    return timedelta(seconds=seconds) if isinstance(seconds, int) else None


def _description(body: bytes) -> str:
    return str(_parsed(body).get("description", ""))[:200]


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
