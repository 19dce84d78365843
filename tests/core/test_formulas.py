"""Formulas in plain text read as an engineer would type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.formulas import as_unicode


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"x", "x"),
        (r"x_i^2", "xᵢ²"),
        (r"W' = W_0 + \frac{\alpha}{r}BA", "W' = W₀ + (α/r)BA"),
        (r"\frac{a+b}{2n}", "(a+b)/2n"),
        (r"B \in \mathbb{R}^{d \times r}", "B ∈ ℝ^(d × r)"),
        (r"\sqrt{d_k}", "√dₖ"),
        (r"\sqrt 2", "√2"),
        (r"QK^\top", "QKᵀ"),
        (r"e^{-x}", "e⁻ˣ"),
        (r"\operatorname{softmax}(z)_i", "softmax(z)ᵢ"),
        (r"\hat{y}", "y\u0302"),
        (r"PE_{(p,2i)}", "PE_(p,2i)"),
        (r"W_{(b)+(d)}", "W_((b)+(d))"),
        (r"\mathcal{L}_\theta", "ℒ_θ"),
        (r"\log p(x \mid y)", "log p(x | y)"),
        (r"\exp(L)", "exp(L)"),
        (r"\exp\left(L\right)", "exp(L)"),
        (r"\log V", "log V"),
        (r"\log_2 n", "log₂ n"),
        (r"\max_{\theta}\mathbb{E}[r]", "max_θ 𝔼[r]"),
        (r"\frac{1}{T}\sum_{t} x_t", "1/T ∑ₜ xₜ"),
        (r"(\sum_i x_i)", "(∑ᵢ xᵢ)"),
        (r"\pi_{\text{ref}}", "π_ref"),
        (r"d_{model}n", "d_(model)n"),
        (r"x_{<t}", "x_(<t)"),
        (r"\begin{aligned} a &= 1 \\ b &= 2 \end{aligned}", "a = 1 ; b = 2"),
        (r"\left\lfloor n/2 \right\rfloor", "⌊ n/2 ⌋"),
        (r"\underbrace{x}_{n}", "xₙ"),
        (r"\unheard{x}", "unheardx"),
        (r"100\%", "100%"),
        (r"", ""),
    ],
)
def test_a_formula_reads_as_plain_text(latex: str, text: str) -> None:
    assert as_unicode(latex) == text


@given(st.text(alphabet="ab{}^_&\\ frcsqt12", max_size=60))
def test_broken_latex_never_fails(latex: str) -> None:
    assert isinstance(as_unicode(latex), str)


def test_nesting_without_end_is_cut() -> None:
    assert as_unicode("{" * 5000 + "x" + "}" * 5000) is not None
