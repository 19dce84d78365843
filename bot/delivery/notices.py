"""What needs a person, told to the operators once a day and not for every chat."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.core.errors import StoreError
from bot.core.model import Language
from bot.core.ports import Clock, Phrases, Store

_log: Final = structlog.stdlib.get_logger(__name__)

NOT_AGAIN_FOR: Final = timedelta(days=1)


class Notices:
    """Tells operators of each kind of trouble at most once a day, also across restarts."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        phrases: Phrases,
        language: Language,
        tell: Callable[[str], Awaitable[None]] | None,
    ) -> None:
        self._store: Final = store
        self._clock: Final = clock
        self._phrases: Final = phrases
        self._language: Final = language
        self._tell: Final = tell
        self._told: Final[dict[str, datetime]] = {}

    async def tell(self, kind: str, /, **values: str | int) -> None:
        """Say the sentence of this key, unless it was said within a day. Never raises for want of a hearer."""
        if self._tell is None or not await self._is_news(kind):
            return
        try:
            await self._tell(self._phrases.say(self._language, kind, **values))
        except Exception:  # noqa: BLE001  # whoever cannot be told, the work goes on
            _log.exception("operators not told", kind=kind)

    async def _is_news(self, kind: str) -> bool:
        now = self._clock.now()
        if _lately(self._told.get(kind), now):
            return False
        # Before anything is waited for, so that a second one meanwhile finds it told.
        self._told[kind] = now
        if _lately(await self._remembered(kind), now):
            return False
        try:
            await self._store.remember(f"told/{kind}", now.isoformat())
        except StoreError as error:
            _log.warning("told, but not noted down", kind=kind, why=str(error))
        return True

    async def _remembered(self, kind: str) -> datetime | None:
        try:
            told = await self._store.recall(f"told/{kind}")
        except StoreError:
            return None
        return None if told is None else datetime.fromisoformat(told)


def _lately(told: datetime | None, now: datetime) -> bool:
    return told is not None and abs(now - told) < NOT_AGAIN_FOR
