"""Plans as JSON: what is written is read back, and what is odd is read with care."""

import json
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import EVERY_DAY, Difficulty, Mode, Order, Plan, Reveal, TopicSlug
from bot.core.schedule import Timetable
from bot.storage.plans import decode_plan, encode_plan
from tests.fakes.values import PLAN

MINUTES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
TIMETABLES = st.builds(
    Timetable,
    times=st.sets(MINUTES, max_size=4).map(lambda times: tuple(sorted(times))),
    weekdays=st.frozensets(st.integers(0, 6)),
    zone=st.sampled_from(["UTC", "Asia/Shanghai", "UTC+05:30"]),
)
PLANS = st.builds(
    Plan,
    timetable=TIMETABLES,
    topics=st.lists(st.text(max_size=8).map(TopicSlug), max_size=3).map(tuple),
    difficulties=st.lists(st.sampled_from(Difficulty), max_size=3).map(tuple),
    order=st.sampled_from(Order),
    mode=st.sampled_from(Mode),
    reveal=st.sampled_from(Reveal),
    reveal_after=st.integers(0, 48),
    paused=st.booleans(),
    silent=st.booleans(),
    protected=st.booleans(),
    mention=st.none() | st.text(max_size=8),
    thread=st.booleans(),
    pin=st.booleans(),
    crosspost=st.booleans(),
    classic=st.booleans(),
    fall_back=st.booleans(),
)


@given(PLANS)
def test_every_plan_is_read_back_as_it_was(plan: Plan) -> None:
    assert decode_plan(encode_plan(plan)) == plan


def test_only_what_differs_from_the_defaults_is_written() -> None:
    assert json.loads(encode_plan(PLAN)) == {"times": ["09:00"], "weekdays": [0, 1, 2, 3, 4, 5, 6], "zone": "UTC"}


def test_what_a_newer_bot_wrote_is_ignored() -> None:
    text = json.dumps(
        {"times": ["09:00"], "zone": "UTC", "moon": "full", "order": "by-moon", "difficulties": ["godlike"]}
    )
    assert decode_plan(text) == PLAN


def test_what_an_older_bot_did_not_write_has_its_default() -> None:
    assert decode_plan('{"times":["09:00"],"weekdays":[0],"zone":"UTC"}').fall_back is True


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", "not json", '{"times":7,"weekdays":"x","zone":3}'])
def test_what_makes_no_sense_is_a_plan_that_is_never_due(text: str) -> None:
    plan = decode_plan(text)
    assert (plan.timetable.times, plan.timetable.zone) == ((), "UTC")


def test_single_values_that_make_no_sense_are_left_out() -> None:
    text = json.dumps(
        {
            "times": ["09:00", "25:00", 7, "09:00:30", "09:00"],
            "weekdays": [0, 7, -1, "1", True, 3],
            "topics": ["lora", 5],
            "reveal_after": "six",
            "silent": 1,
            "mention": 5,
            "pin": True,
        }
    )
    assert decode_plan(text) == Plan(
        timetable=Timetable(times=(time(9),), weekdays=frozenset({0, 3}), zone="UTC"),
        topics=(TopicSlug("lora"),),
        pin=True,
    )


def test_no_weekdays_at_all_are_not_every_day() -> None:
    assert decode_plan('{"weekdays":[]}').timetable.weekdays == frozenset()
    assert decode_plan("{}").timetable.weekdays == EVERY_DAY
