"""Words as people type them: cleaned, and the few that stand for a choice."""

import re
from typing import Final

from bot.core.commands import BY_NAME
from bot.core.errors import Mistake
from bot.core.model import Difficulty, Language

MAX_TEXT: Final = 4000
CANCEL_WORDS: Final = frozenset({"cancel", "/cancel", "取消", "/取消"})
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]")
DIFFICULTY_WORDS: Final = {
    "easy": Difficulty.EASY,
    "简单": Difficulty.EASY,
    "容易": Difficulty.EASY,
    "medium": Difficulty.MEDIUM,
    "中等": Difficulty.MEDIUM,
    "hard": Difficulty.HARD,
    "困难": Difficulty.HARD,
    "难": Difficulty.HARD,
}
LANGUAGE_WORDS: Final = {
    "zh": Language.ZH,
    "中文": Language.ZH,
    "chinese": Language.ZH,
    "en": Language.EN,
    "english": Language.EN,
    "英文": Language.EN,
    "英语": Language.EN,
}


def with_slash(line: str) -> str:
    """The line with a plain slash where a Chinese keyboard typed another for it: `／随机`, `、随机`."""
    word = line[1:].partition(" ")[0].casefold()
    return f"/{line[1:]}" if line.startswith("／") or (line.startswith("、") and word in BY_NAME) else line


def clean(text: str, most: int = MAX_TEXT) -> str:
    """What was typed, without invisible characters; raises Mistake when it is too long."""
    if len(text) > most:
        raise Mistake("text-too-long", most=most)
    return _CONTROL.sub("", text).strip()
