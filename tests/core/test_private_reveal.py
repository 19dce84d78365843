"""Answers that each reader sees alone: below the public question, or whole in its place."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core.actions import Rate, RevealStage, Save, encode
from bot.core.markup import plain
from bot.core.model import QuestionId, Rating, Stage
from bot.core.replies import Placement, Reply, Response, Row
from tests.fakes.people import Person

ID = QuestionId("lora-merge-weights")


@pytest.fixture
async def ben(member: Callable[[str], Person]) -> Person:
    boss = member("boss")
    await boss.types("/subscribe")
    await boss.sends("1e~reveal~private")
    return member("ben")


def _words(reply: Reply | None) -> str:
    return "" if reply is None else "\n".join(plain(block) for block in reply.blocks)


def _labels(reply: Reply | None) -> list[str]:
    rows = [control for control in reply.controls if isinstance(control, Row)] if reply else []
    assert all(len(row.buttons) <= 5 for row in rows)
    return [button.label for row in rows for button in row.buttons]


async def _unseen(person: Person, data: str) -> Response:
    return await person.service.act(replace(person.request(), unseen_by_others=True), data)


async def test_a_private_answer_comes_without_the_question_and_whole(ben: Person) -> None:
    asked = plain(ben.service.questions.library.bank.blocks(_question(ben))[0])
    response = await ben.service.act(ben.request(), encode(RevealStage(question=ID, stage=Stage.ANSWER)))
    assert response.placement is Placement.PRIVATE
    assert asked not in _words(response.reply)
    assert asked in _words(response.whole)
    assert "← Back" not in _labels(response.reply)
    assert "← Back" in _labels(response.whole)


@pytest.mark.parametrize("stage", Stage)
async def test_every_step_of_an_unseen_card_is_whole_as_well(ben: Person, stage: Stage) -> None:
    response = await _unseen(ben, encode(RevealStage(question=ID, stage=stage)))
    assert response.whole is not None
    assert ("← Back" in _labels(response.whole)) is (stage is not Stage.QUESTION)


async def test_rating_and_saving_redraw_both(ben: Person) -> None:
    rated = await _unseen(ben, encode(Rate(question=ID, rating=Rating.KNEW)))
    saved = await _unseen(ben, encode(Save(question=ID)))
    for response in (rated, saved):
        assert "✓ Knew it" in _labels(response.reply)
        assert "✓ Knew it" in _labels(response.whole)


async def test_a_public_answer_is_not_given_twice(member: Callable[[str], Person]) -> None:
    ben = member("ben")
    await ben.sends(encode(RevealStage(question=ID, stage=Stage.ANSWER)))
    assert ben.last.whole is None
    assert "← Back" not in ben.labels()


def _question(person: Person) -> str:
    return person.service.questions.library.bank.question(ID).en.question
