"""A whole day on Telegram, in private, in a forum, in a channel and in a group that moves.

The store's double, the core and the SDK's client are real; Telegram is the server on loopback.
"""

from datetime import timedelta

from bot.core.daily import DailyQuestions
from bot.core.errors import ChatGone
from bot.core.model import DeliveryState
from bot.core.ports import Claimed, Settled
from bot.platforms.telegram.places import TELEGRAM, ref_of
from tests.fakes.telegram_world import BOT_ID, Error, FakeChat
from tests.platforms.telegram.conftest import PHRASES, Stage

FORUM, CHANNEL, BASIC = -100400, -100300, -55


async def _push(stage: Stage) -> None:
    """What the delivery room does: plan what is due, and send it through the port."""
    daily = DailyQuestions(library=stage.library, store=stage.store, phrases=PHRASES, catch_up=timedelta(hours=3))
    now = stage.clock.now()
    await stage.store.plan_due(now=now, limit=100, decide=daily.decide(now))
    lease = now + timedelta(minutes=5)
    for claimed in await stage.store.claim(TELEGRAM, now=now, lease_until=lease, limit=100):
        await _deliver(stage, daily, claimed)


async def _deliver(stage: Stage, daily: DailyQuestions, claimed: Claimed) -> None:
    now, row = stage.clock.now(), claimed.delivery
    try:
        message = await stage.platform.messenger.send(await daily.compose(claimed))
    except ChatGone:
        failed = Settled(delivery=row.id, state=DeliveryState.FAILED, at=now, reason="blocked")
        await stage.store.settle([failed])
        await stage.store.chat_gone(row.chat, because="blocked", at=now)
        return
    followup = daily.followup(claimed, now)
    sent = Settled(delivery=row.id, state=DeliveryState.SENT, at=now, message_id=message, followup=followup)
    await stage.store.settle([sent])


async def test_a_whole_day(stage: Stage) -> None:
    server, store = stage.server, stage.store
    server.person(7)
    server.person(8, "Bob")
    forum = server.group(FORUM, forum=True, _7="creator", _8="member")
    forum.topics = {5}
    channel = FakeChat(id=CHANNEL, type="channel", title="News", username="llm_news", members={7: "creator"})
    channel.members[BOT_ID], channel.rights[BOT_ID] = "administrator", {"can_post_messages": True}
    server.chats[CHANNEL] = channel
    server.group(BASIC, type_="group", _7="creator")

    # They subscribe: a person, a forum topic, a channel from the private chat, a basic group.
    await server.say(7, "/subscribe 21:00 Shanghai")
    await server.message(chat=7)
    await server.say(7, "/subscribe 21:00 Shanghai", chat=FORUM, message_thread_id=5)
    await server.message(chat=FORUM)
    await server.say(7, "@llm_news")
    await server.message(chat=7, count=2)
    await server.say(7, "/subscribe 21:00 Shanghai", chat=CHANNEL, kind="channel_post", sender_chat=channel.json())
    await server.message(chat=CHANNEL)
    await server.say(7, "/subscribe 21:00 Shanghai", chat=BASIC)
    await server.message(chat=BASIC)

    # The push arrives everywhere, once, in its topic.
    stage.clock.advance(timedelta(hours=1))
    await _push(stage)
    await _push(stage)
    cards = {chat: [m for m in server.messages if m.by_bot and m.rich and m.chat == chat] for chat in server.chats}
    assert {chat: len(found) for chat, found in cards.items() if found} == {7: 1, FORUM: 1, CHANNEL: 1, BASIC: 1}
    assert cards[FORUM][0].thread == 5

    # Answers are revealed, and knowing it counts.
    for user, chat in ((7, 7), (8, FORUM), (8, CHANNEL)):
        await server.press(user, cards[chat][0], "Answer")
        await server.press(user, cards[chat][0], "Knew it")
    assert "Knew it 1" in cards[CHANNEL][0].labels()

    # The group becomes a supergroup and keeps its plan and history.
    new = server.group(-100600, _7="creator").id
    await server.push("message", {**server.written(BASIC, 7, ""), "migrate_to_chat_id": new})
    await server.until(lambda: ref_of(new) in store.subscriptions)
    assert [row.state for row in await store.ledger(ref_of(new), limit=5)] == [DeliveryState.SENT]

    # Somebody blocks the bot; the next push notices even without being told.
    server.chats[7].refusal = Error(403, "Forbidden: bot was blocked by the user")
    stage.clock.advance(timedelta(days=1))
    await _push(stage)
    assert not store.subscriptions[ref_of(7)].active
    assert len([m for m in server.messages if m.rich and m.chat == new]) == 1

    # They come back, and so does their plan.
    server.chats[7].refusal = None
    await server.member(7, 7, {"status": "kicked", "until_date": 0}, "member")
    await server.until(lambda: store.subscriptions[ref_of(7)].active)
    stage.clock.advance(timedelta(days=1))
    before = len([m for m in server.messages if m.rich and m.chat == 7])
    await _push(stage)
    assert len([m for m in server.messages if m.rich and m.chat == 7]) == before + 1
