"""Putting a response where it belongs: a message of its own, in place of the tapped one, or for one person alone.

An interaction is acknowledged once and within three seconds; what comes later edits or follows that answer
(https://docs.discord.com/developers/interactions/receiving-and-responding).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import discord
import structlog

from bot.core.model import ChatKind
from bot.core.replies import Placement, Response
from bot.core.requests import Request
from bot.platforms.discord.components import Message
from bot.platforms.discord.controls import id_of

_log: Final = structlog.stdlib.get_logger(__name__)

Interaction = discord.Interaction[Any]
NOBODY: Final = discord.AllowedMentions.none()


class Way(StrEnum):
    """How a response is shown."""

    PUBLIC = "public"
    PRIVATE = "private"
    UPDATE = "update"


def way_of(request: Request, response: Response, *, tapped: bool, aside: bool = False) -> Way:
    """How to show a response to this request.

    `tapped` says that there is a message to update, `aside` that it is of no use to anybody but who asked.
    """
    together = request.chat.kind is not ChatKind.PRIVATE
    if response.reply is None:
        return Way.PRIVATE
    if response.placement is Placement.EDIT and tapped:
        return Way.UPDATE
    if response.placement is Placement.PRIVATE and together:
        return Way.UPDATE if request.unseen_by_others else Way.PRIVATE
    # What is asked for in private is answered in private.
    return Way.PRIVATE if together and (aside or request.unseen_by_others) else Way.PUBLIC


def source_of(private: discord.Message) -> int | None:
    """The public message whose button called a private one forth."""
    meta = private.interaction_metadata
    while meta is not None and meta.interacted_message_id is None and meta.modal_interaction is not None:
        meta = meta.modal_interaction
    return None if meta is None else meta.interacted_message_id


@dataclass(slots=True)
class Answer:
    """The one answer to an interaction, from its acknowledgement to its last message."""

    interaction: Interaction
    acknowledged: Callable[[], None]
    promised: Way | None = None
    _settled: bool = False

    def settled(self) -> None:
        """Say once that nobody waits for an acknowledgement any more."""
        if not self._settled:
            self._settled = True
            self.acknowledged()

    async def promise(self, guess: Way) -> None:
        """Acknowledge now, before the answer is known; for commands `guess` decides who will see it."""
        if self.interaction.message is not None:
            await self.interaction.response.defer()
            self.promised = Way.UPDATE
        else:
            await self.interaction.response.defer(thinking=True, ephemeral=guess is Way.PRIVATE)
            self.promised = guess
        self.settled()

    async def give(self, way: Way, messages: Sequence[Message]) -> None:
        """Show the messages; an update changes the tapped message to the page that it is of its reply."""
        first = min(id_of(self.interaction).page, len(messages) - 1) if way is Way.UPDATE else 0
        await self._give_first(way, messages[first])
        private = way is Way.PRIVATE or (way is Way.UPDATE and self._tapped_in_private())
        for message in messages[first + 1 :]:
            await self._follow(message, private=private)

    async def share(self, messages: Sequence[Message]) -> None:
        """Show the messages to everybody: in the thread below the question they came from, else in the channel."""
        source = None if self.interaction.message is None else source_of(self.interaction.message)
        thread = None if source is None or self.interaction.guild is None else self.interaction.guild.get_thread(source)
        if thread is None:
            await self.give(Way.PUBLIC, messages)
            return
        if self.promised is None:
            await self.promise(Way.PRIVATE)
        try:
            for message in messages:
                await thread.send(view=message.view, files=message.files, suppress_embeds=True, allowed_mentions=NOBODY)
        except discord.HTTPException as error:
            _log.info("not shared in the thread", thread=thread.id, why=str(error))
            await self.give(Way.PUBLIC, messages)

    async def _give_first(self, way: Way, message: Message) -> None:
        if self.promised is not None:
            await self._keep_promise(way, message)
        elif way is Way.UPDATE:
            await self.interaction.response.edit_message(
                view=message.view, attachments=message.files, allowed_mentions=NOBODY
            )
        else:
            await self.interaction.response.send_message(
                view=message.view,
                files=message.files,
                ephemeral=way is Way.PRIVATE,
                suppress_embeds=True,
                allowed_mentions=NOBODY,
            )

    async def _keep_promise(self, way: Way, message: Message) -> None:
        if self.promised is Way.UPDATE and way is not Way.UPDATE:
            await self._follow(message, private=way is Way.PRIVATE)
            return
        if self.promised is Way.PUBLIC and way is Way.PRIVATE:
            # The answer turned out to be for one person alone; the public "thinking" goes first.
            await self.interaction.delete_original_response()
            await self._follow(message, private=True)
            return
        await self.interaction.edit_original_response(
            view=message.view, attachments=message.files, allowed_mentions=NOBODY
        )

    async def _follow(self, message: Message, *, private: bool) -> None:
        await self.interaction.followup.send(
            view=message.view,
            files=message.files,
            ephemeral=private,
            suppress_embeds=True,
            allowed_mentions=NOBODY,
        )

    def _tapped_in_private(self) -> bool:
        message = self.interaction.message
        return message is not None and message.flags.ephemeral
