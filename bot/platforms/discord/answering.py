"""Interactions as the core's calls: commands, presses, forms and completions, each acknowledged in time."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import discord
import structlog
from discord import app_commands

from bot.core.actions import Run, decode
from bot.core.commands import BY_NAME, Audience, Who
from bot.core.errors import StaleAction
from bot.core.model import MessageId
from bot.core.ports import Clock, Painter
from bot.core.replies import Prompt, Reply, Response
from bot.core.requests import Request, Voice
from bot.core.service import Service
from bot.platforms.discord.commands import focused_of, words_of
from bot.platforms.discord.components import named_on
from bot.platforms.discord.controls import id_of, is_ours
from bot.platforms.discord.crowd import Crowd
from bot.platforms.discord.faults import ALREADY_ACKNOWLEDGED, SDK_ERRORS, UNKNOWN_INTERACTION
from bot.platforms.discord.metrics import Metrics
from bot.platforms.discord.modals import modal, submitted
from bot.platforms.discord.passes import Passes
from bot.platforms.discord.places import at_home, chat_of, language_of, learner_of, may_manage, request_of
from bot.platforms.discord.placing import Answer, Way, source_of
from bot.platforms.discord.preparing import Asked, Prepared, Preparer, Work
from bot.platforms.discord.prose import clipped
from bot.platforms.discord.refreshing import LAST, Refresher, Spot

_log: Final = structlog.stdlib.get_logger(__name__)

PATIENCE: Final = 1.2
"""Seconds before an answer that is not ready is promised; Discord waits three."""
CROWD: Final = 48
"""With more interactions than this unacknowledged, each is promised before anything else is done."""

Interaction = discord.Interaction[Any]


class Answering:
    """Takes every interaction; what fails is told to the person in a sentence and logged whole."""

    def __init__(
        self,
        *,
        service: Service,
        clock: Clock,
        painter: Painter,
        refresher: Refresher,
        metrics: Metrics,
        passes: Passes,
    ) -> None:
        self._service: Final = service
        self._clock: Final = clock
        self._preparer: Final = Preparer(service=service, painter=painter)
        self._refresher: Final = refresher
        self._metrics: Final = metrics
        self._passes: Final = passes
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
                await self._form(interaction)
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

        await self._answer(interaction, work, aside=any(map(_runs_aside, actions)))

    async def _form(self, interaction: Interaction) -> None:
        form = submitted(interaction)
        if form.choice:
            await self.press(interaction, (form.choice,))
        else:
            await self._answer(interaction, lambda request: self._service.tell(request, form.action, form.text))

    async def _command(self, interaction: Interaction, data: dict[str, Any]) -> None:
        name, words = str(data["name"]), words_of(data)
        known = BY_NAME.get(name)
        await self._answer(
            interaction,
            lambda request: self._service.command(request, name, words),
            aside=_is_aside(name),
            for_managers=known is not None and known.who is Who.ADMIN,
            guess=Way.PRIVATE if name in _MOSTLY_PRIVATE and interaction.guild_id is not None else Way.PUBLIC,
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
        self,
        interaction: Interaction,
        work: Work,
        *,
        aside: bool = False,
        for_managers: bool = False,
        guess: Way = Way.PUBLIC,
    ) -> None:
        now = self._clock.now()
        badge = self._badge(interaction, now, for_managers=for_managers)
        asked = Asked(
            request=request_of(interaction, now, invited=bool(badge)),
            work=work,
            tapped=interaction.message is not None,
            aside=aside,
            badge=badge,
            guess=Way.PRIVATE if aside and interaction.guild_id is not None else guess,
            mention=named_on(interaction.message),
        )
        answer = Answer(interaction, acknowledged=self._crowd.acknowledged)
        self._crowd.arrived()
        self._under_way += 1
        self._idle.clear()
        try:
            with self._metrics.timed(interaction.type.name):
                await self._give(answer, asked, await self._prepared_in_time(answer, asked))
        except SDK_ERRORS as error:
            self._not_given(asked.request, error)
        finally:
            answer.settled()
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    def _badge(self, interaction: Interaction, now: datetime, *, for_managers: bool) -> str:
        """The pass that lets this person manage this chat without a manager's permissions; nothing where none does."""
        if not at_home(interaction) or may_manage(interaction):
            return ""
        who, where = learner_of(interaction), chat_of(interaction).ref
        if for_managers:
            return self._passes.issue(who, where, now)
        shown = id_of(interaction).badge
        return shown if self._passes.holds(shown, who, where, now) else ""

    async def _prepared_in_time(self, answer: Answer, asked: Asked) -> Prepared:
        """What is to be shown; where that takes long, or many wait, the answer is promised meanwhile."""
        if self._crowd.dense:
            await answer.promise(asked.guess)
            await self._crowd.dispersed()
        task = asyncio.create_task(self._preparer.prepare(asked))
        try:
            done, _ = await asyncio.wait({task}, timeout=PATIENCE)
            if not done and answer.promised is None:
                await answer.promise(asked.guess)
            return await task
        finally:
            task.cancel()

    async def _give(self, answer: Answer, asked: Asked, prepared: Prepared) -> None:
        response = prepared.response
        if response.reply is not None and response.reply.prompt is not None:
            await self._ask(answer, asked, response.reply, response.reply.prompt, prepared.voice)
        elif response.shared:
            await answer.share(prepared.messages)
        elif prepared.messages:
            await answer.give(asked.way(response), prepared.messages)
        elif answer.promised is None:
            await answer.promise(Way.PRIVATE)
        self._refresh(answer.interaction, asked.request, response)

    async def _ask(self, answer: Answer, asked: Asked, reply: Reply, prompt: Prompt, voice: Voice) -> None:
        """Open the form. It can follow neither a promise nor another form, so then a button is given that opens it."""
        from_form = answer.interaction.type is discord.InteractionType.modal_submit
        if answer.promised is None and not from_form:
            await answer.interaction.response.send_modal(modal(prompt, badge=asked.badge))
            return
        shown = await self._preparer.instead_of_form(asked, reply, prompt, voice)
        await answer.give(Way.PRIVATE, shown)

    def _refresh(self, interaction: Interaction, request: Request, response: Response) -> None:
        if response.refresh is None or interaction.channel is None or interaction.message is None:
            return
        if not at_home(interaction):
            # Where only its user installed the bot, it cannot reach a message but through their own interactions.
            return
        # A private message was called forth from the buttons of its source, which stand on the last page of that.
        message, page = interaction.message.id, id_of(interaction).page
        if request.unseen_by_others:
            message, page = source_of(interaction.message) or 0, LAST
        if message:
            spot = Spot(
                chat=request.chat.ref, channel=interaction.channel.id, message=MessageId(str(message)), page=page
            )
            self._refresher.refresh(spot, response.refresh)

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


# Commands that mostly ask or confirm something, which core shows to the person alone where others read along.
_MOSTLY_PRIVATE: Final = frozenset({"unsubscribe", "suggest"})


def _is_aside(name: str) -> bool:
    """Whether a command's answer is of no use to anybody but who asked."""
    command = BY_NAME.get(name)
    return command is not None and command.audience is not Audience.EVERYBODY


def _runs_aside(data: str) -> bool:
    """The same of a button that runs a command."""
    try:
        action = decode(data)
    except StaleAction:
        return False
    return isinstance(action, Run) and _is_aside(action.command)
