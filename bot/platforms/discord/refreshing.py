"""Bringing the counts on public messages up to date, gently: the first change soon, the next ones together."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from bot.core.errors import MessengerError
from bot.core.model import ChatRef, MessageId
from bot.core.replies import Reply

_log: Final = structlog.stdlib.get_logger(__name__)

LAST: Final = -1
"""The last page of a reply, which has its buttons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a public message stands: in a channel or thread, which belongs to a chat.

    `page` is which of its reply's messages it is, counted from 0, or LAST; with None it has to be the only one.
    """

    chat: ChatRef
    channel: int
    message: MessageId
    page: int | None = None


Edit = Callable[[Spot, Reply], Awaitable[None]]


class Refresher:
    """Edits each message at most once every `pause` seconds, always to its latest state."""

    def __init__(self, edit: Edit, *, pause: float) -> None:
        self._edit: Final = edit
        self._pause: Final = pause
        self._wanted: Final[dict[Spot, Reply]] = {}
        self._tasks: Final[dict[Spot, asyncio.Task[None]]] = {}

    def refresh(self, spot: Spot, reply: Reply) -> None:
        """Make a message read like this soon; a later wish replaces one that still waits."""
        self._wanted[spot] = reply
        if spot not in self._tasks:
            self._tasks[spot] = asyncio.create_task(self._keep_fresh(spot))

    async def _keep_fresh(self, spot: Spot) -> None:
        try:
            while (reply := self._wanted.pop(spot, None)) is not None:
                await self._edit(spot, reply)
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
