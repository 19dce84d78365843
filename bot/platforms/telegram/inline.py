"""Inline mode: `@bot lora` in any chat finds questions and posts one with its Answer button."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import structlog
from telegram import (
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.error import BadRequest

from bot.core import cards
from bot.core.cards import short
from bot.core.markup import plain
from bot.core.model import Chat, ChatKind, Question
from bot.core.ports import Bank
from bot.core.replies import Reply
from bot.core.requests import Voice
from bot.core.service import Service
from bot.platforms.telegram.asking import Asking
from bot.platforms.telegram.classic import classic_html
from bot.platforms.telegram.faults import is_stale_query
from bot.platforms.telegram.keyboard import keyboard
from bot.platforms.telegram.newer import rich_message
from bot.platforms.telegram.places import language_of, ref_of
from bot.platforms.telegram.rich import rich_html

_log: Final = structlog.stdlib.get_logger(__name__)
PAGE: Final = 20
# https://core.telegram.org/bots/api#answerinlinequery
_CACHE_SECONDS: Final = 300
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


class Inline:
    """Answers inline queries."""

    def __init__(self, *, service: Service, asking: Asking) -> None:
        self._service: Final = service
        self._asking: Final = asking
        self._rich_works = True

    @property
    def _bank(self) -> Bank:
        # Looked up each time: the operator may have loaded another one.
        return self._service.browsing.library.bank

    async def answer(self, query: InlineQuery, *, is_rich: bool) -> None:
        """Show a page of what matches; for nothing typed, today's question and the topics.

        `is_rich` says whether the server takes rich messages.
        """
        rich = is_rich and self._rich_works
        try:
            await self._show(query, is_rich=rich)
        except BadRequest as error:
            if not rich or is_stale_query(error):
                raise
            await self._show(query, is_rich=False)
            # Only now is it known that the answer as such was right.
            self._rich_works = False
            _log.warning("Telegram refused rich inline results; ordinary ones are offered until the restart")

    async def _show(self, query: InlineQuery, *, is_rich: bool) -> None:
        voice = await self._service.voice_in(ref_of(query.from_user.id), language_of(query.from_user))
        start = int(query.offset) if query.offset.isdecimal() else 0
        if query.query.strip():
            found = self._bank.search(query.query[:200])
            results = [self._question(voice, q, is_rich=is_rich) for q in found[start : start + PAGE]]
            more = str(start + PAGE) if len(found) > start + PAGE else ""
        else:
            results, more = [*await self._opening(query, voice, is_rich=is_rich)], ""
        button = InlineQueryResultsButton(voice("telegram-inline-more"), start_parameter="help")
        await query.answer(results, cache_time=_CACHE_SECONDS, is_personal=True, next_offset=more, button=button)

    def _question(
        self, voice: Voice, question: Question, *, is_rich: bool, title: str = ""
    ) -> InlineQueryResultArticle:
        reply = cards.card(voice, self._bank, question, alone=False)
        words = short(question.text(voice.language).question, 120)
        heading = cards.title(voice, self._bank, question)
        return _article(question.id, title or heading, words, reply, is_rich=is_rich)

    async def _opening(self, query: InlineQuery, voice: Voice, *, is_rich: bool) -> Sequence[InlineQueryResultArticle]:
        chat = Chat(ref=ref_of(query.from_user.id), kind=ChatKind.PRIVATE)
        request = self._asking.by_person(query.from_user, chat)
        today = (await self._service.questions.today(request, voice)).reply
        results = []
        if today is not None and today.question is not None:
            question = self._bank.question(today.question)
            results.append(self._question(voice, question, is_rich=is_rich, title=voice("telegram-inline-today")))
        return [*results, *self._topics(voice)][: 2 * PAGE]

    def _topics(self, voice: Voice) -> Iterator[InlineQueryResultArticle]:
        for group in self._bank.groups:
            for topic in group.topics:
                reply = self._service.browsing.topic(voice, topic.slug, 0).reply
                words = voice("telegram-inline-topic", n=len(self._bank.in_topic(topic.slug)))
                if reply is not None:
                    yield _article(f"t:{topic.slug}"[:64], topic.title(voice.language), words, reply, is_rich=False)


def _article(id_: str, title: str, words: str, reply: Reply, *, is_rich: bool) -> InlineQueryResultArticle:
    content: Any = InputTextMessageContent(
        classic_html(reply.blocks), parse_mode="HTML", link_preview_options=_NO_PREVIEW
    )
    if is_rich:
        # InputRichMessageContent came with Bot API 10.1; the SDK passes unknown content through as it is.
        content = {"rich_message": rich_message(rich_html(reply.blocks), inert=True)}
    return InlineQueryResultArticle(
        id_, title, content, reply_markup=keyboard(reply.controls), description=words or plain(reply.blocks[0])
    )
