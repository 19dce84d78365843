"""What every store does with chats and subscriptions."""

from dataclasses import replace
from datetime import datetime, time

from bot.core.deck import DeckState
from bot.core.model import (
    Chat,
    ChatKind,
    DeliveryState,
    Difficulty,
    Language,
    Mode,
    Order,
    Plan,
    Rating,
    Reveal,
    Subscription,
    Tally,
    TopicSlug,
)
from bot.core.ports import Settled, Store
from bot.core.schedule import Timetable
from tests.fakes.values import (
    ANN,
    BEN,
    CHAT,
    DAY,
    DISCORD,
    HOUR,
    LORA,
    NINE,
    PLAN,
    TELEGRAM,
    answered,
    chat_ref,
    one_a_day,
    slot_at,
    subscription,
)


def group(title: str = "Study", language: Language | None = None) -> Chat:
    return Chat(ref=CHAT, kind=ChatKind.GROUP, title=title, language=language)


def tomorrow(_: Subscription) -> tuple[str | None, datetime | None]:
    return slot_at(NINE + DAY), NINE + DAY


async def test_a_chat_is_remembered_as_it_was_seen(store: Store) -> None:
    assert await store.chat(CHAT) is None
    seen = await store.see_chat(group(language=Language.EN), at=NINE)
    assert seen == group(language=Language.EN)
    assert await store.chat(CHAT) == seen


async def test_what_is_unknown_now_does_not_overwrite_what_was_known(store: Store) -> None:
    await store.see_chat(group("Study", Language.EN), at=NINE)
    seen = await store.see_chat(Chat(ref=CHAT, kind=ChatKind.CHANNEL), at=NINE + HOUR)
    assert seen == Chat(ref=CHAT, kind=ChatKind.CHANNEL, title="Study", language=Language.EN)
    assert (await store.see_chat(group("New"), at=NINE + DAY)).title == "New"


async def test_a_thread_is_a_chat_of_its_own(store: Store) -> None:
    await store.see_chat(group(), at=NINE)
    assert await store.chat(chat_ref(1, thread="5")) is None


async def test_a_language_is_chosen_for_the_chat_and_its_subscription(store: Store) -> None:
    await store.see_chat(group(), at=NINE)
    await store.subscribe(subscription(), at=NINE)
    await store.set_language(CHAT, Language.EN)
    chat, stored = await store.chat(CHAT), await store.subscription(CHAT)
    assert chat is not None
    assert stored is not None
    assert (chat.language, stored.language) == (Language.EN, Language.EN)


async def test_a_language_for_a_chat_never_seen_changes_nothing(store: Store) -> None:
    await store.set_language(CHAT, Language.EN)
    assert await store.chat(CHAT) is None


async def test_a_subscription_is_stored_whole(store: Store) -> None:
    plan = Plan(
        timetable=Timetable(times=(time(7, 30), time(21)), weekdays=frozenset({0, 4}), zone="Asia/Shanghai"),
        topics=(TopicSlug("lora"), TopicSlug("rag")),
        difficulties=(Difficulty.EASY, Difficulty.HARD),
        order=Order.SYLLABUS,
        mode=Mode.QUIZ,
        reveal=Reveal.TIMED,
        reveal_after=3,
        paused=True,
        silent=True,
        protected=True,
        mention="学习小组",
        thread=True,
        pin=True,
        crosspost=True,
        classic=True,
        fall_back=False,
    )
    deck = DeckState(seed=2**64 - 1, dealt=1 << 700, seen=(1 << 701) - 1, count=12, last=700)
    wanted = replace(subscription(), plan=plan, deck=deck, language=Language.EN)
    assert await store.subscription(CHAT) is None
    assert await store.subscribe(wanted, at=NINE) == wanted
    assert await store.subscription(CHAT) == wanted


async def test_subscribing_makes_a_private_chat_where_none_was_seen(store: Store) -> None:
    await store.subscribe(subscription(), at=NINE)
    assert await store.chat(CHAT) == Chat(ref=CHAT, kind=ChatKind.PRIVATE)


async def test_subscribing_keeps_what_is_known_of_the_chat(store: Store) -> None:
    await store.see_chat(group(), at=NINE)
    await store.subscribe(subscription(), at=NINE)
    assert await store.chat(CHAT) == group()


async def test_subscribing_again_replaces_the_plan_and_keeps_the_deck(store: Store) -> None:
    deck = DeckState(seed=3, dealt=5, seen=7, count=3, last=2)
    await store.subscribe(replace(subscription(), deck=deck), at=NINE)
    await store.end_subscription(CHAT, because="asked", at=NINE)
    again = replace(subscription(due=NINE + DAY), plan=replace(PLAN, silent=True), language=Language.EN)
    stored = await store.subscribe(again, at=NINE)
    assert stored == replace(again, deck=deck)
    assert await store.subscription(CHAT) == stored


async def test_a_plan_changes_with_its_next_slot(store: Store) -> None:
    await store.subscribe(subscription(), at=NINE)
    await store.change_plan(CHAT, replace(PLAN, pin=True), next_slot=None, next_due_at=None)
    assert await store.subscription(CHAT) == replace(subscription(due=None), plan=replace(PLAN, pin=True))


async def test_the_plan_of_an_ended_or_missing_subscription_stays(store: Store) -> None:
    await store.change_plan(CHAT, PLAN, next_slot=None, next_due_at=None)
    assert await store.subscription(CHAT) is None
    await store.subscribe(subscription(), at=NINE)
    await store.end_subscription(CHAT, because="asked", at=NINE)
    before = await store.subscription(CHAT)
    await store.change_plan(CHAT, replace(PLAN, pin=True), next_slot=slot_at(NINE), next_due_at=NINE)
    assert await store.subscription(CHAT) == before


async def test_a_subscription_ends_once_and_says_why(store: Store) -> None:
    assert not await store.end_subscription(CHAT, because="asked", at=NINE)
    await store.subscribe(subscription(), at=NINE)
    assert await store.end_subscription(CHAT, because="asked", at=NINE)
    assert not await store.end_subscription(CHAT, because="blocked", at=NINE)
    ended = await store.subscription(CHAT)
    assert ended == replace(subscription(due=None), active=False, ended_because="asked")


async def test_what_is_queued_fails_when_the_subscription_ends(store: Store) -> None:
    await store.subscribe(subscription(), at=NINE)
    await store.plan_due(now=NINE, limit=10, decide=one_a_day)
    await store.end_subscription(CHAT, because="blocked", at=NINE)
    (row,) = await store.ledger(CHAT, limit=10)
    assert (row.state, row.reason) == (DeliveryState.FAILED, "blocked")
    assert await store.next_wakeup(TELEGRAM) is None


async def test_what_is_being_sent_when_the_subscription_ends_is_left_to_its_sender(store: Store) -> None:
    await store.subscribe(subscription(), at=NINE)
    await store.plan_due(now=NINE, limit=10, decide=one_a_day)
    (claimed,) = await store.claim(TELEGRAM, now=NINE, lease_until=NINE + HOUR, limit=10)
    await store.end_subscription(CHAT, because="asked", at=NINE)
    await store.settle([Settled(delivery=claimed.delivery.id, state=DeliveryState.SENT, at=NINE)])
    (row,) = await store.ledger(CHAT, limit=10)
    assert row.state is DeliveryState.SENT


async def test_a_chat_that_is_gone_loses_its_subscription_until_it_is_back(store: Store) -> None:
    await store.subscribe(subscription(), at=NINE)
    await store.chat_gone(CHAT, because="blocked", at=NINE)
    gone = await store.subscription(CHAT)
    assert gone is not None
    assert (gone.active, gone.ended_because) == (False, "blocked")
    assert (await store.counts()).chats == 0
    assert await store.chat_back(CHAT, at=NINE, resume=tomorrow)
    assert await store.subscription(CHAT) == subscription(due=NINE + DAY)
    assert (await store.counts()).chats == 1
    assert not await store.chat_back(CHAT, at=NINE, resume=tomorrow)


async def test_a_chat_that_is_seen_again_is_not_gone(store: Store) -> None:
    await store.see_chat(group(), at=NINE)
    await store.chat_gone(CHAT, because="kicked", at=NINE)
    await store.see_chat(group(), at=NINE)
    assert (await store.counts()).chats == 1


async def test_a_chat_that_is_gone_says_so_until_it_is_back(store: Store) -> None:
    await store.see_chat(group(), at=NINE)
    assert await store.chat(CHAT) == group()
    await store.chat_gone(CHAT, because="kicked", at=NINE)
    assert await store.chat(CHAT) == replace(group(), gone=True)
    await store.chat_back(CHAT, at=NINE, resume=tomorrow)
    assert await store.chat(CHAT) == group()


async def test_a_subscription_comes_back_even_if_the_chat_was_seen_first(store: Store) -> None:
    await store.subscribe(subscription(), at=NINE)
    await store.chat_gone(CHAT, because="blocked", at=NINE)
    await store.see_chat(group(), at=NINE)
    assert await store.chat_back(CHAT, at=NINE, resume=tomorrow)


async def test_a_subscription_that_a_person_ended_stays_ended(store: Store) -> None:
    await store.subscribe(subscription(), at=NINE)
    await store.end_subscription(CHAT, because="asked", at=NINE)
    await store.chat_gone(CHAT, because="blocked", at=NINE)
    assert not await store.chat_back(CHAT, at=NINE, resume=tomorrow)
    stored = await store.subscription(CHAT)
    assert stored is not None
    assert (stored.active, stored.ended_because) == (False, "asked")


async def test_a_chat_never_seen_is_neither_gone_nor_back(store: Store) -> None:
    await store.chat_gone(CHAT, because="blocked", at=NINE)
    assert not await store.chat_back(CHAT, at=NINE, resume=tomorrow)
    assert await store.chat(CHAT) is None


async def test_a_chat_goes_and_comes_with_all_its_threads(store: Store) -> None:
    threads = [CHAT, chat_ref(1, thread="5"), chat_ref(1, thread="6")]
    other = chat_ref(10)
    for ref in [*threads, other]:
        await store.subscribe(subscription(ref), at=NINE)
    await store.chat_gone(CHAT, because="kicked", at=NINE)
    assert await store.subscribed_chats(TELEGRAM, after="", limit=10) == [other]
    assert await store.chat_back(CHAT, at=NINE, resume=tomorrow)
    assert await store.subscribed_chats(TELEGRAM, after="", limit=10) == [*threads, other]


async def test_a_thread_goes_alone(store: Store) -> None:
    thread = chat_ref(1, thread="5")
    for ref in (CHAT, thread):
        await store.subscribe(subscription(ref), at=NINE)
    await store.chat_gone(thread, because="thread-gone", at=NINE)
    assert await store.subscribed_chats(TELEGRAM, after="", limit=10) == [CHAT]


async def test_subscribing_where_the_chat_was_gone_brings_it_back(store: Store) -> None:
    await store.subscribe(subscription(), at=NINE)
    await store.chat_gone(CHAT, because="blocked", at=NINE)
    stored = await store.subscribe(subscription(), at=NINE)
    assert (stored.active, stored.ended_because) == (True, "")
    assert (await store.counts()).chats == 1
    assert not await store.chat_back(CHAT, at=NINE, resume=tomorrow)


async def test_everything_follows_a_chat_that_moved(store: Store) -> None:
    await store.see_chat(group(language=Language.EN), at=NINE)
    await store.subscribe(subscription(), at=NINE)
    await store.plan_due(now=NINE, limit=10, decide=one_a_day)
    await store.rate(ANN, answered())
    await store.pick(ANN, CHAT, LORA, 2, right=True, at=NINE)
    await store.ask(CHAT, ANN, "say", at=NINE)
    before = await store.subscription(CHAT)
    assert before is not None
    new = chat_ref(-100)
    for _ in range(2):
        await store.chat_moved(CHAT, new)
    assert await store.chat(CHAT) is None
    assert await store.chat(new) == replace(group(language=Language.EN), ref=new)
    assert await store.subscription(new) == replace(before, chat=new)
    assert [row.chat for row in await store.ledger(new, limit=10)] == [new]
    assert await store.ledger(CHAT, limit=10) == []
    assert await store.tally(new, LORA) == Tally(knew=1, by_option=(0, 0, 1))
    assert await store.asked(new, ANN, take=False) == "say"
    (claimed,) = await store.claim(TELEGRAM, now=NINE, lease_until=NINE + HOUR, limit=10)
    assert claimed.subscription.chat == new


async def test_the_threads_of_a_moved_chat_follow(store: Store) -> None:
    await store.subscribe(subscription(chat_ref(1, thread="5")), at=NINE)
    await store.chat_moved(CHAT, chat_ref(-100))
    assert await store.subscribed_chats(TELEGRAM, after="", limit=10) == [chat_ref(-100, thread="5")]


async def test_a_single_thread_moves_alone(store: Store) -> None:
    for thread in ("5", "6"):
        await store.subscribe(subscription(chat_ref(1, thread=thread)), at=NINE)
    await store.chat_moved(chat_ref(1, thread="5"), chat_ref(1, thread="7"))
    moved = await store.subscribed_chats(TELEGRAM, after="", limit=10)
    assert moved == [chat_ref(1, thread="6"), chat_ref(1, thread="7")]


async def test_a_chat_that_moves_to_where_it_is_stays(store: Store) -> None:
    await store.subscribe(subscription(), at=NINE)
    await store.chat_moved(CHAT, CHAT)
    assert await store.subscription(CHAT) == subscription()


async def test_a_move_of_a_chat_never_seen_changes_nothing(store: Store) -> None:
    await store.chat_moved(CHAT, chat_ref(-100))
    assert await store.chat(chat_ref(-100)) is None


async def test_a_move_onto_a_chat_with_a_subscription_keeps_that_one(store: Store) -> None:
    new = chat_ref(-100)
    await store.subscribe(subscription(CHAT, seed=1), at=NINE)
    await store.subscribe(subscription(new, seed=2), at=NINE)
    await store.plan_due(now=NINE, limit=10, decide=one_a_day)
    await store.chat_moved(CHAT, new)
    kept = await store.subscription(new)
    assert kept is not None
    assert kept.deck.seed == 2
    assert await store.subscription(CHAT) is None
    assert len(await store.ledger(new, limit=10)) == 1, "both had this slot, and a slot is delivered once"
    assert await store.next_wakeup(TELEGRAM) == NINE


async def test_a_move_onto_a_chat_without_a_subscription_brings_it(store: Store) -> None:
    new = chat_ref(-100)
    await store.see_chat(Chat(ref=new, kind=ChatKind.GROUP), at=NINE)
    await store.see_chat(group("Study", Language.EN), at=NINE)
    await store.subscribe(subscription(), at=NINE)
    await store.chat_gone(new, because="kicked", at=NINE)
    await store.chat_moved(CHAT, new)
    assert await store.subscription(new) == subscription(new)
    assert await store.chat(new) == Chat(ref=new, kind=ChatKind.GROUP, title="Study", language=Language.EN)
    assert (await store.counts()).chats == 1


async def test_a_subscription_that_ended_with_its_chat_comes_back_after_a_move(store: Store) -> None:
    new = chat_ref(-100)
    await store.see_chat(Chat(ref=new, kind=ChatKind.GROUP), at=NINE)
    await store.subscribe(subscription(), at=NINE)
    await store.chat_gone(CHAT, because="kicked", at=NINE)
    await store.chat_moved(CHAT, new)
    assert await store.chat_back(new, at=NINE, resume=tomorrow)


async def test_of_two_ratings_the_later_survives_a_move(store: Store) -> None:
    new = chat_ref(-100)
    await store.rate(ANN, answered(rating=Rating.KNEW, at=NINE + HOUR))
    await store.rate(ANN, answered(rating=Rating.MISSED, at=NINE, chat=new))
    await store.rate(BEN, answered(rating=Rating.PARTLY, at=NINE))
    await store.rate(BEN, answered(rating=Rating.MISSED, at=NINE + HOUR, chat=new))
    await store.chat_moved(CHAT, new)
    assert await store.tally(new, LORA) == Tally(knew=1, missed=1)


async def test_subscribed_chats_come_in_pages(store: Store) -> None:
    refs = [chat_ref(n, thread=thread) for n in (1, 10, 2) for thread in (None, "3")]
    for ref in [*refs, chat_ref(1, platform=DISCORD)]:
        await store.subscribe(subscription(ref), at=NINE)
    await store.see_chat(Chat(ref=chat_ref(3), kind=ChatKind.GROUP), at=NINE)
    await store.end_subscription(chat_ref(2), because="asked", at=NINE)
    wanted = sorted((ref for ref in refs if ref != chat_ref(2)), key=str)
    page = await store.subscribed_chats(TELEGRAM, after="", limit=2)
    rest = await store.subscribed_chats(TELEGRAM, after=str(page[-1]), limit=10)
    assert [*page, *rest] == wanted
    assert await store.subscribed_chats(TELEGRAM, after=str(rest[-1]), limit=10) == []
