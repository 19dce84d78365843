"""Which question of the bank a native quiz belongs to, so that answers count for their learners."""

import json
from dataclasses import dataclass

from telegram import Message

from bot.core.model import ChatRef, QuestionId
from bot.core.ports import Store
from bot.platforms.telegram.places import chat_ref, ref_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPoll:
    """A quiz that was posted: where, and about which question."""

    chat: ChatRef
    question: QuestionId


async def remember_poll(store: Store, poll_id: str, message: Message, question: QuestionId) -> None:
    """Keep what an answer to the poll will need; answers come without their chat."""
    ref = chat_ref(message)
    value = {"chat": ref.chat_id, "thread": ref.thread_id, "question": question}
    await store.remember(_key(poll_id), json.dumps(value))


async def recall_poll(store: Store, poll_id: str) -> SentPoll | None:
    """The poll of that id, if it is one of ours."""
    value = await store.recall(_key(poll_id))
    if value is None:
        return None
    kept = json.loads(value)
    return SentPoll(chat=ref_of(kept["chat"], kept["thread"]), question=QuestionId(kept["question"]))


def _key(poll_id: str) -> str:
    return f"telegram:poll:{poll_id}"
