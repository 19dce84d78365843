"""The question card: each stage shows what it should and no more, and every button fits."""

from collections.abc import Iterator

import pytest

from bot.core import cards
from bot.core.actions import Another, PickOption, Rate, RevealStage, Save, ShowQuestion, encode
from bot.core.markup import Block, Details, Link, Paragraph, plain
from bot.core.model import Language, Rating, Stage, Tally
from bot.core.ports import Bank, Phrases
from bot.core.replies import Button, Picker, Reply, Row
from bot.core.requests import Voice

ID = "lora-merge-weights"


def buttons(reply: Reply) -> list[Button]:
    return [button for row in reply.controls if isinstance(row, Row) for button in row.buttons]


def stages(reply: Reply) -> list[Details]:
    return [block for block in reply.blocks if isinstance(block, Details)]


def words(blocks: tuple[Block, ...]) -> str:
    return "\n".join(plain(block) for block in blocks)


@pytest.fixture
def voice(phrases: Phrases) -> Voice:
    return Voice(phrases, Language.EN)


def test_the_bare_question_gives_nothing_away(bank: Bank, voice: Voice) -> None:
    reply = cards.card(voice, bank, bank.question(ID))
    assert stages(reply) == []
    assert "same shape" not in words(reply.blocks)
    steps = [b.action.stage for b in buttons(reply) if isinstance(b.action, RevealStage)]
    assert steps == [Stage.HINT, Stage.ANSWER]
    assert not [b for b in buttons(reply) if isinstance(b.action, Rate)]


@pytest.mark.parametrize(
    ("stage", "shown"),
    [
        (Stage.HINT, ["Hint"]),
        (Stage.POINTS, ["Hint", "Key points"]),
        (Stage.ANSWER, ["Key points", "Answer"]),
        (Stage.FOLLOWUPS, ["Key points", "Answer", "Follow-ups"]),
    ],
)
def test_the_staircase_climbs_step_by_step(bank: Bank, voice: Voice, stage: Stage, shown: list[str]) -> None:
    reply = cards.card(voice, bank, bank.question(ID), stage)
    assert ["".join(plain(part) for part in block.summary) for block in stages(reply)] == shown


def test_the_answer_names_its_sources(bank: Bank, voice: Voice) -> None:
    reply = cards.card(voice, bank, bank.question(ID), Stage.ANSWER)
    paragraphs = [block for block in reply.blocks if isinstance(block, Paragraph)]
    urls = [part.url for block in paragraphs[1:] for part in block.inlines if isinstance(part, Link)]
    assert urls == [reference.url for reference in bank.question(ID).references]


def test_the_answer_names_the_questions_id(bank: Bank, voice: Voice) -> None:
    assert f"Question id: {ID}" in words(cards.card(voice, bank, bank.question(ID), Stage.ANSWER).blocks)


def test_a_saved_question_says_so(bank: Bank, voice: Voice) -> None:
    reply = cards.card(voice, bank, bank.question(ID), Stage.ANSWER, mine=cards.Mine(saved=True))
    assert "✓ Saved" in [button.label for button in buttons(reply)]


def test_a_rating_is_marked_and_counts_are_shown(bank: Bank, voice: Voice) -> None:
    question = bank.question(ID)
    mine = cards.card(voice, bank, question, Stage.ANSWER, mine=cards.Mine(rating=Rating.KNEW))
    assert "✓ Knew it" in [button.label for button in buttons(mine)]
    ours = cards.card(voice, bank, question, Stage.ANSWER, tally=Tally(knew=3, missed=1))
    assert [b.label for b in buttons(ours) if isinstance(b.action, Rate)] == ["Knew it 3", "Partly", "Not yet 1"]


def test_saving_is_offered_to_one_person_alone(bank: Bank, voice: Voice) -> None:
    question = bank.question(ID)
    alone = cards.card(voice, bank, question, Stage.ANSWER)
    together = cards.card(voice, bank, question, Stage.ANSWER, alone=False)
    assert [b for b in buttons(alone) if isinstance(b.action, Save)]
    assert not [b for b in buttons(together) if isinstance(b.action, Save)]


def test_ones_own_answer_stands_beside_the_key_points(bank: Bank, voice: Voice) -> None:
    reply = cards.card(voice, bank, bank.question(ID), Stage.POINTS, mine=cards.Mine(own="I would *merge* <b>it</b>"))
    assert "I would *merge* <b>it</b>" in words(reply.blocks)


def test_the_follow_ups_lead_on_along_the_chain(bank: Bank, voice: Voice) -> None:
    reply = cards.card(voice, bank, bank.question("lora-idea"), Stage.FOLLOWUPS)
    following = [b.action.question for b in buttons(reply) if isinstance(b.action, ShowQuestion)]
    assert following
    assert all("lora-idea" in bank.question(id_).follows for id_ in following)
    assert [b for b in buttons(reply) if isinstance(b.action, Another) and b.action.topic == "lora"]


def test_a_quiz_hides_the_right_option_until_it_is_picked(bank: Bank, voice: Voice) -> None:
    card = cards.quiz_card(voice, bank, bank.question(ID))
    assert card.poll is not None
    asked = cards.quiz_as_text(voice, card.poll)
    assert "✓" not in words(asked.blocks)
    assert card.poll.quiz.explanation not in words(asked.blocks)
    assert [b.label for b in buttons(asked) if isinstance(b.action, PickOption)] == ["A", "B", "C", "D"]


def test_a_picked_quiz_shows_right_wrong_and_why(bank: Bank, voice: Voice) -> None:
    card = cards.quiz_card(voice, bank, bank.question(ID))
    assert card.poll is not None
    right = card.poll.quiz.right
    wrong = (right + 1) % 4
    tally = Tally(by_option=(5, 0, 0, 0))
    result = words(cards.quiz_as_text(voice, card.poll, picked=wrong, tally=tally).blocks)
    assert f"{cards.letter(wrong)}. {card.poll.quiz.options[wrong]} ✗" in result
    assert f"{card.poll.quiz.options[right]} ✓" in result
    assert card.poll.quiz.explanation in result
    assert "(5)" in result


def test_a_short_title_is_one_line_without_markup() -> None:
    assert cards.short("**What** is\n`LoRA` and $x^2$?") == "What is LoRA and x^2?"
    assert cards.short("x" * 100, 20) == "x" * 19 + "…"


def all_controls(reply: Reply) -> Iterator[str]:
    for control in reply.controls:
        match control:
            case Row(buttons=row):
                yield from (encode(button.action) for button in row if button.action is not None)
            case Picker(options=options):
                yield from (encode(option.action) for option in options)


@pytest.mark.parametrize("language", Language)
def test_every_card_of_the_bank_can_be_drawn_with_buttons_that_fit(
    bank: Bank, phrases: Phrases, language: Language
) -> None:
    voice = Voice(phrases, language)
    for question in bank.questions:
        for stage in Stage:
            reply = cards.card(voice, bank, question, stage)
            assert reply.blocks
            assert all(len(data.encode()) <= 64 for data in all_controls(reply))
            assert all(len(row.buttons) <= 5 for row in reply.controls if isinstance(row, Row))
