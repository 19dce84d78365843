"""The delivery as a part of the bot: ticks every minute, an outbox for every messenger, upkeep at night."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, timedelta
from functools import partial
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from prometheus_client import CollectorRegistry
from typing_extensions import override

from bot.core.daily import DailyQuestions
from bot.core.errors import StoreError
from bot.core.model import Language
from bot.core.ports import Clock, Health, Messenger, Part, State, Store
from bot.delivery.books import Books
from bot.delivery.flow import MOST, Flow
from bot.delivery.guard import Guard
from bot.delivery.herald import Herald
from bot.delivery.metrics import DeliveryMetrics
from bot.delivery.notices import Notices
from bot.delivery.outbox import LEASE, Outbox
from bot.delivery.planner import Planner
from bot.delivery.sender import Sender
from bot.delivery.tasks import cancelled, kept_going
from bot.delivery.upkeep import Chore, Upkeep
from bot.delivery.vigil import Trouble, Vigil, database, pause, silence, trouble_of

_log: Final = structlog.stdlib.get_logger(__name__)

NIGHT: Final = {"hour": 3, "minute": 30}
# All in seconds. The scheduler computes with the wall clock, and sleeps too long when that is set back.
WATCH_EVERY: Final = 20.0
TICK_OVERDUE: Final = 75.0
DEAD_AFTER: Final = 300.0
# A pause of the whole account that is told at once.
LONG_PAUSE: Final = timedelta(minutes=1)
# After the start there is enough to do.
MAKE_UP_AFTER: Final = 300.0
UPKEEP_GRACE: Final = 0.5


class Delivery(Part):
    """Plans what is due and sends it, through every messenger at its own pace.

    Args:
        store: Where everything is written down; in use by this process alone.
        daily: Decides and composes.
        clock: The wall clock.
        messengers: One for each platform.
        registry: Where the metrics go.
        notices: Told when something needs a person; None if nobody wants to know.
        others: How the other parts of the bot are doing.
        nightly: Upkeep, done one after the other in the night.
        zone: In which it is night.
        most: Deliveries under way at once, for each messenger.
        lease: After a crash, how long what was under way waits before it is sent again.
    """

    def __init__(
        self,
        *,
        store: Store,
        daily: DailyQuestions,
        clock: Clock,
        messengers: Sequence[Messenger],
        registry: CollectorRegistry,
        notices: Notices | None = None,
        others: Callable[[], Sequence[Health]] = tuple,
        nightly: Sequence[Chore] = (),
        zone: str = "UTC",
        most: int = MOST,
        lease: timedelta = LEASE,
    ) -> None:
        self._clock: Final = clock
        if notices is None:
            notices = Notices(store=store, clock=clock, phrases=daily.phrases, language=Language.EN)
        self._others: Final = others
        self._upkeep: Final = Upkeep(nightly, store=store, clock=clock, notices=notices)
        self._vigil: Final = Vigil(notices)
        self._zone: Final = zone
        metrics = DeliveryMetrics(registry)
        self._books: Final = Books(store)
        self._outboxes: Final = [
            _outbox(
                messenger,
                Flow(most=most),
                store=store,
                daily=daily,
                clock=clock,
                books=self._books,
                notices=notices,
                metrics=metrics,
                lease=lease,
            )
            for messenger in messengers
        ]
        self._planner: Final = Planner(store=store, daily=daily, clock=clock, metrics=metrics, planned=self.wake)
        self._herald: Final = Herald(
            store=store, phrases=daily.phrases, clock=clock, messengers=messengers, planned=self.wake
        )
        self._tasks: Final[set[asyncio.Task[None]]] = set()
        self._tick: asyncio.Task[None] | None = None
        self._wanted = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ticked_at = 0.0
        self._planned_at = 0.0

    def wake(self) -> None:
        """There may be something to send now."""
        for outbox in self._outboxes:
            outbox.wake()

    def tick(self) -> None:
        """Plan what is due now; while that is just being done, once more afterwards, for time has gone by."""
        self._wanted = True
        if self._tick is None or self._tick.done():
            self._tick = asyncio.create_task(self._plan_all())
            self._keep(self._tick)

    @override
    def running(self) -> AbstractAsyncContextManager[None]:
        return self._running()

    @override
    def health(self) -> Health:
        if self._loop is None:
            return Health(part="delivery", state=State.DOWN, why="not running", vital=True)
        silent = self._loop.time() - self._planned_at
        if silent > DEAD_AFTER:
            why = self._trouble or f"nothing was planned for {silent / 60:.0f} minutes"
            return Health(part="delivery", state=State.DOWN, why=why, vital=True)
        troubles = [self._trouble, *(outbox.trouble for outbox in self._outboxes)]
        why = "; ".join(dict.fromkeys(words for words in troubles if words))
        return Health(part="delivery", state=State.DEGRADED if why else State.OK, why=why, vital=True)

    @property
    def _trouble(self) -> str:
        """What is wrong with the database."""
        return self._planner.trouble or self._books.trouble

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        self._loop = asyncio.get_running_loop()
        self._planned_at = self._loop.time()
        writing = kept_going("books", self._books.run)
        sending = [kept_going("outbox", outbox.run) for outbox in self._outboxes]
        scheduler = self._scheduler()
        watching = kept_going("watch", partial(self._watch, scheduler))
        announcing = kept_going("herald", self._herald.run)
        self._keep(asyncio.create_task(self._make_up()))
        scheduler.start()
        try:
            yield
        finally:
            scheduler.shutdown(wait=False)
            await cancelled(watching)
            await cancelled(announcing)
            for outbox in self._outboxes:
                outbox.stop()
            await self._planner.stop()
            await asyncio.gather(*sending)
            await self._end_upkeep()
            await cancelled(writing)
            self._loop = None

    def _scheduler(self) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler(timezone=UTC)
        # The jobs only start tasks of ours: the scheduler cancels its own when it is shut down.
        options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        scheduler.add_job(self._on_minute, _every_minute(), id="tick", **options)
        scheduler.add_job(self._on_night, CronTrigger(**NIGHT, timezone=self._zone), id="night", **options)
        return scheduler

    async def _on_minute(self) -> None:
        self.tick()

    async def _on_night(self) -> None:
        self._keep(asyncio.create_task(self._upkeep.run()))

    async def _make_up(self) -> None:
        await asyncio.sleep(MAKE_UP_AFTER)
        await self._upkeep.make_up()

    async def _plan_all(self) -> None:
        while self._wanted:
            self._wanted = False
            await self._plan()

    async def _plan(self) -> None:
        loop = asyncio.get_running_loop()
        self._ticked_at = loop.time()
        try:
            if await self._planner.tick():
                self._planned_at = loop.time()
                await self._measure()
        except Exception:  # noqa: BLE001  # one tick must not end all
            _log.exception("nothing planned, tried again next minute")

    async def _measure(self) -> None:
        try:
            for outbox in self._outboxes:
                await outbox.measure()
        except StoreError as error:
            _log.warning("what waits was not counted", why=str(error))

    async def _watch(self, scheduler: AsyncIOScheduler) -> None:
        """Tick at once, and whenever the scheduler has not for too long; tell of what stays broken."""
        loop = asyncio.get_running_loop()
        self.tick()
        while True:
            await asyncio.sleep(WATCH_EVERY)
            if loop.time() - self._ticked_at > TICK_OVERDUE:
                _log.warning("ticks were overdue; was the clock set?", now=self._clock.now().isoformat())
                scheduler.reschedule_job("tick", trigger=_every_minute())
                self.tick()
            await self._vigil.look(loop.time(), self._troubles())

    def _troubles(self) -> Iterator[Trouble]:
        """What is not well now; of two about one platform, what itself says of it comes later and counts."""
        if self._trouble:
            yield database(self._trouble)
        for outbox in self._outboxes:
            if outbox.pause >= LONG_PAUSE:
                yield pause(outbox.platform, outbox.pause)
            elif outbox.trouble and not outbox.held and not self._trouble:
                yield silence(outbox.platform, outbox.trouble)
        for health in self._others():
            if (trouble := trouble_of(health)) is not None:
                yield trouble

    async def _end_upkeep(self) -> None:
        tasks = list(self._tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=UPKEEP_GRACE)
            for task in late:
                await cancelled(task)

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _outbox(
    messenger: Messenger,
    flow: Flow,
    *,
    store: Store,
    daily: DailyQuestions,
    clock: Clock,
    books: Books,
    notices: Notices,
    metrics: DeliveryMetrics,
    lease: timedelta,
) -> Outbox:
    guard = Guard(messenger=messenger, store=store, notices=notices)
    sender = Sender(messenger=messenger, store=store, daily=daily, clock=clock, notices=notices, flow=flow, guard=guard)
    return Outbox(
        messenger=messenger,
        store=store,
        books=books,
        sender=sender,
        flow=flow,
        guard=guard,
        clock=clock,
        metrics=metrics,
        lease=lease,
    )


def _every_minute() -> CronTrigger:
    return CronTrigger(second=0, timezone=UTC)
