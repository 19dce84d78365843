"""Which topics words mean."""

import pytest

from bot.core.errors import Mistake
from bot.core.model import Language
from bot.core.ports import Bank
from bot.core.topic_words import topics_named, words_of


@pytest.mark.parametrize("language", Language)
def test_any_two_topics_can_be_named_together_in_full(bank: Bank, language: Language) -> None:
    topics = [topic for group in bank.groups for topic in group.topics]
    for first in topics:
        for second in topics:
            for names in ((first.title(language), second.title(language)), (first.slug, second.slug)):
                wanted = tuple(dict.fromkeys((first, second)))
                assert topics_named(bank, words_of(", ".join(names))) == wanted, names


@pytest.mark.parametrize(
    ("words", "slugs"),
    [
        ("lora", ["lora"]),
        ("LoRA 微调", ["lora", "fine-tuning"]),
        ("position encoding rag", ["position-encoding", "rag"]),
        ("position encodng lora", ["position-encoding", "lora"]),
        ("loraa", ["lora"]),
        ("lora lora", ["lora"]),
        ("All Topics", []),
        ("不限", []),
    ],
)
def test_names_typos_and_the_words_for_everything(bank: Bank, words: str, slugs: list[str]) -> None:
    assert [topic.slug for topic in topics_named(bank, words_of(words))] == slugs


@pytest.mark.parametrize(("word", "near"), [("Berln", "Berlin"), ("xyzzyx", "none")])
def test_a_word_that_is_no_topic_is_named_with_the_zone_it_may_be(bank: Bank, word: str, near: str) -> None:
    with pytest.raises(Mistake) as caught:
        topics_named(bank, ["lora", word])
    assert caught.value.key == "subscribe-unclear"
    assert caught.value.values["word"] == word
    assert near in str(caught.value.values["near"])
