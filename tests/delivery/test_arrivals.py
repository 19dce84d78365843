"""Requests take unequally long on their way, and a strict server counts when they arrive."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.ports import Lane
from bot.delivery.limits import DISCORD, TELEGRAM, Limits
from bot.delivery.pacing import AccountPacer
from tests.fakes.virtual_loop import VirtualLoop, virtually

ANSWER_AFTER = 0.06
# What the pacer's margin is for: by so much may one request take longer than another.
UNEVEN = 0.0259
FOREVER = timedelta(days=1)


class FarServer:
    """Requests reach it after a while, and in a window of a second only so many are taken."""

    def __init__(self, pacer: AccountPacer, overall: int, underway: Callable[[float], float]) -> None:
        """`underway` is how long a request takes that leaves at a time."""
        self.pacer, self.overall, self.underway = pacer, overall, underway
        self.arrivals: list[float] = []
        self.waits: list[float] = []

    async def ask(self, chat: str, *, lane: Lane = Lane.DAILY, answer_after: float = ANSWER_AFTER) -> None:
        """One request, to its answer."""
        began = asyncio.get_running_loop().time()
        turn = await self.pacer.turn(lane, scope=chat)
        turn.left()
        if lane is Lane.TAP:
            self.waits.append(asyncio.get_running_loop().time() - began)
        await asyncio.sleep(self.underway(asyncio.get_running_loop().time()))
        self.arrivals.append(asyncio.get_running_loop().time())
        await asyncio.sleep(answer_after)
        turn.answered()

    async def ask_all(self, count: int) -> None:
        """One request for each of so many chats."""
        async with asyncio.TaskGroup() as tasks:
            for number in range(count):
                tasks.create_task(self.ask(str(number)))

    @property
    def refused(self) -> int:
        """How many were one too many within a second."""
        times = sorted(self.arrivals)
        return sum(later - first < 1 for first, later in zip(times, times[self.overall :], strict=False))

    @property
    def rate(self) -> float:
        """Arrivals a second."""
        return (len(self.arrivals) - 1) / (max(self.arrivals) - min(self.arrivals))


def virtual_run(overall: int, limits: Limits, underway: Callable[[float], float], count: int = 300) -> FarServer:
    """A broadcast in virtual time."""

    async def run() -> FarServer:
        server = FarServer(AccountPacer(limits, patience=FOREVER), overall, underway)
        await server.ask_all(count)
        return server

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(run())


@settings(deadline=None, max_examples=30)
@given(delays=st.lists(st.floats(0, UNEVEN), min_size=1, max_size=97))
def test_requests_that_take_unequally_long_are_never_too_many_where_they_arrive(delays: list[float]) -> None:
    left = iter(range(10_000))
    server = virtual_run(30, TELEGRAM, lambda _: delays[next(left) % len(delays)])
    assert server.refused == 0


@settings(deadline=None, max_examples=30)
@given(begins=st.lists(st.floats(1, 9), min_size=1, max_size=2), lasts=st.floats(0, 0.1))
def test_a_server_that_stands_still_for_a_moment_is_not_asked_too_often_after_it(
    begins: list[float], lasts: float
) -> None:
    def underway(now: float) -> float:
        return next((begin + lasts - now for begin in begins if begin <= now < begin + lasts), 0.0) + 0.001

    for overall, limits in ((30, TELEGRAM), (50, DISCORD)):
        assert virtual_run(overall, limits, underway).refused == 0


@pytest.mark.parametrize(("overall", "limits"), [(30, TELEGRAM), (50, DISCORD)])
def test_a_server_that_stood_still_is_made_up_for(overall: int, limits: Limits) -> None:
    def underway(now: float) -> float:
        return 0.08 - now % 10 if now % 10 < 0.08 else 0.0

    assert virtual_run(overall, limits, underway, count=1_500).rate >= 0.97 * overall


@virtually
async def test_answers_that_take_from_60_to_500_milliseconds_do_not_lower_the_rate() -> None:
    server = FarServer(AccountPacer(TELEGRAM, patience=FOREVER), 30, lambda _: 0.0)
    async with asyncio.TaskGroup() as tasks:
        for number in range(3_000):
            tasks.create_task(server.ask(str(number), answer_after=0.06 + 0.44 * (number * 37 % 100) / 100))
    assert server.rate >= 0.97 * 30
    assert server.refused == 0


@pytest.mark.parametrize("slow", [0.2, 0.5, 2.0])
@virtually
async def test_a_few_answers_in_a_hundred_that_are_slow_do_not_lower_the_rate(slow: float) -> None:
    server = FarServer(AccountPacer(TELEGRAM, patience=FOREVER), 30, lambda _: 0.0)
    async with asyncio.TaskGroup() as tasks:
        for number in range(3_000):
            tasks.create_task(server.ask(str(number), answer_after=slow if number * 37 % 100 < 3 else 0.06))
    assert server.rate >= 0.97 * 30


@settings(deadline=None, max_examples=20)
@given(delays=st.lists(st.floats(0, UNEVEN), min_size=1, max_size=37))
def test_taps_in_between_are_never_too_many_either(delays: list[float]) -> None:
    async def run() -> FarServer:
        # By then it is known how quick they can be.
        ways = [0.0, *delays]
        left = iter(range(10_000))
        server = FarServer(AccountPacer(TELEGRAM), 30, lambda _: ways[next(left) % len(ways)])
        async with asyncio.TaskGroup() as tasks:
            for number in range(300):
                tasks.create_task(server.ask(str(number)))
            for number in range(50):
                await asyncio.sleep(0.17)
                tasks.create_task(server.ask(f"tap{number}", lane=Lane.TAP))
        return server

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(run()).refused == 0


@virtually
async def test_a_tap_in_a_broadcast_waits_for_a_fraction_of_a_place() -> None:
    server = FarServer(AccountPacer(TELEGRAM, patience=FOREVER), 30, lambda _: 0.0)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.ask("first tap", lane=Lane.TAP))
        await asyncio.sleep(0)
        for number in range(3_000):
            tasks.create_task(server.ask(str(number)))
        for number in range(400):
            tasks.create_task(server.ask(f"tap{number}", lane=Lane.TAP))
            await asyncio.sleep(0.2 + 0.03 * (number * 37 % 100) / 100)
    waits = sorted(server.waits)
    assert waits[int(0.99 * len(waits))] < 0.015
    assert server.rate >= 0.97 * 30
    assert server.refused == 0


@virtually
async def test_while_nobody_taps_requests_leave_together_and_the_first_tap_waits_no_tenth_of_a_second() -> None:
    server = FarServer(AccountPacer(TELEGRAM, patience=FOREVER), 30, lambda _: 0.0)
    async with asyncio.TaskGroup() as tasks:
        for number in range(1_500):
            tasks.create_task(server.ask(str(number)))
        await asyncio.sleep(9)
        moments = len({round(at, 3) for at in server.arrivals})
        assert moments < 0.4 * len(server.arrivals)
        while len(server.waits) < 3:
            await server.ask(f"tap{len(server.waits)}", lane=Lane.TAP)
            await asyncio.sleep(12.01)
    assert max(server.waits) < 0.1
    assert server.rate >= 0.97 * 30
    assert server.refused == 0
