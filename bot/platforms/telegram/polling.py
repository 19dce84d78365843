"""Fetching updates by long polling.

Updates are parsed one by one: Telegram's API is often ahead of the SDK, and one update that the SDK cannot read
must cost itself alone, not the whole batch again and again.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import structlog
from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.request import BaseRequest

from bot.platforms.telegram.condition import RIVAL, Condition
from bot.platforms.telegram.faults import NoAnswer
from bot.platforms.telegram.upkeep import wait_after

_log: Final = structlog.stdlib.get_logger(__name__)
# Shorter than some proxies let a silent connection live, and no divisor of the longest wait: two programs with one
# token would meet only when one of them has just begun to look.
POLL_SECONDS: Final = 25
_ANSWER_SECONDS: Final = 10
# So many failures in a row that the wait grows no more.
_MANY: Final = 100
# So many of the longest waits without a conflict, and the other program is gone: it waits no longer than we do.
_CALM: Final = 3


class Poller:
    """Fetches updates again and again.

    Of two programs with one token each long poll ends the other's with a conflict, as soon as nothing is waiting to
    be fetched. Neither can tell the other, so both look more and more rarely until one of them is stopped; whoever
    looked last receives, and both can send. (`do_get_updates` and `abort_long_poll` of the official server,
    https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp)

    Args:
        bot: The SDK's bot.
        request: How requests travel.
        allowed: The kinds of updates wanted.
        take: Gets every update, in order.
        condition: Told how it goes.
        wait: Seconds to wait after so many failures in a row.
    """

    def __init__(
        self,
        *,
        bot: Bot,
        request: BaseRequest,
        allowed: Sequence[str],
        take: Callable[[Update], Awaitable[None]],
        condition: Condition,
        wait: Callable[[int], float],
    ) -> None:
        self._bot: Final = bot
        self._request: Final = request
        self._allowed: Final = allowed
        self._take: Final = take
        self._condition: Final = condition
        self._wait: Final = wait
        self._conflicts = 0
        self._alone_from = 0.0

    async def run(self) -> None:
        """Fetch until cancelled; what was handed over is confirmed on the way out. Raises InvalidToken."""
        offset, confirmed, failures = 0, 0, 0
        try:
            while True:
                try:
                    # To ask for what follows confirms what was there before.
                    confirmed = offset
                    # After a failure a short look first, so that its end is noticed at once.
                    offset = await self._fetch(offset, seconds=0 if failures else POLL_SECONDS)
                except InvalidToken:
                    raise
                except Conflict:
                    await self._give_way()
                except TelegramError as error:
                    confirmed = 0
                    failures += 1
                    # Silence is how a connection through some proxies ends; only a second one in a row is news.
                    if failures > 1 or not isinstance(error, NoAnswer):
                        self._condition.failed(error)
                    await asyncio.sleep(wait_after(error, self._wait(failures)))
                else:
                    failures = 0
                    self._condition.connected()
                    self._see_whether_alone()
        finally:
            if offset != confirmed:
                await self._confirm(offset)

    async def _give_way(self) -> None:
        """Leave the updates to the other program for a while."""
        self._conflicts += 1
        self._alone_from = asyncio.get_running_loop().time() + _CALM * self._wait(_MANY)
        self._condition.worry("updates", RIVAL)
        await asyncio.sleep(self._wait(self._conflicts))

    def _see_whether_alone(self) -> None:
        if self._conflicts and asyncio.get_running_loop().time() > self._alone_from:
            self._conflicts = 0
            self._condition.settle("updates")

    async def _fetch(self, offset: int, *, seconds: int) -> int:
        """Hand over the next batch; the offset after it."""
        batch = await fetch(self._bot, self._request, offset=offset, seconds=seconds, allowed=self._allowed)
        for update in batch.updates:
            await self._take(update)
        return batch.offset

    async def _confirm(self, offset: int) -> None:
        """Tell Telegram that everything before the offset was taken."""
        try:
            await fetch(self._bot, self._request, offset=offset, seconds=0, allowed=self._allowed, limit=1)
        except TelegramError as error:
            _log.info("the last updates were not confirmed and will come again", why=error.message)


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
