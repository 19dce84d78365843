"""Whether a formula can really be drawn: tried out with the libraries that the renderers use."""

from functools import cache

import latex2mathml.converter
import ziamath.zmath


@cache
def drawing_error(latex: str) -> str | None:
    """Why MathML or the picture cannot be made of a formula; None if both can. Takes milliseconds; remembered."""
    try:
        latex2mathml.converter.convert(latex)
        ziamath.zmath.Latex(latex).svg()
    except Exception as error:  # noqa: BLE001  (both libraries raise whatever their parsers stumble over)
        return f"{type(error).__name__} {error}".strip()
    return None
