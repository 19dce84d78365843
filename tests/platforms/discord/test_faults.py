"""Errors that no answer of the server makes."""

import aiohttp
import discord
import pytest

from bot.core.errors import MessengerError, Unavailable, Unknown
from bot.platforms.discord.faults import typed, typed_errors


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TimeoutError(), Unknown),
        (ConnectionResetError(), Unknown),
        (aiohttp.ServerDisconnectedError(), Unknown),
        (discord.GatewayNotFound(), Unavailable),  # type: ignore[no-untyped-call]  # the library's own gap
    ],
)
def test_an_error_without_an_answer_is_typed(error: Exception, kind: type[MessengerError]) -> None:
    assert type(typed(error)) is kind


def test_an_error_of_ours_is_left_alone() -> None:
    with pytest.raises(KeyError), typed_errors():
        raise KeyError
