"""What every store does with planning and deliveries."""

from datetime import datetime

import pytest

from bot.core.model import ChatRef, DeliveryId, DeliveryKind, DeliveryState, MessageId, QuestionId, Subscription
from bot.core.ports import Claimed, Planned, Settled, Store
from tests.fakes.values import (
    CHAT,
    DAY,
    DISCORD,
    HOUR,
    LORA,
    MINUTE,
    NINE,
    RAG,
    TELEGRAM,
    chat_ref,
    one_a_day,
    planned_row,
    slot_at,
    subscription,
)


async def subscribe(store: Store, *refs: ChatRef, due: datetime = NINE) -> None:
    for ref in refs or (CHAT,):
        await store.subscribe(subscription(ref, due=due), at=NINE - DAY)


async def plan(store: Store, *refs: ChatRef, due: datetime = NINE) -> None:
    """Subscribe the chats and queue a delivery for each."""
    await subscribe(store, *refs, due=due)
    await store.plan_due(now=due, limit=1000, decide=one_a_day)


async def claim(store: Store, *, now: datetime = NINE, limit: int = 100) -> list[Claimed]:
    return list(await store.claim(TELEGRAM, now=now, lease_until=now + HOUR, limit=limit))


async def settle(store: Store, claimed: Claimed, state: DeliveryState, *, at: datetime = NINE) -> None:
    await store.settle([Settled(delivery=claimed.delivery.id, state=state, at=at)])


async def test_questions_keep_their_numbers(store: Store) -> None:
    assert await store.number_questions([RAG, LORA]) == {RAG: 0, LORA: 1}
    new = QuestionId("new")
    assert await store.number_questions(iter([LORA, new])) == {LORA: 1, new: 2}
    assert await store.number_questions([new, RAG, LORA]) == {new: 2, RAG: 0, LORA: 1}
    assert await store.number_questions([]) == {}


async def test_planning_queues_a_delivery_and_moves_on(store: Store) -> None:
    await subscribe(store)
    assert await store.plan_due(now=NINE, limit=10, decide=one_a_day) == 1
    stored = await store.subscription(CHAT)
    assert stored is not None
    assert (stored.next_slot, stored.next_due_at) == (slot_at(NINE + DAY), NINE + DAY)
    assert (stored.deck.count, stored.deck.last) == (1, 0)
    (row,) = await store.ledger(CHAT, limit=10)
    assert (row.slot, row.question, row.kind) == (slot_at(NINE), LORA, DeliveryKind.QUESTION)
    assert (row.state, row.due_at, row.not_before, row.attempts) == (DeliveryState.QUEUED, NINE, NINE, 0)
    assert await store.plan_due(now=NINE, limit=10, decide=one_a_day) == 0


async def test_nothing_is_planned_that_is_not_due(store: Store) -> None:
    await subscribe(store)
    await store.subscribe(subscription(chat_ref(2), due=None), at=NINE)
    await subscribe(store, chat_ref(3))
    await store.end_subscription(chat_ref(3), because="asked", at=NINE)
    assert await store.plan_due(now=NINE - MINUTE, limit=10, decide=one_a_day) == 0
    assert await store.plan_due(now=NINE, limit=10, decide=one_a_day) == 1


async def test_planning_goes_in_pages_earliest_first(store: Store) -> None:
    for n in range(5):
        await subscribe(store, chat_ref(n), due=NINE - n * MINUTE)
    seen: list[str] = []

    def decide(due: Subscription) -> Planned:
        seen.append(due.chat.chat_id)
        return one_a_day(due)

    assert [await store.plan_due(now=NINE, limit=2, decide=decide) for _ in range(3)] == [2, 2, 1]
    assert seen == ["4", "3", "2", "1", "0"]


async def test_a_slot_is_planned_once(store: Store) -> None:
    await plan(store)
    await subscribe(store)
    await store.plan_due(now=NINE, limit=10, decide=one_a_day)
    assert len(await store.ledger(CHAT, limit=10)) == 1


async def test_missed_slots_are_recorded_and_never_claimed(store: Store) -> None:
    await subscribe(store)

    def decide(due: Subscription) -> Planned:
        missed = planned_row(due=NINE - DAY, state=DeliveryState.MISSED, question=QuestionId(""), reason="late")
        return Planned(deliveries=(missed, planned_row()), deck=due.deck, next_slot=None, next_due_at=None)

    await store.plan_due(now=NINE, limit=10, decide=decide)
    assert [c.delivery.slot for c in await claim(store)] == [slot_at(NINE)]
    now, missed = await store.ledger(CHAT, limit=10)
    assert now.state is DeliveryState.SENDING
    assert (missed.state, missed.reason, missed.question) == (DeliveryState.MISSED, "late", "")
    stored = await store.subscription(CHAT)
    assert stored is not None
    assert (stored.next_slot, stored.next_due_at) == (None, None)


async def test_a_decision_that_raises_leaves_everything_as_it_was(store: Store) -> None:
    await subscribe(store)
    before = await store.subscription(CHAT)

    def decide(_: Subscription) -> Planned:
        raise LookupError("no such question")

    with pytest.raises(LookupError):
        await store.plan_due(now=NINE, limit=10, decide=decide)
    assert await store.subscription(CHAT) == before
    assert await store.plan_due(now=NINE, limit=10, decide=one_a_day) == 1


async def test_a_claim_takes_a_delivery_with_its_subscription(store: Store) -> None:
    await plan(store)
    (claimed,) = await claim(store)
    assert claimed.subscription == await store.subscription(CHAT)
    assert claimed.kind == "private"
    assert [claimed.delivery] == await store.ledger(CHAT, limit=10)
    assert (claimed.delivery.state, claimed.delivery.attempts) == (DeliveryState.SENDING, 1)
    assert claimed.delivery.claimed_at == NINE


async def test_a_delivery_is_claimed_by_one(store: Store) -> None:
    await plan(store, chat_ref(1), chat_ref(2), chat_ref(3))
    first, second, third = await claim(store, limit=2), await claim(store, limit=2), await claim(store)
    assert [len(first), len(second), len(third)] == [2, 1, 0]
    assert len({c.delivery.id for c in first + second}) == 3


async def test_the_first_due_is_claimed_first(store: Store) -> None:
    for n, minutes in enumerate((3, 1, 2)):
        await plan(store, chat_ref(n), due=NINE + minutes * MINUTE)
    taken = await claim(store, now=NINE + HOUR, limit=2)
    assert [c.subscription.chat.chat_id for c in taken] == ["1", "2"]


async def test_among_those_of_one_instant_no_chat_is_always_the_last(store: Store) -> None:
    await subscribe(store, *(chat_ref(n) for n in range(40)))
    last: set[str] = set()
    orders: set[tuple[str, ...]] = set()
    for day in range(6):
        await store.plan_due(now=NINE + day * DAY, limit=100, decide=one_a_day)
        taken = await claim(store, now=NINE + day * DAY)
        chats = tuple(c.subscription.chat.chat_id for c in taken)
        orders.add(chats)
        last.update(chats[-5:])
        await store.settle([Settled(delivery=c.delivery.id, state=DeliveryState.SENT, at=NINE) for c in taken])
    assert all(len(set(order)) == 40 for order in orders)
    assert len(orders) == 6
    assert len(last) > 15


async def test_what_was_due_earlier_goes_first_even_if_it_is_tried_again(store: Store) -> None:
    await plan(store, chat_ref(1))
    (first,) = await claim(store)
    retry = Settled(delivery=first.delivery.id, state=DeliveryState.RETRY, at=NINE, not_before=NINE + 5 * MINUTE)
    await store.settle([retry])
    await plan(store, chat_ref(2), due=NINE + MINUTE)
    taken = await claim(store, now=NINE + HOUR)
    assert [c.subscription.chat.chat_id for c in taken] == ["1", "2"]


async def test_what_was_tried_before_goes_first_and_leaves_half_to_the_others(store: Store) -> None:
    await plan(store, *(chat_ref(n) for n in range(1, 5)))
    tried = await claim(store, limit=3)
    for number, one in enumerate(tried):
        await settle(store, one, DeliveryState.RETRY, at=NINE + (3 - number) * MINUTE)
    await plan(store, chat_ref(5))
    taken = await claim(store, now=NINE + 2 * HOUR, limit=4)
    assert [c.delivery.id for c in taken[:2]] == [c.delivery.id for c in (tried[2], tried[1])]
    left = {chat_ref(n) for n in range(1, 6)} - {c.subscription.chat for c in (tried[1], tried[2])}
    assert {c.subscription.chat for c in taken[2:]} < left


async def test_what_a_crash_left_under_way_does_not_wait_behind_all_that_is_due(store: Store) -> None:
    await plan(store, chat_ref(1))
    await claim(store)
    await plan(store, *(chat_ref(n) for n in range(2, 9)))
    taken = await claim(store, now=NINE + HOUR, limit=4)
    assert taken[0].subscription.chat == chat_ref(1)
    assert len({c.subscription.chat for c in taken}) == 4


async def test_a_claim_takes_nothing_of_another_platform(store: Store) -> None:
    await plan(store, chat_ref(1, platform=DISCORD))
    assert await claim(store) == []
    assert await store.next_wakeup(TELEGRAM) is None
    assert await store.next_wakeup(DISCORD) == NINE


async def test_a_claim_takes_nothing_before_its_time(store: Store) -> None:
    await plan(store)
    assert await claim(store, now=NINE - MINUTE) == []
    assert await store.next_wakeup(TELEGRAM) == NINE


async def test_what_is_due_is_counted_until_it_ends(store: Store) -> None:
    await plan(store)
    await plan(store, chat_ref(2), due=NINE + MINUTE)
    await plan(store, chat_ref(3, platform=DISCORD))
    assert await store.waiting(TELEGRAM, now=NINE - MINUTE) == 0
    assert await store.waiting(TELEGRAM, now=NINE) == 1
    assert await store.waiting(TELEGRAM, now=NINE + MINUTE) == 2
    (claimed,) = await claim(store, now=NINE)
    assert await store.waiting(TELEGRAM, now=NINE + MINUTE) == 2
    later = Settled(delivery=claimed.delivery.id, state=DeliveryState.RETRY, at=NINE, not_before=NINE + HOUR)
    await store.settle([later])
    assert await store.waiting(TELEGRAM, now=NINE + MINUTE) == 2
    (again,) = await claim(store, now=NINE + HOUR, limit=1)
    await settle(store, again, DeliveryState.SENT)
    assert await store.waiting(TELEGRAM, now=NINE + HOUR) == 1


async def test_a_lease_that_ran_out_is_claimed_again(store: Store) -> None:
    await plan(store)
    await claim(store)
    assert await store.next_wakeup(TELEGRAM) == NINE + HOUR
    assert await claim(store, now=NINE + HOUR - MINUTE) == []
    (again,) = await claim(store, now=NINE + HOUR)
    assert (again.delivery.attempts, again.delivery.claimed_at) == (2, NINE + HOUR)


async def test_what_is_claimed_again_after_a_crash_has_no_reason_left_of_an_earlier_attempt(store: Store) -> None:
    await plan(store)
    (claimed,) = await claim(store)
    retry = Settled(
        delivery=claimed.delivery.id, state=DeliveryState.RETRY, at=NINE, not_before=NINE, reason="unavailable"
    )
    await store.settle([retry])
    (tried,) = await claim(store)
    (again,) = await claim(store, now=NINE + HOUR)
    assert [tried.delivery.reason, again.delivery.reason] == ["unavailable", ""]
    assert [again.delivery] == await store.ledger(CHAT, limit=10)


async def test_a_sent_delivery_is_done(store: Store) -> None:
    await plan(store)
    (claimed,) = await claim(store)
    sent = Settled(delivery=claimed.delivery.id, state=DeliveryState.SENT, at=NINE + MINUTE, message_id=MessageId("m9"))
    await store.settle([sent])
    (row,) = await store.ledger(CHAT, limit=10)
    assert (row.state, row.sent_at, row.message_id) == (DeliveryState.SENT, NINE + MINUTE, "m9")
    assert await claim(store, now=NINE + DAY) == []
    assert await store.next_wakeup(TELEGRAM) is None


async def test_a_failed_delivery_says_why(store: Store) -> None:
    await plan(store)
    (claimed,) = await claim(store)
    failed = Settled(
        delivery=claimed.delivery.id, state=DeliveryState.FAILED, at=NINE, reason="rejected", error="400: too long"
    )
    await store.settle([failed])
    (row,) = await store.ledger(CHAT, limit=10)
    assert (row.state, row.reason, row.error) == (DeliveryState.FAILED, "rejected", "400: too long")
    assert row.sent_at is None
    assert await store.next_wakeup(TELEGRAM) is None


async def test_a_retry_waits_for_its_time(store: Store) -> None:
    await plan(store)
    (claimed,) = await claim(store)
    retry = Settled(
        delivery=claimed.delivery.id,
        state=DeliveryState.RETRY,
        at=NINE,
        not_before=NINE + MINUTE,
        reason="unavailable",
        error="502",
    )
    await store.settle([retry])
    (row,) = await store.ledger(CHAT, limit=10)
    assert (row.state, row.not_before, row.reason, row.error) == (
        DeliveryState.RETRY,
        NINE + MINUTE,
        "unavailable",
        "502",
    )
    assert await store.next_wakeup(TELEGRAM) == NINE + MINUTE
    assert await claim(store) == []
    (again,) = await claim(store, now=NINE + MINUTE)
    assert again.delivery.attempts == 2


async def test_a_retry_that_fails_when_the_subscription_ends_says_why(store: Store) -> None:
    await plan(store)
    (claimed,) = await claim(store)
    await settle(store, claimed, DeliveryState.RETRY)
    await store.end_subscription(CHAT, because="asked", at=NINE)
    (row,) = await store.ledger(CHAT, limit=10)
    assert (row.state, row.reason) == (DeliveryState.FAILED, "asked")


async def test_what_is_not_being_sent_is_not_settled(store: Store) -> None:
    await plan(store)
    (claimed,) = await claim(store)
    await settle(store, claimed, DeliveryState.SENT)
    await settle(store, claimed, DeliveryState.FAILED)
    await store.settle([Settled(delivery=DeliveryId(999), state=DeliveryState.SENT, at=NINE, followup=planned_row())])
    (row,) = await store.ledger(CHAT, limit=10)
    assert row.state is DeliveryState.SENT


async def test_a_followup_is_planned_with_the_outcome(store: Store) -> None:
    await plan(store)
    (claimed,) = await claim(store)
    answer = planned_row(due=NINE, kind=DeliveryKind.ANSWER)
    sent = Settled(delivery=claimed.delivery.id, state=DeliveryState.SENT, at=NINE, followup=answer)
    await store.settle([sent, sent])
    await store.settle([sent])
    rows = await store.ledger(CHAT, limit=10)
    assert sorted(row.kind for row in rows) == [DeliveryKind.ANSWER, DeliveryKind.QUESTION]
    (followup,) = await claim(store)
    assert followup.delivery.kind is DeliveryKind.ANSWER


async def test_a_followup_goes_where_its_question_went(store: Store) -> None:
    await plan(store)
    (claimed,) = await claim(store)
    new = chat_ref(-100)
    await store.chat_moved(CHAT, new)
    answer = planned_row(CHAT, kind=DeliveryKind.ANSWER)
    await store.settle([Settled(delivery=claimed.delivery.id, state=DeliveryState.SENT, at=NINE, followup=answer)])
    assert [row.kind for row in await store.ledger(new, limit=1)] == [DeliveryKind.ANSWER]
    assert await store.chat(CHAT) is None


async def test_a_released_delivery_was_never_tried(store: Store) -> None:
    await plan(store)
    before = await store.ledger(CHAT, limit=10)
    (claimed,) = await claim(store)
    await store.release([claimed.delivery.id])
    assert await store.ledger(CHAT, limit=10) == before
    (again,) = await claim(store)
    assert again.delivery.attempts == 1


async def test_what_is_not_being_sent_is_not_released(store: Store) -> None:
    await plan(store)
    (claimed,) = await claim(store)
    await settle(store, claimed, DeliveryState.SENT)
    await store.release([claimed.delivery.id, DeliveryId(999)])
    (row,) = await store.ledger(CHAT, limit=10)
    assert row.state is DeliveryState.SENT


async def test_a_released_retry_keeps_its_time(store: Store) -> None:
    await plan(store)
    (claimed,) = await claim(store)
    retry = Settled(delivery=claimed.delivery.id, state=DeliveryState.RETRY, at=NINE, not_before=NINE + MINUTE)
    await store.settle([retry])
    await claim(store, now=NINE + MINUTE)
    await store.release([claimed.delivery.id])
    (row,) = await store.ledger(CHAT, limit=10)
    assert (row.state, row.not_before, row.attempts) == (DeliveryState.QUEUED, NINE + MINUTE, 1)


async def test_the_earliest_wakeup_counts(store: Store) -> None:
    assert await store.next_wakeup(TELEGRAM) is None
    await plan(store, chat_ref(1), due=NINE + MINUTE)
    await plan(store, chat_ref(2), due=NINE)
    assert await store.next_wakeup(TELEGRAM) == NINE


async def test_the_ledger_has_the_latest_due_first(store: Store) -> None:
    for days in range(4):
        await plan(store, due=NINE + days * DAY)
    assert [row.due_at for row in await store.ledger(CHAT, limit=3)] == [NINE + days * DAY for days in (3, 2, 1)]
    assert await store.ledger(chat_ref(2), limit=3) == []


async def test_the_question_sent_before_a_slot_is_found(store: Store) -> None:
    assert await store.delivered_before(CHAT, slot=slot_at(NINE)) is None
    for days, state in enumerate((DeliveryState.SENT, DeliveryState.SENT, DeliveryState.FAILED)):
        await plan(store, due=NINE + days * DAY)
        (claimed,) = await claim(store, now=NINE + days * DAY)
        answer = planned_row(due=NINE + days * DAY, kind=DeliveryKind.ANSWER)
        await store.settle([Settled(delivery=claimed.delivery.id, state=state, at=NINE, followup=answer)])
        for followup in await claim(store, now=NINE + days * DAY):
            await settle(store, followup, DeliveryState.SENT)
    before = await store.delivered_before(CHAT, slot=slot_at(NINE + 3 * DAY))
    assert before is not None
    assert (before.slot, before.kind) == (slot_at(NINE + DAY), DeliveryKind.QUESTION)
    assert await store.delivered_before(CHAT, slot=slot_at(NINE)) is None
    assert await store.delivered_before(chat_ref(2), slot=slot_at(NINE + DAY)) is None


async def test_deliveries_are_counted_by_state(store: Store) -> None:
    await plan(store, chat_ref(1), chat_ref(2))
    (claimed,) = await claim(store, limit=1)
    await settle(store, claimed, DeliveryState.SENT)
    counts = await store.counts()
    assert (counts.chats, counts.subscriptions) == (2, 2)
    (of_telegram,) = (await store.traffic(day=NINE, week=NINE, now=NINE)).values()
    assert (of_telegram.subscribed, of_telegram.today, of_telegram.waiting) == (2, 1, 1)


async def test_an_instant_that_is_not_utc_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="UTC"):
        await store.claim(TELEGRAM, now=NINE.replace(tzinfo=None), lease_until=NINE, limit=1)
