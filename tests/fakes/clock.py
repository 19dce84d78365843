"""A clock that stands still until it is moved."""

from datetime import UTC, datetime, timedelta

from typing_extensions import override

from bot.core.ports import Clock

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class FakeClock(Clock):
    """Tells the instant it was set to."""

    def __init__(self, now: datetime = NOON) -> None:
        self.instant = now

    @override
    def now(self) -> datetime:
        return self.instant

    def advance(self, span: timedelta) -> datetime:
        """Move it (back, when negative) and tell the new instant."""
        self.instant += span
        return self.instant
