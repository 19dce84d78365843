"""`@bot words` in any chat: finding a question, posting it, and its buttons there."""

from typing import Any

import pytest

from bot.core.model import QuestionId
from bot.platforms.telegram.places import ref_of
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import Error, Sent
from tests.platforms.telegram.conftest import Made, Stage


@pytest.fixture
def server(stage: Stage) -> TelegramServer:
    stage.server.person(7)
    stage.server.person(8, "小明", "zh-hans")
    return stage.server


async def _ask(server: TelegramServer, words: str, *, user: int = 7, offset: str = "") -> dict[str, Any]:
    query = f"i{len(server.calls)}"
    content = {"id": query, "from": server.users[user], "query": words, "offset": offset}
    await server.push("inline_query", content)
    await server.until(lambda: query in server.inline_answers)
    answer: dict[str, Any] = server.inline_answers[query]
    return answer


def _posted(server: TelegramServer, result: dict[str, Any]) -> Sent:
    """The message that choosing a result puts into some chat."""
    sent = Sent(chat=0, id=900 + len(server.messages), keyboard=result["reply_markup"]["inline_keyboard"], rich=True)
    server.messages.append(sent)
    return sent


async def _tap(server: TelegramServer, sent: Sent, label: str, user: int = 7) -> str:
    query = f"t{len(server.calls)}"
    content = {
        "id": query,
        "from": server.users[user],
        "inline_message_id": f"inline{sent.id}",
        "chat_instance": "77",
        "data": sent.data(label),
    }
    await server.push("callback_query", content)
    await server.until(lambda: query in server.answers)
    return query


async def test_words_find_questions_with_their_answer_button(server: TelegramServer) -> None:
    answer = await _ask(server, "lora")
    assert (answer["is_personal"], answer["cache_time"]) == (True, 300)
    first = answer["results"][0]
    assert "lora" in first["id"]
    assert first["input_message_content"]["rich_message"]["skip_entity_detection"] is True
    assert "Answer" in _posted(server, first).labels()


async def test_further_pages_follow_without_repeats(server: TelegramServer) -> None:
    first = await _ask(server, "lora")
    assert first["next_offset"] == 20
    second = await _ask(server, "lora", offset="20")
    assert not {r["id"] for r in first["results"]} & {r["id"] for r in second["results"]}


async def test_nothing_found_is_an_empty_answer(server: TelegramServer) -> None:
    answer = await _ask(server, "zzzzqqqq")
    assert answer["results"] == []


async def test_for_nothing_typed_there_is_today_s_question_and_the_topics(server: TelegramServer) -> None:
    answer = await _ask(server, "")
    assert answer["results"][0]["title"] == "Today's question"
    assert answer["results"][1]["id"].startswith("t:")
    assert answer["button"]["start_parameter"] == "help"


async def test_each_person_is_answered_in_their_language(server: TelegramServer) -> None:
    assert (await _ask(server, "", user=8))["results"][0]["title"] == "今天的题目"


async def test_an_older_server_gets_ordinary_messages(stage_of: Made) -> None:
    async with stage_of(version=10.0) as stage:
        stage.server.person(7)
        await stage.server.say(7, "/question lora-idea")
        await stage.server.message()
        results = (await _ask(stage.server, "lora"))["results"]
        assert "message_text" in results[0]["input_message_content"]


async def test_an_older_server_that_is_first_asked_inline_gets_ordinary_messages_too(stage_of: Made) -> None:
    async with stage_of(version=10.0) as stage:
        stage.server.person(7)
        results = (await _ask(stage.server, "lora"))["results"]
        assert "message_text" in results[0]["input_message_content"]
        asked = len(stage.server.called("answerInlineQuery"))
        await _ask(stage.server, "attention")
        assert len(stage.server.called("answerInlineQuery")) == asked + 1


async def test_a_query_that_waited_too_long_does_not_end_rich_results(server: TelegramServer) -> None:
    late = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    server.faults["answerInlineQuery"].append(Error(400, late))
    content = {"id": "late", "from": server.users[7], "query": "lora", "offset": ""}
    await server.push("inline_query", content)
    assert "rich_message" in (await _ask(server, "lora"))["results"][0]["input_message_content"]
    assert len(server.called("answerInlineQuery")) == 2


async def test_the_answer_opens_in_the_posted_message(server: TelegramServer) -> None:
    sent = _posted(server, (await _ask(server, "lora"))["results"][0])
    await _tap(server, sent, "Answer")
    await server.until(lambda: "<summary>Answer</summary>" in sent.html)


async def _classic_result(server: TelegramServer) -> dict[str, Any]:
    result: dict[str, Any] = (await _ask(server, "lora"))["results"][0]
    assert "message_text" in result["input_message_content"]
    return result


async def test_a_card_posted_into_the_bot_s_own_chat_is_not_read_as_words(stage_of: Made) -> None:
    async with stage_of(version=10.0) as stage:
        server = stage.server
        server.person(7)
        # The server's lack of rich messages is noticed with the first card.
        await server.say(7, "/question lora-idea")
        await server.message()
        await server.post_inline(7, await _classic_result(server))
        await server.say(7, "/topics")
        assert "topic" in (await server.message(count=2)).text.lower()
        assert len([m for m in server.messages if m.by_bot]) == 2


async def test_a_card_posted_while_something_is_asked_is_not_the_answer(stage_of: Made) -> None:
    async with stage_of(version=10.0) as stage:
        server = stage.server
        server.person(7)
        await server.say(7, "/question lora-idea")
        await server.message()
        await server.say(7, "/report lora-idea")
        prompt = await server.message(count=2)
        assert prompt.force_reply
        await server.post_inline(7, await _classic_result(server))
        await server.answer_prompt(7, prompt, "the second sentence is wrong")
        await server.message(count=3)
        assert [report.text for report in await stage.store.reports(limit=9)] == ["the second sentence is wrong"]


async def test_an_answer_too_long_for_an_ordinary_message_leads_to_the_whole(stage_of: Made) -> None:
    async with stage_of(version=10.0) as stage:
        server = stage.server
        server.person(7)
        await server.say(7, "/question lora-idea")
        await server.message()
        long = max(stage.bank.questions, key=lambda question: len(question.en.answer))
        sent = _posted(server, (await _ask(server, long.id))["results"][0])
        assert not any("url" in button for row in sent.keyboard for button in row)
        await _tap(server, sent, "Answer")
        await server.until(lambda: sent.edits)
        urls = [button["url"] for row in sent.keyboard for button in row if "url" in button]
        assert urls == [f"https://t.me/qianmian_bot?start=q_{long.id}"]
        assert "read all" in sent.labels()[0]


async def test_another_takes_its_place(server: TelegramServer) -> None:
    sent = _posted(server, (await _ask(server, "lora"))["results"][0])
    await _tap(server, sent, "Another")
    await server.until(lambda: sent.edits == 1)


async def test_ratings_count_for_the_chat_it_was_posted_in(stage: Stage, server: TelegramServer) -> None:
    result = (await _ask(server, "lora"))["results"][0]
    sent = _posted(server, result)
    await _tap(server, sent, "Answer")
    await server.until(lambda: sent.edits == 1)
    query = await _tap(server, sent, "Knew it")
    assert "Noted" in server.answers[query]["text"]
    await server.until(lambda: "Knew it 1" in sent.labels())
    here = ref_of("inline:77")
    assert here in stage.store.chats
    assert stage.store.chats.keys().isdisjoint({ref_of(7), ref_of(0)})
    assert (await stage.store.tally(here, QuestionId(result["id"]))).knew == 1


async def test_what_needs_a_chat_leads_into_the_private_one(server: TelegramServer) -> None:
    sent = _posted(server, (await _ask(server, "lora"))["results"][0])
    await _tap(server, sent, "Answer")
    await server.until(lambda: sent.edits == 1)
    query = await _tap(server, sent, "Wrong?")
    assert server.answers[query]["url"].startswith("https://t.me/qianmian_bot?start=")


async def test_chosen_results_are_counted(stage: Stage, server: TelegramServer) -> None:
    await server.push("chosen_inline_result", {"result_id": "lora-idea", "from": server.users[7], "query": "lora"})
    counted = "qianmian_telegram_inline_chosen_total"
    await server.until(lambda: stage.registry.get_sample_value(counted) == 1)
