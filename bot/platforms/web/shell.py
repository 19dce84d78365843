"""The frame around every page that needs no script: head, way back, language, and the sentences of problems."""

from typing import Final

from aiohttp import web

from bot.core.model import Language
from bot.core.ports import Phrases
from bot.core.requests import Voice
from bot.platforms.web.bubbles import lang
from bot.platforms.web.elements import Html, tag
from bot.platforms.web.visitors import visitor_of

NAME: Final = "千面 Qianmian"


class Shell:
    """Makes whole pages of their content."""

    def __init__(self, *, phrases: Phrases, language: Language) -> None:
        """`language` is spoken where the browser does not say."""
        self._phrases: Final = phrases
        self._language: Final = language

    def voice(self, request: web.BaseRequest) -> Voice:
        """The voice that a browser asks for, with nothing else known of it."""
        return Voice(self._phrases, visitor_of(request).language or self._language)

    def page(
        self, voice: Voice, title: str, *content: str, status: int = 200, other_language: str | None = None
    ) -> web.Response:
        """A page; `other_language` is the address at which it can be read in the other language."""
        links = [tag("a", voice("web-chat"), href="/"), tag("a", voice("web-bank"), href="/bank")]
        if other_language is not None:
            other = Language.EN if voice.language is Language.ZH else Language.ZH
            name = voice(f"language-{other}")
            links.append(tag("a", name, href=other_language, lang=lang(other), rel="alternate", class_="language"))
        head = tag("header", tag("a", NAME, href="/", class_="name"), tag("nav", *links))
        return self.bare(voice, title, head, tag("main", *content, id="main"), status=status)

    def bare(self, voice: Voice, title: str, *content: str, status: int = 200) -> web.Response:
        """A page without head."""
        page = tag(
            "html",
            tag(
                "head",
                tag("meta", charset="utf-8"),
                tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
                tag("meta", name="color-scheme", content="light dark"),
                tag("title", f"{title} · {NAME}" if title != NAME else NAME),
                tag("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
                *(tag("link", rel="stylesheet", href=f"/static/{sheet}.css") for sheet in ("base", "prose", "site")),
                tag("script", src="/static/theme.js"),
                tag("script", type="module", src="/static/radicals.js"),
            ),
            tag("body", *content),
            lang=lang(voice.language),
        )
        return web.Response(text=Html(f"<!doctype html>{page}"), content_type="text/html", status=status)

    def problem(self, request: web.BaseRequest, status: int, key: str, /, **values: str | int) -> web.Response:
        """A page that says what is wrong."""
        voice = self.voice(request)
        return self.page(voice, voice("web-problem"), tag("p", voice(key, **values), class_="problem"), status=status)
