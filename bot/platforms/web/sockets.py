"""The page's socket: frames come in and are answered, and whatever changes in the chat goes out, in order, once.

A page is told what the store has after the last revision it was told. So a page that was closed, asleep or offline,
one that is slow, and one that reconnects after the bot was restarted are all the same case.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import structlog
from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from bot.core.errors import StoreError
from bot.core.model import ChatRef, Language, MessageId
from bot.core.requests import Voice
from bot.platforms.web.conversation import Conversation
from bot.platforms.web.frames import BadFrame, Frame, Hello, read_frame
from bot.platforms.web.history import History

# Beyond this the library hangs up; up to this a text that is too long gets an answer that says so.
MOST_BYTES: Final = 4 * 1024 * 1024
HEARTBEAT_SECONDS: Final = 30.0
BURST: Final = 30
FRAMES_PER_SECOND: Final = 10.0
_BATCH: Final = 25

_log: Final = structlog.stdlib.get_logger(__name__)


class Allowance:
    """How many frames a page may send: a burst of 30, then 10 a second."""

    def __init__(self) -> None:
        self._left: float = BURST
        self._at: float | None = None

    def take(self, now: float) -> bool:
        """Whether one more frame may come in at this instant, in seconds of a clock that never goes back."""
        passed = 0.0 if self._at is None else now - self._at
        self._at = now
        self._left = min(BURST, self._left + passed * FRAMES_PER_SECOND)
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Page:
    """One open page of a chat, from its first frame to its last."""

    def __init__(
        self,
        *,
        socket: web.WebSocketResponse,
        chat: ChatRef,
        conversation: Conversation,
        history: History,
        voice: Voice,
    ) -> None:
        self._socket: Final = socket
        self._chat: Final = chat
        self._conversation: Final = conversation
        self._history: Final = history
        self._voice = voice
        self._told: Language | None = None
        self._after: int | None = None
        self._last = MessageId("")
        self._sending: Final = asyncio.Lock()
        self._allowance: Final = Allowance()

    async def serve(self) -> None:
        """Take frames until the page leaves."""
        with self._history.listening(self._chat) as something_new:
            following = asyncio.create_task(self._follow(something_new))
            try:
                async for message in self._socket:
                    await self._receive(message)
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)

    async def _follow(self, something_new: asyncio.Event) -> None:
        while True:
            await something_new.wait()
            something_new.clear()
            try:
                await self._catch_up()
            except StoreError as error:
                _log.error("the store failed while a page was told what is new", chat=str(self._chat), error=str(error))
            except ConnectionError:
                return

    async def _receive(self, message: WSMessage) -> None:
        try:
            await self._tell(await self._answer(message))
        except ConnectionError:
            _log.debug("a page left before its answer", chat=str(self._chat))

    async def _answer(self, message: WSMessage) -> Mapping[str, Any]:
        """What is answered to one message of the socket, whatever it is."""
        n = ""
        try:
            frame = _frame_of(message)
            n = getattr(frame, "n", "")
            if not self._allowance.take(asyncio.get_running_loop().time()):
                return self._error("web-too-fast", n)
            if isinstance(frame, Hello):
                await self._begin(frame)
            answer = await self._conversation.take(frame)
            await self._catch_up()
        except BadFrame as error:
            return self._refused(error)
        except StoreError as error:
            _log.error("the store failed", chat=str(self._chat), error=str(error))
            return self._error("web-broken", n)
        except ConnectionError:
            raise
        except Exception:  # noqa: BLE001  # logged whole, and the person is told
            # One frame that meets a fault of ours must not take the page's connection with it.
            _log.exception("a frame could not be answered", chat=str(self._chat))
            return self._error("web-broken", n)
        return answer

    async def _begin(self, hello: Hello) -> None:
        self._after, self._last = hello.after, hello.last
        if not await self._history.after(self._chat, 0, limit=1):
            await self._conversation.greet()

    async def _catch_up(self) -> None:
        """Tell the page what changed since it was told last, and the chat's language if that changed."""
        async with self._sending:
            if self._after is None:
                return
            self._voice = await self._conversation.voice()
            if self._voice.language is not self._told:
                self._told = self._voice.language
                await self._tell({"type": "language", "language": self._told})
            # What the page shows last is gone: forgotten, or of another database. It begins anew.
            anew = bool(self._last) and not await self._history.has(self._chat, self._last)
            if anew:
                self._after, self._last = 0, MessageId("")
            await self._tell_messages(anew=anew)

    async def _tell_messages(self, *, anew: bool) -> None:
        while True:
            batch = await self._history.after(self._chat, self._after or 0, limit=_BATCH)
            if batch or anew:
                await self._tell({"type": "messages", "anew": anew, "messages": batch})
            if batch:
                self._after = batch[-1]["revision"]
                self._last = max(self._last, *(message["id"] for message in batch), key=lambda id_: int(id_ or 0))
            if len(batch) < _BATCH:
                return
            anew = False

    async def _tell(self, frame: Mapping[str, Any]) -> None:
        await self._socket.send_json(frame)

    def _refused(self, error: BadFrame) -> Mapping[str, Any]:
        if not self._allowance.take(asyncio.get_running_loop().time()):
            return self._error("web-too-fast", error.n)
        _log.warning("a page sent what is not of the protocol", chat=str(self._chat), why=str(error))
        return self._error(error.key, error.n)

    def _error(self, key: str, n: str) -> Mapping[str, Any]:
        return {"type": "error", "n": n, "text": self._voice(key)}


def _frame_of(message: WSMessage) -> Frame:
    if message.type is WSMsgType.ERROR:
        raise BadFrame("web-frame-big", f"the connection ended: {message.data}")
    if message.type is not WSMsgType.TEXT:
        raise BadFrame("web-frame-bad", f"a frame of type {message.type.name}")
    return read_frame(message.data)


class OpenSockets:
    """Every open socket, to be closed when the bot stops."""

    def __init__(self) -> None:
        self._sockets: Final[set[web.WebSocketResponse]] = set()

    async def serve(self, socket: web.WebSocketResponse, page: Page) -> None:
        """Serve a page on its socket until it ends."""
        self._sockets.add(socket)
        try:
            await page.serve()
        finally:
            self._sockets.discard(socket)

    async def close(self) -> None:
        """Tell every page that the bot goes away; it will try again by itself."""
        goodbyes = (socket.close(code=WSCloseCode.GOING_AWAY) for socket in tuple(self._sockets))
        await asyncio.gather(*goodbyes, return_exceptions=True)
