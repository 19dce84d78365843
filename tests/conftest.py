"""What many tests share: the real bank, the phrases, a clock that stands still."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.catalog.source import FolderBankSource, default_folder
from bot.core.model import Language
from bot.core.ports import Bank
from bot.locales import FluentPhrases
from tests.fakes.clock import FakeClock


@pytest.fixture(scope="session")
def phrases() -> FluentPhrases:
    """What the bot says."""
    return FluentPhrases()


@pytest.fixture(scope="session")
def bank(phrases: FluentPhrases) -> Bank:
    """The real bank of `content/`."""
    return FolderBankSource(default_folder(), phrases=phrases, language=Language.EN).load_now()


@pytest.fixture
def clock() -> FakeClock:
    """Noon of 2026-11-24, UTC, until it is moved."""
    return FakeClock()


@pytest.fixture
def own_logging() -> Iterator[None]:
    """The logging of the test run, put back after a test that sets up its own."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
