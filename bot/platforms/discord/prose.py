"""Inline text as Discord's Markdown: escaped, so that what people wrote is never markup or a mention.

The flavour is described at https://support.discord.com/hc/en-us/articles/210298617.
"""

import re
from collections.abc import Iterable
from typing import Final, assert_never
from urllib.parse import quote

from bot.core.formulas import as_unicode
from bot.core.markup import Bold, Code, Inline, Italic, LineBreak, Link, Math, Text

_SPECIAL: Final = re.compile(r"([\\*_~|`\[\]<])")
_LINE_START: Final = re.compile(r"^(\s*)([#>+-]|\d+(?=[.)]\s))", re.MULTILINE)
_ADDRESS: Final = re.compile(r"(https?://[^\s<>\"'，。；：！？、（）]+)")
_EVERYBODY: Final = re.compile(r"@(?=everyone|here)")
MAX_NAME: Final = 100
"""Characters of the name of a thread or a forum post."""
_LANGUAGE: Final = re.compile(r"[A-Za-z0-9+#-]{1,20}\Z")


def escaped(words: str) -> str:
    """Words that read the same on Discord as they are; addresses stay as they are and become links."""
    parts = _ADDRESS.split(words)
    parts[::2] = (_SPECIAL.sub(r"\\\1", part) for part in parts[::2])
    return _EVERYBODY.sub("@\u200b", "".join(parts))


def line_safe(text: str) -> str:
    """Escaped text whose lines start no list, heading or quotation."""
    return _LINE_START.sub(lambda m: f"{m[1]}{_start(m[2])}", text)


def _start(mark: str) -> str:
    # A backslash before a digit would show; an invisible sign between it and its dot does not.
    return f"{mark}\u200b" if mark.isdigit() else f"\\{mark}"


def inline(nodes: Iterable[Inline]) -> str:
    """Inline nodes as Markdown."""
    return "".join(_one(node) for node in nodes)


def _one(node: Inline) -> str:  # noqa: PLR0911  # one case per node; mypy proves it whole
    match node:
        case Text(text):
            return escaped(text)
        case Bold(children):
            return _around("**", inline(children))
        case Italic(children):
            return _around("*", inline(children))
        case Code(code):
            return inline_code(code)
        case Math(latex):
            return escaped(as_unicode(latex))
        case Link(children, url):
            return link(inline(children), url)
        case LineBreak():
            return "\n"
        case _:
            assert_never(node)


def _around(mark: str, text: str) -> str:
    """The text between marks; blanks at its edges stay outside, where the marks still work."""
    core = text.strip()
    if not core:
        return text
    start = text.index(core)
    return f"{text[:start]}{mark}{core}{mark}{text[start + len(core) :]}"


def inline_code(code: str) -> str:
    """Code inside a line, with as many backticks as it takes."""
    flat = " ".join(code.split("\n")) or " "
    if "`" not in flat:
        return f"`{flat}`"
    if "``" not in flat:
        return f"`` {flat} ``"
    return f"``{flat.replace('`', 'ˋ')}``"


def link(words: str, url: str) -> str:
    """A masked link. Discord shows no link whose words look like an address, so those stay bare."""
    target = quote(url, safe=":/?#[]@!$&'*+,;=%~-._")
    if "://" in words or not words.strip():
        return target
    return f"[{words}]({target})"


def fenced(code: str, language: str = "") -> str:
    """A code block with its language; fences inside the code are broken up."""
    name = language if _LANGUAGE.match(language) else ""
    body = code.replace("```", "`\u200b`\u200b`").strip("\n")
    return f"```{name}\n{body}\n```"


def unmarked(nodes: Iterable[Inline]) -> str:
    """Inline nodes as plain words, formulas in Unicode; for code blocks, where nothing is markup."""
    return "".join(_bare(node) for node in nodes)


def _bare(node: Inline) -> str:
    match node:
        case Text(text):
            return text
        case Code(code):
            return code
        case Math(latex):
            return as_unicode(latex)
        case Bold(children) | Italic(children) | Link(children):
            return unmarked(children)
        case LineBreak():
            return " "
        case _:
            assert_never(node)


def clipped(text: str, limit: int) -> str:
    """The text on one line, shortened with an ellipsis where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"
