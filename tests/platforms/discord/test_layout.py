"""Golden tests for every construct, and the whole bank against Discord's limits."""

import pytest

from bot.core.actions import Run
from bot.core.markup import (
    Align,
    Block,
    Bold,
    CodeBlock,
    Details,
    Divider,
    Heading,
    ItemList,
    Link,
    MathBlock,
    Paragraph,
    Quote,
    Table,
    Text,
    bullets,
    inlines,
    paragraph,
)
from bot.core.replies import Attachment, Button, Option, Picker, Reply, Row
from bot.platforms.discord.blocks import MAX_PIECE, Picture, Rule, Sources, Words
from bot.platforms.discord.layout import MAX_TEXT, Page, Section, length, pages


def written(*blocks: Block, public: bool = False) -> str:
    """The text of a one-page reply of these blocks."""
    (page,) = pages(Reply(blocks=blocks), public=public)
    return "\n===\n".join(
        "\n---\n".join(atom.text if isinstance(atom, Words) else repr(atom) for atom in section.atoms)
        for section in page.sections
    )


@pytest.mark.parametrize(
    ("block", "text"),
    [
        (paragraph("1. a*b"), "1\u200b. a\\*b"),
        (Heading(1, inlines("Title")), "## Title"),
        (Heading(2, inlines("Part")), "### Part"),
        (CodeBlock("x = 1\n", "python"), "```python\nx = 1\n```"),
        (MathBlock("x^2"), "Picture(latex='x^2', spoiler=False)"),
        (bullets(["one", "two"]), "- one\n- two"),
        (ItemList(((paragraph("a"),), (paragraph("b"),)), start=3), "3. a\n4. b"),
        (
            ItemList(((paragraph("a"), bullets(["b", "c"]), CodeBlock("d\n  e", "py"), MathBlock("x^2")),)),
            "- a\n  - b\n  - c\n```py\nd\n  e\n```\n  `x²`",
        ),
        (
            ItemList(((Heading(2, inlines("h")), Quote((paragraph("q"),)), Divider()),)),
            "- **h**\n  > q\n  ---",
        ),
        (Quote((paragraph("a"), bullets(["b"]))), "> a\n> - b"),
        (
            Quote((Details(inlines("s"), (Table((inlines("a"),), ((inlines("b"),),), (Align.LEFT,)),)),)),
            "> **s**\n> ```\n> a\n> ─\n> b\n> ```",
        ),
    ],
)
def test_a_block_has_its_markdown(block: Block, text: str) -> None:
    assert written(block) == text


def test_headings_stand_close_to_what_follows_and_paragraphs_apart() -> None:
    assert written(Heading(1, inlines("T")), paragraph("a"), paragraph("b")) == "## T\na\n\nb"


def test_a_rule_divides_and_at_the_edge_is_left_out() -> None:
    assert written(Divider(), paragraph("a"), Divider(), paragraph("b"), Divider()) == (
        "a\n---\nRule(spoiler=False)\n---\nb"
    )


def test_what_is_open_stays_open_for_one_reader() -> None:
    node = Details(inlines("Answer"), (paragraph("yes"),))
    assert written(node) == "### Answer\nyes"


def test_what_is_closed_is_hidden_until_tapped() -> None:
    node = Details(inlines("Hint"), (paragraph("h"), MathBlock("x")), open=False)
    (page,) = pages(Reply(blocks=(node,)), public=False)
    assert page.sections == (
        Section(atoms=(Words("### Hint", heads=True),), spoiler=False),
        Section(atoms=(Words("h", spoiler=True), Picture("x", spoiler=True)), spoiler=True),
    )


def test_answers_are_hidden_until_tapped_where_others_read_along() -> None:
    node = Details(inlines("Answer"), (paragraph("yes"),))
    (page,) = pages(Reply(blocks=(node, Divider(), paragraph("end"))), public=True)
    assert [section.spoiler for section in page.sections] == [False, True, False]


def test_references_become_link_buttons() -> None:
    block = Paragraph((Text("Sources:"), Text(" "), Link(inlines("LoRA"), "https://a.org"), Text(" · "),
                       Link(inlines("QLoRA"), "https://b.org")))  # fmt: skip
    (page,) = pages(Reply(blocks=(block,)), public=False)
    assert page.sections[0].atoms == (
        Sources(
            links=(("LoRA", "https://a.org"), ("QLoRA", "https://b.org")),
            text="Sources: [LoRA](https://a.org) · [QLoRA](https://b.org)",
        ),
    )


@pytest.mark.parametrize(
    "block",
    [
        Paragraph((Text("see "), Link(inlines("a"), "https://a.org"), Text(" for more"))),
        Paragraph((Link(inlines("a"), "https://a.org"), Text(" "))),
        Paragraph((Text("x "), *(Link(inlines("a"), "https://a.org"),) * 6)),
        Paragraph((Text("x "), Link(inlines("a"), "https://a.org/" + "a" * 512))),
        Paragraph((Bold(inlines("x")), Link(inlines("a"), "https://a.org"))),
    ],
)
def test_links_in_running_text_stay_there(block: Block) -> None:
    (page,) = pages(Reply(blocks=(block,)), public=False)
    assert isinstance(page.sections[0].atoms[0], Words)


def test_a_small_note_closes_the_last_page() -> None:
    (page,) = pages(Reply(blocks=(paragraph("a"),)), public=False, note="Saved.")
    assert page.sections[0].atoms == (Words("a\n\n-# Saved."),)


def _texts(page: Page) -> list[str]:
    return [atom.text for section in page.sections for atom in section.atoms if isinstance(atom, Words)]


def test_long_replies_are_split_at_block_boundaries_with_the_buttons_last() -> None:
    row = Row(buttons=(Button(label="x", action=Run(command="help")),))
    blocks = tuple(paragraph(str(number) * 1500) for number in range(5))
    found = pages(Reply(blocks=blocks, controls=(row,), attachment=Attachment(name="a", content=b"")), public=False)
    assert [len("".join(_texts(page))) for page in found] == [3002, 3002, 1500]
    assert [page.controls for page in found] == [(), (), (row,)]
    assert [page.attachment is None for page in found] == [True, True, False]


def test_a_heading_goes_to_the_next_message_with_its_text() -> None:
    blocks = (paragraph("a" * 1700), paragraph("b" * 1700), Heading(2, inlines("Next")), paragraph("c" * 1700))
    first, second = pages(Reply(blocks=blocks), public=False)
    assert "Next" not in "".join(_texts(first))
    assert "".join(_texts(second)).startswith("### Next\nccc")


def test_long_code_is_cut_between_lines_into_blocks_of_its_language() -> None:
    code = "\n".join(f"line_{number} = {number}" for number in range(400))
    found = pages(Reply(blocks=(CodeBlock(code, "python"), CodeBlock("y" * 2500))), public=False)
    text = "\n".join(text for page in found for text in _texts(page))
    fences = [line for line in text.split("\n") if line.startswith("```")]
    assert fences[::2] == ["```python"] * 4 + ["```"] * 2
    assert set(fences[1::2]) == {"```"}


def test_long_text_is_cut_between_sentences_and_only_then_between_words() -> None:
    sentence = "低秩适配把权重的增量写成两个小矩阵的乘积。"
    found = pages(Reply(blocks=(paragraph(sentence * 300), paragraph("w" * 100 + " " + "x" * 4000))), public=False)
    pieces = [text for page in found for part in _texts(page) for text in part.split("\n\n")]
    assert all(piece.endswith("。") for piece in pieces if "低" in piece)
    assert all(length(piece) <= MAX_PIECE for piece in pieces)


def test_a_code_block_in_a_long_item_is_never_cut() -> None:
    item = (paragraph("词。" * 800), CodeBlock("a = 1\nb = 2", "py"), paragraph("尾。" * 800))
    found = pages(Reply(blocks=(ItemList((item,)),)), public=False)
    text = "\n".join(text for page in found for text in _texts(page))
    assert "```py\na = 1\nb = 2\n```" in text


def test_more_than_nine_pictures_take_another_message() -> None:
    found = pages(Reply(blocks=tuple(MathBlock(f"x_{n}") for n in range(12))), public=False)
    assert [sum(isinstance(a, Picture) for s in p.sections for a in s.atoms) for p in found] == [9, 3]


def test_many_rules_are_split_by_the_number_of_components() -> None:
    blocks = tuple(block for n in range(40) for block in (paragraph(str(n)), Divider()))
    picker = Picker(label="p", options=tuple(Option(label=str(n), action=Run(command="help")) for n in range(3)))
    found = pages(Reply(blocks=blocks, controls=(picker,)), public=False)
    assert len(found) == 3
    assert not any(isinstance(page.sections[0].atoms[0], Rule) for page in found)


def test_an_empty_reply_is_one_page() -> None:
    assert pages(Reply(), public=False) == (Page(sections=()),)


def test_length_counts_as_the_clients_do() -> None:
    assert length("a中𝔼") == 4
    assert MAX_TEXT == 4000
