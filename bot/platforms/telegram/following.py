"""What comes after the first message of a reply: nothing that fails there may bring the whole a second time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog
from telegram.error import TelegramError

from bot.core.ports import Lane
from bot.platforms.telegram.faults import NeverLeft, ServerFault
from bot.platforms.telegram.transport import LANE

_log: Final = structlog.stdlib.get_logger(__name__)
_TRIES: Final = 3

PATIENCE: Final = 6.0
"""Seconds for which whoever posts something waits for what follows; fewer than the outbox has for a stop."""

_TO_END: Final = 1.0

T = TypeVar("T")


@dataclass(slots=True)
class _Patience:
    """Until when what follows one post is waited for, once it has begun to follow."""

    until: float | None = None

    def left(self, now: float) -> float:
        if self.until is None:
            self.until = now + PATIENCE
        return max(self.until - now, 0.0)


_PATIENCE: Final[ContextVar[_Patience | None]] = ContextVar("_PATIENCE", default=None)


class Following:
    """Does further pieces of work as well as it can.

    Args:
        wait: Seconds to wait after so many failures in a row.
    """

    def __init__(self, *, wait: Callable[[int], float]) -> None:
        self._wait: Final = wait
        self._late: Final[set[asyncio.Task[object]]] = set()

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """In this block something is posted for somebody who gives it up as a whole if it takes too long."""
        token = _PATIENCE.set(_Patience())
        try:
            yield
        finally:
            _PATIENCE.reset(token)

    async def rest(self, chat: int, work: Callable[[], Awaitable[T]]) -> T | None:
        """Bring what follows; None if it goes on by itself, because there is no more time to wait for it."""
        patience = _PATIENCE.get()
        if patience is None:
            return await work()
        task = asyncio.create_task(self.best("rest", chat, work))
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        await asyncio.wait([task], timeout=patience.left(asyncio.get_running_loop().time()))
        if task.done():
            # Cut short by a stop, it is no cancellation of who waited for it.
            return None if task.cancelled() else task.result()
        _log.info("the rest of a message comes later", chat=chat)
        return None

    async def finish(self) -> None:
        """Let what still goes on by itself come to an end, or give it up."""
        if not self._late:
            return
        _, late = await asyncio.wait(self._late, timeout=_TO_END)
        for task in late:
            task.cancel()
        if late:
            _log.warning("the rest of some messages is missing: it was cut short by the stop", messages=len(late))
            await asyncio.wait(late)

    async def best(self, what: str, chat: int, work: Callable[[], Awaitable[T]]) -> T | None:
        """Do it, some times if it surely did not happen; None, and a line in the log, if it did not come about.

        It goes with the taps: what was begun is not left half done because others wait.
        """
        token = LANE.set(Lane.TAP)
        try:
            return await self._tried(what, chat, work)
        except TelegramError as error:
            _log.warning("a further part of a message is missing", part=what, chat=chat, why=error.message)
        except Exception:  # noqa: BLE001  # whatever it is, the message stands and must not come again
            _log.exception("a further part of a message is missing", part=what, chat=chat)
        finally:
            LANE.reset(token)
        return None

    async def _tried(self, what: str, chat: int, work: Callable[[], Awaitable[T]]) -> T:
        for tries in range(1, _TRIES):
            try:
                return await work()
            except (NeverLeft, ServerFault) as error:
                _log.info("a further part is tried again", part=what, chat=chat, why=error.message)
                await asyncio.sleep(self._wait(tries))
        return await work()
