"""`qianmian ask`: one question in the terminal, the answer after Enter."""

import textwrap
from collections.abc import Iterator

from bot.catalog.source import FolderBankSource, default_folder
from bot.config import Settings
from bot.core import cards
from bot.core.errors import Mistake
from bot.core.formulas import as_unicode
from bot.core.markup import (
    Block,
    CodeBlock,
    Details,
    Divider,
    Heading,
    ItemList,
    Math,
    MathBlock,
    Paragraph,
    Quote,
    Table,
    plain,
)
from bot.core.model import Stage
from bot.core.questions import draw
from bot.core.requests import Voice
from bot.locales import FluentPhrases

WIDTH = 88


def ask(settings: Settings, *, topic: str | None, now: str) -> int:
    """Print a question, wait for Enter, print the answer; raises Mistake for an unknown topic."""
    phrases = FluentPhrases()
    folder = settings.content or default_folder()
    bank = FolderBankSource(folder, phrases=phrases, language=settings.language).load_now()
    questions = bank.in_topic(bank.find_topic(topic).slug) if topic else bank.questions
    if not questions:
        raise Mistake("nothing-matches")
    question = questions[draw(now, len(questions))]
    voice = Voice(phrases, settings.language)
    show(cards.card(voice, bank, question).blocks)
    try:
        input(f"\n[{voice('terminal-enter')}] ")
    except EOFError:
        print()
    show(cards.card(voice, bank, question, Stage.FOLLOWUPS, question_above=True).blocks[1:])
    return 0


def show(blocks: tuple[Block, ...]) -> None:
    """Print blocks as plain text, formulas with Unicode."""
    for block in blocks:
        print()
        for line in _lines(block):
            print(line)


def _lines(block: Block) -> Iterator[str]:  # noqa: C901  # one case per kind of block; mypy proves it whole
    match block:
        case Heading(_, _):
            yield plain(block)
            yield "─" * min(WIDTH, 2 * len(plain(block)))
        case Paragraph(_):
            yield from _wrapped(_words(block))
        case CodeBlock(code, _):
            yield from (f"    {line}" for line in code.splitlines())
        case MathBlock(latex):
            yield f"    {as_unicode(latex)}"
        case ItemList(items, start):
            for number, item in enumerate(items, start or 0):
                mark = "•" if start is None else f"{number}."
                inner = [line for child in item for line in _lines(child)]
                yield from (f"{mark if index == 0 else '':<2} {line}" for index, line in enumerate(inner))
        case Quote(children):
            yield from (f"│ {line}" for child in children for line in _lines(child))
        case Details(summary, children, _):
            yield f"【{''.join(plain(part) for part in summary)}】"
            for child in children:
                yield from _lines(child)
                yield ""
        case Table(_, _, _):
            yield from plain(block).splitlines()
        case Divider():
            yield "─" * WIDTH


def _words(paragraph: Paragraph) -> str:
    return "".join(as_unicode(part.latex) if isinstance(part, Math) else plain(part) for part in paragraph.inlines)


def _wrapped(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from textwrap.wrap(line, WIDTH) or [""]
