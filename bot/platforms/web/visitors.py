"""Who a browser is: a random cookie makes its chat, and what it prefers to read makes the language."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from bot.core.model import ChatRef, Language, LearnerRef, Platform

PLATFORM: Final = Platform("web")
CHAT_COOKIE: Final = "qm_chat"
# The longest that browsers keep a cookie; every visit starts it anew.
# https://developer.chrome.com/blog/cookie-max-age-expires
COOKIE_SECONDS: Final = 400 * 24 * 3600
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{32}\Z")
_RANGE: Final = re.compile(r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*\Z")
_MANY: Final = 20
MAX_ZONE: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """One browser: its chat and its learner go by a hash of the cookie, which is a key and stays out of logs.

    Attributes:
        secret: The cookie's value.
        language: What the browser prefers, if it is one of ours.
        zone: The time zone that the page says the browser is in; nobody checked it.
    """

    secret: str
    language: Language | None
    zone: str | None = None

    @property
    def id(self) -> str:
        """The name under which the browser's chat and learner are stored."""
        return hashlib.sha256(self.secret.encode()).hexdigest()[:20]

    @property
    def chat(self) -> ChatRef:
        """The browser's own chat."""
        return ChatRef(platform=PLATFORM, chat_id=self.id)

    @property
    def learner(self) -> LearnerRef:
        """The person at the browser."""
        return LearnerRef(platform=PLATFORM, user_id=self.id)


def visitor_of(request: web.BaseRequest) -> Visitor:
    """The browser a request comes from; one that has no usable cookie is new."""
    secret = request.cookies.get(CHAT_COOKIE, "")
    known = _SECRET.match(secret)
    return Visitor(
        secret=secret if known else secrets.token_urlsafe(24),
        language=preferred_language(request.headers.get("Accept-Language", "")),
        zone=request.rel_url.query.get("zone", "")[:MAX_ZONE] or None,
    )


def keep_cookie(response: web.StreamResponse, request: web.BaseRequest, visitor: Visitor) -> None:
    """Let the browser be known the next time."""
    set_cookie(response, request, CHAT_COOKIE, visitor.secret, seconds=COOKIE_SECONDS)


def set_cookie(response: web.StreamResponse, request: web.BaseRequest, name: str, value: str, *, seconds: int) -> None:
    """Set a cookie that no script and no other site can use."""
    response.set_cookie(
        name, value, max_age=seconds, path="/", httponly=True, samesite="Strict", secure=over_https(request)
    )


def over_https(request: web.BaseRequest) -> bool:
    """Whether the browser speaks https, to us or to a proxy in front of us."""
    return request.secure or request.headers.get("X-Forwarded-Proto", "").lower() == "https"


def preferred_language(header: str) -> Language | None:
    """The one of our languages that an Accept-Language header likes best; None if it names neither."""
    best: tuple[float, Language] | None = None
    for part in header.split(",")[:_MANY]:
        found = _RANGE.match(part)
        if found is None or found[1].lower() not in set(Language):
            continue
        weight = float(found[2] or 1)
        if weight > 0 and (best is None or weight > best[0]):
            best = weight, Language(found[1].lower())
    return None if best is None else best[1]
