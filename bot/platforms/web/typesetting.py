r"""What LaTeX sets otherwise than a browser sets the converter's MathML: letters, spaces, limits.

- Bold and double-struck letters become the Unicode letters of that shape, which is all that MathML Core knows.
- Letters of `\mathrm` in a row become one upright word; Greek capitals stand upright.
- Names of functions get a thin space where LaTeX gives one, signs none, and nothing has spaces in an index.
- Limits of sums and of `max` stand below where there is room.

The tree is changed in place.
"""

import html
import unicodedata
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

# Where children stand side by side; elsewhere each has a place of its own.
_ROWS: Final = frozenset({"math", "mrow", "msqrt", "mstyle", "mtd"})
_SCRIPTS: Final = frozenset({"msub", "msup", "msubsup", "munder", "mover", "munderover"})
_STACKED: Final = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
_BIG: Final = frozenset("∑∏∐⋃⋂⨁⨂")
_LIMITED: Final = frozenset({"max", "min", "lim", "sup", "inf", "argmax", "argmin"})
_FENCES: Final = frozenset("⌊⌋⌈⌉")
# Signs that the converter takes for letters.
_OPERATORS: Final = _FENCES | _LIMITED | {";", "′"}
_TIGHT: Final = _LIMITED | {"/", "|"}
_CLOSING: Final = frozenset(")]}⌋⌉|′!")
_SIGNS: Final = frozenset("−+")
_MARKS: Final = frozenset("^~¯→˙")
_STYLES: Final = {
    "bold": "MATHEMATICAL BOLD",
    "double-struck": "MATHEMATICAL DOUBLE-STRUCK",
    "script": "MATHEMATICAL SCRIPT",
    "fraktur": "MATHEMATICAL FRAKTUR",
}
_NO_SPACE: Final = {"lspace": "0", "rspace": "0"}


def typeset(element: Element, *, small: bool = False) -> None:
    """Set an element and everything in it; `small` is what stands in an index, an exponent or a limit."""
    _letters(element)
    if element.text in _OPERATORS:
        element.tag = "mo"
    elif _is_function(element):
        element.tag = "mi"
    for number, child in enumerate(element):
        typeset(child, small=small or (number > 0 and element.tag in _SCRIPTS))
    if element.tag in _STACKED and element[0].text in _BIG | _LIMITED:
        element.tag = _STACKED[element.tag]
    if element.tag == "mover" and element[1].text in _MARKS:
        element.set("accent", "true")
    if element.tag == "mo":
        _operator(element, small=small)
    if element.tag in _ROWS:
        children = list(_spaced(_merged(element)))
        element[:] = children


def _letters(element: Element) -> None:
    """Decode the text, and choose the letters that its variant means."""
    raw = element.text or ""
    element.text = html.unescape(raw)
    variant = element.attrib.pop("mathvariant", None)
    # The converter writes the letter of `\mathrm{d}` as a numeric reference, any other as itself.
    upright = variant == "normal" or (element.tag == "mi" and raw.startswith("&#") and element.text.isascii())
    # LaTeX sets Greek capitals upright.
    upright = upright or (len(element.text) == 1 and "\u0391" <= element.text <= "\u03a9")
    if upright and len(element.text) == 1:
        element.set("mathvariant", "normal")
    if variant in _STYLES:
        element.text = "".join(_styled(letter, _STYLES[variant]) for letter in element.text)


def _styled(letter: str, style: str) -> str:
    """The letter in that style, as far as Unicode has one; some, like ℝ, stand apart from their alphabet."""
    name = unicodedata.name(letter, "").removeprefix("LATIN ").removeprefix("GREEK ").replace(" LETTER", "")
    for candidate in (f"{style} {name}", f"{style.removeprefix('MATHEMATICAL ')} {name}"):
        try:
            return unicodedata.lookup(candidate)
        except KeyError:
            continue
    return letter


def _operator(element: Element, *, small: bool) -> None:
    if small or element.text in _TIGHT:
        element.attrib |= _NO_SPACE
    if element.text in _LIMITED:
        element.set("movablelimits", "true")
    if element.text == "|" and "fence" not in element.attrib:
        element.set("stretchy", "false")


def _merged(row: Element) -> Iterator[Element]:
    """The children of a row, upright letters one after the other made a word."""
    word: Element | None = None
    for element in row:
        if element.tag == "mi" and element.get("mathvariant") == "normal":
            if word is None:
                word = element
                yield word
            else:
                word.text = f"{word.text}{element.text}"
                # Several letters are upright by themselves.
                word.attrib.pop("mathvariant", None)
            continue
        word = None
        yield element


def _spaced(elements: Iterator[Element]) -> Iterator[Element]:
    """The elements with a thin space around names of functions, and signs that have nothing before them as such."""
    before: Element | None = None
    for element in elements:
        if element.text in _SIGNS and (before is None or _opens(before)):
            element.set("form", "prefix")
        if before is not None and _need_space(before, element):
            yield Element("mspace", {"width": "0.167em"})
        yield element
        before = element


def _opens(before: Element) -> bool:
    return before.tag == "mspace" or (before.tag == "mo" and before.text not in _CLOSING)


def _need_space(before: Element, after: Element) -> bool:
    if _names_function(before):
        return _names_function(after) or not _is_sign(after)
    return _names_function(after) and not _is_sign(before)


def _is_sign(element: Element) -> bool:
    return element.tag in {"mo", "mspace"}


def _names_function(element: Element) -> bool:
    """Whether it is the name of a function, perhaps with an index or a limit."""
    while element.tag in _SCRIPTS:
        element = element[0]
    return _is_function(element)


def _is_function(element: Element) -> bool:
    """Whether it is a name such as `log` or `softmax`, which the converter writes in one piece."""
    text = element.text or ""
    return element.tag in {"mi", "mo"} and len(text) > 1 and text.isascii() and text.isalpha()
