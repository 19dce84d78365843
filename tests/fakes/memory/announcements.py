"""Operators' announcements, in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from typing_extensions import override

from bot.core.model import (
    Announcement,
    AnnouncementState,
    ChatRef,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Language,
    MessageId,
    Platform,
    QuestionId,
)
from bot.core.ports import Announced, AnnouncementStore, PlannedDelivery
from tests.fakes.memory.tables import WAITING, MemoryTables


class MemoryAnnouncementStore(MemoryTables, AnnouncementStore):
    """Announcements and how far they have come."""

    @override
    async def subscribers(self) -> Mapping[Platform, int]:
        return Counter(ref.platform for ref, subscription in self.subscriptions.items() if subscription.active)

    @override
    async def draft_announcement(
        self, text: str, *, chat: ChatRef, language: Language, total: int, at: datetime
    ) -> Announcement:
        number = len(self.announcements) + 1
        draft = Announcement(number=number, text=text, chat=self._known(chat), language=language)
        self.announcements[number], self.foreseen[number] = draft, total
        return draft

    @override
    async def announcement(self, number: int) -> Announcement | None:
        return self.announcements.get(number)

    @override
    async def start_announcement(self, number: int, *, at: datetime) -> bool:
        busy = any(one.open for one in self.announcements.values())
        return not busy and self._decide(number, {AnnouncementState.DRAFT: AnnouncementState.RUNNING})

    @override
    async def stop_announcement(self, number: int, *, at: datetime) -> bool:
        return self._decide(
            number,
            {
                AnnouncementState.DRAFT: AnnouncementState.CANCELLED,
                AnnouncementState.RUNNING: AnnouncementState.STOPPING,
            },
        )

    def _decide(self, number: int, states: Mapping[AnnouncementState, AnnouncementState]) -> bool:
        there = self.announcements.get(number)
        if there is None or there.state not in states:
            return False
        self.announcements[number] = replace(there, state=states[there.state])
        return True

    @override
    async def open_announcements(self) -> Sequence[Announcement]:
        undecided = {AnnouncementState.DRAFT, AnnouncementState.CANCELLED}
        return [a for a in self.announcements.values() if a.state not in undecided and a.number not in self.told]

    @override
    async def advance_announcement(
        self, number: int, *, platforms: Sequence[Platform], at: datetime, limit: int
    ) -> bool:
        there = self.announcements.get(number)
        if there is None or not there.open:
            return False
        rows = self._deliveries_of(there)
        if there.state is AnnouncementState.RUNNING:
            page = [ref for ref in self._unplanned(rows) if number in self.foreseen and ref.platform in platforms]
            for ref in page[:limit]:
                self._add_delivery(ref, _announced_to(ref, there, at))
            if not page:
                self.foreseen.pop(number, None)
        else:
            waiting = [row for row in rows if row.state in WAITING or self._left_under_way(row, at)]
            page = [row.chat for row in waiting]
            for row in waiting[:limit]:
                reason = "stopped" if row.state in WAITING else "unknown-outcome"
                self.deliveries[row.id] = replace(row, state=DeliveryState.FAILED, reason=reason)
        unfinished = {*WAITING, DeliveryState.SENDING}
        if not page and not any(row.state in unfinished for row in rows):
            ended = {
                AnnouncementState.RUNNING: AnnouncementState.DONE,
                AnnouncementState.STOPPING: AnnouncementState.STOPPED,
            }
            self._decide(number, ended)
        return bool(page)

    def _left_under_way(self, row: Delivery, at: datetime) -> bool:
        return row.state is DeliveryState.SENDING and self.leases[row.id] <= at

    def _deliveries_of(self, announcement: Announcement) -> list[Delivery]:
        slot = announcement.slot
        return [row for row in self.deliveries.values() if row.slot == slot]

    def _unplanned(self, rows: Sequence[Delivery]) -> list[ChatRef]:
        planned = {row.chat for row in rows}
        return [ref for ref, s in self.subscriptions.items() if s.active and ref not in planned]

    @override
    async def announced(self, number: int) -> Announced:
        there = self.announcements.get(number)
        if there is None:
            return Announced()
        rows = self._deliveries_of(there)
        lost = {DeliveryState.FAILED, DeliveryState.MISSED}
        return Announced(
            total=self.foreseen.get(number, len(rows)),
            sent=sum(1 for row in rows if row.state is DeliveryState.SENT),
            failed=sum(1 for row in rows if row.state in lost and row.reason != "stopped"),
        )

    @override
    async def note_announcement(self, number: int, *, message: MessageId | None, told: bool = False) -> None:
        self.announcements[number] = replace(self.announcements[number], message=message)
        if told:
            self.told.add(number)


def _announced_to(chat: ChatRef, announcement: Announcement, at: datetime) -> PlannedDelivery:
    return PlannedDelivery(
        chat=chat,
        kind=DeliveryKind.ANNOUNCEMENT,
        slot=announcement.slot,
        question=QuestionId(""),
        due_at=at,
    )
