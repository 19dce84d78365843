"""The tick: every due subscription gets its delivery and its next slot, page by page."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog

from bot.core.daily import DailyQuestions
from bot.core.errors import StoreError
from bot.core.ports import Clock, Store
from bot.delivery.metrics import DeliveryMetrics
from bot.delivery.zone_data import follow_zone_data

_log: Final = structlog.stdlib.get_logger(__name__)

# One page is one transaction: long enough to be cheap, short enough for claims to come in between.
PAGE: Final = 200


class Planner:
    """Plans what is due. Ticks never overlap: one that is asked for during another comes after it."""

    def __init__(
        self,
        *,
        store: Store,
        daily: DailyQuestions,
        clock: Clock,
        metrics: DeliveryMetrics,
        planned: Callable[[], None],
    ) -> None:
        """`planned` is called after every page that put something into the outbox."""
        self._store: Final = store
        self._daily: Final = daily
        self._clock: Final = clock
        self._metrics: Final = metrics
        self._planned: Final = planned
        self._one: Final = asyncio.Lock()
        self._stopping = False
        self._zones_followed = False
        self.trouble = ""

    async def tick(self) -> bool:
        """Plan all that is due by now; returns whether that could be done.

        What went wrong is logged, kept in `trouble` and left to the next tick.
        """
        async with self._one:
            began = asyncio.get_running_loop().time()
            try:
                count = await self._plan_all(self._clock.now())
            except Exception as error:  # noqa: BLE001  # one tick must not end all
                why = str(error) or type(error).__name__
                if why != self.trouble:
                    unforeseen = None if isinstance(error, StoreError) else error
                    _log.error("nothing planned, tried again next minute", why=why, exc_info=unforeseen)
                self.trouble = why
                return False
            self.trouble = ""
            self._metrics.last_tick.set(self._clock.now().timestamp())
            self._metrics.tick.observe(asyncio.get_running_loop().time() - began)
            if count:
                _log.info("planned", subscriptions=count)
            return True

    async def stop(self) -> None:
        """End a tick after the page it is at; returns when it has ended."""
        self._stopping = True
        async with self._one:
            pass

    async def _plan_all(self, now: datetime) -> int:
        if not self._zones_followed:
            # Before anything is planned that new rules put off; while this process runs they do not change.
            await follow_zone_data(self._store, given_up=lambda: self._stopping)
            self._zones_followed = True
        decide = self._daily.decide(now)
        count = 0
        while not self._stopping:
            page = await self._store.plan_due(now=now, limit=PAGE, decide=decide)
            count += page
            self._metrics.planned.inc(page)
            if page:
                self._planned()
            if page < PAGE:
                break
        return count
