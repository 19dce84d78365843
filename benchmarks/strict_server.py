"""A platform's server on loopback, in a process of its own: answers after a while, and keeps strict limits.

`POST /{profile}/{run}` with a chat and whether it is a group is a message; `GET` there tells what came of the run.
Profiles differ in their limits. A window slides: a request that would be one too many within any window is refused.
"""

import asyncio
import multiprocessing
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Final

from aiohttp import web

ANSWER_AFTER: Final = 0.06


class Window:
    """At most `count` requests in any `per` seconds; None for no limit."""

    def __init__(self, count: int | None, per: float) -> None:
        self._count = count
        self._per = per
        self._times: deque[float] = deque()

    def full_for(self, now: float) -> float:
        """For how many seconds one more is too many; 0 when there is room."""
        while self._times and self._times[0] <= now - self._per:
            self._times.popleft()
        if self._count is None or len(self._times) < self._count:
            return 0
        return self._times[0] + self._per - now

    def add(self, now: float) -> None:
        """One more."""
        if self._count is not None:
            self._times.append(now)


# Overall a second, in a chat a second, in a group a minute.
PROFILES: Final[dict[str, tuple[int | None, int | None, int | None]]] = {
    "telegram": (30, 1, 20),
    "discord": (50, None, None),
    "unlimited": (None, None, None),
}


@dataclass
class Run:
    """One run's windows, and what came of it."""

    profile: str
    overall: Window = field(init=False)
    chats: dict[str, tuple[Window, Window]] = field(init=False)
    first: float = 0
    last: float = 0
    taken: int = 0
    refused: int = 0
    messages: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        overall, chat, group = PROFILES[self.profile]
        self.overall = Window(overall, 1)
        self.chats = defaultdict(lambda: (Window(chat, 1), Window(group, 60)))

    def ask(self, chat: str, key: str, *, group: bool) -> float:
        """Take a message, or say for how many seconds it is refused."""
        now = perf_counter()
        here, in_group = self.chats[chat]
        windows = [self.overall, here, *([in_group] if group else [])]
        if wait := max(window.full_for(now) for window in windows):
            self.refused += 1
            return wait
        for window in windows:
            window.add(now)
        self.first, self.last = self.first or now, now
        self.taken += 1
        self.messages.add(key)
        return 0


class StrictServer:
    """All runs."""

    def __init__(self) -> None:
        self._runs: dict[tuple[str, str], Run] = {}

    def _run(self, request: web.Request) -> Run:
        key = (request.match_info["profile"], request.match_info["run"])
        return self._runs.setdefault(key, Run(profile=key[0]))

    async def post(self, request: web.Request) -> web.Response:
        """A message."""
        wanted = await request.json()
        wait = self._run(request).ask(wanted["chat"], wanted["key"], group=wanted["group"])
        await asyncio.sleep(ANSWER_AFTER)
        if wait:
            return web.json_response({"retry_after": wait}, status=429)
        return web.json_response({"message_id": 1})

    async def told(self, request: web.Request) -> web.Response:
        """What came of a run."""
        run = self._run(request)
        return web.json_response(
            {
                "taken": run.taken,
                "refused": run.refused,
                "seconds": run.last - run.first,
                "different": len(run.messages),
                "first": run.first,
            }
        )


def _serve(pipe: Connection) -> None:
    async def main() -> None:
        server = StrictServer()
        app = web.Application()
        app.router.add_post("/{profile}/{run}", server.post)
        app.router.add_get("/{profile}/{run}", server.told)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        pipe.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(main())


@contextmanager
def strict_server() -> Iterator[str]:
    """The address of a server that runs until the context ends."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}"
    finally:
        process.kill()
        process.join()
