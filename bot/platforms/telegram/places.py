"""Telegram's chats and people as the core's values."""

from typing import Final

from telegram import Chat as TelegramChat
from telegram import ChatFullInfo, Message, PollAnswer, User

from bot.core.model import Chat, ChatKind, ChatRef, Language, LearnerRef, Platform

TELEGRAM: Final = Platform("telegram")
_KINDS: Final = {"private": ChatKind.PRIVATE, "channel": ChatKind.CHANNEL}


def ref_of(chat_id: int | str, thread_id: int | str | None = None) -> ChatRef:
    """A chat's address; every forum topic is a chat of its own, General has no thread id."""
    return ChatRef(platform=TELEGRAM, chat_id=str(chat_id), thread_id=None if thread_id is None else str(thread_id))


def chat_ref(message: Message) -> ChatRef:
    """The address of the chat, or of the forum topic, that a message stands in."""
    # Ordinary replies carry a thread id too; only topics are places.
    return ref_of(message.chat.id, message.message_thread_id if message.is_topic_message else None)


def chat_of(message: Message) -> Chat:
    """The chat a message stands in."""
    return described(message.chat, chat_ref(message))


def described(chat: TelegramChat | ChatFullInfo, ref: ChatRef | None = None) -> Chat:
    """A chat as Telegram describes it."""
    title = chat.title or chat.full_name or chat.username or ""
    return Chat(ref=ref or ref_of(chat.id), kind=_KINDS.get(chat.type, ChatKind.GROUP), title=title)


def learner_of(user: User) -> LearnerRef:
    """A person."""
    return LearnerRef(platform=TELEGRAM, user_id=str(user.id))


def author_of(message: Message) -> LearnerRef | None:
    """Who wrote it: a person, or a chat in whose name somebody writes (an anonymous admin, a channel)."""
    return _author(message.from_user, message.sender_chat)


def voter_of(vote: PollAnswer) -> LearnerRef | None:
    """Who voted: a person, or a chat in whose name somebody votes.

    All who vote in the name of a chat share one user, 136817688, "for backward compatibility".
    https://core.telegram.org/bots/api-changelog#august-18-2023
    """
    return _author(vote.user, vote.voter_chat)


def _author(user: User | None, chat: TelegramChat | None) -> LearnerRef | None:
    if chat is not None:
        return LearnerRef(platform=TELEGRAM, user_id=str(chat.id))
    return None if user is None else learner_of(user)


def language_of(user: User | None) -> Language | None:
    """The language of a person's client, as far as we speak it: Chinese, or English for everybody else."""
    if user is None or not user.language_code:
        return None
    return Language.ZH if user.language_code.lower().startswith("zh") else Language.EN
