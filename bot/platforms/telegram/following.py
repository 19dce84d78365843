"""What comes after the first message of a reply: nothing that fails there may bring the whole a second time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog
from telegram.error import TelegramError

from bot.core.ports import Lane
from bot.platforms.telegram.faults import NeverLeft, ServerFault
from bot.platforms.telegram.transport import LANE

_log: Final = structlog.stdlib.get_logger(__name__)
_TRIES: Final = 3

T = TypeVar("T")


class Following:
    """Does further pieces of work as well as it can.

    Args:
        wait: Seconds to wait after so many failures in a row.
    """

    def __init__(self, *, wait: Callable[[int], float]) -> None:
        self._wait: Final = wait

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
