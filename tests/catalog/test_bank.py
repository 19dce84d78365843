"""The bank answers what the core asks of it."""

import pytest

from bot.catalog.bank import MemoryBank
from bot.core import markup
from bot.core.errors import NOTHING_NEAR, Mistake
from bot.core.model import Language, QuestionId
from tests.fakes.content import ContentFolder


@pytest.fixture
def bank(content: ContentFolder) -> MemoryBank:
    content.question()
    content.question("lora-next", ("follows: []", "follows: [lora-merge]"))
    content.question("pos-what", ("outline: []", "outline: [16-01]"), topic="position-encoding")
    loaded = content.read()
    assert loaded.problems == ()
    return MemoryBank(loaded.groups, [document.question for document in loaded.documents])


def test_only_shelves_with_questions_are_shown(bank: MemoryBank) -> None:
    assert [(group.slug, [topic.slug for topic in group.topics]) for group in bank.groups] == [
        ("tuning", ["lora", "position-encoding"])
    ]


def test_questions_come_in_syllabus_order(bank: MemoryBank) -> None:
    assert [question.id for question in bank.questions] == ["lora-merge", "lora-next", "pos-what"]
    assert [question.id for question in bank.in_topic("lora")] == ["lora-merge", "lora-next"]


def test_a_question_is_found_by_id(bank: MemoryBank) -> None:
    assert bank.question("pos-what").topic == "position-encoding"


@pytest.mark.parametrize("word", ["lora-merg", "LORA MERGE", "merg"])
def test_an_unknown_question_is_told_with_the_nearest(bank: MemoryBank, word: str) -> None:
    with pytest.raises(Mistake) as raised:
        bank.question(word)
    assert raised.value.key == "question-unknown"
    assert raised.value.values["word"] == word
    assert str(raised.value.values["near"]).startswith("lora-merge")


@pytest.mark.parametrize("word", ["y" * 100, "nonsense", "x", "", "合并"])
def test_an_id_unlike_every_question_suggests_none(bank: MemoryBank, word: str) -> None:
    with pytest.raises(Mistake) as raised:
        bank.question(word)
    assert raised.value.values == {"word": word, "near": NOTHING_NEAR}


def test_a_megabyte_of_id_is_cut(bank: MemoryBank) -> None:
    with pytest.raises(Mistake) as raised:
        bank.question("x" * 1_000_000)
    assert len(str(raised.value.values["word"])) == 100


def test_a_topic_is_found_by_slug_alone(bank: MemoryBank) -> None:
    assert bank.topic("lora").title(Language.ZH) == "LoRA 系列"
    with pytest.raises(Mistake) as raised:
        bank.topic("qlora")
    assert raised.value.key == "topic-unknown"


def test_an_empty_shelf_is_unknown(bank: MemoryBank) -> None:
    assert bank.in_topic("empty-shelf") == ()
    with pytest.raises(Mistake):
        bank.find_topic("empty-shelf")


def test_topics_are_found_and_suggested(bank: MemoryBank) -> None:
    assert bank.find_topic("qlroa").slug == "lora"
    assert [topic.slug for topic in bank.suggest_topics("pos", Language.EN, 5)] == ["position-encoding"]


def test_chains_are_followed_forwards(bank: MemoryBank) -> None:
    assert [question.id for question in bank.after(QuestionId("lora-merge"))] == ["lora-next"]
    assert bank.after(QuestionId("pos-what")) == ()


def test_search_reaches_the_questions(bank: MemoryBank) -> None:
    bank.prepare_search()
    assert bank.search("merged lora")[0].id == "lora-merge"


@pytest.mark.parametrize("typed", ["lo", "mer", "lora-m", "合并", "l"])
def test_questions_are_suggested_while_they_are_typed(bank: MemoryBank, typed: str) -> None:
    assert QuestionId("lora-merge") in [question.id for question in bank.suggest_questions(typed, 25)]


def test_suggestions_look_at_what_a_list_shows(bank: MemoryBank) -> None:
    assert [question.id for question in bank.suggest_questions("", 1)] == [bank.questions[0].id]
    assert not bank.suggest_questions("zzzz", 25)


def test_blocks_are_read_once(bank: MemoryBank) -> None:
    first = bank.blocks("some **words**")
    assert first == (markup.Paragraph((markup.Text("some "), markup.Bold((markup.Text("words"),)))),)
    assert bank.blocks("some **words**") is first


def test_an_empty_bank_is_whole() -> None:
    bank = MemoryBank((), ())
    assert (bank.groups, bank.questions, bank.search("x")) == ((), (), ())
    with pytest.raises(Mistake) as raised:
        bank.question("x")
    assert raised.value.values["near"] == NOTHING_NEAR
