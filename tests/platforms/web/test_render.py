"""Markup as HTML, one construct after the other."""

import pytest

from bot.core.markup import (
    Align,
    Block,
    Bold,
    Code,
    CodeBlock,
    Details,
    Divider,
    Heading,
    Inline,
    Italic,
    ItemList,
    LineBreak,
    Link,
    Math,
    MathBlock,
    Paragraph,
    Quote,
    Table,
    Text,
    inlines,
    paragraph,
)
from bot.platforms.web.render import block, blocks, inline, link

HOSTILE = "<img src=x onerror=alert(1)>&\"'"
ESCAPED = "&lt;img src=x onerror=alert(1)&gt;&amp;\"'"


@pytest.mark.parametrize(
    ("part", "html"),
    [
        (Text("a < b & c"), "a &lt; b &amp; c"),
        (Bold(inlines("x ", Italic(inlines("y")))), "<strong>x <em>y</em></strong>"),
        (Code("<x>"), "<code>&lt;x&gt;</code>"),
        (Math("x"), '<math display="inline"><mrow><mi>x</mi></mrow></math>'),
        (LineBreak(), "<br>"),
        (
            Link(inlines("the ", Bold(inlines("paper"))), "https://arxiv.org/abs/2106.09685?a=1&b=2"),
            (
                '<a href="https://arxiv.org/abs/2106.09685?a=1&amp;b=2" rel="noopener noreferrer" target="_blank">'
                "the <strong>paper</strong></a>"
            ),
        ),
    ],
)
def test_inlines(part: Inline, html: str) -> None:
    assert inline(part) == html


@pytest.mark.parametrize(
    ("part", "html"),
    [
        (paragraph("one ", Code("two")), "<p>one <code>two</code></p>"),
        (Heading(1, inlines("LoRA")), "<h3>LoRA</h3>"),
        (Heading(2, inlines("Part")), "<h4>Part</h4>"),
        (Heading(9, inlines("Deep")), "<h6>Deep</h6>"),
        (
            MathBlock("x"),
            '<div class="formula" tabindex="0"><math display="block"><mrow><mi>x</mi></mrow></math></div>',
        ),
        (
            CodeBlock("a < b", "text"),
            '<div class="code" data-language="text"><pre tabindex="0"><code>a &lt; b</code></pre></div>',
        ),
        (ItemList(((paragraph("a"),), (paragraph("b"),))), "<ul><li>a</li><li>b</li></ul>"),
        (ItemList(((paragraph("a"),),), start=1), "<ol><li>a</li></ol>"),
        (ItemList(((paragraph("a"),),), start=3), '<ol start="3"><li>a</li></ol>'),
        (ItemList(((),)), "<ul><li></li></ul>"),
        (
            ItemList(((paragraph("a"), ItemList(((paragraph("b"),),))),)),
            "<ul><li>a<ul><li>b</li></ul></li></ul>",
        ),
        (ItemList(((paragraph("a"), paragraph("b")),)), "<ul><li><p>a</p><p>b</p></li></ul>"),
        (ItemList(((MathBlock("x"),),)), f"<ul><li>{block(MathBlock('x'))}</li></ul>"),
        (Quote((paragraph("a"), paragraph("b"))), "<blockquote><p>a</p><p>b</p></blockquote>"),
        (
            Details(inlines("Hint"), (paragraph("a"),)),
            "<details open><summary>Hint</summary><p>a</p></details>",
        ),
        (
            Details(inlines("Hint"), (paragraph("a"),), open=False),
            "<details><summary>Hint</summary><p>a</p></details>",
        ),
        (Divider(), "<hr>"),
        (
            Table(
                header=(inlines("a"), inlines("b"), inlines("c")),
                rows=((inlines("1"), inlines(Bold(inlines("2"))), inlines("3")),),
                aligns=(Align.LEFT, Align.CENTER, Align.RIGHT),
            ),
            (
                '<div class="wide" tabindex="0"><table><thead><tr><th scope="col">a</th>'
                '<th class="center" scope="col">b</th><th class="right" scope="col">c</th></tr></thead><tbody><tr>'
                '<td>1</td><td class="center"><strong>2</strong></td><td class="right">3</td></tr></tbody>'
                "</table></div>"
            ),
        ),
    ],
)
def test_blocks(part: Block, html: str) -> None:
    assert block(part) == html


def test_headings_begin_where_the_page_wants_them() -> None:
    assert blocks([Heading(1, inlines("a")), Quote((Heading(2, inlines("b")),))], top=1) == (
        "<h1>a</h1><blockquote><h2>b</h2></blockquote>"
    )


@pytest.mark.parametrize(
    "part",
    [
        paragraph(HOSTILE),
        Heading(1, inlines(HOSTILE)),
        paragraph(Code(HOSTILE)),
        paragraph(Bold(inlines(HOSTILE))),
        paragraph(Italic(inlines(HOSTILE))),
        CodeBlock(HOSTILE),
        CodeBlock(HOSTILE, "nosuchlanguage"),
        ItemList(((paragraph(HOSTILE),),)),
        Quote((paragraph(HOSTILE),)),
        Details(inlines(HOSTILE), ()),
        Table(header=(inlines(HOSTILE),), rows=(), aligns=(Align.LEFT,)),
        paragraph(Link(inlines(HOSTILE), "https://x.org")),
    ],
)
def test_hostile_text_stays_text(part: Block) -> None:
    made = block(part)
    assert "<img" not in made
    assert ESCAPED in made


def test_a_hostile_language_of_code_stays_an_attribute() -> None:
    assert '<div class="code" data-language="&quot;&gt;&lt;b&gt;">' in block(CodeBlock("x", '"><b>'))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//evil.org", "x"])
def test_only_web_addresses_become_links(url: str) -> None:
    assert link("words", url) == "words"


def test_a_link_may_write_a_command() -> None:
    assert link("/search", 'command:/search "') == (
        '<button type="button" class="command" data-command="/search &quot;">/search</button>'
    )


def test_an_address_cannot_leave_its_attribute() -> None:
    assert link("x", 'https://x.org/"onclick="y') == (
        '<a href="https://x.org/&quot;onclick=&quot;y" rel="noopener noreferrer" target="_blank">x</a>'
    )


def test_code_is_highlighted_by_classes() -> None:
    made = block(CodeBlock("def f(x):\n    return x  # <b>\n", "python"))
    assert '<span class="k">def</span>' in made
    assert "&lt;b&gt;" in made
    assert "style=" not in made
    assert made.endswith("</span></code></pre></div>")


def test_very_long_code_stays_plain() -> None:
    assert "<span" not in block(CodeBlock("x = 1\n" * 5000, "python"))


X = '<math display="inline"><mrow><mi>x</mi></mrow></math>'


@pytest.mark.parametrize(
    ("parts", "html"),
    [
        (("so ", Math("x"), ", and"), f'so <span class="tied">{X},</span> and'),
        (("（", Math("x"), "），"), f'<span class="tied">（{X}），</span>'),
        (("a (", Math("x"), " b)"), f'a <span class="tied">({X}</span> b)'),
        ((Math("x"), Math("x"), "。"), f'{X}<span class="tied">{X}。</span>'),
        (("(", Bold(inlines("b")), ")", Math("x")), f"(<strong>b</strong>){X}"),
        ((Math("x"),), X),
        ((Math("x"), ", ", Math("x"), "."), f'<span class="tied">{X},</span> <span class="tied">{X}.</span>'),
        ((Math("x"), ":(", Math("x")), f'<span class="tied">{X}:</span><span class="tied">({X}</span>'),
    ],
)
def test_punctuation_stays_on_the_line_of_its_formula(parts: tuple[str | Inline, ...], html: str) -> None:
    assert block(paragraph(*parts)) == f"<p>{html}</p>"


def test_an_empty_paragraph_is_one() -> None:
    assert block(Paragraph(())) == "<p></p>"
