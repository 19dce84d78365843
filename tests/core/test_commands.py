"""The command table: names that every platform takes, descriptions that fit, and words that find them."""

import re

import pytest

from bot.core.commands import COMMANDS, Where, find_command
from bot.core.errors import NOTHING_NEAR, Mistake
from bot.core.model import ChatKind, Language


def test_names_and_aliases_never_collide() -> None:
    names = [name for command in COMMANDS for name in (command.name, *command.aliases)]
    assert len(names) == len(set(names))


def test_names_are_what_telegram_and_discord_take() -> None:
    # https://core.telegram.org/bots/api#botcommand and Discord's CHAT_INPUT naming rule
    for command in COMMANDS:
        assert re.fullmatch(r"[a-z0-9_]{1,32}", command.name)
        for argument in command.arguments:
            assert re.fullmatch(r"[a-z0-9_]{1,32}", argument.name)


@pytest.mark.parametrize("language", Language)
def test_descriptions_fit_into_discords_hundred_characters(language: Language) -> None:
    for command in COMMANDS:
        assert 1 <= len(command.about(language)) <= 100
        for argument in command.arguments:
            assert 1 <= len(argument.about(language)) <= 100


def test_required_arguments_come_first() -> None:
    for command in COMMANDS:
        required = [argument.required for argument in command.arguments]
        assert required == sorted(required, reverse=True)


@pytest.mark.parametrize("word", ["random", "/random", " RANDOM ", "随机", "来一题"])
def test_a_command_is_found_by_name_alias_and_slash(word: str) -> None:
    assert find_command(word).name == "random"


@pytest.mark.parametrize(("word", "near"), [("radnom", "random"), ("subcribe", "subscribe"), ("订悦", "subscribe")])
def test_an_unknown_command_names_the_nearest(word: str, near: str) -> None:
    with pytest.raises(Mistake) as caught:
        find_command(word)
    assert caught.value.key == "command-unknown"
    assert caught.value.values["near"] == near


@pytest.mark.parametrize("word", ["frobnicate", "nonsense", "", "/", "x", "zzz", "你好世界", "x" * 1_000])
def test_a_word_unlike_every_command_names_none(word: str) -> None:
    with pytest.raises(Mistake) as caught:
        find_command(word)
    assert caught.value.values["near"] == NOTHING_NEAR


def test_a_huge_word_is_answered_quickly_and_cut() -> None:
    with pytest.raises(Mistake) as caught:
        find_command("x" * 1_000_000)
    assert len(str(caught.value.values["word"])) == 40


def test_usage_shows_what_is_required() -> None:
    assert find_command("question").usage(Language.EN) == "/question <id>"
    assert find_command("random").usage(Language.ZH) == "/random [topic] [difficulty]"


def test_operators_commands_stay_in_private_chats() -> None:
    assert not find_command("stats").where.covers(ChatKind.GROUP)
    assert Where.ANYWHERE.covers(ChatKind.CHANNEL)
