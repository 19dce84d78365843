"""Bots that run as processes of their own."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import aiohttp

from bot.core.ports import Health, State
from tests.damage.disks import Disk
from tests.fakes.telegram_server import TelegramServer

ROOT: Final = Path(__file__).parents[2]
_PATIENCE: Final = 60.0
"""Seconds of a test that has failed; nothing is measured by it."""


class Bot:
    """A bot in a process of its own."""

    def __init__(self, child: asyncio.subprocess.Process, page: str) -> None:
        self._child: Final = child
        self._page: Final = page
        self.logged: Final[list[dict[str, Any]]] = []

    async def health(self) -> Health:
        """Of the delivery, as the page tells it."""
        async with aiohttp.ClientSession() as session, session.get(f"{self._page.rstrip('/')}/healthz") as answer:
            told = await answer.json()
        (part,) = [part for part in told["parts"] if part["part"] == "delivery"]
        return Health(part="delivery", state=State(part["state"]), why=part["why"], vital=part["vital"])

    async def until(self, true: Callable[[Health], object]) -> Health:
        """Ask again and again until it is so."""
        async with asyncio.timeout(_PATIENCE):
            while not true(health := await self.health()):  # noqa: ASYNC110  # another process is waited for
                await asyncio.sleep(0.02)
        return health

    async def read_log(self) -> None:
        """Keep what it says, until it ends."""
        assert self._child.stderr is not None
        async for line in self._child.stderr:
            with suppress(ValueError):
                self.logged.append(json.loads(line))

    def told(self, event: str) -> list[dict[str, Any]]:
        """The lines of its log about one event."""
        return [line for line in self.logged if line["event"] == event]


@asynccontextmanager
async def bot_on(disk: Disk, database: Path, telegram: TelegramServer, *, start: datetime) -> AsyncIterator[Bot]:
    """Run a bot whose clock begins at an instant, until it is asked to stop."""
    child = await asyncio.create_subprocess_exec(
        *disk.command(database.parent),
        *(sys.executable, "-m", "tests.damage.child", str(database), telegram.url, start.isoformat()),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    disk.pid = child.pid
    try:
        page = (await child.stdout.readline()).decode().strip()
        assert page, (await child.stderr.read()).decode() if child.stderr else ""
        bot = Bot(child, page)
        reading = asyncio.create_task(bot.read_log())
        yield bot
        child.send_signal(signal.SIGTERM)
        await reading
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
