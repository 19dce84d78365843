"""An event loop whose time is a number: it jumps to the next timer instead of waiting for it."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar, TypeVarTuple

import aiosqlite
from typing_extensions import override

from bot.core.ports import Clock
from tests.fakes.wire import Wire

T = TypeVar("T")
P = ParamSpec("P")
Args = TypeVarTuple("Args")
START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
STUCK_AFTER = 10
RESOLUTION = 1e-9
"""How many seconds early a timer may run, in a loop of asyncio's."""
SIGN = 0.001
"""How many real seconds something may take to show itself that no count tells of: a connection, its end, a thread."""
ARRIVAL = 1.0
"""How many real seconds what was sent may take before it is taken to be something that nobody wants to read."""


class _JumpingSelector(selectors.DefaultSelector):
    """Never waits: what it is asked to wait for is added to the loop's time.

    With a wire, no time passes while something is on its way over it. While a thread works for somebody, none does.
    """

    def __init__(self, wire: Wire | None) -> None:
        super().__init__()
        self.now = 0.0
        self.working = 0
        self._wire = wire

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout and timeout <= RESOLUTION:
            # The timer runs now. Did its time not come, who sleeps until then would have to sleep again for ever.
            self.now += timeout
            timeout = 0
        events = super().select(0)
        if events or timeout == 0:
            return events
        if self.working:
            events = super().select(STUCK_AFTER)
            assert events, "a thread takes for ever"
            return events
        if self._wire and (events := super().select(ARRIVAL if self._wire.busy else SIGN)):
            return events
        if timeout is None:
            # Only a thread can bring news now; a scenario that waits for nothing is a mistake.
            events = super().select(STUCK_AFTER)
            assert events, "nothing will ever happen again in this scenario"
            return events
        self.now += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop in which hours pass in no time; `time()` starts at 0."""

    def __init__(self, wire: Wire | None = None) -> None:
        self._jumping = _JumpingSelector(wire)
        super().__init__(self._jumping)

    @override
    def time(self) -> float:
        return self._jumping.now

    @override
    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Args], T], *args: *Args
    ) -> "asyncio.Future[T]":
        """As ever; no time passes until it is done."""
        self._jumping.working += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._done)
        return future

    def _done(self, _: object) -> None:
        self._jumping.working -= 1

    @contextmanager
    def waiting_for_databases(self) -> Iterator[None]:
        """Let no time pass while a database works in its thread."""
        real = aiosqlite.Connection._execute
        jumping = self._jumping

        async def counted(self: aiosqlite.Connection, fn: Any, *args: Any, **kwargs: Any) -> Any:
            jumping.working += 1
            try:
                return await real(self, fn, *args, **kwargs)  # type: ignore[no-untyped-call]  # it has none
            finally:
                jumping.working -= 1

        aiosqlite.Connection._execute = counted  # type: ignore[method-assign]  # nothing else tells when one works
        try:
            yield
        finally:
            aiosqlite.Connection._execute = real  # type: ignore[method-assign]


def virtually(test: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Run an async test in a virtual loop."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return _run(VirtualLoop(), test(*args, **kwargs))

    return run


def virtually_over_sockets(test: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Run an async test in a virtual loop whose time waits for what is on its way over loopback."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        wire = Wire()
        with wire.watched():
            return _run(VirtualLoop(wire), test(*args, **kwargs))

    return run


def _run(loop: VirtualLoop, scenario: Coroutine[Any, Any, T]) -> T:
    with loop.waiting_for_databases(), asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(scenario)


class LoopClock(Clock):
    """A wall clock that goes with the loop's time, until somebody sets it."""

    def __init__(self, start: datetime = START) -> None:
        self._start = start

    @override
    def now(self) -> datetime:
        return self._start + timedelta(seconds=asyncio.get_running_loop().time())

    def step(self, span: timedelta) -> None:
        """Set the wall clock forward (back, when negative); the loop's time goes on as before."""
        self._start += span
