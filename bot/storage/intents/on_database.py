"""What the intents of every noun stand on."""

from typing import Final

from bot.storage.database import Database


class OnDatabase:
    """Has the open database, on which each intent is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database: Final = database
