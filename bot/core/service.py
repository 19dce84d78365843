"""The front door: every platform hands commands, taps and texts in here and gets a response to show.

Mistakes of people, stale buttons and missing rights come out as polite responses; only what is broken
(the database, our own code) is raised.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.core import actions
from bot.core.actions import AskFor
from bot.core.commands import Kind
from bot.core.dispatch import Dispatcher
from bot.core.errors import BadContent, Mistake, NotPermitted, StaleAction
from bot.core.languages import Languages, command_heard_by_all, heard_by_all
from bot.core.library import Library
from bot.core.manners import offer, sentence_of, sorry
from bot.core.markup import paragraph
from bot.core.model import ChatKind, ChatRef, Language
from bot.core.permissions import Permissions
from bot.core.ports import Facts, Phrases, Store, Suggestion
from bot.core.replies import Placement, Prompt, Reply, Response
from bot.core.requests import Request, Voice
from bot.core.subscriptions import resume
from bot.core.suggestions import suggestions
from bot.core.typed import CANCEL_WORDS, with_slash

# How long a question for free text waits for its answer.
PROMPT_KEPT: Final = timedelta(hours=1)


class Service:
    """All use cases behind four calls: `command`, `act`, `tell` and `suggest`.

    Args:
        library: The bank in use.
        store: The state.
        phrases: What the bot says.
        language: Spoken where nobody chose and the client does not tell.
        zone: The zone of a subscription that names none.
        operators: The people who run the bot, as `platform:user_id`.
        facts: Tells about this run of the bot.
    """

    def __init__(
        self,
        *,
        library: Library,
        store: Store,
        phrases: Phrases,
        language: Language,
        zone: str,
        operators: frozenset[str],
        facts: Callable[[], Facts] | None = None,
    ) -> None:
        self._library: Final = library
        self._store: Final = store
        self._phrases: Final = phrases
        self._languages: Final = Languages(store=store, default=language)
        self._permissions: Final = Permissions(operators=operators)
        self._dispatcher: Final = Dispatcher(
            library=library,
            store=store,
            zone=zone,
            languages=self._languages,
            permissions=self._permissions,
            facts=facts,
        )
        self.questions: Final = self._dispatcher.questions
        self.browsing: Final = self._dispatcher.browsing

    async def command(self, request: Request, name: str, words: str = "") -> Response:
        """Run a command of the table with what was typed after it."""

        async def run(voice: Voice, known: Request) -> Response:
            command = self._permissions.command(name, known)
            # Who gives a command has left whatever was asked before.
            await self._store.asked(known.chat.ref, known.learner, take=True)
            if command_heard_by_all(known, command.name):
                voice = known.aloud(voice)
            return await self._dispatcher.run(known, voice, command, words)

        response = await self._politely(request, run, tapped=False, aloud=command_heard_by_all(request, name))
        # A command has no message of its own to be edited.
        if response.placement is Placement.EDIT:
            return replace(response, placement=Placement.NEW)
        return response

    async def act(self, request: Request, data: str) -> Response:
        """Do what a button says; stale and forged data get a polite answer."""

        async def run(voice: Voice, known: Request) -> Response:
            action = actions.decode(data)
            if heard_by_all(known, action):
                voice = known.aloud(voice)
            return await self._dispatcher.do(known, voice, action)

        response = await self._politely(request, run, tapped=True, aloud=not request.alone)
        # What a channel's readers tap is for themselves: there nobody but the channel speaks.
        if request.chat.kind is ChatKind.CHANNEL and response.placement is Placement.NEW:
            return replace(response, placement=Placement.PRIVATE)
        return response

    async def tell(self, request: Request, data: str, text: str) -> Response:
        """Take the free text that a prompt asked for; `data` is the prompt's encoded action."""

        async def run(voice: Voice, known: Request) -> Response:
            action = actions.decode(data)
            if not isinstance(action, AskFor):
                raise StaleAction(f"{type(action).__name__} asks for no text")
            return await self._dispatcher.take(known, voice, action, text)

        return await self._politely(request, run, tapped=False)

    async def write(self, request: Request, text: str) -> Response:
        """Free text out of the blue: a command with its slash, the answer to a prompt, or words to search for."""
        line = with_slash(text.strip())
        if line.casefold() in CANCEL_WORDS:
            return await self.cancel(request)
        if line.startswith("/"):
            name, *words = line[1:].split(maxsplit=1) or [""]
            return await self.command(request, name.partition("@")[0][:64], " ".join(words))
        since = request.now - PROMPT_KEPT
        pending = await self._store.asked(request.chat.ref, request.learner, take=True, since=since)
        if pending is not None:
            return await self.tell(request, pending, text)
        return await self.command(request, "search", line)

    async def cancel(self, request: Request) -> Response:
        """Forget what this person was asked here."""

        async def run(voice: Voice, known: Request) -> Response:
            asked = await self._store.asked(known.chat.ref, known.learner, take=True)
            words = voice("prompt-nothing" if asked is None else "prompt-cancelled")
            return Response(reply=Reply(blocks=(paragraph(words),)), placement=Placement.PRIVATE)

        return await self._politely(request, run, tapped=False)

    async def expect(self, request: Request, prompt: Prompt) -> None:
        """Remember that the person's next text answers this prompt, for platforms whose input cannot carry it."""
        await self._store.ask(request.chat.ref, request.learner, actions.encode(prompt.action), at=request.now)

    async def welcome(self, request: Request) -> Response:
        """What the bot says when it is added to a chat."""
        return await self.command(request, "start")

    async def voice_in(self, ref: ChatRef, hint: Language | None = None) -> Voice:
        """The voice to speak with in a chat: to everybody, or with the language of a client to that person alone."""
        if hint is None:
            return Voice(self._phrases, await self._languages.of_chat(ref))
        return Voice(self._phrases, self._languages.of_person(await self._store.chat(ref), hint))

    def trouble(self, request: Request) -> str:
        """What to say to somebody whom the database keeps from an answer; it is not even asked for a language."""
        return self._phrases.say(self._languages.of_person(request.chat, request.language), "store-trouble")

    def suggest(self, kind: Kind, typed: str, language: Language) -> Sequence[Suggestion]:
        """Completions for an argument, best first; at most 25 (Discord's limit)."""
        return suggestions(self._library.bank, kind, typed, language)

    # How a request is taken in

    async def _politely(
        self,
        request: Request,
        run: Callable[[Voice, Request], Awaitable[Response]],
        *,
        tapped: bool,
        aloud: bool = False,
    ) -> Response:
        known = await self._seen(request, tapped=tapped)
        if known.chat.kind is not ChatKind.PRIVATE:
            known = replace(known, spoken=await self._languages.spoken_to(known, aloud=aloud))
        voice = Voice(self._phrases, self._languages.of_person(known.chat, request.language))
        try:
            return await run(voice, known)
        except Mistake as mistake:
            sentence = sentence_of(voice, mistake)
            if mistake.key == "not-subscribed" and not tapped:
                return offer(voice, sentence)
            return sorry(sentence, tapped=tapped)
        except NotPermitted:
            return sorry(voice("not-permitted"), tapped=tapped)
        except StaleAction:
            return sorry(voice("stale-button"), tapped=tapped)
        except BadContent as problem:
            return sorry(f"{voice('reload-failed')}\n{problem}", tapped=False)

    async def _seen(self, request: Request, *, tapped: bool) -> Request:
        """The request with the chat as stored; what the platform says anew is stored first."""
        stored = await self._store.chat(request.chat.ref)
        private = request.chat.kind is ChatKind.PRIVATE
        if stored is not None and stored.gone and (private or not tapped):
            # Who writes can be reached, whatever was missed of their coming back. Old buttons and quizzes prove
            # nothing: in company they still work after the bot was removed.
            await self._store.chat_back(stored.ref, at=request.now, resume=lambda kept: resume(kept, request.now))
            stored = replace(stored, gone=False)
        # The name of a private chat is a person's, and nobody needs it.
        fresh = replace(request.chat, title="") if private else request.chat
        if stored is None or stored.kind is not fresh.kind or (fresh.title and stored.title != fresh.title):
            stored = await self._store.see_chat(fresh, at=request.now)
        return request.in_chat(stored)
