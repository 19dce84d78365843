"""The library's buckets: old ones go, and new ones do not cost a look through all the others."""

import asyncio
from typing import Any, Final

import discord
from typing_extensions import override

from bot.platforms.discord.buckets import SWEEP_EVERY, sweep_seldom
from tests.fakes.virtual_loop import virtually

CHANNELS: Final = 1_000
# The library keeps an idle bucket for five minutes.
A_WHILE: Final = 301


class Counted(dict[str, Any]):
    """Counts how many buckets are looked at."""

    looked_at = 0

    @override
    def items(self) -> Any:
        self.looked_at += len(self)
        return super().items()


def client() -> Any:
    made = discord.Client(intents=discord.Intents.none())
    sweep_seldom(made)
    http: Any = made.http
    http._buckets = Counted()
    return http


@virtually
async def test_many_new_channels_cost_no_more_than_a_look_a_minute() -> None:
    http = client()
    for number in range(CHANNELS):
        http.get_ratelimit(f"messages:{number}")
        await asyncio.sleep(SWEEP_EVERY / CHANNELS)
    assert len(http._buckets) == CHANNELS
    assert http._buckets.looked_at <= 2 * CHANNELS


@virtually
async def test_buckets_that_nobody_used_for_long_are_dropped() -> None:
    http = client()
    for number in range(CHANNELS):
        http.get_ratelimit(f"messages:{number}")
    await asyncio.sleep(A_WHILE)
    http.get_ratelimit("messages:new")
    assert list(http._buckets) == ["messages:new"]
