"""The library's rate limit buckets, of which every channel that is written to has one."""

import asyncio
from typing import Any, Final

import discord

SWEEP_EVERY: Final = 60.0
"""Seconds between two looks through all buckets; the library keeps an idle one for five minutes."""


def sweep_seldom(client: discord.Client) -> None:
    """Have old buckets dropped once a minute.

    From the 256th on, the library looks through all of them for every new one: a broadcast to many channels would
    spend its time on that alone.
    """
    http: Any = client.http
    sweep = http._try_clear_expired_ratelimits  # noqa: SLF001  # there is no public door
    swept_at = float("-inf")

    def seldom() -> None:
        nonlocal swept_at
        now = asyncio.get_running_loop().time()
        if now - swept_at >= SWEEP_EVERY:
            swept_at = now
            sweep()

    http._try_clear_expired_ratelimits = seldom  # noqa: SLF001
