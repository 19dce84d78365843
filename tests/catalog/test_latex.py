"""Formulas keep to the LaTeX of the guide, and all of it can be drawn."""

import re
from pathlib import Path

import pytest

from bot.catalog.drawing import drawing_error
from bot.catalog.latex import COMMANDS, ENVIRONMENTS, GREEK, SYMBOLS, complaints

GUIDE = Path(__file__).parents[2] / "content" / "README.md"
ARGUMENTS = {
    "frac": r"\frac{a}{b}",
    "sqrt": r"\sqrt{a}",
    "left": r"\left(a\right)",
    "right": r"\left[a\right]",
    "begin": r"\begin{cases}a & b\end{cases}",
    "end": r"\begin{bmatrix}a & b \\ c & d\end{bmatrix}",
    "{": r"\{a\}",
    "}": r"\left\{a\right\}",
    "%": r"5\%",
    "|": r"\|x\|_2",
}


def keys(latex: str) -> list[str]:
    return [key for key, _ in complaints(latex)]


def test_the_guide_and_the_check_allow_the_same_commands() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    paragraph = guide[guide.index("Formulas use this LaTeX") : guide.index("No Chinese inside a formula")]
    named = set(re.findall(r"\\([A-Za-z]+|.)", paragraph))
    assert named == COMMANDS - {"begin", "end"} | SYMBOLS - {"\\"}
    assert set(re.findall(r"`([a-z]+)`", paragraph)) == ENVIRONMENTS


@pytest.mark.parametrize("command", sorted(COMMANDS | GREEK | SYMBOLS - {"\\"}))
def test_every_allowed_command_can_be_drawn(command: str) -> None:
    takes = {
        "mathbb",
        "mathbf",
        "mathrm",
        "mathcal",
        "text",
        "operatorname",
        "hat",
        "bar",
        "tilde",
        "vec",
        "underbrace",
    }
    latex = ARGUMENTS.get(command, f"\\{command}{{ab}}" if command in takes else f"x \\{command} y")
    assert keys(latex) == []
    assert drawing_error(latex) is None


@pytest.mark.parametrize(
    ("latex", "key"),
    [
        ("  ", "check-latex-empty"),
        (r"\text{损失}", "check-latex-text"),
        ("a，b", "check-latex-text"),
        (r"\tag{1}", "check-latex-command"),
        (r"\newcommand{\x}{y}", "check-latex-command"),
        (r"a \ b", "check-latex-command"),
        ("{a", "check-latex-braces"),
        ("a}{b", "check-latex-braces"),
        (r"\left(a", "check-latex-pair"),
        (r"\begin{aligned}a", "check-latex-pair"),
        (r"\begin{aligned}a\end{cases}", "check-latex-pair"),
        (r"a\end{cases}", "check-latex-pair"),
        (r"\begin{array}a\end{array}", "check-latex-environment"),
    ],
)
def test_what_the_guide_does_not_allow_is_told(latex: str, key: str) -> None:
    assert key in keys(latex)


@pytest.mark.parametrize(
    ("latex", "near"), [(r"\leq", r"\le"), (r"\a\;b", r"\,"), (r"\alpa", r"\alpha"), (r"\leftarow", r"\left")]
)
def test_the_nearest_command_is_offered(latex: str, near: str) -> None:
    assert near in [values.get("near") for _, values in complaints(latex)]


def test_aligned_lines_are_fine() -> None:
    latex = r"\begin{aligned}a &= \{b\} \\ c &= \left\|d\right\|\end{aligned}"
    assert keys(latex) == []
    assert drawing_error(latex) is None


def test_a_formula_that_cannot_be_drawn_says_why() -> None:
    assert "Token" in (drawing_error(r"\frac") or "")
