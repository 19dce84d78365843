"""A group becomes a supergroup: what was posted before still belongs to it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typing_extensions import override

from bot.core import cards
from bot.core.errors import ChatMoved
from bot.core.markup import paragraph
from bot.core.model import Language
from bot.core.replies import Post, Reply
from bot.core.requests import Voice
from bot.platforms.telegram.moves import note_move, present_ref
from bot.platforms.telegram.places import ref_of
from tests.fakes.memory_store import MemoryStore
from tests.fakes.telegram_world import WHEN
from tests.platforms.telegram.conftest import PHRASES, Made, Stage

OLD, NEW = -55, -100500


async def _quiz(stage: Stage) -> Any:
    """The poll posted into the group while it still had its old id."""
    stage.server.person(7)
    stage.server.group(OLD, type_="group", _7="creator")
    reply = cards.quiz_card(Voice(PHRASES, Language.EN), stage.bank, stage.bank.question("lora-idea"))
    await stage.platform.messenger.send(Post(chat=ref_of(OLD), reply=reply, key="d1"))
    return (await stage.server.message(chat=OLD)).poll


async def _vote(stage: Stage, poll: Any) -> None:
    user = stage.server.users[7]
    vote = {"poll_id": poll["id"], "user": user, "option_ids": [0], "option_persistent_ids": [""]}
    await stage.server.push("poll_answer", vote)
    await stage.server.until(lambda: stage.store.picked)


async def test_a_vote_after_the_move_counts_where_the_group_is_now(stage: Stage) -> None:
    poll = await _quiz(stage)
    stage.server.group(NEW, _7="creator")
    await stage.server.push("message", {**stage.server.written(OLD, 7, ""), "migrate_to_chat_id": NEW})
    await _vote(stage, poll)
    assert {chat for _, _, chat in stage.store.picked} == {ref_of(NEW)}
    assert ref_of(OLD) not in stage.store.chats


async def test_a_vote_after_a_move_that_only_an_error_told_of_counts_there_too(stage: Stage) -> None:
    poll = await _quiz(stage)
    stage.server.migrated[OLD] = stage.server.group(NEW, _7="creator").id
    with pytest.raises(ChatMoved):
        await stage.platform.messenger.send(Post(chat=ref_of(OLD), reply=Reply(blocks=(paragraph("x"),)), key="d2"))
    await _vote(stage, poll)
    assert {chat for _, _, chat in stage.store.picked} == {ref_of(NEW)}


async def test_an_address_leads_through_every_move_and_keeps_its_topic() -> None:
    store = MemoryStore()
    await note_move(store, ref_of(-1), ref_of(-2))
    await note_move(store, ref_of(-2), ref_of(-3))
    assert await present_ref(store, ref_of(-1, 5)) == ref_of(-3, 5)
    assert await present_ref(store, ref_of(-9)) == ref_of(-9)


async def test_moves_in_a_circle_end() -> None:
    store = MemoryStore()
    await note_move(store, ref_of(-1), ref_of(-2))
    await note_move(store, ref_of(-2), ref_of(-1))
    assert (await present_ref(store, ref_of(-1))).chat_id in {"-1", "-2"}


async def test_what_a_quiz_was_about_is_kept_for_a_month(stage_of: Made) -> None:
    class Dated(MemoryStore):
        until: datetime | None = None

        @override
        async def remember(self, key: str, value: str | None, *, until: datetime | None = None) -> None:
            self.until = until or self.until
            await super().remember(key, value, until=until)

    store = Dated()
    async with stage_of(store=store) as stage:
        await _quiz(stage)
        assert store.until == datetime.fromtimestamp(WHEN, UTC) + timedelta(days=30)
