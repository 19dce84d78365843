"""How fast bots may write, as Telegram publishes it, and its refusal of more.

About 30 messages a second overall (1,000 where they are paid for), one a second in a chat with short bursts beyond, 20
a minute in a group or channel. Edits count like messages, and every picture of an album by itself, except that a chat
takes an album whole.
https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

from collections import defaultdict, deque
from math import ceil
from typing import Final

from tests.fakes.telegram_world import Error, Json

BURST: Final = 3
"""Messages that a chat takes at once after some silence; Telegram publishes no number for its "short bursts"."""

_FREE: Final = frozenset({"sendChatAction"})


class _Window:
    """At most `count` in any `per` seconds."""

    def __init__(self, count: int, per: float) -> None:
        self._per: Final = per
        self._times: Final[deque[float]] = deque(maxlen=count)

    def full_for(self, now: float) -> float:
        """For how many seconds one more is too many."""
        if len(self._times) < (self._times.maxlen or 0):
            return 0.0
        return max(self._times[0] + self._per - now, 0.0)

    def add(self, now: float) -> None:
        """One more."""
        self._times.append(now)


class TelegramLimits:
    """Counts what is written; what is too much is refused and not counted.

    Before `flooded_until` everything is: so Telegram treats an account that went on too fast.
    """

    def __init__(self) -> None:
        self.refused = 0
        self.flooded_until = 0.0
        self._free: Final = _Window(30, 1.0)
        self._paid: Final = _Window(1_000, 1.0)
        self._chats: Final[dict[str, _Window]] = defaultdict(lambda: _Window(BURST, float(BURST)))
        self._groups: Final[dict[str, _Window]] = defaultdict(lambda: _Window(20, 60.0))

    def check(self, method: str, given: Json, now: float) -> None:
        """Take it, or refuse it in Telegram's words."""
        if not method.startswith(("send", "edit")) or method in _FREE:
            return
        if now < self.flooded_until:
            raise self._refusal(self.flooded_until - now)
        chat, *others = self._windows(given)
        self._take([chat, *others], now)
        for _ in given.get("media", [])[1:]:
            self._take(others, now)

    def _take(self, windows: list[_Window], now: float) -> None:
        if wait := max(window.full_for(now) for window in windows):
            raise self._refusal(wait)
        for window in windows:
            window.add(now)

    def _refusal(self, wait: float) -> Error:
        self.refused += 1
        seconds = max(ceil(wait), 1)
        return Error(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)

    def _windows(self, given: Json) -> list[_Window]:
        """The chat's own first."""
        overall = self._paid if given.get("allow_paid_broadcast") else self._free
        # Nothing is published about what one person alone sees; it is counted for that person.
        receiver = given.get("ephemeral_message_parameters", given).get("receiver_user_id")
        chat = str(receiver or given.get("chat_id") or given.get("inline_message_id"))
        groups = [self._groups[chat]] if chat.startswith(("-", "@")) else []
        return [self._chats[chat], overall, *groups]
