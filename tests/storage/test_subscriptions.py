"""Rows of subscriptions that this code cannot read whole."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.core.model import Language
from bot.storage.store import SqliteStore
from tests.fakes.values import CHAT, NINE, chat_ref, one_a_day, subscription


async def test_an_odd_row_does_not_stop_the_others(tmp_path: Path) -> None:
    path = tmp_path / "qianmian.db"
    async with SqliteStore.open(path) as store:
        for ref in (CHAT, chat_ref(2)):
            await store.subscribe(subscription(ref), at=NINE)
        with closing(sqlite3.connect(path)) as other, other:
            other.execute("UPDATE subscriptions SET deck = x'ff00', language = 'tlh' WHERE chat = 1")
        odd = await store.subscription(CHAT)
        assert odd is not None
        assert (odd.language, odd.deck.count) == (Language.EN, 0)
        assert await store.plan_due(now=NINE, limit=10, decide=one_a_day) == 2
