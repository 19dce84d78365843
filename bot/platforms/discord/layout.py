"""A reply laid out as the pages of Components V2 messages, within Discord's limits; pure.

4,000 characters of text and 40 components a message (https://docs.discord.com/developers/components/reference),
ten files (https://docs.discord.com/developers/resources/message#create-message).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.core.model import Difficulty
from bot.core.replies import Attachment, Control, Picker, Reply, Row
from bot.platforms.discord.blocks import Atom, Entry, Picture, Rule, Sources, Words, atoms
from bot.platforms.discord.prose import escaped

MAX_TEXT: Final = 4000
MAX_COMPONENTS: Final = 40
ROOM_FOR_MENTION: Final = 40
"""Characters kept free on every page for a role that is mentioned above it, with one component."""
MAX_PICTURES: Final = 9
"""One file of the ten stays free for an attachment."""
FEW: Final = 5
"""Options up to this number are buttons in a row; more of them are a select menu."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A container: its atoms, adjacent words already joined, and whether it is hidden until tapped."""

    atoms: tuple[Atom, ...]
    spoiler: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What stands in one message, counted from 0. Only the last page of a reply has controls and the attachment."""

    sections: tuple[Section, ...]
    number: int = 0
    controls: tuple[Control, ...] = ()
    accent: Difficulty | None = None
    attachment: Attachment | None = None


def pages(reply: Reply, *, public: bool, note: str = "") -> tuple[Page, ...]:
    """The pages of a reply, at least one; `note` is a small line at its end."""
    entries = [(control, _entry(control)) for control in reply.controls]
    controls = tuple(control for control, entry in entries if entry is None)
    wanted = [*atoms(reply.blocks, public=public), *(entry for _, entry in entries if entry is not None)]
    if note:
        wanted.append(Words(f"-# {note}"))
    below = sum(_cost_below(control) for control in controls) + (1 if reply.attachment else 0)
    parts = _filled(wanted, MAX_COMPONENTS - 1 - below)
    last = len(parts) - 1
    return tuple(
        Page(
            sections=_sections(part),
            number=number,
            controls=controls if number == last else (),
            accent=reply.accent,
            attachment=reply.attachment if number == last else None,
        )
        for number, part in enumerate(parts)
    )


def length(text: str) -> int:
    """The length as Discord's clients count it: in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def as_buttons(picker: Picker) -> bool:
    """Whether a picker's options stand side by side as buttons."""
    return len(picker.options) <= FEW


def _entry(control: Control) -> Entry | None:
    """A row of one button that has more to say than its label stands as a line of text with the button beside it."""
    match control:
        case Row(buttons=(button,)) if button.whole:
            return Entry(escaped(button.whole), button)
        case _:
            return None


def _cost_below(control: Control) -> int:
    """Components a control takes: its row, and in it the buttons or the menu."""
    if isinstance(control, Row):
        return 1 + len(control.buttons)
    return 1 + len(control.options) if as_buttons(control) else 2


def _cost(atom: Atom) -> int:
    """Components an atom may take, with a container of its own in the worst case."""
    match atom:
        case Sources(links=links):
            return 1 + 1 + len(links) + 1
        case Entry():
            return 1 + 3
        case _:
            return 1 + 1


def _filled(wanted: Sequence[Atom], components: int) -> list[list[Atom]]:
    """The atoms dealt to messages in order; a heading is never left behind alone."""
    filled: list[list[Atom]] = [[]]
    for atom in wanted:
        if not _fits([*filled[-1], atom], components):
            moved = _trailing_heads(filled[-1])
            filled[-1] = filled[-1][: len(filled[-1]) - len(moved)]
            filled.append(moved)
        filled[-1].append(atom)
    return [part for part in filled if part] or [[]]


def _trailing_heads(part: Sequence[Atom]) -> list[Atom]:
    start = len(part)
    while start > 1 and isinstance(head := part[start - 1], Words) and head.heads:
        start -= 1
    return list(part[start:])


def _fits(part: Sequence[Atom], components: int) -> bool:
    sections = _sections(part)
    text = sum(length(_text(atom)) for section in sections for atom in section.atoms)
    count = sum(1 + sum(_cost(atom) - 1 for atom in section.atoms) for section in sections)
    pictures = sum(isinstance(atom, Picture) for atom in part)
    return text <= MAX_TEXT - ROOM_FOR_MENTION and count <= components and pictures <= MAX_PICTURES


def _text(atom: Atom) -> str:
    return atom.text if isinstance(atom, Words | Sources | Entry) else ""


def _sections(part: Sequence[Atom]) -> tuple[Section, ...]:
    """Neighbours of the same openness share a container, and neighbouring words a text."""
    sections: list[Section] = []
    for atom in _joined(_without_edges(part)):
        if sections and sections[-1].spoiler is atom.spoiler:
            sections[-1] = Section(atoms=(*sections[-1].atoms, atom), spoiler=atom.spoiler)
        else:
            sections.append(Section(atoms=(atom,), spoiler=atom.spoiler))
    return tuple(sections)


def _without_edges(part: Sequence[Atom]) -> Sequence[Atom]:
    """A rule at the edge of a message divides nothing."""
    start, end = 0, len(part)
    while start < end and isinstance(part[start], Rule):
        start += 1
    while end > start and isinstance(part[end - 1], Rule):
        end -= 1
    return part[start:end]


def _joined(part: Sequence[Atom]) -> Iterator[Atom]:
    held: Words | None = None
    for atom in part:
        if isinstance(atom, Words) and held is not None and held.spoiler is atom.spoiler:
            gap = "\n" if held.heads or atom.tight else "\n\n"
            held = Words(f"{held.text}{gap}{atom.text}", spoiler=atom.spoiler, heads=atom.heads)
            continue
        if held is not None:
            yield held
        held = atom if isinstance(atom, Words) else None
        if held is None:
            yield atom
    if held is not None:
        yield held
