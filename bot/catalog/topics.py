"""The syllabus from `topics.yaml`, and finding the topic people mean by a word."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.catalog.nearest import near
from bot.catalog.problems import Findings
from bot.catalog.schema import KEBAB, read_yaml
from bot.core.errors import NOTHING_NEAR, Mistake
from bot.core.model import Language, Topic, TopicGroup, TopicSlug

FILE: Final = "topics.yaml"

# How alike a mistyped name must be: one wrong letter in four, two in eight.
_ALIKE: Final = 0.74
_FOLDED: Final = re.compile(r"[\s\-_·:：,，]+")


def read_syllabus(folder: Path, findings: Findings) -> tuple[TopicGroup, ...]:
    """The groups of a content folder in reading order; what is wrong is left out and noted."""
    try:
        text = (folder / FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        findings.error(0, "check-unreadable", why=str(error))
        return ()
    match read_yaml(text, findings):
        case {"groups": list(raw), **rest} if not rest:
            reader = _SyllabusReader(text, findings)
            return tuple(filter(None, map(reader.group, raw)))
        case _:
            if findings.usable:
                findings.error(1, "check-topics-shape")
            return ()


class _SyllabusReader:
    def __init__(self, text: str, findings: Findings) -> None:
        self._text = text
        self._findings = findings
        self._names: dict[str, str] = {}
        self._blocks: dict[str, str] = {}
        self._slugs: set[str] = set()

    def group(self, raw: object) -> TopicGroup | None:
        match raw:
            case {"slug": str(slug), "title": {"zh": str(zh), "en": str(en)}, "topics": list(topics), **rest} if (
                KEBAB.match(slug) and not rest
            ):
                found = tuple(filter(None, (self._topic(slug, topic) for topic in topics)))
                return TopicGroup(slug=slug, zh=zh, en=en, topics=found)
            case _:
                self._findings.error(self._line(raw), "check-group-shape", value=_short(raw))
                return None

    def _topic(self, group: str, raw: object) -> Topic | None:
        match raw:
            case {"slug": str(slug), "title": {"zh": str(zh), "en": str(en)}, **rest} if (
                KEBAB.match(slug) and rest.keys() <= {"aliases", "blocks"} and all(map(_is_words, rest.values()))
            ):
                pass
            case _:
                self._findings.error(self._line(raw), "check-topic-shape", value=_short(raw))
                return None
        topic = Topic(
            slug=TopicSlug(slug),
            group=group,
            zh=zh,
            en=en,
            aliases=_words(rest.get("aliases")),
            blocks=_words(rest.get("blocks")),
        )
        if slug in self._slugs:
            self._findings.error(self._line(raw), "check-topic-twice", topic=slug)
            return None
        self._slugs.add(slug)
        self._claim(topic, self._line(raw))
        return topic

    def _claim(self, topic: Topic, line: int) -> None:
        for name in {fold(name) for name in names_of(topic)}:
            owner = self._names.setdefault(name, topic.slug)
            if owner != topic.slug:
                self._findings.error(line, "check-topic-name", name=name, topic=topic.slug, other=owner)
        for block in topic.blocks:
            owner = self._blocks.setdefault(block, topic.slug)
            if owner != topic.slug:
                self._findings.error(line, "check-topic-block", block=block, topic=topic.slug, other=owner)

    def _line(self, raw: object) -> int:
        slug = raw.get("slug") if isinstance(raw, dict) else None
        before, found, _ = self._text.partition(f"slug: {slug}\n")
        return before.count("\n") + 1 if found else 0


def _is_words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _words(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _short(raw: object) -> str:
    return str(raw)[:60]


def names_of(topic: Topic) -> tuple[str, ...]:
    """Everything people may call a topic."""
    return (topic.slug, topic.zh, topic.en, *topic.aliases)


def fold(name: str) -> str:
    """A name without case, spaces and hyphens, so that `Position Encoding` is `position-encoding`."""
    return _FOLDED.sub("", name.casefold())


class TopicFinder:
    """Finds topics by slug, title in either language, alias, or a mistyped one of these."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        self._topics: Final = tuple(topics)
        self._by_name: Final[Mapping[str, Topic]] = {
            fold(name): topic for topic in reversed(self._topics) for name in reversed(names_of(topic))
        }
        self._names: Final = tuple(self._by_name)

    def find(self, words: str) -> Topic:
        """The topic meant; raises Mistake `topic-unknown` as `unknown` makes it."""
        typed = fold(words[:100])
        if topic := self._by_name.get(typed) or self._mistyped(typed):
            return topic
        raise self.unknown(words)

    def unknown(self, words: str) -> Mistake:
        """The mistake `topic-unknown` about these words.

        In `near` it has the nearest topic's slug, and its titles in `near_zh` and `near_en`; or NOTHING_NEAR alone.
        """
        word = words[:100]
        for name in near(fold(word), self._names):
            topic = self._by_name[name]
            return Mistake("topic-unknown", word=word, near=topic.slug, near_zh=topic.zh, near_en=topic.en)
        return Mistake("topic-unknown", word=word, near=NOTHING_NEAR)

    def _mistyped(self, typed: str) -> Topic | None:
        found = process.extractOne(typed, self._names, scorer=OSA.normalized_similarity, score_cutoff=_ALIKE)
        return self._by_name[found[0]] if found else None

    def suggest(self, prefix: str, language: Language, limit: int) -> Sequence[Topic]:
        """Topics for what was typed so far: prefix first, then substring, then typo; in syllabus order within each."""
        typed = fold(prefix[:100])
        if not typed:
            return self._topics[:limit]
        ranked = dict.fromkeys(self._suggestions(typed, language))
        return tuple(ranked)[:limit]

    def _suggestions(self, typed: str, language: Language) -> Iterator[Topic]:
        yield from (topic for topic in self._topics if fold(topic.title(language)).startswith(typed))
        yield from (topic for name, topic in self._in_order() if name.startswith(typed))
        yield from (topic for name, topic in self._in_order() if typed in name)
        for name, _, _ in process.extract(
            typed, self._names, scorer=OSA.normalized_similarity, score_cutoff=0.5, limit=5
        ):
            yield self._by_name[name]

    def _in_order(self) -> Iterator[tuple[str, Topic]]:
        for topic in self._topics:
            for name in names_of(topic):
                yield fold(name), topic
