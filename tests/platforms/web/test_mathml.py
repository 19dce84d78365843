r"""Formulas as MathML: as LaTeX sets them, and nothing in them that is not MathML."""

import re

import pytest

from bot.platforms.web.mathml import formula


def inside(latex: str, *, block: bool = False) -> str:
    """The formula without the elements around it."""
    whole = formula(latex, block=block)
    opening = f'<math display="{"block" if block else "inline"}"><mrow>'
    assert whole.startswith(opening)
    return whole.removeprefix(opening).removesuffix("</mrow></math>")


def test_a_formula_stands_in_the_line_or_alone() -> None:
    assert formula("x") == '<math display="inline"><mrow><mi>x</mi></mrow></math>'
    assert formula("x", block=True) == '<math display="block"><mrow><mi>x</mi></mrow></math>'


@pytest.mark.parametrize(
    ("latex", "mathml"),
    [
        (r"\frac{a}{b}", "<mfrac><mrow><mi>a</mi></mrow><mrow><mi>b</mi></mrow></mfrac>"),
        (r"\sqrt{d}", "<msqrt><mrow><mi>d</mi></mrow></msqrt>"),
        ("W_0", "<msub><mi>W</mi><mn>0</mn></msub>"),
        (r"\mathbf{W}", "<mi>𝐖</mi>"),
        (r"\mathbb{R}", "<mi>ℝ</mi>"),
        (r"\mathcal{L}", "<mi>ℒ</mi>"),
        (r"\mathrm{d}x", '<mi mathvariant="normal">d</mi><mi>x</mi>'),
        (r"\Delta W", '<mi mathvariant="normal">Δ</mi><mi>W</mi>'),
        (r"\Phi\Lambda x", "<mi>ΦΛ</mi><mi>x</mi>"),
        (r"\lfloor x\rfloor", "<mo>⌊</mo><mi>x</mi><mo>⌋</mo>"),
        (r"a\le b", "<mi>a</mi><mo>≤</mo><mi>b</mi>"),
        (r"\text{if }x", "<mtext>if\xa0</mtext><mi>x</mi>"),
    ],
)
def test_what_browsers_know_is_kept(latex: str, mathml: str) -> None:
    assert inside(latex) == mathml


def test_upright_letters_in_a_row_are_one_word() -> None:
    assert inside(r"\mathrm{RMS}(x)").startswith("<mrow><mi>RMS</mi></mrow><mo")


def test_bold_letters_have_their_own_characters() -> None:
    assert inside(r"\mathbf{Wx1\alpha}") == "<mrow><mi>𝐖</mi><mi>𝐱</mi><mn>𝟏</mn><mi>𝛂</mi></mrow>"
    assert inside(r"\mathbb{ER}") == "<mrow><mi>𝔼</mi><mi>ℝ</mi></mrow>"


def test_a_letter_that_has_no_such_style_stays() -> None:
    assert "<mi>α</mi>" in inside(r"\mathcal{x\alpha}")


SPACE = '<mspace width="0.167em"></mspace>'


@pytest.mark.parametrize(
    ("latex", "mathml"),
    [
        (r"2\log x", f"<mn>2</mn>{SPACE}<mi>log</mi>{SPACE}<mi>x</mi>"),
        (r"\log\log x", f"<mi>log</mi>{SPACE}<mi>log</mi>{SPACE}<mi>x</mi>"),
        (r"a+\log x", f"<mi>a</mi><mo>+</mo><mi>log</mi>{SPACE}<mi>x</mi>"),
        (r"\log_2 x", f"<msub><mi>log</mi><mn>2</mn></msub>{SPACE}<mi>x</mi>"),
    ],
)
def test_names_of_functions_have_room(latex: str, mathml: str) -> None:
    assert inside(latex) == mathml


def test_a_function_stands_close_to_its_bracket() -> None:
    assert inside(r"\operatorname{softmax}(x)").startswith("<mi>softmax</mi><mo")


@pytest.mark.parametrize("latex", ["-x", "(-x)", "a=-x", "e^{-x}", r"\frac{-x}{2}", r"a\quad -x"])
def test_a_sign_is_told_from_a_difference(latex: str) -> None:
    assert re.search(r'<mo[^>]* form="prefix"[^>]*>−', formula(latex))


@pytest.mark.parametrize("latex", ["a-x", "(a)-x", r"\lfloor a\rfloor-x", "f'-x"])
def test_a_difference_is_told_from_a_sign(latex: str) -> None:
    assert "<mo>−</mo>" in formula(latex)


def test_nothing_has_spaces_in_an_index() -> None:
    assert inside("y_{t-1}").endswith('<mi>t</mi><mo lspace="0" rspace="0">−</mo><mn>1</mn></mrow></msub>')


def test_sums_have_their_limits_below_where_there_is_room() -> None:
    limits = '<mrow><mi>i</mi><mo lspace="0" rspace="0">=</mo><mn>1</mn></mrow><mi>n</mi>'
    assert inside(r"\sum_{i=1}^n", block=True) == f"<munderover><mo>∑</mo>{limits}</munderover>"
    assert inside(r"\sqrt{\sum_i x}") == "<msqrt><mrow><munder><mo>∑</mo><mi>i</mi></munder><mi>x</mi></mrow></msqrt>"
    assert inside(r"\prod^n") == "<mover><mo>∏</mo><mi>n</mi></mover>"


def test_functions_with_limits_have_them_below() -> None:
    assert inside(r"\max_x").startswith('<munder><mo lspace="0" rspace="0" movablelimits="true">max</mo>')
    assert inside(r"\operatorname{argmax}_x").startswith("<munder><mo")


def test_an_integral_keeps_its_limits_beside_it() -> None:
    assert inside(r"\int_0^1") == "<msubsup><mo>∫</mo><mn>0</mn><mn>1</mn></msubsup>"


def test_a_mark_above_a_letter_is_an_accent() -> None:
    for latex in (r"\hat{y}", r"\bar{y}", r"\tilde{y}", r"\vec{y}"):
        assert inside(latex).startswith('<mover accent="true">')


def test_bars_around_a_value_stand_close_and_do_not_grow() -> None:
    assert inside("|a|").count('<mo stretchy="false" lspace="0" rspace="0">|</mo>') == 2


def test_bars_that_should_grow_do() -> None:
    assert 'stretchy="true"' in inside(r"\left|\frac{a}{b}\right|")


def test_aligned_lines_are_a_table() -> None:
    made = inside(r"\begin{aligned}a&=b\\c&=d\end{aligned}", block=True)
    assert made.count("<mtr>") == 2
    assert made.count('<mtd class="right">') == 2
    assert made.count('<mtd class="left">') == 2
    assert "&amp;" not in made


def test_cases_and_matrices_are_tables() -> None:
    assert '<mtd class="left">' in inside(r"\begin{cases}x,&x>0\\0,&\text{else}\end{cases}")
    assert "<mtable>" in inside(r"\begin{pmatrix}1&2\\3&4\end{pmatrix}")


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\text{&lt;img src=x onerror=alert(1)&gt;}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{background:url(//x)}{x}",
        r"\class{a\"onclick=b}{x}",
        r'\color{red"onload="1}{x}',
        "x<script>y",
    ],
)
def test_a_hostile_formula_brings_nothing_but_mathml(latex: str) -> None:
    made = formula(latex)
    assert set(re.findall(r"<([a-z]+)", made)) <= {"math", "mrow", "mi", "mo", "mn", "mtext", "mstyle", "mspace"}
    assert not re.search(r"<[^>]*(href|style=|on[a-z]+=|class=|javascript)", made)


def test_what_is_no_latex_is_shown_as_it_is() -> None:
    assert formula(r"<\frac{") == r"<code>&lt;\frac{</code>"
