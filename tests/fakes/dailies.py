"""The daily question without a delivery room: a chat's next slot comes, and what it brings counts as sent."""

from datetime import timedelta

from bot.core.daily import DailyQuestions
from bot.core.model import DeliveryState
from bot.core.ports import Claimed, Settled
from bot.core.replies import Post
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import Person


async def deliver(person: Person, store: MemoryStore, daily: DailyQuestions, *, late: timedelta = timedelta()) -> Post:
    """Let the chat's next slot come, and send what it brings."""
    subscription = await store.subscription(person.chat)
    assert subscription is not None
    assert subscription.next_due_at is not None
    now = subscription.next_due_at + late
    person.clock.instant = now
    await store.plan_due(now=now, limit=10, decide=daily.decide(now))
    (claimed,) = await claim(person, store)
    post = await daily.compose(claimed)
    sent = Settled(
        delivery=claimed.delivery.id,
        state=DeliveryState.SENT,
        at=now,
        message_id=None,
        followup=daily.followup(claimed, now),
    )
    await store.settle([sent])
    return post


async def claim(person: Person, store: MemoryStore) -> list[Claimed]:
    """Take what may be sent to the person's platform now."""
    now = person.clock.now()
    return list(
        await store.claim(person.chat.platform, now=now, lease_until=now + timedelta(hours=1), limit=10),
    )
