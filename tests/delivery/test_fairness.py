"""Who waits for whom when much is due in the same minute."""

from collections.abc import Sequence
from datetime import time
from statistics import median

import pytest
from structlog.typing import EventDict

from bot.core.model import Chat, ChatKind, ChatRef, DeliveryState, Platform
from bot.delivery.limits import TELEGRAM
from bot.delivery.pacing import AccountPacer
from tests.fakes.delivery_world import World
from tests.fakes.recording_messenger import Arrival
from tests.fakes.virtual_loop import virtually

DUE = 60.0  # by the loop's clock
PRIVATE = 600


async def subscribe(world: World, *, forums: int, topics: int) -> None:
    """Forums with a plan in each of their topics came first, private chats later; all are due at 01:01."""
    for forum in range(forums):
        for topic in range(topics):
            ref = ChatRef(platform=Platform("telegram"), chat_id=f"forum{forum}", thread_id=str(topic))
            await world.subscribe(ref, at=time(1, 1))
            await world.store.see_chat(Chat(ref=ref, kind=ChatKind.GROUP), at=world.clock.now())
    await world.subscribe(*(f"private{n}" for n in range(PRIVATE)), at=time(1, 1))


def lateness(arrivals: Sequence[Arrival], *, forum: bool) -> list[float]:
    return [arrival.at - DUE for arrival in arrivals if arrival.post.chat.chat_id.startswith("forum") is forum]


@pytest.mark.parametrize(
    ("forums", "topics", "private_by", "topics_by"),
    [
        # All together need 40 seconds, and 60.
        pytest.param(60, 10, 44, 48, id="sixty forums of ten"),
        pytest.param(60, 20, 66, 72, id="sixty forums of twenty"),
        # The topics need 80, and some come a minute later: a forum takes twenty a minute. Without them the others would
        # need 20.
        pytest.param(20, 40, 40, 140, id="twenty forums of forty"),
    ],
)
def test_topics_of_forums_hold_up_no_private_chat(
    world: World, *, forums: int, topics: int, private_by: int, topics_by: int
) -> None:
    """All of it takes as long as the limits want, and private chats have their share from the start."""

    @virtually
    async def scenario() -> None:
        await subscribe(world, forums=forums, topics=topics)
        world.messenger.pacer = AccountPacer(TELEGRAM)
        world.messenger.latency = 0.06
        async with world.running() as delivery:
            await world.pass_minutes(delivery, 8)

    scenario()
    private, others = (lateness(world.messenger.arrivals, forum=forum) for forum in (False, True))
    assert (len(private), len(others)) == (PRIVATE, forums * topics)
    assert max(private) < private_by
    assert median(private) < private_by * 0.6
    assert max(others) < topics_by
    assert {row.state for row in world.store.deliveries.values()} == {DeliveryState.SENT}


@virtually
async def test_topics_that_wait_for_their_forum_are_no_news(world: World, logged: list[EventDict]) -> None:
    await subscribe(world, forums=3, topics=10)
    world.messenger.pacer = AccountPacer(TELEGRAM)
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 3)

    assert any(row.attempts > 1 for row in world.store.deliveries.values())
    assert not [event for event in logged if event["log_level"] not in {"debug", "info"}]
