r"""Formulas as plain text: the content's LaTeX subset written with Unicode, for chats that cannot draw.

`\frac{\alpha}{r}BA` becomes `(α/r)BA`, `x_i^2` becomes `xᵢ²`, and what Unicode has no sign for keeps the
mark that programmers read anyway: `x^(n+k)`. Unknown commands are shown by their name, never dropped.
"""

import re
from collections.abc import Iterator
from typing import Final

_TOKEN: Final = re.compile(r"\\[A-Za-z]+|\\.|[{}^_&]|\s+|[^\\{}^_&\s]", re.DOTALL)

_SIGNS: Final = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "varphi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ",
    "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
    "sum": "∑", "prod": "∏", "int": "∫", "partial": "∂", "nabla": "∇", "infty": "∞", "ell": "ℓ", "top": "ᵀ",
    "cdot": "·", "times": " × ", "odot": " ⊙ ", "otimes": " ⊗ ", "oplus": " ⊕ ", "circ": "∘", "div": " ÷ ",
    "approx": " ≈ ", "sim": " ∼ ", "le": " ≤ ", "leq": " ≤ ", "ge": " ≥ ", "geq": " ≥ ", "ne": " ≠ ", "neq": " ≠ ",
    "equiv": " ≡ ", "propto": " ∝ ", "pm": " ± ", "ll": " ≪ ", "gg": " ≫ ", "in": " ∈ ", "notin": " ∉ ",
    "subset": " ⊂ ", "cup": " ∪ ", "cap": " ∩ ", "to": " → ", "rightarrow": " → ", "Rightarrow": " ⇒ ",
    "forall": "∀", "exists": "∃", "mid": " | ", "|": "‖", "lVert": "‖", "rVert": "‖", "lfloor": "⌊",
    "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "langle": "⟨", "rangle": "⟩", "ldots": "…", "cdots": "⋯",
    "vdots": "⋮", "ddots": "⋱", "dots": "…", "quad": "  ", "qquad": "   ", ",": " ", ";": " ", ":": " ", "!": "",
    " ": " ", "\\": "; ", "{": "{", "}": "}", "%": "%", "&": "&", "_": "_", "#": "#", "$": "$", "prime": "′",
}  # fmt: skip
_FUNCTIONS: Final = frozenset(
    {"log", "exp", "max", "min", "sin", "cos", "tan", "tanh", "arg", "lim", "ln", "det", "Pr"}
)
_ACCENTS: Final = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "vec": "\u20d7", "dot": "\u0307"}
_FONTS: Final = frozenset({"mathrm", "text", "operatorname", "mathbf", "boldsymbol", "mathit", "textbf", "mathsf"})
_BLACKBOARD: Final = {"R": "ℝ", "N": "ℕ", "Z": "ℤ", "Q": "ℚ", "C": "ℂ", "E": "𝔼", "P": "ℙ", "1": "𝟙"}
_SCRIPT: Final = {"L": "ℒ", "N": "𝒩", "O": "𝒪", "D": "𝒟", "V": "𝒱", "X": "𝒳", "F": "ℱ", "H": "ℋ", "B": "ℬ", "A": "𝒜",
                  "S": "𝒮", "T": "𝒯", "G": "𝒢", "C": "𝒞", "U": "𝒰", "P": "𝒫", "M": "ℳ", "Y": "𝒴"}  # fmt: skip
_SUPER: Final = str.maketrans(
    "0123456789+-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWᵀ′",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵀ′",
)
_SUB: Final = str.maketrans("0123456789+-=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ")
# A sum that would run into the factor before it.
_GLUED: Final = re.compile(r"(?<=[\w)\]])([∑∏∫])")
_MAX_DEPTH: Final = 40
_DELIMITERS: Final = frozenset({"left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "displaystyle"})


def as_unicode(latex: str) -> str:
    """The formula as one line of plain text."""
    text = _GLUED.sub(r" \1", _Reader(latex).all())
    return re.sub(r"\s{2,}", " ", text).strip()


class _Reader:
    """Reads tokens from left to right; a group nested deeper than any formula is shown as it stands."""

    def __init__(self, latex: str) -> None:
        self._tokens: Final = _TOKEN.findall(latex)
        self._next = 0
        self._depth = 0

    def all(self) -> str:
        parts = []
        while self._next < len(self._tokens):
            parts.append(self._until_brace())
            self._next += 1  # a closing brace without an opening one
        return "".join(parts)

    def _until_brace(self) -> str:
        return "".join(self._pieces())

    def _pieces(self) -> Iterator[str]:
        while self._next < len(self._tokens) and self._tokens[self._next] != "}":
            piece = self._take()
            if piece in {"^", "_"}:
                yield self._raised() if piece == "^" else self._lowered()
            else:
                yield self._piece(piece)

    def _take(self) -> str:
        self._next += 1
        return str(self._tokens[self._next - 1])

    def _piece(self, piece: str) -> str:
        if piece == "{":
            return self._group()
        if piece == "&":
            return " "
        if piece.startswith("\\") and len(piece) > 1:
            return self._command(piece[1:])
        return " " if piece.isspace() else piece

    def _group(self) -> str:
        self._depth += 1
        inner = self._until_brace() if self._depth < _MAX_DEPTH else ""
        self._depth -= 1
        self._next += 1  # the closing brace
        return inner

    def _argument(self) -> str:
        while self._next < len(self._tokens) and self._tokens[self._next].isspace():
            self._next += 1
        return self._piece(self._take()).strip() if self._next < len(self._tokens) else ""

    def _command(self, name: str) -> str:  # noqa: C901, PLR0911  # one line per family of commands
        if name in _SIGNS:
            return _SIGNS[name]
        if name in {"frac", "dfrac", "tfrac"}:
            return self._fraction()
        if name == "sqrt":
            return f"√{_wrapped(self._argument())}"
        if name in _ACCENTS:
            body = self._argument()
            return body + _ACCENTS[name] if len(body) == 1 else f"{name}({body})"
        if name in {"mathbb", "mathcal"}:
            letters = _BLACKBOARD if name == "mathbb" else _SCRIPT
            return "".join(letters.get(letter, letter) for letter in self._argument())
        if name in _FONTS or name in {"underbrace", "overline", "underline"}:
            return self._argument()
        if name in _FUNCTIONS:
            return self._function(name)
        if name in {"begin", "end"}:
            self._argument()
            return ""
        return "" if name in _DELIMITERS else name

    def _function(self, name: str) -> str:
        """Its name with what stands at its foot, and a space unless parentheses follow."""
        while self._following in {"^", "_"}:
            name += self._raised() if self._take() == "^" else self._lowered()
        parenthesised = self._following in {"(", "["} or self._following[1:] in _DELIMITERS
        return name if parenthesised else f"{name} "

    @property
    def _following(self) -> str:
        """The token that comes next; empty at the end."""
        return str(self._tokens[self._next]) if self._next < len(self._tokens) else ""

    def _fraction(self) -> str:
        text = f"{_wrapped(self._argument())}/{_wrapped(self._argument())}"
        following = self._following
        # Without parentheses, a/b c would read as a/(b c).
        joined = following.isalnum() or following in {"(", "{"} or _SIGNS.get(following[1:], " ").strip().isalpha()
        return f"({text})" if joined else text

    def _raised(self) -> str:
        body = self._argument()
        raised = body.translate(_SUPER)
        return raised if _moved(body, raised) else _marked("^", body)

    def _lowered(self) -> str:
        body = self._argument()
        lowered = body.translate(_SUB)
        if _moved(body, lowered):
            return lowered
        word = body.isalnum() and body.isascii() and not self._following[-1:].isalnum()
        return f"_{body}" if word else _marked("_", body)


def _moved(before: str, after: str) -> bool:
    """Whether every letter found its small form."""
    return all(a != b or a in {"′", "ᵀ"} for a, b in zip(before, after, strict=True))


def _marked(mark: str, body: str) -> str:
    """A power or an index that keeps its mark, and parentheses where it would run into what follows."""
    enclosed = len(body) == 1 or re.fullmatch(r"\([^()]*\)", body)
    return f"{mark}{body}" if enclosed else f"{mark}({body})"


def _wrapped(body: str) -> str:
    """Parentheses around anything but a single name or number."""
    return body if re.fullmatch(r"\w+|.|", body.strip()) else f"({body.strip()})"
