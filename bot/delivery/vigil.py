"""The vigil: what is not well for a while is told, and once more when it is over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from bot.core.ports import Cause, Health, State
from bot.delivery.notices import Notices, named

# In seconds. What a person has to mend is told soon; a platform that is away mostly comes back by itself.
SOON: Final = 60.0
LATER: Final = 300.0
# What flickers is not over.
OVER_AFTER: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that is not well at this moment.

    Attributes:
        about: What is not well; there is one trouble about each thing at a time.
        kind: The sentence that tells of it.
        over: The sentence that tells its end.
        after: How many seconds it may last before it is told.
        values: What both sentences mention; `minutes`, how long it lasted, is added.
    """

    about: str
    kind: str
    over: str
    after: float
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class _Watched:
    """A trouble with its times, and the names of the notices that told of it."""

    trouble: Trouble
    began: float
    seen: float
    told: set[str] = field(default_factory=set)


class Vigil:
    """Looks at what is not well, now and then; `now` is the time of the event loop."""

    def __init__(self, notices: Notices) -> None:
        self._notices: Final = notices
        self._watched: Final[dict[str, _Watched]] = {}

    async def look(self, now: float, troubles: Iterable[Trouble]) -> None:
        """Tell of what has lasted too long, and of what is over."""
        for trouble in troubles:
            watched = self._watched.setdefault(trouble.about, _Watched(trouble=trouble, began=now, seen=now))
            watched.trouble, watched.seen = trouble, now
            if now - watched.began >= trouble.after:
                watched.told.add(named(trouble.kind, trouble.about))
                values = {**trouble.values, "minutes": _minutes(now - watched.began)}
                await self._notices.tell(trouble.kind, about=trouble.about, **values)
        for about, watched in list(self._watched.items()):
            if now - watched.seen >= OVER_AFTER:
                del self._watched[about]
                values = {**watched.trouble.values, "minutes": _minutes(watched.seen - watched.began)}
                self._notices.over(watched.told, watched.trouble.over, **values)


def _minutes(seconds: float) -> int:
    return max(1, round(seconds / 60))


def trouble_of(health: Health) -> Trouble | None:
    """What is not well about a platform, or about the database's file."""
    if health.state is State.OK:
        return None
    if health.part == "database":
        values = {"why": health.why}
        return Trouble(about="file", kind="notice-damage", over="notice-damage-over", after=SOON, values=values)
    kind, after = _CAUSES[health.cause]
    name = health.part.title()
    variable = f"QIANMIAN_{health.part.upper()}_TOKEN"
    values = {"platform": name, "variable": variable, "why": health.why}
    return Trouble(about=health.part, kind=kind, over="notice-back", after=after, values=values)


def silence(platform: str, why: str) -> Trouble:
    """A platform is connected and takes nothing."""
    values = {"platform": platform.title(), "why": why}
    return Trouble(about=platform, kind="notice-away", over="notice-back", after=LATER, values=values)


def pause(platform: str, left: timedelta) -> Trouble:
    """A platform takes nothing more from the whole account for so long."""
    values: dict[str, str | int] = {"platform": platform.title(), "left": _minutes(left.total_seconds())}
    about = f"{platform}/pause"
    return Trouble(about=about, kind="notice-pause", over="notice-pause-over", after=0, values=values)


def database(why: str) -> Trouble:
    """The database cannot be used."""
    values = {"why": why}
    return Trouble(about="", kind="notice-database", over="notice-database-back", after=SOON, values=values)


_CAUSES: Final[Mapping[Cause, tuple[str, float]]] = {
    Cause.AWAY: ("notice-away", LATER),
    Cause.TOKEN: ("notice-token", SOON),
    Cause.RIVAL: ("notice-conflict", SOON),
}
