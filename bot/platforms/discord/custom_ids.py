"""What the id of a button, menu or form carries: all that is needed to answer it, also after a restart.

`qm3.1!kq3f7x9a:1r~lora-idea~answer` is the fourth control of its message (Discord refuses the same id twice in one),
on the second page of its reply, with a pass (see `passes`), and does the action behind the colon. Discord takes 100
characters (https://docs.discord.com/developers/components/reference#custom-id).
"""

import re
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

PATTERN: Final = re.compile(
    r"qm(?P<number>\d{1,2})?(?:\.(?P<page>\d{1,2}))?(?:!(?P<badge>[0-9a-z.]{1,24}))?:(?P<data>[^\x00]{0,70})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomId:
    """The parts of an id. `data` is an encoded action, or a word of ours for menus; `badge` a pass or nothing."""

    data: str
    number: int | None = None
    page: int = 0
    badge: str = ""

    @override
    def __str__(self) -> str:
        number = "" if self.number is None else str(self.number)
        page = f".{self.page}" if self.page else ""
        badge = f"!{self.badge}" if self.badge else ""
        return f"qm{number}{page}{badge}:{self.data}"


def read(text: str) -> CustomId | None:
    """The parts of an id of ours; None for any other."""
    found = PATTERN.fullmatch(text)
    if found is None:
        return None
    return CustomId(
        data=found["data"],
        number=None if found["number"] is None else int(found["number"]),
        page=int(found["page"] or 0),
        badge=found["badge"] or "",
    )
