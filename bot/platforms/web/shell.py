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
_HALF: Final = tag(
    "svg",
    tag("circle", cx=12, cy=12, r=8),
    tag("path", class_="half", d="M12 4a8 8 0 0 1 0 16z"),
    viewBox="0 0 24 24",
    aria_hidden="true",
)


class Shell:
    """Makes whole pages of their content."""

    def __init__(self, *, phrases: Phrases, language: Language) -> None:
        """`language` is spoken where the browser does not say."""
        self._phrases: Final = phrases
        self._language: Final = language

    def voice(self, request: web.BaseRequest) -> Voice:
        """The voice that an address or else a browser asks for, with nothing else known of it."""
        asked = request.query.get("lang", "")
        if asked in set(Language):
            return Voice(self._phrases, Language(asked))
        return Voice(self._phrases, visitor_of(request).language or self._language)

    def page(
        self, voice: Voice, title: str, *content: str, status: int = 200, other_language: str | None = None
    ) -> web.Response:
        """A page; `other_language` is the address at which it can be read in the other language."""
        links = [tag("a", voice("web-chat"), href="/"), tag("a", voice("web-bank"), href="/bank")]
        if other_language is not None:
            other = other_than(voice.language)
            name = voice(f"language-{other}")
            links.append(tag("a", name, href=other_language, lang=lang(other), rel="alternate", class_="language"))
        short, _, latin = NAME.partition(" ")
        brand = tag("a", short, tag("span", f" {latin}", class_="latin"), href="/", class_="name")
        head = tag("header", brand, tag("nav", *links, _colours(voice)))
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
                tag("script", type="module", src="/static/site.js"),
            ),
            tag("body", *content),
            lang=lang(voice.language),
        )
        return web.Response(text=Html(f"<!doctype html>{page}"), content_type="text/html", status=status)

    def problem(self, request: web.BaseRequest, status: int, key: str, /, **values: str | int) -> web.Response:
        """A page that says what is wrong."""
        voice = self.voice(request)
        words = tag("p", voice(key, **values), class_="problem")
        # Relative, for a path may be anything, even what browsers take for another host.
        other = f"?lang={other_than(voice.language)}"
        return self.page(voice, voice("web-problem"), words, status=status, other_language=other)


def other_than(language: Language) -> Language:
    """The language that pages in this one can be switched to."""
    return Language.EN if language is Language.ZH else Language.ZH


def _colours(voice: Voice) -> Html:
    """The button that changes the colours; it is shown by the script that makes it work."""
    chosen = {f"data_{theme}": voice(f"web-theme-{theme}") for theme in ("auto", "light", "dark")}
    return tag("button", _HALF, type="button", id="theme", class_="quiet icon", hidden=True, **chosen)
