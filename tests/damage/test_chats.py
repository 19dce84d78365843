"""Chats that are gone in the middle of a broadcast: one request each, and no delay to the rest."""

import asyncio
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from structlog.typing import EventDict

from bot.core.ports import State
from tests.damage.morning import virtual_morning
from tests.fakes.telegram_world import BOT_ID, Error
from tests.fakes.virtual_loop import virtually_over_sockets

EVERYBODY = range(1_000, 1_100)
BLOCKED, VANISHED, DEACTIVATED = EVERYBODY[5::10], EVERYBODY[2::10], EVERYBODY[8::10]
A_SECOND = 30
GONE = {*BLOCKED, *VANISHED, *DEACTIVATED}


@virtually_over_sockets
async def test_three_in_ten_that_are_gone_cost_one_request_each_and_hold_up_nobody(
    folder: Path, logged: list[EventDict]
) -> None:
    async with virtual_morning(folder, people=EVERYBODY) as morning:
        chats = morning.telegram.chats
        for person in BLOCKED:
            chats[person].members[BOT_ID] = "kicked"
        for person in VANISHED:
            del chats[person]
        for person in DEACTIVATED:
            chats[person].refusal = Error(403, "Forbidden: user is deactivated")
        loop = asyncio.get_running_loop()
        await morning.once(morning.asked)
        began = loop.time()
        await morning.once(lambda: len(morning.asked()) == len(EVERYBODY))
        took = loop.time() - began
        # Had anybody been put off, they would have been asked again by now.
        await morning.pass_minutes(15)
        health = morning.health()
        asked = Counter(morning.asked())
        cards = morning.all_cards()
    assert asked == Counter(EVERYBODY)
    assert cards == Counter(set(EVERYBODY) - GONE)
    # As long as so many requests take at Telegram's pace, and a moment: nobody waited for one that was gone.
    assert took < len(EVERYBODY) / A_SECOND * 1.1 + 1
    assert health.state is State.OK
    told = [event for event in logged if event["event"] == "not sent"]
    assert Counter(event["reason"] for event in told) == {"blocked": len(GONE)}
    ended = _ended(folder / "bot.sqlite3")
    assert {chat: why for chat, why, _ in ended} == {str(person): ("blocked", "blocked") for person in GONE}
    assert Counter(error for _, _, error in ended) == {
        "Forbidden: bot was blocked by the user": len(BLOCKED),
        "Chat not found": len(VANISHED),
        "Forbidden: user is deactivated": len(DEACTIVATED),
    }


def _ended(database: Path) -> list[tuple[str, tuple[str, str], str]]:
    """The chats that are gone, why they and their plans ended, and what was said of their question."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "SELECT c.chat_id, c.gone_because, s.ended_because, d.error FROM chats AS c "
            "JOIN subscriptions AS s ON s.chat = c.id JOIN deliveries AS d ON d.chat = c.id "
            "WHERE c.gone_at IS NOT NULL AND s.active = 0 AND d.state = 'failed'"
        ).fetchall()
    return [(chat, (why, why_ended), error) for chat, why, why_ended, error in rows]
