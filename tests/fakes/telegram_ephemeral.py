"""Who may show what to one person alone, by the rules of the Bot API (10.3).

Any bot may answer a tap or an ephemeral command within 15 seconds, and an administrator may speak at any time.
What answers a tap on a public message may stand in its place. Of the error texts only BOT_NOT_ADMIN has been seen in
the wild (in private chats too); Telegram documents none.
https://core.telegram.org/bots/api#ephemeral-messages-and-commands
"""

from dataclasses import dataclass
from typing import Final

from tests.fakes.telegram_world import Error, FakeChat, Json, Sent

WINDOW: Final = 15.0


@dataclass(frozen=True)
class Deed:
    """What somebody did that may be answered to them alone; `message` is what they tapped."""

    user: int
    chat: int
    at: float
    message: int = 0
    ephemeral: bool = False


def whisper(chat: FakeChat, sent: Sent, given: Json, deeds: dict[str, Deed], now: float) -> None:
    """Make a message that is being sent ephemeral, or refuse to."""
    wish = given.get("ephemeral_message_parameters")
    if wish is None:
        if "ephemeral_message_id" in given.get("reply_parameters", {}):
            raise Error(400, "Bad Request: a reply to an ephemeral message must be ephemeral")
        return
    receiver = _receiver(chat, sent, wish)
    deed = _answered(wish, given, deeds)
    fresh = deed is not None and (deed.user, deed.chat) == (receiver, chat.id) and now - deed.at <= WINDOW
    if not fresh and not chat.bot_is_admin:
        raise Error(400, "Bad Request: BOT_NOT_ADMIN")
    if wish.get("replace_callback_query_message"):
        _replace(sent, given, deed if fresh else None)
    sent.receiver = receiver


def _receiver(chat: FakeChat, sent: Sent, wish: Json) -> int:
    if set(wish) - {"receiver_user_id", "callback_query_id", "replace_callback_query_message"}:
        raise Error(400, "Bad Request: can't parse ephemeral message parameters")
    if chat.type not in {"group", "supergroup"}:
        raise Error(400, "Bad Request: BOT_NOT_ADMIN")
    if sent.force_reply:
        raise Error(400, "Bad Request: ephemeral messages can't force a reply")
    receiver = int(wish["receiver_user_id"])
    if chat.members.get(receiver) in {"left", "kicked"}:
        raise Error(400, "Bad Request: USER_NOT_PARTICIPANT")
    return receiver


def _answered(wish: Json, given: Json, deeds: dict[str, Deed]) -> Deed | None:
    if "callback_query_id" in wish:
        return deeds.get(wish["callback_query_id"])
    return deeds.get(f"command {given.get('reply_parameters', {}).get('ephemeral_message_id')}")


def _replace(sent: Sent, given: Json, deed: Deed | None) -> None:
    if deed is None or deed.ephemeral:
        raise Error(400, "Bad Request: QUERY_ID_INVALID")
    if "message_thread_id" in given or "reply_parameters" in given:
        # With these it becomes a message of its own.
        return
    sent.replaces = deed.message
