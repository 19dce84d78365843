"""In a crowd, acknowledging goes before answering: Discord waits three seconds for one and minutes for the other."""

import asyncio
from typing import Final


class Crowd:
    """Counts the interactions that still wait for their acknowledgement."""

    def __init__(self, most: int) -> None:
        """More than `most` of them are a crowd."""
        self._most: Final = most
        self._waiting = 0
        self._calm: Final = asyncio.Event()
        self._calm.set()

    @property
    def dense(self) -> bool:
        """Whether it is one now."""
        return self._waiting > self._most

    def arrived(self) -> None:
        """One more waits."""
        self._waiting += 1
        if self.dense:
            self._calm.clear()

    def acknowledged(self) -> None:
        """One waits no longer."""
        self._waiting -= 1
        if not self.dense:
            self._calm.set()

    async def dispersed(self) -> None:
        """Wait until it is none any more."""
        await self._calm.wait()
