"""Which message answered which: a command that its author edits changes its answer, and does not get another."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from telegram import Message

from bot.platforms.telegram.addresses import Shown

_KEPT: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The words that were answered, and the message that did."""

    words: str
    shown: Shown


class Answers:
    """Remembers the latest answers; losing one costs a further message where somebody edits an old command."""

    def __init__(self) -> None:
        self._answers: Final[OrderedDict[tuple[int, int], Answer]] = OrderedDict()

    def keep(self, message: Message, shown: Shown) -> None:
        """This answered that."""
        self._answers[message.chat.id, message.message_id] = Answer(words=words_of(message), shown=shown)
        if len(self._answers) > _KEPT:
            self._answers.popitem(last=False)

    def of(self, message: Message) -> Answer | None:
        """What answered the message before it was edited; None for a new one."""
        if message.edit_date is None:
            return None
        return self._answers.get((message.chat.id, message.message_id))


def words_of(message: Message) -> str:
    """What somebody wrote, also below a picture."""
    return message.text or message.caption or ""
