"""A whole bot as a process of its own, for what can only be done to a process: `python -m tests.damage.child`.

Says where its page is on standard output once it runs, logs on standard error, and stops on SIGTERM.
"""

import asyncio
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot import logs
from bot.app import started
from bot.config import read_settings
from tests.crash.child import LifeClock
from tests.fakes.telegram_world import TOKEN

TICK_SECONDS = 0.05


async def _run(database: Path, telegram: str, start: datetime) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings = read_settings(
        database=database, web_port=0, language="en", timezone="UTC", telegram_token=TOKEN, telegram_api_url=telegram
    )
    async with started(settings, clock=LifeClock(start)) as bot:
        print(bot.url, flush=True)  # noqa: T201  # who started this waits for it
        while not stop.is_set():
            bot.delivery.tick()
            try:
                async with asyncio.timeout(TICK_SECONDS):
                    await stop.wait()
            except TimeoutError:
                continue


if __name__ == "__main__":
    logs.set_up(level="INFO", form="json")
    asyncio.run(_run(Path(sys.argv[1]), sys.argv[2], datetime.fromisoformat(sys.argv[3]).astimezone(UTC)))
