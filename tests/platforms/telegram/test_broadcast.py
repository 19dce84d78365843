"""A day's push, from the plans to Telegram and back: the real delivery, the real platform, hours in no time."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import time, timedelta

from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from bot.core.daily import DailyQuestions
from bot.core.deck import DeckState
from bot.core.model import Language, Subscription
from bot.core.ports import State
from bot.core.schedule import next_slot
from bot.delivery.delivery import Delivery
from bot.delivery.limits import TELEGRAM
from bot.delivery.metrics import PacingMetrics
from bot.delivery.pacing import AccountPacer
from bot.platforms.telegram.places import TELEGRAM as PLATFORM
from bot.platforms.telegram.places import ref_of
from tests.fakes.delivery_world import daily_plan
from tests.fakes.virtual_loop import LoopClock, virtually_over_sockets
from tests.platforms.telegram.conftest import PHRASES, Made, Stage


@dataclass
class Push:
    """A delivery with Telegram as its only messenger, and a clock that goes with the loop's time."""

    stage: Stage
    clock: LoopClock
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    async def subscribe(self, *people: int, at: time) -> None:
        """These have a private chat and get a question a day."""
        plan = daily_plan(at)
        slot = next_slot(plan.timetable, self.clock.now())
        assert slot is not None
        for person in people:
            self.stage.server.person(person)
            subscription = Subscription(
                chat=ref_of(person),
                plan=plan,
                deck=DeckState(seed=person),
                language=Language.EN,
                next_slot=slot.key,
                next_due_at=slot.due_at,
            )
            await self.stage.store.subscribe(subscription, at=self.clock.now())

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[Delivery]:
        """The delivery runs."""
        stage = self.stage
        delivery = Delivery(
            store=stage.store,
            daily=DailyQuestions(
                library=stage.library, store=stage.store, phrases=PHRASES, catch_up=timedelta(hours=3)
            ),
            clock=self.clock,
            messengers=[stage.platform.messenger],
            registry=self.registry,
        )
        async with delivery.running():
            yield delivery

    async def minutes(self, delivery: Delivery, count: int) -> None:
        """Let so many minutes pass, each with its tick."""
        for _ in range(count):
            await asyncio.sleep(60)
            delivery.tick()
        await asyncio.sleep(1)

    def metric(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(name, labels) or 0.0

    def arrived(self) -> Counter[int]:
        """How many messages of the bot each chat has."""
        return Counter(message.chat for message in self.stage.server.messages if message.by_bot)


@asynccontextmanager
async def a_push(stage_of: Made) -> AsyncIterator[Push]:
    clock, registry = LoopClock(), CollectorRegistry()
    watch = PacingMetrics(registry).of(PLATFORM)
    async with stage_of(paced=AccountPacer(TELEGRAM, watch=watch), clock=clock) as stage:
        yield Push(stage=stage, clock=clock, registry=registry)


@virtually_over_sockets
async def test_a_long_pause_of_the_whole_account_is_waited_out_and_said(stage_of: Made) -> None:
    people = range(1_001, 1_251)
    with capture_logs() as events:
        async with a_push(stage_of) as push, push.going_on() as delivery:
            server, limits = push.stage.server, push.stage.server.limits
            assert limits is not None
            await push.subscribe(*people, at=time(1, 1))
            await push.minutes(delivery, 1)
            limits.flooded_until = server.now() + 600
            await push.minutes(delivery, 2)

            # Nothing was tried beyond what was under way when the pause began.
            assert push.arrived().total() < 60
            assert limits.refused < 10
            tried = [row for row in push.stage.store.deliveries.values() if row.attempts]
            assert len(tried) < 150
            health = delivery.health()
            assert health.state is State.DEGRADED
            assert "telegram asked for a pause of everything; nothing is sent until 01:1" in health.why
            waiting = len(people) - push.arrived().total()
            assert push.metric("qianmian_queue_depth", platform="telegram") == waiting

            await push.minutes(delivery, 12)
            assert push.arrived() == dict.fromkeys(people, 1)
            assert delivery.health().state is State.OK
            assert push.metric("qianmian_queue_depth", platform="telegram") == 0
            assert push.metric("qianmian_rate_limited_total", platform="telegram") == limits.refused
    assert len([event for event in events if event["event"] == "not sent"]) < 100
