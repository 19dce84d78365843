"""What can go wrong, as types: mistakes of people, and what platforms and storage answer."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

NOTHING_NEAR: Final = "none"
"""What `near` holds when no known name looks like the wrong word; sentences in `bot/locales` select on it."""


class QianmianError(Exception):
    """The root of every error this package raises on purpose."""


class Mistake(QianmianError):
    """Somebody asked for something that cannot be; `key` names the sentence that says so.

    Attributes:
        key: The id of a message in `bot/locales`.
        values: What the message mentions: the wrong words, an example, the nearest match.
    """

    def __init__(self, key: str, /, **values: str | int) -> None:
        super().__init__(key)
        self.key: Final = key
        self.values: Final[Mapping[str, str | int]] = values


class StaleAction(QianmianError):
    """A button's data could not be read: of an older version, cut short, or forged."""


class NotPermitted(QianmianError):
    """The person may not do this here; the plan of a group belongs to its admins."""


class CannotStart(QianmianError):
    """The bot cannot begin here and now, such as on a port that is taken; the message says what to do."""


class BadContent(QianmianError):
    """The content folder cannot be loaded; the message lists what is wrong, one line each."""


class StoreError(QianmianError):
    """The database cannot be used: locked, read-only, full, corrupt, or newer than this code."""


class Withdrawn(QianmianError):
    """What was about to be sent is not wanted any more: its announcement was stopped."""


class MessengerError(QianmianError):
    """A platform did not take a message. The subclass says what follows from it."""


class ChatGone(MessengerError):
    """The chat is closed to the bot: blocked, kicked or deleted. Its subscription ends."""


class ChatMoved(MessengerError):
    """The chat has a new id (a Telegram group became a supergroup).

    Attributes:
        new_chat_id: Where it lives now.
    """

    def __init__(self, message: str, /, *, new_chat_id: str) -> None:
        super().__init__(message)
        self.new_chat_id: Final = new_chat_id


class ThreadGone(MessengerError):
    """The forum topic or thread is closed or deleted, while the chat around it lives.

    Attributes:
        deleted: Whether it surely never opens again, so that its own plan ends.
    """

    def __init__(self, message: str, /, *, deleted: bool = False) -> None:
        super().__init__(message)
        self.deleted: Final = deleted


class NotAllowed(MessengerError):
    """The bot lacks a right in this chat: an admin is told once, and it is tried again daily."""


class RateLimited(MessengerError):
    """The platform asks for a pause.

    Attributes:
        retry_after: How long, to the letter.
        everywhere: Whether the whole account has to pause, not this chat alone.
    """

    def __init__(self, message: str, /, *, retry_after: timedelta, everywhere: bool = False) -> None:
        super().__init__(message)
        self.retry_after: Final = retry_after
        self.everywhere: Final = everywhere


class Unavailable(MessengerError):
    """The platform could not be reached, so the message surely never left: try again later."""


class Unknown(MessengerError):
    """The outcome is unknown: the message may have arrived (a timeout, a reset after sending)."""


class Rejected(MessengerError):
    """The platform refused the message itself: our own fault, logged whole, not tried again."""
