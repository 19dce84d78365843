"""What every store does with messages of chats whose platform keeps none itself."""

import json

from bot.core.model import ChatRef, LearnerRef, MessageId, Platform
from bot.core.ports import KEPT_MESSAGES, KeptMessage, Store
from tests.fakes.values import DAY, HOUR, NINE

WEB = Platform("web")
CHAT = ChatRef(platform=WEB, chat_id="a")
OTHER = ChatRef(platform=WEB, chat_id="b")
LEARNER = LearnerRef(platform=WEB, user_id="a")


def payload(words: str) -> str:
    return json.dumps({"text": words})


async def keep(store: Store, words: str, *, chat: ChatRef = CHAT, key: str | None = None) -> KeptMessage:
    return await store.keep_message(chat, payload(words), at=NINE, key=key)


async def words_after(store: Store, revision: int, *, chat: ChatRef = CHAT, limit: int = 1000) -> list[str]:
    return [json.loads(m.payload)["text"] for m in await store.messages_after(chat, revision, limit=limit)]


async def test_messages_are_kept_in_order_for_each_chat(store: Store) -> None:
    first = await keep(store, "one")
    await keep(store, "elsewhere", chat=OTHER)
    await keep(store, "two")
    assert await words_after(store, 0) == ["one", "two"]
    assert await words_after(store, first.revision) == ["two"]
    assert await words_after(store, 0, limit=1) == ["one"]
    assert first.at == NINE
    assert not first.repeated


async def test_a_chat_never_seen_has_no_messages(store: Store) -> None:
    assert await words_after(store, 0) == []
    assert await store.kept_message(CHAT, MessageId("1")) is None
    assert await store.replace_message(CHAT, MessageId("1"), payload("x")) is None


async def test_a_changed_message_is_new_to_those_who_saw_it_and_keeps_its_place(store: Store) -> None:
    first = await keep(store, "one")
    second = await keep(store, "two")
    changed = await store.replace_message(CHAT, first.id, payload("uno"))
    assert changed is not None
    assert (changed.id, changed.at) == (first.id, first.at)
    assert changed.revision > second.revision
    assert await words_after(store, second.revision) == ["uno"]
    assert await words_after(store, 0) == ["two", "uno"]
    assert await store.kept_message(CHAT, first.id) == changed


async def test_a_message_belongs_to_its_chat(store: Store) -> None:
    kept = await keep(store, "one")
    await keep(store, "other", chat=OTHER)
    assert await store.replace_message(OTHER, kept.id, payload("x")) is None
    assert await store.kept_message(OTHER, kept.id) is None


async def test_what_is_no_id_names_no_message(store: Store) -> None:
    await keep(store, "one")
    for forged in ("", "x", "-1", "1 OR 1", "9" * 40, "٢"):
        assert await store.kept_message(CHAT, MessageId(forged)) is None
        assert await store.replace_message(CHAT, MessageId(forged), payload("x")) is None


async def test_a_key_is_kept_once_in_each_chat(store: Store) -> None:
    first = await keep(store, "one", key="k")
    again = await keep(store, "again", key="k")
    elsewhere = await keep(store, "elsewhere", chat=OTHER, key="k")
    assert (again.id, again.payload, again.repeated) == (first.id, payload("one"), True)
    assert not elsewhere.repeated
    assert await words_after(store, 0) == ["one"]


async def test_a_changed_message_keeps_its_key(store: Store) -> None:
    first = await keep(store, "one", key="k")
    await store.replace_message(CHAT, first.id, payload("uno"))
    assert (await keep(store, "again", key="k")).repeated


async def test_only_the_latest_messages_stay(store: Store) -> None:
    await keep(store, "elsewhere", chat=OTHER)
    for number in range(KEPT_MESSAGES + 2):
        await keep(store, str(number))
    assert await words_after(store, 0) == [str(number) for number in range(2, KEPT_MESSAGES + 2)]
    assert await words_after(store, 0, chat=OTHER) == ["elsewhere"]


async def test_what_a_person_wrote_is_exported_latest_first(store: Store) -> None:
    await store.keep_message(CHAT, payload("hello"), at=NINE, own=True)
    await store.keep_message(CHAT, payload("/next"), at=NINE + HOUR, own=True)
    await keep(store, "the bot's answer")
    exported = await store.export(LEARNER)
    assert exported["messages"] == [
        {"chat": "web:a", "message": {"text": "/next"}, "at": "2026-11-24T10:00:00+00:00"},
        {"chat": "web:a", "message": {"text": "hello"}, "at": "2026-11-24T09:00:00+00:00"},
    ]


async def test_forgetting_a_learner_empties_their_chat(store: Store) -> None:
    await keep(store, "one")
    before = await keep(store, "two")
    await keep(store, "elsewhere", chat=OTHER)
    assert await store.forget(LEARNER) == 2
    assert await words_after(store, 0) == []
    assert await words_after(store, 0, chat=OTHER) == ["elsewhere"]
    after = await keep(store, "three")
    assert int(after.id) > int(before.id)
    assert after.revision > before.revision


async def test_messages_follow_a_chat_that_moved(store: Store) -> None:
    await keep(store, "one")
    await keep(store, "elsewhere", chat=OTHER)
    await store.chat_moved(CHAT, OTHER)
    assert await words_after(store, 0, chat=OTHER) == ["one", "elsewhere"]
    assert await words_after(store, 0) == []


async def test_a_message_keeps_the_instant_it_was_kept_at(store: Store) -> None:
    kept = await store.keep_message(CHAT, payload("x"), at=NINE + DAY)
    assert await store.kept_message(CHAT, kept.id) == kept
