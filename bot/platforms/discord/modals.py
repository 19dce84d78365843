"""Forms: a question for text as a modal, and what comes back of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import discord
from discord import ui

from bot.core import actions
from bot.core.actions import Ask, AskFor
from bot.core.replies import Picker, Prompt
from bot.platforms.discord.controls import Interaction, id_of, options
from bot.platforms.discord.custom_ids import CustomId
from bot.platforms.discord.prose import clipped

MAX_ANSWER: Final = 2000
MAX_LINE: Final = 200
MAX_TITLE: Final = 45
MAX_DESCRIPTION: Final = 100
_CHOICE: Final = "choice"


def modal(prompt: Prompt, *, badge: str = "") -> ui.Modal:
    """A question for text as a modal; the answer finds its way by the custom id, so it is not kept either.

    Likely answers stand in a menu above the field, which then may stay empty.
    """
    custom_id = CustomId(data=actions.encode(prompt.action), badge=badge)
    shown = ui.Modal(title=clipped(prompt.label, MAX_TITLE), custom_id=str(custom_id))
    if prompt.picker is not None:
        shown.add_item(ui.Label(text=clipped(prompt.picker.label, MAX_TITLE), component=_menu(prompt.picker)))
    label = ui.Label(text=clipped(prompt.label, MAX_TITLE), description=_rest(prompt.label), component=_field(prompt))
    shown.add_item(label)
    shown.stop()
    return shown


def _menu(picker: Picker) -> ui.Item[Any]:
    return ui.Select(custom_id=_CHOICE, options=options(picker), min_values=0, max_values=1, required=False)


def _field(prompt: Prompt) -> ui.Item[Any]:
    if isinstance(prompt.action, AskFor) and prompt.action.what is Ask.MENTION:
        # The one thing that is asked for here and that Discord knows itself.
        return ui.RoleSelect(custom_id="role", min_values=0, max_values=1, required=False)
    return ui.TextInput(
        custom_id="text",
        style=discord.TextStyle.paragraph if prompt.long else discord.TextStyle.short,
        placeholder=clipped(prompt.placeholder, 100) or None,
        default=prompt.value or None,
        required=prompt.picker is None,
        max_length=prompt.longest or (MAX_ANSWER if prompt.long else MAX_LINE),
    )


def _rest(label: str) -> str | None:
    """The whole question below its shortened form."""
    return clipped(label, MAX_DESCRIPTION) if len(label) > MAX_TITLE else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """What somebody filled in: the encoded action of the form, the text, and the action of a likely answer."""

    action: str
    text: str
    choice: str = ""


def submitted(interaction: Interaction) -> Submitted:
    """A submitted modal; what was typed goes before what was chosen."""
    data: Any = interaction.data
    fields = dict(_fields(data.get("components", ())))
    choice = fields.pop(_CHOICE, "")
    text = "".join(fields.values())
    return Submitted(action=id_of(interaction).data, text=text, choice="" if text.strip() else choice)


def _fields(components: Any) -> Iterator[tuple[str, str]]:
    """The fields by their names, with what they hold."""
    for component in components:
        field: Mapping[str, Any] = component.get("component") or component
        values = [field["value"]] if "value" in field else field.get("values", ())
        yield str(field.get("custom_id", "")), "".join(map(str, values))
        yield from _fields(component.get("components", ()))
