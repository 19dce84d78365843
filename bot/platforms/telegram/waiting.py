"""Showing that something is on its way, only when it takes long enough to wonder."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

WONDER_AFTER: Final = 1.0
"""Seconds after which people wonder whether anything happens."""


@asynccontextmanager
async def patiently(
    bot: Bot, chat: int, thread: int | None = None, *, after: float = WONDER_AFTER
) -> AsyncIterator[None]:
    """Show "typing" in a chat while what happens inside takes longer than `after` seconds."""
    task = asyncio.create_task(_tell(bot, chat, thread, after))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _tell(bot: Bot, chat: int, thread: int | None, after: float) -> None:
    await asyncio.sleep(after)
    with suppress(TelegramError):
        await bot.send_chat_action(chat, ChatAction.TYPING, message_thread_id=thread)
