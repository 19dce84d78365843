"""Code with its words marked by classes; the page's style sheet gives them their colours."""

from functools import lru_cache
from typing import Final

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from bot.platforms.web.elements import Html, tag

_FORMATTER: Final = HtmlFormatter(nowrap=True)
# A lexer looks at every character more than once; nothing in the bank comes near this.
_LONGEST: Final = 20_000


@lru_cache(maxsize=512)
def code_block(code: str, language: str) -> Html:
    """The code in a frame of its own; plain where the language is unknown."""
    pre = tag("pre", tag("code", _marked(code, language.strip().lower())), tabindex=0)
    return tag("div", pre, class_="code", data_language=language or None)


def _marked(code: str, language: str) -> str:
    if not language or len(code) > _LONGEST:
        return code
    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return code
    return Html(highlight(code, lexer, _FORMATTER).rstrip("\n"))
