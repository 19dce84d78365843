"""What an interaction asks for, worked out and drawn, before anything is sent."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from bot.core.errors import QianmianError
from bot.core.markup import paragraph
from bot.core.model import ChatKind
from bot.core.ports import Painter
from bot.core.replies import Button, Control, Prompt, Reply, Response, Row, Tone
from bot.core.requests import Request, Voice
from bot.core.service import Service
from bot.platforms.discord.components import Message, messages
from bot.platforms.discord.drawing import drawn
from bot.platforms.discord.placing import Way, way_of

_log: Final = structlog.stdlib.get_logger(__name__)

Work = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an interaction asks for.

    Attributes:
        request: Who asks, where and when.
        work: The core's call that answers it.
        tapped: Whether there is a message to update.
        aside: Whether the answer is of no use to anybody but who asked.
        badge: The pass that the answer's controls carry (see `passes`), or nothing.
        guess: Who will see the answer, as far as one can tell before it is known.
        mention: The line that names a role above the tapped message, which stays there; or nothing.
    """

    request: Request
    work: Work
    tapped: bool
    aside: bool
    badge: str
    guess: Way
    mention: str | None = None

    def way(self, response: Response) -> Way:
        """How this response to it is shown."""
        return way_of(self.request, response, tapped=self.tapped, aside=self.aside)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A response, drawn; one that opens a form has no messages, since the form goes before them."""

    response: Response
    voice: Voice
    messages: Sequence[Message] = ()


class Preparer:
    """Works out responses; what fails becomes a sentence for the person, and is logged whole."""

    def __init__(self, *, service: Service, painter: Painter) -> None:
        self._service: Final = service
        self._painter: Final = painter

    async def prepare(self, asked: Asked) -> Prepared:
        """The response to what was asked, ready to be shown."""
        request = asked.request
        voice = await self._service.voice_in(request.chat.ref, request.language)
        try:
            response = await asked.work(request)
        except QianmianError as error:
            _log.error("interaction failed", chat=str(request.chat.ref), learner=str(request.learner), why=str(error))
            response = Response(toast=voice("discord-trouble"))
        except Exception:  # noqa: BLE001  # whatever broke, the person gets a sentence and the log the whole
            _log.exception("interaction failed", chat=str(request.chat.ref), learner=str(request.learner))
            response = Response(toast=voice("discord-trouble"))
        if response.reply is not None and response.reply.prompt is not None:
            return Prepared(response=response, voice=voice)
        return Prepared(response=response, voice=voice, messages=await self._draw(asked, response, voice))

    async def _draw(self, asked: Asked, response: Response, voice: Voice) -> list[Message]:
        request = asked.request
        if response.reply is None:
            if not response.toast:
                return []
            return await messages(Reply(blocks=(paragraph(response.toast),)), self._painter, public=False)
        if response.shared:
            author = f"<@{request.learner.user_id}>"
            return await messages(response.reply, self._painter, public=False, mention=author)
        together = request.chat.kind is not ChatKind.PRIVATE
        way = asked.way(response)
        public = together and (way is Way.PUBLIC or (way is Way.UPDATE and not request.unseen_by_others))
        if public:
            voice = await self._service.voice_in(request.chat.ref)
        return await messages(
            drawn(response.reply, voice),
            self._painter,
            public=public,
            note=response.toast,
            mention=asked.mention if way is Way.UPDATE else None,
            badge=asked.badge,
        )

    async def instead_of_form(self, asked: Asked, reply: Reply, prompt: Prompt, voice: Voice) -> list[Message]:
        """What a reply says before its form, with the likely answers, and a button that opens the form."""
        button = Button(label=voice("discord-open-form"), action=prompt.action, tone=Tone.PRIMARY)
        likely: tuple[Control, ...] = () if prompt.picker is None else (prompt.picker,)
        instead = Reply(blocks=reply.blocks, controls=(*likely, Row(buttons=(button,))))
        return await messages(instead, self._painter, public=False, badge=asked.badge)
