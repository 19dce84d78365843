"""Updates as requests to the core."""

from typing import Final

from telegram import CallbackQuery, Message, PollAnswer, User

from bot.core.actions import PlanField
from bot.core.model import Chat, ChatKind, LearnerRef
from bot.core.ports import Clock, Rights
from bot.core.requests import Request
from bot.platforms.telegram.answering import Tap
from bot.platforms.telegram.newer import ephemeral_id
from bot.platforms.telegram.places import author_of, chat_of, described, language_of, learner_of, ref_of, voter_of
from bot.platforms.telegram.sending import Shown

_FEATURES: Final = frozenset({PlanField.SILENT, PlanField.PROTECTED, PlanField.PIN, PlanField.CLASSIC})


def features_of(chat: Chat) -> frozenset[PlanField]:
    """The parts of a plan that make sense in a chat: only a topic has a chat around it."""
    return _FEATURES if chat.ref.thread_id is None else _FEATURES | {PlanField.FALL_BACK}


class Asking:
    """Makes requests of what Telegram reports."""

    def __init__(self, *, clock: Clock, rights: Rights) -> None:
        self._clock: Final = clock
        self._rights: Final = rights

    def by_message(self, message: Message) -> Request | None:
        """What somebody wrote; None for messages without an author."""
        learner = author_of(message)
        if learner is None:
            return None
        return self._request(chat_of(message), learner, message.from_user, unseen=ephemeral_id(message) is not None)

    def by_person(self, person: User, chat: Chat, *, unseen: bool = False) -> Request:
        """What a person did in a chat."""
        return self._request(chat, learner_of(person), person, unseen=unseen)

    def _request(self, chat: Chat, learner: LearnerRef, user: User | None, *, unseen: bool = False) -> Request:
        return Request(
            chat=chat,
            learner=learner,
            now=self._clock.now(),
            rights=self._rights,
            language=language_of(user),
            features=features_of(chat),
            unseen_by_others=unseen,
        )

    def by_vote(self, vote: PollAnswer, chat: Chat) -> Request | None:
        """A vote in a quiz; None for one that nobody gave."""
        learner = voter_of(vote)
        return None if learner is None else self._request(chat, learner, vote.user)

    def by_tap(self, query: CallbackQuery) -> tuple[Request, Tap]:
        """A pressed button, on a message or on one posted through inline mode."""
        message, person = query.message, query.from_user
        if message is None:
            # Telegram does not say which chat it is, but gives each a name of its own.
            chat = Chat(ref=ref_of(f"inline:{query.chat_instance}"), kind=ChatKind.GROUP)
            return self.by_person(person, chat), Tap(query=query, shown=Shown(inline_id=query.inline_message_id))
        alone = ephemeral_id(message)
        chat = chat_of(message) if isinstance(message, Message) else described(message.chat)
        thread = chat.ref.thread_id
        shown = Shown(
            chat=message.chat.id,
            message=message.message_id,
            thread=None if thread is None else int(thread),
            receiver=None if alone is None else person.id,
            ephemeral=alone,
            query=query.id,
        )
        return self.by_person(person, chat, unseen=alone is not None), Tap(query=query, shown=shown)
