"""SQL about what went over each platform lately."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from sqlite3 import Connection
from typing import Final

from bot.core.model import Platform
from bot.core.ports import Traffic
from bot.storage.announcements import subscribers
from bot.storage.instants import to_micros


def traffic(connection: Connection, *, day: datetime, week: datetime, now: datetime) -> Mapping[Platform, Traffic]:
    """What became of each platform's deliveries since the day and the week began."""
    subscribed = subscribers(connection)
    waiting = dict(connection.execute(WAITING, (to_micros(now),)).fetchall())
    spans = {"day": to_micros(day), "week": to_micros(week), "now": to_micros(now)}
    sent = {platform: figures for platform, *figures in connection.execute(SENT, spans).fetchall()}
    failed: dict[str, dict[str, int]] = defaultdict(dict)
    for platform, reason, count in connection.execute(FAILED, spans).fetchall():
        failed[platform][reason] = count
    found: dict[Platform, Traffic] = {}
    for platform in sorted({*subscribed, *waiting, *sent, *failed}):
        today, all_week, punctual = sent.get(platform, (0, 0, 0))
        found[Platform(platform)] = Traffic(
            subscribed=subscribed.get(Platform(platform), 0),
            waiting=waiting.get(platform, 0),
            today=today,
            week=all_week,
            punctual=punctual,
            failed=failed.get(platform, {}),
        )
    return found


WAITING: Final = """
    SELECT platform, count(*) FROM deliveries WHERE ready_at IS NOT NULL AND due_at <= ? GROUP BY platform
"""
# A minute has 60 million microseconds.
SENT: Final = """
    SELECT
        platform,
        count(*) FILTER (WHERE due_at >= :day),
        count(*),
        count(*) FILTER (WHERE sent_at < due_at + 60000000)
    FROM deliveries INDEXED BY deliveries_due
    WHERE due_at >= :week AND due_at <= :now AND state = 'sent' AND kind <> 'announcement'
    GROUP BY platform
"""
FAILED: Final = """
    SELECT platform, reason, count(*)
    FROM deliveries INDEXED BY deliveries_due
    WHERE due_at >= :week AND due_at <= :now AND state IN ('failed', 'missed') AND kind <> 'announcement'
    GROUP BY platform, reason
"""
