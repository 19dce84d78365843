"""Own answers shown to others, whom a plan notifies, and what a public quiz tells."""

from dataclasses import replace

import pytest

from bot.core.actions import Ask, AskFor, PickOption, ShareAnswer, encode
from bot.core.errors import StaleAction
from bot.core.markup import plain
from bot.core.model import ChatKind, QuestionId
from bot.core.plans import standard_plan, with_mention
from bot.core.replies import Placement
from bot.core.service import Service
from tests.fakes.clock import FakeClock
from tests.fakes.people import Person

MERGE = QuestionId("lora-merge-weights")
SAY = encode(AskFor(what=Ask.SAY, question=MERGE))
SHARE = encode(ShareAnswer(question=MERGE))


@pytest.fixture
def member(service: Service, clock: FakeClock) -> Person:
    """Somebody in a group."""
    return Person(service=service, clock=clock, chat_id="group", kind=ChatKind.GROUP)


@pytest.fixture
def alone(service: Service, clock: FakeClock) -> Person:
    """Somebody in a private chat."""
    return Person(service=service, clock=clock)


async def test_an_own_answer_in_a_group_can_be_shared(member: Person) -> None:
    said = await member.service.tell(member.request(), SAY, "Add BA to W.")
    assert said.placement is Placement.PRIVATE
    assert not said.shared
    shared = await member.service.act(member.request(), SHARE)
    assert shared.shared
    assert shared.reply is not None
    assert "Add BA to W." in "\n".join(plain(block) for block in shared.reply.blocks)


async def test_alone_there_is_nobody_to_share_with(alone: Person) -> None:
    await alone.service.tell(alone.request(), SAY, "Add BA to W.")
    await alone.sends(encode(ShareAnswer(question=MERGE)))
    assert "Share it here" not in alone.labels()


async def test_nothing_is_shared_before_it_was_said(member: Person) -> None:
    assert "not answered this question" in await member.sends(SHARE)


async def test_a_public_quiz_counts_its_answers_and_keeps_the_right_one_to_itself(member: Person) -> None:
    right = member.service.questions.library.bank.question(MERGE).en.quiz.right
    first = await member.service.act(member.request(), encode(PickOption(question=MERGE, option=right)))
    assert first.refresh is not None
    assert "One answer so far, 1 right." in plain(first.refresh.blocks[-1])
    other = replace(member, user="ben")
    second = await other.service.act(other.request(), encode(PickOption(question=MERGE, option=(right + 1) % 4)))
    assert second.refresh is not None
    words = "\n".join(plain(block) for block in second.refresh.blocks)
    assert "2 answers so far, 1 right." in words
    assert "✓" not in words


async def test_a_quiz_taken_alone_changes_nothing_public(alone: Person) -> None:
    response = await alone.service.act(alone.request(), encode(PickOption(question=MERGE, option=0)))
    assert response.refresh is None


def test_a_plan_notifies_a_role_or_nobody() -> None:
    plan = with_mention(standard_plan("UTC"), "4242")
    assert plan.mention == "4242"
    assert with_mention(plan, "").mention is None


@pytest.mark.parametrize("role", ["@everyone", "12a", "１２", "1" * 21])
def test_what_is_no_roles_id_is_refused(role: str) -> None:
    with pytest.raises(StaleAction):
        with_mention(standard_plan("UTC"), role)
