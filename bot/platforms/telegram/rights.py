"""Who may change a chat's plan: looked up at Telegram, remembered for a minute."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

import structlog
from telegram import Bot
from telegram.constants import ChatMemberStatus
from telegram.error import BadRequest, Forbidden, TelegramError
from typing_extensions import override

from bot.core.errors import Mistake
from bot.core.model import ChatRef, LearnerRef
from bot.core.ports import Clock, Rights

_log: Final = structlog.stdlib.get_logger(__name__)
_ADMINS: Final = frozenset({ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR})
_KEPT: Final = 5_000
REMEMBERED: Final = timedelta(minutes=1)


class TelegramRights(Rights):
    """Admins of groups and channels, anonymous ones and the linked channel included.

    In a private chat everybody is their own admin. What Telegram refuses to tell is no right; what it could
    not be asked about is not remembered.
    """

    def __init__(self, *, bot: Bot, clock: Clock) -> None:
        self._bot: Final = bot
        self._clock: Final = clock
        self._known: Final[OrderedDict[tuple[str, str], tuple[bool, datetime]]] = OrderedDict()

    @override
    async def may_manage(self, learner: LearnerRef, chat: ChatRef) -> bool:
        # A chat that speaks in its own name is an anonymous admin; a person's own chat has their id.
        if learner.user_id == chat.chat_id:
            return True
        key, now = (chat.chat_id, learner.user_id), self._clock.now()
        known = self._known.get(key)
        if known is not None and known[1] > now:
            return known[0]
        allowed = await self._look_up(*key)
        self._known[key] = (allowed, now + REMEMBERED)
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return allowed

    def forget(self, chat_id: str) -> None:
        """Look up again: somebody's rights in this chat have changed."""
        for key in [key for key in self._known if key[0] == chat_id]:
            del self._known[key]

    async def _look_up(self, chat_id: str, who: str) -> bool:
        try:
            if who.startswith("-"):
                linked = (await self._bot.get_chat(int(chat_id))).linked_chat_id
                return linked is not None and str(linked) == who
            return (await self._bot.get_chat_member(int(chat_id), int(who))).status in _ADMINS
        except (BadRequest, Forbidden, ValueError) as error:
            _log.info("Telegram does not tell of somebody's rights", chat=chat_id, learner=who, why=str(error))
            return False
        except TelegramError as error:
            _log.warning("rights could not be looked up", chat=chat_id, learner=who, why=error.message)
            raise Mistake("rights-unknown") from None
