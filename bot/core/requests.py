"""Who asks, where and when: what a platform knows about one command, tap or text."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.actions import PlanField
from bot.core.model import Chat, ChatKind, ChatRef, Language, LearnerRef, Reveal
from bot.core.ports import Phrases, Rights


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing a person did.

    Attributes:
        chat: Where, as the platform describes it.
        learner: Who; in a channel this may be the channel itself.
        now: When, aware UTC.
        rights: Asked when something needs an admin, and only then.
        language: The language of the person's client, if the platform tells.
        zone: The time zone of the person's client, if the platform tells.
        locale: The language tag of the person's client (`pt-BR`), if the platform tells; a hint at where they live.
        neighbours: Other chats of the same community, such as a server's channels; a hint at what they agreed on.
        operator: Whether the platform vouches that this person runs the bot.
        reveal: How answers are shown in a group that never chose a policy.
        features: The parts of a plan that only some platforms can do and this one can.
        overheard: Whether the platform hands on what people write without a command.
        unseen_by_others: Whether the tapped message is for the presser's eyes alone already.
        spoken: What everybody in the chat reads is in this language, where others read along; filled in by the core.
    """

    chat: Chat
    learner: LearnerRef
    now: datetime
    rights: Rights
    language: Language | None = None
    zone: str | None = None
    locale: str = ""
    neighbours: tuple[ChatRef, ...] = ()
    operator: bool = False
    reveal: Reveal = Reveal.BUTTON
    features: frozenset[PlanField] = frozenset()
    overheard: bool = True
    unseen_by_others: bool = False
    spoken: Language | None = None

    @property
    def alone(self) -> bool:
        """Whether nobody else reads along."""
        return self.chat.kind is ChatKind.PRIVATE or self.unseen_by_others

    def aloud(self, voice: "Voice") -> "Voice":
        """The voice for what everybody in the chat reads, whoever asked for it."""
        return voice if self.spoken is None else replace(voice, language=self.spoken)

    def in_chat(self, chat: Chat) -> "Request":
        """The same request about another chat, such as a channel managed from a private chat."""
        return replace(self, chat=chat)


@dataclass(frozen=True, slots=True)
class Voice:
    """The phrases in one language: `voice("hello", name="Li")`."""

    phrases: Phrases
    language: Language

    def __call__(self, key: str, /, **values: str | int) -> str:
        """The sentence of that key in this voice's language."""
        return self.phrases.say(self.language, key, **values)
