"""Block formulas as crisp PNG pictures: LaTeX to SVG paths (ziamath), SVG to pixels (resvg)."""

import asyncio
import hashlib
import re
from collections import OrderedDict
from importlib import metadata
from typing import Final

import resvg_py
import ziamath.zmath
from typing_extensions import override

from bot.core.ports import Painter

# Phones show pictures at two to three device pixels a point.
_SCALE: Final = 3
_FONT_SIZE: Final = 20
_PADDING: Final = 14
# Telegram refuses photos whose sides differ more than 20 times, and both platforms enlarge tiny ones;
# https://core.telegram.org/bots/api#sendphoto
_MIN_WIDTH: Final = 320
_MIN_HEIGHT: Final = 56
_KEPT: Final = 256
_COLOURS: Final = {False: ("#1f2328", "#ffffff"), True: ("#f0f3f6", "#2b2d31")}
_DRAWN_BY: Final = tuple(metadata.version(library) for library in ("ziamath", "resvg-py"))
_LOOKS: Final = (_SCALE, _FONT_SIZE, _PADDING, _MIN_WIDTH, _MIN_HEIGHT, _COLOURS, _DRAWN_BY)
_VERSION: Final = hashlib.blake2b(repr(_LOOKS).encode(), digest_size=6).hexdigest()
_VIEW: Final = re.compile(r'viewBox="([-\d.]+) ([-\d.]+) ([-\d.]+) ([-\d.]+)"')
_ROOT: Final = re.compile(r"<svg\b[^>]*>")


class FormulaPainter(Painter):
    """Draws in a thread and remembers the latest 256 pictures (about 10 KB each)."""

    def __init__(self) -> None:
        self._drawn: Final[OrderedDict[tuple[str, bool], bytes]] = OrderedDict()

    @property
    @override
    def version(self) -> str:
        return _VERSION

    @override
    async def formula(self, latex: str, *, dark: bool = False) -> bytes:
        key = (latex, dark)
        if key not in self._drawn:
            self._drawn[key] = await asyncio.to_thread(draw, latex, dark=dark)
            if len(self._drawn) > _KEPT:
                self._drawn.popitem(last=False)
        self._drawn.move_to_end(key)
        return self._drawn[key]


def draw(latex: str, *, dark: bool = False) -> bytes:
    """The PNG of one formula; raises ValueError for what cannot be drawn."""
    ink, paper = _COLOURS[dark]
    try:
        svg = ziamath.zmath.Latex(latex, size=_FONT_SIZE, color=ink).svg()
    except Exception as error:  # noqa: BLE001  # the parser raises whatever it stumbles over
        raise ValueError(f"{latex!r} cannot be drawn: {type(error).__name__} {error}") from None
    return bytes(resvg_py.svg_to_bytes(svg_string=_framed(svg, paper), zoom=_SCALE))


def _framed(svg: str, paper: str) -> str:
    """The drawing on a sheet of its own colour, with room around it and at least the smallest sides."""
    view = _VIEW.search(svg)
    if view is None:
        raise ValueError("the drawing has no size")
    x, y, width, height = (float(number) for number in view.groups())
    broad = max(width + 2 * _PADDING, _MIN_WIDTH)
    tall = max(height + 2 * _PADDING, _MIN_HEIGHT)
    left, top = x - (broad - width) / 2, y - (tall - height) / 2
    root = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{broad:.2f}" height="{tall:.2f}" '
        f'viewBox="{left:.2f} {top:.2f} {broad:.2f} {tall:.2f}">'
        f'<rect x="{left:.2f}" y="{top:.2f}" width="{broad:.2f}" height="{tall:.2f}" fill="{paper}"/>'
    )
    return _ROOT.sub(lambda _: root, svg, count=1)
