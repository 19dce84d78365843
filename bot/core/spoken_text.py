"""How typed words are made readable before anything is looked for in them."""

import re
import unicodedata
from typing import Final

LONGEST: Final = 500
QUOTED: Final = 40


def tidy(text: str) -> str:
    """The text on one line: full-width forms made plain, control and invisible characters taken out."""
    kinds = ((char, unicodedata.category(char)) for char in unicodedata.normalize("NFKC", text))
    # Control characters (Cc) part words; format characters, surrogates and the like (C?) are not there at all.
    visible = (" " if kind == "Cc" else char for char, kind in kinds if kind == "Cc" or kind[0] != "C")
    return " ".join("".join(visible).split())


def fold(text: str) -> str:
    """The text in lower case and simplified characters, with every character in its place."""
    return text.translate(_FOLD)


def quote(text: str) -> str:
    """What was typed, short and tidy enough to be repeated to the person."""
    # Only the beginning is looked at, so that a megabyte costs no more than a line.
    words = tidy(text[: 4 * QUOTED])
    return words if len(words) <= QUOTED else words[: QUOTED - 1] + "…"


def number(word: str) -> int:
    """A number that NUMBER matched, in digits or in Chinese: `12`, `十二`, `二十`, `零五`, `三零`."""
    if word.isdecimal():
        return int(word)
    tens, ten, ones = word.rpartition("十")
    if ten:
        return 10 * (_NUMERALS[tens] if tens else 1) + (_NUMERALS[ones] if ones else 0)
    return int("".join(str(_NUMERALS[char]) for char in word))


_NUMERALS: Final = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
NUMBER: Final = "(?:[0-9]{1,2}|[一二三四五六七八九]?十[一二三四五六七八九]?|[零〇一二两三四五六七八九]{1,2})"
SEPARATOR: Final = re.compile(r"[\s,、。&]|;(?![0-9])|and(?![a-z])|和|及|与|跟|还有|\.(?!\S)")
# Up to the next separator that stands between words; what `and` and `和` are, only the words around them tell.
WORD: Final = r"(?:[^\s,、。&;]|;(?=[0-9]))+"

_LOWER: Final = {chr(code): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}
# The traditional characters that occur in times, days and the names of places.
_SIMPLE: Final = dict(
    zip(
        "點時鐘兩禮週雙東紐約倫舊廣漢蘇長廈門島連瀋陽濱鄭濟慶區間國韓羅爾馬達蘭維亞華頓聖費溫萬烏買岡劍盧圖寧賓無橋檳橫畢灣滿鐵靈熱愛鹽磯納緬萊薩貢貴賽邁陸魯麥齊錫茲裡後開",
        "点时钟两礼周双东纽约伦旧广汉苏长厦门岛连沈阳滨郑济庆区间国韩罗尔马达兰维亚华顿圣费温万乌买冈剑卢图宁宾无桥槟横毕湾满铁灵热爱盐矶纳缅莱萨贡贵赛迈陆鲁麦齐锡兹里后开",
        strict=True,
    )
)
_FOLD: Final = str.maketrans(_LOWER | _SIMPLE)
