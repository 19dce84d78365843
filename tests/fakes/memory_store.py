"""A store that keeps everything in dictionaries and forgets it with the process.

It passes the same contract suite as the real one. Tests may look at (and into) its public attributes.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from typing_extensions import override

from bot.core.model import ChatRef, DeliveryKind, DeliveryState, LearnerRef, Platform
from bot.core.ports import Counts, Store, Traffic
from tests.fakes.memory.announcements import MemoryAnnouncementStore
from tests.fakes.memory.chats import MemoryChatStore
from tests.fakes.memory.learners import MemoryLearnerStore
from tests.fakes.memory.messages import MemoryMessageStore
from tests.fakes.memory.outbox import MemoryOutboxStore
from tests.fakes.memory.tables import WAITING


class MemoryStore(
    MemoryChatStore, MemoryOutboxStore, MemoryAnnouncementStore, MemoryLearnerStore, MemoryMessageStore, Store
):
    """All state in dictionaries."""

    @override
    async def ask(self, chat: ChatRef, learner: LearnerRef, action: str, *, at: datetime) -> None:
        self.learners.add(learner)
        self.prompts[self._known(chat), learner] = (action, at)

    @override
    async def asked(
        self, chat: ChatRef, learner: LearnerRef, *, take: bool, since: datetime | None = None
    ) -> str | None:
        found = self.prompts.get((chat, learner))
        if take:
            self.prompts.pop((chat, learner), None)
        return found[0] if found is not None and (since is None or found[1] >= since) else None

    @override
    async def recall(self, key: str) -> str | None:
        return self.values.get(key)

    @override
    async def remember(self, key: str, value: str | None, *, until: datetime | None = None) -> None:
        del until
        if value is None:
            self.values.pop(key, None)
        else:
            self.values[key] = value

    @override
    async def counts(self) -> Counts:
        return Counts(
            chats=len(self.chats.keys() - self.gone.keys()),
            subscriptions=sum(1 for subscription in self.subscriptions.values() if subscription.active),
            learners=len(self.learners),
            answers=len(self.rated) + len(self.picked),
            reports=len(self.notes_to_operator),
        )

    @override
    async def traffic(self, *, day: datetime, week: datetime, now: datetime) -> Mapping[Platform, Traffic]:
        subscribed = await self.subscribers()
        found = {platform: self._traffic(platform, day, week, now) for platform in self._platforms()}
        told = {platform: replace(one, subscribed=subscribed.get(platform, 0)) for platform, one in found.items()}
        return {platform: one for platform, one in told.items() if one != Traffic()}

    def _platforms(self) -> list[Platform]:
        return sorted({chat.platform for chat in self.chats})

    def _traffic(self, platform: Platform, day: datetime, week: datetime, now: datetime) -> Traffic:
        due = [row for row in self.deliveries.values() if row.chat.platform == platform and row.due_at <= now]
        rows = [row for row in due if row.due_at >= week and row.kind is not DeliveryKind.ANNOUNCEMENT]
        sent = [row for row in rows if row.state is DeliveryState.SENT]
        lost = [row.reason for row in rows if row.state in {DeliveryState.FAILED, DeliveryState.MISSED}]
        return Traffic(
            waiting=sum(row.state in {*WAITING, DeliveryState.SENDING} for row in due),
            today=sum(row.due_at >= day for row in sent),
            week=len(sent),
            punctual=sum(row.sent_at is not None and row.sent_at < row.due_at + timedelta(minutes=1) for row in sent),
            failed=Counter(lost),
        )
