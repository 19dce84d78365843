"""SQL about deliveries: the outbox they wait in, and the ledger they become."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from sqlite3 import Connection
from typing import Any, Final

from bot.core.model import (
    ChatRef,
    Delivery,
    DeliveryId,
    DeliveryKind,
    DeliveryState,
    MessageId,
    Platform,
    QuestionId,
)
from bot.core.ports import Claimed, PlannedDelivery, Settled
from bot.storage.chats import ref_of
from bot.storage.instants import from_micros, instant_or_none, micros_or_none, to_micros
from bot.storage.subscriptions import subscription_of


def delivery_of(row: Sequence[Any]) -> Delivery:
    """The value of a row with the columns of `SELECT`."""
    platform, chat_id, thread_id, id_, kind, slot, question, state, due_at, not_before, attempts = row[:11]
    claimed_at, sent_at, message_id, reason, error = row[11:]
    return Delivery(
        id=DeliveryId(id_),
        chat=ref_of(platform, chat_id, thread_id),
        kind=DeliveryKind(kind),
        slot=slot,
        question=QuestionId(question),
        state=DeliveryState(state),
        due_at=from_micros(due_at),
        not_before=from_micros(due_at if not_before is None else not_before),
        attempts=attempts,
        claimed_at=instant_or_none(claimed_at),
        sent_at=instant_or_none(sent_at),
        message_id=None if message_id is None else MessageId(message_id),
        reason=reason,
        error=error,
    )


_WIDTH: Final = 16
# So many places there are among the deliveries of one instant, drawn by lot: no chat is always the last, and the topics
# of one forum do not come together. A millisecond is nothing to be early by, and a claim asks that it is due as well.
LOTS: Final = 1000
# So many neighbours draw together: rows that lie scattered one by one take longer to claim and settle.
NEIGHBOURS: Final = 4

# The outbox


def add(connection: Connection, rows: Iterable[tuple[int, PlannedDelivery]]) -> None:
    """Write planned deliveries for chats (by their rows); what exists for a chat, slot and kind already stays."""
    connection.executemany(_ADD, [_planned(chat, planned) for chat, planned in rows])


def claim(
    connection: Connection, platform: Platform, *, now: datetime, lease_until: datetime, limit: int
) -> Sequence[Claimed]:
    """Take deliveries that may be sent until the lease ends: some tried before, first due first, announcements last."""
    micros, lease = to_micros(now), to_micros(lease_until)
    rows: list[Sequence[Any]] = []
    for claimable, most in ((CLAIMABLE_AGAIN, max(limit // 2, 1)), (CLAIMABLE, limit), (CLAIMABLE_BEHIND, limit)):
        if (room := min(most, limit - len(rows))) > 0:
            values = {"platform": platform, "now": micros, "limit": room}
            found = connection.execute(claimable, values).fetchall()
            connection.executemany(_TAKE, [(lease, micros, row[3]) for row in found])
            rows += found
    return [_claimed(row, now) for row in rows]


def _claimed(row: Sequence[Any], now: datetime) -> Claimed:
    found = delivery_of(row[:_WIDTH])
    reason = "" if found.state is DeliveryState.SENDING else found.reason
    taken = replace(found, state=DeliveryState.SENDING, attempts=found.attempts + 1, claimed_at=now, reason=reason)
    return Claimed(delivery=taken, subscription=subscription_of(row[_WIDTH + 1 :]), kind=row[_WIDTH])


def settle(connection: Connection, outcomes: Iterable[Settled]) -> None:
    """Record how attempts ended, with what follows from them; rows that are not being sent stay as they are."""
    for outcome in outcomes:
        if connection.execute(_SETTLE, _settled(outcome)).rowcount and outcome.followup is not None:
            # It goes where the question went, which may have moved since.
            (chat,) = connection.execute("SELECT chat FROM deliveries WHERE id = ?", (outcome.delivery,)).fetchone()
            add(connection, [(chat, outcome.followup)])


def _settled(outcome: Settled) -> dict[str, object]:
    again = outcome.state in {DeliveryState.RETRY, DeliveryState.QUEUED}
    return {
        "id": outcome.delivery,
        "state": outcome.state.value,
        "not_before": micros_or_none(outcome.not_before or outcome.at) if again else None,
        "sent_at": to_micros(outcome.at) if outcome.state is DeliveryState.SENT else None,
        "message_id": outcome.message_id,
        "reason": outcome.reason,
        "error": outcome.error,
    }


def release(connection: Connection, ids: Iterable[DeliveryId]) -> None:
    """Give claimed deliveries back, as if they had not been taken."""
    connection.executemany(_RELEASE, [(LOTS, id_) for id_ in ids])


def fail_waiting(connection: Connection, chat: int, *, because: str) -> None:
    """End what waits for a chat; what is being sent at this moment is left to its sender."""
    connection.execute(FAIL_WAITING, (because, chat))


def next_ready(connection: Connection, platform: Platform) -> datetime | None:
    """The earliest instant at which a delivery of a platform may be claimed."""
    row = connection.execute(NEXT_READY, (platform,)).fetchone()
    return None if row is None else from_micros(row[0])


def count_due(connection: Connection, platform: Platform, *, now: datetime) -> int:
    """How many deliveries of a platform are due and have not ended."""
    counts = connection.execute(COUNT_DUE, {"platform": platform, "now": to_micros(now)})
    return sum(count for (count,) in counts)


# The ledger


def of_chat(connection: Connection, ref: ChatRef, *, limit: int) -> Sequence[Delivery]:
    """A chat's deliveries, latest due first."""
    rows = connection.execute(OF_CHAT, (ref.platform, ref.chat_id, ref.thread_id or "", limit))
    return [delivery_of(row) for row in rows.fetchall()]


def sent_before(connection: Connection, ref: ChatRef, *, slot: str) -> Delivery | None:
    """The question a chat was sent last before a slot."""
    row = connection.execute(SENT_BEFORE, (ref.platform, ref.chat_id, ref.thread_id or "", slot)).fetchone()
    return None if row is None else delivery_of(row)


def _planned(chat: int, planned: PlannedDelivery) -> dict[str, object]:
    due = to_micros(planned.due_at)
    return {
        "chat": chat,
        "kind": planned.kind.value,
        "slot": planned.slot,
        "question": planned.question,
        "state": planned.state.value,
        "due_at": due,
        "ready_at": due - _lot(chat, planned) if planned.state is DeliveryState.QUEUED else None,
        "reason": planned.reason,
    }


def _lot(chat: int, planned: PlannedDelivery) -> int:
    """By how many microseconds a delivery goes before others of its instant; drawn for each slot anew.

    Topics go rather early: those of one forum share its limit, and the last of them would come after all others.
    """
    is_topic = planned.chat.thread_id is not None
    drawer = f"{chat if is_topic else chat // NEIGHBOURS}/{planned.slot}"
    place = int.from_bytes(blake2b(drawer.encode(), digest_size=4).digest(), "big") % LOTS
    return LOTS - (place * place // LOTS if is_topic else place)


_ADD: Final = """
    INSERT INTO deliveries (chat, platform, kind, slot, question, state, due_at, ready_at, reason)
    VALUES (
        :chat, (SELECT platform FROM chats WHERE id = :chat),
        :kind, :slot, :question, :state, :due_at, :ready_at, :reason
    )
    ON CONFLICT (chat, kind, slot) DO NOTHING
"""
# But for its place by lot a row is never ready before it is due, so the index is read only as far as that.
_SELECT_CLAIMABLE: Final = """
    SELECT
        c.platform, c.chat_id, c.thread_id,
        d.id, d.kind, d.slot, d.question, d.state, d.due_at, d.not_before, d.attempts,
        d.claimed_at, d.sent_at, d.message_id, d.reason, d.error,
        c.kind, c.platform, c.chat_id, c.thread_id,
        s.plan, s.deck, s.language, s.next_slot, s.next_due_at, s.active, s.ended_because
    FROM deliveries AS d JOIN chats AS c ON c.id = d.chat JOIN subscriptions AS s ON s.chat = d.chat
"""
CLAIMABLE_AGAIN: Final = f"""
    {_SELECT_CLAIMABLE}
    WHERE d.platform = :platform AND d.ready_at IS NOT NULL AND d.attempts > 0 AND d.kind <> 'announcement'
        AND d.ready_at <= :now
    ORDER BY d.ready_at, d.id
    LIMIT :limit
"""
CLAIMABLE: Final = f"""
    {_SELECT_CLAIMABLE}
    WHERE d.platform = :platform AND d.ready_at IS NOT NULL AND d.kind <> 'announcement'
        AND d.due_at <= :now AND d.ready_at <= :now
    ORDER BY d.due_at, d.ready_at, d.id
    LIMIT :limit
"""
CLAIMABLE_BEHIND: Final = CLAIMABLE.replace("<> 'announcement'", "= 'announcement'")
# The reason is that of the attempt before; an attempt that a crash cut short has left none.
_TAKE: Final = """
    UPDATE deliveries
    SET state = 'sending', ready_at = ?, claimed_at = ?, attempts = attempts + 1,
        reason = CASE state WHEN 'sending' THEN '' ELSE reason END
    WHERE id = ?
"""
_SETTLE: Final = """
    UPDATE deliveries
    SET state = :state, not_before = :not_before, ready_at = :not_before, sent_at = :sent_at,
        message_id = :message_id, reason = :reason, error = :error
    WHERE id = :id AND state = 'sending'
"""
# It had its turn already.
_RELEASE: Final = """
    UPDATE deliveries
    SET state = 'queued', ready_at = coalesce(not_before, due_at - ?), claimed_at = NULL, attempts = attempts - 1
    WHERE id = ? AND state = 'sending'
"""
FAIL_WAITING: Final = """
    UPDATE deliveries SET state = 'failed', ready_at = NULL, reason = ?
    WHERE chat = ? AND state IN ('queued', 'retry')
"""
NEXT_READY: Final = """
    SELECT max(ready_at, due_at) FROM deliveries WHERE platform = ? AND ready_at IS NOT NULL ORDER BY ready_at LIMIT 1
"""
SELECT: Final = """
    SELECT
        c.platform, c.chat_id, c.thread_id,
        d.id, d.kind, d.slot, d.question, d.state, d.due_at, d.not_before, d.attempts,
        d.claimed_at, d.sent_at, d.message_id, d.reason, d.error
    FROM deliveries AS d JOIN chats AS c ON c.id = d.chat
"""
# Two counts: an index for each.
COUNT_DUE: Final = """
    SELECT count(*) FROM deliveries
    WHERE platform = :platform AND ready_at IS NOT NULL AND kind <> 'announcement' AND due_at <= :now
    UNION ALL
    SELECT count(*) FROM deliveries
    WHERE platform = :platform AND ready_at IS NOT NULL AND kind = 'announcement' AND due_at <= :now
"""
OF_CHAT: Final = f"""
    {SELECT}
    WHERE c.platform = ? AND c.chat_id = ? AND c.thread_id = ?
    ORDER BY d.due_at DESC, d.id DESC
    LIMIT ?
"""
SENT_BEFORE: Final = f"""
    {SELECT}
    WHERE c.platform = ? AND c.chat_id = ? AND c.thread_id = ?
        AND d.kind = 'question' AND d.slot < ? AND d.state = 'sent'
    ORDER BY d.slot DESC
    LIMIT 1
"""
