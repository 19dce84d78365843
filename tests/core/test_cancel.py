"""Leaving a prompt unanswered."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.core.actions import Ask, AskFor, encode
from bot.core.model import Language
from bot.core.replies import Placement
from bot.core.typed import CANCEL_WORDS
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import Person

SAID = {
    Language.EN: ("Cancelled; everything stays as it was.", "There is nothing to cancel."),
    Language.ZH: ("已取消，一切照旧。", "没有需要取消的操作。"),
}


async def _ask(person: Person) -> None:
    await person.sends(encode(AskFor(what=Ask.TIMES)))
    assert person.seen.prompt is not None
    await person.service.expect(person.request(), person.seen.prompt)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("word", sorted(CANCEL_WORDS))
async def test_a_word_leaves_what_was_asked(ada: Person, store: MemoryStore, word: str, language: Language) -> None:
    ada.language = language
    await ada.types("/subscribe 9:30 Berlin")
    before = store.subscriptions[ada.chat].plan
    await _ask(ada)
    assert await ada.types(f" {word.upper()} ") == SAID[language][0]
    assert ada.last.placement is Placement.PRIVATE
    assert await store.asked(ada.chat, ada.learner, take=False) is None
    assert store.subscriptions[ada.chat].plan == before


@pytest.mark.parametrize("language", Language)
async def test_with_nothing_asked_there_is_nothing_to_cancel(ada: Person, language: Language) -> None:
    ada.language = language
    assert await ada.types("/cancel") == SAID[language][1]
    await _ask(ada)
    await ada.types("/cancel")
    assert await ada.types("/cancel") == SAID[language][1]


async def test_after_it_text_is_searched_for_again(ada: Person) -> None:
    await _ask(ada)
    await ada.types("取消")
    assert "about “lora”" in await ada.types("lora")


async def test_in_company_nobody_cancels_for_another(member: Callable[[str], Person], store: MemoryStore) -> None:
    boss, ben = member("boss"), member("ben")
    await _ask(boss)
    assert await ben.types("/cancel") == SAID[Language.EN][1]
    assert await store.asked(boss.chat, boss.learner, take=False) is not None
    assert await boss.types("/cancel") == SAID[Language.EN][0]


async def test_a_command_leaves_what_was_asked(ada: Person) -> None:
    await _ask(ada)
    await ada.types("/random")
    assert "about “lora”" in await ada.types("lora")


async def test_what_was_asked_an_hour_ago_is_not_answered_by_chance(ada: Person) -> None:
    await _ask(ada)
    ada.clock.advance(timedelta(hours=1))
    assert "about “lora”" in await ada.types("lora")
