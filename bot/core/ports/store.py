"""All state that outlives a restart, as one contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.model import ChatRef, LearnerRef, Platform
from bot.core.ports.announcements import AnnouncementStore
from bot.core.ports.chats import ChatStore
from bot.core.ports.learners import LearnerStore
from bot.core.ports.messages import MessageStore
from bot.core.ports.outbox import OutboxStore
from bot.core.ports.traffic import Traffic


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Figures for operators."""

    chats: int = 0
    subscriptions: int = 0
    learners: int = 0
    answers: int = 0
    reports: int = 0


class Store(ChatStore, OutboxStore, AnnouncementStore, LearnerStore, MessageStore, Protocol):
    """All state that outlives a restart. Each method is one transaction and says an intent.

    Raises StoreError when the database cannot be used.
    """

    async def ask(self, chat: ChatRef, learner: LearnerRef, action: str, *, at: datetime) -> None:
        """Remember what this person was asked in this chat (an encoded action); replaces the earlier one."""
        ...

    async def asked(
        self, chat: ChatRef, learner: LearnerRef, *, take: bool, since: datetime | None = None
    ) -> str | None:
        """What this person was asked there, at `since` or later; `take` forgets it, however old."""
        ...

    async def recall(self, key: str) -> str | None:
        """A small value kept under a name (a hash of a command menu, a file id, a chat's first language)."""
        ...

    async def remember(self, key: str, value: str | None, *, until: datetime | None = None) -> None:
        """Keep a small value; None forgets it. After `until` (aware UTC) it may be forgotten without a word."""
        ...

    async def counts(self) -> Counts:
        """Figures for operators; nobody else waits meanwhile, however long counting takes."""
        ...

    async def traffic(self, *, day: datetime, week: datetime, now: datetime) -> Mapping[Platform, Traffic]:
        """What became of each platform's deliveries that were due since `day` and `week` began, up to `now`.

        `week` is not after `day`. Platforms with nothing to tell of are left out. Nobody else waits meanwhile.
        """
        ...
