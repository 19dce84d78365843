"""What people who look after the bot see: log lines, notices, metrics of the pace."""

from datetime import time, timedelta

from prometheus_client import CollectorRegistry
from structlog.typing import EventDict

from bot.core.errors import ChatGone, Rejected, StoreError, Unavailable
from bot.core.model import Platform
from bot.core.ports import Lane
from bot.delivery.limits import TELEGRAM
from bot.delivery.metrics import PacingMetrics
from bot.delivery.pacing import AccountPacer
from tests.fakes.delivery_world import World, daily_plan
from tests.fakes.virtual_loop import virtually


@virtually
async def test_every_line_about_a_delivery_bears_its_number(world: World, logged: list[EventDict]) -> None:
    await world.subscribe("ann", "ben", at=time(1, 1))
    world.messenger.fail("ben", Unavailable("Bad Gateway"), ChatGone("blocked"))
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 2)

    (ben,) = world.rows("ben")
    lines = [event for event in logged if event.get("delivery") == ben.id]
    assert [(line["log_level"], line["event"], line["reason"]) for line in lines] == [
        ("warning", "not sent", "unavailable"),
        ("warning", "not sent", "blocked"),
    ]
    assert {line["chat"] for line in lines} == {"telegram:ben"}


@virtually
async def test_what_a_chat_experienced_is_said_with_its_lateness(world: World, logged: list[EventDict]) -> None:
    await world.subscribe("ann", at=time(1, 1))
    async with world.running() as delivery:
        await world.pass_minutes(delivery, 1)

    (line,) = [event for event in logged if event["event"] == "sent"]
    assert (line["log_level"], line["chat"], line["kind"], line["late"]) == ("info", "telegram:ann", "question", 0)


@virtually
async def test_a_database_in_trouble_is_one_line_and_one_when_it_is_over(world: World, logged: list[EventDict]) -> None:
    async with world.running() as delivery:
        world.store.trouble = StoreError("The database is locked.")
        await world.pass_minutes(delivery, 5)
        world.store.trouble = None
        await world.pass_minutes(delivery, 2)

    said = [event["event"] for event in logged if event["log_level"] == "error"]
    assert said.count("nothing claimed") == said.count("nothing planned, tried again next minute") == 1


@virtually
async def test_a_notice_is_not_told_again_within_a_day_nor_after_a_restart(world: World) -> None:
    await world.subscribe("odd", plan=daily_plan(times=(time(1, 1), time(2), time(14))))
    told = []
    for _ in range(3):
        world.messenger.fail("odd", Rejected("can't parse entities"))
        async with world.running() as delivery:
            await world.pass_minutes(delivery, 60 * 12 + 2)
        told.append(len(world.told))

    assert told == [1, 1, 2]


@virtually
async def test_waits_and_refusals_are_counted_by_platform_and_lane() -> None:
    registry = CollectorRegistry()
    pacer = AccountPacer(TELEGRAM, watch=PacingMetrics(registry).of(Platform("telegram")))

    await pacer.turn(Lane.TAP, scope="c")
    pacer.pause(timedelta(seconds=5), scope="c")
    await pacer.turn(Lane.TAP, scope="c")

    waits = registry.get_sample_value("qianmian_lane_wait_seconds_sum", {"platform": "telegram", "lane": "tap"})
    assert waits == 5
    assert registry.get_sample_value("qianmian_rate_limited_total", {"platform": "telegram"}) == 1
