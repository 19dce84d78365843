"""Content Markdown becomes the core's tree; what the subset does not allow is reported and shown as words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalog.markdown import parse
from bot.core import markup
from bot.core.markup import Text


def complaints(text: str, *, first_line: int = 1) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    parse(text, lambda line, key, **_values: found.append((line, key)), first_line=first_line)
    return found


def test_a_paragraph_has_words_and_formulas() -> None:
    assert parse("So **$W$ is *big*** and `x_1` [here](https://arxiv.org/abs/1).") == (
        markup.Paragraph(
            (
                Text("So "),
                markup.Bold((markup.Math("W"), Text(" is "), markup.Italic((Text("big"),)))),
                Text(" and "),
                markup.Code("x_1"),
                Text(" "),
                markup.Link((Text("here"),), "https://arxiv.org/abs/1"),
                Text("."),
            )
        ),
    )


def test_a_block_formula_stands_alone() -> None:
    blocks = parse("Before\n\n$$\nh = W_0x\n$$\n\nAfter")
    assert blocks[1] == markup.MathBlock("h = W_0x")
    assert complaints("Before\n\n$$h = W_0x$$\n\nAfter") == []


def test_code_keeps_its_language_and_loses_its_marks() -> None:
    assert parse("```python run\nx = 1\n\ny = 2\n```") == (markup.CodeBlock("x = 1\n\ny = 2", "python"),)


def test_lists_nest_once() -> None:
    assert parse("3. one\n4. two\n   - deep") == (
        markup.ItemList(
            (
                (markup.paragraph("one"),),
                (markup.paragraph("two"), markup.bullets(["deep"])),
            ),
            start=3,
        ),
    )


def test_a_table_keeps_alignment_and_escaped_bars() -> None:
    assert parse("| a | b | c |\n|---|:-:|--:|\n| $x$ | `p\\|q` | |") == (
        markup.Table(
            header=((Text("a"),), (Text("b"),), (Text("c"),)),
            rows=(((markup.Math("x"),), (markup.Code("p|q"),), ()),),
            aligns=(markup.Align.LEFT, markup.Align.CENTER, markup.Align.RIGHT),
        ),
    )


def test_a_quotation_holds_blocks() -> None:
    assert parse("> said\n>\n> - so") == (markup.Quote((markup.paragraph("said"), markup.bullets(["so"]))),)


def test_a_line_end_in_a_paragraph_is_a_space_only_where_words_need_one() -> None:
    assert parse("one\ntwo") == (markup.paragraph("one two"),)
    assert parse("一行\n两行，\nthree") == (markup.paragraph("一行两行， three"),)


def test_a_hard_line_end_stays() -> None:
    assert parse("one  \ntwo") == (markup.Paragraph((Text("one"), markup.LineBreak(), Text("two"))),)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("# Title", "check-heading-inside"),
        ("Title\n---", "check-heading-inside"),
        ("one\n\n---\n\ntwo", "check-rule"),
        ("one\n\n    indented", "check-code-indented"),
        ("<div>block</div>", "check-html"),
        ("the token <s> begins", "check-html"),
        ("![a picture](https://arxiv.org/x.png)", "check-image"),
        ("[here](http://arxiv.org)", "check-link-https"),
        ("[here](https://zhuanlan.zhihu.com/p/1)", "check-link-refused"),
        ("```\nx\n```", "check-fence-language"),
        ("- a\n  - b\n    - c", "check-list-deep"),
        ("> a\n> > b", "check-quote-deep"),
        ("- a\n  > b", "check-quote-deep"),
        ("|a|b|c|d|e|f|\n|-|-|-|-|-|-|\n|1|2|3|4|5|6|", "check-table-wide"),
        ("|a|b|\n|-|-|\n|$|x|$|2|", "check-table-cells"),
        ("|a|b|\n|-|-|\n|1|", "check-table-cells"),
        ("costs 5 $ or so", "check-dollar"),
        ("about 5$ and 6$", "check-dollar"),
        ("这是**“重点”**的字", "check-stray"),
        ("a `b", "check-stray"),
        ("~~gone~~", "check-stray"),
        ("well done \U0001f600", "check-emoji"),
        ("text\n$$x$$\n\nmore", "check-formula-apart"),
        ("$$x$$\nmore", "check-formula-apart"),
        ("so $$x$$ it is", "check-formula-apart"),
        ("the $\\foo$", "check-latex-command"),
    ],
)
def test_what_the_subset_does_not_allow_is_reported(text: str, key: str) -> None:
    assert key in [found for _, found in complaints(text)]


@pytest.mark.parametrize(
    "text",
    [
        "three *is* **enough** and `$5` and `**` too",
        "`__init__`, snake_case_words, 3 * 4 * 5",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "> | a | b |\n> |---|---|\n> | 1 | 2 |",
        "a | b\n---|---\n1 | 2",
        "$\\|x\\|$ and $a_1$，$b$。",
        "1. one\n\n   $$x$$\n\n2. two",
    ],
)
def test_what_the_subset_allows_is_not_reported(text: str) -> None:
    assert complaints(text) == []


def test_problems_are_told_by_their_line_of_the_file() -> None:
    text = "fine\n\none\ntwo  \nthree <b>\n\n- a\n- $\\foo$\n\n|a|\n|-|\n|1|2|"
    assert complaints(text, first_line=11) == [
        (15, "check-html"),
        (18, "check-latex-command"),
        (22, "check-table-cells"),
    ]


def test_what_is_not_allowed_still_shows_its_words() -> None:
    shown = "\n".join(
        markup.plain(block)
        for block in parse(
            "# Head\n\n<b>x</b>\n\n<div>y</div>\n\n![pic](u)\n\n[go](http://a)\n\n---\n\n    code\n\n$$a$$ b"
        )
    )
    for words in ("Head", "<b>x</b>", "<div>y</div>", "pic", "go", "code", "a b"):
        assert words in shown


def test_words_are_never_markup() -> None:
    assert parse("a &lt;b&gt; \\*c\\*") == (markup.paragraph("a <b> *c*"),)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text("ab1 .\n\n#*_`$|>-[]()!<&;\\~中，", max_size=80))
def test_any_text_is_read(text: str) -> None:
    for block in parse(text):
        markup.plain(block)


def test_nothing_is_an_empty_tree() -> None:
    assert parse("") == ()
