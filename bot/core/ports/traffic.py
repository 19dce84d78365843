"""What went over each platform lately, and how this run is set up: what operators want to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What became of one platform's deliveries, by when they were due; announcements are left out of all but `waiting`.

    Attributes:
        subscribed: Chats with an active subscription.
        waiting: What is due and not finished, at this moment.
        today: Sent since the day began.
        week: Sent since the week began.
        punctual: How many of the week's were sent within a minute.
        failed: What failed or was missed in the week, by its reason.
    """

    subscribed: int = 0
    waiting: int = 0
    today: int = 0
    week: int = 0
    punctual: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """About this run of the bot.

    Attributes:
        version: Of the program.
        since: When it was started.
        database_bytes: The size of the database.
        log_bytes: The size of the log beside it, which is copied into it now and then.
        backed_up_at: When the latest nightly backup was made; None if there is none.
    """

    version: str
    since: datetime
    database_bytes: int
    log_bytes: int
    backed_up_at: datetime | None
