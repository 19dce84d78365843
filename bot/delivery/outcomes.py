"""What follows from how an attempt ended: rules without IO, so that a retry decides the same."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b
from typing import Final

from bot.core.errors import (
    ChatGone,
    ChatMoved,
    Mistake,
    NotAllowed,
    RateLimited,
    Rejected,
    StoreError,
    ThreadGone,
    Unavailable,
    Withdrawn,
)
from bot.core.model import Delivery, DeliveryKind, DeliveryState
from bot.core.ports import Claimed, Settled

# A daily question that is a day late is no daily question any more.
GIVE_UP: Final = timedelta(hours=24)
FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=10)
# Long enough for a platform to come to itself, and for a message under way to arrive.
BEFORE_RESENDING: Final = timedelta(seconds=30)
BEFORE_ASKING_AGAIN: Final = timedelta(days=1)
# Of a platform's own words only so much is kept.
ERROR_LENGTH: Final = 500


def outcome_of(error: Exception, claimed: Claimed, *, now: datetime, give_up: timedelta = GIVE_UP) -> Settled:
    """How an attempt that raised this error is to be recorded: tried again, or failed with its reason.

    An exception that is nobody's answer counts as an unknown outcome.
    """
    delivery = claimed.delivery
    again = partial(_again, delivery, error, now=now, give_up=give_up)
    match error:
        case RateLimited():
            return again("rate-limited", error.retry_after)
        case Unavailable() | StoreError():
            return again("unavailable", backoff(delivery))
        case NotAllowed():
            return _when_allowed(claimed, now, error)
        case ChatGone() | ThreadGone() | Rejected() | ChatMoved() | Mistake() | Withdrawn():
            return failed(delivery, now, _WHY.get(type(error), "rejected"), error)
        case _ if may_have_arrived(delivery):
            return failed(delivery, now, "unknown-outcome", error)
        case _:
            return again("unknown-outcome", BEFORE_RESENDING)


def failed(delivery: Delivery, now: datetime, reason: str, error: Exception | None = None) -> Settled:
    """It will not be sent, for this reason."""
    return Settled(
        delivery=delivery.id,
        state=DeliveryState.FAILED,
        at=now,
        reason=reason,
        error="" if error is None else describe(error),
    )


def too_late(delivery: Delivery, now: datetime, give_up: timedelta = GIVE_UP) -> bool:
    """Whether sending it now would make no sense any more."""
    return now - delivery.due_at >= give_up


def backoff(delivery: Delivery) -> timedelta:
    """How long to wait after this attempt: doubling, at most ten minutes, less up to a quarter.

    The quarter is taken from a hash of the delivery and the attempt: what failed together does not come back
    together.
    """
    doublings = min(max(delivery.attempts - 1, 0), 20)
    whole = min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
    digest = blake2b(f"{delivery.id}/{delivery.attempts}".encode(), digest_size=2).digest()
    return whole * (1 - int.from_bytes(digest, "big") / 0xFFFF / 4)


def may_have_arrived(delivery: Delivery) -> bool:
    """Whether an earlier attempt left it open: its outcome was unknown, or a crash came before it was recorded.

    It stays open, whatever becomes of later attempts.
    """
    return delivery.reason == "unknown-outcome" or (delivery.attempts > 1 and not delivery.reason)


def describe(error: Exception) -> str:
    """The error's own sentence, in part if it is long; what is no text (half of a surrogate pair) becomes "?"."""
    words = (str(error) or type(error).__name__)[:ERROR_LENGTH]
    return words.encode(errors="replace").decode()


def _again(
    delivery: Delivery, error: Exception, reason: str, wait: timedelta, *, now: datetime, give_up: timedelta
) -> Settled:
    if too_late(delivery, now + wait, give_up):
        return failed(delivery, now, reason, error)
    if may_have_arrived(delivery):
        reason = "unknown-outcome"
    return Settled(
        delivery=delivery.id,
        state=DeliveryState.RETRY,
        at=now,
        not_before=now + wait,
        reason=reason,
        error=describe(error),
    )


def _when_allowed(claimed: Claimed, now: datetime, error: Exception) -> Settled:
    """Tried again daily: by the next day's question if there is one, else by this one for a week; no announcement."""
    delivery, following = claimed.delivery, claimed.subscription.next_due_at
    if delivery.kind is DeliveryKind.ANNOUNCEMENT:
        return failed(delivery, now, "not-allowed", error)
    if following is not None and following <= now + BEFORE_ASKING_AGAIN:
        return failed(delivery, now, "not-allowed", error)
    return _again(delivery, error, "not-allowed", BEFORE_ASKING_AGAIN, now=now, give_up=timedelta(days=7))


# Another id again right after a move is an answer that makes no sense; the only mistake in composing is a question
# that the bank has lost.
_WHY: Final[Mapping[type[Exception], str]] = {
    ChatGone: "blocked",
    ThreadGone: "thread-gone",
    Rejected: "rejected",
    ChatMoved: "rejected",
    Mistake: "question-gone",
    Withdrawn: "stopped",
}
