"""What Telegram checks of polls, pictures and the messages that bots may not see, in its own words where known."""

from typing import Any, Final

from tests.fakes.telegram_world import BOT_ID, Error, FakeChat, Json

_PICTURES: Final = (b"\x89PNG", b"\xff\xd8\xff")
_SERVICE: Final = frozenset({"migrate_to_chat_id", "migrate_from_chat_id", "new_chat_members", "left_chat_member"})


def check_poll(chat: FakeChat, given: Json) -> None:
    """A poll within its limits; a quiz with a right answer that is one of its options.

    https://core.telegram.org/bots/api#sendpoll
    """
    options = [option["text"] for option in given["options"]]
    if not 1 <= len(given["question"]) <= 300 or any(not 1 <= len(option) <= 100 for option in options):
        raise Error(400, "Bad Request: poll question or option is too long")
    if not 1 <= len(options) <= 12:
        raise Error(400, "Bad Request: poll can't have more than 12 options")
    if len(given.get("explanation", "")) > 200 or given.get("explanation", "").count("\n") > 2:
        raise Error(400, "Bad Request: poll explanation is too long")
    right = given.get("correct_option_ids", [])
    if given.get("type") == "quiz" and not right:
        raise Error(400, "Bad Request: quiz poll must have a correct option")
    if right != sorted(set(right)) or any(not 0 <= id_ < len(options) for id_ in right):
        raise Error(400, "Bad Request: wrong correct option ID specified")
    if chat.type == "channel" and not given.get("is_anonymous", True):
        raise Error(400, "Bad Request: non-anonymous polls can't be sent to channel chats")


def check_picture(picture: Any, known: set[str]) -> None:
    """A picture that is one, or the id of one that this bot has sent before."""
    if isinstance(picture, bytes):
        if not picture.startswith(_PICTURES):
            raise Error(400, "Bad Request: IMAGE_PROCESS_FAILED")
    elif picture not in known:
        raise Error(400, "Bad Request: wrong file identifier/HTTP URL specified")


def in_album(item: Json, given: Json) -> Any:
    """The picture of one place in an album: what was uploaded along, or the id of a known one."""
    if item.get("type") != "photo":
        raise Error(400, "Bad Request: can't parse InputMedia: type must be photo here")
    media = str(item["media"])
    return given.get(media[9:]) if media.startswith("attach://") else media


def is_hidden(chat: FakeChat, message: Json) -> bool:
    """Whether privacy mode keeps a message in a group from the bot.

    It sees commands, replies to it, what was posted through its inline mode, and services.
    https://core.telegram.org/bots/features#privacy-mode
    """
    if chat.type not in {"group", "supergroup"} or chat.bot_is_admin or chat.members.get(BOT_ID) == "administrator":
        return False
    command, *_ = str(message.get("text") or message.get("caption") or "-").split(maxsplit=1) or ["-"]
    meant = command.startswith("/") and command.lower().partition("@")[2] in {"", "qianmian_bot"}
    above = message.get("reply_to_message", {}).get("from", {}).get("id") == BOT_ID
    found = message.get("via_bot", {}).get("id") == BOT_ID
    return not (meant or above or found or _SERVICE & message.keys())
