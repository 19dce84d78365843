"""A delivery with its world in memory."""

from collections.abc import Iterator

import pytest
import structlog
from structlog.typing import EventDict

from bot.core.ports import Bank, Phrases
from tests.fakes.delivery_world import World


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[EventDict]]:
    """What was logged, in order."""
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as events:
        yield events


@pytest.fixture
def world(bank: Bank, phrases: Phrases) -> World:
    """Nobody has subscribed yet; it is one o'clock on 2026-11-24, UTC."""
    return World(bank=bank, phrases=phrases)
