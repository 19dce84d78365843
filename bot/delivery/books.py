"""The books: how attempts ended, kept until the database has taken them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import structlog

from bot.core.errors import StoreError
from bot.core.model import DeliveryId
from bot.core.ports import Settled, Store

_log: Final = structlog.stdlib.get_logger(__name__)

# In seconds, how long a database that cannot be used is left alone.
PATIENCE: Final = 1.0
# In seconds: requests that left together are answered one right after the other, and what came of them is written
# together; far shorter than the time in which an answer is on its way.
TOGETHER: Final = 0.004


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """An outcome, None for a delivery that was not tried, and who waits for it to be written."""

    outcome: Settled | None
    written: Callable[[], None]


class Books:
    """Writes outcomes in batches: all that came in during one transaction go into the next.

    While the database cannot be used everything is kept and tried again, and `trouble` says why; nobody is told that
    it is written until it is, so that nothing new is begun and nothing is sent twice. An outcome that is no good to the
    database holds up no other: what was said on the platform is left out of it.
    """

    def __init__(self, store: Store) -> None:
        self._store: Final = store
        self._entries: dict[DeliveryId, _Entry] = {}
        self._some: Final = asyncio.Event()
        self.trouble = ""

    def settle(self, outcome: Settled, written: Callable[[], None]) -> None:
        """Record an outcome; `written` is called when the database has it."""
        self._enter(outcome.delivery, _Entry(outcome=outcome, written=written))

    def release(self, delivery: DeliveryId, written: Callable[[], None]) -> None:
        """Give a delivery back untried; `written` is called when the database has it."""
        self._enter(delivery, _Entry(outcome=None, written=written))

    async def run(self) -> None:
        """Write what comes in, until cancelled."""
        while True:
            await self._some.wait()
            await asyncio.sleep(TOGETHER)
            self._some.clear()
            batch, self._entries = self._entries, {}
            while not await self._written(batch):
                pass
            for entry in batch.values():
                entry.written()

    def _enter(self, delivery: DeliveryId, entry: _Entry) -> None:
        self._entries[delivery] = entry
        self._some.set()

    async def _written(self, batch: dict[DeliveryId, _Entry]) -> bool:
        outcomes = [entry.outcome for entry in batch.values() if entry.outcome is not None]
        untried = [delivery for delivery, entry in batch.items() if entry.outcome is None]
        try:
            if outcomes:
                await self._store.settle(outcomes)
            if untried:
                await self._store.release(untried)
        except Exception as error:  # noqa: BLE001  # whatever it is, the outcomes are not to be lost
            unforeseen = None if isinstance(error, StoreError) else error
            if unforeseen is not None and (mended := await self._mend(batch)):
                _log.error("outcomes written without what was said", deliveries=mended, exc_info=unforeseen)
                return False
            if str(error) != self.trouble:
                _log.error("outcomes kept until written", outcomes=len(batch), why=str(error), exc_info=unforeseen)
            self.trouble = str(error) or type(error).__name__
            await asyncio.sleep(PATIENCE)
            return False
        if self.trouble:
            _log.info("outcomes written at last", outcomes=len(batch))
            self.trouble = ""
        return True

    async def _mend(self, batch: dict[DeliveryId, _Entry]) -> list[DeliveryId]:
        """Which outcomes can be written only without what was said on the platform; in the batch they are so now.

        Each is written alone to find them; to write it again with the batch changes nothing.
        """
        mended = []
        for delivery, entry in batch.items():
            if entry.outcome is None or await self._taken(entry.outcome):
                continue
            bare = replace(entry.outcome, message_id=None, error="")
            if await self._taken(bare):
                batch[delivery] = replace(entry, outcome=bare)
                mended.append(delivery)
        return mended

    async def _taken(self, outcome: Settled) -> bool:
        try:
            await self._store.settle([outcome])
        except Exception:  # noqa: BLE001  # which one it was is known by trying it otherwise
            return False
        return True
