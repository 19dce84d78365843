"""Chats and their subscriptions, in memory."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from typing_extensions import override

from bot.core.model import Chat, ChatRef, DeliveryState, Language, Plan, Platform, Subscription
from bot.core.ports import ChatStore
from tests.fakes.memory.tables import WAITING, MemoryTables


class MemoryChatStore(MemoryTables, ChatStore):
    """Chats and their subscriptions."""

    @override
    async def see_chat(self, chat: Chat, *, at: datetime) -> Chat:
        known = self.chats.get(chat.ref, chat)
        self.chats[chat.ref] = replace(chat, title=chat.title or known.title, language=chat.language or known.language)
        self.gone.pop(chat.ref, None)
        return self.chats[chat.ref]

    @override
    async def chat(self, ref: ChatRef) -> Chat | None:
        known = self.chats.get(ref)
        return None if known is None else replace(known, gone=ref in self.gone)

    @override
    async def set_language(self, ref: ChatRef, language: Language) -> None:
        if ref in self.chats:
            self.chats[ref] = replace(self.chats[ref], language=language)
        if ref in self.subscriptions:
            self.subscriptions[ref] = replace(self.subscriptions[ref], language=language)

    @override
    async def subscribe(self, subscription: Subscription, *, at: datetime) -> Subscription:
        ref = self._known(subscription.chat)
        self.gone.pop(ref, None)
        self.ended_with_chat.discard(ref)
        deck = self.subscriptions[ref].deck if ref in self.subscriptions else subscription.deck
        self.subscriptions[ref] = replace(subscription, deck=deck, active=True, ended_because="")
        return self.subscriptions[ref]

    @override
    async def subscription(self, ref: ChatRef) -> Subscription | None:
        return self.subscriptions.get(ref)

    @override
    async def change_plan(
        self, ref: ChatRef, plan: Plan, *, next_slot: str | None, next_due_at: datetime | None
    ) -> None:
        there = self.subscriptions.get(ref)
        if there is not None and there.active:
            self.subscriptions[ref] = replace(there, plan=plan, next_slot=next_slot, next_due_at=next_due_at)

    @override
    async def end_subscription(self, ref: ChatRef, *, because: str, at: datetime) -> bool:
        there = self.subscriptions.get(ref)
        if there is None or not there.active:
            return False
        self.subscriptions[ref] = replace(there, active=False, ended_because=because, next_slot=None, next_due_at=None)
        for row in self.deliveries.values():
            if row.chat == ref and row.state in WAITING:
                self.deliveries[row.id] = replace(row, state=DeliveryState.FAILED, reason=because)
                self._drop_lease(row.id)
        return True

    @override
    async def chat_gone(self, ref: ChatRef, *, because: str, at: datetime) -> None:
        for chat in self._covered(ref):
            self.gone[chat] = because
            if await self.end_subscription(chat, because=because, at=at):
                self.ended_with_chat.add(chat)

    @override
    async def chat_back(
        self,
        ref: ChatRef,
        *,
        at: datetime,
        resume: Callable[[Subscription], tuple[str | None, datetime | None]],
    ) -> bool:
        back = False
        for chat in self._covered(ref):
            self.gone.pop(chat, None)
            if chat in self.ended_with_chat:
                self.ended_with_chat.discard(chat)
                ended = self.subscriptions[chat]
                slot, due = resume(ended)
                self.subscriptions[chat] = replace(
                    ended, active=True, ended_because="", next_slot=slot, next_due_at=due
                )
                back = True
        return back

    @override
    async def chat_moved(self, old: ChatRef, new: ChatRef) -> None:
        for chat in self._covered(old):
            thread = new.thread_id if chat == old else chat.thread_id
            target = replace(new, thread_id=thread)
            if target != chat:
                self._move(chat, target)

    def _move(self, old: ChatRef, new: ChatRef) -> None:
        here, there = self.chats.pop(old), self.chats.get(new)
        title, language = (here.title, here.language) if there is None else (there.title, there.language)
        self.chats[new] = replace(there or here, ref=new, title=title or here.title, language=language or here.language)
        self.gone.pop(old, None)
        self.gone.pop(new, None)
        subscription = self.subscriptions.pop(old, None)
        if subscription is not None and new not in self.subscriptions:
            self.subscriptions[new] = replace(subscription, chat=new)
            if old in self.ended_with_chat:
                self.ended_with_chat.add(new)
        self.ended_with_chat.discard(old)
        taken = {(row.kind, row.slot) for row in self.deliveries.values() if row.chat == new}
        for row in [row for row in self.deliveries.values() if row.chat == old]:
            if (row.kind, row.slot) in taken:
                del self.deliveries[row.id]
                self._drop_lease(row.id)
            else:
                self.deliveries[row.id] = replace(row, chat=new)
        self._move_learners(old, new)

    def _move_learners(self, old: ChatRef, new: ChatRef) -> None:
        for key in [key for key in self.rated if key[2] == old]:
            answered = replace(self.rated.pop(key), chat=new)
            there = self.rated.get((key[0], key[1], new))
            if there is None or there.at < answered.at:
                self.rated[key[0], key[1], new] = answered
        for key in [key for key in self.picked if key[2] == old]:
            self.picked.setdefault((key[0], key[1], new), self.picked.pop(key))
        for place, learner in [key for key in self.prompts if key[0] == old]:
            self.prompts.setdefault((new, learner), self.prompts.pop((place, learner)))
        for one in [one for one in self.announcements.values() if one.chat == old]:
            self.announcements[one.number] = replace(one, chat=new)
        if old in self.messages:
            both = [*self.messages.get(new, []), *self.messages.pop(old)]
            self.messages[new] = sorted(both, key=lambda kept: int(kept.message.id))

    @override
    async def subscribed_chats(self, platform: Platform, *, after: str, limit: int) -> Sequence[ChatRef]:
        refs = [ref for ref, s in self.subscriptions.items() if s.active and ref.platform == platform]
        return sorted((ref for ref in refs if str(ref) > after), key=str)[:limit]

    def _covered(self, ref: ChatRef) -> list[ChatRef]:
        """With no thread named, an address covers the chat and all its threads."""
        if ref.thread_id is not None:
            return [ref] if ref in self.chats else []
        covered = [chat for chat in self.chats if (chat.platform, chat.chat_id) == (ref.platform, ref.chat_id)]
        return sorted(covered, key=str)
