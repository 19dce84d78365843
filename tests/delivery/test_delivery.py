"""The delivery as a whole: what is due arrives once, at its minute, and a stop loses nothing."""

from datetime import time

from bot.core.model import DeliveryState
from bot.core.ports import State
from tests.fakes.delivery_world import World
from tests.fakes.virtual_loop import virtually


@virtually
async def test_a_question_arrives_at_its_minute_and_once(world: World) -> None:
    await world.subscribe("ann", at=time(1, 5))
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 4)
        before = list(world.messenger.arrivals)
        await world.pass_minutes(delivery, 10)

        assert before == []
        assert world.messenger.texts == {"ann": 1}
        assert delivery.health().state is State.OK
    assert [row.state for row in world.rows("ann")] == [DeliveryState.SENT]
