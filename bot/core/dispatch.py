"""Where every command, every button and every asked-for text leads: to one use case each."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, assert_never

from bot.core import actions
from bot.core.actions import Action, Ask, AskFor, Page
from bot.core.announcements import Announcements
from bot.core.browsing import Browsing
from bot.core.commands import Command
from bot.core.errors import Mistake, StaleAction
from bot.core.languages import Languages
from bot.core.learners import Learners
from bot.core.library import Library
from bot.core.manners import sentence_of
from bot.core.markup import paragraph
from bot.core.model import MAX_ANNOUNCEMENT, ChatKind, Difficulty, Language
from bot.core.operators import Operators
from bot.core.permissions import Permissions
from bot.core.ports import Facts, Store
from bot.core.prompts import Prompts
from bot.core.questions import Questions
from bot.core.quizzes import Quizzes
from bot.core.replies import Reply, Response
from bot.core.requests import Request, Voice
from bot.core.subscriptions import Subscriptions
from bot.core.typed import DIFFICULTY_WORDS, LANGUAGE_WORDS, MAX_TEXT, clean
from bot.core.welcome import help_page, welcome


class Dispatcher:
    """Holds all use cases. What people do wrong is raised as Mistake, NotPermitted or StaleAction."""

    def __init__(
        self,
        *,
        library: Library,
        store: Store,
        zone: str,
        languages: Languages,
        permissions: Permissions,
        facts: Callable[[], Facts] | None,
    ) -> None:
        self._library: Final = library
        self._languages: Final = languages
        self._permissions: Final = permissions
        self.questions: Final = Questions(library=library, store=store, default_zone=zone)
        self.browsing: Final = Browsing(library=library, store=store)
        self._quizzes: Final = Quizzes(library=library, store=store)
        self._subscriptions: Final = Subscriptions(library=library, store=store, default_zone=zone)
        self._learners: Final = Learners(library=library, store=store)
        self._operators: Final = Operators(library=library, store=store, zone=zone, facts=facts)
        self._announcements: Final = Announcements(store=store)
        self._prompts: Final = Prompts(
            questions=self.questions,
            learners=self._learners,
            subscriptions=self._subscriptions,
            browsing=self.browsing,
            announcements=self._announcements,
        )
        self._runners: Final = self._table()

    async def run(self, request: Request, voice: Voice, command: Command, words: str = "") -> Response:
        """Run a command that this person may give, with what was typed after it."""
        return await self._runners[command.name](request, voice, clean(words, command.longest or MAX_TEXT))

    async def do(self, request: Request, voice: Voice, action: Action) -> Response:  # noqa: C901, PLR0911, PLR0912  # one line per action; the type checker proves it whole
        """Do what a button says."""
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
                return await self._run_bare(request, voice, name)
            case actions.OpenPage():
                return await self._subscriptions.open(request, voice, action)
            case actions.Change():
                return await self._subscriptions.change(request, voice, action)
            case actions.Subscribe(hour=hour):
                return await self._subscriptions.subscribe(request, voice, f"{hour}:00")
            case actions.Unsubscribe(chat=chat):
                return await self._subscriptions.unsubscribe(request, voice, chat)
            case actions.SetLanguage(language=language):
                return await self._set_language(request, voice, language)
            case actions.PickOption(question=question, option=option):
                return await self._quizzes.pick(request, voice, question, option)
            case actions.AskFor():
                return await self._ask(request, voice, action)
            case actions.Save(question=question, stage=stage):
                return await self.questions.toggle_saved(request, voice, question, stage)
            case actions.ShareAnswer(question=question):
                return await self._learners.share(request, voice, question)
            case actions.ForgetMe():
                return await self._learners.forget(request, voice)
            case actions.FinishReport(number=number):
                self._permissions.command("reports", request)
                return await self._operators.finish_report(voice, number)
            case actions.Announcement(number=number, decision=decision):
                self._permissions.command("announce", request)
                return await self._announcements.decide(request, voice, number, decision)
            case _:
                assert_never(action)

    async def take(self, request: Request, voice: Voice, action: AskFor, text: str) -> Response:
        """Take the text that a prompt asked for; asks again for one that cannot be used, and says why."""
        self._check_prompt(action, request)
        longest = MAX_ANNOUNCEMENT if action.what is Ask.ANNOUNCE else MAX_TEXT
        try:
            return await self._prompts.take(request, voice, action, clean(text, longest))
        except Mistake as mistake:
            why = sentence_of(voice, mistake)
            return await self._prompts.ask_again(request, voice, action, text=text, why=why)

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
            "subscribe": self._subscriptions.subscribe,
            "unsubscribe": lambda r, v, _w: self._subscriptions.confirm_unsubscribe(r, v),
            "settings": lambda r, v, _w: self._subscriptions.open(r, v, actions.OpenPage(page=Page.MAIN)),
            "next": lambda r, v, _w: self._subscriptions.next(r, v),
            "language": self._speak,
            "suggest": self._suggest_correction,
            "me": self._learners.me,
            "stats": lambda r, v, _w: self._operators.stats(r, v),
            "reload": lambda _r, v, _w: self._operators.reload(v),
            "reports": lambda _r, v, _w: self._operators.reports(v),
            "announce": self._announce,
        }

    async def _start(self, request: Request, voice: Voice, words: str) -> Response:
        kind, _, rest = words.partition("_")
        if kind == "q" and rest:
            return self.questions.show(request, voice, rest)
        if kind == "t" and rest:
            return self.browsing.topic(voice, rest, 0)
        if kind == "s" and rest:
            return await self._subscriptions.open(request, voice, actions.OpenPage(page=Page.MAIN, chat=rest))
        if kind == "c" and rest:
            return await self._run_bare(request, voice, rest)
        if words == "sub":
            return await self._subscriptions.subscribe(request, voice, "")
        private = request.chat.kind is ChatKind.PRIVATE
        return welcome(voice, questions=len(self._library.bank.questions), private=private)

    async def _help(self, request: Request, voice: Voice, words: str) -> Response:
        del words
        return help_page(voice, self._permissions.commands(request), overheard=request.overheard)

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
        return await self._quizzes.quiz(request, voice, topic=topic)

    async def _speak(self, request: Request, voice: Voice, words: str) -> Response:
        language = LANGUAGE_WORDS.get(words.casefold())
        if language is None and words:
            raise Mistake("language-unknown", word=words[:40])
        if language is None:
            language = Language.EN if voice.language is Language.ZH else Language.ZH
        return await self._set_language(request, voice, language)

    async def _set_language(self, request: Request, voice: Voice, language: Language) -> Response:
        await self._languages.choose(request, language)
        words = replace(voice, language=language)("language-set")
        return Response(reply=Reply(blocks=(paragraph(words),)))

    async def _suggest_correction(self, request: Request, voice: Voice, words: str) -> Response:
        question, _, text = words.partition(" ")
        if not question:
            raise Mistake("suggest-what")
        if not text.strip():
            return self._learners.ask_for_note(voice, self._library.bank.question(question).id)
        return await self._learners.note(request, voice, question, text)

    async def _announce(self, request: Request, voice: Voice, words: str) -> Response:
        if words or await self._announcements.under_way():
            return await self._announcements.prepare(request, voice, words)
        return await self._prompts.ask(request, voice, AskFor(what=Ask.ANNOUNCE))

    async def _run_bare(self, request: Request, voice: Voice, name: str) -> Response:
        """Run a command without any words after it, as a button or a link does."""
        command = self._permissions.command(name, request)
        if any(argument.required for argument in command.arguments):
            raise StaleAction(f"/{name} needs an argument")
        return await self.run(request, voice, command)

    async def _ask(self, request: Request, voice: Voice, action: AskFor) -> Response:
        self._check_prompt(action, request)
        return await self._prompts.ask(request, voice, action)

    def _check_prompt(self, action: AskFor, request: Request) -> None:
        if action.what is Ask.ANNOUNCE:
            self._permissions.command("announce", request)


async def _now(response: Response) -> Response:
    return response
