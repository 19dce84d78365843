"""The bank in a terminal: hint and answer after Enter, readers' notes, every kind of block as plain text."""

import io
from datetime import UTC
from pathlib import Path

import pytest

from bot.catalog.bank import MemoryBank
from bot.core.errors import Mistake
from bot.core.markup import (
    Align,
    Bold,
    Code,
    CodeBlock,
    Details,
    Divider,
    Heading,
    Italic,
    ItemList,
    LineBreak,
    Link,
    Math,
    MathBlock,
    Quote,
    Table,
    bullets,
    inlines,
    paragraph,
)
from bot.core.model import Language, LearnerRef, Platform, QuestionId
from bot.core.ports import Bank, Report
from bot.core.requests import Voice
from bot.core.widths import width
from bot.locales import FluentPhrases
from bot.terminal import ask, show, show_reports
from tests.fakes.clock import NOON

WORDS = {
    Language.ZH: ("按回车看提示", "【提示】", "按回车看答案", "【要点】", "【答案】", "参考"),
    Language.EN: (
        "Enter shows the hint",
        "【Hint】",
        "Enter shows the answer",
        "【Key points】",
        "【Answer】",
        "Sources",
    ),
}


@pytest.mark.parametrize("language", Language)
def test_the_hint_comes_after_enter_and_the_answer_after_enter_again(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    bank: Bank,
    phrases: FluentPhrases,
    language: Language,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n\n"))
    ask(Voice(phrases, language), bank, topic="lora", now="2026-11-24")
    out = capsys.readouterr().out
    places = [out.index(word) for word in WORDS[language]]
    assert places == sorted(places)
    assert "\n  [1] https://" in out[places[-1] :]


def test_the_end_of_input_counts_as_enter(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], bank: Bank, phrases: FluentPhrases
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    ask(Voice(phrases, Language.EN), bank, topic=None, now="x")
    assert "Sources:" in capsys.readouterr().out


def test_an_unknown_topic_is_a_mistake(bank: Bank, phrases: FluentPhrases) -> None:
    with pytest.raises(Mistake):
        ask(Voice(phrases, Language.EN), bank, topic="cooking", now="x")


def test_a_topic_without_questions_is_a_mistake(phrases: FluentPhrases) -> None:
    with pytest.raises(Mistake, match="nothing-matches"):
        ask(Voice(phrases, Language.EN), MemoryBank((), ()), topic=None, now="x")


def test_no_line_of_the_bank_is_wider_than_the_window_but_code(capsys: pytest.CaptureFixture[str], bank: Bank) -> None:
    for question in bank.questions:
        for language in Language:
            text = question.text(language)
            show((*bank.blocks(text.answer), *bank.blocks(text.key_points)))
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if width(line) > 80 and not line.startswith("    ") and "://" not in line] == []


def shown(capsys: pytest.CaptureFixture[str], *blocks: object) -> str:
    show(blocks)  # type: ignore[arg-type]  # a test hands over blocks alone
    return capsys.readouterr().out


def test_every_kind_of_block_has_a_plain_form(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(
        capsys,
        Heading(1, inlines("标题")),
        CodeBlock("x = 1"),
        MathBlock("x^2"),
        ItemList(((paragraph("one"),), (paragraph("two"),)), start=9),
        bullets(["dot"]),
        Quote((paragraph("said", LineBreak(), "again"),)),
        Details(inlines("More"), (paragraph("inside"),)),
        Divider(),
    )
    for words in (
        "标题\n────\n",
        "    x = 1",
        "    x²",
        "9. one",
        "10. two",
        "•  dot",
        "│ said\n│ again",
        "【More】\ninside",
    ):
        assert words in out
    assert out.endswith("─" * 80 + "\n")


def test_words_on_a_line_lose_their_markup_and_links_keep_their_address(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(
        capsys,
        paragraph(
            Bold(inlines("strong ", Math("x_i"))), " ", Italic(inlines("soft")), " ", Code("f(x)"), " ",
            Link(inlines("one"), "https://a.example/1"), " · ", Link(inlines("two"), "https://b.example/2"),
        ),
    )  # fmt: skip
    assert out == "\nstrong xᵢ soft f(x) one [1] · two [2]\n  [1] https://a.example/1\n  [2] https://b.example/2\n"


def test_the_columns_of_a_table_stand_under_one_another(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(
        (inlines("方法"), inlines("MB")),
        ((inlines("LoRA"), inlines("84")), (inlines("全量微调"), inlines("16000"))),
        (Align.LEFT, Align.RIGHT),
    )
    assert shown(capsys, table).splitlines()[1:] == [
        "方法     │    MB",
        "─────────┼──────",
        "LoRA     │    84",
        "全量微调 │ 16000",
    ]


def test_a_table_wider_than_the_window_is_told_row_by_row(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(
        (inlines(), inlines("缺点")),
        ((inlines("GPT"), inlines("很长" * 30)), (inlines("T5"), inlines("短"))),
        (Align.LEFT, Align.LEFT),
    )
    assert shown(capsys, table).splitlines()[1:] == [
        "• GPT",
        "  缺点: " + "很长" * 18,
        "  " + "很长" * 12,
        "• T5",
        "  缺点: 短",
    ]


def report(number: int, question: str, text: str) -> Report:
    learner = LearnerRef(platform=Platform("web"), user_id="1")
    return Report(number=number, question=QuestionId(question), learner=learner, text=text, at=NOON)


def test_reports_show_number_time_file_and_text(capsys: pytest.CaptureFixture[str], phrases: FluentPhrases) -> None:
    notes = [report(2, "gone", "typo"), report(1, "lora-idea", "first\nsecond")]
    files = {"lora-idea": Path("content/lora/lora-idea.md")}
    show_reports(Voice(phrases, Language.EN), notes, files=files, zone=UTC)
    assert capsys.readouterr().out == (
        "#2  2026-11-24 12:00  gone  (there is no such question any more)\n"
        "    typo\n"
        f"#1  2026-11-24 12:00  lora-idea  {Path('content/lora/lora-idea.md')}\n"
        "    first\n"
        "    second\n"
        "2 suggested corrections, the latest first.\n"
    )


def test_what_readers_write_cannot_steer_the_terminal(
    capsys: pytest.CaptureFixture[str], phrases: FluentPhrases
) -> None:
    show_reports(Voice(phrases, Language.EN), [report(1, "x", "\x1b[2Jgone\x07")], files={}, zone=UTC)
    assert "�[2Jgone�" in capsys.readouterr().out
