"""The outline the bank is built on, and how much of it the questions answer.

`outline.yaml` lists under `blocks` every item by key and text, and under `not_asked` the items that are no
question of their own, each with its reason.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.catalog.nearest import nearest
from bot.catalog.problems import Findings
from bot.catalog.schema import read_yaml
from bot.core.model import Question, Topic

FILE: Final = "outline.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The outline's items.

    Attributes:
        leaves: Text of each item by key (`05.4-10`), in the outline's order.
        not_asked: Why an item is no question of its own, by key.
    """

    leaves: Mapping[str, str] = field(default_factory=dict)
    not_asked: Mapping[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> tuple[str, ...]:
        """The parts of the outline that have items, in its order."""
        return tuple(dict.fromkeys(map(block_of, self.leaves)))


def block_of(key: str) -> str:
    """The part of the outline an item stands in: `05.4` of `05.4-10`."""
    return key.rpartition("-")[0]


def read_outline(folder: Path, findings: Findings) -> Outline:
    """The outline of a content folder; an empty one and a finding if it cannot be read."""
    try:
        text = (folder / FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        findings.error(0, "check-unreadable", why=str(error))
        return Outline()
    match read_yaml(text, findings):
        case {"blocks": dict(blocks), **rest} if rest.keys() <= {"not_asked"}:
            not_asked = rest.get("not_asked") or {}
            leaves = {key: words for items in blocks.values() for key, words in _strings(items)}
            outline = Outline(leaves=leaves, not_asked=dict(_strings(not_asked)))
        case _:
            if findings.usable:
                findings.error(1, "check-outline-shape")
            return Outline()
    for key in outline.not_asked.keys() - leaves.keys():
        findings.error(_line_of(text, key), "check-outline-unknown", leaf=key, near=nearest_leaf(key, outline))
    return outline


def _strings(items: object) -> Iterator[tuple[str, str]]:
    if isinstance(items, dict):
        yield from ((str(key), str(words)) for key, words in items.items())


def _line_of(text: str, key: str) -> int:
    before, found, _ = text.partition(key)
    return before.count("\n") + 1 if found else 0


def nearest_leaf(key: str, outline: Outline) -> str:
    """The item whose key looks most like this one, of the same block if it has any."""
    block = [leaf for leaf in outline.leaves if block_of(leaf) == block_of(key)]
    return nearest(key, block or outline.leaves)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of a topic's part of the outline is answered or explained.

    Attributes:
        missing: Keys of items that are neither.
    """

    topic: Topic
    questions: int
    total: int
    missing: tuple[str, ...]

    @property
    def covered(self) -> int:
        """Items that are answered by a question or listed with a reason."""
        return self.total - len(self.missing)


def coverage(outline: Outline, topics: Iterable[Topic], questions: Iterable[Question]) -> tuple[Coverage, ...]:
    """The coverage of each topic, in syllabus order."""
    counts: dict[str, int] = {}
    done = set(outline.not_asked)
    for question in questions:
        counts[question.topic] = counts.get(question.topic, 0) + 1
        done.update(question.outline)
    result = []
    for topic in topics:
        leaves = [key for key in outline.leaves if block_of(key) in topic.blocks]
        missing = tuple(key for key in leaves if key not in done)
        result.append(Coverage(topic=topic, questions=counts.get(topic.slug, 0), total=len(leaves), missing=missing))
    return tuple(result)
