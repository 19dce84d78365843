"""Bringing the counts on public messages up to date, gently: the first change soon, the next ones together."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from bot.core.errors import MessengerError, RateLimited, Unavailable
from bot.core.model import ChatRef, MessageId
from bot.core.replies import Reply

_log: Final = structlog.stdlib.get_logger(__name__)

TRIES: Final = 6
"""How often an edit is tried again that only has to wait; with the usual pause that is some minutes."""
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
    """Edits each message at most once every `pause` seconds, always to its latest state.

    Where Discord asks for a pause or cannot be reached, it is tried again; any other refusal is logged.
    """

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
        tries = 0
        try:
            while (reply := self._wanted.pop(spot, None)) is not None:
                failure = await self._tried(spot, reply)
                tries = 0 if failure is None else tries + 1
                if failure is not None and tries <= TRIES and isinstance(failure, RateLimited | Unavailable):
                    # What somebody wished for meanwhile is newer than what could not be shown.
                    self._wanted.setdefault(spot, reply)
                elif failure is not None:
                    tries = 0
                    _log.info("counts not refreshed", channel=spot.channel, message=spot.message, why=str(failure))
                await asyncio.sleep(self._rest(failure, tries))
        finally:
            self._wanted.pop(spot, None)
            del self._tasks[spot]

    async def _tried(self, spot: Spot, reply: Reply) -> MessengerError | None:
        try:
            await self._edit(spot, reply)
        except MessengerError as error:
            return error
        return None

    def _rest(self, failure: MessengerError | None, tries: int) -> float:
        """Seconds until the next edit of a message: longer after each failure, and as long as Discord asks."""
        asked = failure.retry_after.total_seconds() if isinstance(failure, RateLimited) else 0.0
        return max(asked, self._pause * (1 << tries))

    async def close(self) -> None:
        """Give up what waits."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
