"""Completions of arguments that may name several things."""

import pytest

from bot.core.commands import Kind
from bot.core.model import Language
from bot.core.ports import Bank
from bot.core.suggestions import suggestions


def values(bank: Bank, kind: Kind, typed: str) -> list[str]:
    return [suggestion.value for suggestion in suggestions(bank, kind, typed, Language.EN)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("lo", "lora"),
        ("lora, ra", "lora, rag"),
        ("lora,ra", "lora, rag"),
        ("lora、ra", "lora, rag"),
        ("lora ra", "lora, rag"),
        ("position enc", "position-encoding"),
        ("The LoRA family, position enc", "lora, position-encoding"),
        ("LoRA 系列，位置", "lora, position-encoding"),
        ("lora rag, fine", "lora, rag, fine-tuning"),
    ],
)
def test_the_last_of_several_topics_is_completed(bank: Bank, typed: str, first: str) -> None:
    assert values(bank, Kind.TOPICS, typed)[0] == first


def test_a_topic_is_not_offered_twice(bank: Bank) -> None:
    offered = values(bank, Kind.TOPICS, "lora, ")
    assert offered[0].startswith("lora, ")
    assert "lora, lora" not in offered


def test_the_label_of_several_topics_shows_the_last_one(bank: Bank) -> None:
    everything = ", ".join(topic.slug for group in bank.groups for topic in group.topics[:-1])
    (label, *_) = [row.label for row in suggestions(bank, Kind.TOPICS, f"{everything}, ", Language.EN)]
    assert len(label) <= 100
    assert label.startswith("…")


def test_what_a_label_says_can_be_typed_on(bank: Bank) -> None:
    """Discord puts the label of what was chosen into the field, where people go on typing."""
    (chosen, *_) = suggestions(bank, Kind.TOPICS, "Choosing models", Language.EN)
    assert "," in chosen.label
    assert values(bank, Kind.TOPICS, f"{chosen.label}, ra")[0] == "llm-practice, rag"


def test_behind_an_unknown_topic_nothing_is_completed(bank: Bank) -> None:
    assert values(bank, Kind.TOPICS, "xyzzyx, ra") == []


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("", ["09:00"]),
        ("9", ["09:00", "09:30", "09:15", "09:45"]),
        ("9:3", ["09:30"]),
        ("9：1", ["09:15"]),
        ("09", ["09:00", "09:30"]),
        ("9:20", ["09:20"]),
        ("晚上8点半", ["20:30"]),
        ("9 pm", ["21:00"]),
        ("9:30, 21", ["09:30, 21:00", "09:30, 21:30"]),
        ("9, 9", ["09:00, 09:30"]),
        ("x", []),
        ("25:00", []),
        ("x, 9", []),
    ],
)
def test_times_are_completed(bank: Bank, typed: str, first: list[str]) -> None:
    assert values(bank, Kind.TIMES, typed)[: len(first)] == first
    assert bool(values(bank, Kind.TIMES, typed)) == bool(first)
