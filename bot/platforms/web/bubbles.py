"""Replies as the inside of a bubble: the words, then everything to press, pick, fill in or download.

Buttons carry their encoded action in `data-tap`, forms in `data-tell`; the page's script sends them back as they are.
"""

from collections.abc import Callable, Iterator

from bot.core.actions import Action, Change, PickOption, encode
from bot.core.cards import letter
from bot.core.markup import Heading, plain
from bot.core.model import Language
from bot.core.replies import Attachment, Button, Control, Option, Picker, Poll, Prompt, Reply, Row, Tone
from bot.core.requests import Voice
from bot.core.widths import wrapped
from bot.platforms.web.command_links import with_commands
from bot.platforms.web.elements import Html, join, tag
from bot.platforms.web.render import blocks, link

# Longer labels are lines to read, one below the other, not words side by side.
_LONG = 24
# Columns, of which a Chinese character takes two.
_ROOM = 84
_PAUSES = ",;:，、；："
_TITLE = 100
Offer = Callable[[Attachment], str]


def bubble(reply: Reply, voice: Voice, offer: Offer) -> Html:
    """What stands in a bubble, but for its form; `offer` gives the address at which an attachment can be fetched."""
    # A card's words are the bank's and its reader's; all others are the bot's own.
    parts = [blocks(reply.blocks if reply.question is not None else with_commands(reply.blocks))]
    if reply.poll is not None:
        parts.append(_quiz(reply.poll))
    if reply.attachment is not None:
        parts.append(_file(reply.attachment, offer(reply.attachment), voice))
    parts += _controls(reply.controls)
    return tag("div", *parts, class_="said", lang=lang(voice.language), data_accent=reply.accent)


def form(prompt: Prompt, voice: Voice) -> Html:
    """A question for free text, with a way out."""
    # A line of its own is a time, a zone, words to search for; anything else may have many.
    field = (
        tag("textarea", prompt.value, name="text", rows=4, required=True, placeholder=prompt.placeholder)
        if prompt.long
        else tag("input", name="text", required=True, placeholder=prompt.placeholder, value=prompt.value)
    )
    buttons = tag(
        "div",
        tag("button", voice("web-send"), class_="primary"),
        tag("button", voice("web-cancel"), type="button", data_dismiss=True),
        class_="row",
    )
    label = tag("label", tag("span", prompt.label), field)
    complaint = tag("p", class_="complaint", role="alert", hidden=True)
    return tag(
        "form", label, complaint, buttons, class_="prompt", lang=lang(voice.language), data_tell=encode(prompt.action)
    )


def title(reply: Reply) -> str:
    """What the reply is about, in a line for a notification; empty when it has no title."""
    if reply.poll is not None:
        return reply.poll.title[:_TITLE]
    return next((plain(part)[:_TITLE] for part in reply.blocks if isinstance(part, Heading)), "")


def lang(language: Language) -> str:
    """The language as pages name it (BCP 47)."""
    return "zh-Hans" if language is Language.ZH else "en"


def _controls(controls: tuple[Control, ...]) -> Iterator[Html]:
    for control in controls:
        match control:
            case Row(buttons=buttons):
                yield tag("div", *map(_button, buttons), class_="row")
            case Picker():
                yield _picker(control)


def _button(button: Button) -> Html:
    kinds = [str(button.tone)] if button.tone is not Tone.PLAIN else []
    words = _fitting(button.whole or button.label)
    if len(words) > _LONG:
        kinds.append("long")
        words = tag("span", words)
    if button.url is not None:
        return link(words, button.url, class_=" ".join(["button", *kinds]))
    return _tap(words, button.action, " ".join(kinds))


def _fitting(label: str) -> str:
    """A label as far as three lines of a phone hold it, cut between words."""
    first, *more = wrapped(label, _ROOM)
    return f"{first.rstrip(_PAUSES)}…" if more else first


def _tap(label: str, action: Action | None, kinds: str = "", *, pressed: bool | None = None) -> Html:
    return tag(
        "button",
        label,
        type="button",
        class_=kinds or None,
        data_tap=None if action is None else encode(action),
        aria_pressed=None if pressed is None else str(pressed).lower(),
    )


def _picker(picker: Picker) -> Html:
    choices = tag("div", *map(_choice, picker.options), class_="choices", data_columns=picker.columns)
    return tag("fieldset", tag("legend", picker.label), choices)


def _choice(option: Option) -> Html:
    label = join([option.label, tag("small", option.note)]) if option.note else join([option.label])
    # Only what changes something is on or off; the others lead somewhere.
    pressed = option.chosen if isinstance(option.action, Change) else None
    return _tap(label, option.action, "chosen" if option.chosen else "", pressed=pressed)


def _quiz(poll: Poll) -> Html:
    options = (
        _tap(join([tag("b", letter(number)), tag("span", text)]), PickOption(question=poll.question, option=number))
        for number, text in enumerate(poll.quiz.options)
    )
    return join(
        [
            tag("h3", poll.title),
            tag("p", tag("strong", poll.quiz.question)),
            tag("div", *options, class_="quiz", role="group", aria_label=poll.quiz.question),
        ]
    )


def _file(attachment: Attachment, address: str, voice: Voice) -> Html:
    size = voice("web-kilobytes", n=max(1, round(len(attachment.content) / 1024)))
    return tag("a", tag("span", attachment.name), tag("small", size), class_="file", href=address, download=True)
