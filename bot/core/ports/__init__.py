"""What the core needs of the world, as contracts. Adapters subclass these and are named technology + role.

A docstring here is binding for every implementation: `tests/contracts` runs the same suite over all of them.
Every instant is aware UTC.
"""

from bot.core.ports.announcements import Announced, AnnouncementStore
from bot.core.ports.bank import Bank, BankSource, Suggestion
from bot.core.ports.chats import ChatStore
from bot.core.ports.learners import LearnerStore, Report
from bot.core.ports.messages import KEPT_MESSAGES, KeptMessage, MessageStore
from bot.core.ports.messenger import Lane, Messenger, Pacer, Rights, Turn
from bot.core.ports.outbox import Claimed, OutboxStore, Planned, PlannedDelivery, Settled
from bot.core.ports.parts import Cause, Health, Part, PlatformPart, State
from bot.core.ports.store import Counts, Store
from bot.core.ports.surroundings import Clock, Painter, Phrases
from bot.core.ports.traffic import Facts, Traffic

__all__ = [
    "KEPT_MESSAGES",
    "Announced",
    "AnnouncementStore",
    "Bank",
    "BankSource",
    "Cause",
    "ChatStore",
    "Claimed",
    "Clock",
    "Counts",
    "Facts",
    "Health",
    "KeptMessage",
    "Lane",
    "LearnerStore",
    "MessageStore",
    "Messenger",
    "OutboxStore",
    "Pacer",
    "Painter",
    "Part",
    "Phrases",
    "Planned",
    "PlannedDelivery",
    "PlatformPart",
    "Report",
    "Rights",
    "Settled",
    "State",
    "Store",
    "Suggestion",
    "Traffic",
    "Turn",
]
