"""Many updates at once, but one after the other within a chat; nobody's tap waits for what others have to read."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Hashable
from contextlib import asynccontextmanager
from typing import Any, Final

from telegram import Update
from telegram.ext import BaseUpdateProcessor
from typing_extensions import override

from bot.platforms.telegram.newer import ephemeral_id

# Those that wait for their chat's turn count too, so that one busy chat cannot hold up the others.
MOST_AT_ONCE: Final = 20_000


class Order:
    """Lines in which one waits for another, in the order they came."""

    def __init__(self) -> None:
        self._waiting: Final[dict[Hashable, int]] = {}
        self._locks: Final[dict[Hashable, asyncio.Lock]] = {}

    @asynccontextmanager
    async def turn(self, line: Hashable) -> AsyncIterator[None]:
        """Wait for one's turn in a line and keep it inside. A line is kept only while somebody stands in it."""
        # asyncio's locks are fair: who asked first comes first.
        lock = self._locks.setdefault(line, asyncio.Lock())
        self._waiting[line] = self._waiting.get(line, 0) + 1
        try:
            async with lock:
                yield
        finally:
            self._waiting[line] -= 1
            if not self._waiting[line]:
                del self._waiting[line], self._locks[line]


class InOrderPerChat(BaseUpdateProcessor):
    """Lets every chat's updates through in the order they came; those without a chat by their person.

    Taps and ephemeral commands have seconds to be answered, while what others write may wait a minute for the chat's
    limit: they go straight through, and what handles them stands in line only for what it writes openly.
    """

    def __init__(self, order: Order) -> None:
        super().__init__(MOST_AT_ONCE)
        self._order: Final = order

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
        async with self._order.turn(place):
            await coroutine


def _place(update: object) -> int | None:
    if not isinstance(update, Update) or _is_urgent(update):
        return None
    if update.effective_chat is not None:
        return update.effective_chat.id
    return None if update.effective_user is None else update.effective_user.id


def _is_urgent(update: Update) -> bool:
    return update.callback_query is not None or ephemeral_id(update.message) is not None
