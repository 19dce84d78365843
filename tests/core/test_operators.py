"""What operators read under /stats: each platform and this run, on one screen, in both languages."""

from datetime import timedelta

import pytest

from bot.core.library import Library
from bot.core.markup import plain
from bot.core.model import DeliveryState, Language
from bot.core.operators import Operators
from bot.core.ports import Facts, Phrases, Settled
from bot.core.requests import Voice
from tests.fakes.clock import NOON
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import Person
from tests.fakes.values import DAY, HOUR, NINE, TELEGRAM, chat_ref, one_a_day, subscription

FACTS = Facts(
    version="1.2.3",
    since=NOON - DAY,
    database_bytes=12_000_000,
    log_bytes=1_500_000,
    backed_up_at=NOON - timedelta(hours=8, minutes=29),
)


async def shown(operators: Operators, ada: Person, phrases: Phrases, language: Language = Language.EN) -> list[str]:
    ada.clock.instant = NOON - timedelta(seconds=1)
    response = await operators.stats(ada.request(), Voice(phrases, language))
    assert response.reply is not None
    return [line for block in response.reply.blocks for line in plain(block).splitlines()]


async def lived(store: MemoryStore) -> None:
    """Yesterday's question failed in one of two chats; today's came to both, to one of them late."""
    refs = [chat_ref(1), chat_ref(2)]
    for ref in refs:
        await store.subscribe(subscription(ref, due=NINE - DAY), at=NINE - 2 * DAY)
    for due, states, delay in ((NINE - DAY, (SENT, FAILED), 0), (NINE, (SENT, SENT), 300)):
        await store.plan_due(now=due, limit=100, decide=one_a_day)
        claimed = await store.claim(TELEGRAM, now=due, lease_until=due + HOUR, limit=100)
        for number, (one, state) in enumerate(zip(claimed, states, strict=True)):
            at = due + timedelta(seconds=delay * number)
            await store.settle([Settled(delivery=one.delivery.id, state=state, at=at, reason=REASONS[state])])


SENT, FAILED = DeliveryState.SENT, DeliveryState.FAILED
REASONS = {SENT: "", FAILED: "not-allowed"}


async def test_each_platform_has_its_day_its_week_and_its_failures(
    library: Library, store: MemoryStore, ada: Person, phrases: Phrases
) -> None:
    await lived(store)
    lines = await shown(Operators(library=library, store=store, zone="UTC"), ada, phrases)
    assert lines[1:3] == [
        "Telegram: 2 chats subscribed; sent 2 today and 3 in 7 days, 0 waiting; 66.7 % within a minute",
        "Telegram, not sent in 7 days: 1 × no right to post",
    ]


async def test_a_day_begins_at_midnight_in_the_zone_of_the_settings(
    library: Library, store: MemoryStore, ada: Person, phrases: Phrases
) -> None:
    await lived(store)
    # There it is one o'clock at night, and nine o'clock of this morning was yesterday.
    lines = await shown(Operators(library=library, store=store, zone="Pacific/Tongatapu"), ada, phrases)
    assert "sent 0 today and 3 in 7 days" in lines[1]


async def test_it_says_what_runs_since_when_and_when_it_was_backed_up(
    library: Library, store: MemoryStore, ada: Person, phrases: Phrases
) -> None:
    operators = Operators(library=library, store=store, zone="UTC", facts=lambda: FACTS)
    lines = await shown(operators, ada, phrases)
    assert lines[-2:] == [
        "Database: 13.5 MB, last backup: today, 03:31",
        "Version 1.2.3, running since yesterday, 12:00",
    ]


@pytest.mark.parametrize("language", Language)
async def test_it_is_one_screen_in_both_languages(
    library: Library, store: MemoryStore, ada: Person, phrases: Phrases, language: Language
) -> None:
    await lived(store)
    operators = Operators(library=library, store=store, zone="Asia/Shanghai", facts=lambda: FACTS)
    lines = await shown(operators, ada, phrases, language)
    assert 7 <= len(lines) <= 12
    assert all(len(line) < 120 for line in lines)
