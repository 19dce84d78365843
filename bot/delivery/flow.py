"""How much a platform takes at present: as many deliveries under way as it answers within a moment."""

from typing import Final

# Deliveries under way at most; each is a task and a value of some kilobytes.
MOST: Final = 256
LEAST: Final = 32
AT_FIRST: Final = 64
# Under way is what leaves within so many seconds. More than the slowest answers take, or a slow server would look like
# a slow pace; less than a stop may take, for then all of it still leaves.
AHEAD: Final = 4.0
MEASURED: Final = 1.0
# After failures that are the platform's own: longer and longer, at most this.
FIRST_HOLD: Final = 0.5
LONGEST_HOLD: Final = 30.0
PROBES: Final = 4
# Longer than anything waits to be tried again: what failed so long ago says nothing of now.
NEWS: Final = 900.0


class Flow:
    """Counts what is finished, and says how many more may be claimed. Times are those of the event loop."""

    def __init__(self, *, most: int = MOST) -> None:
        self._most: Final = most
        self._limit = min(AT_FIRST, most)
        self._since = 0.0
        self._finished = 0
        self._full = False
        self._failures = 0
        self._held_until = float("-inf")
        self._paused_until = float("-inf")

    @property
    def troubled(self) -> bool:
        """Whether the platform failed lately and has not answered since."""
        return self._failures > 0

    def is_troubled(self, now: float) -> bool:
        """Whether that is news: with nothing to send for a while nobody can tell."""
        return self.troubled and now < self._held_until + NEWS

    def room(self, under_way: int) -> int:
        """How many more may be claimed; 0 until there is room for a batch worth a transaction."""
        limit = min(PROBES, self._limit) if self.troubled else self._limit
        room = limit - under_way
        self._full = self._full or room <= 0
        return room if room > 0 and room * 4 >= limit else 0

    def held_for(self, now: float) -> float:
        """For how many seconds nothing is to be claimed."""
        return max(0.0, self._held_until - now, self._paused_until - now)

    def paused_for(self, now: float) -> float:
        """For how many seconds the platform wants nothing, by its own words."""
        return max(0.0, self._paused_until - now)

    def finished(self, now: float) -> None:
        """A delivery came to an end, and the limit follows the rate at which they do."""
        self._finished += 1
        span = now - self._since
        if span < MEASURED:
            return
        if self._full and not self.troubled:
            self._limit = max(min(LEAST, self._most), min(self._most, round(self._finished / span * AHEAD)))
        self._since, self._finished, self._full = now, 0, False

    def answered(self) -> None:
        """The platform gave an answer, so it is there."""
        self._failures = 0

    def failed(self, now: float) -> None:
        """The platform could not be reached, or left open what happened; failures together count once."""
        if now >= self._held_until:
            self._failures += 1
            self._held_until = now + min(FIRST_HOLD * 2.0 ** min(self._failures - 1, 20), LONGEST_HOLD)

    def pause(self, now: float, seconds: float) -> None:
        """The platform asked for a pause of everything: claim nothing before it ends."""
        self._paused_until = max(self._paused_until, now + seconds)
