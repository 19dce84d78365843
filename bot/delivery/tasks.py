"""Tasks that go on for as long as the delivery does."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

_log: Final = structlog.stdlib.get_logger(__name__)

# In seconds, before what died is begun anew.
AFTER_MISHAP: Final = 1.0


def kept_going(name: str, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
    """A task that ends when the work has ended well; what nobody foresaw is logged, and the work begun anew."""

    async def keep_going() -> None:
        while True:
            try:
                await work()
            except Exception:  # noqa: BLE001  # nothing else would notice, and nothing would be sent any more
                _log.exception("a task of the delivery died, and is begun anew", task=name)
                await asyncio.sleep(AFTER_MISHAP)
            else:
                return

    return asyncio.create_task(keep_going(), name=name)


async def cancelled(task: asyncio.Task[None]) -> None:
    """End a task, and wait until it has ended."""
    task.cancel()
    await asyncio.wait([task])
