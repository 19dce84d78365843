"""The parts of the running bot and how they are doing."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.core.ports.messenger import Messenger


class State(StrEnum):
    """How a part of the bot is doing; `degraded` works in part or tries again, `down` does not work."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


class Cause(StrEnum):
    """What keeps a platform from working, as far as it decides what a person has to do."""

    AWAY = "away"
    TOKEN = "token"  # noqa: S105  # no secret, but what is wrong with it
    RIVAL = "rival"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How one part is doing and why; `vital` parts that are down make the whole bot dead.

    `cause` is of no meaning while all is well.
    """

    part: str
    state: State
    why: str = ""
    vital: bool = False
    cause: Cause = Cause.AWAY


class Part(Protocol):
    """A part of the running bot: a platform, the delivery."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Starts on entering, without waiting for anything outside; stops gracefully on leaving."""
        ...

    def health(self) -> Health:
        """How it is doing now."""
        ...


class PlatformPart(Part, Protocol):
    """A platform: a part that people reach the bot through."""

    @property
    def messenger(self) -> Messenger:
        """How the bot speaks there on its own initiative."""
        ...
