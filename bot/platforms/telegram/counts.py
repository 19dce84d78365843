"""Counts on messages that everybody sees: who knew it, who voted. They come behind everything else."""

import asyncio
from typing import Final

import structlog
from telegram.error import TelegramError

from bot.core.ports import Lane
from bot.core.replies import Reply
from bot.platforms.telegram.faults import TooFast
from bot.platforms.telegram.sending import Sender, Shown
from bot.platforms.telegram.transport import LANE

_log: Final = structlog.stdlib.get_logger(__name__)

_Key = tuple[int, int, str | None]


class Counts:
    """Brings messages up to date in the background, each by one task of its own."""

    def __init__(self, sender: Sender) -> None:
        self._sender: Final = sender
        self._wishes: Final[dict[_Key, Reply | None]] = {}
        self._tasks: Final[set[asyncio.Task[None]]] = set()

    def refresh(self, shown: Shown, reply: Reply) -> None:
        """Make a message read like this some time; of several wishes for one message the last counts."""
        key = (shown.chat, shown.message, shown.inline_id)
        running = key in self._wishes
        self._wishes[key] = reply
        if not running:
            task = asyncio.create_task(self._bring(key, shown))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Give up what has not come yet."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _bring(self, key: _Key, shown: Shown) -> None:
        LANE.set(Lane.ANNOUNCEMENT)
        try:
            while (reply := self._wishes[key]) is not None:
                self._wishes[key] = None
                try:
                    await self._sender.edit(reply, shown)
                except TooFast as error:
                    self._wishes[key] = self._wishes[key] or reply
                    await asyncio.sleep(error.pause.total_seconds())
                except TelegramError as error:
                    _log.info("counts could not be brought up to date", chat=shown.chat, why=str(error))
        finally:
            del self._wishes[key]
