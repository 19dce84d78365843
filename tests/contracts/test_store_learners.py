"""What every store does with learners, notes and small values."""

import json
from datetime import timedelta

from bot.core.model import Chat, ChatKind, Language, LearnerRef, Platform, Rating, Tally
from bot.core.ports import Store
from tests.fakes.values import ANN, BEN, CHAT, DAY, HOUR, LORA, MINUTE, NINE, RAG, answered, chat_ref


async def test_the_latest_rating_in_a_chat_counts(store: Store) -> None:
    await store.rate(ANN, answered(rating=Rating.MISSED))
    await store.rate(ANN, answered(rating=Rating.KNEW, at=NINE + HOUR))
    await store.rate(BEN, answered(rating=Rating.PARTLY))
    assert await store.tally(CHAT, LORA) == Tally(knew=1, partly=1)
    assert await store.ratings(ANN) == [answered(rating=Rating.KNEW, at=NINE + HOUR)]


async def test_a_tally_is_of_one_chat_and_one_question(store: Store) -> None:
    await store.rate(ANN, answered())
    await store.rate(ANN, answered(RAG))
    await store.rate(ANN, answered(chat=chat_ref(2)))
    assert await store.tally(CHAT, LORA) == Tally(knew=1)
    assert await store.tally(chat_ref(3), LORA) == Tally()


async def test_ratings_are_the_latest_of_each_question_latest_first(store: Store) -> None:
    other = chat_ref(2, thread="5")
    await store.rate(ANN, answered(LORA, Rating.KNEW, at=NINE))
    await store.rate(ANN, answered(RAG, Rating.PARTLY, at=NINE + MINUTE))
    await store.rate(ANN, answered(LORA, Rating.MISSED, at=NINE + HOUR, chat=other))
    await store.rate(BEN, answered(RAG))
    assert await store.ratings(ANN) == [
        answered(LORA, Rating.MISSED, at=NINE + HOUR, chat=other),
        answered(RAG, Rating.PARTLY, at=NINE + MINUTE),
    ]
    assert await store.ratings(LearnerRef(platform=Platform("discord"), user_id="11")) == []


async def test_only_the_first_quiz_answer_counts(store: Store) -> None:
    assert await store.pick(ANN, CHAT, LORA, 2, right=True, at=NINE)
    assert not await store.pick(ANN, CHAT, LORA, 0, right=False, at=NINE)
    assert await store.pick(BEN, CHAT, LORA, 0, right=False, at=NINE)
    assert await store.pick(ANN, chat_ref(2), LORA, 1, right=False, at=NINE)
    assert await store.tally(CHAT, LORA) == Tally(by_option=(1, 0, 1))


async def test_rating_in_a_known_chat_keeps_what_is_known_of_it(store: Store) -> None:
    chat = Chat(ref=CHAT, kind=ChatKind.GROUP, title="Study")
    await store.see_chat(chat, at=NINE)
    await store.rate(ANN, answered())
    assert await store.chat(CHAT) == chat


async def test_saving_twice_takes_it_off_again(store: Store) -> None:
    assert await store.save(ANN, LORA, at=NINE)
    assert await store.save(ANN, RAG, at=NINE + MINUTE)
    assert await store.saved(ANN) == [RAG, LORA]
    assert not await store.save(ANN, RAG, at=NINE + HOUR)
    assert await store.saved(ANN) == [LORA]
    assert await store.saved(BEN) == []


async def test_what_was_saved_at_once_is_in_the_order_of_its_ids(store: Store) -> None:
    for question in (RAG, LORA):
        await store.save(ANN, question, at=NINE)
    assert await store.saved(ANN) == [LORA, RAG]


async def test_reports_are_numbered_and_latest_first(store: Store) -> None:
    first = await store.report(ANN, LORA, "alpha 写错了", at=NINE)
    second = await store.report(BEN, RAG, "dead link", at=NINE + HOUR)
    assert (first, second) == (1, 2)
    latest, earlier = await store.reports(limit=10)
    assert (latest.number, latest.learner, latest.question, latest.at) == (2, BEN, RAG, NINE + HOUR)
    assert earlier.text == "alpha 写错了"
    assert [report.number for report in await store.reports(limit=1)] == [2]


async def test_a_report_that_is_dealt_with_is_gone_and_its_number_is_not_given_again(store: Store) -> None:
    for text in ("a typo", "dead link"):
        await store.report(ANN, LORA, text, at=NINE)
    assert await store.finish_report(2)
    assert [report.number for report in await store.reports(limit=10)] == [1]
    assert not await store.finish_report(2)
    assert await store.report(ANN, LORA, "another", at=NINE) == 3


async def test_an_own_answer_is_replaced(store: Store) -> None:
    assert await store.own_answer_of(ANN, LORA) is None
    await store.own_answer(ANN, LORA, "low rank", at=NINE)
    await store.own_answer(ANN, LORA, "two thin matrices", at=NINE)
    assert await store.own_answer_of(ANN, LORA) == "two thin matrices"
    assert await store.own_answer_of(ANN, RAG) is None
    assert await store.own_answer_of(BEN, LORA) is None


async def test_what_a_person_was_asked_is_taken_once(store: Store) -> None:
    assert await store.asked(CHAT, ANN, take=True) is None
    await store.ask(CHAT, ANN, "report", at=NINE)
    await store.ask(CHAT, ANN, "say", at=NINE)
    assert await store.asked(CHAT, ANN, take=False) == "say"
    assert await store.asked(CHAT, BEN, take=True) is None
    assert await store.asked(chat_ref(2), ANN, take=True) is None
    assert await store.asked(CHAT, ANN, take=True) == "say"
    assert await store.asked(CHAT, ANN, take=True) is None


async def test_what_a_person_was_asked_long_ago_is_not_answered_any_more(store: Store) -> None:
    await store.ask(CHAT, ANN, "say", at=NINE)
    assert await store.asked(CHAT, ANN, take=False, since=NINE + timedelta(seconds=1)) is None
    assert await store.asked(CHAT, ANN, take=False, since=NINE) == "say"
    assert await store.asked(CHAT, ANN, take=True, since=NINE + timedelta(seconds=1)) is None
    assert await store.asked(CHAT, ANN, take=False) is None


async def test_small_values_are_remembered_and_forgotten(store: Store) -> None:
    assert await store.recall("menu") is None
    await store.remember("menu", "1")
    await store.remember("menu", "2")
    assert await store.recall("menu") == "2"
    await store.remember("menu", None)
    await store.remember("other", None)
    assert await store.recall("menu") is None


async def tell_all(store: Store, learner: LearnerRef) -> None:
    """Store one of everything about a learner."""
    await store.rate(learner, answered())
    await store.pick(learner, CHAT, LORA, 1, right=False, at=NINE)
    await store.save(learner, RAG, at=NINE)
    await store.own_answer(learner, LORA, "low rank", at=NINE)
    await store.ask(CHAT, learner, "say", at=NINE)
    await store.report(learner, LORA, "a typo", at=NINE)


async def test_an_export_is_everything_as_json(store: Store) -> None:
    await tell_all(store, BEN)
    await tell_all(store, ANN)
    at = "2026-11-24T09:00:00+00:00"
    exported = await store.export(ANN)
    assert exported == {
        "learner": "telegram:11",
        "ratings": [{"question": "lora-idea", "rating": "knew", "chat": "telegram:1", "at": at}],
        "picks": [{"question": "lora-idea", "option": 1, "right": False, "chat": "telegram:1", "at": at}],
        "saved": [{"question": "rag-basics", "at": at}],
        "own_answers": [{"question": "lora-idea", "text": "low rank", "at": at}],
        "reports": [{"number": 2, "question": "lora-idea", "text": "a typo", "at": at}],
        "asked": [{"chat": "telegram:1", "action": "say", "at": at}],
        "messages": [],
    }
    assert json.loads(json.dumps(exported)) == exported


async def test_an_export_is_in_order_whatever_came_first(store: Store) -> None:
    for at in (NINE, NINE + DAY):
        await store.rate(ANN, answered(LORA, at=at, chat=chat_ref(at.day)))
        await store.own_answer(ANN, LORA if at == NINE else RAG, "x", at=at)
    exported = await store.export(ANN)
    assert [row["chat"] for row in rows(exported["ratings"])] == ["telegram:25", "telegram:24"]
    assert [row["question"] for row in rows(exported["own_answers"])] == [RAG, LORA]


def rows(value: object) -> list[dict[str, object]]:
    assert isinstance(value, list)
    return value


async def test_an_export_of_a_stranger_has_empty_lists(store: Store) -> None:
    empty: list[object] = []
    assert await store.export(ANN) == {
        "learner": "telegram:11",
        "ratings": empty,
        "picks": empty,
        "saved": empty,
        "own_answers": empty,
        "reports": empty,
        "asked": empty,
        "messages": empty,
    }


async def test_a_forgotten_learner_leaves_only_the_text_of_reports(store: Store) -> None:
    await tell_all(store, ANN)
    await tell_all(store, BEN)
    stranger = await store.export(LearnerRef(platform=Platform("web"), user_id="x"))
    assert await store.forget(ANN) == 5
    assert await store.forget(ANN) == 0
    assert await store.export(ANN) == {**stranger, "learner": "telegram:11"}
    assert await store.tally(CHAT, LORA) == Tally(knew=1, by_option=(0, 1))
    bens, anns = await store.reports(limit=10)
    assert (bens.learner, anns.learner) == (BEN, LearnerRef(platform=Platform(""), user_id=""))
    assert anns.text == "a typo"
    assert (await store.counts()).learners == 1


async def test_learners_are_counted(store: Store) -> None:
    await tell_all(store, ANN)
    await store.rate(BEN, answered())
    counts = await store.counts()
    assert (counts.learners, counts.answers, counts.reports, counts.chats) == (2, 3, 1, 1)


async def test_picks_tell_what_was_right_latest_first(store: Store) -> None:
    assert await store.picks(ANN) == {}
    await store.pick(ANN, CHAT, LORA, 1, right=False, at=NINE)
    await store.pick(ANN, CHAT, RAG, 2, right=True, at=NINE + MINUTE)
    await store.pick(ANN, CHAT, LORA, 2, right=True, at=NINE + 2 * MINUTE)
    await store.pick(BEN, CHAT, LORA, 2, right=True, at=NINE)
    assert list((await store.picks(ANN)).items()) == [(RAG, True), (LORA, False)]


async def test_a_forgotten_private_chat_leaves_nothing(store: Store) -> None:
    assert await store.forget_chat(CHAT) == 0
    await store.see_chat(Chat(ref=CHAT, kind=ChatKind.PRIVATE, title="Ann"), at=NINE)
    await store.set_language(CHAT, Language.EN)
    await store.ask(CHAT, ANN, "say", at=NINE)
    assert await store.forget_chat(CHAT) > 0
    assert await store.chat(CHAT) is None
    assert await store.asked(CHAT, ANN, take=False) is None
    assert await store.subscription(CHAT) is None


async def test_a_forgotten_chat_keeps_its_address_while_others_answers_need_it(store: Store) -> None:
    await store.see_chat(Chat(ref=CHAT, kind=ChatKind.PRIVATE, title="Ann"), at=NINE)
    await store.rate(BEN, answered())
    await store.forget_chat(CHAT)
    chat = await store.chat(CHAT)
    assert chat is not None
    assert chat.title == ""
    assert len(await store.ratings(BEN)) == 1
