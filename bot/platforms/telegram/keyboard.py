"""Rows of buttons and pickers as inline keyboards."""

from collections.abc import Iterator, Sequence
from typing import Final

from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup

from bot.core import actions
from bot.core.replies import Button, Control, Option, Picker, Row, Tone

# https://core.telegram.org/bots/api#inlinekeyboardbutton; styles since Bot API 9.4
_STYLES: Final = {Tone.PRIMARY: "primary", Tone.GOOD: "success", Tone.DANGER: "danger"}
_CHOSEN: Final = "✓ "
MAX_LABEL: Final = 64


def keyboard(controls: Sequence[Control]) -> InlineKeyboardMarkup | None:
    """The controls as an inline keyboard; None without any."""
    rows = [row for control in controls for row in _rows(control)]
    return InlineKeyboardMarkup(rows) if rows else None


def with_button(below: InlineKeyboardMarkup | ForceReply | None, button: Button) -> InlineKeyboardMarkup:
    """The same buttons with a further one above them."""
    others = below.inline_keyboard if isinstance(below, InlineKeyboardMarkup) else ()
    return InlineKeyboardMarkup([[_button(button)], *others])


def _rows(control: Control) -> Iterator[list[InlineKeyboardButton]]:
    match control:
        case Row(buttons=buttons):
            yield [_button(button) for button in buttons]
        case Picker(options=options, columns=columns):
            for first in range(0, len(options), columns):
                yield [_option(option) for option in options[first : first + columns]]


def _button(button: Button) -> InlineKeyboardButton:
    if button.action is None:
        return InlineKeyboardButton(_label(button.label), url=button.url)
    data = actions.encode(button.action)
    return InlineKeyboardButton(_label(button.label), callback_data=data, style=_STYLES.get(button.tone))


def _option(option: Option) -> InlineKeyboardButton:
    words = f"{option.label} ({option.note})" if option.note else option.label
    return InlineKeyboardButton(
        _label(_CHOSEN + words if option.chosen else words),
        callback_data=actions.encode(option.action),
        style="success" if option.chosen else None,
    )


def _label(text: str) -> str:
    return text if len(text) <= MAX_LABEL else text[: MAX_LABEL - 1] + "…"
