"""Formulas as MathML: converted by latex2mathml, set as LaTeX would, then rebuilt from what browsers know.

The converter does not escape text and passes on links and styles; rebuilding leaves only elements and attributes of
MathML Core (https://www.w3.org/TR/mathml-core/), which browsers implement.
"""

from functools import lru_cache
from typing import Final
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element

from bot.platforms.web.elements import Attribute, Html, tag
from bot.platforms.web.typesetting import typeset

_KNOWN: Final = frozenset(
    {
        *("math", "mrow", "mi", "mo", "mn", "mtext", "mspace", "mstyle", "mphantom", "mfrac", "msqrt", "mroot"),
        *("msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd"),
    }
)
_KEPT: Final = frozenset(
    {
        *("display", "displaystyle", "mathvariant", "width", "accent", "linethickness"),
        *("form", "fence", "stretchy", "movablelimits", "lspace", "rspace"),
    }
)
_ALIGNED: Final = frozenset({"left", "right"})


@lru_cache(maxsize=2048)
def formula(latex: str, *, block: bool = False) -> Html:
    """The formula as a `math` element; LaTeX that cannot be read is shown as it is, as code."""
    # The converter knows `split`, which differs from `aligned` in nothing that shows.
    source = latex.replace("{aligned}", "{split}")
    try:
        root = convert_to_element(source, display="block" if block else "inline")
        typeset(root)
    except Exception:  # noqa: BLE001  # the converter raises whatever it stumbles over; the check of the content tells
        return tag("code", latex)
    return _rebuilt(root)


def _rebuilt(element: Element) -> Html:
    """The element as far as browsers know it; an unknown one becomes a plain row of its children."""
    name = element.tag if element.tag in _KNOWN else "mrow"
    attributes: dict[str, Attribute] = {key: value for key, value in element.attrib.items() if key in _KEPT}
    # MathML Core leaves the alignment of columns to style sheets.
    align = element.get("columnalign")
    attributes["class_"] = align if align in _ALIGNED else None
    return tag(name, element.text or "", *map(_rebuilt, element), **attributes)
