"""A posted question that is redrawn by a tap still says all that it said before."""

from collections.abc import Callable

import pytest

from bot.core.actions import RevealStage, encode
from bot.core.daily import DailyQuestions
from bot.core.markup import plain
from bot.core.model import ChatKind, QuestionId, Stage
from bot.core.replies import Placement, Reply
from bot.core.service import Service
from tests.fakes.clock import FakeClock
from tests.fakes.dailies import deliver
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import Person


@pytest.fixture
async def boss(member: Callable[[str], Person]) -> Person:
    boss = member("boss")
    await boss.types("/subscribe")
    return boss


def _words(reply: Reply) -> str:
    return "\n".join(plain(block) for block in reply.blocks)


async def test_yesterdays_answer_stays_in_front_of_the_hint(
    boss: Person, store: MemoryStore, daily: DailyQuestions
) -> None:
    await boss.sends("1e~reveal~next")
    await deliver(boss, store, daily)
    post = await deliver(boss, store, daily)
    boss.seen = post.reply
    hinted = await boss.taps("Hint")
    assert boss.last.placement is Placement.EDIT
    assert hinted.startswith(_words(post.reply))
    assert "The answer" in hinted


async def test_the_day_s_title_stays(boss: Person, ada: Person, store: MemoryStore, daily: DailyQuestions) -> None:
    await ada.types("/subscribe 10:00")
    for person in (boss, ada):
        post = await deliver(person, store, daily)
        title = plain(post.reply.blocks[0])
        assert title.startswith("Daily question")
        person.seen = post.reply
        assert (await person.taps("Answer")).startswith(title)
        await person.taps("Knew it")
        assert _words(person.last.refresh or person.seen).startswith(title)


async def test_counts_stay_on_the_public_card(
    boss: Person, member: Callable[[str], Person], store: MemoryStore, daily: DailyQuestions
) -> None:
    ben = member("ben")
    boss.seen = (await deliver(boss, store, daily)).reply
    await boss.taps("Answer")
    await boss.taps("Knew it")
    ben.seen = boss.last.refresh or Reply()
    assert "Knew it 1" in ben.labels()
    await ben.taps("Follow-ups")
    assert "Knew it 1" in ben.labels()
    fresh = member("cyd")
    fresh.seen = (await deliver(boss, store, daily)).reply
    assert "knew" not in (await fresh.taps("Hint")).casefold()


@pytest.mark.parametrize("button", ["Another", "More on"])
async def test_readers_of_a_channel_post_nothing_into_it(service: Service, clock: FakeClock, button: str) -> None:
    reader = Person(service=service, clock=clock, chat_id="channel", kind=ChatKind.CHANNEL, title="Daily LLM")
    shown = encode(RevealStage(question=QuestionId("lora-merge-weights"), stage=Stage.FOLLOWUPS))
    await reader.sends(shown)
    await reader.taps(button)
    assert reader.last.placement is Placement.PRIVATE
