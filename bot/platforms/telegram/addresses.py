"""Where messages go and where they are."""

from dataclasses import dataclass, replace
from typing import Any

from telegram import ReplyParameters

from bot.core.replies import Button
from bot.platforms.telegram.newer import Ephemeral


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a message goes, and how it is posted there.

    `thread` is None in General and outside forums. `mention` is the HTML that names whom a prompt is for.
    """

    chat: int
    thread: int | None = None
    silent: bool = False
    protected: bool = False
    classic: bool = False
    paid: bool = False
    anonymous: bool = False
    reply_to: int | None = None
    ephemeral: Ephemeral | None = None
    mention: str = ""

    def parameters(self) -> dict[str, Any]:
        """The parameters every method that sends shares."""
        reply_to = self.reply_to
        # What takes the place of another message is where that one is; with a thread it would be a message of its own.
        in_place = self.ephemeral is not None and self.ephemeral.in_place
        return {
            "message_thread_id": None if in_place else self.thread,
            # What one person alone sees answers them; a server that does not know that must not ring for everybody.
            "disable_notification": self.silent or self.ephemeral is not None or None,
            "protect_content": self.protected or None,
            "allow_paid_broadcast": self.paid or None,
            "reply_parameters": ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to else None,
        }

    def newer(self) -> dict[str, Any]:
        """Those of them that the SDK does not know."""
        return {} if self.ephemeral is None else self.ephemeral.parameters()

    def following(self) -> "Address":
        """Where further messages of the same reply go: below the first."""
        ephemeral = None if self.ephemeral is None else replace(self.ephemeral, in_place=False)
        return replace(self, reply_to=None, ephemeral=ephemeral)

    def below(self, message: int) -> "Address":
        """Where pictures of a message go, without a sound of their own."""
        return replace(self, reply_to=message, silent=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A message that is there: where, and which; `inline_id` alone for one posted through inline mode.

    One that a person alone sees has an `ephemeral` id in place of a message id, and that person as `receiver`; `query`
    is the tap on it that is being answered. `classic` and `protected` are what the chat's plan says of its messages.
    `rest` leads to all of what a message posted through inline mode has no room for.
    """

    chat: int = 0
    message: int = 0
    thread: int | None = None
    classic: bool = False
    protected: bool = False
    inline_id: str | None = None
    receiver: int | None = None
    ephemeral: int | None = None
    query: str | None = None
    rest: Button | None = None

    def beside(self) -> Address:
        """Where messages go that its own growing takes: without a sound, to the same person if one alone sees it."""
        ephemeral = None if self.receiver is None else Ephemeral(receiver=self.receiver, query=self.query)
        return Address(
            chat=self.chat,
            thread=self.thread,
            silent=True,
            protected=self.protected,
            classic=self.classic,
            ephemeral=ephemeral,
        )
