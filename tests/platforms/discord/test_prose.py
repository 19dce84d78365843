"""Inline text: what is written is what is read."""

import pytest

from bot.core.markup import Bold, Code, Italic, LineBreak, Link, Math, Text
from bot.platforms.discord.prose import escaped, fenced, inline, inline_code, line_safe, link, unmarked


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("plain", "plain"),
        ("a*b_c~d|e`f", r"a\*b\_c\~d\|e\`f"),
        ("[x](https://e.org/a_b)", r"\[x\](https://e.org/a_b)"),
        ("<@1> and <#2>", r"\<@1> and \<#2>"),
        ("@everyone @here", "@\u200beveryone @\u200bhere"),
        (r"back\slash", r"back\\slash"),
        ("see https://e.org/a_b。next_", r"see https://e.org/a_b。next\_"),
    ],
)
def test_words_read_the_same_on_discord(words: str, written: str) -> None:
    assert escaped(words) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("# no heading", r"\# no heading"),
        ("a\n> no quote", "a\n\\> no quote"),
        ("- no item", r"\- no item"),
        ("-# no subtext", r"\-# no subtext"),
        ("12. no list", "12\u200b. no list"),
        ("3.5 stays", "3.5 stays"),
    ],
)
def test_lines_start_no_list_heading_or_quotation(text: str, written: str) -> None:
    assert line_safe(text) == written


def test_every_inline_node_has_its_markdown() -> None:
    nodes = (
        Text("LoRA "),
        Bold((Text("low "), Italic((Text("rank"),)))),
        LineBreak(),
        Code("r=8"),
        Text(" "),
        Math(r"W_0 + \frac{\alpha}{r}BA"),
        Text(" "),
        Link((Text("paper"),), "https://arxiv.org/abs/2106.09685"),
    )
    assert inline(nodes) == "LoRA **low *rank***\n`r=8` W₀ + (α/r)BA [paper](https://arxiv.org/abs/2106.09685)"
    assert unmarked(nodes) == "LoRA low rank r=8 W₀ + (α/r)BA paper"


def test_blanks_at_the_edge_of_bold_words_stay_outside() -> None:
    assert inline((Text("a"), Bold((Text(" b "),)), Text("c"), Bold((Text(" "),)))) == "a **b** c "


@pytest.mark.parametrize(
    ("code", "written"), [("x", "`x`"), ("a`b", "`` a`b ``"), ("a``b", "``aˋˋb``"), ("a\nb", "`a b`"), ("", "` `")]
)
def test_code_takes_as_many_backticks_as_it_needs(code: str, written: str) -> None:
    assert inline_code(code) == written


def test_a_fence_inside_code_does_not_end_the_block() -> None:
    assert fenced("a\n```\nb", "md") == "```md\na\n`\u200b`\u200b`\nb\n```"


def test_a_strange_language_name_is_left_out() -> None:
    assert fenced("x", "no such thing`") == "```\nx\n```"


def test_parentheses_in_an_address_do_not_end_the_link() -> None:
    assert link("wiki", "https://e.org/a_(b)") == "[wiki](https://e.org/a_%28b%29)"


def test_a_link_that_reads_like_an_address_stays_bare() -> None:
    assert link("https://other.org", "https://e.org/") == "https://e.org/"
