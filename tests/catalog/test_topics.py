"""Topics are found by what people call them."""

import pytest

from bot.catalog.topics import TopicFinder
from bot.core.errors import NOTHING_NEAR, Mistake
from bot.core.model import Language, Topic, TopicSlug


def topic(slug: str, zh: str, en: str, *aliases: str) -> Topic:
    return Topic(slug=TopicSlug(slug), group="g", zh=zh, en=en, aliases=aliases)


FINDER = TopicFinder(
    [
        topic("position-encoding", "位置编码", "Position encoding", "rope", "alibi", "长度外推"),
        topic("attention", "注意力机制", "Attention", "mqa", "flash-attention"),
        topic("lora", "LoRA 系列", "The LoRA family", "qlora"),
        topic("prompt-learning", "提示学习", "Prompt learning", "p-tuning", "prompt-tuning"),
        topic("fine-tuning", "微调", "Fine-tuning", "sft"),
        topic("rag", "检索增强生成", "Retrieval-augmented generation"),
    ]
)


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("position-encoding", "position-encoding"),
        ("Position Encoding", "position-encoding"),
        (" POSITION_ENCODING ", "position-encoding"),
        ("位置编码", "position-encoding"),
        ("RoPE", "position-encoding"),
        ("lora系列", "lora"),
        ("LoRA 系列", "lora"),
        ("lroa", "lora"),
        ("atention", "attention"),
        ("flash attention", "attention"),
        ("ptuning", "prompt-learning"),
        ("finetunning", "fine-tuning"),
        ("注意力机", "attention"),
    ],
)
def test_a_topic_is_found_by_any_of_its_names(words: str, slug: str) -> None:
    assert FINDER.find(words).slug == slug


@pytest.mark.parametrize(
    ("words", "near"),
    [
        ("posi", ("position-encoding", "位置编码", "Position encoding")),
        ("prompts", ("prompt-learning", "提示学习", "Prompt learning")),
        ("注意", ("attention", "注意力机制", "Attention")),
        ("merging lora", ("lora", "LoRA 系列", "The LoRA family")),
    ],
)
def test_an_unknown_topic_is_told_with_the_nearest_in_both_languages(words: str, near: tuple[str, str, str]) -> None:
    with pytest.raises(Mistake) as raised:
        FINDER.find(words)
    assert raised.value.key == "topic-unknown"
    slug, zh, en = near
    assert raised.value.values == {"word": words, "near": slug, "near_zh": zh, "near_en": en}


@pytest.mark.parametrize(
    "words", ["nonsense", "nosuch", "y" * 100, "frobnicate", "hello", "storage", "x", "", "今天天气"]
)
def test_words_unlike_every_topic_suggest_none(words: str) -> None:
    with pytest.raises(Mistake) as raised:
        FINDER.find(words)
    assert raised.value.values == {"word": words, "near": NOTHING_NEAR}


@pytest.mark.parametrize("words", ["", " ", "\x00", "x" * 1_000_000, "'; drop table", "*", "\U0001f600"])
def test_nonsense_is_answered_shortly(words: str) -> None:
    with pytest.raises(Mistake) as raised:
        FINDER.find(words)
    assert len(str(raised.value.values["word"])) <= 100


def test_without_topics_nothing_is_near() -> None:
    with pytest.raises(Mistake) as raised:
        TopicFinder([]).find("lora")
    assert raised.value.values["near"] == NOTHING_NEAR


@pytest.mark.parametrize(
    ("prefix", "language", "slugs"),
    [
        ("pro", Language.EN, ["prompt-learning"]),
        ("提", Language.ZH, ["prompt-learning"]),
        ("p", Language.EN, ["position-encoding", "prompt-learning", "fine-tuning"]),
        ("tun", Language.EN, ["prompt-learning", "fine-tuning"]),
        ("atenton", Language.EN, ["attention"]),
        ("qlor", Language.ZH, ["lora"]),
    ],
)
def test_suggestions_come_best_first(prefix: str, language: Language, slugs: list[str]) -> None:
    found = [topic.slug for topic in FINDER.suggest(prefix, language, 25)]
    assert found[: len(slugs)] == slugs[: len(found)]
    assert set(slugs) & set(found)


def test_nothing_typed_suggests_all_up_to_the_limit() -> None:
    assert [topic.slug for topic in FINDER.suggest(" ", Language.EN, 2)] == ["position-encoding", "attention"]


def test_a_topic_is_suggested_once() -> None:
    found = [topic.slug for topic in FINDER.suggest("attention", Language.EN, 25)]
    assert sorted(found) == sorted(set(found))
