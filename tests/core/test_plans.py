"""Each setting's rule: toggles toggle, choices choose, and a plan never stops making sense."""

from dataclasses import replace
from datetime import time

import pytest

from bot.core.actions import PlanField, Turn
from bot.core.errors import Mistake, StaleAction
from bot.core.model import Difficulty, Mode, Order, Plan, Reveal
from bot.core.plans import MAX_TIMES, change_plan, standard_plan, switched_on, with_days, with_times, with_zone
from bot.core.ports import Bank

PLAN = standard_plan("Asia/Shanghai")


def change(bank: Bank, field: PlanField, value: str = "", plan: Plan = PLAN) -> Plan:
    return change_plan(plan, field, value, bank)


def test_the_standard_plan_is_every_day_at_nine() -> None:
    assert PLAN.timetable.times == (time(9),)
    assert PLAN.timetable.weekdays == frozenset(range(7))


def test_a_time_is_added_and_taken_away_in_order(bank: Bank) -> None:
    plan = change(bank, PlanField.TIME, "07:30")
    assert plan.timetable.times == (time(7, 30), time(9))
    assert change(bank, PlanField.TIME, "07:30", plan) == PLAN


def test_the_last_time_and_the_last_day_stay(bank: Bank) -> None:
    with pytest.raises(Mistake, match="plan-no-time"):
        change(bank, PlanField.TIME, "09:00")
    with pytest.raises(Mistake, match="plan-no-day"):
        change(bank, PlanField.DAY, "0", with_days(PLAN, frozenset({0})))


def test_more_times_than_anybody_reads_are_refused() -> None:
    with pytest.raises(Mistake, match="plan-too-many-times"):
        with_times(PLAN, tuple(time(hour) for hour in range(MAX_TIMES + 1)))


def test_a_day_is_toggled(bank: Bank) -> None:
    assert change(bank, PlanField.DAY, "6").timetable.weekdays == frozenset(range(6))


def test_a_zone_is_taken_or_refused(bank: Bank) -> None:
    assert change(bank, PlanField.ZONE, "Europe/Berlin").timetable.zone == "Europe/Berlin"
    with pytest.raises(Mistake, match="zone-unknown"):
        with_zone(PLAN, "Mars/Olympus")


def test_topics_are_toggled_and_kept_in_syllabus_order(bank: Bank) -> None:
    plan = change(bank, PlanField.TOPIC, "lora")
    plan = change(bank, PlanField.TOPIC, "attention", plan)
    assert plan.topics == ("attention", "lora")
    assert change(bank, PlanField.TOPIC, "lora", plan).topics == ("attention",)
    assert change(bank, PlanField.ALL_TOPICS, "", plan).topics == ()


def test_a_group_is_toggled_as_a_whole(bank: Bank) -> None:
    group = next(group for group in bank.groups if group.slug == "efficient-tuning")
    plan = change(bank, PlanField.GROUP, group.slug)
    assert set(plan.topics) == {topic.slug for topic in group.topics}
    assert change(bank, PlanField.GROUP, group.slug, plan).topics == ()


def test_difficulties_are_toggled_and_all_of_them_means_no_filter(bank: Bank) -> None:
    plan = change(bank, PlanField.DIFFICULTY, "hard")
    assert plan.difficulties == (Difficulty.EASY, Difficulty.MEDIUM)
    assert change(bank, PlanField.DIFFICULTY, "hard", plan).difficulties == ()
    only = replace(PLAN, difficulties=(Difficulty.HARD,))
    with pytest.raises(Mistake, match="plan-no-difficulty"):
        change(bank, PlanField.DIFFICULTY, "hard", only)


def test_choices_are_taken(bank: Bank) -> None:
    assert change(bank, PlanField.ORDER, "syllabus").order is Order.SYLLABUS
    assert change(bank, PlanField.REVEAL, "next").reveal is Reveal.NEXT
    assert change(bank, PlanField.MODE, "quiz").mode is Mode.QUIZ
    timed = change(bank, PlanField.REVEAL_AFTER, "12")
    assert (timed.reveal, timed.reveal_after) == (Reveal.TIMED, 12)


def test_a_role_to_mention_is_set_and_taken_off(bank: Bank) -> None:
    plan = change(bank, PlanField.MENTION, "4242")
    assert plan.mention == "4242"
    assert change(bank, PlanField.MENTION, "4242", plan).mention is None


@pytest.mark.parametrize(
    "field",
    [
        PlanField.SILENT,
        PlanField.PAUSED,
        PlanField.PROTECTED,
        PlanField.THREAD,
        PlanField.PIN,
        PlanField.CROSSPOST,
        PlanField.CLASSIC,
        PlanField.FALL_BACK,
    ],
)
def test_a_switch_switches_alone_and_back(bank: Bank, field: PlanField) -> None:
    plan = change(bank, field)
    assert switched_on(plan, field) is not switched_on(PLAN, field)
    assert change(bank, field, "", plan) == PLAN


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (PlanField.TIME, "07:30"),
        (PlanField.TIME, "09:00"),
        (PlanField.DAY, "6"),
        (PlanField.TOPIC, "lora"),
        (PlanField.GROUP, "efficient-tuning"),
        (PlanField.DIFFICULTY, "hard"),
        (PlanField.SILENT, ""),
        (PlanField.PAUSED, ""),
    ],
)
def test_a_switch_that_says_which_way_is_turned_once_however_often_it_is_pressed(
    bank: Bank, field: PlanField, value: str
) -> None:
    plan = with_times(PLAN, (time(8), time(9)))
    on = change_plan(plan, field, value, bank, Turn.ON)
    off = change_plan(on, field, value, bank, Turn.OFF)
    assert on != off
    assert change_plan(on, field, value, bank, Turn.ON) == on
    assert change_plan(off, field, value, bank, Turn.OFF) == off


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (PlanField.TIME, "25:00"),
        (PlanField.DAY, "9"),
        (PlanField.DAY, "x"),
        (PlanField.ORDER, "backwards"),
        (PlanField.REVEAL, "never"),
        (PlanField.REVEAL_AFTER, "5"),
        (PlanField.DIFFICULTY, "deadly"),
        (PlanField.LANGUAGE, "zh"),
    ],
)
def test_a_value_that_no_button_has_is_refused(bank: Bank, field: PlanField, value: str) -> None:
    with pytest.raises(StaleAction):
        change(bank, field, value)


def test_an_unknown_topic_is_a_mistake(bank: Bank) -> None:
    with pytest.raises(Mistake, match="topic-unknown"):
        change(bank, PlanField.TOPIC, "cooking")
