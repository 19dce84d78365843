"""The sentences are whole: same keys and variables in both languages, all used, none unknown."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor

from bot.core.errors import NOTHING_NEAR
from bot.core.model import Language
from bot.locales import FluentPhrases

BOT = Path(__file__).parents[2] / "bot"
KEY = re.compile(r"[a-z]+(?:-[a-z0-9]+)*\Z")
HYPHENED = re.compile(r"[a-z]+(?:-[a-z0-9]+)+\Z")
# What speaks, and the shape that a key handed to it has; logs and fields are no keys.
SPEAKERS = {"say": KEY, "Mistake": KEY, "error": HYPHENED, "warning": HYPHENED, "_wrong": HYPHENED, "_report": HYPHENED}
# An f-string may make a key if it says at least this much of it.
ENOUGH = 3


class References(Visitor):
    """Collects the variables and messages that a pattern mentions."""

    def __init__(self) -> None:
        self.variables: set[str] = set()
        self.messages: set[str] = set()

    def visit_VariableReference(self, node: ftl.VariableReference) -> None:  # noqa: N802  (Fluent's naming)
        self.variables.add(node.id.name)

    def visit_MessageReference(self, node: ftl.MessageReference) -> None:  # noqa: N802
        self.messages.add(node.id.name)


def messages(language: Language) -> Iterator[ftl.Message]:
    for path in sorted((BOT / "locales" / language).glob("*.ftl")):
        for entry in FluentParser().parse(path.read_text(encoding="utf-8")).body:
            assert not isinstance(entry, ftl.Junk), f"{path.name}: {entry.content}"
            if isinstance(entry, ftl.Message):
                yield entry


def references(message: ftl.Message) -> References:
    found = References()
    found.visit(message)
    return found


@cache
def literals() -> frozenset[str]:
    """Every string in the code that looks like a key, and every f-string that may make one, with NUL for values."""
    found: set[str] = set()
    for path in BOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.match(node.value):
                found.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = (part.value if isinstance(part, ast.Constant) else "\0" for part in node.values)
                found.add("".join(map(str, parts)))
    return frozenset(found)


def makes(key: str) -> bool:
    """Whether some f-string of the code can make this key."""
    made = (text.split("\0") for text in literals() if "\0" in text)
    return any(re.fullmatch(".+".join(map(re.escape, parts)), key) for parts in made if sum(map(len, parts)) >= ENOUGH)


def spoken_keys() -> Iterator[tuple[str, str]]:
    """The literal keys handed to what speaks, with where that is done; a key is the first or second argument."""
    for path in BOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                shape = SPEAKERS.get(name)
                for argument in node.args[:2] if shape else ():
                    if shape and isinstance(argument, ast.Constant) and shape.match(str(argument.value)):
                        yield str(argument.value), f"{path.relative_to(BOT.parent)}:{node.lineno}"


def test_a_key_is_said_once_per_language() -> None:
    for language in Language:
        keys = [message.id.name for message in messages(language)]
        assert sorted(set(keys)) == sorted(keys)


def test_both_languages_have_the_same_keys() -> None:
    zh, en = ({message.id.name for message in messages(language)} for language in Language)
    assert zh == en


def test_both_languages_mention_the_same_variables() -> None:
    # A value that is said differently in each language comes as `name_zh` and `name_en`.
    zh, en = (
        {
            message.id.name: {name.removesuffix(f"_{language}") for name in references(message).variables}
            for message in messages(language)
        }
        for language in Language
    )
    assert zh == en


def test_every_sentence_is_used() -> None:
    mentioned = {name for message in messages(Language.EN) for name in references(message).messages}
    keys = {message.id.name for message in messages(Language.EN)}
    assert [key for key in sorted(keys - literals() - mentioned) if not makes(key)] == []


def test_every_spoken_key_exists() -> None:
    known = {message.id.name for message in messages(Language.EN)}
    assert [(key, where) for key, where in spoken_keys() if key not in known] == []


def test_values_are_put_in() -> None:
    said = FluentPhrases().say(Language.EN, "topic-unknown", word="rang", near="rag", near_zh="检索", near_en="RAG")
    assert said == "There is no topic “rang”. Did you mean RAG?"


def test_the_other_language_says_it_too() -> None:
    said = FluentPhrases().say(Language.ZH, "topic-unknown", word="rang", near="rag", near_zh="检索", near_en="RAG")
    assert said == "没有“rang”这个主题。是不是想找“检索”？"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("key", "points_to"), [("topic-unknown", "/topics"), ("question-unknown", "/topics"), ("command-unknown", "/help")]
)
def test_what_nothing_is_near_is_answered_without_a_guess(language: Language, key: str, points_to: str) -> None:
    said = FluentPhrases().say(language, key, word="nonsense", near=NOTHING_NEAR)
    assert points_to in said
    assert not any(guess in said for guess in ("none", "nearest", "mean", "最接近", "是想", "是不是"))


def test_numbers_have_no_thousands_separators() -> None:
    said = FluentPhrases().say(Language.EN, "check-question-long", length=12345, limit=200)
    assert "12345" in said


def test_numbers_choose_the_plural() -> None:
    phrases = FluentPhrases()
    assert phrases.say(Language.EN, "check-summary", errors=1, warnings=2) == "1 error, 2 warnings."


def test_an_unknown_key_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        FluentPhrases().say(Language.EN, "no-such-key")


def test_a_missing_value_is_named() -> None:
    with pytest.raises(ValueError, match="topic-unknown"):
        FluentPhrases().say(Language.EN, "topic-unknown", word="x")


def test_a_message_without_a_sentence_is_a_key_error(tmp_path: Path) -> None:
    for language in Language:
        (tmp_path / language).mkdir()
        (tmp_path / language / "x.ftl").write_text("odd =\n    .attribute = text\n", encoding="utf-8")
    with pytest.raises(KeyError):
        FluentPhrases(tmp_path).say(Language.EN, "odd")
