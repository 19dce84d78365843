"""Which groups and channels have a plan, read beside a running bot."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.errors import StoreError
from bot.core.model import Chat, ChatKind, ChatRef, Platform
from bot.storage.companies import Company, companies
from bot.storage.store import SqliteStore
from tests.fakes.values import NINE, subscription

TELEGRAM = Platform("telegram")


def _chat(id_: int, kind: ChatKind, *, thread: str | None = None, platform: Platform = TELEGRAM) -> Chat:
    return Chat(ref=ChatRef(platform=platform, chat_id=str(id_), thread_id=thread), kind=kind, title=f"chat {id_}")


async def test_groups_and_channels_with_a_plan_are_listed_once(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite3"
    planned = [
        _chat(-1, ChatKind.GROUP),
        _chat(-1, ChatKind.GROUP, thread="5"),
        _chat(-2, ChatKind.CHANNEL),
        _chat(7, ChatKind.PRIVATE),
        _chat(-3, ChatKind.GROUP, platform=Platform("discord")),
        _chat(-4, ChatKind.GROUP),
    ]
    async with SqliteStore.open(file) as store:
        for chat in [*planned, _chat(-5, ChatKind.GROUP)]:
            await store.see_chat(chat, at=NINE)
        for chat in planned:
            await store.subscribe(subscription(chat.ref), at=NINE)
        pinning = subscription(planned[1].ref)
        await store.subscribe(replace(pinning, plan=replace(pinning.plan, pin=True)), at=NINE)
        await store.end_subscription(planned[-1].ref, because="asked", at=NINE)
        assert companies(file, TELEGRAM, limit=9) == [
            Company(chat=planned[0], pins=True),
            Company(chat=planned[2], pins=False),
        ]
        assert companies(file, TELEGRAM, limit=1) == [Company(chat=planned[0], pins=True)]


def test_a_file_that_is_none_of_ours_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        companies(tmp_path / "nothing.sqlite3", TELEGRAM, limit=9)
