"""Native quizzes, and which question of the bank each belongs to, so that answers count for their learners."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from telegram import Bot, InputPollOption, Message

from bot.core.model import ChatRef, QuestionId
from bot.core.ports import Store
from bot.core.replies import Poll, Reply
from bot.platforms.telegram.keyboard import keyboard
from bot.platforms.telegram.moves import present_ref
from bot.platforms.telegram.places import chat_ref, ref_of

# https://core.telegram.org/bots/api#sendpoll
MAX_POLL_QUESTION: Final = 300
KEPT: Final = timedelta(days=30)
"""How long an answer to a quiz counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPoll:
    """A quiz that was posted: where, and about which question."""

    chat: ChatRef
    question: QuestionId


async def send_poll(
    bot: Bot, chat: int, poll: Poll, reply: Reply, *, anonymous: bool, shared: dict[str, Any]
) -> Message:
    """Post a native quiz; `shared` are the parameters of the methods that send."""
    quiz = poll.quiz
    titled = f"{poll.title}\n\n{quiz.question}"
    return await bot.send_poll(
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


async def remember_poll(store: Store, poll_id: str, message: Message, question: QuestionId) -> None:
    """Keep what an answer to the poll will need; answers come without their chat."""
    ref = chat_ref(message)
    value = {"chat": ref.chat_id, "thread": ref.thread_id, "question": question}
    await store.remember(_key(poll_id), json.dumps(value), until=message.date + KEPT)


async def recall_poll(store: Store, poll_id: str) -> SentPoll | None:
    """The poll of that id, if it is one of ours; its chat is where it is by now."""
    value = await store.recall(_key(poll_id))
    if value is None:
        return None
    kept = json.loads(value)
    chat = await present_ref(store, ref_of(kept["chat"], kept["thread"]))
    return SentPoll(chat=chat, question=QuestionId(kept["question"]))


def _key(poll_id: str) -> str:
    return f"telegram:poll:{poll_id}"
