"""Telegram away for minutes: every request refused, reset, or left without an answer."""

from collections import Counter
from pathlib import Path

import pytest
from structlog.typing import EventDict

from bot.core.ports import State
from tests.damage.morning import POST, virtual_morning
from tests.fakes.telegram_world import Error
from tests.fakes.virtual_loop import virtually_over_sockets

EVERYBODY = range(1_000, 1_100)
LASTING = 10_000
"""More faults than any outage uses up."""


@virtually_over_sockets
async def test_ten_minutes_of_500_are_no_flood_and_then_each_gets_the_question_once(
    folder: Path, logged: list[EventDict]
) -> None:
    async with virtual_morning(folder, people=EVERYBODY) as morning:
        faults = morning.telegram.faults
        faults[POST] += [Error(500, "Internal Server Error")] * LASTING
        await morning.pass_minutes(10)
        meanwhile, health = morning.asked(), morning.health()
        told = [event for event in logged if event["event"] == "not sent"]
        faults[POST].clear()
        await morning.once(morning.each_has_one)
        await morning.pass_minutes(11)
        assert morning.each_has_one()
        assert morning.health().state is State.OK
    # What was under way at first, and then a few every half minute to see whether it is over.
    assert 64 < len(meanwhile) < 64 + 4 * 25
    assert (health.state, health.why) == (State.DEGRADED, "telegram does not answer")
    assert len(told) <= len(meanwhile)
    assert {event["reason"] for event in told} == {"unavailable"}
    assert all("500 Internal Server Error" in event["why"] for event in told)
    assert all(count <= 10 for count in Counter(meanwhile).values())


@pytest.mark.parametrize("fault", ["reset", "cut", "silence"])
@virtually_over_sockets
async def test_what_was_not_answered_is_asked_again_and_holds_up_nobody(
    folder: Path, logged: list[EventDict], fault: str
) -> None:
    async with virtual_morning(folder, people=EVERYBODY) as morning:
        morning.telegram.faults[POST] += [fault] * 10
        await morning.once(lambda: len(morning.all_cards()) == len(EVERYBODY) - 10)
        first = morning.asked()
        await morning.once(morning.each_has_one)
        await morning.pass_minutes(1)
        assert morning.each_has_one()
        assert morning.health().state is State.OK
        asked = morning.asked()
    # All the others were asked before anybody was asked a second time.
    assert sorted(first) == list(EVERYBODY)
    assert Counter(asked) == Counter(EVERYBODY) + Counter(first[:10])
    told = [event for event in logged if event["event"] == "not sent"]
    assert [event["reason"] for event in told] == ["unknown-outcome"] * 10


@pytest.mark.parametrize("fault", ["half", "done, cut", "done, reset", "done, silence"])
@virtually_over_sockets
async def test_what_was_done_without_an_answer_comes_twice_at_most(
    folder: Path, logged: list[EventDict], fault: str
) -> None:
    async with virtual_morning(folder, people=EVERYBODY) as morning:
        morning.telegram.faults[POST] += [fault] * 10
        await morning.once(lambda: len(morning.asked()) == len(EVERYBODY) + 10)
        await morning.pass_minutes(11)
        assert morning.health().state is State.OK
        cards, asked = morning.all_cards(), morning.asked()
    assert cards == Counter(asked) == Counter(EVERYBODY) + Counter(asked[:10])
    assert sorted(asked[: len(EVERYBODY)]) == list(EVERYBODY)
    told = [event for event in logged if event["event"] == "not sent"]
    assert [event["reason"] for event in told] == ["unknown-outcome"] * 10


@pytest.mark.parametrize("fault", ["reset", "silence"])
@virtually_over_sockets
async def test_ten_minutes_without_any_answer_are_said_and_end_with_a_second_try_at_most(
    folder: Path, logged: list[EventDict], fault: str
) -> None:
    async with virtual_morning(folder) as morning:
        faults = morning.telegram.faults
        faults[POST] += [fault] * LASTING
        await morning.pass_minutes(10)
        health, asked = morning.health(), Counter(morning.asked())
        faults[POST].clear()
        await morning.pass_minutes(20)
        assert morning.health().state is State.OK
        assert Counter(morning.asked()) == asked
    # What may have come is sent once more at most.
    assert asked == Counter(dict.fromkeys(morning.people, 2))
    assert (health.state, health.why) == (State.DEGRADED, "telegram does not answer")
    told = [event for event in logged if event["event"] == "not sent"]
    assert len(told) == 2 * len(morning.people)
