"""A browser without a screen: cookies, pages, and tabs that speak the page's protocol."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar, WSMsgType
from yarl import URL

Frame = dict[str, Any]


class Tab:
    """One open page: what it is told is in `frames`, the messages it shows in `shown` by their ids."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.frames: list[Frame] = []
        self.shown: dict[str, Frame] = {}
        self.revision = 0
        self.last = ""
        self._numbers = count(1)

    async def send(self, **frame: object) -> None:
        """Send a frame as it is."""
        await self.socket.send_json(frame)

    async def hello(self, *, after: int = 0, last: str = "") -> None:
        """Say hello and wait until everything was told."""
        await self.send(type="hello", after=after, last=last)
        await self.until("ready")

    async def ask(self, type_: str, **fields: object) -> Frame:
        """Send a frame with a number and wait for its answer."""
        n = str(next(self._numbers))
        await self.send(type=type_, n=n, **fields)
        return await self.until(None, n=n)

    async def say(self, text: str, n: str | None = None) -> Frame:
        """Type something."""
        await self.send(type="say", n=n or (n := f"say-{next(self._numbers)}"), text=text)
        return await self.until(None, n=n)

    async def tap(self, data: str, *, on: str | None = None) -> Frame:
        """Press a button of a message, by default the last."""
        return await self.ask("tap", on=on or self.last, data=data)

    async def until(self, type_: str | None, *, n: str | None = None) -> Frame:
        """Take frames until one of that type, or with that number, comes."""
        while True:
            frame = await self.receive()
            if (type_ is None or frame["type"] == type_) and (n is None or frame.get("n") == n):
                return frame

    async def receive(self) -> Frame:
        """The next frame."""
        message = await self.socket.receive(timeout=10)
        if message.type is not WSMsgType.TEXT:
            raise ConnectionError(f"the bot hung up: {message}")
        frame: Frame = json.loads(message.data)
        self.frames.append(frame)
        if frame["type"] == "messages":
            self._show(frame)
        return frame

    def _show(self, frame: Frame) -> None:
        if frame["anew"]:
            self.shown.clear()
        for message in frame["messages"]:
            self.shown[message["id"]] = message
            self.revision = max(self.revision, message["revision"])
            self.last = max(self.shown, key=int)

    @property
    def latest(self) -> str:
        """What the latest message says, as HTML or as it was typed."""
        message = self.shown[self.last]
        return str(message.get("html") or message["text"])

    @property
    def said(self) -> list[str]:
        """What all messages say, in their order."""
        return [str(m.get("html") or m["text"]) for _, m in sorted(self.shown.items(), key=lambda item: int(item[0]))]


class Browser:
    """Something with cookies of its own; `languages` is what it prefers to read."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self.session = session
        self.url = URL(url)

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        """A page's status and text, without following where it leads."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.get(self.url.join(URL(path)), headers=named, allow_redirects=False) as response:
            return response.status, await response.text()

    async def post(self, path: str, **form: str) -> tuple[int, str]:
        """Send a form from a page of the same site."""
        headers = {"Origin": str(self.url.origin())}
        address = self.url.join(URL(path))
        async with self.session.post(address, data=form, headers=headers, allow_redirects=False) as response:
            return response.status, await response.text()

    @asynccontextmanager
    async def tab(self, *, greet: bool = True, zone: str = "") -> AsyncIterator[Tab]:
        """An open page of the chat, in a time zone."""
        headers = {"Origin": str(self.url.origin())}
        address = self.url.join(URL("/ws")).with_query(zone=zone)
        async with self.session.ws_connect(address, headers=headers) as socket:
            tab = Tab(socket)
            if greet:
                await tab.hello()
            yield tab


@asynccontextmanager
async def browser(url: str, *, languages: str = "en") -> AsyncIterator[Browser]:
    """A browser that was never here before."""
    headers = {"Accept-Language": languages}
    async with ClientSession(cookie_jar=CookieJar(unsafe=True), headers=headers) as session:
        yield Browser(session, url)
