"""The operators' own chats, on whatever platforms they are."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import timedelta
from hashlib import blake2b
from typing import Final

import structlog

from bot.core.errors import QianmianError
from bot.core.markup import paragraph
from bot.core.model import ChatKind, ChatRef, Platform
from bot.core.ports import Lane, Messenger
from bot.core.replies import Post, Reply

_log: Final = structlog.stdlib.get_logger(__name__)

# A platform that asks for a long pause makes even a tap wait.
PATIENCE: Final = timedelta(seconds=30)


class OperatorChats:
    """Writes to every operator on every platform, one independent of the other, and without the database.

    Args:
        operators: They, as `platform:user_id`.
        messengers: How the bot speaks on each platform.
    """

    def __init__(self, operators: Collection[str], messengers: Sequence[Messenger]) -> None:
        by_platform = {messenger.platform: messenger for messenger in messengers}
        self._people: Final = [
            (by_platform[Platform(name)], user)
            for name, _, user in (operator.partition(":") for operator in sorted(operators))
            if name in by_platform
        ]

    async def tell(self, words: str) -> bool:
        """One message to each; whether anybody has it. Where there is nobody to tell, the log has to do."""
        if not self._people:
            return True
        return any(await asyncio.gather(*(self._reaches(messenger, user, words) for messenger, user in self._people)))

    async def _reaches(self, messenger: Messenger, user: str, words: str) -> bool:
        key = blake2b(words.encode(), digest_size=8).hexdigest()
        post = Post(
            chat=ChatRef(platform=messenger.platform, chat_id=user),
            reply=Reply(blocks=(paragraph(words),)),
            key=f"o{key}",
            kind=ChatKind.PRIVATE,
            to_person=True,
        )
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                await messenger.send(post, lane=Lane.TAP)
        except Exception as error:  # noqa: BLE001  # the others are to be told all the same
            unforeseen = None if isinstance(error, (QianmianError, TimeoutError)) else error
            why = str(error) or type(error).__name__
            _log.warning("operator not reached", operator=str(post.chat), why=why, exc_info=unforeseen)
            return False
        return True
