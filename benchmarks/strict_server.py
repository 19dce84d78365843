"""The platforms' servers on loopback, in a process of their own: answer after a while, and keep strict limits.

Under `/{profile}/{run}` lies a Bot API (`/bot...`) and a Discord (`/api/v10/...`) of its own, for one program. What
writes into a chat counts; a window slides, and a request that would be one too many within any window is refused.
`GET /{profile}/{run}?until=N` tells what came of a run, once N chats have got something.
"""

import asyncio
import gc
import multiprocessing
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any, Final

import aiohttp
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
    """One run's windows, and what came of it; times are those of the machine's monotonic clock."""

    profile: str
    overall: Window = field(init=False)
    places: dict[str, tuple[Window, Window]] = field(init=False)
    first: float = 0
    last: float = 0
    taken: int = 0
    refused: int = 0
    chats: set[str] = field(default_factory=set)
    tapped: dict[str, float] = field(default_factory=dict)
    taps: list[float] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        overall, chat, group = PROFILES[self.profile]
        self.overall = Window(overall, 1)
        self.places = defaultdict(lambda: (Window(chat, 1), Window(group, 60)))

    def ask(self, chat: str, *, group: bool = False, thread: str = "") -> float:
        """Take a message, or say for how many seconds it is refused."""
        now = perf_counter()
        here, in_group = self.places[chat]
        windows = [self.overall, here, *([in_group] if group else [])]
        if wait := max(window.full_for(now) for window in windows):
            self.refused += 1
            return wait
        for window in windows:
            window.add(now)
        self.taken += 1
        if (asked := self.tapped.pop(chat, None)) is not None:
            self.taps.append(now - asked)
        else:
            self.first, self.last = self.first or now, now
            self.chats.add(chat + thread)
        self.changed.set()
        return 0

    async def until(self, chats: int) -> None:
        """Wait until so many chats have got something."""
        while len(self.chats) < chats:
            self.changed.clear()
            await self.changed.wait()


Runs = dict[tuple[str, str], Run]


def run_of(request: web.Request, runs: Runs) -> Run:
    """The run that a request belongs to."""
    key = (request.match_info["profile"], request.match_info["run"])
    if key not in runs:
        runs[key] = Run(profile=key[0])
    return runs[key]


def _serve(pipe: Connection) -> None:
    # Imported by the server alone: the programs that are measured do without.
    from benchmarks.strict_discord import DiscordServer  # noqa: PLC0415
    from benchmarks.strict_telegram import TelegramServer  # noqa: PLC0415

    runs: Runs = {}

    async def tell(request: web.Request) -> web.Response:
        run = run_of(request, runs)
        await run.until(int(request.query.get("until", 0)))
        return web.json_response(
            {
                "taken": run.taken,
                "refused": run.refused,
                "seconds": run.last - run.first,
                "different": len(run.chats),
                "first": run.first,
                "taps": run.taps,
            }
        )

    async def main() -> None:
        app = web.Application()
        for server in (TelegramServer(runs), DiscordServer(runs)):
            app.add_routes(server.routes())
        app.router.add_get("/{profile}/{run}", tell)
        runner = web.AppRunner(app, access_log=None, keepalive_timeout=600)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=4096).start()
        gc.collect()
        gc.freeze()
        pipe.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(main())


async def told(run_url: str, *, until: int = 0, within: float = 600) -> dict[str, Any]:
    """What the server tells of a run, once so many chats have got something or the time is over."""
    timeout = aiohttp.ClientTimeout(total=within)
    async with aiohttp.ClientSession() as session:
        try:
            async with session.get(run_url, params={"until": str(until)}, timeout=timeout) as response:
                found: dict[str, Any] = await response.json()
        except TimeoutError:
            async with session.get(run_url) as response:
                found = await response.json()
        return found


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
