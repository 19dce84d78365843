"""Completions for the arguments of commands."""

from collections.abc import Sequence
from typing import Final

from bot.core.cards import short
from bot.core.commands import Kind
from bot.core.model import Language
from bot.core.ports import Bank, Suggestion
from bot.core.spoken import suggest_zones

MAX_SUGGESTIONS: Final = 25


def suggestions(bank: Bank, kind: Kind, typed: str, language: Language) -> Sequence[Suggestion]:
    """What may be meant by what was typed so far, best first; at most 25 (Discord's limit)."""
    match kind:
        case Kind.TOPIC:
            topics = bank.suggest_topics(typed[:100], language, MAX_SUGGESTIONS)
            return [Suggestion(label=topic.title(language), value=topic.slug) for topic in topics]
        case Kind.QUESTION:
            return [
                Suggestion(label=short(question.text(language).question, 100), value=question.id)
                for question in bank.suggest_questions(typed[:100], MAX_SUGGESTIONS)
            ]
        case Kind.ZONE:
            zones = suggest_zones(typed[:100], MAX_SUGGESTIONS)
            return [Suggestion(label=label, value=zone) for zone, label in zones]
        case _:
            return []
