"""Announcements: operators alone make them, see what chats will see, and decide."""

import pytest

from bot.core.actions import Ask, AskFor, encode
from bot.core.announcements import announcement_reply
from bot.core.markup import Divider, LineBreak, Paragraph, Text
from bot.core.model import AnnouncementState, Chat, ChatKind, ChatRef, DeliveryState, Platform
from bot.core.ports import Settled
from bot.core.replies import Placement
from bot.core.service import Service
from tests.fakes.clock import FakeClock
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import Person
from tests.fakes.values import HOUR, NINE, chat_ref, subscription


@pytest.fixture
async def root(service: Service, clock: FakeClock, store: MemoryStore) -> Person:
    """An operator in a private chat; three chats are subscribed."""
    for ref in (chat_ref(1), chat_ref(2), ChatRef(platform=Platform("discord"), chat_id="3")):
        await store.subscribe(subscription(ref), at=NINE)
    return Person(service=service, clock=clock, user="root", chat_id="root")


def state(store: MemoryStore, number: int = 1) -> AnnouncementState:
    return store.announcements[number].state


class TestText:
    def test_empty_lines_part_paragraphs_and_lines_stay_lines(self) -> None:
        assert announcement_reply("One\ntwo\n \n\nthree").blocks == (
            Paragraph((Text("One"), LineBreak(), Text("two"))),
            Paragraph((Text("three"),)),
        )

    def test_nothing_is_markup(self) -> None:
        text = "**no** <b>no</b> $x$ [no](https://example.org) # no"
        assert announcement_reply(text).blocks == (Paragraph((Text(text),)),)


class TestPreview:
    async def test_it_shows_what_chats_will_see_and_how_many(self, root: Person) -> None:
        seen = await root.types("/announce We move.\n\nTonight at ten.")
        shown = announcement_reply("We move.\n\nTonight at ten.").blocks
        assert root.seen.blocks[: len(shown) + 1] == (*shown, Divider())
        assert "3 subscribed chats" in seen
        assert "Telegram: 2" in seen
        assert "Discord: 1" in seen
        assert root.labels() == ["Send", "Cancel"]

    async def test_a_text_may_begin_on_the_next_line(self, root: Person) -> None:
        assert "We move." in await root.types("/announce\nWe move.")

    async def test_it_is_said_in_chinese_too(self, root: Person) -> None:
        root.language = None
        await root.service.command(root.request(), "language", "zh")
        assert "Telegram：2" in await root.types("/公告 搬家了")

    async def test_nothing_is_sent_before_it_is_confirmed(self, root: Person, store: MemoryStore) -> None:
        await root.types("/announce We move.")
        assert state(store) is AnnouncementState.DRAFT
        assert await store.open_announcements() == []


class TestBadInput:
    @pytest.mark.parametrize("text", ["/announce", "/announce   ", "/announce \n\n", "/announce \u200b"])
    async def test_an_empty_text_is_refused_in_words(self, root: Person, store: MemoryStore, text: str) -> None:
        assert "What shall all subscribed chats be told" in await root.types(text)
        assert not store.announcements

    async def test_3000_characters_are_the_most(self, root: Person, store: MemoryStore) -> None:
        assert "at most 3000 characters" in await root.types("/announce " + "x" * 3001)
        assert not store.announcements
        await root.types("/announce " + "x" * 3000)
        assert state(store) is AnnouncementState.DRAFT

    async def test_without_subscribers_there_is_nobody_to_tell(self, ada: Person) -> None:
        ada.user = "root"
        assert "nobody to tell" in await ada.types("/announce We move.")

    async def test_learners_neither_announce_nor_decide(self, root: Person, ada: Person, store: MemoryStore) -> None:
        assert "no command" in await ada.types("/announce Buy this.")
        await root.types("/announce We move.")
        for decision in ("send", "cancel", "stop"):
            assert "no command" in await ada.sends(f"1n~1~{decision}")
        asked = encode(AskFor(what=Ask.ANNOUNCE))
        assert "no command" in await ada.sends(asked)
        assert (await ada.service.tell(ada.request(), asked, "Buy this.")).refused
        assert state(store) is AnnouncementState.DRAFT

    async def test_groups_are_no_place_for_it(self, root: Person, store: MemoryStore) -> None:
        root.kind, root.chat_id = ChatKind.GROUP, "group"
        assert "private chat" in await root.types("/announce We move.")
        assert not store.announcements

    @pytest.mark.parametrize("data", ["1n~1~go", "1n~x~send", "1n~99~send", "1n~99~stop"])
    async def test_forged_buttons_get_a_polite_answer(self, root: Person, data: str) -> None:
        assert "too old" in await root.sends(data)


class TestDecision:
    async def test_send_lets_it_run_in_place_of_the_preview(self, root: Person, store: MemoryStore) -> None:
        await root.types("/announce We move.")
        assert "is on its way" in await root.taps("Send")
        assert state(store) is AnnouncementState.RUNNING
        assert root.last.placement is Placement.EDIT
        assert root.labels() == []

    async def test_it_may_not_be_sent_twice(self, root: Person) -> None:
        await root.types("/announce We move.")
        await root.taps("Send")
        assert "decided about already" in await root.sends("1n~1~send")

    async def test_cancel_ends_it(self, root: Person, store: MemoryStore) -> None:
        await root.types("/announce We move.")
        assert "not sent to anybody" in await root.taps("Cancel")
        assert state(store) is AnnouncementState.CANCELLED
        for decision in ("send", "cancel", "stop"):
            assert "decided about already" in await root.sends(f"1n~1~{decision}")

    async def test_what_runs_is_not_cancelled_by_the_old_preview(self, root: Person, store: MemoryStore) -> None:
        await root.types("/announce We move.")
        await root.taps("Send")
        assert "decided about already" in await root.sends("1n~1~cancel")
        assert state(store) is AnnouncementState.RUNNING

    async def test_a_second_one_waits_for_the_first(self, root: Person, store: MemoryStore) -> None:
        await root.types("/announce First.")
        await root.taps("Send")
        await root.types("/announce Second.")
        assert "Announcement 1 is still on its way" in await root.taps("Send")
        assert state(store, 2) is AnnouncementState.DRAFT
        await root.sends("1n~1~stop")
        await store.advance_announcement(1, platforms=[], at=NINE, limit=9)
        await root.sends("1n~2~send")
        assert state(store, 2) is AnnouncementState.RUNNING

    async def test_another_operator_sees_how_it_goes_and_stops_it(self, root: Person, store: MemoryStore) -> None:
        await root.types("/announce We move.")
        await root.taps("Send")
        other = Person(service=root.service, clock=root.clock, user="root", chat_id="elsewhere")
        seen = await other.types("/announce")
        assert "Sent: 0" in seen
        assert "Left: 3" in seen
        assert "Not sent: 3" in await other.taps("Stop")
        assert state(store) is AnnouncementState.STOPPING
        assert other.labels() == []
        assert "decided about already" in await root.sends("1n~1~stop")

    async def test_the_last_question_of_a_chat_is_no_announcement(self, root: Person, store: MemoryStore) -> None:
        ref = root.chat
        await store.see_chat(Chat(ref=ref, kind=ChatKind.PRIVATE), at=NINE)
        await root.types("/subscribe 9:00")
        await root.types("/announce We move.")
        await root.taps("Send")
        await store.advance_announcement(1, platforms=[ref.platform], at=NINE, limit=9)
        (claimed,) = await store.claim(ref.platform, now=NINE, lease_until=NINE + HOUR, limit=9)
        await store.settle([Settled(delivery=claimed.delivery.id, state=DeliveryState.SENT, at=NINE)])
        await root.types("/next")
        assert "The last question" not in " ".join(root.labels())
