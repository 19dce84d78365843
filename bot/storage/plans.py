"""A plan as one JSON text: only what differs from the defaults is written, and reading is tolerant.

A database may hold plans of an older or a newer bot. What is missing gets its default, what is unknown is
ignored, so that one odd plan never stops the others.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import MISSING, fields
from datetime import time
from functools import lru_cache
from typing import Any, Final

from bot.core.model import Difficulty, Mode, Order, Plan, Reveal, TopicSlug
from bot.core.schedule import Timetable


def encode_plan(plan: Plan) -> str:
    """The plan as JSON; `decode_plan` reads it back."""
    timetable = plan.timetable
    data: dict[str, object] = {
        "times": [at.isoformat(timespec="minutes") for at in timetable.times],
        "weekdays": sorted(timetable.weekdays),
        "zone": timetable.zone,
    }
    for name, default in _DEFAULTS.items():
        value = getattr(plan, name)
        if value != default:
            data[name] = value
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


# Most chats have one of a few plans, and a plan never changes: one value serves them all.
@lru_cache(maxsize=1024)
def decode_plan(text: str) -> Plan:
    """The plan of a JSON text, with the default for whatever is missing or makes no sense."""
    data: Any = None
    with suppress(ValueError):
        data = json.loads(text)
    if not isinstance(data, dict):
        data = {}
    known: dict[str, Any] = {}
    for name, default in _DEFAULTS.items():
        read = _READERS.get(name, _reader_of(default))
        with suppress(KeyError, ValueError, TypeError):
            known[name] = read(data[name])
    return Plan(timetable=_timetable(data), **known)


def _timetable(data: Mapping[str, Any]) -> Timetable:
    times, weekdays, zone = data.get("times"), data.get("weekdays"), data.get("zone")
    return Timetable(
        times=tuple(sorted(set(_each(_time, times)))),
        weekdays=frozenset(range(7)) if weekdays is None else frozenset(_each(_weekday, weekdays)),
        zone=zone if isinstance(zone, str) else "UTC",
    )


def _each(read: Callable[[Any], Any], values: object) -> list[Any]:
    """Those of the values that can be read."""
    kept = []
    for value in values if isinstance(values, list) else ():
        with suppress(ValueError, TypeError):
            kept.append(read(value))
    return kept


def _time(value: object) -> time:
    return time.fromisoformat(_text(value)).replace(second=0, microsecond=0, tzinfo=None)


def _weekday(value: object) -> int:
    if type(value) is int and value in range(7):
        return value
    raise ValueError(f"{value!r} is no weekday")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise TypeError(f"{value!r} is no text")


def _reader_of(default: object) -> Callable[[object], object]:
    """How a field is read whose type is that of its default: true or false, or a whole number."""

    def read(value: object) -> object:
        if type(value) is type(default):
            return value
        raise TypeError(f"{value!r} is not like {default!r}")

    return read


_DEFAULTS: Final[Mapping[str, Any]] = {
    field.name: field.default for field in fields(Plan) if field.default is not MISSING
}
_READERS: Final[Mapping[str, Callable[[Any], object]]] = {
    "topics": lambda values: tuple(TopicSlug(slug) for slug in _each(_text, values)),
    "difficulties": lambda values: tuple(_each(Difficulty, values)),
    "order": Order,
    "mode": Mode,
    "reveal": Reveal,
    "mention": _text,
}
