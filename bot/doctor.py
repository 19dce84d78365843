"""What `qianmian doctor` looks at before a run: one finding per line, ok or what to do."""

import asyncio
import errno
import socket
import sys
import zoneinfo
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.catalog.drawing import drawing_error
from bot.catalog.source import FolderBankSource, default_folder
from bot.config import DISCORD_TOKEN, TELEGRAM_TOKEN, Problem, Settings
from bot.core.errors import BadContent, Rejected, StoreError, Unavailable
from bot.core.model import Platform
from bot.core.requests import Voice
from bot.core.schedule import coming_clock_change
from bot.health import ask_health, is_ours, page_address
from bot.platforms.discord import account as discord
from bot.platforms.discord.invite import invite_link
from bot.platforms.telegram.account import account_desk
from bot.storage.check import check
from bot.storage.companies import Company, companies

# A clock that shows a time before this release is wrong.
RELEASED: Final = datetime(2026, 11, 1, tzinfo=UTC)
# Asking about more of them would take longer than somebody waits.
_CHATS: Final = 200
_FORMULA: Final = r"h = W_0x + \frac{\alpha}{r}BAx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report."""

    part: str
    ok: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Doctor:
    """Examines what the settings point at; opens nothing for writing, and asks platforms only whose tokens these are.

    `problems` are those of the settings; defaults stand in for what could not be read.
    """

    settings: Settings
    problems: tuple[Problem, ...]
    voice: Voice
    now: datetime

    def findings(self) -> Iterator[Finding]:
        """Everything, in the order in which a run needs it."""
        parts: tuple[Callable[[], Finding], ...] = (
            self._database,
            self._content,
            self._telegram,
            self._discord,
            self._web,
            self._operators,
            self._clock,
            self._zones,
            self._formulas,
        )
        for problem in self.problems:
            words = f"{problem.name}: {self.voice(problem.key, **problem.values)}"
            yield Finding(part="settings", ok=False, words=words)
        if not self.problems:
            yield self._say("settings", "ok")
        for part in parts:
            yield part()

    def _say(self, part: str, how: str, /, **values: str | int) -> Finding:
        return Finding(part=part, ok=how.startswith("ok"), words=self.voice(f"doctor-{part}-{how}", **values))

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
        source = FolderBankSource(folder, phrases=self.voice.phrases, language=self.voice.language)
        try:
            bank = source.load_now()
        except BadContent as error:
            return self._say("content", "bad", folder=str(folder), why=str(error).splitlines()[0])
        return self._say("content", "ok", folder=str(folder), n=len(bank.questions))

    def _telegram(self) -> Finding:
        token = self.settings.telegram_token
        if token is None:
            return self._say("telegram", "ok-none")
        secret = token.get_secret_value().strip()
        if not TELEGRAM_TOKEN.fullmatch(secret):
            return self._say("telegram", "bad")
        try:
            return asyncio.run(self._telegram_bot(secret))
        except Unavailable as error:
            return self._say("telegram", "ok-unreached", why=str(error))
        except Rejected as error:
            return self._say("telegram", "bad-refused", why=str(error))

    async def _telegram_bot(self, secret: str) -> Finding:
        """What Telegram says of the bot, of the chats it should post to, and of the way its updates take."""
        async with account_desk(secret, self.settings.telegram_api_url) as desk:
            account = await desk.account()
            known = self._companies()
            silenced = await desk.silenced_in((company.chat for company in known), account.id)
            pinning = [company.chat for company in known if company.pins and company.chat not in silenced]
            unpinnable = await desk.unpinnable_in(pinning, account.id)
            why = await desk.undelivered(self.now) if self.settings.telegram_webhook_url is not None else ""
        for how, chats in (("bad-silenced", silenced), ("bad-unpinnable", unpinnable)):
            if chats:
                titles = ", ".join(chat.title or chat.ref.chat_id for chat in chats)
                return self._say("telegram", how, name=account.username, chats=titles)
        if why:
            return self._say("telegram", "bad-webhook", name=account.username, why=why)
        how = "ok" if account.joins_groups and account.inline else "ok-less"
        return self._say("telegram", how, name=account.username)

    def _companies(self) -> Sequence[Company]:
        """Groups and channels on Telegram with a plan; none while the database cannot be read."""
        try:
            return companies(self.settings.database, Platform("telegram"), limit=_CHATS)
        except StoreError:
            return ()

    def _discord(self) -> Finding:
        token = self.settings.discord_token
        if token is None:
            return self._say("discord", "ok-none")
        secret = token.get_secret_value().strip()
        if not DISCORD_TOKEN.fullmatch(secret):
            return self._say("discord", "bad")
        try:
            account = asyncio.run(discord.look_up(secret, self.settings.discord_api_url))
        except Unavailable as error:
            return self._say("discord", "ok-unreached", why=str(error))
        except Rejected as error:
            return self._say("discord", "bad-refused", why=str(error))
        if account.elsewhere:
            return self._say("discord", "bad-elsewhere", name=account.name, address=account.elsewhere)
        how = "ok-privileged" if account.privileged else "ok"
        return self._say("discord", how, name=account.name, link=invite_link(account.application))

    def _web(self) -> Finding:
        host, port = self.settings.web_host, self.settings.web_port
        error = _listening_error(host, port)
        if error is None:
            return self._say("web", "ok" if port else "ok-any", host=host, port=port)
        if error.errno != errno.EADDRINUSE:
            return self._say("web", "bad", host=host, port=port, why=error.strerror or str(error))
        try:
            _, said = ask_health(host, port)
        except OSError:
            said = ""
        how = "ok-running" if is_ours(said) else "bad-taken"
        return self._say("web", how, address=page_address(host, port), port=port)

    def _operators(self) -> Finding:
        people = sorted(self.settings.operators)
        return self._say("operators", "ok" if people else "ok-none", people=", ".join(people))

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


def _listening_error(host: str, port: int) -> OSError | None:
    """Why nothing can listen there; None if something can."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            if sys.platform != "win32":  # as the web server does: what a bot left behind a moment ago does not count
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
            trial.listen()
    except OSError as error:
        return error
    return None
