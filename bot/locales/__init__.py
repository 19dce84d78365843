"""What the bot itself says: one folder of Fluent files per language, every sentence in both.

A sentence is added by writing it under the same key in `zh/` and `en/`; the files of a folder only group
sentences, keys are shared. Tests find keys that one language lacks, that nothing uses, or whose variables differ.
This room knows nothing but the core's `Phrases` port.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import FluentNone, FluentNumber, fluent_number
from typing_extensions import override

from bot.core.model import Language
from bot.core.ports import Phrases

_FOLDER: Final = Path(__file__).parent


class FluentPhrases(Phrases):
    """The bot's sentences from Fluent files, all read when constructed."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        """Read `folder/<language>/*.ftl`."""
        self._bundles: Final = {language: _bundle(folder, language) for language in Language}

    @override
    def say(self, language: Language, key: str, /, **values: str | int) -> str:
        bundle = self._bundles[language]
        pattern = bundle.get_message(key).value
        if pattern is None:
            raise KeyError(key)
        text, errors = bundle.format_pattern(
            pattern, {name: _number(value) if isinstance(value, int) else value for name, value in values.items()}
        )
        if errors:
            raise ValueError(f"the sentence {key!r} in {language}: {errors[0]}")
        return str(text)


def _bundle(folder: Path, language: Language) -> FluentBundle:
    # Isolation marks around values would end up in messages, logs and commands that people copy.
    bundle = FluentBundle([language.value], use_isolating=False)
    for text in _sources(folder, language):
        bundle.add_resource(FluentResource(text))
    return bundle


def _sources(folder: Path, language: Language) -> Iterator[str]:
    for path in sorted((folder / language.value).glob("*.ftl")):
        yield path.read_text(encoding="utf-8")


def _number(value: int) -> FluentNumber | FluentNone:
    # Ports, line numbers and years read badly with thousands separators.
    return fluent_number(value, useGrouping=False)
