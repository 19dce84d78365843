"""What is looked after beside receiving updates: the command menus, and whether Telegram reaches the webhook."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

import structlog
from telegram import Bot, WebhookInfo
from telegram.error import TelegramError

from bot.core.model import Language
from bot.core.ports import Clock, Store
from bot.platforms.telegram.condition import Condition, words
from bot.platforms.telegram.faults import TooFast
from bot.platforms.telegram.menus import sync_menus

_log: Final = structlog.stdlib.get_logger(__name__)
LOOK_EVERY: Final = 180.0
"""Seconds between two looks at the webhook."""
# Telegram tells of its last failure for as long as there was no later one.
_RECENT: Final = timedelta(minutes=6)


def wait_after(error: Exception, wait: float) -> float:
    """Seconds to wait after a failure: as long as wanted, and at least as long as Telegram asked for."""
    return max(wait, error.pause.total_seconds()) if isinstance(error, TooFast) else wait


class Upkeep:
    """Keeps trying, and tells the condition what does not work; receiving never waits for it.

    Args:
        bot: The SDK's bot.
        store: Knows which menus were sent last.
        clock: Tells how old a failure is.
        condition: Told of what fails.
        language: The language of menus for clients that speak neither of ours.
        webhook: Our own address, if Telegram brings its updates itself.
        wait: Seconds to wait after so many failures in a row.
        look_every: Seconds between two looks at the webhook.
    """

    def __init__(
        self,
        *,
        bot: Bot,
        store: Store,
        clock: Clock,
        condition: Condition,
        language: Language,
        webhook: str | None,
        wait: Callable[[int], float],
        look_every: float,
    ) -> None:
        self._bot: Final = bot
        self._store: Final = store
        self._clock: Final = clock
        self._condition: Final = condition
        self._language: Final = language
        self._webhook: Final = webhook
        self._wait: Final = wait
        self._look_every: Final = look_every

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        """Look after everything until the end of the block."""
        tasks = [asyncio.create_task(self._menus())]
        if self._webhook is not None:
            tasks.append(asyncio.create_task(self._deliveries(self._webhook)))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _menus(self) -> None:
        failures = 0
        while True:
            try:
                await sync_menus(self._bot, self._store, self._language)
            except Exception as error:  # noqa: BLE001  # the menus are the least of what people come for
                failures += 1
                if not isinstance(error, TelegramError):
                    _log.exception("the command menus could not be set")
                self._condition.worry("menus", f"the command menus cannot be set ({words(error)}); it is tried again")
                await asyncio.sleep(wait_after(error, self._wait(failures)))
            else:
                self._condition.settle("menus")
                return

    async def _deliveries(self, address: str) -> None:
        while True:
            await asyncio.sleep(self._look_every)
            try:
                worry = self._trouble(address, await self._bot.get_webhook_info())
            except TelegramError as error:
                worry = f"Telegram cannot be reached ({words(error)}); it is tried again"
            if worry is None:
                self._condition.settle("webhook")
            else:
                self._condition.worry("webhook", worry)

    def _trouble(self, address: str, info: WebhookInfo) -> str | None:
        """What keeps updates from coming; None if nothing does."""
        if info.url != address:
            return "another program has taken the webhook away; stop it, or give this one a token of its own"
        failed = info.last_error_date
        if failed is None or self._clock.now() - failed > _RECENT:
            return None
        waiting = info.pending_update_count
        return f"Telegram cannot deliver to the webhook ({info.last_error_message}); {waiting} updates wait there"
