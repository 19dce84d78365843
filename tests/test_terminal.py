"""One question in the terminal, the answer after Enter."""

import io

import pytest

from bot.config import read_settings
from bot.core.errors import Mistake
from bot.core.markup import (
    Align,
    CodeBlock,
    Divider,
    Heading,
    ItemList,
    MathBlock,
    Quote,
    Table,
    inlines,
    paragraph,
)
from bot.core.model import Language
from bot.terminal import ask, show


@pytest.mark.parametrize(("language", "points"), [(Language.ZH, "【要点】"), (Language.EN, "【Key points】")])
def test_the_answer_comes_after_enter(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: Language, points: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert ask(read_settings(language=language), topic="lora", now="2026-11-24") == 0
    question, _, answer = capsys.readouterr().out.partition("[")
    assert points not in question
    assert points in answer


def test_the_end_of_input_counts_as_enter(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert ask(read_settings(language=Language.EN), topic=None, now="x") == 0
    assert "Sources:" in capsys.readouterr().out


def test_an_unknown_topic_is_a_mistake() -> None:
    with pytest.raises(Mistake):
        ask(read_settings(), topic="cooking", now="x")


def test_every_kind_of_block_has_a_plain_form(capsys: pytest.CaptureFixture[str]) -> None:
    cell = inlines("a")
    show(
        (
            Heading(1, inlines("Title")),
            CodeBlock("x = 1"),
            MathBlock("x^2"),
            ItemList(((paragraph("one"),), (paragraph("two"),)), start=1),
            Quote((paragraph("said"),)),
            Table((cell, cell), ((cell, cell),), (Align.LEFT, Align.LEFT)),
            Divider(),
        )
    )
    out = capsys.readouterr().out
    for words in ("Title", "    x = 1", "    x²", "1. one", "2. two", "│ said", "a | a", "───"):
        assert words in out
