"""The transactions over chats and their subscriptions."""

from collections.abc import Callable, Sequence
from datetime import datetime
from sqlite3 import Connection

from typing_extensions import override

from bot.core.model import Chat, ChatRef, Language, Plan, Platform, Subscription
from bot.core.ports import ChatStore
from bot.storage import chats, subscriptions
from bot.storage import deliveries as outbox
from bot.storage.intents.on_database import OnDatabase


class SqliteChatStore(OnDatabase, ChatStore):
    """Chats and their subscriptions."""

    @override
    async def see_chat(self, chat: Chat, *, at: datetime) -> Chat:
        return await self._database.write(lambda db: chats.see(db, chat, at=at))

    @override
    async def chat(self, ref: ChatRef) -> Chat | None:
        return await self._database.read(lambda db: chats.get(db, ref))

    @override
    async def set_language(self, ref: ChatRef, language: Language) -> None:
        def work(db: Connection) -> None:
            if (chat := chats.find(db, ref)) is not None:
                chats.set_language(db, chat, language)
                subscriptions.set_language(db, chat, language)

        await self._database.write(work)

    @override
    async def subscribe(self, subscription: Subscription, *, at: datetime) -> Subscription:
        def work(db: Connection) -> Subscription:
            chat = chats.find_or_add(db, subscription.chat, at=at)
            chats.mark_back(db, chat)
            subscriptions.put(db, chat, subscription, at=at)
            return subscriptions.get(db, subscription.chat) or subscription

        return await self._database.write(work)

    @override
    async def subscription(self, ref: ChatRef) -> Subscription | None:
        return await self._database.read(lambda db: subscriptions.get(db, ref))

    @override
    async def change_plan(
        self, ref: ChatRef, plan: Plan, *, next_slot: str | None, next_due_at: datetime | None
    ) -> None:
        def work(db: Connection) -> None:
            if (chat := chats.find(db, ref)) is not None:
                subscriptions.change_plan(db, chat, plan, next_slot=next_slot, next_due_at=next_due_at)

        await self._database.write(work)

    @override
    async def end_subscription(self, ref: ChatRef, *, because: str, at: datetime) -> bool:
        def work(db: Connection) -> bool:
            chat = chats.find(db, ref)
            return chat is not None and _end(db, chat, because=because, at=at, with_chat=False)

        return await self._database.write(work)

    @override
    async def chat_gone(self, ref: ChatRef, *, because: str, at: datetime) -> None:
        def work(db: Connection) -> None:
            for chat, _ in chats.find_all(db, ref):
                chats.mark_gone(db, chat, because=because, at=at)
                _end(db, chat, because=because, at=at, with_chat=True)

        await self._database.write(work)

    @override
    async def chat_back(
        self,
        ref: ChatRef,
        *,
        at: datetime,
        resume: Callable[[Subscription], tuple[str | None, datetime | None]],
    ) -> bool:
        def work(db: Connection) -> bool:
            back = [_bring_back(db, chat, resume) for chat, _ in chats.find_all(db, ref)]
            return any(back)

        return await self._database.write(work)

    @override
    async def chat_moved(self, old: ChatRef, new: ChatRef) -> None:
        def work(db: Connection) -> None:
            for chat, ref in chats.find_all(db, old):
                thread = new.thread_id if ref == old else ref.thread_id
                target = ChatRef(platform=new.platform, chat_id=new.chat_id, thread_id=thread)
                there = chats.find(db, target)
                if there is None:
                    chats.rename(db, chat, target)
                    chats.mark_back(db, chat)
                elif there != chat:
                    chats.merge(db, chat, there)

        await self._database.write(work)

    @override
    async def subscribed_chats(self, platform: Platform, *, after: str, limit: int) -> Sequence[ChatRef]:
        return await self._database.read(lambda db: chats.subscribed(db, platform, after=after, limit=limit))


def _end(db: Connection, chat: int, *, because: str, at: datetime, with_chat: bool) -> bool:
    if not subscriptions.end(db, chat, because=because, at=at, with_chat=with_chat):
        return False
    outbox.fail_waiting(db, chat, because=because)
    return True


def _bring_back(
    db: Connection, chat: int, resume: Callable[[Subscription], tuple[str | None, datetime | None]]
) -> bool:
    chats.mark_back(db, chat)
    ended = subscriptions.get_ended_with_chat(db, chat)
    if ended is None:
        return False
    next_slot, next_due_at = resume(ended)
    subscriptions.resume(db, chat, next_slot=next_slot, next_due_at=next_due_at)
    return True
