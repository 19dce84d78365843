"""What follows from an answer, decided without IO."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.deck import DeckState
from bot.core.errors import Mistake, NotAllowed, RateLimited, StoreError, Unavailable, Unknown
from bot.core.model import (
    ChatRef,
    Delivery,
    DeliveryId,
    DeliveryKind,
    DeliveryState,
    Language,
    Platform,
    QuestionId,
    Subscription,
)
from bot.core.ports import Claimed
from bot.core.subscriptions import REASONS
from bot.delivery.outcomes import backoff, describe, may_have_arrived, outcome_of
from tests.fakes.delivery_world import daily_plan

DUE = datetime(2026, 11, 24, 9, tzinfo=UTC)
CHAT = ChatRef(platform=Platform("telegram"), chat_id="1")


def claimed(*, number: int = 1, attempts: int = 1, reason: str = "", following: datetime | None = None) -> Claimed:
    delivery = Delivery(
        id=DeliveryId(number),
        chat=CHAT,
        kind=DeliveryKind.QUESTION,
        slot="2026-11-24T09:00",
        question=QuestionId("lora-idea"),
        state=DeliveryState.SENDING,
        due_at=DUE,
        not_before=DUE,
        attempts=attempts,
        reason=reason,
    )
    subscription = Subscription(
        chat=CHAT,
        plan=daily_plan(),
        deck=DeckState(seed=1),
        language=Language.EN,
        next_slot=None,
        next_due_at=following,
    )
    return Claimed(delivery=delivery, subscription=subscription)


@pytest.mark.parametrize("attempts", [1, 2, 5, 40])
def test_waits_double_up_to_ten_minutes_less_up_to_a_quarter(attempts: int) -> None:
    waits = [backoff(claimed(number=n, attempts=attempts).delivery) for n in range(200)]
    whole = min(timedelta(seconds=5) * 2 ** (attempts - 1), timedelta(minutes=10))

    assert whole * 0.75 <= min(waits) < max(waits) <= whole
    assert len(set(waits)) > 150


def test_a_wait_is_the_same_when_it_is_computed_again() -> None:
    assert backoff(claimed(attempts=3).delivery) == backoff(claimed(attempts=3).delivery)


def test_a_pause_is_kept_to_the_letter_however_often_it_was_tried() -> None:
    often = claimed(attempts=30, reason="rate-limited")
    settled = outcome_of(RateLimited("slow down", retry_after=timedelta(seconds=41)), often, now=DUE)

    assert (settled.state, settled.reason) == (DeliveryState.RETRY, "rate-limited")
    assert settled.not_before == DUE + timedelta(seconds=41)


def test_a_pause_longer_than_the_day_is_given_up() -> None:
    settled = outcome_of(RateLimited("slow down", retry_after=timedelta(days=2)), claimed(), now=DUE)

    assert (settled.state, settled.reason) == (DeliveryState.FAILED, "rate-limited")


@pytest.mark.parametrize(
    ("attempts", "reason", "open_outcome"),
    [
        (1, "", False),
        (2, "", True),
        (2, "unavailable", False),
        (2, "unknown-outcome", True),
        (3, "rate-limited", False),
    ],
)
def test_what_may_have_arrived_already_is_not_sent_a_third_time(
    attempts: int, reason: str, *, open_outcome: bool
) -> None:
    one = claimed(attempts=attempts, reason=reason)
    settled = outcome_of(Unknown("reset"), one, now=DUE)

    assert may_have_arrived(one.delivery) is open_outcome
    assert settled.state is (DeliveryState.FAILED if open_outcome else DeliveryState.RETRY)


@pytest.mark.parametrize("error", [RateLimited("slow down", retry_after=timedelta(seconds=3)), Unavailable("502")])
def test_what_may_have_arrived_stays_open_whatever_becomes_of_later_attempts(error: Exception) -> None:
    settled = outcome_of(error, claimed(attempts=2, reason="unknown-outcome"), now=DUE)
    later = claimed(attempts=3, reason=settled.reason)

    assert settled.state is DeliveryState.RETRY
    assert may_have_arrived(later.delivery)
    assert outcome_of(Unknown("reset"), later, now=DUE).state is DeliveryState.FAILED


def test_without_a_question_tomorrow_a_missing_right_is_tried_again_tomorrow_for_a_week() -> None:
    weekly = claimed(following=DUE + timedelta(days=7))
    first = outcome_of(NotAllowed("no rights"), weekly, now=DUE)
    last = outcome_of(NotAllowed("no rights"), weekly, now=DUE + timedelta(days=6))

    assert (first.state, first.not_before) == (DeliveryState.RETRY, DUE + timedelta(days=1))
    assert last.state is DeliveryState.FAILED


def test_trouble_with_the_database_is_tried_again() -> None:
    assert outcome_of(StoreError("locked"), claimed(), now=DUE).state is DeliveryState.RETRY


def test_reasons_are_those_that_have_words() -> None:
    errors: list[Exception] = [Unavailable("x"), Unknown("x"), NotAllowed("x"), Mistake("question-unknown"), OSError()]
    reasons = {outcome_of(error, claimed(), now=DUE).reason for error in errors}

    assert reasons <= REASONS


def test_an_error_without_words_is_called_by_its_name_and_a_long_one_is_cut() -> None:
    assert describe(KeyError()) == "KeyError"
    assert len(describe(OSError("x" * 10_000))) == 500


def test_an_error_with_half_a_surrogate_pair_is_kept_as_text_that_can_be_written() -> None:
    assert describe(OSError("half of \ud83d")).encode() == b"half of ?"


@pytest.mark.parametrize(
    "error",
    [Unavailable("Bad Gateway"), RateLimited("slow down", retry_after=timedelta(seconds=9)), StoreError("locked")],
)
def test_what_an_earlier_attempt_left_open_stays_open_when_the_next_one_never_left(error: Exception) -> None:
    before = claimed(attempts=2, reason="unknown-outcome")
    settled = outcome_of(error, before, now=DUE)
    again = claimed(attempts=3, reason=settled.reason)

    assert settled.state is DeliveryState.RETRY
    assert may_have_arrived(again.delivery)
    # So that it does not come a third time.
    assert outcome_of(Unknown("reset"), again, now=DUE).state is DeliveryState.FAILED
