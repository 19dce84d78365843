"""Command menus from the command table: per scope and language, sent when they have changed."""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Final

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)

from bot.core.commands import COMMANDS, Audience, Command, Where, Who
from bot.core.model import Language
from bot.core.ports import Store
from bot.platforms.telegram.newer import ephemeral_command

_NAME: Final = re.compile(r"[a-z0-9_]{1,32}\Z")
_KEY: Final = "telegram:menus"

Menu = tuple[BotCommandScope, str | None, Sequence[BotCommand]]


def menus(default: Language) -> list[Menu]:
    """Every menu: a scope, a language (None for all others) and its commands."""
    scopes: tuple[tuple[BotCommandScope, Where, frozenset[Who]], ...] = (
        (BotCommandScopeAllPrivateChats(), Where.PRIVATE, frozenset({Who.ANYONE, Who.ADMIN})),
        (BotCommandScopeAllGroupChats(), Where.GROUP, frozenset({Who.ANYONE})),
        (BotCommandScopeAllChatAdministrators(), Where.GROUP, frozenset({Who.ANYONE, Who.ADMIN})),
    )
    languages = ((None, default), *((language.value, language) for language in Language))
    return [
        (scope, code, [_entry(command, language, where) for command in COMMANDS if _shown(command, where, who)])
        for scope, where, who in scopes
        for code, language in languages
    ]


async def sync_menus(bot: Bot, store: Store, default: Language) -> bool:
    """Send the menus if they differ from those sent last; whether they did. Raises the SDK's errors."""
    wanted = menus(default)
    print_ = _fingerprint(bot.id, wanted)
    if await store.recall(_KEY) == print_:
        return False
    for scope, code, commands in wanted:
        await bot.set_my_commands(commands, scope=scope, language_code=code)
    await store.remember(_KEY, print_)
    return True


def _shown(command: Command, where: Where, who: frozenset[Who]) -> bool:
    return bool(command.where & where) and command.who in who and _NAME.match(command.name) is not None


def _entry(command: Command, language: Language, where: Where) -> BotCommand:
    aside = where is not Where.PRIVATE and command.audience is not Audience.EVERYBODY
    return (ephemeral_command if aside else BotCommand)(command.name, command.about(language))


def _fingerprint(bot_id: int, wanted: Sequence[Menu]) -> str:
    rows = [[scope.type, code, [c.to_dict() for c in commands]] for scope, code, commands in wanted]
    return f"{bot_id}:{hashlib.blake2b(json.dumps(rows).encode(), digest_size=16).hexdigest()}"
