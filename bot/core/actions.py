"""What a button does, as typed values, and the codec that fits them into 64 bytes.

The wire form is `1` (the version), the action's letter, then its fields, separated by `~`:
`1r~lora-idea~hint`. 64 bytes is Telegram's limit for `callback_data`
(https://core.telegram.org/bots/api#inlinekeyboardbutton); Discord's `custom_id` takes 100 characters.
Old versions and forgeries are refused with `StaleAction`, never guessed at; what a decoded action may do is
decided by the use case, since anyone can send any button's data.
"""

import dataclasses
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, get_type_hints

from bot.core.errors import StaleAction
from bot.core.model import Difficulty, Language, QuestionId, Rating, Stage, TopicSlug

VERSION: Final = "1"
MAX_BYTES: Final = 64
_SEPARATOR: Final = "~"


class Page(StrEnum):
    """A page of the settings panel."""

    MAIN = "main"
    TIMES = "times"
    DAYS = "days"
    ZONE = "zone"
    GROUPS = "groups"
    TOPICS = "topics"
    DIFFICULTY = "level"
    REVEAL = "reveal"
    LANGUAGE = "lang"
    MORE = "more"
    PREVIEW = "preview"
    STOP = "stop"


class PlanField(StrEnum):
    """A part of the plan that a settings button changes; the value is in the action."""

    TIME = "time"
    DAY = "day"
    ZONE = "zone"
    TOPIC = "topic"
    GROUP = "group"
    ALL_TOPICS = "all"
    DIFFICULTY = "level"
    ORDER = "order"
    LANGUAGE = "lang"
    REVEAL = "reveal"
    REVEAL_AFTER = "after"
    MODE = "mode"
    MENTION = "mention"
    SILENT = "silent"
    PAUSED = "pause"
    PROTECTED = "protect"
    THREAD = "thread"
    PIN = "pin"
    CROSSPOST = "cross"
    CLASSIC = "classic"
    FALL_BACK = "fall"


class Turn(StrEnum):
    """Which way a switch is turned."""

    ON = "+"
    OFF = "-"


class Ask(StrEnum):
    """What free text is asked for."""

    TIMES = "times"
    ZONE = "zone"
    REPORT = "report"
    SAY = "say"
    SEARCH = "search"
    MENTION = "mention"
    ANNOUNCE = "announce"


class Decision(StrEnum):
    """What an operator decides about an announcement."""

    SEND = "send"
    CANCEL = "cancel"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealStage:
    """Show the next step of a question's staircase."""

    question: QuestionId
    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Say how well one knew it."""

    question: QuestionId
    rating: Rating
    stage: Stage = Stage.ANSWER


@dataclass(frozen=True, slots=True, kw_only=True)
class Another:
    """Ask for another random question, of a topic and a difficulty if given, but not `last` again."""

    topic: TopicSlug | None = None
    last: QuestionId | None = None
    difficulty: Difficulty | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowQuestion:
    """Show one question."""

    question: QuestionId


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowGroups:
    """Show the groups of topics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowGroup:
    """Show the topics of a group."""

    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowTopic:
    """Show a page of a topic's questions, counted from 0."""

    topic: TopicSlug
    page: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowFound:
    """Show a page of what a search found, counted from 0."""

    words: str
    page: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Run a command of the table without arguments."""

    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPage:
    """Open a page of the settings panel; `chat` names another chat's plan, `group` a group of topics."""

    page: Page
    group: str | None = None
    chat: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Change one part of the plan: turn a switch or a `value` of a set on or off, or make it the value.

    A button says which way it turns, as it was read when it was pressed: what was changed elsewhere meanwhile stays.
    Buttons of old messages have no `turn` and change what they find.
    """

    field: PlanField
    value: str = ""
    chat: str | None = None
    turn: Turn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    """Subscribe this chat with the standard plan at an hour of the day."""

    hour: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe:
    """End the subscription, after it was confirmed."""

    chat: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLanguage:
    """Choose the chat's language."""

    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class PickOption:
    """Choose an option of a quiz, counted from 0."""

    question: QuestionId
    option: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskFor:
    """Ask the person for free text about something."""

    what: Ask
    question: QuestionId | None = None
    chat: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Save:
    """Save a question for later, or take it off the saved ones; the card stays at its stage."""

    question: QuestionId
    stage: Stage = Stage.ANSWER


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareAnswer:
    """Show the presser's own answer to everybody in the chat."""

    question: QuestionId


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetMe:
    """Remove everything stored about the presser, after it was confirmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """An operator's decision about an announcement."""

    number: int
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishReport:
    """An operator has dealt with a correction that a reader suggested."""

    number: int


Action = (
    RevealStage
    | Rate
    | Another
    | ShowQuestion
    | ShowGroups
    | ShowGroup
    | ShowTopic
    | ShowFound
    | Run
    | OpenPage
    | Change
    | Subscribe
    | Unsubscribe
    | SetLanguage
    | PickOption
    | AskFor
    | Save
    | ShareAnswer
    | ForgetMe
    | Announcement
    | FinishReport
)

PLACELESS: Final = (
    RevealStage,
    Rate,
    Save,
    Another,
    ShowQuestion,
    ShowGroups,
    ShowGroup,
    ShowTopic,
    ShowFound,
    PickOption,
    ForgetMe,
)
"""Those that do the same in whatever chat they are pressed: about questions and the presser, not about the chat."""

# Letters are permanent: messages with old buttons stay in chats for years.
_LETTERS: Final[dict[str, type[Action]]] = {
    "r": RevealStage,
    "k": Rate,
    "a": Another,
    "q": ShowQuestion,
    "G": ShowGroups,
    "g": ShowGroup,
    "t": ShowTopic,
    "f": ShowFound,
    "c": Run,
    "p": OpenPage,
    "e": Change,
    "s": Subscribe,
    "u": Unsubscribe,
    "l": SetLanguage,
    "o": PickOption,
    "i": AskFor,
    "v": Save,
    "h": ShareAnswer,
    "x": ForgetMe,
    "n": Announcement,
    "d": FinishReport,
}
_LETTER_OF: Final = {kind: letter for letter, kind in _LETTERS.items()}
_HINTS: Final = {kind: get_type_hints(kind) for kind in _LETTER_OF}
_WORD: Final = re.compile(r"[^~\x00-\x1f]*\Z")
_NUMBER: Final = re.compile(r"[0-9]{1,6}\Z")


def encode(action: Action) -> str:
    """The action as at most 64 bytes of text; raises ValueError if it does not fit."""
    values = ((getattr(action, field.name), field.default) for field in dataclasses.fields(action))
    parts = ["" if value is None or value == default else str(value) for value, default in values]
    while parts and not parts[-1]:
        parts.pop()
    data = _SEPARATOR.join([VERSION + _LETTER_OF[type(action)], *parts])
    if len(data.encode()) > MAX_BYTES or any(_SEPARATOR in part for part in parts):
        raise ValueError(f"{data!r} is no button: at most {MAX_BYTES} bytes, no {_SEPARATOR!r} in a value")
    return data


def decode(data: str) -> Action:
    """The action a button's data stands for; raises StaleAction for anything `encode` did not make."""
    head, *parts = data[: MAX_BYTES + 1].split(_SEPARATOR)
    kind = _LETTERS.get(head[1:])
    if len(data.encode(errors="replace")) > MAX_BYTES or head[:1] != VERSION or kind is None:
        raise StaleAction(f"no action of version {VERSION}")
    fields = dataclasses.fields(kind)
    if len(parts) > len(fields):
        raise StaleAction(f"{kind.__name__} has {len(fields)} fields, not {len(parts)}")
    try:
        values = {
            field.name: _read(part, _HINTS[kind][field.name])
            for field, part in zip(fields, parts, strict=False)
            if part
        }
        return kind(**values)  # type: ignore[arg-type]  # each value was read by its field's own type
    except (ValueError, TypeError) as error:
        raise StaleAction(f"{kind.__name__}: {error}") from None


def turned(data: str, turn: Turn | None) -> str:
    """A switch's data with it turned this way; any other data as it is."""
    try:
        action = decode(data)
        return encode(dataclasses.replace(action, turn=turn)) if isinstance(action, Change) else data
    except (StaleAction, ValueError):
        # A forgery, or too long for one: what it may do is decided where it is done.
        return data


def _read(part: str, hint: object) -> object:
    options = getattr(hint, "__args__", (hint,))
    wanted = options[0]
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        return wanted(part)
    if wanted is int:
        if not _NUMBER.match(part):
            raise ValueError("not a number")
        return int(part)
    if not _WORD.match(part):
        raise ValueError("not a word")
    return part
