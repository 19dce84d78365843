"""Pacing: one account's requests in the order of their lanes, as fast as the platform allows and not faster.

Every chat has its own queue for each lane. The head of a queue is either *ready*, and then waits for the account
alone, or *blocked* until its chat may be asked again, and then stands in nobody's way. Heads of equal lanes go in
the order in which they came. A turn costs O(log n) in the number of chats that wait.
"""

import asyncio
from collections import OrderedDict, deque
from datetime import timedelta
from heapq import heappop, heappush
from itertools import islice
from typing import Final, Protocol

from typing_extensions import override

from bot.core.errors import RateLimited
from bot.core.ports import Lane, Pacer
from bot.delivery.arrivals import Answers, Departure
from bot.delivery.gates import Gate, Meter, gathering
from bot.delivery.limits import Limits, Rate

LANES: Final = tuple(Lane)
# A lane that was passed over this often goes first once.
FAIRNESS: Final = 8
PATIENCE: Final = timedelta(seconds=20)
# Of that patience, the part for those who wait because of their own chat: where many are in one chat, all but the first
# few come again later, and what can leave elsewhere need not wait until they are gone.
IN_ONE_CHAT: Final = 1 / 8
# All in seconds. By so much who comes again at a given time may be early.
A_LITTLE_EARLY: Final = 0.1
# After so long without a tap none is expected from one moment to the next.
CALM_AFTER: Final = 10.0


class PacerWatch(Protocol):
    """Hears what a pacer does, for the metrics."""

    def waited(self, lane: Lane, seconds: float) -> None:
        """A request left after waiting so long."""
        ...

    def refused(self) -> None:
        """The platform asked for a pause."""
        ...


class _Scope(Gate):
    """A chat's gate with the turns that wait for it, a queue for each lane, and when those come again that may not."""

    __slots__ = ("group", "put_off", "queues")

    def __init__(self, rates: tuple[Rate | None, ...]) -> None:
        super().__init__(rates)
        self.group = False
        self.queues: dict[Lane, deque[tuple[int, asyncio.Future[Departure]]]] = {}
        self.put_off: deque[float] = deque()

    @property
    def waiting(self) -> bool:
        """Whether anybody is in a queue."""
        return any(self.queues.values())


class AccountPacer(Pacer):
    """Keeps the limits of one platform account, on the clock of the running event loop.

    Args:
        limits: What the platform publishes.
        patience: How long a turn of the slower lanes is waited for before `turn` raises RateLimited.
        watch: Told of every wait and refusal.
    """

    def __init__(self, limits: Limits, *, patience: timedelta = PATIENCE, watch: PacerWatch | None = None) -> None:
        self._limits: Final = limits
        self._patience: Final = patience.total_seconds()
        self._watch: Final = watch
        self._account: Final = Gate((limits.overall,))
        self._refusals: Final = None if limits.refusals is None else Meter(limits.refusals)
        self._answers: Final = Answers()
        self._nowhere: Final = _Scope(())
        self._scopes: Final[OrderedDict[str, _Scope]] = OrderedDict()
        # Both by lane: the heads that wait for the account alone, and how often others went before them.
        self._ready: Final[list[list[tuple[int, _Scope]]]] = [[] for _ in LANES]
        self._passed_over: Final = [0 for _ in LANES]
        self._blocked: Final[list[tuple[float, int, Lane, _Scope]]] = []
        self._came = 0
        self._timer: asyncio.TimerHandle | None = None
        self._gathering: Final = gathering(limits.overall)
        self._tapped_at = float("-inf")

    @override
    async def turn(self, lane: Lane, *, scope: str | None = None, group: bool = False) -> Departure:
        loop = asyncio.get_running_loop()
        began = loop.time()
        place = self._scope(scope, group=group, now=began)
        tap = lane is Lane.TAP
        if tap:
            self._tapped_at = began
        else:
            self._refuse_long_waits(place, began)
        if self._free_now(place, began, tap=tap):
            departure = self._let_pass(place, began)
        else:
            future = self._enqueue(lane, place, loop)
            try:
                async with asyncio.timeout(None if tap else self._patience):
                    departure = await future
                departure.left()
            except TimeoutError:
                raise self._too_long(place, loop.time()) from None
        if self._watch is not None:
            self._watch.waited(lane, loop.time() - began)
        return departure

    @override
    def pause(self, retry_after: timedelta, *, scope: str | None = None) -> None:
        now = asyncio.get_running_loop().time()
        gate = self._account if scope is None else self._scope(scope, group=False, now=now)
        gate.refused(now, now + retry_after.total_seconds())
        self.refused()
        if self._watch is not None:
            self._watch.refused()

    @override
    def refused(self) -> None:
        if self._refusals is None:
            return
        now = asyncio.get_running_loop().time()
        self._refusals.passed(Departure(now), stretch=1)
        free = self._refusals.free_at(tap=False, stretch=1)
        self._account.paused_until = max(self._account.paused_until, free)

    @property
    def scopes(self) -> int:
        """How many chats are remembered: those asked within the last minutes."""
        return len(self._scopes)

    def _scope(self, key: str | None, *, group: bool, now: float) -> _Scope:
        if key is None:
            return self._nowhere
        found = self._scopes.get(key)
        if found is None:
            self._forget_idle(now)
            found = self._scopes[key] = _Scope((self._limits.chat,))
        else:
            self._scopes.move_to_end(key)
        if group and not found.group:
            found.group = True
            if self._limits.group is not None:
                found.meters.append(Meter(self._limits.group))
        return found

    def _forget_idle(self, now: float) -> None:
        """Look at the two chats asked longest ago: forget those like new, look at the others later."""
        for key in list(islice(self._scopes, 2)):
            if self._scopes[key].waiting or not self._scopes[key].idle(now):
                self._scopes.move_to_end(key)
            else:
                del self._scopes[key]

    def _free_now(self, place: _Scope, now: float, *, tap: bool) -> bool:
        if place.waiting or any(self._ready):
            return False
        return place.free_at(now, tap=tap) <= now and self._account.free_at(now, tap=tap) <= now

    def _let_pass(self, place: _Scope, now: float) -> Departure:
        departure = Departure(now, self._answers)
        place.passed(departure)
        self._account.passed(departure, company=self._company(now))
        return departure

    def _refuse_long_waits(self, place: _Scope, now: float) -> None:
        """Not even join the queue when the wait is known to be too long."""
        if max(self._account.paused_until, place.paused_until) - now > self._patience:
            raise self._too_long(place, now)
        before = sum(map(len, place.queues.values())) if place.queues else 0
        if place.free_behind(before, now) - now > self._patience * IN_ONE_CHAT:
            raise self._put_off(place, before, now)

    def _put_off(self, place: _Scope, before: int, now: float) -> RateLimited:
        """To come again when the chat has room, behind those who wait there and those who were put off before."""
        while place.put_off and place.put_off[0] <= now + A_LITTLE_EARLY:
            place.put_off.popleft()
        at = place.free_behind(before + len(place.put_off), max(now, place.paused_until))
        place.put_off.append(at)
        return RateLimited(
            f"{before} wait in this chat already; its limits allow one more in {at - now:.1f} s",
            retry_after=timedelta(seconds=at - now),
        )

    def _too_long(self, place: _Scope, now: float) -> RateLimited:
        here, everywhere = place.free_at(now, tap=False) - now, self._account.paused_until - now
        wait = max(here, everywhere, 1.0)
        return RateLimited(
            f"no turn within {self._patience:g} s; the limits allow it in {wait:.1f} s",
            retry_after=timedelta(seconds=wait),
            everywhere=everywhere > max(here, 0),
        )

    def _enqueue(self, lane: Lane, place: _Scope, loop: asyncio.AbstractEventLoop) -> asyncio.Future[Departure]:
        self._came += 1
        future: asyncio.Future[Departure] = loop.create_future()
        queue = place.queues.setdefault(lane, deque())
        queue.append((self._came, future))
        # Behind others who wait for the account already nobody leaves before they do.
        others = self._timer is not None and any(self._ready[before] for before in LANES if before <= lane)
        if len(queue) == 1:
            heappush(self._ready[lane], (self._came, place))
        if not others:
            self._dispatch()
        return future

    def _dispatch(self) -> None:
        """Let pass whoever may, and come back when the next one may."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._unblock(now)
        later = float("inf")
        while (lane := self._next_lane()) is not None:
            free = self._account.free_at(now, tap=lane is Lane.TAP)
            if free > now:
                company = 0.0 if lane is Lane.TAP else self._company(now)
                later = self._account.free_together_at(now, company=company) if company else free
                break
            self._serve(lane, now)
        if self._blocked:
            later = min(later, self._blocked[0][0])
        self._come_back(loop, later)

    def _company(self, now: float) -> float:
        """For how long a request may wait for others to leave with."""
        return self._gathering if now - self._tapped_at > CALM_AFTER else 0.0

    def _unblock(self, now: float) -> None:
        while self._blocked and self._blocked[0][0] <= now:
            _, came, lane, place = heappop(self._blocked)
            heappush(self._ready[lane], (came, place))

    def _next_lane(self) -> Lane | None:
        """The fastest lane with somebody ready, or one that was passed over often enough."""
        waiting = [lane for lane in LANES if self._ready[lane]]
        if not waiting:
            return None
        return next((lane for lane in waiting if self._passed_over[lane] >= FAIRNESS), waiting[0])

    def _serve(self, lane: Lane, now: float) -> None:
        """Take the lane's first head: let it pass, or put it where it belongs."""
        came, place = heappop(self._ready[lane])
        queue = place.queues[lane]
        while queue and queue[0][1].done():
            queue.popleft()
        if queue and queue[0][0] == came:
            free = place.free_at(now, tap=lane is Lane.TAP)
            if free > now:
                heappush(self._blocked, (free, came, lane, place))
                return
            queue.popleft()[1].set_result(self._let_pass(place, now))
            self._count(lane)
        if queue:
            heappush(self._ready[lane], (queue[0][0], place))

    def _count(self, served: Lane) -> None:
        self._passed_over[served] = 0
        for lane in LANES:
            if lane > served and self._ready[lane]:
                self._passed_over[lane] += 1

    def _come_back(self, loop: asyncio.AbstractEventLoop, at: float) -> None:
        if self._timer is not None:
            if self._timer.when() == at and not self._timer.cancelled():
                return
            self._timer.cancel()
        self._timer = None if at == float("inf") else loop.call_at(at, self._on_time)

    def _on_time(self) -> None:
        self._timer = None
        self._dispatch()
