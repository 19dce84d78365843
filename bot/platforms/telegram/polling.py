"""Fetching updates by long polling.

Updates are parsed one by one: Telegram's API is often ahead of the SDK, and one update that the SDK cannot read
must cost itself alone, not the whole batch again and again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import structlog
from telegram import Bot, Update
from telegram.request import BaseRequest

_log: Final = structlog.stdlib.get_logger(__name__)
_ANSWER_SECONDS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Updates that came together, and the offset that confirms them all."""

    updates: tuple[Update, ...]
    offset: int


async def fetch(
    bot: Bot, request: BaseRequest, *, offset: int, seconds: int, allowed: Sequence[str], limit: int = 100
) -> Batch:
    """The next batch, waited for at most so many seconds; raises the SDK's errors."""
    wanted = {"timeout": seconds, "limit": limit, "allowed_updates": json.dumps(allowed)}
    if offset:
        wanted["offset"] = offset
    url = f"{bot.base_url}/getUpdates?{urlencode(wanted)}"
    rows: Any = await request.post(url=url, read_timeout=seconds + _ANSWER_SECONDS)
    updates = tuple(update for row in rows if (update := read(row, bot)) is not None)
    return Batch(updates=updates, offset=rows[-1]["update_id"] + 1 if rows else offset)


def read(row: Any, bot: Bot) -> Update | None:
    """One update; None, and a line in the log, for what the SDK cannot read."""
    try:
        return Update.de_json(row, bot)
    except Exception as error:  # noqa: BLE001  # the SDK raises whatever it stumbles over
        kinds = sorted(row) if isinstance(row, dict) else type(row).__name__
        _log.warning("an update could not be read and is left out", kinds=kinds, why=f"{type(error).__name__} {error}")
        return None
