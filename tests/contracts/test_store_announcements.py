"""What every store does with announcements."""

from bot.core.model import Announcement, AnnouncementState, ChatRef, DeliveryKind, DeliveryState, Language, MessageId
from bot.core.ports import Announced, Claimed, Settled, Store
from tests.fakes.values import (
    DAY,
    DISCORD,
    HOUR,
    MINUTE,
    NINE,
    TELEGRAM,
    chat_ref,
    one_a_day,
    subscription,
)

ROOT = chat_ref("root")
EVERYWHERE = [TELEGRAM, DISCORD]


async def subscribe(store: Store, *refs: ChatRef) -> None:
    for ref in refs:
        await store.subscribe(subscription(ref, due=NINE), at=NINE - DAY)


async def draft(store: Store, *, total: int = 3) -> int:
    drafted = await store.draft_announcement("We move.", chat=ROOT, language=Language.ZH, total=total, at=NINE)
    return drafted.number


async def running(store: Store, *refs: ChatRef) -> int:
    """An announcement that may begin, with these chats subscribed."""
    await subscribe(store, *refs)
    number = await draft(store, total=len(refs))
    assert await store.start_announcement(number, at=NINE)
    return number


async def advance(store: Store, number: int, *, limit: int = 100) -> bool:
    return await store.advance_announcement(number, platforms=EVERYWHERE, at=NINE, limit=limit)


async def claim(store: Store, *, limit: int = 100) -> list[Claimed]:
    return list(await store.claim(TELEGRAM, now=NINE, lease_until=NINE + HOUR, limit=limit))


async def settle(store: Store, claimed: Claimed, state: DeliveryState, reason: str = "") -> None:
    again = NINE + MINUTE if state is DeliveryState.RETRY else None
    await store.settle([Settled(delivery=claimed.delivery.id, state=state, at=NINE, reason=reason, not_before=again)])


async def state_of(store: Store, number: int) -> AnnouncementState:
    found = await store.announcement(number)
    assert found is not None
    return found.state


async def test_subscribers_are_counted_by_platform(store: Store) -> None:
    assert await store.subscribers() == {}
    await subscribe(store, chat_ref(1), chat_ref(2), chat_ref(3), chat_ref(4, platform=DISCORD))
    await store.end_subscription(chat_ref(2), because="asked", at=NINE)
    assert await store.subscribers() == {TELEGRAM: 2, DISCORD: 1}


async def test_a_draft_is_kept_as_it_was_written(store: Store) -> None:
    drafted = await store.draft_announcement("Hi.\n\nBye.", chat=ROOT, language=Language.ZH, total=3, at=NINE)
    assert drafted == Announcement(number=1, text="Hi.\n\nBye.", chat=ROOT, language=Language.ZH)
    assert await store.announcement(drafted.number) == drafted
    assert await store.announcement(2) is None
    assert await store.open_announcements() == []
    assert await draft(store) == 2


async def test_one_runs_at_a_time(store: Store) -> None:
    first, second = await draft(store), await draft(store)
    assert await store.start_announcement(first, at=NINE)
    assert not await store.start_announcement(second, at=NINE)
    assert not await store.start_announcement(first, at=NINE)
    assert [one.number for one in await store.open_announcements()] == [first]
    await store.stop_announcement(first, at=NINE)
    assert not await store.start_announcement(second, at=NINE)
    await advance(store, first)
    assert await state_of(store, first) is AnnouncementState.STOPPED
    assert await store.start_announcement(second, at=NINE)


async def test_a_cancelled_draft_never_runs(store: Store) -> None:
    number = await draft(store)
    assert await store.stop_announcement(number, at=NINE)
    assert await state_of(store, number) is AnnouncementState.CANCELLED
    assert not await store.stop_announcement(number, at=NINE)
    assert not await store.start_announcement(number, at=NINE)
    assert await store.open_announcements() == []


async def test_what_was_never_drafted_can_be_asked_about(store: Store) -> None:
    assert not await store.start_announcement(7, at=NINE)
    assert not await store.stop_announcement(7, at=NINE)
    assert not await advance(store, 7)
    assert await store.announced(7) == Announced()


async def test_it_is_planned_in_pages_and_every_chat_gets_one(store: Store) -> None:
    refs = [chat_ref(n) for n in range(5)]
    number = await running(store, *refs)
    assert [await advance(store, number, limit=2) for _ in range(4)] == [True, True, True, False]
    for ref in refs:
        (row,) = await store.ledger(ref, limit=10)
        assert (row.kind, row.slot, row.state) == (DeliveryKind.ANNOUNCEMENT, "announce-1", DeliveryState.QUEUED)
        assert (row.question, row.due_at) == ("", NINE)
    assert not await advance(store, number)
    assert await store.waiting(TELEGRAM, now=NINE) == 5


async def test_a_draft_plans_nothing(store: Store) -> None:
    await subscribe(store, chat_ref(1))
    number = await draft(store)
    assert not await advance(store, number)
    assert await store.ledger(chat_ref(1), limit=10) == []


async def test_ended_subscriptions_and_absent_platforms_get_none(store: Store) -> None:
    away = chat_ref(3, platform=DISCORD)
    number = await running(store, chat_ref(1), chat_ref(2), away)
    await store.end_subscription(chat_ref(2), because="asked", at=NINE)
    while await store.advance_announcement(number, platforms=[TELEGRAM], at=NINE, limit=100):
        pass
    assert [len(await store.ledger(ref, limit=10)) for ref in (chat_ref(1), chat_ref(2), away)] == [1, 0, 0]
    assert (await store.announced(number)).total == 1


async def test_a_chat_that_moves_to_one_that_comes_later_gets_it_once(store: Store) -> None:
    number = await running(store, chat_ref(1), chat_ref(2))
    await advance(store, number, limit=1)
    await store.chat_moved(chat_ref(1), chat_ref(2))
    while await advance(store, number):
        pass
    assert len(await store.ledger(chat_ref(2), limit=10)) == 1


async def test_the_operators_chat_may_move(store: Store) -> None:
    number = await draft(store)
    await subscribe(store, chat_ref("new"))
    await store.chat_moved(ROOT, chat_ref("new"))
    found = await store.announcement(number)
    assert found is not None
    assert found.chat == chat_ref("new")


async def test_everything_else_is_claimed_before_announcements(store: Store) -> None:
    number = await running(store, *(chat_ref(n) for n in range(3)))
    while await store.advance_announcement(number, platforms=EVERYWHERE, at=NINE - HOUR, limit=100):
        pass
    await store.plan_due(now=NINE, limit=100, decide=one_a_day)
    question, announcement = DeliveryKind.QUESTION, DeliveryKind.ANNOUNCEMENT
    kinds = [[one.delivery.kind for one in await claim(store, limit=2)] for _ in range(4)]
    assert kinds == [[question, question], [question, announcement], [announcement, announcement], []]


async def test_it_is_done_when_nothing_is_on_its_way_any_more(store: Store) -> None:
    number = await running(store, chat_ref(1), chat_ref(2), chat_ref(3))
    await advance(store, number)
    one, two, three = await claim(store)
    await settle(store, one, DeliveryState.SENT)
    await settle(store, two, DeliveryState.FAILED, "blocked")
    await settle(store, three, DeliveryState.RETRY, "unavailable")
    assert not await advance(store, number)
    assert await state_of(store, number) is AnnouncementState.RUNNING
    assert await store.announced(number) == Announced(total=3, sent=1, failed=1)
    (again,) = await store.claim(TELEGRAM, now=NINE + HOUR, lease_until=NINE + 2 * HOUR, limit=9)
    assert not await advance(store, number)
    assert await state_of(store, number) is AnnouncementState.RUNNING
    await settle(store, again, DeliveryState.SENT)
    assert not await advance(store, number)
    assert await state_of(store, number) is AnnouncementState.DONE
    assert await store.announced(number) == Announced(total=3, sent=2, failed=1)
    assert not await store.stop_announcement(number, at=NINE)


async def test_how_far_it_is_counts_against_what_was_foreseen(store: Store) -> None:
    number = await running(store, chat_ref(1), chat_ref(2), chat_ref(3))
    assert await store.announced(number) == Announced(total=3)
    await advance(store, number, limit=1)
    (one,) = await claim(store)
    await settle(store, one, DeliveryState.SENT)
    come = await store.announced(number)
    assert (come, come.left) == (Announced(total=3, sent=1), 2)
    await subscribe(store, chat_ref(4))
    while await advance(store, number):
        pass
    assert await store.announced(number) == Announced(total=4, sent=1)


async def test_a_stop_ends_what_waits_page_by_page_and_plans_nothing_more(store: Store) -> None:
    refs = [chat_ref(n) for n in range(6)]
    number = await running(store, *refs)
    await advance(store, number, limit=5)
    sent, sending = await claim(store, limit=2)
    await settle(store, sent, DeliveryState.SENT)
    assert await store.stop_announcement(number, at=NINE)
    assert await state_of(store, number) is AnnouncementState.STOPPING
    assert [await advance(store, number, limit=2) for _ in range(3)] == [True, True, False]
    assert await state_of(store, number) is AnnouncementState.STOPPING

    await settle(store, sending, DeliveryState.RETRY, "unavailable")
    assert [await advance(store, number) for _ in range(2)] == [True, False]
    assert await state_of(store, number) is AnnouncementState.STOPPED
    rows = [row for ref in refs for row in await store.ledger(ref, limit=10)]
    assert sorted((row.state, row.reason) for row in rows) == [(DeliveryState.FAILED, "stopped")] * 4 + [
        (DeliveryState.SENT, "")
    ]
    assert await store.next_wakeup(TELEGRAM) is None
    come = await store.announced(number)
    assert (come, come.left) == (Announced(total=6, sent=1), 5)


async def test_a_stop_ends_what_a_crash_left_under_way_once_its_lease_is_over(store: Store) -> None:
    number = await running(store, chat_ref(1))
    await advance(store, number)
    await claim(store)
    assert await store.stop_announcement(number, at=NINE)
    assert not await advance(store, number)
    assert await state_of(store, number) is AnnouncementState.STOPPING
    later = NINE + HOUR
    moved = [
        await store.advance_announcement(number, platforms=[DISCORD], at=later, limit=100),
        await store.advance_announcement(number, platforms=[DISCORD], at=later, limit=100),
    ]
    assert moved == [True, False]
    assert await state_of(store, number) is AnnouncementState.STOPPED
    (row,) = await store.ledger(chat_ref(1), limit=9)
    assert (row.state, row.reason) == (DeliveryState.FAILED, "unknown-outcome")
    assert await store.announced(number) == Announced(total=1, failed=1)


async def test_the_end_is_open_until_it_was_told(store: Store) -> None:
    number = await running(store)
    await store.note_announcement(number, message=MessageId("m1"))
    await advance(store, number)
    (ended,) = await store.open_announcements()
    assert (ended.state, ended.message, ended.open) == (AnnouncementState.DONE, "m1", False)
    await store.note_announcement(number, message=MessageId("m2"), told=True)
    assert await store.open_announcements() == []
    found = await store.announcement(number)
    assert found is not None
    assert found.message == "m2"
