"""A pass opens one chat for one person for some hours, and nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.model import ChatRef, LearnerRef
from bot.platforms.discord.passes import HOURS, Passes
from bot.platforms.discord.places import DISCORD
from tests.fakes.clock import FakeClock

NOW = FakeClock().now()
ANN = LearnerRef(platform=DISCORD, user_id="7")
HERE = ChatRef(platform=DISCORD, chat_id="42")
PASSES = Passes("token")


def test_a_pass_holds_for_its_person_in_its_chat_also_after_a_restart() -> None:
    badge = PASSES.issue(ANN, HERE, NOW)
    assert PASSES.holds(badge, ANN, HERE, NOW)
    assert Passes("token").holds(badge, ANN, HERE, NOW + timedelta(hours=HOURS))


def test_a_pass_opens_nothing_for_another_person() -> None:
    ben = LearnerRef(platform=DISCORD, user_id="8")
    assert not PASSES.holds(PASSES.issue(ANN, HERE, NOW), ben, HERE, NOW)


@pytest.mark.parametrize("elsewhere", [replace(HERE, chat_id="43"), replace(HERE, thread_id="42")])
def test_a_pass_opens_nothing_elsewhere(elsewhere: ChatRef) -> None:
    assert not PASSES.holds(PASSES.issue(ANN, HERE, NOW), ANN, elsewhere, NOW)


@pytest.mark.parametrize("later", [timedelta(hours=HOURS + 1), timedelta(days=365), timedelta(hours=-1)])
def test_a_pass_opens_nothing_when_it_is_too_old_or_of_another_time(later: timedelta) -> None:
    assert not PASSES.holds(PASSES.issue(ANN, HERE, NOW), ANN, HERE, NOW + later)


def test_a_pass_of_another_bot_opens_nothing() -> None:
    assert not PASSES.holds(Passes("another token").issue(ANN, HERE, NOW), ANN, HERE, NOW)


def test_an_old_pass_is_not_made_young_by_another_hour() -> None:
    old, young = PASSES.issue(ANN, HERE, NOW - timedelta(days=2)), PASSES.issue(ANN, HERE, NOW)
    assert not PASSES.holds(f"{young.partition('.')[0]}.{old.partition('.')[2]}", ANN, HERE, NOW)


@pytest.mark.parametrize("made_up", ["", ".", "x", "zzzz.zzzz", "é.é", "-1.0", "0." + "z" * 16])
def test_what_was_made_up_opens_nothing(made_up: str) -> None:
    assert not PASSES.holds(made_up, ANN, HERE, NOW)


def test_it_holds_at_least_so_many_hours_and_no_more_than_one_longer() -> None:
    minutes = range(0, 60, 7)
    for minute in minutes:
        issued = NOW.replace(minute=minute)
        badge = PASSES.issue(ANN, HERE, issued)
        assert PASSES.holds(badge, ANN, HERE, issued + timedelta(hours=HOURS))
        assert not PASSES.holds(badge, ANN, HERE, issued + timedelta(hours=HOURS + 1))
