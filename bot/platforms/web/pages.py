"""The chat page itself and the files it is made of."""

import hashlib
import importlib.util
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any, Final

from aiohttp import web

from bot.core.commands import COMMANDS, Argument, Command, Who
from bot.core.model import ChatKind, Language
from bot.core.ports import Phrases
from bot.core.service import Service
from bot.core.typed import MAX_TEXT
from bot.platforms.web.bubbles import lang
from bot.platforms.web.downloads import Downloads
from bot.platforms.web.shell import NAME, Shell
from bot.platforms.web.visitors import keep_cookie, visitor_of

# What the page's scripts say by themselves; they get these sentences in both languages and may switch at any time.
SENTENCES: Final = (
    "web-bank",
    "web-connecting",
    "web-copied",
    "web-copy",
    "web-jump",
    "web-language",
    "web-list-commands",
    "web-log",
    "web-log-out",
    "web-new-message",
    "web-no-match",
    "web-notify",
    "web-notify-denied",
    "web-notify-on",
    "web-offline",
    "web-online",
    "web-question",
    "web-send",
    "web-theme",
    "web-theme-auto",
    "web-theme-dark",
    "web-theme-light",
    "web-too-long",
    "web-type-here",
    "web-unsent",
    "web-you",
)
_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
# A font with the tables that formulas need; it comes with the library that draws their pictures.
_FONT: Final = ("ziamath", "fonts/STIXTwoMath-Regular.ttf")
_FONT_NAME: Final = "math.ttf"
_YEAR: Final = "public, max-age=31536000, immutable"


class Pages:
    """`/`, `/static/...` and `/download/...`."""

    def __init__(
        self, *, service: Service, phrases: Phrases, downloads: Downloads, shell: Shell, password: bool
    ) -> None:
        """`password` says whether there is something to log out of."""
        self._service: Final = service
        self._downloads: Final = downloads
        self._shell: Final = shell
        self._files: Final = dict(_read_files())
        self._page: Final = Template((files(__package__) / "page" / "index.html").read_text(encoding="utf-8"))
        self._data: Final = {
            "name": NAME,
            "sentences": {lang: {key: phrases.say(lang, key) for key in SENTENCES} for lang in Language},
            "commands": {lang: [_command(command, lang) for command in _palette()] for lang in Language},
            "longest": MAX_TEXT,
            "logout": password,
        }

    @property
    def routes(self) -> list[web.RouteDef]:
        """The addresses of the page, its files, and what is handed over."""
        return [
            web.get("/", self._index),
            web.get("/static/{name}", self._static),
            web.get("/download/{name}", self._download),
        ]

    async def _index(self, request: web.Request) -> web.Response:
        visitor = visitor_of(request)
        voice = await self._service.voice_in(visitor.chat, visitor.language)
        data = json.dumps(self._data | {"language": voice.language}, ensure_ascii=False).replace("<", "\\u003c")
        text = self._page.substitute(
            language=lang(voice.language), data=data, bank=voice("web-bank"), no_script=voice("web-no-script")
        )
        response = web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-cache"})
        keep_cookie(response, request, visitor)
        return response

    async def _static(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name == _FONT_NAME and (font := _font()) is not None:
            return web.FileResponse(font, headers={"Content-Type": "font/ttf", "Cache-Control": _YEAR})
        if name not in self._files:
            raise web.HTTPNotFound
        body, kind, tag = self._files[name]
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type=kind, charset="utf-8", headers=headers)

    async def _download(self, request: web.Request) -> web.Response:
        found = self._downloads.fetch(visitor_of(request).chat, request.match_info["name"])
        if found is None:
            return self._shell.problem(request, 410, "web-download-gone")
        name = "".join(letter for letter in found.name if letter.isalnum() or letter in "._-")
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Type": found.media_type}
        return web.Response(body=found.content, headers=headers)


def _read_files() -> dict[str, tuple[bytes, str, str]]:
    """The files of the page with their types and tags, by name."""
    found = {}
    for file in (files(__package__) / "page").iterdir():
        kind = _TYPES.get(Path(file.name).suffix)
        if kind is not None:
            body = file.read_bytes()
            found[file.name] = (body, kind, f'"{hashlib.sha256(body).hexdigest()[:16]}"')
    return found


def _font() -> Path | None:
    """The font's file, found without importing the library that brings it."""
    package, path = _FONT
    spec = importlib.util.find_spec(package)
    places = [] if spec is None else spec.submodule_search_locations or []
    return next((file for place in places if (file := Path(place) / path).is_file()), None)


def _palette() -> list[Command]:
    """The commands that make sense on the page."""
    return [c for c in COMMANDS if c.who is not Who.OPERATOR and c.where.covers(ChatKind.PRIVATE)]


def _command(command: Command, language: Language) -> Mapping[str, Any]:
    return {
        "name": command.name,
        "aliases": command.aliases,
        "about": command.about(language),
        "usage": command.usage(language),
        "arguments": [_argument(argument, language) for argument in command.arguments],
    }


def _argument(argument: Argument, language: Language) -> Mapping[str, Any]:
    return {
        "name": argument.name,
        "kind": argument.kind,
        "about": argument.about(language),
        "required": argument.required,
        "choices": argument.choices,
    }
