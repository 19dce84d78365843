"""What people type about when they want their questions: times, weekdays and zones, in Chinese and English.

What cannot be understood is answered with a Mistake whose values are the wrong `word`, cut short, an `example`,
and in `near` what may have been meant, or NOTHING_NEAR.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time
from typing import Final, TypeVar

from bot.core.errors import Mistake
from bot.core.spoken_text import LONGEST, SEPARATOR, WORD, fold, tidy
from bot.core.spoken_times import days_unclear, match_days, match_time, time_unclear
from bot.core.spoken_zones import match_zone, suggest_zones, zone_unknown

__all__ = ["PlanWords", "parse_times", "parse_weekdays", "parse_zone", "split_plan_words", "suggest_zones"]

Value = TypeVar("Value")
Match = Callable[[str, int], tuple[Value, int] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWords:
    """What the words of a subscription say; what they do not mention is empty or None.

    Attributes:
        times: Local times of day, sorted, none twice.
        weekdays: 0 for Monday to 6 for Sunday.
        zone: A zone that `open_zone` can open.
        rest: The other words, as they were typed, in order.
    """

    times: tuple[time, ...] = ()
    weekdays: frozenset[int] | None = None
    zone: str | None = None
    rest: tuple[str, ...] = ()


def parse_times(text: str) -> tuple[time, ...]:
    """The local times that are typed, sorted, none twice: `9`, `09:30 and 9pm`, `早上9点、晚上8点半`.

    Raises Mistake `time-unclear` for what is no time, `time-out-of-range` for one that no clock shows.
    """
    return tuple(sorted(set(_every(text, match_time, time_unclear))))


def parse_weekdays(text: str) -> frozenset[int]:
    """The weekdays that are typed, 0 for Monday: `Mon Wed Fri`, `mon-fri`, `weekdays`, `周一三五`, `工作日`.

    Raises Mistake `weekdays-unclear`.
    """
    return frozenset[int]().union(*_every(text, match_days, days_unclear))


def parse_zone(text: str) -> str:
    """The zone that is typed, as a name to keep: `Asia/Shanghai`, `new york`, `北京`, `UTC+8`, `东八区`.

    Raises Mistake `zone-unknown`.
    """
    if len(text) > LONGEST:
        raise zone_unknown(text)
    words = tidy(text)
    found = match_zone(fold(words))
    if found is None or found[1] < len(words):
        raise zone_unknown(words)
    return found[0]


def split_plan_words(text: str) -> PlanWords:
    """What `[time] [zone] [topic...]` says, in any order: `9:30 Shanghai lora`, `工作日早上9点 北京 微调`.

    Words that are no time, day or zone are left in `rest` for the topics, and so are a second zone and a number
    after a topic (`gpt 4`). Raises Mistake as the other functions do for a word that was surely meant for a time
    or a zone but is none, and `text-too-long` for more than LONGEST characters.
    """
    reader = _Reader(text)
    if reader.too_long:
        raise Mistake("text-too-long", most=LONGEST)
    times: set[time] = set()
    days: frozenset[int] = frozenset()
    zone: str | None = None
    rest: list[str] = []
    while reader.more():
        if rest and (digits := reader.take(_match_digits)) is not None:
            rest.append(digits)
        elif (at := reader.take(match_time)) is not None:
            times.add(at)
        elif (named := reader.take(match_days)) is not None:
            days |= named
        elif zone is None and (there := reader.take(match_zone)) is not None:
            zone = there
        else:
            rest.append(_other_word(reader.word()))
    return PlanWords(times=tuple(sorted(times)), weekdays=days or None, zone=zone, rest=tuple(rest))


def _every(text: str, match: Match[Value], unclear: Callable[[str], Mistake]) -> Iterator[Value]:
    """Everything the text names, if it names nothing else; `unclear` says what to raise of another word."""
    reader = _Reader(text)
    if reader.too_long or not reader.more():
        raise unclear(text)
    while reader.more():
        value = reader.take(match)
        if value is None:
            raise unclear(reader.word())
        yield value


def _match_digits(text: str, pos: int) -> tuple[str, int] | None:
    found = _DIGITS.match(text, pos)
    return (found[0], found.end()) if found else None


def _other_word(word: str) -> str:
    """The word, unless it was surely meant for a time or a zone."""
    if _LIKE_TIME.match(fold(word)):
        raise time_unclear(word)
    if _LIKE_ZONE.match(fold(word)):
        raise zone_unknown(word)
    return word


class _Reader:
    """A place in a text, moving on as what stands there is understood."""

    def __init__(self, text: str) -> None:
        self.too_long: Final = len(text) > LONGEST
        self._text: Final = "" if self.too_long else tidy(text)
        self._folded: Final = fold(self._text)
        self._pos = 0

    def more(self) -> bool:
        """Go past separators; whether anything is left."""
        while found := SEPARATOR.match(self._folded, self._pos):
            self._pos = found.end()
        return self._pos < len(self._folded)

    def take(self, match: Match[Value]) -> Value | None:
        """What `match` finds here, if it finds whole words, and go past it."""
        found = match(self._folded, self._pos)
        if found is None or not self._ends(found[1]):
            return None
        self._pos = found[1]
        return found[0]

    def word(self) -> str:
        """The word here, as it was typed, and go past it."""
        found = _OTHER.match(self._text, self._pos)
        start, self._pos = self._pos, found.end() if found else self._pos + 1
        return self._text[start : self._pos]

    def _ends(self, pos: int) -> bool:
        """Whether a word may end here. Chinese needs no space before the next time, day or zone: 周一9点."""
        if pos == len(self._folded) or SEPARATOR.match(self._folded, pos):
            return True
        if self._folded[pos - 1 : pos + 1].isascii():
            return False
        return any(match(self._folded, pos) for match in (match_time, match_days, match_zone))


_OTHER: Final = re.compile(WORD)
_DIGITS: Final = re.compile("[0-9]+")
_LIKE_TIME: Final = re.compile(r"\D{0,3}[0-9]{1,2}[:点]")
_LIKE_ZONE: Final = re.compile(
    r"(?:utc|gmt)[+-]|[+-][0-9]|"
    r"(?:africa|america|antarctica|arctic|asia|atlantic|australia|europe|indian|pacific|etc)/"
)
