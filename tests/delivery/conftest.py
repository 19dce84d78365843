"""A delivery with its world in memory."""

import pytest

from bot.core.ports import Bank, Phrases
from tests.fakes.delivery_world import World


@pytest.fixture
def world(bank: Bank, phrases: Phrases) -> World:
    """Nobody has subscribed yet; it is one o'clock on 2026-11-24, UTC."""
    return World(bank=bank, phrases=phrases)
