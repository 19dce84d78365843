"""The outbox of one platform: claims what may be sent, a bounded number at a time, and has it sent and settled."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Final

import structlog

from bot.core.errors import StoreError, Unknown
from bot.core.model import DeliveryId, DeliveryState
from bot.core.ports import Claimed, Clock, Messenger, Settled, Store
from bot.delivery.books import Books
from bot.delivery.flow import Flow
from bot.delivery.guard import Guard
from bot.delivery.metrics import DeliveryMetrics
from bot.delivery.outcomes import outcome_of
from bot.delivery.sender import SEND_LIMIT, Sender

_log: Final = structlog.stdlib.get_logger(__name__)

# Longer than any attempt takes with the writing of its outcome; after a crash, what was under way waits so long.
LEASE: Final = timedelta(minutes=3)
GRACE: Final = timedelta(seconds=8)
TO_WRITE: Final = timedelta(seconds=1)
# In seconds, how long nothing is claimed: when there is nothing to, when something is not well, and when a platform is
# about to connect.
IDLE: Final = 60.0
SOON: Final = 1.0
A_MOMENT: Final = 0.2
# How often a platform is looked at every moment before it is left alone for longer.
LOOKS: Final = 50
# A pause of fewer seconds is over before anybody has read of it.
WORTH_A_WORD: Final = 5.0
# How many are begun before the loop may turn to something else.
AT_ONCE: Final = 4


class Outbox:
    """Runs until stopped. What is claimed is under way until the database has its outcome."""

    def __init__(
        self,
        *,
        messenger: Messenger,
        store: Store,
        books: Books,
        sender: Sender,
        flow: Flow,
        guard: Guard,
        clock: Clock,
        metrics: DeliveryMetrics,
        lease: timedelta = LEASE,
    ) -> None:
        self.platform: Final = messenger.platform
        self._messenger: Final = messenger
        self._store: Final = store
        self._books: Final = books
        self._sender: Final = sender
        self._flow: Final = flow
        self._guard: Final = guard
        self._clock: Final = clock
        self._metrics: Final = metrics
        self._lease: Final = lease
        self._shown: Final = metrics.under_way.labels(self.platform)
        self._under_way: Final[dict[DeliveryId, asyncio.Task[None]]] = {}
        self._wakeup: Final = asyncio.Event()
        self._empty: Final = asyncio.Event()
        self._looks = 0
        self._more = False
        self._stopping = False
        self._stop_at = 0.0
        self._database_trouble = ""

    @property
    def trouble(self) -> str:
        """Why nothing, or little, is sent at present; empty when all is well."""
        if self._database_trouble:
            return self._database_trouble
        if not self._messenger.ready:
            return f"{self.platform} is not connected"
        if self._guard.trouble:
            return self._guard.trouble
        now = asyncio.get_running_loop().time()
        paused = self._flow.paused_for(now)
        if paused > WORTH_A_WORD:
            # To the minute, so that it reads the same until then.
            until = self._clock.now() + timedelta(seconds=paused + 60)
            return f"{self.platform} asked for a pause of everything; nothing is sent until {until:%H:%M} UTC"
        return f"{self.platform} does not answer" if self._flow.is_troubled(now) else ""

    @property
    def held(self) -> bool:
        """Whether nothing is sent until an operator says so."""
        return bool(self._guard.trouble)

    @property
    def pause(self) -> timedelta:
        """For how long from now on the platform takes nothing from the whole account."""
        return timedelta(seconds=self._flow.paused_for(asyncio.get_running_loop().time()))

    async def measure(self) -> None:
        """Count what is due and has not ended, for the metrics."""
        waiting = await self._store.waiting(self.platform, now=self._clock.now())
        self._metrics.queued.labels(self.platform).set(waiting)

    def wake(self) -> None:
        """There may be something to claim now."""
        self._wakeup.set()

    def stop(self) -> None:
        """Claim nothing more; `run` returns when what is under way has ended."""
        self._stopping = True
        self._stop_at = asyncio.get_running_loop().time() + GRACE.total_seconds()
        self._wakeup.set()

    async def run(self) -> None:
        """Claim and send until stopped, then finish what is under way, or give it up after a grace time."""
        while not self._stopping:
            self._wakeup.clear()
            pause = await self._step()
            if pause > 0:
                await self._rest(pause)
        await self._finish()

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wakeup.wait()
        except TimeoutError:
            return

    async def _step(self) -> float:
        """Claim once, if now is a time for it; returns after how many seconds to look again."""
        try:
            pause = await self._claim()
        except Exception as error:  # noqa: BLE001  # whatever it is, the outbox goes on
            unforeseen = None if isinstance(error, StoreError) else error
            if str(error) != self._database_trouble:
                _log.error("nothing claimed", platform=self.platform, why=str(error), exc_info=unforeseen)
            self._database_trouble = str(error) or type(error).__name__
            return SOON
        self._database_trouble = ""
        return pause

    async def _claim(self) -> float:
        held = self._flow.held_for(asyncio.get_running_loop().time())
        if not self._messenger.ready:
            self._looks += 1
            return A_MOMENT if self._looks < LOOKS else SOON
        self._looks = 0
        if self._books.trouble or not await self._guard.admits():
            return SOON
        if held:
            return held
        room = self._flow.room(len(self._under_way))
        if not room:
            self._more = True
            return IDLE
        claimed = await self._take(room)
        self._more = len(claimed) == room
        return 0 if self._more else await self._until_next()

    async def _take(self, limit: int) -> Sequence[Claimed]:
        now = self._clock.now()
        lease_until = now + self._lease
        claimed = await self._store.claim(self.platform, now=now, lease_until=lease_until, limit=limit)
        for number, one in enumerate(claimed):
            if number % AT_ONCE == 0:
                # What waits for its turn must not wait until all of these are composed.
                await asyncio.sleep(0)
            # After the machine slept or the clock was set, a lease may end while the sending still goes on.
            if one.delivery.id not in self._under_way:
                self._begin(one)
        return claimed

    async def _until_next(self) -> float:
        at = await self._store.next_wakeup(self.platform)
        if at is None:
            return IDLE
        return min(max((at - self._clock.now()).total_seconds(), A_MOMENT), IDLE)

    def _begin(self, claimed: Claimed) -> None:
        self._under_way[claimed.delivery.id] = asyncio.create_task(self._deliver(claimed))
        self._shown.set(len(self._under_way))

    async def _deliver(self, claimed: Claimed) -> None:
        """Attempt it, and have the end written down whatever it is."""
        try:
            settled = await self._attempt(claimed)
        except asyncio.CancelledError:
            self._ended(claimed, self._cut_short(claimed))
            raise
        except Exception as error:  # noqa: BLE001  # a mistake of ours must not leave it under way for ever
            self._ended(claimed, outcome_of(error, claimed, now=self._clock.now()))
            _log.exception("attempt broke off", delivery=claimed.delivery.id)
        else:
            self._ended(claimed, settled)

    async def _attempt(self, claimed: Claimed) -> Settled | None:
        """How the attempt ended; None when it was not made."""
        claimed_at = claimed.delivery.claimed_at or self._clock.now()
        if self._stopping or self._clock.now() + SEND_LIMIT > claimed_at + self._lease:
            return None
        return await self._sender.attempt(claimed)

    def _ended(self, claimed: Claimed, settled: Settled | None) -> None:
        if settled is None:
            self._books.release(claimed.delivery.id, partial(self._written, claimed.delivery.id, again=False))
            return
        self._metrics.ended(self.platform, settled, claimed.delivery)
        again = settled.state is DeliveryState.RETRY
        self._books.settle(settled, partial(self._written, claimed.delivery.id, again=again))

    def _cut_short(self, claimed: Claimed) -> Settled:
        _log.warning("cut short by the stop", delivery=claimed.delivery.id)
        return outcome_of(Unknown("cut short by the stop"), claimed, now=self._clock.now())

    def _written(self, delivery: DeliveryId, *, again: bool) -> None:
        del self._under_way[delivery]
        self._shown.set(len(self._under_way))
        if not again:
            # What goes back to wait says nothing of how much the platform takes.
            self._flow.finished(asyncio.get_running_loop().time())
        if not self._under_way:
            self._empty.set()
        # What is to be tried again may be ready sooner than anything that was foreseen.
        if again or (self._more and self._flow.room(len(self._under_way))):
            self._wakeup.set()

    async def _finish(self) -> None:
        """Wait for what is under way; what takes too long is cut, its outcome unknown."""
        loop = asyncio.get_running_loop()
        tasks = [task for task in self._under_way.values() if not task.done()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=max(self._stop_at - loop.time(), 0))
            for task in late:
                task.cancel()
        try:
            async with asyncio.timeout(TO_WRITE.total_seconds()):
                while self._under_way:
                    self._empty.clear()
                    await self._empty.wait()
        except TimeoutError:
            _log.error("stopped with outcomes not written", platform=self.platform, deliveries=len(self._under_way))
