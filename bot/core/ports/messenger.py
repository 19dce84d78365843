"""How the bot speaks on a platform, at which pace, and who may manage there."""

from datetime import timedelta
from enum import IntEnum
from typing import Protocol

from bot.core.model import ChatRef, LearnerRef, MessageId, Platform
from bot.core.replies import Post, Reply


class Lane(IntEnum):
    """Who goes first when the platform's limits make requests wait: the smaller number."""

    TAP = 0
    DAILY = 1
    ANNOUNCEMENT = 2


class Turn:
    """One request that may leave now.

    What is told of it afterwards helps a pacer to know when requests arrive; this one does nothing with it.
    """

    def left(self) -> None:
        """It left only now."""

    def answered(self) -> None:
        """Its answer has come."""


class Pacer(Protocol):
    """Keeps one platform account's requests within the published limits, before the platform must refuse."""

    async def turn(self, lane: Lane, *, scope: str | None = None, group: bool = False) -> Turn:
        """Wait until a request may leave; what comes of it may be told to the turn.

        Args:
            lane: A tap overtakes everything that waits in a slower lane, without starving it.
            scope: The chat or channel the request writes to; None when it counts for the account alone.
            group: Whether the scope is a group or channel, which have a stricter limit of their own.

        Raises RateLimited when a turn of a slower lane would take too long to wait for; nothing was sent then. A tap
        is never turned away.
        """
        ...

    def pause(self, retry_after: timedelta, *, scope: str | None = None) -> None:
        """The platform refused: nothing more leaves for that scope (None: the whole account) before it ends."""
        ...

    def refused(self) -> None:
        """The platform answered that this may not be done: platforms that count such answers lock out who gets many.

        Not to be called beside `pause`, which counts by itself.
        """
        ...


class Messenger(Protocol):
    """The port through which the bot speaks on its own initiative."""

    @property
    def platform(self) -> Platform:
        """Which platform this is."""
        ...

    @property
    def ready(self) -> bool:
        """Whether the platform is connected, so that claiming deliveries for it makes sense."""
        ...

    @property
    def account(self) -> str | None:
        """The id of the bot as the platform knows it, once it is connected; None where there is no such thing."""
        return None

    async def send(self, post: Post, *, lane: Lane = Lane.DAILY) -> MessageId:
        """Post it and return the (first) message's id.

        Raises a MessengerError of the kind that says what follows: ChatGone, ChatMoved, ThreadGone, NotAllowed,
        RateLimited, Unavailable (surely not sent), Unknown (may have been sent), Rejected.
        """
        ...

    async def edit(self, chat: ChatRef, message: MessageId, reply: Reply) -> None:
        """Make an earlier message read like this reply; raises like `send`, Rejected when it is gone."""
        ...


class Rights(Protocol):
    """Who may change a chat's plan, as the platform knows it."""

    async def may_manage(self, learner: LearnerRef, chat: ChatRef) -> bool:
        """Whether this person is an admin there now; always True in a private chat. Looked up, cached briefly.

        Raises Mistake `rights-unknown` while the platform cannot be asked.
        """
        ...
