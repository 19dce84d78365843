"""Whose language is spoken: a chat has one for what everybody there reads, a person theirs for what they read alone.

What was chosen for a chat goes before everything else. Where nobody chose, a chat speaks as its plan does, and
without a plan as whoever first made the bot speak there: no later client changes what stands for all to read.
"""

from dataclasses import dataclass
from typing import Final

from bot.core.actions import (
    Action,
    Another,
    Run,
    ShareAnswer,
    ShowFound,
    ShowGroup,
    ShowGroups,
    ShowQuestion,
    ShowTopic,
    Unsubscribe,
)
from bot.core.commands import BY_NAME, Audience
from bot.core.errors import NotPermitted, StoreError
from bot.core.model import Chat, ChatKind, ChatRef, Language
from bot.core.ports import Store
from bot.core.requests import Request

_ALOUD: Final = (Another, ShowFound, ShowGroup, ShowGroups, ShowQuestion, ShowTopic, Unsubscribe)


@dataclass(frozen=True, slots=True, kw_only=True)
class Languages:
    """Finds the language of a chat, and that of one person in it, and takes a choice.

    Attributes:
        store: Where a chat's choice, its plan and its first words are kept.
        default: Spoken where nobody chose and no client tells.
    """

    store: Store
    default: Language

    def of_person(self, chat: Chat | None, hint: Language | None) -> Language:
        """What somebody reads alone: as the chat chose, else as their client speaks."""
        chosen = None if chat is None else chat.language
        return chosen or hint or self.default

    async def of_chat(self, ref: ChatRef) -> Language:
        """What everybody in a chat reads; the default while the database cannot say."""
        try:
            return await self._known(ref, await self.store.chat(ref)) or self.default
        except StoreError:
            return self.default

    async def spoken_to(self, request: Request, *, aloud: bool) -> Language:
        """The same for the chat of a request; with `aloud`, a chat that had no language yet keeps the speaker's."""
        ref = request.chat.ref
        known = await self._known(ref, request.chat)
        if known is not None:
            return known
        first = request.language or self.default
        if aloud:
            await self.store.remember(_key(ref), first)
        return first

    async def choose(self, request: Request, language: Language) -> None:
        """Let a language stand for the chat of a request; raises NotPermitted for who has no say there."""
        if not await request.rights.may_manage(request.learner, request.chat.ref):
            raise NotPermitted(f"{request.learner} may not choose the language of {request.chat.ref}")
        await self.store.set_language(request.chat.ref, language)

    async def _known(self, ref: ChatRef, chat: Chat | None) -> Language | None:
        if chat is not None and chat.language is not None:
            return chat.language
        if (plan := await self.store.subscription(ref)) is not None:
            return plan.language
        first = await self.store.recall(_key(ref))
        return None if first is None else Language(first)


def heard_by_all(request: Request, action: Action) -> bool:
    """Whether what a button gives is a message for everybody in the chat."""
    match action:
        case ShareAnswer():
            return True
        case Run(command=name):
            return command_heard_by_all(request, name)
        case _:
            # A channel's readers are answered one by one.
            return isinstance(action, _ALOUD) and not request.alone and request.chat.kind is not ChatKind.CHANNEL


def command_heard_by_all(request: Request, name: str) -> bool:
    """The same of a command. Who subscribes chooses what the plan will speak, so that is heard from them."""
    command = BY_NAME.get(name)
    aloud = command is not None and command.audience is Audience.EVERYBODY and command.name != "subscribe"
    return aloud and not request.alone


def _key(ref: ChatRef) -> str:
    return f"speaks/{ref}"
