"""Native quizzes, and which question of the bank each belongs to, so that answers count for their learners."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

from telegram import Bot, InputPollOption, Message

from bot.core.model import ChatRef, QuestionId
from bot.core.ports import Store
from bot.core.replies import Poll, Reply
from bot.platforms.telegram.following import Following
from bot.platforms.telegram.keyboard import keyboard
from bot.platforms.telegram.moves import present_ref
from bot.platforms.telegram.places import chat_ref, ref_of

# https://core.telegram.org/bots/api#sendpoll
MAX_POLL_QUESTION: Final = 300
KEPT: Final = timedelta(days=30)
"""How long an answer to a quiz counts."""

QUICK: Final = 10.0
"""Seconds for which an answer waits for the quizzes that are just being posted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPoll:
    """A quiz that was posted: where, and about which question."""

    chat: ChatRef
    question: QuestionId


class Polls:
    """Posts quizzes, and finds the one that somebody has answered.

    Args:
        bot: The SDK's bot.
        store: Keeps what an answer will need.
        following: Sees to it that a note which fails brings no quiz a second time.
    """

    def __init__(self, *, bot: Bot, store: Store, following: Following) -> None:
        self._bot: Final = bot
        self._store: Final = store
        self._following: Final = following
        self._on_their_way: Final[set[asyncio.Future[None]]] = set()

    async def post(self, chat: int, poll: Poll, reply: Reply, *, anonymous: bool, shared: dict[str, Any]) -> Message:
        """Post a native quiz; `shared` are the parameters of the methods that send."""
        with self._noting():
            sent = await self._send(chat, poll, reply, anonymous=anonymous, shared=shared)
            if sent.poll is not None and not anonymous:
                note = partial(self._remember, sent.poll.id, sent, poll.question)
                await self._following.best("note of the quiz", chat, note)
        return sent

    async def answered(self, poll_id: str) -> SentPoll | None:
        """The quiz of that id, if it is one of ours; its chat is where it is by now."""
        value = await self._store.recall(_key(poll_id))
        if value is None and self._on_their_way:
            # Somebody may have been quicker than the answer in which Telegram names the quiz it has posted.
            await asyncio.wait({*self._on_their_way}, timeout=QUICK)
            value = await self._store.recall(_key(poll_id))
        if value is None:
            return None
        kept = json.loads(value)
        chat = await present_ref(self._store, ref_of(kept["chat"], kept["thread"]))
        return SentPoll(chat=chat, question=QuestionId(kept["question"]))

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """In this block a quiz is posted and noted down."""
        noted = asyncio.get_running_loop().create_future()
        self._on_their_way.add(noted)
        try:
            yield
        finally:
            self._on_their_way.discard(noted)
            noted.set_result(None)

    async def _send(self, chat: int, poll: Poll, reply: Reply, *, anonymous: bool, shared: dict[str, Any]) -> Message:
        quiz = poll.quiz
        titled = f"{poll.title}\n\n{quiz.question}"
        return await self._bot.send_poll(
            chat,
            titled if len(titled) <= MAX_POLL_QUESTION else quiz.question,
            [InputPollOption(option) for option in quiz.options],
            type="quiz",
            correct_option_ids=[quiz.right],  # type: ignore[list-item]  # the SDK lists the ten digits one by one
            is_anonymous=anonymous,
            shuffle_options=True,
            explanation=" ".join(quiz.explanation.split()) or None,
            reply_markup=keyboard(reply.controls),
            **shared,
        )

    async def _remember(self, poll_id: str, message: Message, question: QuestionId) -> None:
        """Keep what an answer to the poll will need; answers come without their chat."""
        ref = chat_ref(message)
        value = {"chat": ref.chat_id, "thread": ref.thread_id, "question": question}
        await self._store.remember(_key(poll_id), json.dumps(value), until=message.date + KEPT)


def _key(poll_id: str) -> str:
    return f"telegram:poll:{poll_id}"
