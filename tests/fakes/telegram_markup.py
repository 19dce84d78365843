"""What Telegram accepts as HTML, rich and classic, as strictly as its documentation words it.

`check_rich` and `check_classic` raise `Refused` with the sort of sentence Telegram answers with.
https://core.telegram.org/bots/api#rich-html-style, #rich-message-limits, #html-style
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from typing_extensions import override

INLINE = frozenset({"b", "i", "u", "s", "code", "a", "tg-spoiler", "tg-math", "mark", "sub", "sup", "br"})
BLOCKS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "footer", "hr", "ul", "ol", "blockquote", "aside", "table"}
    | {"details", "tg-math-block"}
)
PARTS = frozenset({"li", "tr", "td", "th", "summary", "caption", "cite"})
PARENTS = {
    "li": {"ul", "ol"},
    "tr": {"table"},
    "td": {"tr"},
    "th": {"tr"},
    "summary": {"details"},
    "caption": {"table"},
    "cite": {"blockquote", "aside"},
}
HOLDS_BLOCKS = frozenset({"", "blockquote", "details", "li"})
ATTRIBUTES = {
    "a": {"href"},
    "code": {"class"},
    "ol": {"start", "type", "reversed"},
    "details": {"open"},
    "table": {"bordered", "striped"},
    "td": {"align", "valign", "colspan", "rowspan"},
    "th": {"align", "valign", "colspan", "rowspan"},
}
ENTITIES = frozenset({"lt", "gt", "amp", "quot", "apos", "nbsp", "hellip", "mdash", "ndash"})
VOID = frozenset({"br", "hr"})
CLASSIC: dict[str, set[str]] = {"b": set(), "i": set(), "u": set(), "s": set(), "tg-spoiler": set(), "pre": set()} | {
    "code": {"class"},
    "a": {"href"},
    "blockquote": {"expandable"},
}
MAX_CHARS = 32_768
MAX_BLOCKS = 500
MAX_DEPTH = 16
MAX_COLUMNS = 20
MAX_TEXT = 4096
MAX_ENTITIES = 100


class Refused(Exception):
    """Telegram says no; the message is its description."""


@dataclass
class Counted:
    """What a message holds."""

    text: str = ""
    blocks: int = 0
    depth: int = 0
    entities: int = 0
    formulas: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Walks the markup and refuses what is not allowed where it stands."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.found = Counted()

    def read(self, markup: str) -> Counted:
        self.feed(markup)
        self.close()
        if self.open:
            raise Refused(f"Bad Request: can't parse entities: Can't find end tag corresponding to \"{self.open[-1]}\"")
        return self.found

    @override
    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            raise Refused(f'Bad Request: can\'t parse entities: tag "{tag}" closes itself')
        self.handle_starttag(tag, attrs)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.permit(tag, {name for name, _ in attrs})
        for name, value in attrs:
            if name == "href" and not re.match(r"(https?|tg|mailto|tel):", value or ""):
                raise Refused(f"Bad Request: wrong URL {value!r}")
            if name == "class" and not (value or "").startswith("language-"):
                raise Refused(f"Bad Request: wrong class {value!r}")
        if tag not in VOID:
            self.open.append(tag)
            self.found.depth = max(self.found.depth, len(self.open))

    @override
    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            raise Refused(f'Bad Request: can\'t parse entities: Unmatched end tag "</{tag}>"')
        self.open.pop()

    @override
    def handle_data(self, data: str) -> None:
        if "<" in data:
            raise Refused("Bad Request: can't parse entities: Unclosed start tag")
        self.take(data)

    @override
    def handle_entityref(self, name: str) -> None:
        if name not in ENTITIES:
            raise Refused(f"Bad Request: can't parse entities: entity &{name};")
        if self.open and self.open[-1].startswith("tg-math"):
            raise Refused("Bad Request: the source of a formula is raw LaTeX")
        self.take("&")

    @override
    def handle_charref(self, name: str) -> None:
        self.take("'")

    @override
    def handle_comment(self, data: str) -> None:
        raise Refused("Bad Request: can't parse entities: comment")

    def take(self, data: str) -> None:
        self.found.text += data
        if self.open and self.open[-1].startswith("tg-math"):
            self.found.formulas.append(data)

    def permit(self, tag: str, attributes: set[str]) -> None:
        raise NotImplementedError


class _Rich(_Reader):
    @override
    def permit(self, tag: str, attributes: set[str]) -> None:
        parent = self.open[-1] if self.open else ""
        if tag not in INLINE | BLOCKS | PARTS or attributes - ATTRIBUTES.get(tag, set()):
            raise Refused(f'Bad Request: can\'t parse rich message: Unsupported start tag "{tag}" {sorted(attributes)}')
        if tag in PARENTS and parent not in PARENTS[tag]:
            raise Refused(f'Bad Request: can\'t parse rich message: "{tag}" inside "{parent}"')
        if tag in BLOCKS and parent not in HOLDS_BLOCKS:
            raise Refused(f'Bad Request: can\'t parse rich message: block "{tag}" inside "{parent}"')
        if tag in INLINE and parent in {"table", "tr", "ul", "ol", "tg-math", "tg-math-block"}:
            raise Refused(f'Bad Request: can\'t parse rich message: "{tag}" inside "{parent}"')
        self.found.blocks += tag in BLOCKS or tag in {"li", "tr"}

    @override
    def take(self, data: str) -> None:
        parent = self.open[-1] if self.open else ""
        if parent in {"table", "tr", "ul", "ol"} and data.strip():
            raise Refused(f'Bad Request: can\'t parse rich message: text inside "{parent}"')
        super().take(data)


class _Classic(_Reader):
    @override
    def permit(self, tag: str, attributes: set[str]) -> None:
        if tag not in CLASSIC or attributes - CLASSIC[tag]:
            raise Refused(f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}"')
        # A language inside <pre> is no entity of its own.
        self.found.entities += not (tag == "code" and self.open[-1:] == ["pre"])
        if tag == "blockquote" and "blockquote" in self.open:
            raise Refused("Bad Request: can't parse entities: blockquote entities can't be nested")
        if self.open and self.open[-1] == "code":
            raise Refused("Bad Request: can't parse entities: code can't contain other entities")


def check_rich(markup: str) -> Counted:
    """Read rich HTML and count it; raises Refused."""
    found = _Rich().read(markup)
    if not found.text.strip():
        raise Refused("Bad Request: rich message is empty")
    if len(found.text) > MAX_CHARS:
        raise Refused("Bad Request: rich message is too long")
    if found.blocks > MAX_BLOCKS:
        raise Refused("Bad Request: rich message has too many blocks")
    if found.depth > MAX_DEPTH:
        raise Refused("Bad Request: rich message is nested too deeply")
    if any(row.count("<td") + row.count("<th") > MAX_COLUMNS for row in markup.split("<tr>")[1:]):
        raise Refused("Bad Request: table has too many columns")
    return found


def check_classic(markup: str) -> Counted:
    """Read classic HTML and count it; raises Refused."""
    found = _Classic().read(markup)
    if not found.text.strip():
        raise Refused("Bad Request: message text is empty")
    if len(found.text) > MAX_TEXT:
        raise Refused("Bad Request: message is too long")
    if found.entities > MAX_ENTITIES:
        raise Refused("Bad Request: (test) the entities after the hundredth would be dropped")
    return found
