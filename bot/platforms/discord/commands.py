"""The command table as Discord's slash commands: localised, with choices and completion, synced when it changed.

Limits: https://docs.discord.com/developers/interactions/application-commands.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final

import discord

from bot.core.commands import COMMANDS, Argument, Command, Kind, Where, Who
from bot.core.model import Language
from bot.core.ports import Phrases, Store
from bot.platforms.discord.prose import clipped
from bot.platforms.discord.traditional import traditional

STRING: Final = 3
COMPLETED: Final = frozenset({Kind.TOPIC, Kind.TOPICS, Kind.QUESTION, Kind.ZONE, Kind.TIMES})
GUILD, BOT_DM, PRIVATE_CHANNEL = 0, 1, 2
TO_GUILD, TO_USER = 0, 1
MANAGE_GUILD: Final = discord.Permissions(manage_guild=True).value
LONGEST_WORDS: Final = 1000


def payload(phrases: Phrases, commands: Sequence[Command] = COMMANDS) -> list[dict[str, Any]]:
    """The table as Discord takes it."""
    return [_command(command, phrases) for command in commands]


def fingerprint(commands: Sequence[Mapping[str, Any]], place: str) -> str:
    """What changes exactly when the commands of a place do."""
    text = json.dumps([place, commands], ensure_ascii=False, sort_keys=True)
    return blake2b(text.encode(), digest_size=16).hexdigest()


def words_of(data: Mapping[str, Any]) -> str:
    """What was typed into a command's options, as words in the table's order."""
    given = {option["name"]: str(option["value"]).strip() for option in data.get("options", ())}
    known = [command for command in COMMANDS if command.name == data["name"]]
    names = [argument.name for command in known for argument in command.arguments]
    return " ".join(given[name] for name in names if given.get(name))


def focused_of(data: Mapping[str, Any]) -> tuple[Kind, str] | None:
    """What kind of argument is being typed, and how far; None if we complete no such argument."""
    typed = {option["name"]: str(option["value"]) for option in data.get("options", ()) if option.get("focused")}
    for command in COMMANDS:
        for argument in command.arguments:
            if command.name == data["name"] and argument.name in typed:
                return argument.kind, typed[argument.name]
    return None


async def sync(client: discord.Client, store: Store, phrases: Phrases, *, guild: str | None) -> bool:
    """Tell Discord the commands if they changed since the last time; returns whether it was told.

    With a `guild` they are told for that guild, where they show at once. Raises discord.DiscordException.
    """
    application, commands = client.application_id, payload(phrases)
    key, mark = f"discord/commands/{guild or ''}", fingerprint(commands, f"{application}")
    if application is None or await store.recall(key) == mark:
        return False
    http: Any = client.http
    if guild is None:
        await http.bulk_upsert_global_commands(application, payload=commands)
    else:
        await http.bulk_upsert_guild_commands(application, int(guild), payload=commands)
    await store.remember(key, mark)
    return True


def _command(command: Command, phrases: Phrases) -> dict[str, Any]:
    contexts = [BOT_DM] if command.where is Where.PRIVATE else [GUILD, BOT_DM, PRIVATE_CHANNEL]
    if command.who is Who.ADMIN:
        contexts = [GUILD, BOT_DM]
    chinese = next((name for name in command.aliases if not name.isascii()), command.name)
    return {
        "type": 1,
        "name": command.name,
        "name_localizations": _localised(chinese) if chinese != command.name else {},
        "description": command.en,
        "description_localizations": _localised(command.zh),
        "options": [_option(argument, phrases) for argument in command.arguments],
        "contexts": contexts,
        "integration_types": [TO_GUILD, TO_USER],
        "default_member_permissions": str(MANAGE_GUILD) if command.who is Who.ADMIN else None,
        "nsfw": False,
    }


def _option(argument: Argument, phrases: Phrases) -> dict[str, Any]:
    option: dict[str, Any] = {
        "type": STRING,
        "name": argument.name,
        "description": argument.en,
        "description_localizations": _localised(argument.zh),
        "required": argument.required,
    }
    if argument.choices:
        option["choices"] = [_choice(argument, value, phrases) for value in argument.choices]
    else:
        option["autocomplete"] = argument.kind in COMPLETED
        option["max_length"] = argument.longest or LONGEST_WORDS
    return option


def _choice(argument: Argument, value: str, phrases: Phrases) -> dict[str, Any]:
    key = {
        Kind.DIFFICULTY: f"difficulty-{value}",
        Kind.LANGUAGE: f"language-{value}",
        Kind.CHOICE: f"choice-{value}",
    }[argument.kind]
    return {
        "name": clipped(phrases.say(Language.EN, key), 100),
        "name_localizations": _localised(clipped(phrases.say(Language.ZH, key), 100)),
        "value": value,
    }


def _localised(chinese: str) -> dict[str, str]:
    return {"zh-CN": chinese, "zh-TW": traditional(chinese)}
