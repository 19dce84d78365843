"""Many updates at once, but one after the other within a chat."""

import asyncio
from collections.abc import Awaitable
from typing import Any, Final

from telegram import Update
from telegram.ext import BaseUpdateProcessor
from typing_extensions import override

# Those that wait for their chat's turn count too, so that one busy chat cannot hold up the others.
MOST_AT_ONCE: Final = 20_000


class InOrderPerChat(BaseUpdateProcessor):
    """Lets every chat's updates through in the order they came; those without a chat by their person."""

    def __init__(self) -> None:
        super().__init__(MOST_AT_ONCE)
        self._waiting: Final[dict[int, int]] = {}
        self._locks: Final[dict[int, asyncio.Lock]] = {}

    @override
    async def initialize(self) -> None:
        pass

    @override
    async def shutdown(self) -> None:
        pass

    @override
    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        place = _place(update)
        if place is None:
            await coroutine
            return
        # asyncio's locks are fair: who asked first comes first.
        lock = self._locks.setdefault(place, asyncio.Lock())
        self._waiting[place] = self._waiting.get(place, 0) + 1
        try:
            async with lock:
                await coroutine
        finally:
            self._waiting[place] -= 1
            if not self._waiting[place]:
                del self._waiting[place], self._locks[place]


def _place(update: object) -> int | None:
    if not isinstance(update, Update):
        return None
    if update.effective_chat is not None:
        return update.effective_chat.id
    return None if update.effective_user is None else update.effective_user.id
