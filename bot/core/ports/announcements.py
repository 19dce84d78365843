"""What is kept about operators' announcements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.model import Announcement, ChatRef, Language, MessageId, Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """How far an announcement has come, in deliveries; `failed` are those that no stop has ended.

    `total` is at first what was foreseen, and exact once everything is planned.
    """

    total: int = 0
    sent: int = 0
    failed: int = 0

    @property
    def left(self) -> int:
        """Those that are to come, or that will not come any more after a stop."""
        return max(0, self.total - self.sent - self.failed)


class AnnouncementStore(Protocol):
    """Announcements and how far they have come."""

    async def subscribers(self) -> Mapping[Platform, int]:
        """How many chats have an active subscription, on each platform that has any."""
        ...

    async def draft_announcement(
        self, text: str, *, chat: ChatRef, language: Language, total: int, at: datetime
    ) -> Announcement:
        """Keep the text of an announcement that nobody has decided about; `total` chats are expected to get it."""
        ...

    async def announcement(self, number: int) -> Announcement | None:
        """The announcement of that number."""
        ...

    async def start_announcement(self, number: int, *, at: datetime) -> bool:
        """Make a draft RUNNING, unless another one is open; returns whether that was done."""
        ...

    async def stop_announcement(self, number: int, *, at: datetime) -> bool:
        """Make a draft CANCELLED, or a RUNNING one STOPPING; returns whether it was one of the two."""
        ...

    async def open_announcements(self) -> Sequence[Announcement]:
        """Those that are open, or that have ended without the operator having been told; lowest number first."""
        ...

    async def advance_announcement(
        self, number: int, *, platforms: Sequence[Platform], at: datetime, limit: int
    ) -> bool:
        """Take an open announcement one step further, in one transaction; returns whether more may be done at once.

        A RUNNING one plans a delivery, due now, for the next `limit` chats of these platforms that have an active
        subscription; each gets one, however often it is asked for. A STOPPING one lets `limit` waiting deliveries
        fail with the reason `stopped`, and those that were being sent when their lease ran out, at `at` or before,
        with `unknown-outcome`. Once none is left to plan and none is on its way, it is DONE or STOPPED.
        """
        ...

    async def announced(self, number: int) -> Announced:
        """How far an announcement has come; all zeros for none."""
        ...

    async def note_announcement(self, number: int, *, message: MessageId | None, told: bool = False) -> None:
        """Keep which message tells the operator how it goes, and whether it tells the end."""
        ...
