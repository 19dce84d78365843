"""A strict Discord on loopback: REST with rate limits, interactions and their webhooks, and a gateway.

It refuses what Discord would refuse (`discord_rules`), keeps what stands there (`discord_world`), and lets people
act (`discord_people`). Tests wait with `until`, never by the clock.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Self

from aiohttp import web

from tests.fakes.discord_forms import answer
from tests.fakes.discord_gateway import Gateway
from tests.fakes.discord_interactions import Interactions
from tests.fakes.discord_rest import Rest
from tests.fakes.discord_rules import Json, Refused
from tests.fakes.discord_world import World
from tests.fakes.resets import reset

__all__ = ["API", "TOKEN", "FakeDiscord", "Fault", "answer"]

TOKEN: Final = "MTQwMDAwMDAwMDAwMDAwMDAw.GabcDE.fake-token-of-nobody-at-all-000000"
API: Final = "/api/v10"


@dataclass(slots=True, kw_only=True)
class Fault:
    """Trouble for the next requests that match: an answer, silence, or a cut connection."""

    method: str
    path: str
    times: int
    refusal: Refused | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: Json = field(default_factory=dict)
    hang: bool = False
    after_acting: bool = False
    reset: bool = False


class FakeDiscord:
    """The server. Use as an async context manager; `url` is what the bot is pointed at."""

    def __init__(self, *, token: str = TOKEN) -> None:
        self.world: Final = World()
        self.gateway: Final = Gateway(token)
        self.gateway.user = self.world.bot
        self.gateway.application_id = self.world.id()
        self.gateway.changed = self._changed  # type: ignore[method-assign]  # the server is what waits
        self.gateway.guilds = self._guilds  # type: ignore[method-assign]  # the world is what knows
        self.rest: Final = Rest(self.world, self.gateway)
        self.interactions: Final = Interactions(self.world)
        self.commands: Final = self.rest.commands
        self.exchanges: Final = self.interactions.exchanges
        self.requests: Final[list[tuple[str, str, int]]] = []
        self.url = ""
        self._faults: Final[list[Fault]] = []
        self._waiters: Final[set[asyncio.Event]] = set()
        self._hanging: Final = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._middleware], client_max_size=30 * 1024 * 1024)
        app.add_routes([web.get("/gateway", self.gateway.connect)])
        app.add_routes([*self.rest.routes(API), *self.interactions.routes(API)])
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"
        self.gateway.url = f"ws://127.0.0.1:{port}/gateway"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._hanging.set()
        await self._runner.cleanup()

    # Waiting

    def _changed(self) -> None:
        for waiter in self._waiters:
            waiter.set()

    async def until(self, holds: Callable[[], object], *, within: float = 30.0) -> None:
        """Wait until a condition over the server's state holds; a TimeoutError says that it never did."""
        waiter = asyncio.Event()
        self._waiters.add(waiter)
        try:
            async with asyncio.timeout(within):
                while not holds():
                    waiter.clear()
                    await waiter.wait()
        finally:
            self._waiters.discard(waiter)

    def _guilds(self) -> list[Json]:
        return [self.world.guild_event(guild) for guild in self.world.guilds.values()]

    # Trouble

    def fail(
        self,
        method: str,
        path: str,
        status: int,
        code: int = 0,
        *,
        times: int = 1,
        after_acting: bool = False,
        **body: object,
    ) -> None:
        """Answer the next matching requests with an error, before or after doing what they ask.

        `path` is a regular expression.
        """
        headers = {}
        if status == 429 and not body.pop("banned", False):
            scope = "global" if body.get("global") else "user"
            headers = {"Via": "1.1 google", "Retry-After": str(body["retry_after"]), "X-RateLimit-Scope": scope}
        refusal = Refused(status, code, f"fault {status}/{code}")
        fault = Fault(method=method, path=path, times=times, refusal=refusal, headers=headers, body=dict(body))
        fault.after_acting = after_acting
        self._faults.append(fault)

    def hang(self, method: str, path: str, *, times: int = 1) -> None:
        """Never answer the next matching requests."""
        self._faults.append(Fault(method=method, path=path, times=times, hang=True))

    def cut(self, method: str, path: str, *, after_acting: bool, times: int = 1, reset: bool = False) -> None:
        """Cut the connection of the next matching requests, or reset it, before or after doing what they ask."""
        self._faults.append(Fault(method=method, path=path, times=times, after_acting=after_acting, reset=reset))

    def mend(self) -> None:
        """All trouble is over."""
        self._faults.clear()

    def _fault(self, request: web.Request) -> Fault | None:
        for fault in self._faults:
            if fault.times and fault.method == request.method and re.search(fault.path, request.path):
                fault.times -= 1
                return fault
        return None

    # The frame around every request

    @web.middleware
    async def _middleware(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.path == "/gateway":
            return await handler(request)
        try:
            response = await self._answered(request, handler)
        except Refused as refusal:
            response = answer(refusal.body(), status=refusal.status)
        except web.HTTPNotFound:
            response = answer({"code": 0, "message": "404: Not Found"}, status=404)
        self.requests.append((request.method, request.path, response.status))
        self._changed()
        return response

    async def _answered(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        by_token = request.path.startswith((f"{API}/interactions", f"{API}/webhooks"))
        if not by_token and request.headers.get("Authorization") != f"Bot {self.gateway.token}":
            raise Refused(401, 0, "401: Unauthorized")
        fault = self._fault(request)
        if fault is not None:
            return await self._troubled(fault, request, handler)
        return self.rest.limited(request) or await handler(request)

    async def _troubled(
        self, fault: Fault, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if fault.hang:
            await self._hanging.wait()
        if fault.after_acting:
            await handler(request)
        if fault.refusal is not None:
            body = {**fault.refusal.body(), **fault.body}
            return answer(body, status=fault.refusal.status, headers=fault.headers)
        if request.transport is not None:
            if fault.reset:
                reset(request.transport)
            request.transport.abort()
        return web.Response(status=500)
