"""What is meant for one person, in a group where nothing can be shown to them alone."""

from collections import OrderedDict
from dataclasses import replace
from typing import Final

import structlog
from telegram import Bot, User
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.core.actions import PLACELESS
from bot.core.markup import paragraph
from bot.core.replies import Button, Option, Picker, Reply, Response, Row
from bot.core.requests import Request
from bot.core.service import Service
from bot.platforms.telegram.places import language_of
from bot.platforms.telegram.sending import Address, Sender

_log: Final = structlog.stdlib.get_logger(__name__)
_KEPT: Final = 5_000


class Asides:
    """Says it in private where that is possible; else so that nothing personal is seen and no chat fills up."""

    def __init__(self, *, bot: Bot, sender: Sender, service: Service) -> None:
        self._bot: Final = bot
        self._sender: Final = sender
        self._service: Final = service
        # The one line that stands in each chat.
        self._lines: Final[OrderedDict[tuple[int, int | None], int]] = OrderedDict()

    async def say(
        self, request: Request, response: Response, to: Address, person: User | None, *, again: str | None
    ) -> None:
        """Say something PRIVATE.

        `person` is None for whom no private chat can be opened. `again` is the deep link under which they find the
        same there; None if the others may see it.
        """
        reply = response.reply or Reply()
        if not _means_the_same_anywhere(reply):
            # A panel about this chat, which works only here.
            await self._sender.send(reply, to)
            return
        if person is not None and (response.refused or again) and await self._in_private(request, response, person):
            return
        if again and not response.refused:
            reply = await self._invitation(request, person, again)
        await self._one_line(reply, to)

    async def _in_private(self, request: Request, response: Response, person: User) -> bool:
        """Say it in the person's private chat; whether they ever started the bot there."""
        reply = response.reply or Reply()
        if response.refused and request.chat.title:
            voice = await self._service.voice_in(request.chat.ref, language_of(person))
            lead = paragraph(voice("telegram-about-chat", chat=request.chat.title))
            reply = replace(reply, blocks=(lead, *reply.blocks))
        try:
            await self._sender.send(reply, Address(chat=person.id))
        except (BadRequest, Forbidden) as error:
            _log.info("a person cannot be written to in private", why=error.message)
            return False
        return True

    async def _invitation(self, request: Request, person: User | None, again: str) -> Reply:
        voice = await self._service.voice_in(request.chat.ref, language_of(person))
        button = Button(label=voice("telegram-open-private"), url=deep_link(self._bot, again))
        return Reply(blocks=(paragraph(voice("telegram-yours-alone")),), controls=(Row(buttons=(button,)),))

    async def _one_line(self, reply: Reply, to: Address) -> None:
        """Post it without a sound, and take away the one before."""
        (first, *_) = await self._sender.send(reply, replace(to, silent=True))
        before = self._lines.pop((to.chat, to.thread), None)
        self._lines[to.chat, to.thread] = first
        if len(self._lines) > _KEPT:
            self._lines.popitem(last=False)
        if before is not None:
            try:
                await self._bot.delete_message(to.chat, before)
            except TelegramError as error:
                _log.info("an old line stays", chat=to.chat, why=error.message)


def deep_link(bot: Bot, start: str) -> str:
    """The address that opens the private chat and starts the bot with these words."""
    return f"https://t.me/{bot.username}?start={start}"


def _means_the_same_anywhere(reply: Reply) -> bool:
    """Whether its buttons do in a private chat what they would do here."""
    items: list[Button | Option] = []
    for control in reply.controls:
        items += control.options if isinstance(control, Picker) else control.buttons
    return all(item.action is None or isinstance(item.action, PLACELESS) for item in items)
