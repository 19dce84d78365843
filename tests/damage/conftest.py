"""What the tests of damage share: a bot that three people have subscribed to, and what was logged."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from structlog.typing import EventDict

from bot.app import started
from bot.config import Settings
from tests.damage.morning import PEOPLE, Morning, all_subscribe, settings_of
from tests.fakes.clock import FakeClock
from tests.fakes.telegram_server import TelegramServer


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[EventDict]]:
    """What was logged, in order."""
    with structlog.testing.capture_logs() as events:
        yield events


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the bot runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with TelegramServer().running() as server:
        yield server


@pytest.fixture
def database(folder: Path) -> Path:
    return folder / "bot.sqlite3"


@pytest.fixture
def host() -> str:
    """Where the bot believes Telegram to be."""
    return "127.0.0.1"


@pytest.fixture
def settings(telegram: TelegramServer, database: Path, host: str) -> Settings:
    return settings_of(database, telegram, host=host)


@pytest.fixture
async def morning(telegram: TelegramServer, clock: FakeClock, settings: Settings) -> AsyncIterator[Morning]:
    async with started(settings, clock=clock) as bot:
        await all_subscribe(telegram)
        yield Morning(bot, telegram, clock, PEOPLE)
