"""SQL about subscriptions: the plan of a chat, its deck, and when it is due next."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import blake2b
from sqlite3 import Connection
from typing import Any, Final

from bot.core.deck import DeckState
from bot.core.model import ChatRef, Language, Plan, Subscription
from bot.core.ports import Planned
from bot.storage.chats import ref_of
from bot.storage.instants import instant_or_none, micros_or_none, to_micros
from bot.storage.plans import decode_plan, encode_plan


def subscription_of(row: Sequence[Any]) -> Subscription:
    """The value of a row with the columns of `SELECT`, save the first."""
    platform, chat_id, thread_id, plan, deck, language, next_slot, next_due_at, active, ended_because = row
    return Subscription(
        chat=ref_of(platform, chat_id, thread_id),
        plan=decode_plan(plan),
        deck=_deck(deck),
        language=Language(language) if language in _LANGUAGES else Language.EN,
        next_slot=next_slot,
        next_due_at=instant_or_none(next_due_at),
        active=bool(active),
        ended_because=ended_because,
    )


def _deck(data: bytes) -> DeckState:
    """The deck of a row; one that cannot be read, of a newer bot say, is shuffled anew and stops nobody else's."""
    try:
        return DeckState.from_bytes(data)
    except ValueError:
        return DeckState(seed=int.from_bytes(blake2b(data, digest_size=8).digest(), "little"))


def get(connection: Connection, ref: ChatRef) -> Subscription | None:
    """The chat's subscription, active or ended."""
    row = connection.execute(GET, (ref.platform, ref.chat_id, ref.thread_id or "")).fetchone()
    return None if row is None else subscription_of(row[1:])


def put(connection: Connection, chat: int, subscription: Subscription, *, at: datetime) -> None:
    """Start a subscription, or replace an earlier one and keep its deck."""
    values = (
        chat,
        encode_plan(subscription.plan),
        subscription.deck.to_bytes(),
        subscription.language.value,
        subscription.next_slot,
        micros_or_none(subscription.next_due_at),
        to_micros(at),
    )
    connection.execute(_PUT, values)


def change_plan(
    connection: Connection, chat: int, plan: Plan, *, next_slot: str | None, next_due_at: datetime | None
) -> None:
    """Replace the plan of an active subscription."""
    connection.execute(_CHANGE_PLAN, (encode_plan(plan), next_slot, micros_or_none(next_due_at), chat))


def set_language(connection: Connection, chat: int, language: Language) -> None:
    """Choose the language of a subscription."""
    connection.execute("UPDATE subscriptions SET language = ? WHERE chat = ?", (language.value, chat))


def end(connection: Connection, chat: int, *, because: str, at: datetime, with_chat: bool) -> bool:
    """End an active subscription; returns whether there was one."""
    return connection.execute(_END, (to_micros(at), because, with_chat, chat)).rowcount > 0


def get_ended_with_chat(connection: Connection, chat: int) -> Subscription | None:
    """The subscription, if it ended because its chat was gone."""
    row = connection.execute(_GET_ENDED_WITH_CHAT, (chat,)).fetchone()
    return None if row is None else subscription_of(row[1:])


def resume(connection: Connection, chat: int, *, next_slot: str | None, next_due_at: datetime | None) -> None:
    """Make an ended subscription active again."""
    connection.execute(_RESUME, (next_slot, micros_or_none(next_due_at), chat))


def due(connection: Connection, *, now: datetime, limit: int) -> Sequence[tuple[int, Subscription]]:
    """Active subscriptions that are due, earliest first, with the rows of their chats."""
    rows = connection.execute(DUE, (to_micros(now), limit)).fetchall()
    return [(row[0], subscription_of(row[1:])) for row in rows]


def coming(connection: Connection, *, after: int, limit: int) -> Sequence[tuple[int, Subscription]]:
    """Active subscriptions that are due some time, with the rows of their chats, in the order of these."""
    rows = connection.execute(COMING, (after, limit)).fetchall()
    return [(row[0], subscription_of(row[1:])) for row in rows]


def move_due(connection: Connection, moved: Iterable[tuple[int, datetime | None]]) -> None:
    """Record when subscriptions (by the rows of their chats) are due instead."""
    connection.executemany(_MOVE_DUE, [(micros_or_none(due_at), chat) for chat, due_at in moved])


def advance(connection: Connection, planned: Iterable[tuple[int, Planned]]) -> None:
    """Record each subscription's deck and next slot after planning."""
    connection.executemany(
        _ADVANCE,
        [(p.deck.to_bytes(), p.next_slot, micros_or_none(p.next_due_at), chat) for chat, p in planned],
    )


_LANGUAGES: Final = frozenset(language.value for language in Language)
SELECT: Final = """
    SELECT
        s.chat, c.platform, c.chat_id, c.thread_id,
        s.plan, s.deck, s.language, s.next_slot, s.next_due_at, s.active, s.ended_because
    FROM subscriptions AS s JOIN chats AS c ON c.id = s.chat
"""
GET: Final = f"{SELECT} WHERE c.platform = ? AND c.chat_id = ? AND c.thread_id = ?"
_GET_ENDED_WITH_CHAT: Final = f"{SELECT} WHERE s.chat = ? AND s.active = 0 AND s.ended_with_chat = 1"
_PUT: Final = """
    INSERT INTO subscriptions (chat, plan, deck, language, next_slot, next_due_at, started_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (chat) DO UPDATE SET
        plan = excluded.plan,
        language = excluded.language,
        next_slot = excluded.next_slot,
        next_due_at = excluded.next_due_at,
        active = 1,
        ended_at = NULL,
        ended_because = '',
        ended_with_chat = 0
"""
_CHANGE_PLAN: Final = "UPDATE subscriptions SET plan = ?, next_slot = ?, next_due_at = ? WHERE chat = ? AND active = 1"
_END: Final = """
    UPDATE subscriptions
    SET active = 0, next_slot = NULL, next_due_at = NULL, ended_at = ?, ended_because = ?, ended_with_chat = ?
    WHERE chat = ? AND active = 1
"""
_RESUME: Final = """
    UPDATE subscriptions
    SET active = 1, next_slot = ?, next_due_at = ?, ended_at = NULL, ended_because = '', ended_with_chat = 0
    WHERE chat = ?
"""
DUE: Final = f"""
    {SELECT}
    WHERE s.active = 1 AND s.next_due_at IS NOT NULL AND s.next_due_at <= ?
    ORDER BY s.next_due_at, s.chat
    LIMIT ?
"""
COMING: Final = f"""
    {SELECT}
    WHERE s.chat > ? AND s.active = 1 AND s.next_due_at IS NOT NULL
    ORDER BY s.chat
    LIMIT ?
"""
_MOVE_DUE: Final = "UPDATE subscriptions SET next_due_at = ? WHERE chat = ?"
_ADVANCE: Final = "UPDATE subscriptions SET deck = ?, next_slot = ?, next_due_at = ? WHERE chat = ?"
