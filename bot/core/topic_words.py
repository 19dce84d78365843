"""Which topics words mean, when there may be several and a name may take more than a word."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bot.core.errors import NOTHING_NEAR, Mistake
from bot.core.model import Topic
from bot.core.ports import Bank
from bot.core.spoken import suggest_zones
from bot.core.spoken_text import SEPARATOR, fold, tidy

# Words for all topics.
EVERYTHING: Final = frozenset({"all", "all topics", "everything", "全部", "全部主题", "所有", "所有主题", "不限"})

Names = Mapping[tuple[str, ...], Topic]


def topics_named(bank: Bank, words: Sequence[str]) -> tuple[Topic, ...]:
    """The topics meant, in order, none twice; no topic at all stands for every one.

    Exact names are found first, the longest at each place. What stands between them is one name with a typo, or else
    each of its words is. Raises Mistake `subscribe-unclear` for a word that is no topic, with the zone that it may
    have meant.
    """
    if " ".join(words).casefold() in EVERYTHING:
        return ()
    found: dict[str, Topic] = {}
    for part in _parts(_names(bank), words):
        for topic in (part,) if isinstance(part, Topic) else _forgiven(bank, part):
            found.setdefault(topic.slug, topic)
    return tuple(found.values())


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, apart at what parts words in a plan: blanks, commas, `and`."""
    return tuple(word for word in SEPARATOR.split(tidy(text)) if word)


def _names(bank: Bank) -> Names:
    """Every exact name of every topic, as its words."""
    return {
        words_of(fold(name)): topic
        for group in bank.groups
        for topic in group.topics
        for name in (*topic.aliases, topic.zh, topic.en, topic.slug)
    }


def _parts(names: Names, words: Sequence[str]) -> Iterator[Topic | list[str]]:
    """The topics that are named exactly, and between them the words that are not."""
    longest = max(map(len, names), default=0)
    folded = [fold(tidy(word)) for word in words]
    between: list[str] = []
    at = 0
    while at < len(words):
        sizes = range(min(longest, len(words) - at), 0, -1)
        size = next((size for size in sizes if tuple(folded[at : at + size]) in names), 0)
        if size and between:
            yield between
            between = []
        if size:
            yield names[tuple(folded[at : at + size])]
        else:
            between.append(words[at])
        at += size or 1
    if between:
        yield between


def _forgiven(bank: Bank, words: Sequence[str]) -> tuple[Topic, ...]:
    try:
        return (bank.find_topic(" ".join(words)),)
    except Mistake:
        return tuple(_one(bank, word) for word in words)


def _one(bank: Bank, word: str) -> Topic:
    try:
        return bank.find_topic(word)
    except Mistake:
        near = suggest_zones(word, 1)
        raise Mistake("subscribe-unclear", word=word[:40], near=near[0][1] if near else NOTHING_NEAR) from None
