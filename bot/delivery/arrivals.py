"""When requests arrive, as far as their answers tell. All times are seconds of the event loop's clock."""

import asyncio
from typing import Final

from typing_extensions import override

from bot.core.ports import Turn

# In seconds, how late a request is always believed to have arrived: no more than is made up for afterwards. Beyond that
# it is believed now and then: by so many seconds together at first, and by this part of the time later. No rate falls
# by more than that, however slow answers may be.
BELIEVED: Final = 0.03
TRUST: Final = 0.2
TRUST_GROWS: Final = 0.001
# By what part of its distance to the mean the quickest answer is forgotten with each answer, and how many answers there
# must have been to know which is the quickest.
QUICKEST_FORGOTTEN: Final = 0.0001
ENOUGH: Final = 50


class Answers:
    """How long answers take, and by how much one was later than usual.

    A request whose answer came so much later than others' may have arrived so much later. What is usual is reckoned
    as in RFC 6298, from the mean and the mean deviation.
    """

    __slots__ = ("_arrived", "_count", "_deviation", "_mean", "_quickest", "_trust", "_trust_at")

    def __init__(self) -> None:
        self._arrived = float("-inf")
        self._count = 0
        self._quickest = float("inf")
        self._mean = 0.0
        self._deviation = 0.0
        self._trust = TRUST
        self._trust_at = 0.0

    def latest(self, seconds: float) -> float:
        """How late a request may have arrived whose answer came after so many seconds: all that others do without."""
        self._count += 1
        if seconds > self._quickest:
            self._quickest += max(self._mean - self._quickest, 0.0) * QUICKEST_FORGOTTEN
        self._quickest = min(self._quickest, seconds)
        return seconds - self._quickest if self._count > ENOUGH else float("inf")

    def late(self, now: float, seconds: float) -> float:
        """How late a request is believed to have arrived whose answer came now, so many seconds after it left."""
        if not self._mean:
            self._mean, self._deviation = seconds, seconds / 2
        usual = self._mean + 2 * self._deviation
        # One odd answer says little about what is usual; if many are odd, they are.
        error = min(seconds, usual + self._deviation) - self._mean
        self._mean += error / 8
        self._deviation += (abs(error) - self._deviation) / 8
        left = now - seconds
        late = self._believed(now, max(seconds - usual, 0.0), max(self._arrived - left, BELIEVED))
        if late > BELIEVED:
            self._arrived = max(self._arrived, left + late)
        return late

    def _believed(self, now: float, late: float, unasked: float) -> float:
        """As late as it seems, if that is no later than needs no trust: as others that stood in the same line."""
        if late <= unasked:
            return late
        trust = min(self._trust + (now - self._trust_at) * TRUST_GROWS, TRUST)
        more = min(late - unasked, trust)
        self._trust, self._trust_at = trust - more, now
        return unasked + more


class Departure(Turn):
    """When a request leaves: as planned at first, put right when it leaves later, or when it seems to arrive late.

    Attributes:
        at: When it left; later, if it seems to have arrived late.
        arrived_by: When it had surely arrived, reckoned as the time at which it would have left to arrive then as
            quickly as the quickest.
    """

    __slots__ = ("_answers", "arrived_by", "at")

    def __init__(self, at: float, answers: Answers | None = None) -> None:
        self.at = at
        self.arrived_by = float("inf")
        self._answers: Final = answers

    @override
    def left(self) -> None:
        self.at = asyncio.get_running_loop().time()

    @override
    def answered(self) -> None:
        if self._answers is not None:
            now = asyncio.get_running_loop().time()
            took = now - self.at
            self.arrived_by = self.at + self._answers.latest(took)
            self.at += self._answers.late(now, took)
