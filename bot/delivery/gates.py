"""When one chat, or a whole account, may be asked again. All times are seconds of the event loop's clock."""

from collections import deque
from collections.abc import Iterable
from math import exp2
from typing import Final

from bot.delivery.arrivals import Departure
from bot.delivery.limits import Rate

# Requests leave in order and on time, but do not take equally long to arrive: a window is kept this part longer than
# it is, though never by more than a tenth of a second. As long as no request takes so much longer on its way than
# another, a window is never overdrawn where they arrive; those that take longer still are known by their late answers.
MARGIN: Final = 0.026
MOST_MARGIN: Final = 0.1
# Spread-out requests keep a little more, so that a late one can be made up for.
SPREAD: Final = 1.06
# How far back unused places of a spread-out rate are made up for, as a part of the window.
MAKE_UP: Final = 0.05
# While nobody taps, spread-out requests leave a few at a time: so many, or as many as come together in so many seconds.
# To wake up for each of them costs more than to send it.
MOST_TOGETHER: Final = 4
TOGETHER: Final = 0.105
A_MOMENT: Final = 0.005
# In seconds: a tap need not keep the whole margin after a request that surely had arrived so soon after it left.
SURE: Final = 0.002
# How many requests may arrive in another order than they left.
OUT_OF_ORDER: Final = 8
# What a refusal teaches: everything takes a tenth longer, at most twice as long, and half of that is forgotten
# every minute.
LESSON: Final = 0.1
MOST_LEARNED: Final = 1.0
FORGETTING: Final = 60.0


class Meter:
    """Remembers the latest requests under one rate, and says when the next may follow."""

    __slots__ = ("_departures", "_even_at", "_rate")

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._departures: deque[Departure] = deque(maxlen=rate.count * rate.burst + OUT_OF_ORDER)
        self._even_at = float("-inf")

    def free_at(self, *, tap: bool, stretch: float) -> float:
        """When the next request may leave; `stretch` is how many times longer everything takes."""
        rate = self._rate
        free = self._window_free_at(rate.burst if tap else 1, 0, tap=tap, stretch=stretch)
        return free if tap or not rate.even else max(free, self._even_at)

    def free_together_at(self, *, stretch: float, company: float) -> float:
        """When the next requests may leave if they wait so many seconds more for others to leave with."""
        free = self.free_at(tap=False, stretch=stretch)
        if not self._rate.even:
            return free
        free = max(free, self._even_at + company)
        for further in range(1, MOST_TOGETHER):
            # A moment more, rather than without the one that may leave just after.
            later = self._window_free_at(1, further, tap=False, stretch=stretch)
            if later > free + A_MOMENT:
                break
            free = max(free, later)
        return free

    def free_behind(self, others: int, start: float, *, stretch: float) -> float:
        """When the next request may leave if so many go before it, from `start` on and each as soon as it may."""
        rate = self._rate
        rounds, further = divmod(others, rate.count)
        free = max(start, self._window_free_at(1, further, tap=False, stretch=stretch))
        return free + rounds * (rate.per + _margin(rate.per)) * stretch

    def _window_free_at(self, windows: int, further: int, *, tap: bool, stretch: float) -> float:
        """When so many windows have room for the next request, or for one that so many go before."""
        rate, departures = self._rate, self._departures
        behind = min(len(departures) - rate.count * windows + further, len(departures) - 1)
        if behind < 0:
            return float("-inf")
        margin = _margin(rate.per) * stretch
        # All of those must have left the window: one that left earlier may arrive later.
        before = [departures[place] for place in range(max(behind - OUT_OF_ORDER, 0), behind + 1)]
        if tap:
            cleared = max(min(one.at + margin, one.arrived_by + SURE) for one in before)
        else:
            cleared = max(one.at for one in before) + margin
        return cleared + rate.per * windows * stretch

    def passed(self, departure: Departure, *, stretch: float, company: float = 0.0) -> None:
        """A request leaves; the time in which it waited for company is made up for."""
        rate = self._rate
        self._departures.append(departure)
        if rate.even:
            # After silence there is nothing to make up for, but as many may leave together as later.
            idle = departure.at - self._even_at >= rate.per
            owed = company if idle else company + rate.per * MAKE_UP
            self._even_at = max(self._even_at, departure.at - owed) + _gap(rate) * stretch

    def idle(self, now: float) -> bool:
        """Whether nothing of the past matters any more."""
        # With twice the window nothing learned can make it matter again.
        rate = self._rate
        return not self._departures or self._departures[-1].at + 2 * (rate.per * rate.burst + MOST_MARGIN) <= now


class Gate:
    """The meters of one chat or account, the pause it was asked for, and what it learned from being refused."""

    __slots__ = ("_lesson", "_lesson_at", "meters", "paused_until")

    def __init__(self, rates: Iterable[Rate | None]) -> None:
        self.meters = [Meter(rate) for rate in rates if rate is not None]
        self.paused_until = float("-inf")
        self._lesson = 0.0
        self._lesson_at = float("-inf")

    def free_at(self, now: float, *, tap: bool) -> float:
        """When the next request may leave; a time that has passed means now."""
        free = self.paused_until
        if self.meters:
            stretch = self.stretch(now)
            for meter in self.meters:
                free = max(free, meter.free_at(tap=tap, stretch=stretch))
        return free

    def free_together_at(self, now: float, *, company: float) -> float:
        """When the next requests may leave if they wait so many seconds more for others to leave with."""
        stretch = self.stretch(now)
        return max(
            self.paused_until, *(meter.free_together_at(stretch=stretch, company=company) for meter in self.meters)
        )

    def free_behind(self, others: int, start: float) -> float:
        """When the limits have room for one more request behind so many others; see `Meter.free_behind`."""
        free = start
        if self.meters:
            stretch = self.stretch(start)
            for meter in self.meters:
                free = max(free, meter.free_behind(others, start, stretch=stretch))
        return free

    def passed(self, departure: Departure, *, company: float = 0.0) -> None:
        """A request leaves; see `Meter.passed`."""
        if self.meters:
            stretch = self.stretch(departure.at)
            for meter in self.meters:
                meter.passed(departure, stretch=stretch, company=company)

    def refused(self, now: float, until: float) -> None:
        """Pause to the letter, and go slower for a while; refusals within one second are one lesson."""
        self.paused_until = max(self.paused_until, until)
        if now - self._lesson_at >= 1:
            self._lesson = min(self.stretch(now) - 1 + LESSON, MOST_LEARNED)
            self._lesson_at = now

    def stretch(self, now: float) -> float:
        """How many times longer than published everything takes here."""
        if not self._lesson:
            return 1.0
        return 1.0 + self._lesson * exp2((self._lesson_at - now) / FORGETTING)

    def idle(self, now: float) -> bool:
        """Whether this gate is like a new one."""
        return (
            self.paused_until <= now and self.stretch(now) < 1 + LESSON / 10 and all(m.idle(now) for m in self.meters)
        )


def gathering(rate: Rate | None) -> float:
    """For how many seconds requests of a spread-out rate may wait for others to leave with; it is made up for."""
    if rate is None or not rate.even:
        return 0.0
    gap = _gap(rate)
    # A little longer, for the last of them to be due as well.
    return (min(int(TOGETHER * rate.per / gap), MOST_TOGETHER - 1) + 0.03) * gap


def _gap(rate: Rate) -> float:
    return (rate.per + _margin(rate.per) * SPREAD) / rate.count


def _margin(per: float) -> float:
    return min(per * MARGIN, MOST_MARGIN)
