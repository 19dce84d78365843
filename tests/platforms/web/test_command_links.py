"""Commands that the bot names are made to be pressed; what people wrote never is."""

import pytest

from bot.core.commands import COMMANDS
from bot.core.markup import (
    Block,
    Bold,
    Code,
    CodeBlock,
    Details,
    Inline,
    Italic,
    Link,
    Math,
    Paragraph,
    Quote,
    Text,
    bullets,
    heading,
    inlines,
    paragraph,
)
from bot.core.model import Language
from bot.platforms.web.command_links import COMMAND, links_in, with_commands


def found(text: str) -> list[tuple[str, str]]:
    """The links in a text: their words, and what they type."""
    links = [part for part in links_in(text) if isinstance(part, Link)]
    return [("".join(word.text for word in link.inlines if isinstance(word, Text)), link.url) for link in links]


def linked(code: str) -> Link:
    (block,) = with_commands([paragraph(Code(code))])
    assert isinstance(block, Paragraph)
    (link,) = block.inlines
    assert isinstance(link, Link)
    return link


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("All commands: /help", [("/help", "command:/help")]),
        ("用/review可以再看。", [("/review", "command:/review")]),
        ("例如：/search lora", [("/search", "command:/search ")]),
        ("(/saved)", [("/saved", "command:/saved")]),
        ("Start with /subscribe, for example: /subscribe 9:30 Berlin.", [("/subscribe", "command:/subscribe ")] * 2),
        (
            "As a file: /me export. Remove it: /me forget.",
            [("/me export", "command:/me export"), ("/me forget", "command:/me forget")],
        ),
        ("/me and you", [("/me", "command:/me ")]),
        ("/language en, or /next time", [("/language en", "command:/language en"), ("/next", "command:/next")]),
        ("Find it under /saved.", [("/saved", "command:/saved")]),
        ("/stats、/reports", [("/stats", "command:/stats"), ("/reports", "command:/reports")]),
    ],
)
def test_known_commands_are_links(text: str, links: list[tuple[str, str]]) -> None:
    assert found(text) == links


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing here",
        "/nothing and /helpful",
        "https://example.org/help",
        "either/next or and/quiz",
        "/help.html and /search/lora and /me-too",
        "//help",
        "Nothing found for “/help me /search”.",
    ],
)
def test_what_is_no_command_or_quoted_stays_as_it_is(text: str) -> None:
    assert list(links_in(text)) == [Text(text)]


def test_nothing_of_a_text_is_lost() -> None:
    text = "Try /quiz, /me export or “/help”; all: /help"
    parts = [part.inlines[0] if isinstance(part, Link) else part for part in links_in(text)]
    assert "".join(part.text for part in parts if isinstance(part, Text)) == text


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_usage_in_the_help_types_its_command(command: object) -> None:
    known = next(each for each in COMMANDS if each is command)
    link = linked(known.usage(Language.EN))
    assert link.url == f"{COMMAND}/{known.name}{' ' if known.arguments else ''}"


@pytest.mark.parametrize(
    ("code", "types"),
    [
        ("/search lora", "/search lora "),
        ("/me export", "/me export"),
        ("/me", "/me "),
        ("/subscribe 9:30", "/subscribe 9:30 "),
    ],
)
def test_code_that_is_a_command_types_its_example(code: str, types: str) -> None:
    assert linked(code) == Link((Code(code),), COMMAND + types)


@pytest.mark.parametrize("code", ["help", "/usr/bin", "/nothing", "//help", "/", "x /help"])
def test_other_code_stays_code(code: str) -> None:
    assert with_commands([paragraph(Code(code))]) == (paragraph(Code(code)),)


def test_lists_may_hold_what_people_wrote_so_only_code_counts_there() -> None:
    said = bullets(["they wrote /announce", inlines(Code("/help"), Text(" all of /help"))])
    (block,) = with_commands([said])
    assert block == bullets(["they wrote /announce", (Link((Code("/help"),), "command:/help"), Text(" all of /help"))])


@pytest.mark.parametrize("shape", [Bold, Italic])
def test_emphasis_is_looked_into(shape: type[Bold | Italic]) -> None:
    whole: Inline = shape(inlines("/help"))
    link: Inline = shape((Link((Text("/help"),), "command:/help"),))
    assert with_commands([paragraph(whole)]) == (paragraph(link),)


def test_details_are_looked_into() -> None:
    closed = Details(inlines("/help"), (paragraph("/help"),))
    (block,) = with_commands([closed])
    assert block == Details(inlines("/help"), (paragraph(Link((Text("/help"),), "command:/help")),))


@pytest.mark.parametrize(
    "block",
    [
        Quote((paragraph("/help"),)),
        CodeBlock("/help"),
        heading(1, "3 questions about /help"),
        paragraph(Link(inlines("/help"), "https://example.org/"), Math("/help")),
    ],
)
def test_quotations_titles_code_blocks_and_links_are_left_alone(block: Block) -> None:
    assert with_commands([block]) == (block,)
