"""A messenger that writes down every post that arrives, and fails as it is told."""

import asyncio
from collections import Counter, deque
from dataclasses import dataclass

from typing_extensions import override

from bot.core.errors import Rejected
from bot.core.model import ChatKind, ChatRef, MessageId, Platform
from bot.core.ports import Lane, Messenger, Pacer
from bot.core.replies import Post, Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A post that reached its chat, with the loop's time."""

    post: Post
    lane: Lane
    at: float
    message: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a send raises (None: it never answers), and whether the post arrives all the same."""

    error: Exception | None
    arrives: bool = False


class RecordingMessenger(Messenger):
    """Takes every post, after `latency` seconds, unless told otherwise.

    `faults` holds what the next sends to a chat id run into, `outage` what every send runs into while it is set.
    """

    def __init__(self, platform: str = "telegram", *, latency: float = 0, pacer: Pacer | None = None) -> None:
        self._platform = Platform(platform)
        self.connected = True
        self.bot_id: str | None = None
        self.latency = latency
        self.pacer = pacer
        self.arrivals: list[Arrival] = []
        self.edits: list[tuple[ChatRef, MessageId, Reply]] = []
        self.requests: Counter[str] = Counter()
        self.under_way = 0
        self.most_under_way = 0
        self.faults: dict[str, deque[Fault]] = {}
        self.outage: Fault | None = None

    @property
    @override
    def platform(self) -> Platform:
        return self._platform

    @property
    @override
    def ready(self) -> bool:
        return self.connected

    @property
    @override
    def account(self) -> str | None:
        return self.bot_id

    @property
    def texts(self) -> Counter[str]:
        """How often each chat id was reached."""
        return Counter(arrival.post.chat.chat_id for arrival in self.arrivals)

    def fail(self, chat_id: str, *errors: Exception | Fault) -> None:
        """Let the next sends to a chat fail like this, one after the other."""
        wanted = (error if isinstance(error, Fault) else Fault(error=error) for error in errors)
        self.faults.setdefault(chat_id, deque()).extend(wanted)

    @override
    async def send(self, post: Post, *, lane: Lane = Lane.DAILY) -> MessageId:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            return await self._send(post, lane)
        finally:
            self.under_way -= 1

    async def _send(self, post: Post, lane: Lane) -> MessageId:
        chat = post.chat.chat_id
        if self.pacer is not None:
            await self.pacer.turn(lane, scope=chat, group=post.kind is not ChatKind.PRIVATE)
        self.requests[chat] += 1
        fault = self._next_fault(chat)
        if fault is None:
            message = self._arrive(post, lane)
            await asyncio.sleep(self.latency)
            return message
        if fault.arrives:
            self._arrive(post, lane)
        await asyncio.sleep(self.latency)
        if fault.error is None:
            await asyncio.Event().wait()
        raise fault.error or AssertionError

    def _next_fault(self, chat: str) -> Fault | None:
        waiting = self.faults.get(chat)
        return waiting.popleft() if waiting else self.outage

    def _arrive(self, post: Post, lane: Lane) -> MessageId:
        message = MessageId(f"m{len(self.arrivals) + 1}")
        at = asyncio.get_running_loop().time()
        self.arrivals.append(Arrival(post=post, lane=lane, at=at, message=message))
        return message

    @override
    async def edit(self, chat: ChatRef, message: MessageId, reply: Reply) -> None:
        if all(arrival.message != message for arrival in self.arrivals):
            raise Rejected(f"no message {message}")
        self.edits.append((chat, message, reply))
