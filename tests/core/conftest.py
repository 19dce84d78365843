"""The front door over a memory store and the real bank, and people who knock."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from typing_extensions import override

from bot.core.daily import DailyQuestions
from bot.core.library import Library
from bot.core.model import ChatKind, Language
from bot.core.ports import Bank, BankSource, Phrases
from bot.core.service import Service
from tests.fakes.clock import FakeClock
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import Person


class ReadyBank(BankSource):
    """Gives the bank it was made with; fails when told to."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.problem: Exception | None = None

    @override
    async def load(self) -> Bank:
        if self.problem is not None:
            raise self.problem
        return self.bank


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def source(bank: Bank) -> ReadyBank:
    return ReadyBank(bank)


@pytest.fixture
async def library(source: ReadyBank, store: MemoryStore) -> Library:
    library = Library(source=source, store=store)
    await library.reload()
    return library


@pytest.fixture
def service(library: Library, store: MemoryStore, phrases: Phrases) -> Service:
    return Service(
        library=library,
        store=store,
        phrases=phrases,
        language=Language.EN,
        zone="Asia/Shanghai",
        operators=frozenset({"web:root"}),
    )


@pytest.fixture
def daily(library: Library, store: MemoryStore, phrases: Phrases) -> DailyQuestions:
    return DailyQuestions(library=library, store=store, phrases=phrases, catch_up=timedelta(hours=3))


@pytest.fixture
def ada(service: Service, clock: FakeClock) -> Person:
    """A learner in her private chat."""
    return Person(service=service, clock=clock)


@pytest.fixture
def member(service: Service, clock: FakeClock) -> Callable[[str], Person]:
    """Makes members of one group, whose admin is `boss`."""

    def make(user: str) -> Person:
        person = Person(
            service=service, clock=clock, user=user, chat_id="group", kind=ChatKind.GROUP, title="Study group"
        )
        person.rights.admins.add(("boss", "group"))
        return person

    return make
