"""The upkeep: what is done every night, and made up for when the machine was off at that hour."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.core.errors import StoreError
from bot.core.ports import Clock, Store
from bot.delivery.notices import Notices

_log: Final = structlog.stdlib.get_logger(__name__)

# Who did it longer ago than that has missed a night.
OVERDUE: Final = timedelta(days=1)
_LAST: Final = "upkeep/last"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """One piece of the upkeep; `notice` is the sentence that tells operators why it failed."""

    notice: str
    work: Callable[[], Awaitable[None]]


class Upkeep:
    """Does one chore after the other; one that fails is told, and does not stop the next."""

    def __init__(self, chores: Sequence[Chore], *, store: Store, clock: Clock, notices: Notices) -> None:
        self._chores: Final = tuple(chores)
        self._store: Final = store
        self._clock: Final = clock
        self._notices: Final = notices
        self._one: Final = asyncio.Lock()

    async def run(self) -> None:
        """Do everything now."""
        async with self._one:
            await self._run()

    async def make_up(self) -> None:
        """Do everything now if that was not done for a day."""
        async with self._one:
            last = await self._last()
            if last is None or abs(self._clock.now() - last) > OVERDUE:
                _log.info("upkeep is made up for", last=None if last is None else last.isoformat())
                await self._run()

    async def _run(self) -> None:
        for chore in self._chores:
            try:
                await chore.work()
            except Exception as error:  # noqa: BLE001  # the next one has its turn
                _log.exception("upkeep failed")
                await self._notices.tell(chore.notice, why=str(error) or type(error).__name__)
        try:
            await self._store.remember(_LAST, self._clock.now().isoformat())
        except StoreError as error:
            _log.warning("upkeep done, but not noted down", why=str(error))

    async def _last(self) -> datetime | None:
        try:
            last = await self._store.recall(_LAST)
        except StoreError:
            return None
        return None if last is None else datetime.fromisoformat(last)
