"""The password, where one is set: a login page, sessions that can be ended, and patience with those who guess."""

import base64
import hashlib
import hmac
import ipaddress
import re
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.core.ports import Clock, Store
from bot.platforms.web.elements import Html, tag
from bot.platforms.web.shell import NAME, Shell
from bot.platforms.web.visitors import set_cookie

SESSION_COOKIE: Final = "qm_session"
LIFETIME: Final = timedelta(days=90)
FREE_TRIES: Final = 5
LONGEST_WAIT: Final = timedelta(minutes=5)
_REMEMBERED: Final = 1000
_LONGEST_PASSWORD: Final = 1000
# Two slashes, or what browsers take for them, would lead to another host.
_OURS: Final = re.compile(r"/(?![/\\])")
# Open to everybody: how the bot is doing, the login page and what it looks like.
_OPEN: Final = ("/healthz", "/login", "/static/")

_log: Final = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failures:
    count: int
    last: datetime


class Patience:
    """Makes those wait who guess: after five failures 1 s, then twice as long each time, up to five minutes.

    Counted by address, for IPv6 by the /64 that one household has; the latest 1,000 are remembered.
    """

    def __init__(self) -> None:
        self._failures: Final[OrderedDict[str, _Failures]] = OrderedDict()

    def wait(self, address: str, now: datetime) -> timedelta:
        """How long this address has to wait before its next try."""
        failures = self._failures.get(_household(address))
        if failures is None or failures.count < FREE_TRIES:
            return timedelta()
        pause = min(timedelta(seconds=2.0 ** min(failures.count - FREE_TRIES, 20)), LONGEST_WAIT)
        return max(failures.last + pause - now, timedelta())

    def failed(self, address: str, now: datetime) -> None:
        """Count a failure."""
        key = _household(address)
        before = self._failures.pop(key, None)
        self._failures[key] = _Failures(count=1 if before is None else before.count + 1, last=now)
        if len(self._failures) > _REMEMBERED:
            self._failures.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """Forget the address's failures."""
        self._failures.pop(_household(address), None)


class Login:
    """Lets in who knows the password; a session is stored as a hash and ends with the password it was begun with."""

    def __init__(self, *, password: str, store: Store, clock: Clock, shell: Shell) -> None:
        self._password: Final = password
        self._store: Final = store
        self._clock: Final = clock
        self._shell: Final = shell
        self._patience: Final = Patience()

    @property
    def routes(self) -> list[web.RouteDef]:
        """The login page, its form, and the way out."""
        return [web.get("/login", self._show), web.post("/login", self._try), web.post("/logout", self._leave)]

    def middleware(self) -> Middleware:
        """Refuses who has no session; `/metrics` takes the password by basic authentication too."""

        @web.middleware
        async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path.startswith(_OPEN) or await self._known(request):
                return await handler(request)
            if request.path == "/metrics":
                return await self._basic(request, handler)
            if request.path == "/ws" or request.method not in {"GET", "HEAD"}:
                return self._shell.problem(request, 401, "web-log-in-first")
            raise web.HTTPSeeOther(_login_to(request.path_qs))

        return check

    async def _known(self, request: web.Request) -> bool:
        secret = request.cookies.get(SESSION_COOKIE, "")
        if not secret:
            return False
        stored = await self._store.recall(_key(secret))
        until, _, proof = (stored or "").partition(" ")
        if not hmac.compare_digest(proof, self._proof(secret)):
            return False
        return datetime.fromisoformat(until) > self._clock.now()

    async def _show(self, request: web.Request) -> web.Response:
        if await self._known(request):
            raise web.HTTPSeeOther(_way_back(request))
        return self._form(request)

    async def _try(self, request: web.Request) -> web.Response:
        form = await request.post()
        refused = self._refused(request, str(form.get("password", "")))
        if refused is not None:
            return refused
        secret = secrets.token_urlsafe(32)
        until = self._clock.now() + LIFETIME
        await self._store.remember(_key(secret), f"{until.isoformat()} {self._proof(secret)}")
        _log.info("somebody logged in to the web chat", address=request.remote)
        response = web.HTTPSeeOther(_way_back(request))
        set_cookie(response, request, SESSION_COOKIE, secret, seconds=round(LIFETIME.total_seconds()))
        raise response

    def _refused(self, request: web.Request, password: str) -> web.Response | None:
        """The answer to somebody who may not come in, if that is so."""
        address, now = request.remote or "", self._clock.now()
        wait = self._patience.wait(address, now)
        if wait:
            return self._wait(request, wait)
        if self._is_password(password):
            self._patience.succeeded(address)
            return None
        self._patience.failed(address, now)
        _log.warning("a wrong password was given", address=address)
        return self._form(request, "web-wrong-password", status=401)

    async def _leave(self, request: web.Request) -> web.Response:
        await self._store.remember(_key(request.cookies.get(SESSION_COOKIE, "")), None)
        response = web.HTTPSeeOther("/login")
        response.del_cookie(SESSION_COOKIE, path="/")
        raise response

    async def _basic(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        password = _basic_password(request.headers.get("Authorization", ""))
        if password is None:
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="qianmian"'})
        refused = self._refused(request, password)
        if refused is not None:
            refused.headers["WWW-Authenticate"] = 'Basic realm="qianmian"'
        return refused or await handler(request)

    def _wait(self, request: web.Request, wait: timedelta) -> web.Response:
        seconds = int(wait.total_seconds()) + 1
        response = self._form(request, "web-wait", status=429, n=seconds)
        response.headers["Retry-After"] = str(seconds)
        return response

    def _form(
        self, request: web.Request, complaint: str | None = None, *, status: int = 200, **values: int
    ) -> web.Response:
        voice = self._shell.voice(request)
        said = () if complaint is None else (tag("p", voice(complaint, **values), class_="complaint", role="alert"),)
        field = tag(
            "input",
            type="password",
            name="password",
            required=True,
            autofocus=True,
            autocomplete="current-password",
            maxlength=_LONGEST_PASSWORD,
        )
        form = tag(
            "form",
            tag("h1", NAME),
            tag("label", tag("span", voice("web-password")), field),
            *said,
            tag("button", voice("web-log-in"), class_="primary"),
            method="post",
            action=_login_to(_way_back(request)),
            class_="login",
        )
        return self._shell.bare(voice, voice("web-log-in"), Html(form), status=status)

    def _is_password(self, given: str) -> bool:
        return hmac.compare_digest(_digest(given), _digest(self._password))

    def _proof(self, secret: str) -> str:
        """Ties a session to the password; without the cookie it tells nothing about either."""
        return hmac.new(secret.encode(errors="replace"), self._password.encode(), "sha256").hexdigest()


def _login_to(page: str) -> str:
    """The login page that leads on to another."""
    return "/login" if page == "/" else f"/login?{urlencode({'to': page})}"


def _way_back(request: web.Request) -> str:
    """The page that was asked for before the login: one of ours, whatever the address says."""
    asked = request.query.get("to", "")
    return asked if _OURS.match(asked) else "/"


def _key(secret: str) -> str:
    return f"web:session:{_digest(secret).hex()}"


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="replace")).digest()


def _basic_password(header: str) -> str | None:
    """The password of basic authentication, whoever it is given for (https://www.rfc-editor.org/rfc/rfc7617)."""
    scheme, _, encoded = header.partition(" ")
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except ValueError:
        return None
    _, colon, password = decoded.partition(":")
    return password if colon and scheme.lower() == "basic" else None


def _household(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:  # noqa: PLR2004  # IPv4
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False))
