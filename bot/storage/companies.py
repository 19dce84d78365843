"""Reading which groups and channels have a plan, beside a bot that may be running."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.core.model import Chat, ChatKind, Platform
from bot.storage.chats import ref_of
from bot.storage.check import reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A group or channel with a plan; `pins` if a plan there pins its questions."""

    chat: Chat
    pins: bool


def companies(path: Path, platform: Platform, *, limit: int) -> Sequence[Company]:
    """The first groups and channels with an active plan, one for each however many topics have theirs.

    They come in the order of their addresses. Raises StoreError as `check` does.
    """
    with reading(path) as connection:
        rows = connection.execute(_COMPANIES, (platform, ChatKind.PRIVATE.value, limit)).fetchall()
    return [
        Company(chat=Chat(ref=ref_of(platform, chat_id, ""), kind=ChatKind(kind), title=title), pins=bool(pins))
        for chat_id, kind, title, pins in rows
    ]


_COMPANIES: Final = """
    SELECT c.chat_id, min(c.kind), max(c.title), max(coalesce(json_extract(s.plan, '$.pin'), 0))
    FROM chats AS c JOIN subscriptions AS s ON s.chat = c.id
    WHERE c.platform = ? AND c.kind <> ? AND s.active = 1
    GROUP BY c.chat_id
    ORDER BY c.chat_id
    LIMIT ?
"""
