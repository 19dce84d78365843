"""What `qianmian doctor` looks at before a run: one finding per line, ok or what to do."""

import asyncio
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.catalog.drawing import drawing_error
from bot.catalog.source import FolderBankSource, default_folder
from bot.config import DISCORD_TOKEN, TELEGRAM_TOKEN, Settings
from bot.core.errors import BadContent, StoreError
from bot.core.ports import Phrases
from bot.core.requests import Voice
from bot.core.schedule import coming_clock_change
from bot.storage.check import check

# A clock that shows a time before this release is wrong.
RELEASED: Final = datetime(2026, 11, 1, tzinfo=UTC)
_FORMULA: Final = r"h = W_0x + \frac{\alpha}{r}BAx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report."""

    part: str
    ok: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Doctor:
    """Examines what the settings point at; opens nothing for writing and talks to no platform."""

    settings: Settings
    phrases: Phrases
    now: datetime

    def findings(self) -> Iterator[Finding]:
        """Everything, in the order in which a run needs it."""
        parts: tuple[Callable[[], Finding], ...] = (
            self._database,
            self._content,
            self._telegram,
            self._discord,
            self._web,
            self._clock,
            self._zones,
            self._formulas,
        )
        yield self._say("settings", "ok")
        for part in parts:
            yield part()

    def _say(self, part: str, how: str, /, **values: str | int) -> Finding:
        voice = Voice(self.phrases, self.settings.language)
        return Finding(part=part, ok=how.startswith("ok"), words=voice(f"doctor-{part}-{how}", **values))

    def _database(self) -> Finding:
        path = self.settings.database
        if not path.exists():
            return self._say("database", "ok-new", path=str(path))
        try:
            check(path)
        except StoreError as error:
            return self._say("database", "bad", path=str(path), why=str(error))
        return self._say("database", "ok", path=str(path))

    def _content(self) -> Finding:
        folder = self.settings.content or default_folder()
        source = FolderBankSource(folder, phrases=self.phrases, language=self.settings.language)
        try:
            bank = asyncio.run(source.load())
        except BadContent as error:
            return self._say("content", "bad", folder=str(folder), why=str(error).splitlines()[0])
        return self._say("content", "ok", folder=str(folder), n=len(bank.questions))

    def _telegram(self) -> Finding:
        token = self.settings.telegram_token
        if token is None:
            return self._say("telegram", "ok-none")
        fits = TELEGRAM_TOKEN.fullmatch(token.get_secret_value().strip())
        return self._say("telegram", "ok" if fits else "bad")

    def _discord(self) -> Finding:
        token = self.settings.discord_token
        if token is None:
            return self._say("discord", "ok-none")
        fits = DISCORD_TOKEN.fullmatch(token.get_secret_value().strip())
        return self._say("discord", "ok" if fits else "bad")

    def _web(self) -> Finding:
        return self._say("web", "ok", host=self.settings.web_host, port=self.settings.web_port)

    def _clock(self) -> Finding:
        shown = f"{self.now:%Y-%m-%d %H:%M} UTC"
        return self._say("clock", "ok" if self.now >= RELEASED else "bad", shown=shown)

    def _zones(self) -> Finding:
        zone = self.settings.timezone
        known = len(zoneinfo.available_timezones())
        change = coming_clock_change(zone, self.now, timedelta(days=366))
        how = "ok" if change is None else "ok-change"
        date = "" if change is None else f"{change.at:%Y-%m-%d}"
        return self._say("zones", how, n=known, zone=zone, date=date)

    def _formulas(self) -> Finding:
        why = drawing_error(_FORMULA)
        return self._say("formulas", "ok") if why is None else self._say("formulas", "bad", why=why)
