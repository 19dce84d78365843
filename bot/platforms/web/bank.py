"""The whole bank to browse and search, as plain pages with links that work without any script."""

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from bot.core.cards import letter, short
from bot.core.cards import title as card_title
from bot.core.library import Library
from bot.core.model import Language, Question, QuestionId, Reference, Topic, TopicGroup
from bot.core.ports import Bank
from bot.core.requests import Voice
from bot.core.service import Service
from bot.platforms.web.elements import Html, join, tag
from bot.platforms.web.render import blocks, link
from bot.platforms.web.shell import Shell, other_than
from bot.platforms.web.visitors import visitor_of

MOST_FOUND: Final = 50
_LONGEST_SEARCH: Final = 200
_LINE: Final = 160


class BankPages:
    """`/bank`, its topics and its questions; `?lang=` reads them in another language than the chat's."""

    def __init__(self, *, library: Library, service: Service, shell: Shell) -> None:
        self._library: Final = library
        self._service: Final = service
        self._shell: Final = shell

    @property
    def routes(self) -> list[web.RouteDef]:
        """The addresses of the three kinds of pages."""
        return [
            web.get("/bank", self._contents),
            web.get("/bank/topic/{slug}", self._topic),
            web.get("/bank/question/{id}", self._question),
        ]

    async def _contents(self, request: web.Request) -> web.Response:
        here = await self._here(request)
        words = " ".join(request.query.get("q", "").split())[:_LONGEST_SEARCH]
        if words:
            found = self._library.bank.search(words)
            lead = here.voice("search-title", words=words, n=len(found)) if found else None
            nothing = here.voice("web-nothing-found", words=words)
            body = [tag("p", lead or nothing, class_="lead", role="status"), here.questions(found[:MOST_FOUND], words)]
        else:
            lead = here.voice("web-bank-lead", n=len(self._library.bank.questions))
            body = [tag("p", lead, class_="lead"), *map(here.group, self._library.bank.groups)]
        return self._page(here, here.voice("web-bank"), tag("h1", here.voice("web-bank")), here.search(words), *body)

    async def _topic(self, request: web.Request) -> web.Response:
        here = await self._here(request)
        topic = self._library.bank.topic(request.match_info["slug"])
        title = topic.title(here.voice.language)
        group = next(group for group in self._library.bank.groups if group.slug == topic.group)
        return self._page(
            here,
            title,
            here.trail(group.title(here.voice.language)),
            tag("h1", title),
            here.questions(self._library.bank.in_topic(topic.slug)),
        )

    async def _question(self, request: web.Request) -> web.Response:
        here = await self._here(request)
        question = self._library.bank.question(request.match_info["id"])
        title = short(question.text(here.voice.language).question, _LINE)
        return self._page(here, title, *here.whole(question))

    async def _here(self, request: web.Request) -> "_Reader":
        visitor = visitor_of(request)
        voice = await self._service.voice_in(visitor.chat, visitor.language)
        asked = request.query.get("lang", "")
        if asked in set(Language):
            voice = Voice(voice.phrases, Language(asked))
        query = {name: value for name, value in request.query.items() if name in {"q", "lang"}}
        return _Reader(bank=self._library.bank, voice=voice, path=request.path, query=query)

    def _page(self, here: "_Reader", title: str, *content: str) -> web.Response:
        return self._shell.page(here.voice, title, *content, other_language=here.other_language)


class _Reader:
    """Draws the parts of a page for one reader."""

    def __init__(self, *, bank: Bank, voice: Voice, path: str, query: dict[str, str]) -> None:
        self._bank: Final = bank
        self.voice: Final = voice
        self._path: Final = path
        self._query: Final = query

    @property
    def other_language(self) -> str:
        """The address of this page in the other language."""
        return f"{self._path}?{urlencode(self._query | {'lang': other_than(self.voice.language).value})}"

    def address(self, path: str, **query: str) -> str:
        """A page of the bank, in the language that was asked for here."""
        asked = self._query.get("lang")
        whole = query if asked is None else query | {"lang": asked}
        return f"{path}?{urlencode(whole)}" if whole else path

    def search(self, words: str) -> Html:
        """The search field."""
        field = tag(
            "input",
            type="search",
            name="q",
            value=words,
            placeholder=self.voice("ask-search-example"),
            aria_label=self.voice("ask-search"),
            maxlength=_LONGEST_SEARCH,
        )
        asked = self._query.get("lang")
        hidden = () if asked is None else (tag("input", type="hidden", name="lang", value=asked),)
        button = tag("button", self.voice("web-search"), class_="primary")
        return tag("form", field, *hidden, button, action="/bank", role="search", class_="search")

    def trail(self, *words: str) -> Html:
        """The way back to the contents."""
        back = tag("a", self.voice("web-bank"), href=self.address("/bank"))
        return tag("p", join([back, *(f" › {word}" for word in words)]), class_="trail")

    def group(self, group: TopicGroup) -> Html:
        """A group with its topics."""
        title = tag("h2", group.title(self.voice.language))
        return tag("section", title, tag("ul", *map(self._topic, group.topics), class_="topics"))

    def _topic(self, topic: Topic) -> Html:
        count = self.voice("count-questions", n=len(self._bank.in_topic(topic.slug)))
        words = join([tag("span", topic.title(self.voice.language)), tag("small", count)])
        return tag("li", tag("a", words, href=self.address(f"/bank/topic/{topic.slug}")))

    def questions(self, questions: Sequence[Question], searched: str = "") -> Html:
        """Questions as a list of links; after a search with their topics."""
        return tag("ol", *(self._line(question, topic=bool(searched)) for question in questions), class_="questions")

    def _line(self, question: Question, *, topic: bool) -> Html:
        words = short(question.text(self.voice.language).question, _LINE)
        about = card_title(self.voice, self._bank, question) if topic else self._level(question)
        small = tag("small", about, data_accent=question.difficulty)
        return tag("li", tag("a", tag("span", words), small, href=self._to(question.id)))

    def _level(self, question: Question) -> str:
        return self.voice(f"difficulty-{question.difficulty}")

    def _to(self, question: QuestionId) -> str:
        return self.address(f"/bank/question/{question}")

    def whole(self, question: Question) -> Iterator[Html]:
        """A question with everything that belongs to it; what gives the answer away is closed."""
        text = question.text(self.voice.language)
        topic = self._bank.topic(question.topic)
        way = tag("a", topic.title(self.voice.language), href=self.address(f"/bank/topic/{topic.slug}"))
        level = tag("span", self._level(question), data_accent=question.difficulty)
        yield tag("p", join([tag("a", self.voice("web-bank"), href=self.address("/bank")), " › ", way]), class_="trail")
        yield tag("div", blocks(self._bank.blocks(text.question), top=1), class_="said asked")
        tags = (tag("a", name, href=self.address("/bank", q=name), class_="tag") for name in question.tags)
        yield tag("p", level, *tags, tag("code", question.id), class_="facts")
        parts = (
            ("hint", text.hint),
            ("points", text.key_points),
            ("answer", text.answer),
            ("followups", text.followups),
        )
        for name, prose in parts:
            inside = blocks(self._bank.blocks(prose), top=3)
            yield tag("details", tag("summary", self.voice(f"stage-{name}")), inside, class_="said")
        yield self._quiz(question)
        yield tag("p", join(self._sources(question.references)), class_="sources")
        yield tag("p", self.voice("web-as-of", month=question.as_of), class_="asof")
        yield from self._onward(question)

    def _quiz(self, question: Question) -> Html:
        quiz = question.text(self.voice.language).quiz
        options = (tag("li", option) for option in quiz.options)
        right = tag("p", tag("strong", self.voice("web-right", letter=letter(quiz.right))), " ", quiz.explanation)
        return tag(
            "details",
            tag("summary", self.voice("web-quiz")),
            tag("p", tag("strong", quiz.question)),
            tag("ol", *options, type="A"),
            tag("details", tag("summary", self.voice("stage-answer")), right),
            class_="said",
        )

    def _sources(self, references: Sequence[Reference]) -> Iterator[str]:
        yield self.voice("card-sources")
        for number, reference in enumerate(references):
            yield " · " if number else ""
            yield link(reference.title, reference.url)

    def _onward(self, question: Question) -> Iterator[Html]:
        """To the chat, and to the questions around this one."""
        ask = tag(
            "a",
            self.voice("web-ask-in-chat"),
            href=f"/?{urlencode({'question': question.id})}",
            class_="button primary",
        )
        yield tag("p", ask, class_="onward")
        known = {other.id: other for other in self._bank.questions}
        before = [known[id_] for id_ in question.follows if id_ in known]
        for key, others in (("web-before", before), ("web-after", self._bank.after(question.id))):
            if others:
                yield tag("section", tag("h2", self.voice(key)), self.questions(others))
