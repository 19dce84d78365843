"""What many chats get on one day, made once."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Final, Generic, TypeVar

V = TypeVar("V")

MOST: Final = 1_024


class Repeats(Generic[V]):
    """Remembers what was made lately of values that never change, told apart by who they are and not by what they say.

    A question's card is drawn and rendered in the same way for every chat that gets it, and comparing whole cards
    would cost as much as drawing them.
    """

    def __init__(self, most: int = MOST) -> None:
        """`most` things are remembered."""
        self._most: Final = most
        # The subject is kept as well, or another one could come to have its identity.
        self._made: Final[OrderedDict[tuple[int, Hashable], tuple[object, V]]] = OrderedDict()

    def find(self, subject: object, variant: Hashable) -> V | None:
        """What was made of this very subject in this variant; None if nothing was lately."""
        key = (id(subject), variant)
        found = self._made.get(key)
        if found is None:
            return None
        self._made.move_to_end(key)
        return found[1]

    def keep(self, subject: object, variant: Hashable, made: V) -> V:
        """Remember what was made; returns it."""
        self._made[id(subject), variant] = (subject, made)
        if len(self._made) > self._most:
            self._made.popitem(last=False)
        return made
