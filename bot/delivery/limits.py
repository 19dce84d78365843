"""How fast the platforms say they may be asked."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """At most `count` requests within any `per` seconds.

    Attributes:
        burst: How many such windows a tap may use up at once: with 3 at one a second, three requests may follow
            each other directly when the last three seconds were silent. The slower lanes never do.
        even: Whether the slower lanes spread their requests over the window, so that a tap finds a free place soon.
    """

    count: int
    per: float
    burst: int = 1
    even: bool = False

    def __post_init__(self) -> None:
        if self.count < 1 or self.per <= 0 or self.burst < 1:
            raise ValueError(f"{self} lets nothing through")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one platform account; None where there is none.

    Attributes:
        overall: For all requests together.
        chat: For the requests to each chat.
        group: For the requests to each chat that is a group or channel, besides `chat`.
        refusals: For requests that the platform answers with a refusal.
    """

    overall: Rate | None = None
    chat: Rate | None = None
    group: Rate | None = None
    refusals: Rate | None = None


UNLIMITED: Final = Limits()
# https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: about 30 messages a second to
# different chats, one a second in a chat with short bursts beyond it, 20 a minute in a group.
TELEGRAM: Final = Limits(
    overall=Rate(count=30, per=1.0, even=True),
    chat=Rate(count=1, per=1.0, burst=3),
    group=Rate(count=20, per=60.0),
)
# https://core.telegram.org/bots/api#sendmessage, allow_paid_broadcast: up to 1000 messages a second.
TELEGRAM_PAID: Final = Limits(overall=Rate(count=1000, per=1.0, even=True), chat=TELEGRAM.chat, group=TELEGRAM.group)
# https://docs.discord.com/developers/topics/rate-limits: 50 requests a second, answers to interactions not counted;
# 10,000 answers of 401, 403 or 429 within ten minutes close the door for a while, so we stop well before. The limits
# of single routes stand in the headers of the answers, and the client library keeps them.
DISCORD: Final = Limits(overall=Rate(count=50, per=1.0, even=True), refusals=Rate(count=8_000, per=600.0))
