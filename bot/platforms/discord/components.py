"""Pages as discord.py views, formulas as pictures in a media gallery."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import discord
from discord import ui
from typing_extensions import override

from bot.core import actions
from bot.core.actions import Ask, AskFor
from bot.core.formulas import as_unicode
from bot.core.model import Difficulty
from bot.core.ports import Painter
from bot.core.replies import Button, Control, Option, Picker, Prompt, Reply, Row, Tone
from bot.platforms.discord.blocks import Atom, Picture, Rule, Sources, Words
from bot.platforms.discord.layout import Page, as_buttons, pages
from bot.platforms.discord.prose import fenced

ACCENTS: Final = {Difficulty.EASY: 0x2E9E6B, Difficulty.MEDIUM: 0xE0A030, Difficulty.HARD: 0xD9484F}
_STYLES: Final = {
    Tone.PLAIN: discord.ButtonStyle.secondary,
    Tone.PRIMARY: discord.ButtonStyle.primary,
    Tone.GOOD: discord.ButtonStyle.success,
    Tone.DANGER: discord.ButtonStyle.danger,
}
# The first number keeps ids apart that stand for the same action: Discord refuses a message with the same one twice.
# The second is the page of a reply that takes several messages.
CUSTOM_ID: Final = re.compile(r"qm\d{0,2}(?:\.(?P<page>\d{1,2}))?:(?P<data>[^\x00]{0,90})")
MAX_LABEL: Final = 80
MAX_OPTION: Final = 100
MAX_ALT: Final = 1024
MAX_ANSWER: Final = 2000
MAX_TITLE: Final = 45

Client = discord.AutoShardedClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A view with the contents of the files it shows, by name."""

    view: ui.LayoutView
    uploads: tuple[tuple[str, bytes], ...] = ()

    @property
    def files(self) -> list[discord.File]:
        """The files anew: the library closes them after each request."""
        return [discord.File(io.BytesIO(content), filename=name) for name, content in self.uploads]


async def messages(
    reply: Reply, painter: Painter, *, public: bool, note: str = "", mention: str | None = None
) -> list[Message]:
    """The messages that say a reply, in order.

    `public` hides answers until tapped, `note` is a small last line, `mention` the markup of whoever is named above.
    """
    found = pages(reply, public=public, note=note)
    return [await _message(page, painter, mention if page.number == 0 else None) for page in found]


async def _message(page: Page, painter: Painter, mention: str | None) -> Message:
    uploads: list[tuple[str, bytes]] = []
    view = ui.LayoutView(timeout=None)
    if mention is not None:
        view.add_item(ui.TextDisplay(mention))
    for section in page.sections:
        accent = None if page.accent is None else ACCENTS[page.accent]
        box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=accent, spoiler=section.spoiler)
        for atom in section.atoms:
            for item in await _items(atom, painter, uploads):
                box.add_item(item)
        view.add_item(box)
    if page.attachment is not None:
        uploads.append((page.attachment.name, page.attachment.content))
        view.add_item(ui.File(f"attachment://{page.attachment.name}"))
    for row in rows(page.controls, page=page.number):
        view.add_item(row)
    # A stopped view is not kept by the library: our buttons need no memory.
    view.stop()
    return Message(view=view, uploads=tuple(uploads))


async def _items(atom: Atom, painter: Painter, uploads: list[tuple[str, bytes]]) -> list[ui.Item[Any]]:
    match atom:
        case Words(text):
            return [ui.TextDisplay(text)]
        case Picture(latex):
            return [await _gallery(latex, painter, uploads)]
        case Rule():
            return [ui.Separator()]
        case Sources(links, text):
            if any(len(label) > MAX_LABEL for label, _ in links):
                return [ui.TextDisplay(text)]
            buttons = (ui.Button[ui.LayoutView](label=label, url=url) for label, url in links)
            return [ui.ActionRow[ui.LayoutView](*buttons)]


async def _gallery(latex: str, painter: Painter, uploads: list[tuple[str, bytes]]) -> ui.Item[Any]:
    """The formula as a picture; what cannot be drawn is written out."""
    try:
        # The dark sheet is opaque, so it reads on a light theme as well.
        picture = await painter.formula(latex, dark=True)
    except ValueError:
        return ui.TextDisplay(fenced(as_unicode(latex)))
    name = f"formula{len(uploads)}.png"
    uploads.append((name, picture))
    alt = as_unicode(latex)[:MAX_ALT] or None
    return ui.MediaGallery(discord.MediaGalleryItem(f"attachment://{name}", description=alt))


# Controls


class ActionItem(ui.DynamicItem[ui.Item[Any]], template=CUSTOM_ID):
    """A button or menu of ours. It holds nothing: what it does stands in its custom id, or in the chosen values."""

    @override
    @classmethod
    async def from_custom_id(
        cls, interaction: "discord.Interaction[Any]", item: ui.Item[Any], match: re.Match[str], /
    ) -> "ActionItem":
        return cls(item)

    @override
    async def callback(self, interaction: "discord.Interaction[Any]") -> None:
        # The client that the press came in through is ours, and knows what to do.
        await interaction.client.press(interaction, pressed(interaction))


def page_of(interaction: "discord.Interaction[Any]") -> int:
    """Which message of its reply the pressed one is, counted from 0."""
    data: Any = interaction.data
    match = CUSTOM_ID.fullmatch(str(data.get("custom_id", "")))
    return int(match["page"] or 0) if match else 0


def pressed(interaction: "discord.Interaction[Any]") -> tuple[str, ...]:
    """The encoded actions that a press stands for.

    A menu of several choices sends all that are chosen now; what changed is what it means.
    """
    data: Any = interaction.data
    match = CUSTOM_ID.fullmatch(str(data["custom_id"]))
    own = match["data"] if match else ""
    if "values" not in data:
        return (own,)
    values = [str(value) for value in data["values"]]
    if own != _MANY:
        return tuple(values[:1])
    before = _chosen_before(interaction)
    added = [value for value in values if value not in before]
    return (*added, *(value for value in before if value not in values))


def is_ours(interaction: "discord.Interaction[Any]") -> bool:
    """Whether the pressed component has an id of ours and really stands in its message."""
    data: Any = interaction.data
    custom_id = str(data["custom_id"])
    rows = [] if interaction.message is None else interaction.message.components
    standing = {getattr(child, "custom_id", None) for row in rows for child in getattr(row, "children", ())}
    return CUSTOM_ID.fullmatch(custom_id) is not None and custom_id in standing


_MANY: Final = "many"


def _chosen_before(interaction: "discord.Interaction[Any]") -> list[str]:
    data: Any = interaction.data
    if interaction.message is None:
        return []
    menus = (
        child
        for row in interaction.message.components
        for child in getattr(row, "children", ())
        if isinstance(child, discord.SelectMenu) and child.custom_id == data["custom_id"]
    )
    return [option.value for menu in menus for option in menu.options if option.default]


def rows(controls: tuple[Control, ...], *, page: int = 0) -> Iterator[ui.ActionRow[Any]]:
    """The controls as action rows, with custom ids that are unique in the message and tell its page."""
    number = 0
    for control in controls:
        items: list[ui.Item[Any]] = []
        if isinstance(control, Picker) and not as_buttons(control):
            items.append(_menu(control, _prefix(number, page)))
            number += 1
        else:
            buttons = control.buttons if isinstance(control, Row) else tuple(map(_as_button, control.options))
            for button in buttons:
                items.append(_button(button, _prefix(number, page)))
                number += 1
        if items:
            yield ui.ActionRow(*items)


def _prefix(number: int, page: int) -> str:
    return f"qm{number}.{page}:" if page else f"qm{number}:"


def _button(button: Button, prefix: str) -> ui.Item[Any]:
    label = clipped(button.label, MAX_LABEL)
    if button.action is None:
        return ui.Button(label=label, url=button.url)
    style = _STYLES[button.tone]
    custom_id = f"{prefix}{actions.encode(button.action)}"
    return ActionItem(ui.Button(label=label, style=style, custom_id=custom_id))


def _as_button(option: Option) -> Button:
    return Button(label=option.label, action=option.action, tone=Tone.GOOD if option.chosen else Tone.PLAIN)


def _menu(picker: Picker, prefix: str) -> ui.Item[Any]:
    options = [_option(option, many=picker.many) for option in picker.options]
    menu: ui.Select[Any] = ui.Select(
        custom_id=f"{prefix}{_MANY if picker.many else ''}",
        placeholder=clipped(picker.label, 150),
        options=options,
        min_values=0 if picker.many else 1,
        max_values=len(options) if picker.many else 1,
    )
    return ActionItem(menu)


def _option(option: Option, *, many: bool) -> discord.SelectOption:
    # The chosen entry of a single choice is marked but not preset: choosing a preset entry again does nothing.
    label = option.label if many or not option.chosen else f"✓ {option.label}"
    return discord.SelectOption(
        label=clipped(label, MAX_OPTION),
        value=actions.encode(option.action),
        description=clipped(option.note, MAX_OPTION) or None,
        default=many and option.chosen,
    )


def clipped(text: str, limit: int) -> str:
    """The text on one line, shortened with an ellipsis where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


# Modals


def modal(prompt: Prompt) -> ui.Modal:
    """A question for text as a modal; the answer finds its way by the custom id, so it is not kept either."""
    shown = ui.Modal(title=clipped(prompt.label, MAX_TITLE), custom_id=f"qm:{actions.encode(prompt.action)}")
    label = ui.Label(text=clipped(prompt.label, MAX_TITLE), description=_rest(prompt.label), component=_field(prompt))
    shown.add_item(label)
    shown.stop()
    return shown


def _field(prompt: Prompt) -> ui.Item[Any]:
    if isinstance(prompt.action, AskFor) and prompt.action.what is Ask.MENTION:
        # The one thing that is asked for here and that Discord knows itself.
        return ui.RoleSelect(custom_id="role", min_values=0, max_values=1, required=False)
    return ui.TextInput(
        custom_id="text",
        style=discord.TextStyle.paragraph if prompt.long else discord.TextStyle.short,
        placeholder=clipped(prompt.placeholder, 100) or None,
        default=prompt.value or None,
        max_length=MAX_ANSWER if prompt.long else 200,
    )


def _rest(label: str) -> str | None:
    """The whole question below its shortened form."""
    return clipped(label, 100) if len(label) > MAX_TITLE else None


def answer_in(interaction: "discord.Interaction[Any]") -> tuple[str, str]:
    """The encoded action and the text of a submitted modal."""
    data: Any = interaction.data
    match = CUSTOM_ID.fullmatch(str(data["custom_id"]))
    return (match["data"] if match else ""), "".join(_values(data.get("components", ())))


def _values(components: Any) -> Iterator[str]:
    for component in components:
        if "value" in component:
            yield str(component["value"])
        yield from map(str, component.get("values", ()))
        inner = component.get("components", ()) or ([component["component"]] if "component" in component else ())
        yield from _values(inner)
