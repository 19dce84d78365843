r"""The LaTeX that formulas may use, so that pictures, MathML and Telegram all agree.

`content/README.md` gives writers the list; a test keeps the two alike.
"""

import re
from collections.abc import Iterator
from typing import Final

from bot.catalog.nearest import nearest


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GREEK: Final = _words(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi varpi rho varrho "
    "sigma varsigma tau upsilon phi varphi chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)
COMMANDS: Final = _words(
    "frac sqrt sum prod int mathbb mathbf mathrm mathcal text operatorname left right hat bar tilde vec "
    "cdot times odot otimes oplus approx sim le ge ne ll gg in notin subset cup cap to infty partial nabla "
    "log exp max min sin cos tanh top ldots cdots mid lfloor rfloor lceil rceil underbrace quad begin end"
)
SYMBOLS: Final = _words(r", | \ { } %")
ENVIRONMENTS: Final = frozenset({"aligned", "cases", "bmatrix", "pmatrix"})

# What people write by habit, and its twin in the subset.
_TWINS: Final = {
    "leq": r"\le",
    "geq": r"\ge",
    "neq": r"\ne",
    "dots": r"\ldots",
    "rightarrow": r"\to",
    "ln": r"\log",
    "widehat": r"\hat",
    "overline": r"\bar",
    "boldsymbol": r"\mathbf",
    "bm": r"\mathbf",
    "textbf": r"\mathbf",
    "mathit": r"\mathrm",
    "textit": r"\text",
    "textrm": r"\text",
    "dfrac": r"\frac",
    "tfrac": r"\frac",
    "qquad": r"\quad",
    "lVert": r"\|",
    "rVert": r"\|",
    "Vert": r"\|",
    "vert": "|",
    "langle": "(",
    "rangle": ")",
    "argmax": r"\operatorname{argmax}",
    "argmin": r"\operatorname{argmin}",
    "propto": r"\sim",
    "matrix": "bmatrix",
    "align": "aligned",
    "split": "aligned",
    "array": "aligned",
}
_TOKEN: Final = re.compile(r"\\([A-Za-z]+|.)|([{}])", re.DOTALL)
_ENVIRONMENT: Final = re.compile(r"\\(begin|end)\s*\{([^{}]*)\}")
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]+")

Complaint = tuple[str, dict[str, str | int]]


def complaints(latex: str) -> Iterator[Complaint]:
    """What is outside the subset: the keys of sentences with their values."""
    if not latex.strip():
        yield "check-latex-empty", {}
    if foreign := _NOT_ASCII.search(latex):
        yield "check-latex-text", {"found": foreign[0]}
    depth = 0
    lowest = 0
    for command, brace in _TOKEN.findall(latex):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        lowest = min(lowest, depth)
        if command and command not in COMMANDS | GREEK | SYMBOLS:
            yield "check-latex-command", {"command": f"\\{command}", "near": _near(command)}
    if depth or lowest < 0:
        yield "check-latex-braces", {"latex": latex}
    if latex.count(r"\left") - latex.count(r"\leftarrow") != latex.count(r"\right") - latex.count(r"\rightarrow"):
        yield "check-latex-pair", {"latex": latex}
    yield from _environments(latex)


def _environments(latex: str) -> Iterator[Complaint]:
    opened: list[str] = []
    for which, name in _ENVIRONMENT.findall(latex):
        if name not in ENVIRONMENTS:
            yield "check-latex-environment", {"name": name, "expected": ", ".join(sorted(ENVIRONMENTS))}
        if which == "begin":
            opened.append(name)
        elif not opened or opened.pop() != name:
            yield "check-latex-pair", {"latex": latex}
    if opened:
        yield "check-latex-pair", {"latex": latex}


def _near(command: str) -> str:
    if not command.isalpha():
        return r"\,"
    if command in _TWINS:
        return _TWINS[command]
    return "\\" + nearest(command, sorted(COMMANDS | GREEK))
