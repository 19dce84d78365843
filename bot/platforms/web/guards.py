"""What every answer carries and every request must show: no foreign page may speak for the browser.

A page of another site that has its name resolve to this machine (DNS rebinding) carries that name in `Host`; one that
opens our socket or posts our forms carries its own in `Origin`.
"""

from typing import Final
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.core.errors import Mistake, StoreError
from bot.platforms.web.shell import Shell

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
# https://developer.mozilla.org/docs/Web/HTTP/Guides/CSP
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

_log: Final = structlog.stdlib.get_logger(__name__)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers on that keep the page to itself."""
    del request
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")


def same_site_only(shell: Shell, *, host: str) -> Middleware:
    """Refuses requests that another site's page sends; on a loopback `host` those under a foreign name too."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        name = _split(f"//{request.host}")[1]
        if host in LOOPBACK and name not in LOOPBACK:
            _log.warning("a request under a foreign name was refused", host=name[:100])
            return shell.problem(request, 403, "web-wrong-host", host=name[:100])
        origin = request.headers.get("Origin")
        speaks = request.path == "/ws" or request.method not in {"GET", "HEAD"}
        if speaks and (origin is None or _split(origin)[0] != request.host.lower()):
            _log.warning("a request from another site was refused", origin=(origin or "")[:100])
            return shell.problem(request, 403, "web-wrong-origin")
        return await handler(request)

    return check


def _split(address: str) -> tuple[str, str]:
    """The host of an address with its port, and without; both empty for what is no address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", ""
    return parts.netloc.lower(), parts.hostname or ""


def friendly(shell: Shell) -> Middleware:
    """Answers what goes wrong with a page that says so."""

    @web.middleware
    async def catch(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Mistake as mistake:
            return shell.problem(request, 404, mistake.key, **mistake.values)
        except StoreError as error:
            _log.error("the store failed", path=request.path, error=str(error))
            return shell.problem(request, 503, "web-broken")
        except web.HTTPNotFound:
            return shell.problem(request, 404, "web-not-found")

    return catch


def except_for(paths: frozenset[str], middleware: Middleware) -> Middleware:
    """The middleware for every route but those of these paths, which look after themselves."""

    @web.middleware
    async def choose(request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        if resource is not None and resource.canonical in paths:
            return await handler(request)
        return await middleware(request, handler)

    return choose
