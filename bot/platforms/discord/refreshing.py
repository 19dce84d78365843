"""Bringing the counts on public messages up to date, gently: the first change soon, the next ones together."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from bot.core.errors import MessengerError
from bot.core.model import MessageId
from bot.core.replies import Reply

_log: Final = structlog.stdlib.get_logger(__name__)

Edit = Callable[[int, MessageId, Reply], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Spot:
    channel: int
    message: MessageId


class Refresher:
    """Edits each message at most once every `pause` seconds, always to its latest state."""

    def __init__(self, edit: Edit, *, pause: float) -> None:
        self._edit: Final = edit
        self._pause: Final = pause
        self._wanted: Final[dict[_Spot, Reply]] = {}
        self._tasks: Final[dict[_Spot, asyncio.Task[None]]] = {}

    def refresh(self, channel: int, message: MessageId, reply: Reply) -> None:
        """Make a message read like this soon; a later wish replaces one that still waits."""
        spot = _Spot(channel, message)
        self._wanted[spot] = reply
        if spot not in self._tasks:
            self._tasks[spot] = asyncio.create_task(self._keep_fresh(spot))

    async def _keep_fresh(self, spot: _Spot) -> None:
        try:
            while (reply := self._wanted.pop(spot, None)) is not None:
                await self._edit(spot.channel, spot.message, reply)
                await asyncio.sleep(self._pause)
        except MessengerError as error:
            _log.info("counts not refreshed", channel=spot.channel, message=spot.message, why=str(error))
        finally:
            del self._tasks[spot]

    async def close(self) -> None:
        """Give up what waits."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
