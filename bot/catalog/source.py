"""The bank's port to the outside: a content folder, loaded in a thread."""

import asyncio
from pathlib import Path
from typing import Final

from typing_extensions import override

from bot.catalog.bank import MemoryBank
from bot.catalog.loader import Loaded, read_folder
from bot.catalog.problems import Severity
from bot.core.errors import BadContent
from bot.core.model import Language
from bot.core.ports import BankSource, Phrases


def default_folder() -> Path:
    """`content/` beside the package in a checkout; in an installed package the copy that the wheel carries."""
    package = Path(__file__).resolve().parent.parent
    beside = package.parent / "content"
    return beside if (beside / "topics.yaml").is_file() else package / "_content"


# Seconds that a starting bot has to itself.
START_FIRST: Final = 2.0


class FolderBankSource(BankSource):
    """Loads the bank from a content folder, the event loop free meanwhile."""

    def __init__(self, folder: Path, *, phrases: Phrases, language: Language) -> None:
        """Problems are told in the operator's `language`."""
        self._folder: Final = folder
        self._phrases: Final = phrases
        self._language: Final = language
        self._preparing: asyncio.Task[None] | None = None

    @override
    async def load(self) -> MemoryBank:
        bank = await asyncio.to_thread(self.load_now)
        if self._preparing is None:
            self._preparing = asyncio.create_task(self._prepare(bank))
        else:
            # A bot that runs already goes on with the old bank until the new one can be searched as well.
            await asyncio.to_thread(bank.prepare_search)
        return bank

    async def _prepare(self, bank: MemoryBank) -> None:
        # Some tenths of a second of work that nobody has to wait for: neither the start, which it would slow down
        # from its thread, nor the first search.
        await asyncio.sleep(START_FIRST)
        await asyncio.to_thread(bank.prepare_search)

    def load_now(self) -> MemoryBank:
        """Load in this thread, for command lines; raises BadContent with one line per error.

        The search index is built by the first search then.
        """
        loaded = read_folder(self._folder)
        lines = [
            problem.sentence(self._phrases, self._language, folder=self._folder.name)
            for problem in loaded.problems
            if problem.severity is Severity.ERROR
        ]
        if not loaded.documents:
            lines.append(self._phrases.say(self._language, "check-no-questions", folder=str(self._folder)))
        if lines:
            raise BadContent("\n".join(lines))
        return _bank(loaded)


def _bank(loaded: Loaded) -> MemoryBank:
    return MemoryBank(loaded.groups, (document.question for document in loaded.documents))
