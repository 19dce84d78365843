"""How requests travel: the SDK's request port over aiohttp, each message waiting for its turn first.

The SDK's own transport slows down with many requests in flight; this one keeps a plain pool of connections and
knows whether a request had left when something failed, which decides whether it may be repeated.
"""

import asyncio
import json
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import timedelta
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any, Final

import aiohttp
import orjson
from telegram._utils.defaultvalue import DEFAULT_NONE
from telegram._utils.types import ODVInput
from telegram.request import BaseRequest, RequestData
from typing_extensions import override

from bot.core.errors import RateLimited
from bot.core.ports import Lane, Pacer, Turn
from bot.platforms.telegram.faults import NeverLeft, NoAnswer, ServerFault, TooFast
from bot.platforms.telegram.pauses import PATIENCE, Floods, MethodPauses
from bot.platforms.telegram.turns import Turns, turns_of

LANE: Final[ContextVar[Lane]] = ContextVar("LANE", default=Lane.TAP)
"""Who goes first; set around what is sent by our own initiative."""

CONNECTIONS: Final = 256
_CONNECT_SECONDS: Final = 10.0
_ANSWER_SECONDS: Final = 20.0
_UPLOAD_SECONDS: Final = 60.0
_TRIES: Final = 3
_JSON: Final = {"Content-Type": "application/json"}
# How good answers begin, here and there: nearly all of them, and those are read by the SDK alone.
_GOOD: Final = (b'{"ok":true', b'{"ok": true')
# Where somebody in between refuses without saying for how long.
_UNSAID: Final = timedelta(seconds=10)


class PacedRequest(BaseRequest):
    """Requests over one aiohttp session.

    Args:
        pacer: Where writing requests wait for their turn; a chat's turns and pauses are its own.
        unpaid: Where those wait besides that are not paid for, if the account pays for others.
        connections: How many may be open at once.
        pauses: What Telegram asked of the methods that take no turn.
    """

    def __init__(
        self,
        *,
        pacer: Pacer,
        unpaid: Pacer | None = None,
        connections: int = CONNECTIONS,
        pauses: MethodPauses | None = None,
    ) -> None:
        self._pacer: Final = pacer
        self._unpaid: Final = unpaid
        self._connections: Final = connections
        self._pauses: Final = pauses or MethodPauses()
        self._floods: Final = Floods()
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
        turns = turns_of(name, request_data)
        tries = 0
        while True:
            passed = await self._wait(name, turns)
            status, body = await self._exchange(url, name, request_data, seconds, passed)
            if body.startswith(_GOOD):
                return status, body
            answer = _parsed(body)
            status = _refusal(name, status, answer)
            if status != HTTPStatus.TOO_MANY_REQUESTS:
                return status, body
            tries += 1
            pause = _retry_after(answer)
            everywhere = self._hold_back(name, turns, pause)
            # Who tapped waits out a short pause; the broadcast has its own memory of pauses.
            if LANE.get() is not Lane.TAP or tries == _TRIES or pause > PATIENCE:
                raise TooFast(pause, everywhere=everywhere)

    @staticmethod
    @override
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """What the SDK reads: of an answer that broke off nobody knows whether it was to be a good one."""
        answer = _parsed(payload)
        if "ok" not in answer or (answer["ok"] and "result" not in answer):
            raise NoAnswer("an answer that cannot be read")
        return answer

    async def _wait(self, name: str, turns: Turns | None) -> list[Turn]:
        """Until the request may leave; the turns it takes. Raises TooFast if that would take too long."""
        passed: list[Turn] = []
        if turns is None:
            await self._pauses.wait_out(name)
            return passed
        try:
            for _ in range(turns.count):
                if self._unpaid is not None and not turns.paid:
                    passed.append(await self._unpaid.turn(LANE.get()))
                passed.append(await self._pacer.turn(LANE.get(), scope=turns.scope, group=turns.group))
        except RateLimited as error:
            raise TooFast(error.retry_after, everywhere=error.everywhere) from None
        return passed

    def _hold_back(self, name: str, turns: Turns | None, pause: timedelta) -> bool:
        """Keep a pause for what it is about: the method, the chat, or the account if several chats were refused.

        Whether it is about the account.
        """
        if turns is None:
            # No chat has such a name; the pacer only counts it.
            self._pacer.pause(pause, scope=name)
            self._pauses.keep(name, pause)
            return False
        now = asyncio.get_running_loop().time()
        is_account = turns.scope is None or self._floods.is_account(turns.scope, now)
        self._pacer.pause(pause, scope=None if is_account else turns.scope)
        return is_account

    async def _exchange(
        self, url: str, name: str, data: RequestData | None, seconds: float, turns: Sequence[Turn]
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise NeverLeft(f"{name}: the connection is closed")
        body, uploading = _body(data)
        headers = _JSON if isinstance(body, bytes) else None
        seen = SimpleNamespace(left=False, turns=turns)
        timeout = aiohttp.ClientTimeout(
            total=(_UPLOAD_SECONDS if uploading else 0) + seconds + _CONNECT_SECONDS, sock_connect=_CONNECT_SECONDS
        )
        try:
            async with self._session.post(
                url, data=body, headers=headers, timeout=timeout, trace_request_ctx=seen
            ) as answer:
                for turn in turns:
                    turn.answered()
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
    for turn in context.trace_request_ctx.turns:
        turn.left()


def _body(data: RequestData | None) -> tuple[Any, bool]:
    """The request's body, and whether files go along."""
    if data is None:
        return None, False
    if not data.contains_files:
        # Far quicker to write, and shorter, than a form: https://core.telegram.org/bots/api#making-requests
        return orjson.dumps(data.parameters), False
    form = aiohttp.FormData()
    for key, value in data.json_parameters.items():
        form.add_field(key, value)
    for key, (filename, content, kind) in (data.multipart_data or {}).items():
        form.add_field(key, content, filename=filename, content_type=kind)
    return form, True


def _refusal(name: str, status: int, answer: dict[str, Any]) -> int:
    """The status of an answer that does not begin like a good one; raises ServerFault or NoAnswer.

    Who stands between Telegram and us answers in words of their own. Behind a bad status nothing was done; behind a
    good one, and where somebody grew tired of waiting, everything may have been.
    """
    if answer.get("ok") is False:
        code = answer.get("error_code")
        status = code if isinstance(code, int) else status
    words = str(answer.get("description", ""))[:200] if answer else "with what Telegram does not say"
    said = f"{name}: answered {status} {words}".rstrip()
    if status == HTTPStatus.GATEWAY_TIMEOUT:
        raise NoAnswer(said)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ServerFault(said)
    if status == HTTPStatus.TOO_MANY_REQUESTS or answer.get("ok") is (status < HTTPStatus.MULTIPLE_CHOICES):
        return status
    raise NoAnswer(said) if status < HTTPStatus.MULTIPLE_CHOICES else ServerFault(said)


def _retry_after(answer: dict[str, Any]) -> timedelta:
    parameters = answer.get("parameters")
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return timedelta(seconds=max(seconds, 1)) if isinstance(seconds, int) else _UNSAID


def _parsed(body: bytes) -> dict[str, Any]:
    """The object it holds; empty if it holds none."""
    try:
        answer = json.loads(body.decode(errors="replace"))
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
