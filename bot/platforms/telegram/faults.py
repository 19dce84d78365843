"""What Telegram answers as the core's typed errors.

The sentences are those of the Bot API server; they are stable in practice though documented nowhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from telegram.error import (
    BadRequest,
    ChatMigrated,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
)

from bot.core.errors import (
    ChatGone,
    ChatMoved,
    MessengerError,
    NotAllowed,
    RateLimited,
    Rejected,
    ThreadGone,
    Unavailable,
    Unknown,
)

_GONE: Final = (
    "bot was blocked by the user",
    "bot was kicked",
    "bot is not a member",
    "user is deactivated",
    "chat not found",
    "bot can't initiate conversation",
    "bot can't send messages to bots",
    "group chat was deleted",
    "group chat was deactivated",
    "peer_id_invalid",
    "channel_private",
)
_NO_THREAD: Final = ("message thread not found", "topic_closed", "topic_deleted", "topic_id_invalid")
_NO_RIGHT: Final = (
    "not enough rights",
    "have no rights to send",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_admin_required",
    "chat_restricted",
    "chat_send_",
    "user_restricted",
    "bot is not an administrator",
    "bot_not_admin",
)
# About the person a message was meant for, who has left.
_NO_RECEIVER: Final = ("user_not_participant",)
_UNCHANGED: Final = "message is not modified"
# A quiz or a picture has no text: what is to be read instead of it needs a message of its own.
_GONE_MESSAGE: Final = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message to edit",
)

_STALE_QUERY: Final = ("query is too old", "query_id_invalid")


class NeverLeft(NetworkError):
    """The request surely did not reach Telegram: no connection, or a refusal before anything was written."""


class ServerFault(NetworkError):
    """Telegram's own side failed (5xx) and said so."""


class TooFast(TelegramError):
    """Telegram, or our own pace, asks for a pause.

    Attributes:
        pause: How long.
        everywhere: Whether the whole account has to pause, not one chat or method alone.
    """

    def __init__(self, pause: timedelta, *, everywhere: bool = False) -> None:
        super().__init__(f"Too many requests: retry after {pause.total_seconds():g} s")
        self.pause: Final = pause
        self.everywhere: Final = everywhere


class NoAnswer(NetworkError):
    """The request left and no answer came: Telegram may have acted on it."""


@contextmanager
def typed_errors() -> Iterator[None]:
    """Turn what the SDK raises into a MessengerError."""
    try:
        yield
    except TelegramError as error:
        raise typed(error) from None


def typed(error: TelegramError) -> MessengerError:
    """The error as the core knows it."""
    words = error.message
    if isinstance(error, TooFast):
        return RateLimited(words, retry_after=error.pause, everywhere=error.everywhere)
    if isinstance(error, ChatMigrated):
        return ChatMoved(words, new_chat_id=str(error.new_chat_id))
    if isinstance(error, Forbidden | BadRequest):
        return _refusal(words, forbidden=isinstance(error, Forbidden))
    if isinstance(error, NetworkError):
        return Unavailable(words) if isinstance(error, NeverLeft | ServerFault) else Unknown(words)
    if isinstance(error, InvalidToken) and not isinstance(error, EndPointNotFound):
        return Unavailable(f"Telegram does not accept the token: {words}")
    return Rejected(words)


def is_unchanged(error: TelegramError) -> bool:
    """Whether an edit failed only because the message reads like that already."""
    return _UNCHANGED in error.message.lower()


def is_gone_message(error: TelegramError) -> bool:
    """Whether there is no message any more that could be edited."""
    return any(words in error.message.lower() for words in _GONE_MESSAGE)


def is_stale_query(error: TelegramError) -> bool:
    """Whether a tap or an inline query came too late to be answered."""
    return any(words in error.message.lower() for words in _STALE_QUERY)


def is_about_the_text(error: TelegramError) -> bool:
    """Whether Telegram refused what the message says, and not the chat, the thread or the person it goes to."""
    if not isinstance(error, BadRequest) or is_stale_query(error):
        return False
    nobody = any(words in error.message.lower() for words in _NO_RECEIVER)
    return not nobody and isinstance(_refusal(error.message, forbidden=False), Rejected)


def _refusal(words: str, *, forbidden: bool) -> MessengerError:
    lower = words.lower()
    for kind, sentences in ((ThreadGone, _NO_THREAD), (NotAllowed, _NO_RIGHT), (ChatGone, _GONE)):
        if any(sentence in lower for sentence in sentences):
            return kind(words)
    # A new kind of "Forbidden" is about the chat, never about the text.
    return NotAllowed(words) if forbidden else Rejected(words)
