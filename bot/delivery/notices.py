"""What needs a person, told to the operators once a day and not for every chat."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.core.errors import StoreError
from bot.core.model import Language
from bot.core.ports import Clock, Phrases, Store

_log: Final = structlog.stdlib.get_logger(__name__)

NOT_AGAIN_FOR: Final = timedelta(days=1)
# In seconds, when those whom nobody heard are tried again.
AGAIN_AFTER: Final = 60.0

Tell = Callable[[str], Awaitable[bool]]
"""Gets a sentence to the operators; whether anybody heard it."""


@dataclass(slots=True, kw_only=True)
class _Word:
    """A sentence on its way; `news` once it is known that it was not told lately."""

    words: str
    since: datetime
    news: bool = False
    end: bool = False


class Notices:
    """Tells operators of each kind of trouble at most once a day, also across restarts.

    The telling goes on by itself while `running`: whoever has something to say never waits for it. What nobody heard,
    since the only way to the operators is the one that is broken, is tried again for a day.
    """

    def __init__(
        self, *, store: Store, clock: Clock, phrases: Phrases, language: Language, tell: Tell | None = None
    ) -> None:
        self._store: Final = store
        self._clock: Final = clock
        self._phrases: Final = phrases
        self._language: Final = language
        self._tell: Final = tell
        self._waiting: Final[dict[str, _Word]] = {}
        self._told: Final[dict[str, datetime]] = {}
        self._current: Final[set[str]] = set()
        self._some: Final = asyncio.Event()

    async def tell(self, kind: str, /, *, about: str = "", **values: str | int) -> None:
        """Have the sentence of this key said, unless it was within a day; `about` tells one such thing from another.

        Returns at once, and never raises.
        """
        name, now = named(kind, about), self._clock.now()
        if self._tell is None or _lately(self._told.get(name), now):
            return
        self._told[name] = now
        self._current.add(name)
        self._waiting[name] = _Word(words=self._phrases.say(self._language, kind, **values), since=now)
        self._some.set()

    def over(self, names: Collection[str], kind: str, /, **values: str | int) -> None:
        """Have it said that things are well again, if they were said not to be; what nobody heard is left unsaid."""
        current = sorted(self._current.intersection(names))
        if not current:
            return
        news = False
        for name in current:
            self._current.discard(name)
            unheard = self._waiting.pop(name, None)
            news = news or unheard is None or unheard.news
        words = self._phrases.say(self._language, kind, **values)
        self._waiting[current[0]] = _Word(words=words, since=self._clock.now(), news=news, end=True)
        self._some.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tell what there is to tell, until the end of the block."""
        telling = asyncio.create_task(self._run(), name="notices")
        try:
            yield
        finally:
            telling.cancel()
            await asyncio.wait([telling])

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(AGAIN_AFTER if self._waiting else None):
                    await self._some.wait()
            except TimeoutError:
                pass
            self._some.clear()
            for name, word in list(self._waiting.items()):
                if await self._is_done_with(name, word) and self._waiting.get(name) is word:
                    del self._waiting[name]

    async def _is_done_with(self, name: str, word: _Word) -> bool:
        told = None if word.news else await self._remembered(name)
        if told is not None and _lately(told, self._clock.now()):
            self._current.discard(name)
            self._told[name] = told
            return True
        if not word.news:
            _log.warning("needs a person", what=word.words)
        word.news = True
        if not await self._is_heard(word.words):
            return self._clock.now() - word.since > NOT_AGAIN_FOR
        if word.end:
            # The next trouble of this kind is news within the day, too, if the last one was told the day before.
            return True
        try:
            await self._store.remember(f"told/{name}", word.since.isoformat())
        except StoreError as error:
            _log.warning("told, but not noted down", kind=name, why=str(error))
        return True

    async def _is_heard(self, words: str) -> bool:
        try:
            return self._tell is not None and await self._tell(words)
        except Exception:  # noqa: BLE001  # whoever cannot be told, the work goes on
            _log.exception("operators not told", what=words)
            return False

    async def _remembered(self, name: str) -> datetime | None:
        try:
            told = await self._store.recall(f"told/{name}")
        except StoreError:
            return None
        return None if told is None else datetime.fromisoformat(told)


def named(kind: str, about: str = "") -> str:
    """What a notice is remembered by."""
    return f"{kind}/{about}" if about else kind


def _lately(told: datetime | None, now: datetime) -> bool:
    return told is not None and abs(now - told) < NOT_AGAIN_FOR
