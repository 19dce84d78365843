"""Completions for the arguments of commands; where an argument may name several things, the last one is completed."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

from bot.core.cards import short
from bot.core.commands import Kind
from bot.core.errors import Mistake
from bot.core.model import Language, Topic
from bot.core.ports import Bank, Suggestion
from bot.core.spoken import parse_times, suggest_zones
from bot.core.spoken_text import fold, tidy
from bot.core.topic_words import topics_named, words_of

MAX_SUGGESTIONS: Final = 25
LONGEST_LABEL: Final = 100
LONGEST_TYPED: Final = 300
USUAL_TIMES: Final = ("09:00", "08:00", "07:30", "12:00", "12:30", "18:00", "20:00", "21:00", "22:00")
_BETWEEN: Final = re.compile(r"[,，、;；]")


def suggestions(bank: Bank, kind: Kind, typed: str, language: Language) -> Sequence[Suggestion]:
    """What may be meant by what was typed so far, best first; at most 25 (Discord's limit)."""
    match kind:
        case Kind.TOPIC:
            topics = bank.suggest_topics(typed[:100], language, MAX_SUGGESTIONS)
            return [Suggestion(label=topic.title(language), value=topic.slug) for topic in topics]
        case Kind.TOPICS:
            return _topics(bank, typed[:LONGEST_TYPED], language)
        case Kind.QUESTION:
            return [
                Suggestion(label=short(question.text(language).question, 100), value=question.id)
                for question in bank.suggest_questions(typed[:100], MAX_SUGGESTIONS)
            ]
        case Kind.TIMES:
            return _times(typed[:LONGEST_TYPED])
        case Kind.ZONE:
            zones = suggest_zones(typed[:100], MAX_SUGGESTIONS)
            return [Suggestion(label=label, value=zone) for zone, label in zones]
        case _:
            return []


def _topics(bank: Bank, typed: str, language: Language) -> list[Suggestion]:
    """The last of several topics, after those that were named before it."""
    before, last = _last(typed)
    found = bank.suggest_topics(last[:100], language, MAX_SUGGESTIONS)
    head, _, tail = last.rpartition(" ")
    if head and not any(_begins(topic, last) for topic in found):
        # No name goes on like this, so the blank was between two of them.
        before, found = f"{before} {head}", bank.suggest_topics(tail[:100], language, MAX_SUGGESTIONS)
    try:
        named = topics_named(bank, words_of(before)) if words_of(before) else ()
    except Mistake:
        return []
    rows = [(*named, topic) for topic in found if topic not in named]
    return [
        Suggestion(
            label=_from_the_end(", ".join(topic.title(language) for topic in row)),
            value=", ".join(topic.slug for topic in row),
        )
        for row in rows
    ]


def _begins(topic: Topic, typed: str) -> bool:
    return any(fold(typed) in fold(name) for name in (topic.slug, topic.zh, topic.en, *topic.aliases))


def _times(typed: str) -> list[Suggestion]:
    """The last of several times of day, after those that were typed before it."""
    before, last = _last(typed)
    try:
        named = [f"{at:%H:%M}" for at in parse_times(before)] if before.strip() else []
    except Mistake:
        return []
    rows = [", ".join((*named, clock)) for clock in dict.fromkeys(_clocks(last)) if clock not in named]
    return [Suggestion(label=row, value=row) for row in rows[:MAX_SUGGESTIONS]]


def _clocks(typed: str) -> Iterator[str]:
    """Times that the typed one may become: itself, then full hours, half hours and quarters that begin so."""
    begun = fold(tidy(typed))
    if not begun:
        yield from USUAL_TIMES
        return
    with suppress(Mistake):
        yield from (f"{at:%H:%M}" for at in parse_times(begun))
    for minute in (0, 30, 15, 45):
        for hour in range(24):
            clock = f"{hour:02}:{minute:02}"
            if clock.startswith(begun) or f"{hour}:{minute:02}".startswith(begun):
                yield clock


def _last(typed: str) -> tuple[str, str]:
    """What stands before the last comma, and what after it."""
    commas = list(_BETWEEN.finditer(typed))
    if not commas:
        return "", typed.strip()
    return typed[: commas[-1].start()], typed[commas[-1].end() :].strip()


def _from_the_end(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"…{label[1 - LONGEST_LABEL :]}"
