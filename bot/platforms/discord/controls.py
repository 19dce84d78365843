"""Buttons and menus: drawn from the core's controls, and read back when they are pressed."""

import re
from collections.abc import Iterator
from typing import Any, Final

import discord
from discord import ui
from typing_extensions import override

from bot.core import actions
from bot.core.actions import Turn
from bot.core.replies import Button, Control, Option, Picker, Row, Tone
from bot.platforms.discord.custom_ids import PATTERN, CustomId, read
from bot.platforms.discord.layout import as_buttons
from bot.platforms.discord.prose import clipped

_STYLES: Final = {
    Tone.PLAIN: discord.ButtonStyle.secondary,
    Tone.PRIMARY: discord.ButtonStyle.primary,
    Tone.GOOD: discord.ButtonStyle.success,
    Tone.DANGER: discord.ButtonStyle.danger,
}
MAX_LABEL: Final = 80
MAX_OPTION: Final = 100
_MANY: Final = "many"

Interaction = discord.Interaction[Any]


class ActionItem(ui.DynamicItem[ui.Item[Any]], template=PATTERN):
    """A button or menu of ours. It holds nothing: what it does stands in its custom id, or in the chosen values."""

    @override
    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> "ActionItem":
        return cls(item)

    @override
    async def callback(self, interaction: Interaction) -> None:
        # The client that the press came in through is ours, and knows what to do.
        await interaction.client.press(interaction, pressed(interaction))


def id_of(interaction: Interaction) -> CustomId:
    """The id of the pressed control or the submitted form; an empty one where it is none of ours."""
    data: Any = interaction.data
    return read(str(data.get("custom_id", ""))) or CustomId(data="")


def pressed(interaction: Interaction) -> tuple[str, ...]:
    """The encoded actions that a press stands for.

    A menu of several choices sends all that are chosen now; what changed is what it means. Its values do not say
    which way they are turned, so that a choice means the same however often the menu was redrawn meanwhile.
    """
    data: Any = interaction.data
    own = id_of(interaction).data
    if "values" not in data:
        return (own,)
    values = [str(value) for value in data["values"]]
    if own != _MANY:
        return tuple(values[:1])
    before = _chosen_before(interaction)
    added = (actions.turned(value, Turn.ON) for value in values if value not in before)
    taken = (actions.turned(value, Turn.OFF) for value in before if value not in values)
    return (*added, *taken)


def is_ours(interaction: Interaction) -> bool:
    """Whether the pressed component has an id of ours and really stands in its message."""
    data: Any = interaction.data
    custom_id = str(data["custom_id"])
    return read(custom_id) is not None and any(child.custom_id == custom_id for child in _standing(interaction))


def _standing(interaction: Interaction) -> Iterator[Any]:
    """The buttons and menus of the pressed message."""
    parts = list(interaction.message.components) if interaction.message is not None else []
    while parts:
        part: Any = parts.pop(0)
        if hasattr(part, "custom_id"):
            yield part
        parts += getattr(part, "children", ())
        if getattr(part, "accessory", None) is not None:
            parts.append(part.accessory)


def _chosen_before(interaction: Interaction) -> list[str]:
    data: Any = interaction.data
    menus = (part for part in _standing(interaction) if part.custom_id == data["custom_id"])
    return [option.value for menu in menus for option in getattr(menu, "options", ()) if option.default]


def rows(controls: tuple[Control, ...], ids: "Ids") -> Iterator[ui.ActionRow[Any]]:
    """The controls as action rows."""
    for control in controls:
        if isinstance(control, Picker) and not as_buttons(control):
            yield ui.ActionRow(_menu(control, ids))
            continue
        buttons = control.buttons if isinstance(control, Row) else tuple(map(_as_button, control.options))
        if buttons:
            yield ui.ActionRow(*(button_of(button, ids) for button in buttons))


class Ids:
    """Custom ids for one message: they are unique in it, tell the page of its reply that it is, and carry the pass."""

    def __init__(self, *, page: int = 0, badge: str = "") -> None:
        self._page: Final = page
        self._badge: Final = badge
        self._next = 0

    def give(self, data: str) -> str:
        """A custom id with this data."""
        made = CustomId(data=data, number=self._next, page=self._page, badge=self._badge)
        self._next += 1
        return str(made)


def button_of(button: Button, ids: Ids) -> ui.Item[Any]:
    """A button as discord.py's."""
    label = clipped(button.label, MAX_LABEL)
    if button.action is None:
        return ui.Button(label=label, url=button.url)
    custom_id = ids.give(actions.encode(button.action))
    return ActionItem(ui.Button(label=label, style=_STYLES[button.tone], custom_id=custom_id))


def _as_button(option: Option) -> Button:
    return Button(label=option.label, action=option.action, tone=Tone.GOOD if option.chosen else Tone.PLAIN)


def _menu(picker: Picker, ids: Ids) -> ui.Item[Any]:
    choices = options(picker)
    menu: ui.Select[Any] = ui.Select(
        custom_id=ids.give(_MANY if picker.many else ""),
        placeholder=clipped(picker.label, 150),
        options=choices,
        min_values=0 if picker.many else 1,
        max_values=len(choices) if picker.many else 1,
    )
    return ActionItem(menu)


def options(picker: Picker) -> list[discord.SelectOption]:
    """A picker's options as a menu's."""
    return [_option(option, many=picker.many) for option in picker.options]


def _option(option: Option, *, many: bool) -> discord.SelectOption:
    # The chosen entry of a single choice is marked but not preset: choosing a preset entry again does nothing.
    label = option.label if many or not option.chosen else f"✓ {option.label}"
    value = actions.encode(option.action)
    return discord.SelectOption(
        label=clipped(label, MAX_OPTION),
        value=actions.turned(value, None) if many else value,
        description=clipped(option.note, MAX_OPTION) or None,
        default=many and option.chosen,
    )
