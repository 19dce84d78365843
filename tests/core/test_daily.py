"""What a due subscription gets: one card per slot, late ones recorded, nothing twice."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.core.daily import MISSED_KEPT, plan_subscription
from bot.core.deck import Deck, DeckState
from bot.core.library import Shelf
from bot.core.model import (
    ChatRef,
    DeliveryState,
    Difficulty,
    Language,
    Order,
    Plan,
    Platform,
    Subscription,
    TopicSlug,
)
from bot.core.plans import standard_plan
from bot.core.ports import Bank
from bot.core.schedule import next_slot

CATCH_UP = timedelta(hours=3)
CHAT = ChatRef(platform=Platform("web"), chat_id="1")
BEFORE = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def shelf(bank: Bank) -> Shelf:
    ordinals = {question.id: number for number, question in enumerate(bank.questions)}
    return Shelf(bank=bank, deck=Deck(ordinals, ordinals))


def subscription(plan: Plan | None = None) -> Subscription:
    plan = plan or standard_plan("UTC")
    slot = next_slot(plan.timetable, BEFORE)
    return Subscription(
        chat=CHAT,
        plan=plan,
        deck=DeckState(seed=7),
        language=Language.EN,
        next_slot=slot.key if slot else None,
        next_due_at=slot.due_at if slot else None,
    )


def test_a_due_slot_gets_a_card_and_the_next_slot_follows(shelf: Shelf) -> None:
    now = datetime(2026, 11, 24, 9, 0, 20, tzinfo=UTC)
    planned = plan_subscription(shelf, subscription(), now=now, catch_up=CATCH_UP)
    (row,) = planned.deliveries
    assert (row.slot, row.state, row.due_at) == ("2026-11-24T09:00", DeliveryState.QUEUED, now.replace(second=0))
    assert planned.next_slot == "2026-11-25T09:00"
    assert planned.deck.count == 1


def test_planning_again_deals_the_same_card(shelf: Shelf) -> None:
    now = datetime(2026, 11, 24, 9, 1, tzinfo=UTC)
    first = plan_subscription(shelf, subscription(), now=now, catch_up=CATCH_UP)
    assert plan_subscription(shelf, subscription(), now=now, catch_up=CATCH_UP) == first


def test_a_slot_missed_by_less_than_the_window_is_delivered(shelf: Shelf) -> None:
    now = datetime(2026, 11, 24, 11, 59, tzinfo=UTC)
    planned = plan_subscription(shelf, subscription(), now=now, catch_up=CATCH_UP)
    assert [row.state for row in planned.deliveries] == [DeliveryState.QUEUED]


def test_older_slots_are_recorded_as_missed_and_deal_no_card(shelf: Shelf) -> None:
    now = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
    planned = plan_subscription(shelf, subscription(), now=now, catch_up=CATCH_UP)
    assert [(row.slot[:10], row.state, row.reason) for row in planned.deliveries] == [
        ("2026-11-24", DeliveryState.MISSED, "late"),
        ("2026-11-25", DeliveryState.MISSED, "late"),
        ("2026-11-26", DeliveryState.MISSED, "late"),
        ("2026-11-27", DeliveryState.QUEUED, ""),
    ]
    assert planned.deck.count == 1


def test_years_without_power_leave_a_bounded_ledger(shelf: Shelf) -> None:
    plan = standard_plan("UTC")
    plan = replace(plan, timetable=replace(plan.timetable, times=(time(8), time(20))))
    now = datetime(2028, 11, 27, 10, 0, tzinfo=UTC)
    planned = plan_subscription(shelf, subscription(plan), now=now, catch_up=CATCH_UP)
    assert len(planned.deliveries) == MISSED_KEPT
    assert planned.deliveries[-1].state is DeliveryState.QUEUED
    assert planned.next_slot == "2028-11-27T20:00"


def test_a_filter_that_nothing_matches_says_so(shelf: Shelf) -> None:
    plan = replace(standard_plan("UTC"), topics=(TopicSlug("cooking"),))
    now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    planned = plan_subscription(shelf, subscription(plan), now=now, catch_up=CATCH_UP)
    assert [(row.state, row.reason) for row in planned.deliveries] == [(DeliveryState.MISSED, "no-question")]
    assert planned.next_slot == "2026-11-25T09:00"


def test_a_zone_that_is_gone_is_recorded_and_stops_the_plan(shelf: Shelf) -> None:
    lost = subscription()
    plan = replace(lost.plan, timetable=replace(lost.plan.timetable, zone="Mars/Olympus"))
    now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    planned = plan_subscription(shelf, replace(lost, plan=plan), now=now, catch_up=CATCH_UP)
    assert planned.deliveries[-1].reason == "zone-unknown"
    assert planned.next_due_at is None


def test_a_clock_that_steps_back_deals_nothing_twice(shelf: Shelf) -> None:
    now = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
    planned = plan_subscription(shelf, subscription(), now=now, catch_up=CATCH_UP)
    after = replace(subscription(), deck=planned.deck, next_slot=planned.next_slot, next_due_at=planned.next_due_at)
    assert after.next_due_at is not None
    assert after.next_due_at > now - timedelta(hours=1)
    again = plan_subscription(shelf, after, now=after.next_due_at, catch_up=CATCH_UP)
    assert [row.slot for row in again.deliveries] == ["2026-11-25T09:00"]


def test_the_syllabus_is_dealt_in_order_and_the_filter_holds(shelf: Shelf, bank: Bank) -> None:
    plan = replace(
        standard_plan("UTC"),
        order=Order.SYLLABUS,
        topics=(TopicSlug("lora"),),
        difficulties=(Difficulty.MEDIUM, Difficulty.HARD),
    )
    wanted = [q.id for q in bank.in_topic("lora") if q.difficulty is not Difficulty.EASY]
    state = subscription(plan)
    dealt = []
    for _ in wanted:
        assert state.next_due_at is not None
        planned = plan_subscription(shelf, state, now=state.next_due_at, catch_up=CATCH_UP)
        dealt += [row.question for row in planned.deliveries]
        state = replace(state, deck=planned.deck, next_slot=planned.next_slot, next_due_at=planned.next_due_at)
    assert dealt == wanted
