"""Words of a query that say nothing about what is looked for: `the`, `how much`, 什么, 的."""

import re
from typing import Final

_ENGLISH: Final = (
    "a about all am an and any are as at be been being but by can could did do does doing don else ever explain for "
    "from get give had has have he her him his how i if in into is it its just let ll many may me might more most "
    "much must my need needed needs no not of off on one or our out over please re shall she should show so some "
    "such tell than that the their them then there these they this those to too up us ve very vs was we were what "
    "when where which while who whom whose why will with would you your"
)
# A letter or digit by itself is in every text: the C of `C++`, the s of `what's`. A part of `p-tuning` is not alone.
_ENGLISH_WORDS: Final = re.compile(
    rf"(?<!\w)(?<!\w-)(?:[a-z0-9]|{'|'.join(_ENGLISH.split())})(?!-?\w)", re.IGNORECASE | re.ASCII
)
# Chinese has no spaces: only what is hardly ever a part of another word may be cut out of a run.
_CHINESE_PHRASES: Final = re.compile(
    "请问|想问|为什么|为何|什么是|是?有?(?:什么|哪些|哪个|哪几)|怎么样|怎么办|怎么|怎样|如何|多少|有没有|是不是|能不能"
    "|请?介绍一下|一下|大概|(?<!目)的(?!确)|吗|呢|吧|啊"
)
_WIDE: Final = "[\u3400-\u9fff]"
_CHINESE_ALONE: Final = re.compile(
    f"(?<!{_WIDE})[一个也了以会但使候做很从与和及或在对并把是时有用由要让说谈请被讲跟还这那都]+(?!{_WIDE})"
    f"|(?<={_WIDE})是(?!{_WIDE})|(?<!{_WIDE})(?:[与和]|是(?!否))(?={_WIDE})|(?<={_WIDE})[与和跟](?= *[A-Za-z])"
)


def without_stop_words(words: str) -> str:
    """The words of a query that are worth looking for, with spaces where others were; may be blank."""
    words = _CHINESE_PHRASES.sub(" ", _ENGLISH_WORDS.sub(" ", words))
    return _CHINESE_ALONE.sub(" ", words)
