"""A folder becomes a bank, or a list of sentences that say why not."""

from pathlib import Path

import pytest

from bot.catalog.source import FolderBankSource, default_folder
from bot.core.errors import BadContent
from bot.core.model import Language
from bot.locales import FluentPhrases
from tests.fakes.content import ContentFolder


def source(folder: Path, language: Language = Language.EN) -> FolderBankSource:
    return FolderBankSource(folder, phrases=FluentPhrases(), language=language)


async def test_a_folder_is_loaded(content: ContentFolder) -> None:
    content.question()
    bank = await source(content.path).load()
    assert [question.id for question in bank.questions] == ["lora-merge"]


async def test_warnings_do_not_stop_a_load(content: ContentFolder) -> None:
    content.question()
    content.write("lora/notes.txt", "words")
    assert len((await source(content.path).load()).questions) == 1


async def test_every_error_is_one_line_with_its_place(content: ContentFolder) -> None:
    content.question("lora-merge", ("difficulty: medium", "difficulty: x"), ("as_of: 2026-11", "as_of: soon"))
    content.question("lora-two")
    with pytest.raises(BadContent) as raised:
        await source(content.path).load()
    first, second = str(raised.value).splitlines()
    assert first == "content/lora/lora-merge.md:3: “x” is no difficulty; write easy, medium or hard."
    assert second.startswith("content/lora/lora-merge.md:7: as_of is “soon”")


async def test_the_operators_language_is_spoken(content: ContentFolder) -> None:
    content.question("lora-merge", ("difficulty: medium", "difficulty: x"))
    content.question("lora-two")
    with pytest.raises(BadContent, match="不是难度"):
        await source(content.path, Language.ZH).load()


async def test_a_folder_without_questions_is_refused(content: ContentFolder) -> None:
    with pytest.raises(BadContent, match="no questions"):
        await source(content.path).load()


def test_the_checkout_brings_its_own_content() -> None:
    assert (default_folder() / "topics.yaml").is_file()
    assert default_folder().name == "content"


async def test_a_bank_just_loaded_can_be_searched_at_once(content: ContentFolder) -> None:
    content.question()
    bank = await source(content.path).load()
    assert [question.id for question in bank.search("merged")] == ["lora-merge"]
