"""What every store tells of what went over each platform lately."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from bot.core.model import ChatRef, DeliveryState, Platform
from bot.core.ports import Settled, Store, Traffic
from tests.fakes.values import DAY, DISCORD, HOUR, MINUTE, NINE, TELEGRAM, chat_ref, one_a_day, subscription

WEEK = 7 * DAY


async def traffic(store: Store, now: datetime) -> Mapping[Platform, Traffic]:
    return await store.traffic(day=now - HOUR, week=now - WEEK, now=now)


async def lived(
    store: Store, ref: ChatRef, due: datetime, state: DeliveryState, reason: str = "", **late: float
) -> None:
    """One delivery of a chat, due then, ended in that state so much later."""
    await store.plan_due(now=due, limit=100, decide=one_a_day)
    (claimed,) = await store.claim(ref.platform, now=due, lease_until=due + HOUR, limit=1)
    at = due + timedelta(**late)
    await store.settle([Settled(delivery=claimed.delivery.id, state=state, at=at, reason=reason, not_before=at)])


async def test_without_anything_there_is_nothing_to_tell(store: Store) -> None:
    assert await traffic(store, NINE) == {}


async def test_a_subscription_counts_on_its_platform_before_anything_was_sent(store: Store) -> None:
    await store.subscribe(subscription(chat_ref(1), due=NINE), at=NINE - DAY)
    await store.subscribe(subscription(chat_ref(2, platform=DISCORD), due=NINE), at=NINE - DAY)
    one = Traffic(subscribed=1)
    assert await traffic(store, NINE) == {DISCORD: one, TELEGRAM: one}


async def test_what_was_sent_counts_by_the_day_it_was_due_and_as_punctual_within_a_minute(store: Store) -> None:
    chat = chat_ref(1)
    await store.subscribe(subscription(chat, due=NINE), at=NINE - DAY)
    for day in range(9):
        await lived(store, chat, NINE + day * DAY, DeliveryState.SENT, seconds=59 if day % 2 else 61)
    # The first day lies more than a week before the last.
    assert await traffic(store, NINE + 8 * DAY) == {TELEGRAM: Traffic(subscribed=1, today=1, week=8, punctual=4)}


async def test_what_failed_counts_by_its_reason(store: Store) -> None:
    chat = chat_ref(1)
    await store.subscribe(subscription(chat, due=NINE), at=NINE - DAY)
    for day, reason in enumerate(("late", "not-allowed", "late")):
        await lived(store, chat, NINE + day * DAY, DeliveryState.FAILED, reason)
    (told,) = (await traffic(store, NINE + 2 * DAY)).values()
    assert (told.week, dict(told.failed)) == (0, {"late": 2, "not-allowed": 1})


@pytest.mark.parametrize("state", [DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.RETRY])
async def test_what_is_due_and_not_finished_waits(store: Store, state: DeliveryState) -> None:
    chat = chat_ref(1)
    await store.subscribe(subscription(chat, due=NINE), at=NINE - DAY)
    if state is DeliveryState.RETRY:
        await lived(store, chat, NINE, state, minutes=1)
    else:
        await store.plan_due(now=NINE, limit=100, decide=one_a_day)
    if state is DeliveryState.SENDING:
        await store.claim(TELEGRAM, now=NINE, lease_until=NINE + HOUR, limit=1)
    assert await traffic(store, NINE - MINUTE) == {TELEGRAM: Traffic(subscribed=1)}
    assert await traffic(store, NINE) == {TELEGRAM: Traffic(subscribed=1, waiting=1)}
