"""Who goes first in a crowd."""

import asyncio

from bot.platforms.discord.crowd import Crowd


async def test_answers_wait_until_the_crowd_has_dispersed() -> None:
    crowd = Crowd(1)
    crowd.arrived()
    assert not crowd.dense
    await crowd.dispersed()
    for _ in range(2):
        crowd.arrived()
    assert crowd.dense
    waiting = asyncio.create_task(crowd.dispersed())
    crowd.acknowledged()
    await asyncio.sleep(0)
    assert not waiting.done()
    crowd.acknowledged()
    await waiting
    assert not crowd.dense
