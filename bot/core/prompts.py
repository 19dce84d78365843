"""Questions for free text, and what is done with the answers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

from bot.core.actions import Ask, AskFor
from bot.core.announcements import Announcements
from bot.core.browsing import Browsing
from bot.core.errors import StaleAction
from bot.core.learners import Learners
from bot.core.markup import paragraph
from bot.core.model import MAX_ANNOUNCEMENT, QuestionId
from bot.core.questions import Questions
from bot.core.replies import Placement, Prompt, Reply, Response
from bot.core.requests import Request, Voice
from bot.core.spoken import suggest_zones
from bot.core.subscriptions import Subscriptions
from bot.core.zones import zone_picker

NEAR: Final = 10
"""Zones that are offered for one nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompts:
    """Asks people for text, takes it, and asks again with what was wrong."""

    questions: Questions
    learners: Learners
    subscriptions: Subscriptions
    browsing: Browsing
    announcements: Announcements

    async def ask(self, request: Request, voice: Voice, action: AskFor) -> Response:
        """The prompt of an action; raises as what it asks for does, for whom it is not for."""
        match action.what:
            case Ask.REPORT:
                return self.learners.ask_for_note(voice, _about(action))
            case Ask.SAY:
                return self.learners.ask_for_answer(voice, _about(action))
            case Ask.ZONE:
                zones = await self.subscriptions.zones(request, action.chat)
                return _asked(_prompt(voice, action, zones))
            case Ask.ANNOUNCE:
                prompt = replace(_prompt(voice, action), long=True, longest=MAX_ANNOUNCEMENT)
                return _asked(prompt)
            case Ask.TIMES | Ask.SEARCH | Ask.MENTION:
                return _asked(_prompt(voice, action))
            case _:
                assert_never(action.what)

    async def ask_again(self, request: Request, voice: Voice, action: AskFor, *, text: str, why: str) -> Response:
        """The prompt once more, below what was wrong with the text, with what it may have been meant for."""
        asked = await self.ask(request, voice, action)
        reply = asked.reply or Reply()
        prompt = reply.prompt
        near = [zone for zone, _ in suggest_zones(text, NEAR)] if text and action.what is Ask.ZONE else []
        if prompt is not None and near:
            prompt = replace(prompt, picker=zone_picker(voice, near, chat=action.chat))
        return replace(asked, reply=replace(reply, blocks=(paragraph(why), *reply.blocks), prompt=prompt), refused=True)

    async def take(self, request: Request, voice: Voice, action: AskFor, text: str) -> Response:
        """Do with the text what it was asked for; raises Mistake for what cannot be understood."""
        match action.what:
            case Ask.REPORT:
                return await self.learners.note(request, voice, _about(action), text)
            case Ask.SAY:
                until = await self.questions.withheld(request, voice, _about(action))
                return await self.learners.say(request, voice, _about(action), text, until=until)
            case Ask.SEARCH:
                return self.browsing.search(voice, text, 0)
            case Ask.ANNOUNCE:
                return await self.announcements.prepare(request, voice, text)
            case Ask.TIMES | Ask.ZONE | Ask.MENTION:
                return await self.subscriptions.told(request, voice, action.what, text, action.chat)
            case _:
                assert_never(action.what)


def _prompt(voice: Voice, action: AskFor, zones: Sequence[str] = ()) -> Prompt:
    return Prompt(
        action=action,
        label=voice(f"ask-{action.what}"),
        placeholder=voice(f"ask-{action.what}-example"),
        picker=zone_picker(voice, zones, chat=action.chat) if zones else None,
    )


def _asked(prompt: Prompt) -> Response:
    return Response(reply=Reply(blocks=(paragraph(prompt.label),), prompt=prompt), placement=Placement.PRIVATE)


def _about(action: AskFor) -> QuestionId:
    if action.question is None:
        raise StaleAction(f"{action.what} is about no question")
    return action.question
