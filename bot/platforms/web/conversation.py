"""What a person does on the page, handed to the service; what comes of it, put into the chat."""

from collections.abc import Mapping
from typing import Any, Final, assert_never

import structlog
from typing_extensions import override

from bot.core.actions import PlanField, SetLanguage, encode
from bot.core.markup import plain
from bot.core.model import Chat, ChatKind, ChatRef, Language, LearnerRef, MessageId
from bot.core.ports import Clock, Rights
from bot.core.replies import Placement, Response
from bot.core.requests import Request, Voice
from bot.core.service import Service
from bot.platforms.web.bubbles import form
from bot.platforms.web.frames import Dismiss, Frame, Hello, Ping, Say, Speak, Suggest, Tap, Tell
from bot.platforms.web.history import History
from bot.platforms.web.visitors import Visitor

Answer = Mapping[str, Any]
TITLE: Final = "Web"

_log: Final = structlog.stdlib.get_logger(__name__)


class EveryoneMayManage(Rights):
    """On the web each browser has a chat of its own."""

    @override
    async def may_manage(self, learner: LearnerRef, chat: ChatRef) -> bool:
        return learner.platform == chat.platform and learner.user_id == chat.chat_id


class Conversation:
    """One page's side of a browser's chat.

    `operator` says that whoever uses this page runs the bot: true without a password, on the bot's own machine.
    """

    def __init__(
        self, *, visitor: Visitor, service: Service, history: History, clock: Clock, operator: bool = False
    ) -> None:
        self._visitor: Final = visitor
        self._operator: Final = operator
        self._service: Final = service
        self._history: Final = history
        self._clock: Final = clock

    async def greet(self) -> None:
        """Say what the bot says to those who see it for the first time, once."""
        _log.info("a chat began on the web", chat=str(self._visitor.chat))
        response = await self._service.welcome(self._request())
        await self._place(response, await self.voice(), key="welcome")

    async def voice(self) -> Voice:
        """The voice that is spoken in this chat now."""
        return await self._service.voice_in(self._visitor.chat, self._visitor.language)

    async def take(self, frame: Frame) -> Answer:  # noqa: C901, PLR0911  # one case per frame; mypy proves it whole
        """Do what a frame asks for; returns what is told to this page alone."""
        match frame:
            case Say():
                return await self._say(frame)
            case Tap():
                return await self._tap(frame)
            case Tell():
                return await self._tell(frame)
            case Dismiss():
                return await self._dismiss(frame)
            case Suggest():
                return await self._suggest(frame)
            case Speak():
                return await self._speak(frame.n, frame.language)
            case Ping():
                return {"type": "pong"}
            case Hello():
                return {"type": "ready"}
            case _:
                assert_never(frame)

    async def _say(self, frame: Say) -> Answer:
        # Sent again after the connection broke: it was done, only the page did not hear of it.
        if await self._history.heard(self._visitor.chat, frame.text, n=frame.n):
            response = await self._service.write(self._request(), frame.text)
            await self._place(response, await self.voice())
            return _done(frame.n, response)
        return _done(frame.n, Response())

    async def _tap(self, frame: Tap) -> Answer:
        response = await self._service.act(self._request(), frame.data)
        voice = await self.voice()
        if response.reply is not None and response.reply.prompt is not None:
            # The form opens in the bubble that was tapped, on this page alone, and leaves no trace when it is closed.
            return {**_done(frame.n, response), "form": form(response.reply.prompt, voice)}
        await self._place(response, voice, on=frame.on)
        return _done(frame.n, response)

    async def _tell(self, frame: Tell) -> Answer:
        response = await self._service.tell(self._request(), frame.data, frame.text)
        reply = response.reply
        if reply is not None and reply.blocks and (response.refused or reply.prompt is not None):
            # What follows the complaint is the question, which the form still shows.
            return {**_done(frame.n, response), "complaint": plain(reply.blocks[0])}
        await self._history.close_form(self._visitor.chat, frame.on)
        await self._place(response, await self.voice(), on=frame.on)
        return _done(frame.n, response)

    async def _dismiss(self, frame: Dismiss) -> Answer:
        await self._history.close_form(self._visitor.chat, frame.on)
        return _done(frame.n, Response())

    async def _suggest(self, frame: Suggest) -> Answer:
        voice = await self.voice()
        items = self._service.suggest(frame.kind, frame.text, voice.language)
        return {
            "type": "suggestions",
            "n": frame.n,
            "items": [{"label": item.label, "value": item.value} for item in items],
        }

    async def _speak(self, n: str, language: Language) -> Answer:
        response = await self._service.act(self._request(), encode(SetLanguage(language=language)))
        self._history.wake(self._visitor.chat)
        words = " ".join(plain(block) for block in response.reply.blocks) if response.reply is not None else ""
        return {"type": "done", "n": n, "toast": words}

    async def _place(
        self, response: Response, voice: Voice, *, on: MessageId | None = None, key: str | None = None
    ) -> None:
        """Put a response where it belongs; what should stand in place of a message that is gone comes last."""
        reply = response.reply
        if reply is not None:
            in_place = on is not None and response.placement is Placement.EDIT
            if not (in_place and on is not None and await self._history.replace(self._visitor.chat, on, reply, voice)):
                await self._history.say(self._visitor.chat, reply, voice, key=key)
        self._history.wake(self._visitor.chat)

    def _request(self) -> Request:
        return Request(
            chat=Chat(ref=self._visitor.chat, kind=ChatKind.PRIVATE, title=TITLE),
            learner=self._visitor.learner,
            now=self._clock.now(),
            rights=EveryoneMayManage(),
            language=self._visitor.language,
            zone=self._visitor.zone,
            operator=self._operator,
            features=frozenset({PlanField.SILENT}),
        )


def _done(n: str, response: Response) -> Answer:
    return {"type": "done", "n": n, "toast": response.toast}
