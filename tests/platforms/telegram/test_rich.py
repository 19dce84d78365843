"""Every construct of the content format as rich HTML, and the whole bank within Telegram's limits."""

from collections.abc import Iterator

import pytest

from bot.catalog.source import FolderBankSource, default_folder
from bot.core import cards
from bot.core.actions import ShowGroups
from bot.core.markup import (
    Align,
    Block,
    Bold,
    Code,
    CodeBlock,
    Details,
    Divider,
    ItemList,
    LineBreak,
    Link,
    Math,
    MathBlock,
    Paragraph,
    Quote,
    Table,
    bullets,
    heading,
    inlines,
    paragraph,
)
from bot.core.model import Language, Question, Stage
from bot.core.ports import Bank
from bot.core.replies import Button, Option, Picker, Reply, Row
from bot.core.requests import Voice
from bot.locales import FluentPhrases
from bot.platforms.telegram import classic, rich
from bot.platforms.telegram.classic import classic_html, classic_size, formulas_in
from bot.platforms.telegram.keyboard import keyboard
from bot.platforms.telegram.parts import needs_rich
from bot.platforms.telegram.rich import rich_html, rich_size
from bot.platforms.telegram.split import NOTHING, Measure, Size, split
from tests.fakes.telegram_markup import check_classic, check_rich
from tests.platforms.telegram.tdlib import automatic_links, parse_html

PHRASES = FluentPhrases()
TABLE = Table(
    (inlines("Method"), inlines(Math("O(n)"))),
    ((inlines("全注意力"), inlines(Bold(inlines("1")))), (inlines("a"), inlines(Code("22")))),
    (Align.LEFT, Align.RIGHT),
)
GOLDEN: list[tuple[str, Block, str, str]] = [
    ("words are escaped", paragraph("a < b & c"), "<p>a &lt; b &amp; c</p>", "a &lt; b &amp; c"),
    (
        "styles",
        paragraph(Bold(inlines("b")), " ", Code("x<y"), LineBreak(), Link(inlines("l"), "https://e.org/?a=1&b=2")),
        '<p><b>b</b> <code>x&lt;y</code><br/><a href="https://e.org/?a=1&amp;b=2">l</a></p>',
        '<b>b</b> <code>x&lt;y</code>\n<a href="https://e.org/?a=1&amp;b=2">l</a>',
    ),
    ("formula in a line", paragraph("so ", Math("x_i^2")), "<p>so <tg-math>x_i^2</tg-math></p>", "so xᵢ²"),
    (
        "formula with signs of HTML",
        MathBlock(r"a<b \\ c&=d"),
        r"<tg-math-block>a\lt b \\ c& =d</tg-math-block>",
        "<code>a&lt;b ; c =d</code>",
    ),
    ("title", heading(1, "T"), "<h3>T</h3>", "<b>T</b>"),
    ("section", heading(2, Bold(inlines("S"))), "<h4><b>S</b></h4>", "<b>S</b>"),
    (
        "code",
        CodeBlock("if a < b:\n    pass", "python"),
        '<pre><code class="language-python">if a &lt; b:\n    pass</code></pre>',
        '<pre><code class="language-python">if a &lt; b:\n    pass</code></pre>',
    ),
    ("code without a language", CodeBlock("x"), "<pre><code>x</code></pre>", "<pre>x</pre>"),
    ("bullets", bullets(["a", "b"]), "<ul><li>a</li><li>b</li></ul>", "• a\n• b"),
    (
        "numbers and nesting",
        ItemList(((paragraph("a"), bullets(["x"])), (paragraph("b"),)), 3),
        '<ol start="3"><li><p>a</p><ul><li>x</li></ul></li><li>b</li></ol>',
        "3. a\n   • x\n4. b",
    ),
    (
        "table",
        TABLE,
        (
            '<table bordered><tr><th align="left">Method</th><th align="right"><tg-math>O(n)</tg-math></th></tr>'
            '<tr><td align="left">全注意力</td><td align="right"><b>1</b></td></tr>'
            '<tr><td align="left">a</td><td align="right"><code>22</code></td></tr></table>'
        ),
        "<pre>Method   │ O(n)\n─────────┼─────\n全注意力 │    1\na        │   22</pre>",
    ),
    (
        "quotation",
        Quote((paragraph("a"), paragraph("b"))),
        "<blockquote><p>a</p><p>b</p></blockquote>",
        "<blockquote>a\nb</blockquote>",
    ),
    (
        "open details",
        Details(inlines("S"), (paragraph("a"),)),
        "<details open><summary>S</summary><p>a</p></details>",
        "<b>S</b>\na",
    ),
    (
        "folded details",
        Details(inlines("S"), (Quote((paragraph("a"),)),), open=False),
        "<details><summary>S</summary><blockquote><p>a</p></blockquote></details>",
        "<b>S</b>\n<blockquote expandable>a</blockquote>",
    ),
    ("line", Divider(), "<hr/>", "———"),
]


@pytest.mark.parametrize(("block", "as_rich", "as_classic"), [row[1:] for row in GOLDEN], ids=[r[0] for r in GOLDEN])
def test_each_construct_in_both_renderings(block: Block, as_rich: str, as_classic: str) -> None:
    assert rich_html([block]) == as_rich
    assert classic_html([block]) == as_classic
    if not isinstance(block, Divider):
        check_rich(as_rich)
    check_classic(as_classic)
    parse_html(as_classic)


@pytest.mark.parametrize(
    "words", ["@bob_x hi", "see #tag", "run /help now", "costs $USD", "train.py or example.com", "127.0.0.1:8000"]
)
def test_words_of_content_never_become_links_by_themselves(words: str) -> None:
    assert automatic_links(words) != []
    assert automatic_links(parse_html(classic_html([paragraph(words)]))) == []


def test_the_bot_s_own_sentences_keep_their_commands_but_ping_nobody() -> None:
    said = parse_html(classic_html([paragraph("@bob_x, send /help")], inert=False))
    assert automatic_links(said) == ["/help"]


@pytest.mark.parametrize(
    ("code", "own", "content"),
    [
        ("/today", "/today", "<code>/today</code>"),
        ("/search <words>", "/search <code>&lt;words&gt;</code>", "<code>/search &lt;words&gt;</code>"),
        ("/me export", "<code>/me export</code>", "<code>/me export</code>"),
        ("/etc/hosts", "<code>/etc/hosts</code>", "<code>/etc/hosts</code>"),
    ],
)
def test_a_command_that_stands_alone_can_be_tapped_in_the_bot_s_own_sentences(
    code: str, own: str, content: str
) -> None:
    assert classic_html([Paragraph((Code(code),))], inert=False) == own
    assert classic_html([Paragraph((Code(code),))]) == content


def test_block_formulas_are_found_wherever_they_stand_each_once() -> None:
    blocks = (
        MathBlock("a"),
        Details(inlines("d"), (Quote((MathBlock("b"),)), ItemList(((MathBlock("c"), MathBlock("a")),)))),
    )
    assert formulas_in(blocks) == ("a", "b", "c")


@pytest.fixture(scope="module")
def bank() -> Bank:
    return FolderBankSource(default_folder(), phrases=PHRASES, language=Language.EN).load_now()


def _cards(bank: Bank, language: Language) -> list[tuple[str, tuple[Block, ...]]]:
    """Every card as it may stand somewhere; those that differ in their buttons alone are there once."""
    voice, questions = Voice(PHRASES, language), bank.questions
    shown: list[tuple[str, tuple[Block, ...]]] = [
        (question.id, reply.blocks) for question, reply in _replies(bank, voice)
    ]
    for before, question in zip(questions, (*questions[1:], questions[0]), strict=True):
        # With the policy `next` yesterday's answer stands in front.
        answer, today = cards.answer_post(voice, bank, before), cards.card(voice, bank, question, alone=False)
        shown.append((f"{before.id}, {question.id}", (*answer.blocks, Divider(), *today.blocks)))
    return list(dict.fromkeys(shown))


def _replies(bank: Bank, voice: Voice) -> Iterator[tuple[Question, Reply]]:
    """In private, before a group, and for one person alone: in place of the public card, and below it."""
    mine = cards.Mine(own="low rank, " * 20)
    for question in bank.questions:
        for stage in Stage:
            yield question, cards.card(voice, bank, question, stage, mine=mine)
            yield question, cards.card(voice, bank, question, stage, alone=False)
            yield question, cards.card(voice, bank, question, stage, mine=mine, folds=True)
            yield question, cards.card(voice, bank, question, stage, mine=mine, question_above=True)


@pytest.mark.parametrize("language", Language)
def test_every_card_of_the_bank_is_one_rich_message(bank: Bank, language: Language) -> None:
    for name, blocks in _cards(bank, language):
        assert len(split(blocks, rich_size, rich.LIMIT)) == 1, name
        found = check_rich(rich_html(blocks))
        measured = sum((rich_size(block) for block in blocks), NOTHING)
        assert found.blocks <= measured.parts, name
        assert len(found.text) <= measured.chars + 5 * len(found.formulas), name


@pytest.mark.parametrize("language", Language)
def test_every_card_of_the_bank_fits_classic_messages(bank: Bank, language: Language) -> None:
    for name, blocks in _cards(bank, language):
        for message in split(blocks, classic_size, classic.LIMIT):
            html = classic_html(message)
            check_classic(html)
            assert sum((classic_size(block) for block in message), NOTHING).within(classic.LIMIT), name
            text = parse_html(html)
            assert len(text.encode("utf-16-le")) // 2 <= 4096


@pytest.mark.parametrize("language", Language)
def test_no_card_of_the_bank_makes_links_by_itself(bank: Bank, language: Language) -> None:
    for name, blocks in _cards(bank, language):
        html = classic_html(blocks)
        assert automatic_links(parse_html(html), markup=html) == [], name


@pytest.mark.parametrize("language", Language)
def test_every_button_of_the_bank_fits(bank: Bank, language: Language) -> None:
    for _, reply in _replies(bank, Voice(PHRASES, language)):
        markup = keyboard(reply.controls)
        assert markup is not None
        for row in markup.inline_keyboard:
            assert len(row) <= 8
            assert all(len(str(b.callback_data).encode()) <= 64 and 0 < len(b.text) <= 64 for b in row)


def test_links_and_long_labels_on_buttons() -> None:
    rows = (
        Row(buttons=(Button(label="x" * 90, url="https://e.org"),)),
        Picker(label="p", options=(Option(label="A", note="3", chosen=True, action=ShowGroups()),)),
    )
    markup = keyboard(rows)
    assert markup is not None
    assert markup.inline_keyboard[0][0].url == "https://e.org"
    assert len(markup.inline_keyboard[0][0].text) == 64
    assert markup.inline_keyboard[1][0].text == "✓ A (3)"
    assert keyboard(()) is None


@pytest.mark.parametrize(
    ("block", "rich_is_better"),
    [
        (paragraph("a"), False),
        (paragraph(Math("x")), True),
        (Quote((paragraph("a"),)), False),
        (Quote((CodeBlock("x"),)), True),
        (ItemList(((paragraph("a"),),)), False),
        (ItemList(((TABLE,),)), True),
    ],
)
def test_only_what_needs_it_goes_as_a_rich_message(block: Block, *, rich_is_better: bool) -> None:
    assert needs_rich([block]) is rich_is_better


SMALL = Size(chars=20, parts=9)


def _count(block: Block) -> Size:
    return Size(chars=classic_size(block).chars, parts=1)


@pytest.mark.parametrize(
    "block",
    [
        paragraph("many words in one line that goes on"),
        paragraph("oneveryverylongwordwithoutanyspaceatall"),
        paragraph("ten letters", Bold(inlines("ten letters")), "ten letters"),
        bullets(["one item", "two items", "three items", "four"]),
        ItemList(((paragraph("first part of it"), paragraph("second part of it")),), 1),
        CodeBlock("line one\nline two\nline three\nline four", "python"),
        Quote((paragraph("a part of it"), paragraph("b part of it"))),
        Quote((paragraph("only one paragraph that is long"),)),
        Details(inlines("S"), (paragraph("a part of it"), paragraph("b part of it"))),
        Table((inlines("h"),), tuple((inlines(f"row {n}"),) for n in range(6)), (Align.LEFT,)),
    ],
)
def test_a_block_that_is_too_long_is_cut_inside_and_nothing_is_lost(block: Block) -> None:
    measure: Measure = _count
    messages = split([block], measure, SMALL)
    assert len(messages) > 1
    whole = classic_html([block]).replace("<b>S</b>", "")
    parts = "".join(classic_html(message).replace("<b>S</b>", "") for message in messages)
    assert {*whole.split()} >= {word for word in parts.split() if word.isalpha() and word in whole}
    assert sum(c.isalpha() for c in parts) >= sum(c.isalpha() for c in whole)


def test_numbers_go_on_after_a_cut() -> None:
    items = ItemList(tuple((paragraph(f"item {n} of it"),) for n in range(4)), 1)
    first, *_, last = split([items], _count, SMALL)
    assert classic_html(first).startswith("1. item 0")
    assert classic_html(last).startswith("4. item 3")


def test_a_formula_is_never_cut() -> None:
    formula = MathBlock("abcdefghijklmnopqrstuvwxyz")
    assert split([paragraph("a"), formula], _count, SMALL) == ((paragraph("a"),), (formula,))


def test_a_message_never_ends_on_a_heading() -> None:
    blocks: list[Block] = [paragraph("some words"), heading(1, "T"), paragraph("ten letters x")]
    assert split(blocks, _count, SMALL) == ((blocks[0],), (blocks[1], blocks[2]))


def test_nothing_is_one_empty_message() -> None:
    assert split([], _count, SMALL) == ((),)
