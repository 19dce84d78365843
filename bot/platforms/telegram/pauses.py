"""Pauses that Telegram asked for, where they are not a chat's own: a method's, or the whole account's."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from bot.platforms.telegram.faults import TooFast

PATIENCE: Final = timedelta(seconds=30)
"""How long a pause somebody who waits for an answer may be made to wait out."""

# Telegram does not say whether a refusal is about the chat or about the account; several chats at once tell.
_CHATS: Final = 3
_WITHIN: Final = 1.0


class MethodPauses:
    """When each method that takes no turn of the pacer's may be asked again.

    Args:
        time: Seconds on a clock that never goes back; the running loop's by default.
        sleep: Waits for so many seconds.
    """

    def __init__(
        self, *, time: Callable[[], float] | None = None, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._time: Final = time
        self._sleep: Final = sleep
        self._until: Final[dict[str, float]] = {}

    def keep(self, method: str, pause: timedelta) -> None:
        """Telegram refused this method for so long."""
        self._until[method] = max(self._until.get(method, 0.0), self._now() + pause.total_seconds())

    async def wait_out(self, method: str) -> None:
        """Wait until the method may be asked; raises TooFast if that is too long to wait for."""
        while (left := self._until.get(method, 0.0) - self._now()) > 0:
            if left > PATIENCE.total_seconds():
                raise TooFast(timedelta(seconds=left))
            await self._sleep(left)
        self._until.pop(method, None)

    def _now(self) -> float:
        return asyncio.get_running_loop().time() if self._time is None else self._time()


class Floods:
    """Tells a chat's own refusal from one that is about the whole account."""

    def __init__(self) -> None:
        self._refused: Final[dict[str, float]] = {}

    def is_account(self, scope: str, now: float) -> bool:
        """Note that Telegram refused to write into a chat; whether so many chats at once mean the account."""
        for known in [known for known, at in self._refused.items() if now - at > _WITHIN]:
            del self._refused[known]
        self._refused[scope] = now
        return len(self._refused) >= _CHATS
