"""Times of day and weekdays as people write them: `9`, `9:15 pm`, `晚上8点半`; `mon-fri`, `周一三五`.

The `match_` functions read one of them at a place in a text that `tidy` and `fold` made ready, and return
what it means and where it ends.
"""

import re
from datetime import time
from difflib import get_close_matches
from typing import Final

from bot.core.errors import NOTHING_NEAR, Mistake
from bot.core.spoken_text import NUMBER, fold, number, quote

TIME_EXAMPLE: Final = "9:30"
DAYS_EXAMPLE: Final = "Mon Wed Fri"


def match_time(text: str, pos: int = 0) -> tuple[time, int] | None:
    """The time of day that starts there; None when none does. Raises Mistake `time-out-of-range` for 25:00."""
    found = _TIME.match(text, pos)
    if found is None:
        return None
    try:
        return _NAMED[found["name"]] if found["name"] else time(_hour(found), _minute(found)), found.end()
    except (KeyError, ValueError):
        near = "00:00" if number(found["hour"] or "0") == 24 else NOTHING_NEAR  # noqa: PLR2004  # the day's other end
        raise Mistake("time-out-of-range", word=quote(found[0]), example=TIME_EXAMPLE, near=near) from None


def time_unclear(word: str) -> Mistake:
    """What to say of a word that is no time; `near` is the time it may have been meant for."""
    word = quote(word)
    return Mistake("time-unclear", word=word, example=TIME_EXAMPLE, near=_nearest(fold(word)))


def match_days(text: str, pos: int = 0) -> tuple[frozenset[int], int] | None:
    """The weekdays (0 for Monday) that are named there; None when none are."""
    found = _DAYS.match(text, pos)
    if found is None:
        return None
    if found["name"]:
        return _NAMED_DAYS[found["name"].replace(" ", "").removesuffix("s")], found.end()
    days = [_day(found["first"])] if found["first"] else [_day(char) for char in found["some"] if char in _DAY]
    last = found["last"] or found["until"]
    span = range(days[-1], days[-1] + (_day(last) - days[-1]) % 7 + 1) if last else ()
    return frozenset(days) | {day % 7 for day in span}, found.end()


def days_unclear(word: str) -> Mistake:
    """What to say of a word that is no weekday."""
    word = quote(word)
    near = next(iter(get_close_matches(fold(word), (*_NAMED_DAYS, *_ENGLISH_DAYS), n=1)), NOTHING_NEAR)
    return Mistake("weekdays-unclear", word=word, example=DAYS_EXAMPLE, near=near)


def _hour(found: re.Match[str]) -> int:
    """The hour of the day; raises KeyError for one that the clock of that part of the day does not have."""
    if found["compact"]:
        return int(found["compact"][:2])
    part = found["early"] or (found["late"] or "").replace(".", "")
    return _CLOCKS[_PARTS[part]][number(found["hour"])]


def _minute(found: re.Match[str]) -> int:
    if found["compact"]:
        return int(found["compact"][2:])
    if found["half"]:
        return 30
    if found["quarters"]:
        return 15 * number(found["quarters"])
    return number(found["minute"] or found["past"] or found["spaced"] or "0")


def _nearest(word: str) -> str:
    """The time that is left when the usual slips are mended, or the name that looks most like the word."""
    found = _TIME.fullmatch(_LONE_MINUTE.sub(":0", word.translate(_SLIPS)))
    if found and found["hour"]:
        try:
            return f"{time(_hour(found), _minute(found)):%H:%M}"
        except (KeyError, ValueError):
            return NOTHING_NEAR
    return next(iter(get_close_matches(word, _NAMED, n=1, cutoff=0.7)), NOTHING_NEAR)


def _day(word: str) -> int:
    return _DAY[word if word in _DAY else word[:3]]


_NAMED: Final = {
    "noon": time(12),
    "midday": time(12),
    "midnight": time(0),
    "中午": time(12),
    "正午": time(12),
    "午夜": time(0),
}

# What hour of the day a number names on the clock of each part of the day. At night, one to four are the small
# hours; five and later are the evening.
_CLOCKS: Final = {
    "": {hour: hour for hour in range(24)},
    "am": {hour: hour % 12 for hour in range(13)},
    "morning": {hour: hour for hour in range(13)},
    "noon": {10: 10, 11: 11, 12: 12, 13: 13, 14: 14, 1: 13, 2: 14},
    "pm": {hour: hour % 12 + 12 for hour in range(1, 13)} | {hour: hour for hour in range(13, 24)},
    "night": {hour: hour if hour < 5 else (hour + 12) % 24 for hour in range(13)}  # noqa: PLR2004  # see above
    | {hour: hour for hour in range(17, 24)},
    "midnight": {12: 0},
}
_PARTS: Final = {
    "": "",
    "凌晨": "am",
    "清晨": "morning",
    "清早": "morning",
    "早晨": "morning",
    "早上": "morning",
    "早": "morning",
    "上午": "morning",
    "中午": "noon",
    "午后": "pm",
    "下午": "pm",
    "傍晚": "pm",
    "晚上": "night",
    "晚间": "night",
    "晚": "night",
    "夜里": "night",
    "夜晚": "night",
    "深夜": "night",
    "半夜": "night",
    "am": "am",
    "pm": "pm",
    "morning": "morning",
    "noon": "noon",
    "afternoon": "pm",
    "evening": "night",
    "night": "night",
    "midnight": "midnight",
}
_EARLY: Final = "|".join(sorted((part for part in _PARTS if part and not part.isascii()), key=len, reverse=True))
_LATE: Final = "|".join(part for part in _PARTS if len(part) > len("am") and part.isascii())
_TIME: Final = re.compile(
    rf"""
    (?:at\s)?
    (?:
        (?P<name>noon|midday|midnight|正午|午夜|中午(?!\s?[0-9零〇一二两三四五六七八九十]))
    |
        (?P<compact>(?:[01][0-9]|2[0-3])[0-5][0-9])
    |
        每?(?P<early>{_EARLY})?\s?
        (?P<hour>{NUMBER})
        (?:
            \s?[:.h]\s?(?P<minute>[0-9]{{2}})(?::00)?
        |
            h
        |
            \s?(?:点钟?|时)
            (?:
                \s?(?P<half>半)
            |
                \s?(?P<quarters>[一三])刻
            |
                (?P<past>{NUMBER})分?(?![0-9零〇一二两三四五六七八九十]|\s?[:.点时])   # 9点10点 is two times
            |
                \s(?P<spaced>{NUMBER})\s?分
            )?
        )?
        (?:\s?o'?clock)?
        (?:\s?(?:in\sthe\s|at\s)?(?P<late>a\.?m\.?|p\.?m\.?|{_LATE}))?
    )
    (?![0-9a-z:_%年月号天个道题万亿-]|\.[0-9])   # 9:300, 70b, 3.5, 8-bit and 70亿 are no times
    """,
    re.VERBOSE,
)
_SLIPS: Final = str.maketrans("oli;'-", "011:::")
_LONE_MINUTE: Final = re.compile(r":(?=[0-9]$)")

_ENGLISH_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY: Final = (
    {name[:3]: day for day, name in enumerate(_ENGLISH_DAYS)}
    | {char: day for day, char in enumerate("一二三四五六日")}
    | {char: day for day, char in enumerate("1234567")}
    | {"天": 6}
)
_EVERY_DAY: Final = frozenset(range(7))
_WORK: Final = frozenset(range(5))
_NAMED_DAYS: Final = {
    "weekday": _WORK,
    "workday": _WORK,
    "weekend": _EVERY_DAY - _WORK,
    "everyday": _EVERY_DAY,
    "daily": _EVERY_DAY,
    "工作日": _WORK,
    "周末": _EVERY_DAY - _WORK,
    "双休日": _EVERY_DAY - _WORK,
    "每天": _EVERY_DAY,
    "每日": _EVERY_DAY,
    "天天": _EVERY_DAY,
}
_ENGLISH: Final = (
    "(?:mon(?:day)?|tue(?:s|sday)?|wed(?:s|nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)s?"
)
_WEEK: Final = "(?:周|星期|礼拜)"
_TO: Final = r"\s?(?:-|–|—|~|to\b|through\b|到|至)\s?"
_DAYS: Final = re.compile(
    rf"""
    (?:on\s)?(?:every\s)?
    (?:
        (?P<name>weekdays?|work\s?days?|weekends?|every\s?day|daily|工作日|周末|双休日|每天|每日|天天)
    |
        (?P<first>{_ENGLISH})(?:{_TO}(?P<last>{_ENGLISH}))?
    |
        每?{_WEEK}(?P<some>[一二三四五六日天](?:[、,和]?[一二三四五六日天](?!十))*|[1-7]+)
        (?:{_TO}{_WEEK}?(?P<until>[一二三四五六日天1-7]))?
        (?!\s?[:点时刻]|[0-9])   # 周一三点 is Monday at three, 周一二十点 at twenty
    )
    (?![a-z])
    """,
    re.VERBOSE,
)
