"""Pages as discord.py views, formulas as pictures in a media gallery."""

import io
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import discord
from discord import ui
from typing_extensions import override

from bot.core.formulas import as_unicode
from bot.core.model import Difficulty
from bot.core.ports import Painter
from bot.core.replies import Reply
from bot.platforms.discord.blocks import Atom, Entry, Picture, Rule, Sources, Words
from bot.platforms.discord.controls import MAX_LABEL, Ids, button_of, rows
from bot.platforms.discord.layout import Page, pages
from bot.platforms.discord.prose import fenced

ACCENTS: Final = {Difficulty.EASY: 0x2E9E6B, Difficulty.MEDIUM: 0xE0A030, Difficulty.HARD: 0xD9484F}
MAX_ALT: Final = 1024
_NAMING: Final = re.compile(r"<@&\d+>")

Client = discord.AutoShardedClient


@dataclass(frozen=True, kw_only=True)
class Message:
    """A view with the contents of the files it shows, by name."""

    view: ui.LayoutView
    uploads: tuple[tuple[str, bytes], ...] = ()

    @cached_property
    def components(self) -> list[dict[str, Any]]:
        """The view as Discord takes it; made once, also for many channels."""
        view: Any = self.view
        made: list[dict[str, Any]] = view.to_components()
        return made

    @property
    def files(self) -> list[discord.File]:
        """The files anew: the library closes them after each request."""
        return [discord.File(io.BytesIO(content), filename=name) for name, content in self.uploads]


class NoPictures(Painter):
    """Draws nothing, so that formulas are written out."""

    @override
    async def formula(self, latex: str, *, dark: bool = False) -> bytes:
        raise ValueError(f"not to be drawn: {latex}")


def naming(role: str) -> str:
    """The markup of a role that a post names."""
    return f"<@&{role}>"


def named_on(message: discord.Message | None) -> str | None:
    """The line above a post that names a role, if it has one."""
    first = message.components[0] if message is not None and message.components else None
    if not isinstance(first, discord.TextDisplay) or _NAMING.fullmatch(first.content) is None:
        return None
    return first.content


async def messages(
    reply: Reply, painter: Painter, *, public: bool, note: str = "", mention: str | None = None, badge: str = ""
) -> list[Message]:
    """The messages that say a reply, in order.

    `public` hides answers until tapped, `note` is a small last line, `mention` the markup of whoever is named above,
    `badge` the pass that the controls carry.
    """
    found = pages(reply, public=public, note=note)
    return [await _message(page, painter, mention if page.number == 0 else None, badge) for page in found]


async def _message(page: Page, painter: Painter, mention: str | None, badge: str) -> Message:
    uploads: list[tuple[str, bytes]] = []
    ids = Ids(page=page.number, badge=badge)
    view = ui.LayoutView(timeout=None)
    if mention is not None:
        view.add_item(ui.TextDisplay(mention))
    for section in page.sections:
        accent = None if page.accent is None else ACCENTS[page.accent]
        box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=accent, spoiler=section.spoiler)
        for atom in section.atoms:
            for item in await _items(atom, painter, uploads, ids):
                box.add_item(item)
        view.add_item(box)
    if page.attachment is not None:
        uploads.append((page.attachment.name, page.attachment.content))
        view.add_item(ui.File(f"attachment://{page.attachment.name}"))
    for row in rows(page.controls, ids):
        view.add_item(row)
    # A stopped view is not kept by the library: our buttons need no memory.
    view.stop()
    return Message(view=view, uploads=tuple(uploads))


async def _items(atom: Atom, painter: Painter, uploads: list[tuple[str, bytes]], ids: Ids) -> list[ui.Item[Any]]:
    match atom:
        case Words(text):
            return [ui.TextDisplay(text)]
        case Picture(latex):
            return [await _gallery(latex, painter, uploads)]
        case Rule():
            return [ui.Separator()]
        case Entry(text, button):
            return [ui.Section(ui.TextDisplay(text), accessory=button_of(button, ids))]
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
