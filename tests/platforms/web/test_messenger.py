"""What the bot says by its own initiative: kept once, shown at once, and not lost on a page that is closed."""

import pytest
from typing_extensions import override

from bot.core.actions import Run
from bot.core.errors import Rejected, StoreError, Unavailable
from bot.core.markup import heading, paragraph
from bot.core.model import ChatRef, Language, MessageId, Platform
from bot.core.ports import Bank, KeptMessage, Phrases
from bot.core.replies import Button, Post, Reply, Row
from tests.fakes.clock import FakeClock
from tests.fakes.memory_store import MemoryStore
from tests.fakes.web_bot import WebBot, web_bot
from tests.fakes.web_tab import Browser

DAILY = Reply(
    blocks=(heading(1, "LoRA · easy"), paragraph("Why?")),
    controls=(Row(buttons=(Button(label="Another", action=Run(command="random")),)),),
)


def post(chat: ChatRef, key: str = "d1", **more: object) -> Post:
    return Post(chat=chat, reply=DAILY, key=key, **more)  # type: ignore[arg-type]  # a test's shorthand


def chat_of(store: MemoryStore) -> ChatRef:
    """The only chat there is."""
    (ref,) = store.chats
    return ref


async def test_an_open_page_shows_it_at_once(bot: WebBot, store: MemoryStore, guest: Browser) -> None:
    async with guest.tab() as tab:
        id_ = await bot.platform.messenger.send(post(chat_of(store)))
        await tab.until("messages")
        message = tab.shown[id_]
        assert message["daily"]
        assert message["title"] == "LoRA · easy"
        assert "silent" not in message


async def test_a_closed_page_finds_it_when_it_is_opened(bot: WebBot, store: MemoryStore, guest: Browser) -> None:
    async with guest.tab() as tab:
        pass
    id_ = await bot.platform.messenger.send(post(chat_of(store), silent=True))
    async with guest.tab(greet=False) as again:
        await again.hello(after=tab.revision, last=tab.last)
        assert list(again.shown) == [id_]
        assert again.shown[id_]["silent"]


async def test_a_repeat_of_the_same_delivery_is_swallowed(bot: WebBot, store: MemoryStore, guest: Browser) -> None:
    async with guest.tab() as tab:
        chat = chat_of(store)
        first = await bot.platform.messenger.send(post(chat))
        assert await bot.platform.messenger.send(post(chat)) == first
        await bot.platform.messenger.send(post(chat, "d2"))
        while len(tab.shown) < 3:
            await tab.receive()
        assert sum("Why?" in said for said in tab.said) == 2


async def test_an_answer_says_which_question_it_answers(bot: WebBot, store: MemoryStore, guest: Browser) -> None:
    async with guest.tab() as tab:
        asked = await bot.platform.messenger.send(post(chat_of(store)))
        answer = await bot.platform.messenger.send(post(chat_of(store), "d2", reply_to=asked))
        while answer not in tab.shown:
            await tab.receive()
        assert tab.shown[answer]["re"] == asked


async def test_a_post_is_spoken_in_the_language_of_its_chat(bot: WebBot, store: MemoryStore, guest: Browser) -> None:
    async with guest.tab() as tab:
        await store.set_language(chat_of(store), Language.ZH)
        id_ = await bot.platform.messenger.send(post(chat_of(store)))
        await tab.until("messages")
        assert 'lang="zh-Hans"' in tab.shown[id_]["html"]


async def test_a_message_is_edited_where_it_stands(bot: WebBot, store: MemoryStore, guest: Browser) -> None:
    async with guest.tab() as tab:
        chat = chat_of(store)
        id_ = await bot.platform.messenger.send(post(chat))
        await bot.platform.messenger.edit(chat, id_, Reply(blocks=(paragraph("changed"),)))
        while "changed" not in tab.shown.get(id_, {}).get("html", ""):
            await tab.receive()
        assert tab.shown[id_]["daily"]


async def test_a_message_that_is_gone_cannot_be_edited(bot: WebBot) -> None:
    with pytest.raises(Rejected, match="not kept any more"):
        await bot.platform.messenger.edit(ChatRef(platform=Platform("web"), chat_id="x"), MessageId("7"), DAILY)


async def test_a_chat_that_nobody_opened_yet_can_be_written_to(bot: WebBot) -> None:
    chat = ChatRef(platform=Platform("web"), chat_id="later")
    assert await bot.platform.messenger.send(post(chat))


class FullStore(MemoryStore):
    """Keeps nothing more."""

    @override
    async def keep_message(self, *_args: object, **_more: object) -> KeptMessage:
        raise StoreError("the disk is full")

    @override
    async def kept_message(self, chat: ChatRef, message: MessageId) -> KeptMessage | None:
        raise StoreError("the disk is full")


async def test_a_store_that_fails_makes_the_messenger_unavailable(
    bank: Bank, phrases: Phrases, clock: FakeClock
) -> None:
    async with web_bot(bank=bank, store=FullStore(), phrases=phrases, clock=clock) as running:
        chat = ChatRef(platform=Platform("web"), chat_id="x")
        with pytest.raises(Unavailable, match="the disk is full"):
            await running.platform.messenger.send(post(chat))
        with pytest.raises(Unavailable, match="the disk is full"):
            await running.platform.messenger.edit(chat, MessageId("1"), DAILY)


def test_the_messenger_is_always_ready_on_the_web(bot: WebBot) -> None:
    assert bot.platform.messenger.platform == "web"
    assert bot.platform.messenger.ready
