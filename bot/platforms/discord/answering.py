"""Interactions as the core's calls: commands, presses, forms and completions, each acknowledged in time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import discord
import structlog
from discord import app_commands

from bot.core.commands import BY_NAME, Who
from bot.core.errors import QianmianError
from bot.core.markup import paragraph
from bot.core.model import ChatKind, MessageId
from bot.core.ports import Clock, Painter
from bot.core.replies import Button, Prompt, Reply, Response, Row, Tone
from bot.core.requests import Request, Voice
from bot.core.service import Service
from bot.platforms.discord.commands import focused_of, words_of
from bot.platforms.discord.components import Message, answer_in, clipped, is_ours, messages, modal
from bot.platforms.discord.crowd import Crowd
from bot.platforms.discord.drawing import drawn
from bot.platforms.discord.faults import ALREADY_ACKNOWLEDGED, SDK_ERRORS, UNKNOWN_INTERACTION
from bot.platforms.discord.metrics import Metrics
from bot.platforms.discord.places import language_of, request_of
from bot.platforms.discord.placing import Answer, Way, source_of, way_of
from bot.platforms.discord.refreshing import Refresher

_log: Final = structlog.stdlib.get_logger(__name__)

PATIENCE: Final = 1.2
"""Seconds before an answer that is not ready is promised; Discord waits three."""
CROWD: Final = 48
"""With more interactions than this unacknowledged, each is promised before anything else is done."""

Interaction = discord.Interaction[Any]
Work = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    response: Response
    voice: Voice
    messages: Sequence[Message] = ()


class Answering:
    """Takes every interaction; what fails is told to the person in a sentence and logged whole."""

    def __init__(
        self, *, service: Service, clock: Clock, painter: Painter, refresher: Refresher, metrics: Metrics
    ) -> None:
        self._service: Final = service
        self._clock: Final = clock
        self._painter: Final = painter
        self._refresher: Final = refresher
        self._metrics: Final = metrics
        self._crowd: Final = Crowd(CROWD)
        self._under_way = 0
        self._idle: Final = asyncio.Event()
        self._idle.set()

    async def take(self, interaction: Interaction) -> None:
        """Answer a command, a completion or a form; presses of our own buttons come through `press`."""
        data: Any = interaction.data
        match interaction.type:
            case discord.InteractionType.application_command:
                await self._command(interaction, data)
            case discord.InteractionType.autocomplete:
                await self._complete(interaction, data)
            case discord.InteractionType.modal_submit:
                action, text = answer_in(interaction)
                await self._answer(interaction, lambda request: self._service.tell(request, action, text))
            case discord.InteractionType.component if not is_ours(interaction):
                # Nothing we ever made; the core tells the person so.
                await self.press(interaction, ("",))
            case _:
                return

    async def press(self, interaction: Interaction, actions: Sequence[str]) -> None:
        """Answer a press that stands for these encoded actions, done one after the other."""

        async def work(request: Request) -> Response:
            response = Response()
            for action in actions:
                response = await self._service.act(request, action)
            return response

        await self._answer(interaction, work)

    async def _command(self, interaction: Interaction, data: dict[str, Any]) -> None:
        name = str(data["name"])
        known = BY_NAME.get(name)
        managers_only = known is not None and known.who is Who.ADMIN
        words = words_of(data)
        guess = Way.PRIVATE if name in _MOSTLY_PRIVATE and interaction.guild_id is not None else Way.PUBLIC
        await self._answer(
            interaction,
            lambda request: self._service.command(request, name, words),
            invited=managers_only,
            guess=guess,
        )

    async def _complete(self, interaction: Interaction, data: dict[str, Any]) -> None:
        focus = focused_of(data)
        found = [] if focus is None else self._service.suggest(*focus, language_of(interaction.locale))
        choices = [
            app_commands.Choice(name=clipped(item.label, 100), value=item.value)
            for item in found
            if 0 < len(item.value) <= 100  # noqa: PLR2004  # Discord's limit of a choice's value
        ]
        with self._metrics.timed("completion"):
            try:
                await interaction.response.autocomplete(choices)
            except SDK_ERRORS as error:
                _log.info("completion came too late", error=str(error))

    # The common way of all answers

    async def _answer(
        self, interaction: Interaction, work: Work, *, invited: bool = False, guess: Way = Way.PUBLIC
    ) -> None:
        request = request_of(interaction, self._clock.now(), invited=invited)
        answer = Answer(interaction, acknowledged=self._crowd.acknowledged)
        self._crowd.arrived()
        self._under_way += 1
        self._idle.clear()
        try:
            with self._metrics.timed(interaction.type.name):
                prepared = await self._prepared_in_time(answer, request, work, guess)
                await self._give(answer, request, prepared)
        except SDK_ERRORS as error:
            self._not_given(request, error)
        finally:
            answer.settled()
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def _prepared_in_time(self, answer: Answer, request: Request, work: Work, guess: Way) -> _Prepared:
        """What is to be shown; where that takes long, or many wait, the answer is promised meanwhile."""
        if self._crowd.dense:
            await answer.promise(guess)
            await self._crowd.dispersed()
        task = asyncio.create_task(self._prepare(request, work, tapped=answer.interaction.message is not None))
        try:
            done, _ = await asyncio.wait({task}, timeout=PATIENCE)
            if not done and answer.promised is None:
                await answer.promise(guess)
            return await task
        finally:
            task.cancel()

    async def _prepare(self, request: Request, work: Work, *, tapped: bool) -> _Prepared:
        voice = await self._service.voice_in(request.chat.ref, request.language)
        try:
            response = await work(request)
        except QianmianError as error:
            _log.error("interaction failed", chat=str(request.chat.ref), learner=str(request.learner), why=str(error))
            response = Response(toast=voice("discord-trouble"))
        except Exception:  # noqa: BLE001  # whatever broke, the person gets a sentence and the log the whole
            _log.exception("interaction failed", chat=str(request.chat.ref), learner=str(request.learner))
            response = Response(toast=voice("discord-trouble"))
        if response.reply is not None and response.reply.prompt is not None:
            return _Prepared(response=response, voice=voice)
        return _Prepared(
            response=response, voice=voice, messages=await self._draw(request, response, voice, tapped=tapped)
        )

    async def _draw(self, request: Request, response: Response, voice: Voice, *, tapped: bool) -> list[Message]:
        if response.reply is None:
            if not response.toast:
                return []
            return await messages(Reply(blocks=(paragraph(response.toast),)), self._painter, public=False)
        if response.shared:
            author = f"<@{request.learner.user_id}>"
            return await messages(response.reply, self._painter, public=False, mention=author)
        together = request.chat.kind is not ChatKind.PRIVATE
        way = way_of(request, response, tapped=tapped)
        public = together and (way is Way.PUBLIC or (way is Way.UPDATE and not request.unseen_by_others))
        return await messages(drawn(response.reply, voice), self._painter, public=public, note=response.toast)

    async def _give(self, answer: Answer, request: Request, prepared: _Prepared) -> None:
        response, tapped = prepared.response, answer.interaction.message is not None
        if response.reply is not None and response.reply.prompt is not None:
            await self._ask(answer, response.reply, response.reply.prompt, prepared.voice)
        elif response.shared:
            await answer.share(prepared.messages)
        elif prepared.messages:
            await answer.give(way_of(request, response, tapped=tapped), prepared.messages)
        elif answer.promised is None:
            await answer.promise(Way.PRIVATE)
        self._refresh(answer.interaction, request, response)

    async def _ask(self, answer: Answer, reply: Reply, prompt: Prompt, voice: Voice) -> None:
        """Open the form. It can follow neither a promise nor another form, so then a button is given that opens it."""
        from_form = answer.interaction.type is discord.InteractionType.modal_submit
        if answer.promised is None and not from_form:
            await answer.interaction.response.send_modal(modal(prompt))
            return
        button = Button(label=voice("discord-open-form"), action=prompt.action, tone=Tone.PRIMARY)
        instead = Reply(blocks=reply.blocks, controls=(Row(buttons=(button,)),))
        await answer.give(Way.PRIVATE, await messages(instead, self._painter, public=False))

    def _refresh(self, interaction: Interaction, request: Request, response: Response) -> None:
        if response.refresh is None or interaction.channel is None or interaction.message is None:
            return
        message = source_of(interaction.message) if request.unseen_by_others else interaction.message.id
        if message is not None:
            self._refresher.refresh(interaction.channel.id, MessageId(str(message)), response.refresh)

    def _not_given(self, request: Request, error: Exception) -> None:
        code = error.code if isinstance(error, discord.HTTPException) else 0
        expected = code in {UNKNOWN_INTERACTION, ALREADY_ACKNOWLEDGED}
        tell = _log.info if expected else _log.warning
        tell("answer not given", chat=str(request.chat.ref), learner=str(request.learner), why=str(error))

    async def settle(self, within: float) -> None:
        """Wait until nothing is under way, at most so many seconds."""
        try:
            async with asyncio.timeout(within):
                await self._idle.wait()
        except TimeoutError:
            _log.warning("interactions cut off", number=self._under_way)


# Commands whose answers are for the person alone where others read along.
_MOSTLY_PRIVATE: Final = frozenset({"me", "settings", "unsubscribe", "suggest"})
