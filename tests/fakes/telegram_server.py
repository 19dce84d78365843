"""A Bot API server on loopback: real HTTP, long polling, uploads, chats with state, and Telegram's own refusals.

It refuses what Telegram refuses (unknown fields, broken markup, limits), so that a green test means something.
Tests make people act with `say`, `tap`, `vote` and the like, and look at `messages`, `calls` and `answers`.
"""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import BodyPartReader, web

from tests.fakes.resets import reset
from tests.fakes.telegram_chats import TelegramChats
from tests.fakes.telegram_limits import TelegramLimits
from tests.fakes.telegram_markup import Refused
from tests.fakes.telegram_methods import BY_NAME, METHODS
from tests.fakes.telegram_world import (
    BOT,
    TOKEN,
    Error,
    Json,
    Page,
)

# As in `process_get_updates_query`, `do_get_updates`, `abort_long_poll` and `fail_query_conflict` of the official
# server:
# https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp
LONGEST_POLL = 50
SOON = 3.0
_WEBHOOK_ACTIVE = "webhook is active; use deleteWebhook to delete the webhook first"
_OTHER = "other getUpdates request; make sure that only one bot instance is running"

AFTERWARDS = frozenset({"half", "start", "done, cut", "done, reset", "done, silence"})
"""The faults that come when all was done as it was asked; of the answer "half" begins with the length of all of it."""
SILENCE = 1_000_000.0
SPOILT = web.RequestKey("spoilt", str)


class _Instead(Exception):
    """Somebody in between answers instead."""

    def __init__(self, page: Page) -> None:
        super().__init__(page.body)
        self.page = page


class TelegramServer(TelegramChats):
    """The server; start it with `running`."""

    def __init__(self, *, version: float = 10.3) -> None:
        super().__init__(version=version)
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.webhook = ""
        self.secret = ""
        self.undelivered = (0, "")
        self.faults: dict[str, list[Error | Page | str]] = defaultdict(list)
        self.odd: dict[str, list[Any]] = defaultdict(list)
        self.delay = 0.0
        self.held: dict[str, asyncio.Event] = {}
        self.limits: TelegramLimits | None = TelegramLimits()
        self.url = ""
        self.token = TOKEN
        self.conflicts = 0
        self._polls = 0
        self._asked_for, self._asked_at = -1, 0.0
        self._next_conflict = 0.0
        self._runner: web.AppRunner | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator["TelegramServer"]:
        """Listen on a free port of the loopback address."""
        app = web.Application(client_max_size=50_000_000)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._runner = runner
        try:
            yield self
        finally:
            await runner.cleanup()

    async def stop(self) -> None:
        """Go away, in the middle of everything."""
        assert self._runner is not None
        await self._runner.cleanup()

    # HTTP

    async def _serve(self, request: web.Request) -> web.Response:
        method = BY_NAME.get(request.match_info["method"].lower(), "")
        parameters = await self._read(request)
        self.calls.append((method or request.match_info["method"], parameters))
        try:
            result = await self._call(request, method, parameters)
        except _Instead as instead:
            answer = self._show(request, instead.page)
        except (Error, Refused) as error:
            code, words = (error.code, error.description) if isinstance(error, Error) else (400, str(error))
            body: Json = {"ok": False, "error_code": code, "description": words}
            if isinstance(error, Error) and error.parameters:
                body["parameters"] = error.parameters
            answer = web.json_response(body, status=code)
        else:
            answer = web.json_response({"ok": True, "result": result})
            if SPOILT in request:
                answer = await self._spoil(request, answer, request[SPOILT])
        async with self._changed:
            self._changed.notify_all()
        return answer

    async def _spoil(self, request: web.Request, answer: web.Response, fault: str) -> web.Response:
        """It was done, but nothing comes of the answer, or only its beginning."""
        assert request.transport is not None
        if fault == "done, cut":
            request.transport.close()
        elif fault == "done, reset":
            _reset(request)
        elif fault == "done, silence":
            await asyncio.sleep(SILENCE)
        else:
            assert isinstance(answer.body, bytes)
            beginning = Page(answer.body[:20].decode())
            return self._show(request, beginning, length=1000 if fault == "half" else None)
        return answer

    def _show(self, request: web.Request, page: Page, *, length: int | None = None) -> web.Response:
        """Write these bytes and end the connection: without a length nobody sees from that whether they are all."""
        assert request.transport is not None
        announced = "" if length is None else f"Content-Length: {length}\r\n"
        head = f"HTTP/1.1 {page.status} Shown\r\nContent-Type: text/html\r\n{announced}Connection: close\r\n\r\n"
        request.transport.write(head.encode() + page.body.encode())
        request.transport.close()
        return web.Response()

    async def _read(self, request: web.Request) -> Json:
        values: Json = dict(request.query)
        if request.content_type == "multipart/form-data":
            async for part in await request.multipart():
                assert isinstance(part, BodyPartReader)
                assert part.name is not None
                values[part.name] = bytes(await part.read()) if part.filename else await part.text()
        elif request.content_type == "application/json":
            values |= await request.json()
        elif request.can_read_body:
            values |= dict(await request.post())
        return {key: _parsed(key, value) for key, value in values.items()}

    async def _call(self, request: web.Request, method: str, given: Json) -> Any:
        if request.match_info["token"] != self.token:
            raise Error(401, "Unauthorized")
        await self._fault(request, method)
        known = METHODS.get(method)
        if known is None or known.since > self.version:
            raise Error(404, "Not Found: method not found")
        # An older server does not see what is newer than itself.
        given = {key: value for key, value in given.items() if known.newer.get(key, 0) <= self.version}
        files = {str(v)[9:] for k, v in given.items() if str(v).startswith("attach://")}
        files |= set(re.findall(r"attach://(\w+)", json.dumps(given.get("media", ""), default=str)))
        if strange := set(given) - known.takes - files:
            raise Error(400, f"Bad Request: unknown parameters {sorted(strange)}")
        if missing := known.needs - set(given):
            raise Error(400, f"Bad Request: parameters {sorted(missing)} are required")
        if self.odd[method]:
            return self.odd[method].pop(0)
        if self.limits is not None:
            self.limits.check(method, given, self.now())
        handler = getattr(self, f"_do_{method}", None) or self._do_nothing
        if method != "getUpdates" and self.delay:
            await asyncio.sleep(self.delay)
        return await handler(given)

    async def _fault(self, request: web.Request, method: str) -> None:
        if method in self.held:
            await self.held[method].wait()
        fault = self.faults[method].pop(0) if self.faults[method] else ""
        if isinstance(fault, Error):
            raise fault
        if isinstance(fault, Page):
            raise _Instead(fault)
        if fault in AFTERWARDS:
            request[SPOILT] = fault
        if not fault or fault in AFTERWARDS:
            return
        assert request.transport is not None
        if fault == "cut":
            request.transport.close()
        elif fault == "reset":
            _reset(request)
        else:
            assert fault == "silence"
            await asyncio.sleep(SILENCE)
        raise Error(500, "Internal Server Error: nobody hears this")

    async def _do_nothing(self, given: Json) -> Any:
        del given
        return True

    # Updates

    async def _do_getMe(self, given: Json) -> Json:  # noqa: N802  # named like the method
        del given
        return {
            **BOT,
            "id": self.bot_id,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": True,
        }

    async def _do_getUpdates(self, given: Json) -> list[Json]:  # noqa: N802
        if self.webhook:
            raise await self._conflict(f"can't use getUpdates method while {_WEBHOOK_ACTIVE}")
        self.allowed = set(given.get("allowed_updates") or ())
        offset, seconds = int(given.get("offset", 0)), min(int(given.get("timeout", 0)), LONGEST_POLL)
        if offset == self._asked_for and self.now() < self._asked_at + SOON:
            # Who asks the same again so soon is made to wait.
            seconds = max(seconds, int(SOON))
        self._asked_for, self._asked_at = offset, self.now()
        self.updates = [update for update in self.updates if update["update_id"] >= offset]
        # Only who has to wait ends another's wait.
        if seconds and not self.updates:
            await self._poll(seconds)
        return self.updates[: int(given.get("limit", 100))]

    async def _poll(self, seconds: int) -> None:
        """Wait for updates, unless another comes to do the same."""
        self._polls += 1
        mine = self._polls
        try:
            async with asyncio.timeout(seconds), self._changed:
                self._changed.notify_all()
                await self._changed.wait_for(lambda: bool(self.updates) or self._polls != mine)
        except TimeoutError:
            return
        if self._polls != mine:
            raise await self._conflict("terminated by " + ("setWebhook request" if self.webhook else _OTHER))

    async def _conflict(self, words: str) -> Error:
        """What to answer, at most one such answer in some seconds."""
        if self.now() < self._next_conflict:
            await asyncio.sleep(SOON)
        else:
            self._next_conflict = self.now() + SOON
        self.conflicts += 1
        return Error(409, f"Conflict: {words}")

    async def _do_setWebhook(self, given: Json) -> bool:  # noqa: N802
        if not given["url"].startswith("https://"):
            raise Error(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook, self.secret = given["url"], given.get("secret_token", "")
        self._polls += 1
        async with self._changed:
            self._changed.notify_all()
        self.allowed = set(given.get("allowed_updates") or ())
        return True

    async def _do_getWebhookInfo(self, given: Json) -> Json:  # noqa: N802
        del given
        at, words = self.undelivered
        failed = {"last_error_date": at, "last_error_message": words} if at else {}
        known = {"url": self.webhook, "has_custom_certificate": False, "pending_update_count": len(self.updates)}
        return {**known, **failed}

    async def _do_deleteWebhook(self, given: Json) -> bool:  # noqa: N802
        assert not given.get("drop_pending_updates")
        self.webhook = ""
        return True

    async def _do_setMyCommands(self, given: Json) -> bool:  # noqa: N802
        for command in given["commands"]:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]) or not 1 <= len(command["description"]) <= 256:
                raise Error(400, "Bad Request: BOT_COMMAND_INVALID")
        self.commands[given["scope"]["type"], given.get("language_code", "")] = given["commands"]
        return True


def _reset(request: web.Request) -> None:
    assert request.transport is not None
    reset(request.transport)
    request.transport.abort()


def _parsed(key: str, value: Any) -> Any:
    """A parameter as JSON where it is JSON; texts stay as they are."""
    if not isinstance(value, str) or key in {"text", "question", "explanation", "callback_query_id", "url"}:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
