"""The front door: every platform hands commands, taps and texts in here and gets a response to show.

Mistakes of people, stale buttons and missing rights come out as polite responses; only what is broken
(the database, our own code) is raised.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, assert_never

from bot.core import actions
from bot.core.actions import Action, Ask, AskFor, Page
from bot.core.announcements import Announcements
from bot.core.browsing import Browsing
from bot.core.commands import COMMANDS, Command, Kind, Who, find_command
from bot.core.errors import NOTHING_NEAR, BadContent, Mistake, NotPermitted, StaleAction
from bot.core.languages import Languages, command_heard_by_all, heard_by_all
from bot.core.learners import Learners
from bot.core.library import Library
from bot.core.manners import offer, sentence_of, sorry
from bot.core.markup import Bold, Code, Heading, ItemList, Paragraph, Text, inlines, paragraph
from bot.core.model import MAX_ANNOUNCEMENT, ChatKind, ChatRef, Difficulty, Language
from bot.core.operators import Operators
from bot.core.ports import Facts, Phrases, Store, Suggestion
from bot.core.prompts import Prompts
from bot.core.questions import Questions
from bot.core.quizzes import Quizzes
from bot.core.replies import Button, Placement, Prompt, Reply, Response, Row, Tone
from bot.core.requests import Request, Voice
from bot.core.subscriptions import Subscriptions, resume
from bot.core.suggestions import suggestions
from bot.core.typed import CANCEL_WORDS, DIFFICULTY_WORDS, LANGUAGE_WORDS, MAX_TEXT, clean, with_slash

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
        self._operators: Final = operators
        self.questions: Final = Questions(library=library, store=store, default_zone=zone)
        self.browsing: Final = Browsing(library=library, store=store)
        self.quizzes: Final = Quizzes(library=library, store=store)
        self.subscriptions: Final = Subscriptions(library=library, store=store, default_zone=zone)
        self.learners: Final = Learners(library=library, store=store)
        self.operators: Final = Operators(library=library, store=store, zone=zone, facts=facts)
        self.announcements: Final = Announcements(store=store)
        self.prompts: Final = Prompts(
            questions=self.questions,
            learners=self.learners,
            subscriptions=self.subscriptions,
            browsing=self.browsing,
            announcements=self.announcements,
        )
        self._runners: Final = self._table()

    async def command(self, request: Request, name: str, words: str = "") -> Response:
        """Run a command of the table with what was typed after it."""

        async def run(voice: Voice, known: Request) -> Response:
            command = find_command(name)
            self._check(command, known)
            # Who gives a command has left whatever was asked before.
            await self._store.asked(known.chat.ref, known.learner, take=True)
            if command_heard_by_all(known, command.name):
                voice = known.aloud(voice)
            return await self._runners[command.name](known, voice, clean(words, command.longest or MAX_TEXT))

        response = await self._politely(request, run, tapped=False, aloud=command_heard_by_all(request, name))
        # A command has no message of its own to be edited.
        if response.placement is Placement.EDIT:
            return replace(response, placement=Placement.NEW)
        return response

    async def act(self, request: Request, data: str) -> Response:
        """Do what a button says; stale and forged data get a polite answer."""

        async def run(voice: Voice, known: Request) -> Response:
            action = actions.decode(data)
            return await self._do(known, known.aloud(voice) if heard_by_all(known, action) else voice, action)

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
            self._check_prompt(action, known)
            longest = MAX_ANNOUNCEMENT if action.what is Ask.ANNOUNCE else MAX_TEXT
            try:
                return await self.prompts.take(known, voice, action, clean(text, longest))
            except Mistake as mistake:
                why = sentence_of(voice, mistake)
                return await self.prompts.ask_again(known, voice, action, text=text, why=why)

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

    def _runs_the_bot(self, request: Request) -> bool:
        return request.operator or str(request.learner) in self._operators

    def _check(self, command: Command, request: Request) -> None:
        operator = self._runs_the_bot(request)
        if command.who is Who.OPERATOR and not operator:
            raise Mistake("command-unknown", word=command.name, near=NOTHING_NEAR)
        if not command.where.covers(request.chat.kind):
            raise Mistake("command-elsewhere", command=command.name)

    # Commands

    def _table(self) -> dict[str, Callable[[Request, Voice, str], Awaitable[Response]]]:
        return {
            "start": self._start,
            "help": self._help,
            "today": lambda r, v, _w: self.questions.today(r, v),
            "random": self._random,
            "topics": self._topics,
            "search": lambda _r, v, w: _now(self.browsing.search(v, w, 0)),
            "question": lambda r, v, w: _now(self.questions.show(r, v, w)),
            "quiz": self._quiz,
            "review": lambda r, v, _w: self.browsing.review(r, v),
            "saved": lambda r, v, _w: self.browsing.saved(r, v),
            "subscribe": self.subscriptions.subscribe,
            "unsubscribe": lambda r, v, _w: self.subscriptions.confirm_unsubscribe(r, v),
            "settings": lambda r, v, _w: self.subscriptions.open(r, v, actions.OpenPage(page=Page.MAIN)),
            "next": lambda r, v, _w: self.subscriptions.next(r, v),
            "language": self._speak,
            "suggest": self._suggest_correction,
            "me": self.learners.me,
            "stats": lambda r, v, _w: self.operators.stats(r, v),
            "reload": lambda _r, v, _w: self.operators.reload(v),
            "reports": lambda _r, v, _w: self.operators.reports(v),
            "announce": self._announce,
        }

    async def _start(self, request: Request, voice: Voice, words: str) -> Response:
        kind, _, rest = words.partition("_")
        if kind == "q" and rest:
            return self.questions.show(request, voice, rest)
        if kind == "t" and rest:
            return self.browsing.topic(voice, rest, 0)
        if kind == "s" and rest:
            return await self.subscriptions.open(request, voice, actions.OpenPage(page=Page.MAIN, chat=rest))
        if kind == "c" and rest:
            return await self._run(request, voice, rest)
        if words == "sub":
            return await self.subscriptions.subscribe(request, voice, "")
        buttons = (
            Button(label=voice("button-random-now"), action=actions.Run(command="random"), tone=Tone.PRIMARY),
            Button(label=voice("button-subscribe"), action=actions.Run(command="subscribe")),
        )
        more = (
            Button(label=voice("button-topics"), action=actions.ShowGroups()),
            Button(label=voice("button-help"), action=actions.Run(command="help")),
        )
        blocks = (
            Heading(1, inlines(voice("start-title"))),
            paragraph(voice("start-lead", n=len(self._library.bank.questions))),
            paragraph(voice("start-how-alone" if request.chat.kind is ChatKind.PRIVATE else "start-how")),
        )
        return Response(reply=Reply(blocks=blocks, controls=(Row(buttons=buttons), Row(buttons=more))))

    async def _help(self, request: Request, voice: Voice, words: str) -> Response:
        del words
        operator = self._runs_the_bot(request)
        shown = [
            command
            for command in COMMANDS
            if command.where.covers(request.chat.kind) and (operator or command.who is not Who.OPERATOR)
        ]
        items = tuple(
            (Paragraph((Code(command.usage(voice.language)), Text(f" {command.about(voice.language)}"))),)
            for command in shown
        )
        blocks = (
            Heading(1, inlines(voice("help-title"))),
            ItemList(items),
            *((Paragraph((Bold(inlines(voice("help-foot"))),)),) if request.overheard else ()),
        )
        return Response(reply=Reply(blocks=blocks))

    async def _random(self, request: Request, voice: Voice, words: str) -> Response:
        difficulty: Difficulty | None = None
        rest = []
        for word in words.split():
            level = DIFFICULTY_WORDS.get(word.casefold())
            difficulty = level or difficulty
            if level is None:
                rest.append(word)
        topic = self._library.bank.find_topic(" ".join(rest)).slug if rest else None
        return await self.questions.random(request, voice, topic=topic, difficulty=difficulty)

    async def _topics(self, request: Request, voice: Voice, words: str) -> Response:
        del request
        if words:
            return self.browsing.topic(voice, self._library.bank.find_topic(words).slug, 0)
        return self.browsing.groups(voice)

    async def _quiz(self, request: Request, voice: Voice, words: str) -> Response:
        topic = self._library.bank.find_topic(words).slug if words else None
        return await self.quizzes.quiz(request, voice, topic=topic)

    async def _speak(self, request: Request, voice: Voice, words: str) -> Response:
        language = LANGUAGE_WORDS.get(words.casefold())
        if language is None and words:
            raise Mistake("language-unknown", word=words[:40])
        if language is None:
            language = Language.EN if voice.language is Language.ZH else Language.ZH
        return await self._set_language(request, language)

    async def _set_language(self, request: Request, language: Language) -> Response:
        if not await request.rights.may_manage(request.learner, request.chat.ref):
            raise NotPermitted(f"{request.learner} may not choose the language of {request.chat.ref}")
        await self._store.set_language(request.chat.ref, language)
        voice = Voice(self._phrases, language)
        return Response(reply=Reply(blocks=(paragraph(voice("language-set")),)))

    async def _suggest_correction(self, request: Request, voice: Voice, words: str) -> Response:
        question, _, text = words.partition(" ")
        if not question:
            raise Mistake("suggest-what")
        if not text.strip():
            return self.learners.ask_for_note(voice, self._library.bank.question(question).id)
        return await self.learners.note(request, voice, question, text)

    async def _announce(self, request: Request, voice: Voice, words: str) -> Response:
        if words or await self.announcements.under_way():
            return await self.announcements.prepare(request, voice, words)
        return await self.prompts.ask(request, voice, AskFor(what=Ask.ANNOUNCE))

    # Actions

    async def _do(self, request: Request, voice: Voice, action: Action) -> Response:  # noqa: C901, PLR0911, PLR0912  # one line per action; the type checker proves it whole
        match action:
            case actions.RevealStage(question=question, stage=stage):
                return await self.questions.reveal(request, voice, question, stage)
            case actions.Rate(question=question, rating=rating, stage=stage):
                return await self.questions.rate(request, voice, question, rating, stage)
            case actions.Another(topic=topic, last=last, difficulty=difficulty):
                return await self.questions.random(request, voice, topic=topic, difficulty=difficulty, last=last)
            case actions.ShowQuestion(question=question):
                return self.questions.show(request, voice, question)
            case actions.ShowGroups():
                return self.browsing.groups(voice)
            case actions.ShowGroup(group=group):
                return self.browsing.group(voice, group)
            case actions.ShowTopic(topic=topic, page=page):
                return self.browsing.topic(voice, topic, page)
            case actions.ShowFound(words=words, page=page):
                return self.browsing.search(voice, words, page)
            case actions.Run(command=name):
                return await self._run(request, voice, name)
            case actions.OpenPage():
                return await self.subscriptions.open(request, voice, action)
            case actions.Change():
                return await self.subscriptions.change(request, voice, action)
            case actions.Subscribe(hour=hour):
                return await self.subscriptions.subscribe(request, voice, f"{hour}:00")
            case actions.Unsubscribe(chat=chat):
                return await self.subscriptions.unsubscribe(request, voice, chat)
            case actions.SetLanguage(language=language):
                return await self._set_language(request, language)
            case actions.PickOption(question=question, option=option):
                return await self.quizzes.pick(request, voice, question, option)
            case actions.AskFor():
                return await self._ask(request, voice, action)
            case actions.Save(question=question, stage=stage):
                return await self.questions.toggle_saved(request, voice, question, stage)
            case actions.ShareAnswer(question=question):
                return await self.learners.share(request, voice, question)
            case actions.ForgetMe():
                return await self.learners.forget(request, voice)
            case actions.Announcement(number=number, decision=decision):
                self._check(find_command("announce"), request)
                return await self.announcements.decide(request, voice, number, decision)
            case _:
                assert_never(action)

    async def _run(self, request: Request, voice: Voice, name: str) -> Response:
        command = find_command(name)
        if any(argument.required for argument in command.arguments):
            raise StaleAction(f"/{name} needs an argument")
        self._check(command, request)
        return await self._runners[command.name](request, voice, "")

    async def _ask(self, request: Request, voice: Voice, action: AskFor) -> Response:
        self._check_prompt(action, request)
        return await self.prompts.ask(request, voice, action)

    def _check_prompt(self, action: AskFor, request: Request) -> None:
        if action.what is Ask.ANNOUNCE:
            self._check(find_command("announce"), request)


async def _now(response: Response) -> Response:
    return response
