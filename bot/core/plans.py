"""Changing a plan: each setting's rule, as functions from a plan to a new one."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import time
from typing import Final, TypeVar

from bot.core.actions import PlanField, Turn
from bot.core.errors import Mistake, StaleAction
from bot.core.model import EVERY_DAY, Difficulty, Mode, Order, Plan, Reveal, TopicSlug
from bot.core.ports import Bank
from bot.core.schedule import Timetable, open_zone

T = TypeVar("T")

MAX_TIMES: Final = 12
MAX_ID: Final = 20
REVEAL_HOURS: Final = (1, 3, 6, 12, 24)


def standard_plan(zone: str, *, hour: int = 9) -> Plan:
    """The plan somebody gets who only says 'subscribe': every day at nine, everything, shuffled."""
    return Plan(timetable=Timetable(times=(time(hour),), weekdays=EVERY_DAY, zone=zone))


def change_plan(plan: Plan, field: PlanField, value: str, bank: Bank, turn: Turn | None = None) -> Plan:
    """The plan with one part changed: a switch or a `value` of a set turned, or `value` taken as it is.

    Without `turn` a switch is turned the other way. Raises Mistake when the plan would make no sense, StaleAction for
    a value that no button of ours has.
    """
    try:
        if field in _SWITCHES:
            return _switch(plan, field, turn)
        if field in _SETS:
            return _SETS[field](plan, value, bank, turn)
        return _CHANGES[field](plan, value, bank)
    except (ValueError, KeyError) as error:
        raise StaleAction(f"{field}={value!r}: {error}") from None


def with_times(plan: Plan, times: tuple[time, ...]) -> Plan:
    """The plan at these local times of day; raises Mistake for none or too many."""
    if not times:
        raise Mistake("plan-no-time")
    if len(times) > MAX_TIMES:
        raise Mistake("plan-too-many-times", most=MAX_TIMES)
    return replace(plan, timetable=replace(plan.timetable, times=tuple(sorted(set(times)))))


def with_days(plan: Plan, days: frozenset[int]) -> Plan:
    """The plan on these weekdays; raises Mistake for none."""
    if not days:
        raise Mistake("plan-no-day")
    return replace(plan, timetable=replace(plan.timetable, weekdays=days))


def with_zone(plan: Plan, zone: str) -> Plan:
    """The plan in this zone; raises UnknownZone."""
    open_zone(zone)
    return replace(plan, timetable=replace(plan.timetable, zone=zone))


def with_mention(plan: Plan, role: str) -> Plan:
    """The plan that notifies this role, or nobody; raises StaleAction for what is no role's id."""
    if role and not (role.isascii() and role.isdecimal() and len(role) <= MAX_ID):
        raise StaleAction("not a role's id")
    return replace(plan, mention=role or None)


def _with(chosen: AbstractSet[T], values: AbstractSet[T], turn: Turn | None) -> frozenset[T]:
    """The set with these values in it or not; without `turn` they leave it if all of them were in."""
    leave = values <= chosen if turn is None else turn is Turn.OFF
    return frozenset(chosen - values if leave else chosen | values)


def _time(plan: Plan, value: str, bank: Bank, turn: Turn | None) -> Plan:
    del bank
    return with_times(plan, tuple(_with(set(plan.timetable.times), {time.fromisoformat(value)}, turn)))


def _day(plan: Plan, value: str, bank: Bank, turn: Turn | None) -> Plan:
    del bank
    return with_days(plan, _with(plan.timetable.weekdays, {int(value)}, turn))


def _zone(plan: Plan, value: str, bank: Bank) -> Plan:
    del bank
    return with_zone(plan, value)


def _topic(plan: Plan, value: str, bank: Bank, turn: Turn | None) -> Plan:
    return _with_topics(plan, _with(set(plan.topics), {bank.topic(value).slug}, turn), bank)


def _group(plan: Plan, value: str, bank: Bank, turn: Turn | None) -> Plan:
    slugs = {topic.slug for group in bank.groups if group.slug == value for topic in group.topics}
    return _with_topics(plan, _with(set(plan.topics), slugs, turn), bank)


def _all_topics(plan: Plan, value: str, bank: Bank) -> Plan:
    del value, bank
    return replace(plan, topics=())


def _with_topics(plan: Plan, topics: frozenset[TopicSlug], bank: Bank) -> Plan:
    syllabus = [topic.slug for group in bank.groups for topic in group.topics]
    return replace(plan, topics=tuple(slug for slug in syllabus if slug in topics))


def _difficulty(plan: Plan, value: str, bank: Bank, turn: Turn | None) -> Plan:
    del bank
    chosen = _with(set(plan.difficulties or Difficulty), {Difficulty(value)}, turn)
    if not chosen:
        raise Mistake("plan-no-difficulty")
    levels = tuple(level for level in Difficulty if level in chosen)
    return replace(plan, difficulties=() if len(levels) == len(Difficulty) else levels)


def _order(plan: Plan, value: str, bank: Bank) -> Plan:
    del bank
    return replace(plan, order=Order(value))


def _reveal(plan: Plan, value: str, bank: Bank) -> Plan:
    del bank
    return replace(plan, reveal=Reveal(value))


def _reveal_after(plan: Plan, value: str, bank: Bank) -> Plan:
    del bank
    hours = int(value)
    if hours not in REVEAL_HOURS:
        raise ValueError("no such choice")
    return replace(plan, reveal=Reveal.TIMED, reveal_after=hours)


def _mode(plan: Plan, value: str, bank: Bank) -> Plan:
    del bank
    return replace(plan, mode=Mode(value))


def _mention(plan: Plan, value: str, bank: Bank) -> Plan:
    del bank
    return replace(plan, mention=None if value in {"", plan.mention} else value)


_SETS: Final[dict[PlanField, Callable[[Plan, str, Bank, Turn | None], Plan]]] = {
    PlanField.TIME: _time,
    PlanField.DAY: _day,
    PlanField.TOPIC: _topic,
    PlanField.GROUP: _group,
    PlanField.DIFFICULTY: _difficulty,
}
_CHANGES: Final[dict[PlanField, Callable[[Plan, str, Bank], Plan]]] = {
    PlanField.ZONE: _zone,
    PlanField.ALL_TOPICS: _all_topics,
    PlanField.ORDER: _order,
    PlanField.REVEAL: _reveal,
    PlanField.REVEAL_AFTER: _reveal_after,
    PlanField.MODE: _mode,
    PlanField.MENTION: _mention,
}
_SWITCHES: Final = {
    PlanField.SILENT,
    PlanField.PAUSED,
    PlanField.PROTECTED,
    PlanField.THREAD,
    PlanField.PIN,
    PlanField.CROSSPOST,
    PlanField.CLASSIC,
    PlanField.FALL_BACK,
}


def switched_on(plan: Plan, field: PlanField) -> bool:
    """Whether an on/off setting is on."""
    return {
        PlanField.SILENT: plan.silent,
        PlanField.PAUSED: plan.paused,
        PlanField.PROTECTED: plan.protected,
        PlanField.THREAD: plan.thread,
        PlanField.PIN: plan.pin,
        PlanField.CROSSPOST: plan.crosspost,
        PlanField.CLASSIC: plan.classic,
        PlanField.FALL_BACK: plan.fall_back,
    }[field]


def _switch(plan: Plan, field: PlanField, turn: Turn | None) -> Plan:  # noqa: PLR0911  # one line per switch
    on = not switched_on(plan, field) if turn is None else turn is Turn.ON
    match field:
        case PlanField.SILENT:
            return replace(plan, silent=on)
        case PlanField.PAUSED:
            return replace(plan, paused=on)
        case PlanField.PROTECTED:
            return replace(plan, protected=on)
        case PlanField.THREAD:
            return replace(plan, thread=on)
        case PlanField.PIN:
            return replace(plan, pin=on)
        case PlanField.CROSSPOST:
            return replace(plan, crosspost=on)
        case PlanField.CLASSIC:
            return replace(plan, classic=on)
        case _:
            return replace(plan, fall_back=on)
