"""Passes for people whom a server lets run the commands for managers without giving them a manager's permissions.

Server admins may hand `/subscribe` and `/settings` to a role (Server Settings, Integrations). Discord checks that when
the command is run and tells us nothing of it with the taps that follow. So what we draw in answer to such a command
carries a pass: a mark, made with a key that only we have, that Discord let this person manage this chat at that hour.
It stands in the custom ids and is handed on from page to page as it is, never made anew by a tap: after some hours the
person runs the command again, and Discord decides again. Nothing is stored, so a restart changes nothing.

Custom ids are no secret, hence the mark is bound to the person and the chat: in anybody else's hands, or elsewhere, it
opens nothing. Neither does one that was made up.
"""

import hmac
from datetime import datetime
from hashlib import blake2b
from typing import Final

from bot.core.model import ChatRef, LearnerRef

HOURS: Final = 12
"""How long a pass holds at least: a panel is seldom open longer, and a role may be taken away."""
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_HOUR: Final = 3600  # seconds


class Passes:
    """Gives out passes and looks at them. The key comes from the bot's token, so it outlives a restart."""

    def __init__(self, token: str) -> None:
        self._key: Final = blake2b(token.encode(), digest_size=32, person=b"qianmian-pass").digest()

    def issue(self, learner: LearnerRef, chat: ChatRef, now: datetime) -> str:
        """A pass for this person in this chat: lower-case letters, digits and one dot, at most 24 characters."""
        hour = int(now.timestamp()) // _HOUR
        return f"{_base36(hour)}.{self._mark(learner, chat, hour)}"

    def holds(self, shown: str, learner: LearnerRef, chat: ChatRef, now: datetime) -> bool:
        """Whether it is a pass of ours for this person in this chat, at most some hours old."""
        head, _, mark = shown.partition(".")
        try:
            hour = int(head, 36)
        except ValueError:
            return False
        age = int(now.timestamp()) // _HOUR - hour
        return 0 <= age <= HOURS and hmac.compare_digest(mark.encode(), self._mark(learner, chat, hour).encode())

    def _mark(self, learner: LearnerRef, chat: ChatRef, hour: int) -> str:
        what = f"{learner}|{chat}|{hour}".encode()
        digest = blake2b(what, key=self._key, digest_size=10).digest()
        return _base36(int.from_bytes(digest, "big"))


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
