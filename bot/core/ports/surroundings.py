"""What every use case may need: the time, words in two languages, pictures."""

from datetime import datetime
from typing import Protocol

from bot.core.model import Language


class Clock(Protocol):
    """The one place where the time is read."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        ...


class Phrases(Protocol):
    """What the bot itself says, in every language."""

    def say(self, language: Language, key: str, /, **values: str | int) -> str:
        """The sentence of that key with the values put in; raises KeyError for an unknown key."""
        ...


class Painter(Protocol):
    """Draws what a platform cannot write."""

    @property
    def version(self) -> str:
        """Another one whenever a formula would look different: pictures that others keep are told apart by it."""
        return ""

    async def formula(self, latex: str, *, dark: bool = False) -> bytes:
        """A block formula as a crisp PNG, for a light or a dark background; drawn once and remembered.

        Raises ValueError for what cannot be drawn.
        """
        ...
