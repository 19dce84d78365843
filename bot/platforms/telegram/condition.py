"""How Telegram is doing: the connection, and what besides it does not work just now."""

from typing import Any, Final

import structlog
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.core.ports import Cause, Health, State

_log: Final = structlog.stdlib.get_logger(__name__)
RIVAL: Final = "another program receives this bot's updates (409); stop it, or give this one a token of its own"


class Condition:
    """Keeps what the health report says, and logs every change of it."""

    def __init__(self) -> None:
        self._state = State.DEGRADED
        self._why = "connecting to Telegram"
        self._worries: Final[dict[str, str]] = {}
        self._logged = self.health()

    @property
    def ready(self) -> bool:
        """Whether messages can be sent and updates are received, whatever else there is to worry about."""
        return self._state is State.OK

    def health(self) -> Health:
        """The report."""
        if self.ready and self._worries:
            return _health(State.DEGRADED, "; ".join(self._worries.values()))
        return _health(self._state, self._why)

    def connected(self) -> None:
        """All is well with the connection."""
        self._say(State.OK, "")

    def failed(self, error: Exception) -> None:
        """The connection failed and is tried again."""
        state, why = State.DEGRADED, f"Telegram cannot be reached ({words(error)}); it is tried again"
        if isinstance(error, InvalidToken):
            # The SDK's own sentence holds the token.
            state, why = State.DOWN, "Telegram does not accept the token; compare it with the one @BotFather shows"
        elif isinstance(error, Conflict):
            why = RIVAL
        self._say(state, why)

    def broken(self) -> None:
        """Something unexpected happened, which the log holds whole."""
        self._say(State.DEGRADED, "of an unexpected error; see the log")

    def stopped(self) -> None:
        """Nothing is received or sent any more."""
        self._say(State.DOWN, "stopped")

    def worry(self, about: str, why: str) -> None:
        """Something beside the connection does not work, until it is settled."""
        self._worries[about] = why
        self._tell()

    def settle(self, about: str) -> None:
        """It works."""
        self._worries.pop(about, None)
        self._tell()

    def _say(self, state: State, why: str) -> None:
        self._state, self._why = state, why
        self._tell()

    def _tell(self) -> None:
        health = self.health()
        if health == self._logged:
            return
        self._logged = health
        tell: Any = _log.info if health.state is State.OK else _log.warning
        tell("telegram", state=health.state.value, why=health.why)


def _health(state: State, why: str) -> Health:
    cause = Cause.TOKEN if state is State.DOWN else Cause.RIVAL if RIVAL in why else Cause.AWAY
    return Health(part="telegram", state=state, why=why, cause=cause)


def words(error: Exception) -> str:
    """What may be said of an error; no address, since that holds the token."""
    return error.message if isinstance(error, TelegramError) else type(error).__name__
