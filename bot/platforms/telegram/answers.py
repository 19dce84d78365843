"""Which message answered which: a command that its author edits changes its answer, and does not get another."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final, TypeVar

from telegram import Message

from bot.platforms.telegram.addresses import Shown

_KEPT: Final = 2_000
EDITED_WITHIN: Final = timedelta(minutes=5)
"""Until when the edit of a message that is not known, as after a restart, may still be a command."""

_Key = tuple[int, int]
_Value = TypeVar("_Value")


class Answers:
    """Remembers the latest commands, by their words, and the messages that answered them where those can change."""

    def __init__(self) -> None:
        self._words: Final[OrderedDict[_Key, str]] = OrderedDict()
        self._shown: Final[OrderedDict[_Key, Shown]] = OrderedDict()

    def is_news(self, message: Message, now: datetime) -> bool:
        """Whether a command is to be run: not again for an edit that changed no word of it. Notes its words.

        Telegram reports edits that nobody made, for "changes to message fields that are either unavailable or not
        actively used by your bot". https://core.telegram.org/bots/api#update
        """
        key, words = _key(message), words_of(message)
        before = self._words.get(key)
        if message.edit_date is not None:
            if before is None and now - message.date > EDITED_WITHIN:
                return False
            if before == words:
                return False
        _put(self._words, key, words)
        return True

    def keep(self, message: Message, shown: Shown) -> None:
        """This answered that."""
        _put(self._shown, _key(message), shown)

    def of(self, message: Message) -> Shown | None:
        """What answered the message before it was edited; None for a new one."""
        return None if message.edit_date is None else self._shown.get(_key(message))


def words_of(message: Message) -> str:
    """What somebody wrote, also below a picture."""
    return message.text or message.caption or ""


def _key(message: Message) -> _Key:
    return message.chat.id, message.message_id


def _put(kept: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    kept[key] = value
    if len(kept) > _KEPT:
        kept.popitem(last=False)
