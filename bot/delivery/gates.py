"""When one chat, or a whole account, may be asked again. All times are seconds of the event loop's clock."""

import asyncio
from collections import deque
from collections.abc import Iterable
from math import exp2
from typing import Final

from typing_extensions import override

from bot.core.ports import Turn
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
# In seconds, how late a request is always believed to have arrived: no more than is made up for afterwards. Beyond that
# it is believed now and then: by so many seconds together at first, and by this part of the time later. No rate falls
# by more than that, however slow answers may be.
BELIEVED: Final = 0.03
TRUST: Final = 0.2
TRUST_GROWS: Final = 0.001
# What a refusal teaches: everything takes a tenth longer, at most twice as long, and half of that is forgotten
# every minute.
LESSON: Final = 0.1
MOST_LEARNED: Final = 1.0
FORGETTING: Final = 60.0


class Answers:
    """How long answers take, and by how much one was later than usual.

    A request whose answer came so much later than others' may have arrived so much later. What is usual is reckoned
    as in RFC 6298, from the mean and the mean deviation.
    """

    __slots__ = ("_deviation", "_mean", "_trust", "_trust_at")

    def __init__(self) -> None:
        self._mean = 0.0
        self._deviation = 0.0
        self._trust = TRUST
        self._trust_at = 0.0

    def late(self, now: float, seconds: float) -> float:
        """How late a request is believed to have arrived whose answer came now, after so many seconds."""
        if not self._mean:
            self._mean, self._deviation = seconds, seconds / 2
        usual = self._mean + 2 * self._deviation
        # One odd answer says little about what is usual; if many are odd, they are.
        error = min(seconds, usual + self._deviation) - self._mean
        self._mean += error / 8
        self._deviation += (abs(error) - self._deviation) / 8
        return self._believed(now, max(seconds - usual, 0.0))

    def _believed(self, now: float, late: float) -> float:
        if late <= BELIEVED:
            return late
        trust = min(self._trust + (now - self._trust_at) * TRUST_GROWS, TRUST)
        more = min(late - BELIEVED, trust)
        self._trust, self._trust_at = trust - more, now
        return BELIEVED + more


class Departure(Turn):
    """When a request leaves: as planned at first, put right when it leaves later, or when it seems to arrive late."""

    __slots__ = ("_answers", "at")

    def __init__(self, at: float, answers: Answers | None = None) -> None:
        self.at = at
        self._answers: Final = answers

    @override
    def left(self) -> None:
        self.at = asyncio.get_running_loop().time()

    @override
    def answered(self) -> None:
        if self._answers is not None:
            now = asyncio.get_running_loop().time()
            self.at += self._answers.late(now, now - self.at)


class Meter:
    """Remembers the latest requests under one rate, and says when the next may follow."""

    __slots__ = ("_departures", "_even_at", "_latest_forgotten", "_rate")

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._latest_forgotten = float("-inf")
        self._departures: deque[Departure] = deque(maxlen=rate.count * rate.burst)
        self._even_at = float("-inf")

    def free_at(self, *, tap: bool, stretch: float) -> float:
        """When the next request may leave; `stretch` is how many times longer everything takes."""
        rate = self._rate
        windows = rate.burst if tap else 1
        count = rate.count * windows
        free = float("-inf")
        if len(self._departures) >= count:
            # One that left earlier may arrive later.
            last = max(self._departures[-count].at, self._latest_forgotten)
            free = last + (rate.per * windows + _margin(rate.per)) * stretch
        return free if tap or not rate.even else max(free, self._even_at)

    def passed(self, departure: Departure, *, stretch: float) -> None:
        """A request leaves."""
        rate = self._rate
        if len(self._departures) == self._departures.maxlen:
            self._latest_forgotten = max(self._latest_forgotten, self._departures[0].at)
        self._departures.append(departure)
        if rate.even:
            gap = (rate.per + _margin(rate.per) * SPREAD) / rate.count * stretch
            self._even_at = max(self._even_at, departure.at - rate.per * MAKE_UP) + gap

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

    def passed(self, departure: Departure) -> None:
        """A request leaves."""
        if self.meters:
            stretch = self.stretch(departure.at)
            for meter in self.meters:
                meter.passed(departure, stretch=stretch)

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


def _margin(per: float) -> float:
    return min(per * MARGIN, MOST_MARGIN)
