"""Counts reach the public message in the end, whatever Discord says in between."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from structlog.typing import EventDict

from bot.core.errors import MessengerError, RateLimited, Rejected, Unavailable
from bot.core.markup import paragraph
from bot.core.model import ChatRef, MessageId
from bot.core.replies import Reply
from bot.platforms.discord.places import DISCORD
from bot.platforms.discord.refreshing import TRIES, Refresher, Spot
from tests.fakes.discord_world import texts
from tests.platforms.discord.conftest import Bot, connected
from tests.platforms.discord.test_guild import guild_channel

EDIT = r"/channels/\d+/messages/\d+$"
SPOT = Spot(chat=ChatRef(platform=DISCORD, chat_id="1"), channel=1, message=MessageId("2"))
OLD, NEW = Reply(blocks=(paragraph("old"),)), Reply(blocks=(paragraph("new"),))


async def test_an_edit_that_failed_is_made_later_without_another_tap(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        ann = idle.person("ann")
        (card,) = (await ann.command(channel, "question", id="lora-merge-weights")).replies
        answer = (await ann.press(card, "Answer")).replies[-1]
        idle.server.fail("PATCH", EDIT, 503, times=2)
        await ann.press(answer, "Knew it")
        await idle.server.until(lambda: "Knew it 1" in texts(card))


class Message:
    """A message that refuses its first edits; somebody wishes for a newer state during the first one."""

    def __init__(self, refusals: Sequence[MessengerError], *, newer: Reply | None = None) -> None:
        self.refusals = list(refusals)
        self.newer = newer
        self.shown: Reply | None = None
        self.attempts = 0
        self.changed = asyncio.Event()
        self.refresher = Refresher(self.edit, pause=0.0)

    async def edit(self, spot: Spot, reply: Reply) -> None:
        """Show a reply, or refuse it."""
        self.attempts += 1
        if self.newer is not None:
            self.refresher.refresh(spot, self.newer)
            self.newer = None
        self.changed.set()
        if self.refusals:
            raise self.refusals.pop(0)
        self.shown = reply

    async def settled(self, attempts: int) -> None:
        """Wait until there were so many attempts and nothing is under way."""
        async with asyncio.timeout(10):
            while self.attempts < attempts:
                self.changed.clear()
                await self.changed.wait()
        await self.refresher.close()


WAIT = RateLimited("later", retry_after=timedelta(milliseconds=1))


@pytest.mark.parametrize("refusal", [Rejected("no"), Unavailable("away"), WAIT])
async def test_the_newest_wish_is_shown_after_any_refusal(refusal: MessengerError) -> None:
    message = Message([refusal], newer=NEW)
    message.refresher.refresh(SPOT, OLD)
    await message.settled(2)
    assert message.shown == NEW


async def test_discord_is_waited_for_as_long_as_it_asks() -> None:
    message = Message([WAIT, WAIT])
    message.refresher.refresh(SPOT, OLD)
    await message.settled(3)
    assert message.shown == OLD


async def test_what_stays_out_of_reach_is_given_up_and_logged(logged: list[EventDict]) -> None:
    message = Message([Unavailable("away")] * (TRIES + 1))
    message.refresher.refresh(SPOT, OLD)
    await message.settled(TRIES + 1)
    assert message.shown is None
    assert [entry["event"] for entry in logged] == ["counts not refreshed"]
    # It does not stand in the way of the next wish.
    message.refresher.refresh(SPOT, NEW)
    await message.settled(TRIES + 2)
    assert message.shown == NEW
