"""What the bot says, as values no platform knows. A renderer per platform turns them into messages."""

from dataclasses import dataclass
from enum import StrEnum

from bot.core.actions import Action
from bot.core.markup import Block
from bot.core.model import ChatKind, ChatRef, Difficulty, MessageId, QuestionId, Quiz


class Tone(StrEnum):
    """What a button is for; platforms that have colours show it."""

    PLAIN = "plain"
    PRIMARY = "primary"
    GOOD = "good"
    DANGER = "danger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """Something to press: an action of ours, or a link to elsewhere; exactly one of the two.

    `whole` is the label uncut, for platforms whose buttons have room for more than a line.
    """

    label: str
    action: Action | None = None
    url: str | None = None
    tone: Tone = Tone.PLAIN
    whole: str = ""

    def __post_init__(self) -> None:
        if (self.action is None) == (self.url is None):
            raise ValueError(f"button {self.label!r} needs either an action or a url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Buttons side by side; at most five."""

    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One entry of a picker; pressing it does its action."""

    label: str
    action: Action
    chosen: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picker:
    """A choice among at most 25 options: a grid of small buttons, a select menu, or chips.

    `columns` is how many fit side by side where options are buttons. `many` says that the options are switches:
    platforms that can, let people set several at once and do the action of each that changed.
    """

    label: str
    options: tuple[Option, ...]
    columns: int = 3
    many: bool = False


Control = Row | Picker


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file to hand over, such as a learner's own data."""

    name: str
    content: bytes
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A question for free text; what the person writes is sent to `action` (see `Service.tell`).

    Platforms show it as a modal, a forced reply or an input; it can always be cancelled. `picker` holds likely
    answers for platforms that can offer them beside the field: choosing one does its action instead. `longest` is how
    many characters are taken, where that is not what answers in general may have.
    """

    action: Action
    label: str
    placeholder: str = ""
    value: str = ""
    long: bool = False
    picker: Picker | None = None
    longest: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """A quiz to answer by choosing an option; `question` says which question of the bank it belongs to.

    The answers of platforms without native polls come back as the action `PickOption`.
    """

    question: QuestionId
    quiz: Quiz
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One thing the bot says.

    Attributes:
        blocks: The text. A renderer splits it at block boundaries when it is too long for one message.
        controls: Rows of buttons and pickers below the text.
        accent: The difficulty, for platforms that can colour a message by it.
        question: The question this reply is about, if it is about one.
        poll: A quiz that stands in place of, or below, the text.
        attachment: A file that goes along.
        prompt: A question for free text that follows.
    """

    blocks: tuple[Block, ...] = ()
    controls: tuple[Control, ...] = ()
    accent: Difficulty | None = None
    question: QuestionId | None = None
    poll: Poll | None = None
    attachment: Attachment | None = None
    prompt: Prompt | None = None


class Placement(StrEnum):
    """Where the answer to a command or a tap appears.

    NEW: a message of its own. EDIT: in place of the tapped message. PRIVATE: for the presser's eyes
    alone (in place of the tapped message if that was private already). A platform that cannot do one falls back to
    the nearest it can.
    """

    NEW = "new"
    EDIT = "edit"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The answer to one command, tap or text.

    `toast` is a short line for the presser alone that vanishes by itself. `refresh` asks the platform to bring the
    counts on the public message up to date, gently: it is the reply as it should now read. `refused` says that what
    was asked for could not be done and the response tells why, so that a filled-in form stays open to be mended.
    `shared` says that the reply is for everybody in the chat, even though it was asked for in private. `whole` is a
    private reply with what the tapped message says already, for platforms that can show it in that message's place.
    """

    reply: Reply | None = None
    placement: Placement = Placement.NEW
    toast: str = ""
    refresh: Reply | None = None
    refused: bool = False
    shared: bool = False
    whole: Reply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A reply on its way to a chat by the bot's own initiative, with how it is to be posted.

    Attributes:
        kind: What sort of chat it is, where that is known already.
        to_person: Whether `chat` names a person by their id, whom the store may not know.
        key: Stable over retries of the same delivery; platforms that can, refuse a repeat of it.
        reply_to: Post below this earlier message, where that still exists.
        mention: What the platform may notify (a Discord role id); nothing else is ever pinged.
        thread_title: Open a thread of this name below the post, where the platform can.
        unpin: The message that was pinned before, to be unpinned when `pin` is set.
        fall_back: If the thread is gone, post to the chat around it.
        repeated: Whether an earlier attempt may have arrived; platforms that cannot refuse a repeat look for it first.
    """

    chat: ChatRef
    reply: Reply
    key: str
    kind: ChatKind | None = None
    to_person: bool = False
    reply_to: MessageId | None = None
    silent: bool = False
    protected: bool = False
    classic: bool = False
    mention: str | None = None
    thread_title: str | None = None
    pin: bool = False
    unpin: MessageId | None = None
    crosspost: bool = False
    fall_back: bool = True
    repeated: bool = False
