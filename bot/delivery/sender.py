"""One attempt to deliver: compose, send, and what its end means for the chat."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from bot.core.daily import DailyQuestions
from bot.core.errors import (
    ChatGone,
    ChatMoved,
    NotAllowed,
    QianmianError,
    RateLimited,
    Rejected,
    StoreError,
    ThreadGone,
    Unavailable,
    Unknown,
    Withdrawn,
)
from bot.core.model import ChatRef, DeliveryKind, DeliveryState, MessageId
from bot.core.ports import Claimed, Clock, Lane, Messenger, Settled, Store
from bot.core.replies import Post
from bot.delivery.flow import Flow
from bot.delivery.guard import Guard
from bot.delivery.notices import Notices
from bot.delivery.outcomes import GIVE_UP, describe, failed, may_have_arrived, outcome_of, too_late

_log: Final = structlog.stdlib.get_logger(__name__)

# A messenger has time limits of its own; this one is for what hangs all the same.
SEND_LIMIT: Final = timedelta(seconds=60)
# Where many wait in one chat, all but the first come again some seconds later; that is nothing to read about.
EVERYDAY_PAUSE: Final = timedelta(minutes=2)
_NOTICES: Final[dict[type[Exception], str]] = {
    NotAllowed: "notice-not-allowed",
    ThreadGone: "notice-thread-gone",
    Rejected: "notice-rejected",
}


class Sender:
    """Sends claimed deliveries through one messenger, and tells its flow how the platform is doing."""

    def __init__(
        self,
        *,
        messenger: Messenger,
        store: Store,
        daily: DailyQuestions,
        clock: Clock,
        notices: Notices,
        flow: Flow,
        guard: Guard,
    ) -> None:
        self._messenger: Final = messenger
        self._store: Final = store
        self._daily: Final = daily
        self._clock: Final = clock
        self._notices: Final = notices
        self._flow: Final = flow
        self._guard: Final = guard
        self._give_up: Final = max(GIVE_UP, daily.catch_up)

    async def attempt(self, claimed: Claimed) -> Settled:
        """Try to deliver, and say how it ended; raises nothing but cancellation."""
        structlog.contextvars.bind_contextvars(delivery=claimed.delivery.id, chat=str(claimed.delivery.chat))
        now = self._clock.now()
        if too_late(claimed.delivery, now, self._give_up):
            _log.warning("not sent, too late", due=claimed.delivery.due_at.isoformat())
            return failed(claimed.delivery, now, "late")
        if not claimed.subscription.active:
            # It ended during an attempt that is to be made again.
            _log.info("not sent, the subscription ended", because=claimed.subscription.ended_because)
            return failed(claimed.delivery, now, claimed.subscription.ended_because)
        try:
            post = await self._daily.compose(claimed)
        except QianmianError as error:
            return self._logged(error, claimed)
        except Exception as error:  # noqa: BLE001  # our own mistake, and the same one next time
            _log.exception("question not composed", question=claimed.delivery.question)
            await self._notices.tell("notice-rejected", chat=str(claimed.delivery.chat), why=type(error).__name__)
            return failed(claimed.delivery, now, "rejected", error)
        try:
            if may_have_arrived(claimed.delivery):
                post = replace(post, repeated=True)
            message = await self._send(post, lane_of(claimed.delivery.kind))
        except Exception as error:  # noqa: BLE001  # each kind is told apart, and none may stop the outbox
            return await self._refused(self._guard.judged(error), claimed)
        self._flow.answered()
        self._guard.arrived()
        return self._sent(claimed, message)

    def _sent(self, claimed: Claimed, message: MessageId) -> Settled:
        now, delivery = self._clock.now(), claimed.delivery
        late = round((now - delivery.due_at).total_seconds(), 3)
        _log.info("sent", kind=delivery.kind.value, question=delivery.question, late=late)
        return Settled(
            delivery=delivery.id,
            state=DeliveryState.SENT,
            at=now,
            message_id=message,
            followup=self._daily.followup(claimed, now),
        )

    async def _send(self, post: Post, lane: Lane) -> MessageId:
        try:
            async with asyncio.timeout(SEND_LIMIT.total_seconds()):
                return await self._send_where_it_lives(post, lane)
        except TimeoutError:
            raise Unknown(f"no answer within {SEND_LIMIT.total_seconds():g} seconds") from None

    async def _send_where_it_lives(self, post: Post, lane: Lane) -> MessageId:
        try:
            return await self._messenger.send(post, lane=lane)
        except ChatMoved as moved:
            old = replace(post.chat, thread_id=None)
            new = replace(old, chat_id=moved.new_chat_id)
            await self._store.chat_moved(old, new)
            _log.info("chat moved", to=str(new))
            there = replace(post, chat=replace(post.chat, chat_id=moved.new_chat_id))
            return await self._messenger.send(there, lane=lane)

    async def _refused(self, error: Exception, claimed: Claimed) -> Settled:
        """Record for the chat and its people what the error means for them."""
        self._tell_flow(error)
        chat = claimed.delivery.chat
        if isinstance(error, ChatGone):
            await self._gone(replace(chat, thread_id=None), "blocked")
        elif isinstance(error, ThreadGone) and error.deleted and chat.thread_id is not None:
            await self._gone(chat, "thread-gone")
        if (notice := _NOTICES.get(type(error))) is not None:
            await self._notices.tell(notice, chat=str(claimed.delivery.chat), why=describe(error))
        return self._logged(error, claimed)

    def _tell_flow(self, error: Exception) -> None:
        now = asyncio.get_running_loop().time()
        match error:
            case Unavailable() | Unknown():
                self._flow.failed(now)
            case RateLimited(everywhere=True):
                self._flow.pause(now, error.retry_after.total_seconds())
            case QianmianError() if not isinstance(error, StoreError | RateLimited):
                # Neither the database nor our own pace says anything of the platform.
                self._flow.answered()
            case _:
                pass

    async def _gone(self, chat: ChatRef, because: str) -> None:
        try:
            await self._store.chat_gone(chat, because=because, at=self._clock.now())
        except StoreError as error:
            _log.warning("chat is gone, but not marked so", why=str(error))

    def _logged(self, error: Exception, claimed: Claimed) -> Settled:
        settled = outcome_of(error, claimed, now=self._clock.now(), give_up=self._give_up)
        again = None if settled.not_before is None else settled.not_before.isoformat()
        if not isinstance(error, QianmianError):
            _log.error("sending failed unforeseen", reason=settled.reason, again=again, exc_info=error)
        elif isinstance(error, Withdrawn) or (isinstance(error, RateLimited) and error.retry_after < EVERYDAY_PAUSE):
            _log.debug("not sent", reason=settled.reason, again=again)
        elif isinstance(error, Rejected):
            _log.error("rejected", why=str(error), question=claimed.delivery.question, exc_info=error)
        else:
            _log.warning(
                "not sent", reason=settled.reason, again=again, attempt=claimed.delivery.attempts, why=str(error)
            )
        return settled


def lane_of(kind: DeliveryKind) -> Lane:
    """Announcements wait behind the daily questions and their answers."""
    return Lane.ANNOUNCEMENT if kind is DeliveryKind.ANNOUNCEMENT else Lane.DAILY
