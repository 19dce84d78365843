"""The one place where the time is read."""

from datetime import UTC, datetime

from typing_extensions import override

from bot.core.ports import Clock


class SystemClock(Clock):
    """The machine's clock."""

    @override
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  # this is that place
