"""What is kept about chats and their subscriptions."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from bot.core.model import Chat, ChatRef, Language, Plan, Platform, Subscription


class ChatStore(Protocol):
    """Chats and their subscriptions."""

    async def see_chat(self, chat: Chat, *, at: datetime) -> Chat:
        """Record that the chat was heard of, with its kind and title; returns it with its stored language.

        A chat that was gone is active again. An unknown title or language does not overwrite a known one.
        """
        ...

    async def chat(self, ref: ChatRef) -> Chat | None:
        """The chat as last seen."""
        ...

    async def set_language(self, ref: ChatRef, language: Language) -> None:
        """Choose the language of a known chat, and of its subscription."""
        ...

    async def subscribe(self, subscription: Subscription, *, at: datetime) -> Subscription:
        """Start or replace the chat's plan and make it active; the deck of an earlier subscription is kept.

        The chat is created as a private one if it was never seen. Returns what is stored now.
        """
        ...

    async def subscription(self, ref: ChatRef) -> Subscription | None:
        """The chat's subscription, active or ended; None if it never had one."""
        ...

    async def change_plan(
        self, ref: ChatRef, plan: Plan, *, next_slot: str | None, next_due_at: datetime | None
    ) -> None:
        """Replace an active subscription's plan and its next slot; nothing happens if there is none."""
        ...

    async def end_subscription(self, ref: ChatRef, *, because: str, at: datetime) -> bool:
        """End it and say why (`asked`, `blocked`, ...); queued deliveries fail with the same reason.

        Returns whether an active one was there.
        """
        ...

    async def chat_gone(self, ref: ChatRef, *, because: str, at: datetime) -> None:
        """The chat cannot be reached any more: it is marked gone, and its subscription ends as by `end_subscription`.

        With `thread_id` None all chats of that chat_id are gone.
        """
        ...

    async def chat_back(
        self,
        ref: ChatRef,
        *,
        at: datetime,
        resume: Callable[[Subscription], tuple[str | None, datetime | None]],
    ) -> bool:
        """The chat can be reached again: a subscription that ended because it was gone comes back.

        `resume` gives the next slot and its instant. One that a person ended stays ended. With `thread_id` None all
        chats of that chat_id are back. Returns whether a subscription came back.
        """
        ...

    async def chat_moved(self, old: ChatRef, new: ChatRef) -> None:
        """The chat has a new id: subscription, queue, history and deck follow; repeating it does no harm.

        If the new id has a subscription already, the new one's is kept. All threads of the old id follow too.
        """
        ...

    async def subscribed_chats(self, platform: Platform, *, after: str, limit: int) -> Sequence[ChatRef]:
        """Chats with an active subscription, ordered and paged by `str(ref)` > after."""
        ...
