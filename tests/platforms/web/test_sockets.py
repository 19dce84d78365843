"""The page's protocol over a real socket: what a person does, what every open page is told, and garbage."""

import asyncio
import json
from contextlib import suppress

import pytest
from aiohttp import ClientSession, WSMsgType
from structlog.testing import capture_logs
from typing_extensions import override

from bot.core.actions import Ask, AskFor, PickOption, RevealStage, encode
from bot.core.errors import StoreError
from bot.core.model import ChatRef, MessageId, QuestionId, Stage
from bot.core.ports import Bank, KeptMessage, Phrases
from bot.core.typed import MAX_TEXT
from bot.platforms.web.frames import MAX_BYTES
from bot.platforms.web.sockets import BURST, MOST_BYTES, Allowance
from tests.fakes.clock import FakeClock
from tests.fakes.memory_store import MemoryStore
from tests.fakes.web_bot import WebBot, web_bot
from tests.fakes.web_tab import Browser, Tab, browser

LORA = QuestionId("lora-idea")
ANSWER = encode(RevealStage(question=LORA, stage=Stage.ANSWER))
SAY = encode(AskFor(what=Ask.SAY, question=LORA))


# Arriving


async def test_the_first_visit_is_greeted_once(guest: Browser) -> None:
    async with guest.tab() as tab:
        assert len(tab.shown) == 1
        assert "interview question a day" in tab.latest
    async with guest.tab() as again:
        assert len(again.shown) == 1


async def test_two_tabs_that_open_at_once_are_greeted_once(guest: Browser) -> None:
    await guest.get("/")
    async with guest.tab(greet=False) as one, guest.tab(greet=False) as two:
        await asyncio.gather(one.hello(), two.hello())
        assert list(one.shown) == list(two.shown)
        assert len(one.shown) == 1


async def test_each_browser_has_a_chat_of_its_own(bot: WebBot, guest: Browser) -> None:
    async with guest.tab() as tab, browser(bot.url, languages="zh-CN") as stranger, stranger.tab() as other:
        await tab.say("/help")
        assert len(tab.shown) == 3
        assert len(other.shown) == 1
        assert 'lang="zh-Hans"' in other.latest
        assert other.frames[0] == {"type": "language", "language": "zh"}


async def test_a_page_is_told_nothing_before_it_says_hello(guest: Browser) -> None:
    await guest.get("/")
    async with guest.tab() as tab, guest.tab(greet=False) as silent:
        await tab.say("/help")
        await silent.send(type="ping")
        assert await silent.receive() == {"type": "pong"}


# Typing, pressing, filling in


async def test_what_is_typed_shows_as_own_words_and_is_answered(guest: Browser) -> None:
    async with guest.tab() as tab:
        answer = await tab.say("/question lora-idea", n="mine")
        assert answer == {"type": "done", "n": "mine", "toast": ""}
        own, reply = tab.said[-2:]
        assert own == "/question lora-idea"
        assert 'data-accent="' in reply
        assert ANSWER in reply


async def test_typing_sent_again_is_taken_once(guest: Browser) -> None:
    async with guest.tab() as tab:
        await tab.say("/help", n="same")
        before = dict(tab.shown)
        assert await tab.say("/help", n="same") == {"type": "done", "n": "same", "toast": ""}
        assert tab.shown == before


async def test_words_out_of_the_blue_are_searched_for(guest: Browser) -> None:
    async with guest.tab() as tab:
        await tab.say("lora")
        assert "about “lora”" in tab.latest


async def test_an_answer_takes_the_place_of_its_question(guest: Browser) -> None:
    async with guest.tab() as tab:
        await tab.say("/question lora-idea")
        before = dict(tab.shown)
        await tab.tap(ANSWER)
        assert list(tab.shown) == list(before)
        assert tab.latest != before[tab.last]["html"]
        assert "<summary>Answer</summary>" in tab.latest


async def test_a_rating_is_marked_and_confirmed_by_a_toast(guest: Browser) -> None:
    async with guest.tab() as tab:
        await tab.say("/question lora-idea")
        await tab.tap(ANSWER)
        answer = await tab.tap("1k~lora-idea~knew")
        assert answer["toast"] == "Noted: you knew it."
        assert ">✓ Knew it<" in tab.latest


async def test_a_quiz_is_answered_in_place(guest: Browser) -> None:
    async with guest.tab() as tab:
        await tab.say("/quiz lora")
        quiz = tab.latest
        assert quiz.count("<b>") == 4
        question = QuestionId(quiz.split('data-tap="1o~')[1].split("~")[0])
        await tab.tap(encode(PickOption(question=question, option=0)))
        assert " ✓" in tab.latest


async def test_a_forged_button_gets_a_polite_answer(guest: Browser) -> None:
    async with guest.tab() as tab:
        before = dict(tab.shown)
        for data in ("", "garbage", "1z~x", "1r~lora-idea~nothing", "9r~lora-idea~hint", "1e~pause~", "x" * 5000):
            assert (await tab.tap(data))["toast"]
        assert tab.shown == before


async def test_a_button_of_a_message_that_is_gone_is_answered_at_the_end(guest: Browser) -> None:
    async with guest.tab() as tab:
        await tab.tap(ANSWER, on="999")
        assert "<summary>Answer</summary>" in tab.latest


async def test_a_form_opens_for_the_presser_alone_and_leaves_no_trace(guest: Browser) -> None:
    async with guest.tab() as tab:
        await tab.say("/question lora-idea")
        before = dict(tab.shown)
        answer = await tab.tap(SAY)
        assert f'data-tell="{SAY}"' in answer["form"]
        assert tab.shown == before


async def test_a_form_that_was_filled_in_is_answered(guest: Browser) -> None:
    async with guest.tab() as tab:
        await tab.say("/question lora-idea")
        answer = await tab.ask("tell", on=tab.last, data=SAY, text="low <rank>")
        assert "complaint" not in answer
        assert "low &lt;rank&gt;" in tab.latest


async def test_a_mistake_in_a_form_is_told_in_the_form(guest: Browser) -> None:
    async with guest.tab() as tab:
        await tab.say("/subscribe 9:30")
        before = dict(tab.shown)
        answer = await tab.ask("tell", on=tab.last, data=encode(AskFor(what=Ask.TIMES)), text="25:99")
        assert "25:99" in answer["complaint"]
        assert tab.shown == before


async def test_a_form_of_a_command_stays_until_it_is_filled_in(guest: Browser) -> None:
    async with guest.tab() as tab:
        await tab.say("/suggest lora-idea")
        asked = tab.shown[tab.last]
        data = encode(AskFor(what=Ask.REPORT, question=LORA))
        assert f'data-tell="{data}"' in asked["form"]
        await tab.ask("tell", on=asked["id"], data=data, text="a typo")
        assert "form" not in tab.shown[asked["id"]]
        assert "Thank you" in tab.latest


async def test_a_form_of_a_command_can_be_cancelled(guest: Browser) -> None:
    async with guest.tab() as tab:
        await tab.say("/suggest lora-idea")
        await tab.ask("dismiss", on=tab.last)
        assert "form" not in tab.shown[tab.last]
        revision = tab.revision
        await tab.ask("dismiss", on=tab.last)
        await tab.ask("dismiss", on="999")
        assert tab.revision == revision


async def test_arguments_are_completed(guest: Browser) -> None:
    async with guest.tab() as tab:
        topics = await tab.ask("suggest", kind="topic", text="lor")
        assert {"label": "The LoRA family", "value": "lora"} in topics["items"]
        zones = await tab.ask("suggest", kind="zone", text="Berl")
        assert zones["items"][0]["value"] == "Europe/Berlin"
        assert (await tab.ask("suggest", kind="words", text="x"))["items"] == []


async def test_own_data_is_a_download_for_this_browser_alone(bot: WebBot, guest: Browser) -> None:
    async with guest.tab() as tab:
        await tab.say("/me export")
        path = tab.latest.split('href="')[1].split('"')[0]
    status, text = await guest.get(path)
    assert status == 200
    assert [m["message"]["text"] for m in json.loads(text)["messages"]] == ["/me export"]
    async with browser(bot.url) as stranger:
        assert (await stranger.get(path))[0] == 410


async def test_whoever_is_forgotten_begins_anew_on_every_page(guest: Browser) -> None:
    async with guest.tab() as tab, guest.tab() as other:
        await tab.say("/me forget")
        await tab.tap("1x")
        assert len(tab.shown) == 1
        assert "removed" in tab.latest
        while len(other.shown) != 1 or "removed" not in other.latest:
            await other.receive()


# Two pages, two languages


async def test_two_tabs_show_the_same(guest: Browser) -> None:
    async with guest.tab() as tab, guest.tab() as other:
        await tab.say("/question lora-idea")
        await tab.tap(ANSWER)
        while other.shown != tab.shown:
            await other.receive()


async def test_two_taps_at_once_are_both_answered(guest: Browser) -> None:
    async with guest.tab() as tab, guest.tab() as other:
        await tab.say("/question lora-idea")
        await asyncio.gather(
            tab.tap("1k~lora-idea~knew"),
            other.tap("1v~lora-idea", on=tab.last),
            tab.send(type="tap", n="x", on=tab.last, data=ANSWER),
        )
        await tab.until("done", n="x")


async def test_the_language_is_switched_on_every_page(guest: Browser) -> None:
    async with guest.tab() as tab, guest.tab() as other:
        before = dict(tab.shown)
        answer = await tab.ask("speak", language="zh")
        assert answer["toast"] == "好，这里改说中文。"
        assert tab.shown == before
        assert (await other.until("language"))["language"] == "zh"
        await tab.say("/help")
        assert "我会做什么" in tab.latest
    assert 'lang="zh-Hans"' in (await guest.get("/"))[1]


async def test_a_command_switches_the_language_too(guest: Browser) -> None:
    async with guest.tab() as tab:
        await tab.say("/language zh")
        assert {"type": "language", "language": "zh"} in tab.frames


# Coming back


async def test_a_page_that_comes_back_gets_what_it_missed_in_order_once(guest: Browser) -> None:
    async with guest.tab() as tab:
        await tab.say("/question lora-idea")
    async with guest.tab() as elsewhere:
        await elsewhere.tap(ANSWER)
        await elsewhere.say("/help")
    async with guest.tab(greet=False) as again:
        await again.hello(after=tab.revision, last=tab.last)
        assert [m["id"] for m in again.shown.values()] == [tab.last, *list(elsewhere.shown)[-2:]]
        assert again.said == elsewhere.said[-3:]
        assert not any(frame.get("anew") for frame in again.frames)


async def test_a_page_that_missed_nothing_is_told_nothing(guest: Browser) -> None:
    async with guest.tab() as tab:
        pass
    async with guest.tab(greet=False) as again:
        await again.hello(after=tab.revision, last=tab.last)
        assert again.shown == {}


async def test_a_page_whose_last_message_is_not_kept_begins_anew(guest: Browser) -> None:
    async with guest.tab() as tab:
        pass
    async with guest.tab(greet=False) as again:
        await again.hello(after=tab.revision + 50, last="999")
        assert again.frames[1]["anew"]
        assert list(again.shown) == list(tab.shown)


async def test_a_long_conversation_comes_in_several_frames(guest: Browser) -> None:
    async with guest.tab() as tab:
        for number in range(15):
            await tab.say(f"/question lora-idea {number}")
    async with guest.tab() as again:
        assert again.shown == tab.shown
        assert sum(frame["type"] == "messages" for frame in again.frames) == 2


# Garbage


@pytest.mark.parametrize("text", ["", "garbage", "[]", '{"type": "say"}', '{"type": "nothing", "n": "1"}', "{" * 1000])
async def test_garbage_gets_a_clear_answer_and_a_log_line(guest: Browser, text: str) -> None:
    async with guest.tab() as tab:
        with capture_logs() as logs:
            await tab.socket.send_str(text)
            answer = await tab.receive()
        assert answer["type"] == "error"
        assert "reload the page" in answer["text"]
        assert [line["event"] for line in logs if line["log_level"] == "warning"] == [
            "a page sent what is not of the protocol"
        ]
        assert (await tab.say("/help"))["type"] == "done"


async def test_binary_frames_get_a_clear_answer(guest: Browser) -> None:
    async with guest.tab() as tab:
        await tab.socket.send_bytes(b"\x00\xff")
        assert "reload the page" in (await tab.receive())["text"]


async def test_a_megabyte_gets_a_clear_answer_and_keeps_the_connection(guest: Browser) -> None:
    async with guest.tab() as tab:
        await tab.send(type="say", n="1", text="x" * 1_000_000)
        assert await tab.receive() == {"type": "error", "n": "", "text": "That is too long to send."}
        assert (await tab.say("/help"))["type"] == "done"


async def test_more_than_the_library_takes_ends_the_connection_and_nothing_else(guest: Browser) -> None:
    async with guest.tab() as tab:
        with suppress(ConnectionError):
            await tab.socket.send_str("x" * (MOST_BYTES + 1))
        assert (await tab.socket.receive(timeout=10)).type is not WSMsgType.TEXT
    async with guest.tab() as again:
        assert (await again.say("/help"))["type"] == "done"


async def test_a_text_longer_than_the_bot_reads_is_told_so(guest: Browser) -> None:
    async with guest.tab() as tab:
        await tab.say("x" * (MAX_BYTES - 100))
        assert "too long" in tab.latest
        assert tab.said[-2] == "x" * MAX_TEXT


async def test_control_characters_and_markup_in_a_text_are_harmless(guest: Browser) -> None:
    async with guest.tab() as tab:
        await tab.say("/<script>\u202e\x00\u200b</script> **x**")
        assert "<script>" not in tab.latest
        assert "There is no command" in tab.latest


async def test_a_page_that_sends_too_fast_is_told_so(guest: Browser) -> None:
    async with guest.tab() as tab:
        for _ in range(2 * BURST):
            await tab.send(type="tap", n="flood", on="1", data="garbage")
        answers = [await tab.receive() for _ in range(2 * BURST)]
        assert {"type": "error", "n": "flood", "text": "Not so fast, please. Try again in a moment."} in answers


async def test_a_page_that_floods_with_garbage_fills_no_log(guest: Browser) -> None:
    async with guest.tab() as tab:
        with capture_logs() as logs:
            for _ in range(3 * BURST):
                await tab.socket.send_str("garbage")
            for _ in range(3 * BURST):
                await tab.receive()
        assert len(logs) < 2 * BURST


def test_an_allowance_is_a_burst_and_then_so_many_a_second() -> None:
    allowance = Allowance()
    assert [allowance.take(100.0) for _ in range(BURST + 1)] == [True] * BURST + [False]
    assert allowance.take(100.125)
    assert not allowance.take(100.125)
    assert [allowance.take(1000.0) for _ in range(BURST + 1)] == [True] * BURST + [False]


# What breaks on our side


class BrokenStore(MemoryStore):
    """A store that can be made to fail, in the way a database does or in a way nobody thought of."""

    def __init__(self) -> None:
        super().__init__()
        self.error: Exception | None = None

    @override
    async def kept_message(self, chat: ChatRef, message: MessageId) -> KeptMessage | None:
        if self.error is not None:
            raise self.error
        return await super().kept_message(chat, message)


@pytest.mark.parametrize("error", [StoreError("the disk is full"), RuntimeError("a fault of ours")])
async def test_a_failure_is_told_logged_and_survived(
    bank: Bank, phrases: Phrases, clock: FakeClock, error: Exception
) -> None:
    store = BrokenStore()
    async with (
        web_bot(bank=bank, store=store, phrases=phrases, clock=clock) as running,
        browser(running.url) as guest,
        guest.tab() as tab,
    ):
        store.error = error
        with capture_logs() as logs:
            answer = await tab.ask("dismiss", on=tab.last)
        assert answer["type"] == "error"
        assert "Something broke on this side" in answer["text"]
        assert any(line["log_level"] == "error" for line in logs)
        store.error = None
        assert (await tab.say("/help"))["type"] == "done"


async def test_news_that_cannot_be_read_are_told_when_they_can_again(
    bank: Bank, phrases: Phrases, clock: FakeClock
) -> None:
    store = BrokenStore()
    async with (
        web_bot(bank=bank, store=store, phrases=phrases, clock=clock) as running,
        browser(running.url) as guest,
        guest.tab() as tab,
        guest.tab() as other,
    ):
        store.error = StoreError("the disk is full")
        with capture_logs() as logs:
            await tab.say("/help")
            while not any("told what is new" in line["event"] for line in logs):
                await tab.ask("suggest", kind="words", text="")
        store.error = None
        await tab.say("/next")
        while len(other.shown) < 5:
            await other.receive()


async def test_pages_are_told_when_the_bot_goes_away(bank: Bank, phrases: Phrases, clock: FakeClock) -> None:
    async with ClientSession() as session:
        async with web_bot(bank=bank, store=MemoryStore(), phrases=phrases, clock=clock) as running:
            tab = Tab(await session.ws_connect(f"{running.url}ws", headers={"Origin": running.url.rstrip("/")}))
            await tab.hello()
        assert (await tab.socket.receive(timeout=10)).data == 1001
        await tab.socket.close()


async def test_a_plan_is_kept_in_the_readers_own_zone(guest: Browser) -> None:
    async with guest.tab(zone="Europe/Berlin") as tab:
        await tab.say("/subscribe")
        assert "09:00 (Europe/Berlin)" in tab.latest


async def test_a_zone_that_does_not_exist_is_not_taken(guest: Browser) -> None:
    async with guest.tab(zone="Mars/" + "x" * 500) as tab:
        await tab.say("/subscribe")
        assert "09:00 (" in tab.latest
        assert "Mars" not in tab.latest


async def test_without_a_password_the_person_at_the_machine_runs_the_bot(guest: Browser) -> None:
    async with guest.tab() as tab:
        await tab.say("/stats")
        assert "How it is going" in tab.latest
