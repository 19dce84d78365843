"""Use cases around announcements: what operators tell all subscribed chats, previewed, decided and watched."""

import re
from dataclasses import dataclass
from typing import Final

from bot.core import actions
from bot.core.actions import Decision
from bot.core.cards import short
from bot.core.errors import Mistake, StaleAction
from bot.core.markup import Block, Bold, Divider, Heading, LineBreak, Paragraph, Text, bullets, inlines, paragraph
from bot.core.model import Announcement, AnnouncementState
from bot.core.ports import Announced, Store
from bot.core.replies import Button, Placement, Reply, Response, Row, Tone
from bot.core.requests import Request, Voice

EXCERPT: Final = 80
_ENDED_BY: Final = {Decision.CANCEL: AnnouncementState.DRAFT, Decision.STOP: AnnouncementState.RUNNING}
_EMPTY_LINES: Final = re.compile(r"\n\s*\n")


def announcement_reply(text: str) -> Reply:
    """What every chat gets: the text as it was typed, whatever it looks like; empty lines part paragraphs."""
    parts = (part.strip() for part in _EMPTY_LINES.split(text))
    return Reply(blocks=tuple(_paragraph(part) for part in parts if part))


def progress_reply(voice: Voice, announcement: Announcement, come: Announced) -> Reply:
    """How an announcement is going, with a button to stop it while it runs."""
    state = announcement.state
    stopped = state in {AnnouncementState.STOPPING, AnnouncementState.STOPPED}
    figures = [voice("announce-sent", n=come.sent), voice("announce-failed", n=come.failed)]
    if state is not AnnouncementState.DONE:
        figures.append(voice("announce-unsent" if stopped else "announce-left", n=come.left))
    blocks = (
        Heading(2, inlines(voice(f"announce-{state}", number=announcement.number))),
        paragraph(short(announcement.text, EXCERPT)),
        bullets(figures),
    )
    if state is not AnnouncementState.RUNNING:
        return Reply(blocks=blocks)
    return Reply(blocks=blocks, controls=(_buttons(_button(voice, announcement, Decision.STOP, Tone.DANGER)),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcements:
    """Prepares announcements and takes the operators' decisions about them; sending is left to the delivery."""

    store: Store

    async def prepare(self, request: Request, voice: Voice, text: str) -> Response:
        """A preview to decide about; without any text, how the running announcement is going.

        Raises Mistake when there is nothing to say or nobody to say it to.
        """
        if not text:
            return await self._running(voice)
        subscribers = await self.store.subscribers()
        total = sum(subscribers.values())
        if not total:
            raise Mistake("announce-nobody")
        draft = await self.store.draft_announcement(
            text, chat=request.chat.ref, language=voice.language, total=total, at=request.now
        )
        by_platform = [
            voice("announce-platform", platform=platform.capitalize(), n=n)
            for platform, n in sorted(subscribers.items())
        ]
        told = (paragraph(Bold(inlines(voice("announce-ask", n=total)))), bullets(by_platform))
        row = _buttons(
            _button(voice, draft, Decision.SEND, Tone.PRIMARY), _button(voice, draft, Decision.CANCEL, Tone.PLAIN)
        )
        return Response(reply=_below(text, *told, row=row))

    async def decide(self, request: Request, voice: Voice, number: int, decision: Decision) -> Response:
        """Send or cancel a draft, or stop what is being sent.

        Raises Mistake when another one is on its way or this one was decided about; StaleAction for an unknown one.
        """
        found = await self.store.announcement(number)
        if found is None:
            raise StaleAction(f"there is no announcement {number}")
        if decision is Decision.SEND:
            await self._send(request, found)
            reply = _below(found.text, paragraph(voice("announce-begun", number=number)))
        elif found.state is not _ENDED_BY[decision] or not await self.store.stop_announcement(number, at=request.now):
            raise _decided(found)
        elif decision is Decision.CANCEL:
            reply = Reply(blocks=(paragraph(voice("announce-cancelled", number=number)),))
        else:
            reply = await self._progress(voice, number)
        return Response(reply=reply, placement=Placement.EDIT)

    async def _send(self, request: Request, draft: Announcement) -> None:
        if await self.store.start_announcement(draft.number, at=request.now):
            return
        if draft.state is not AnnouncementState.DRAFT:
            raise _decided(draft)
        raise Mistake("announce-busy", number=await self.under_way())

    async def _running(self, voice: Voice) -> Response:
        number = await self.under_way()
        if not number:
            raise Mistake("announce-what")
        return Response(reply=await self._progress(voice, number))

    async def under_way(self) -> int:
        """The number of the announcement that is on its way; 0 for none."""
        return next((one.number for one in await self.store.open_announcements() if one.open), 0)

    async def _progress(self, voice: Voice, number: int) -> Reply:
        found = await self.store.announcement(number)
        if found is None:
            raise StaleAction(f"there is no announcement {number}")
        return progress_reply(voice, found, await self.store.announced(number))


def _decided(announcement: Announcement) -> Mistake:
    return Mistake("announce-decided", number=announcement.number)


def _below(text: str, *blocks: Block, row: Row | None = None) -> Reply:
    """An announcement as chats see it, with something below for the operator alone."""
    shown = announcement_reply(text)
    return Reply(blocks=(*shown.blocks, Divider(), *blocks), controls=() if row is None else (row,))


def _button(voice: Voice, announcement: Announcement, decision: Decision, tone: Tone) -> Button:
    action = actions.Announcement(number=announcement.number, decision=decision)
    return Button(label=voice(f"button-announce-{decision}"), action=action, tone=tone)


def _buttons(*buttons: Button) -> Row:
    return Row(buttons=buttons)


def _paragraph(text: str) -> Paragraph:
    parts: list[Text | LineBreak] = []
    for line in text.splitlines():
        parts += [LineBreak(), Text(line)] if parts else [Text(line)]
    return Paragraph(tuple(parts))
