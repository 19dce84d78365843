"""The pace: as fast as the platform allows, and never faster."""

import asyncio
from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.core.errors import RateLimited
from bot.core.ports import Lane, Turn
from bot.delivery.limits import DISCORD, TELEGRAM, TELEGRAM_PAID, UNLIMITED, Limits, Rate
from bot.delivery.pacing import AccountPacer
from tests.fakes.virtual_loop import virtually

FOREVER = timedelta(days=1)
LIMITED = Limits(overall=Rate(count=30, per=1.0, even=True))


class StrictServer:
    """Counts requests in sliding windows, and refuses what is one too many."""

    def __init__(self, pacer: AccountPacer, *, overall: int = 30, chat: int = 1, group: int = 20) -> None:
        self.pacer = pacer
        self.overall, self.chat, self.group = overall, chat, group
        self.arrivals: list[float] = []
        self.by_chat: dict[str, list[float]] = defaultdict(list)
        self.order: list[tuple[Lane, str]] = []
        self.refusals = 0
        self.waits: list[float] = []

    async def ask(self, lane: Lane, chat: str, *, group: bool = False) -> None:
        """One request: its turn, then its arrival."""
        began = asyncio.get_running_loop().time()
        await self.pacer.turn(lane, scope=chat, group=group)
        now = asyncio.get_running_loop().time()
        self.waits.append(now - began)
        self.order.append((lane, chat))
        here = self.by_chat[chat]
        full = _within(self.arrivals, now, 1) >= self.overall or _within(here, now, 1) >= self.chat
        if full or (group and _within(here, now, 60) >= self.group):
            self.refusals += 1
        self.arrivals.append(now)
        here.append(now)

    def rate(self) -> float:
        """Requests a second from the first to the last."""
        return (len(self.arrivals) - 1) / (self.arrivals[-1] - self.arrivals[0])


def _within(times: list[float], now: float, window: float) -> int:
    count = 0
    for at in reversed(times):
        if at <= now - window:
            break
        count += 1
    return count


@virtually
async def test_three_thousand_chats_get_nearly_all_the_platform_allows_and_no_refusal() -> None:
    server = StrictServer(AccountPacer(TELEGRAM, patience=FOREVER))

    await asyncio.gather(*(server.ask(Lane.DAILY, f"c{n}") for n in range(3000)))

    assert server.refusals == 0
    assert server.rate() >= 0.97 * 30


@virtually
async def test_groups_and_private_chats_share_the_pace_without_refusals() -> None:
    server = StrictServer(AccountPacer(TELEGRAM, patience=FOREVER))
    async with asyncio.TaskGroup() as tasks:
        for n in range(2000):
            tasks.create_task(server.ask(Lane.DAILY, f"private{n}"))
        for n in range(300):
            for _ in range(3):
                tasks.create_task(server.ask(Lane.DAILY, f"group{n}", group=True))

    assert server.refusals == 0
    assert server.rate() >= 0.97 * 30


@virtually
async def test_a_group_gets_twenty_a_minute() -> None:
    server = StrictServer(AccountPacer(TELEGRAM, patience=FOREVER))

    await asyncio.gather(*(server.ask(Lane.DAILY, "group", group=True) for _ in range(100)))

    assert server.refusals == 0
    assert 240 < server.arrivals[-1] < 270


@virtually
async def test_a_group_that_waits_for_its_minute_holds_up_nobody() -> None:
    server = StrictServer(AccountPacer(TELEGRAM, patience=FOREVER))
    async with asyncio.TaskGroup() as tasks:
        for _ in range(60):
            tasks.create_task(server.ask(Lane.DAILY, "group", group=True))
        for n in range(290):
            tasks.create_task(server.ask(Lane.DAILY, f"private{n}"))

    private = [at for chat, times in server.by_chat.items() if chat != "group" for at in times]
    assert max(private) < 11
    assert server.refusals == 0


@virtually
async def test_paid_broadcasts_reach_a_thousand_a_second() -> None:
    server = StrictServer(AccountPacer(TELEGRAM_PAID, patience=FOREVER), overall=1000)

    await asyncio.gather(*(server.ask(Lane.DAILY, f"c{n}") for n in range(10_000)))

    assert server.refusals == 0
    assert server.rate() >= 970


@virtually
async def test_discord_gets_fifty_a_second() -> None:
    server = StrictServer(AccountPacer(DISCORD, patience=FOREVER), overall=50, chat=99)

    await asyncio.gather(*(server.ask(Lane.DAILY, f"c{n % 100}") for n in range(2000)))

    assert server.refusals == 0
    assert server.rate() >= 0.97 * 50


@virtually
async def test_no_limit_means_no_wait() -> None:
    server = StrictServer(AccountPacer(UNLIMITED))

    await asyncio.gather(*(server.ask(Lane.DAILY, "c") for _ in range(1000)))

    assert asyncio.get_running_loop().time() == 0


@virtually
async def test_a_tap_overtakes_a_long_broadcast() -> None:
    server = StrictServer(AccountPacer(TELEGRAM, patience=FOREVER))
    taps = StrictServer(server.pacer)
    async with asyncio.TaskGroup() as tasks:
        for n in range(600):
            tasks.create_task(server.ask(Lane.DAILY, f"c{n}"))
        for n in range(75):
            await asyncio.sleep(0.2)
            tasks.create_task(taps.ask(Lane.TAP, f"tapper{n}"))

    assert max(taps.waits) < 0.1
    assert sorted(taps.waits)[len(taps.waits) // 2] < 0.035
    everything = sorted([*server.arrivals, *taps.arrivals])
    assert all(_within(everything[: n + 1], at, 1) <= 30 for n, at in enumerate(everything))
    assert len(everything) / everything[-1] >= 0.97 * 30


@virtually
async def test_a_flood_of_taps_does_not_starve_the_broadcast() -> None:
    server = StrictServer(AccountPacer(LIMITED, patience=FOREVER), chat=99)
    async with asyncio.TaskGroup() as tasks:
        for n in range(900):
            tasks.create_task(server.ask(Lane.TAP, f"tap{n}"))
        for n in range(30):
            tasks.create_task(server.ask(Lane.DAILY, f"daily{n}"))
            tasks.create_task(server.ask(Lane.ANNOUNCEMENT, f"news{n}"))

    early = [lane for lane, _ in server.order[:300]]
    assert early.count(Lane.DAILY) >= 25
    assert early.count(Lane.ANNOUNCEMENT) >= 2
    assert server.refusals == 0


@virtually
async def test_announcements_go_behind_the_daily_question() -> None:
    server = StrictServer(AccountPacer(LIMITED, patience=FOREVER), chat=99)
    async with asyncio.TaskGroup() as tasks:
        for n in range(100):
            tasks.create_task(server.ask(Lane.ANNOUNCEMENT, f"news{n}"))
        await asyncio.sleep(0)
        for n in range(100):
            tasks.create_task(server.ask(Lane.DAILY, f"daily{n}"))

    assert [lane for lane, _ in server.order[2:102]].count(Lane.DAILY) >= 85


@virtually
async def test_one_chat_is_served_in_the_order_it_asked() -> None:
    pacer = AccountPacer(TELEGRAM, patience=FOREVER)
    order: list[int] = []

    async def ask(number: int) -> None:
        await pacer.turn(Lane.DAILY, scope="chat")
        order.append(number)

    await asyncio.gather(*(ask(n) for n in range(20)))

    assert order == list(range(20))


@virtually
async def test_chats_are_served_first_come_first_served() -> None:
    server = StrictServer(AccountPacer(LIMITED, patience=FOREVER))

    await asyncio.gather(*(server.ask(Lane.DAILY, f"c{n}") for n in range(200)))

    assert [chat for _, chat in server.order] == [f"c{n}" for n in range(200)]


@virtually
async def test_three_taps_in_a_silent_chat_follow_each_other_directly() -> None:
    server = StrictServer(AccountPacer(TELEGRAM), chat=3)

    await asyncio.gather(*(server.ask(Lane.TAP, "chat") for _ in range(4)))

    assert server.waits[:3] == [0, 0, 0]
    assert 3 < server.waits[3] < 3.2


@virtually
async def test_a_pause_of_a_chat_is_kept_to_the_letter_and_holds_up_nobody_else() -> None:
    pacer = AccountPacer(TELEGRAM, patience=FOREVER)
    pacer.pause(timedelta(seconds=17), scope="refused")
    server = StrictServer(pacer)

    await asyncio.gather(server.ask(Lane.TAP, "refused"), server.ask(Lane.DAILY, "other"))

    assert server.by_chat["other"] == [0]
    assert server.by_chat["refused"] == [17]


@virtually
async def test_a_pause_of_the_account_holds_up_everything_that_waits() -> None:
    pacer = AccountPacer(TELEGRAM, patience=FOREVER)
    server = StrictServer(pacer)
    async with asyncio.TaskGroup() as tasks:
        for n in range(90):
            tasks.create_task(server.ask(Lane.DAILY, f"c{n}"))
        await asyncio.sleep(1)
        pacer.pause(timedelta(seconds=5))
        tasks.create_task(server.ask(Lane.TAP, "tap"))

    assert not [at for at in server.arrivals if 1 < at < 6]
    assert server.by_chat["tap"] == [6]
    assert len(server.arrivals) == 91


@virtually
async def test_a_refusal_slows_the_account_a_little_and_is_forgotten() -> None:
    pacer = AccountPacer(LIMITED, patience=FOREVER)
    before, after, later = (StrictServer(pacer) for _ in range(3))

    await asyncio.gather(*(before.ask(Lane.DAILY, f"c{n}") for n in range(300)))
    for _ in range(20):
        # Twenty requests that were on their way together are refused together: one lesson.
        pacer.pause(timedelta(seconds=1))
    await asyncio.gather(*(after.ask(Lane.DAILY, f"c{n}") for n in range(300)))
    await asyncio.sleep(1800)
    await asyncio.gather(*(later.ask(Lane.DAILY, f"c{n}") for n in range(300)))

    assert before.rate() >= 0.97 * 30
    assert 0.85 * 30 < after.rate() < 0.93 * 30
    assert later.rate() >= 0.97 * 30


@virtually
async def test_refusals_again_and_again_never_slow_to_less_than_half() -> None:
    pacer = AccountPacer(LIMITED, patience=FOREVER)
    for _ in range(50):
        pacer.pause(timedelta(seconds=1))
        await asyncio.sleep(1.5)
    server = StrictServer(pacer)

    await asyncio.gather(*(server.ask(Lane.DAILY, f"c{n}") for n in range(300)))

    assert 0.45 * 30 < server.rate() < 0.6 * 30


@virtually
async def test_a_chat_that_refused_is_asked_a_little_more_slowly() -> None:
    pacer = AccountPacer(TELEGRAM, patience=FOREVER)
    pacer.pause(timedelta(seconds=1), scope="chat")
    server = StrictServer(pacer)

    await asyncio.gather(*(server.ask(Lane.DAILY, "chat") for _ in range(11)), server.ask(Lane.DAILY, "other"))

    assert 0.85 < 10 / (server.by_chat["chat"][-1] - server.by_chat["chat"][0]) < 0.95


@virtually
async def test_a_wait_known_to_be_long_is_refused_at_once_with_its_length() -> None:
    pacer = AccountPacer(TELEGRAM)
    pacer.pause(timedelta(hours=1), scope="chat")

    with pytest.raises(RateLimited) as refused:
        await pacer.turn(Lane.DAILY, scope="chat")

    assert refused.value.retry_after == timedelta(hours=1)
    assert not refused.value.everywhere
    assert asyncio.get_running_loop().time() == 0


@virtually
async def test_a_pause_of_the_account_during_the_wait_is_passed_on() -> None:
    pacer = AccountPacer(LIMITED)
    waiting = [asyncio.create_task(pacer.turn(Lane.DAILY)) for _ in range(50)]
    await asyncio.sleep(0.5)
    pacer.pause(timedelta(hours=1))

    results = await asyncio.gather(*waiting, return_exceptions=True)

    refused = [result for result in results if isinstance(result, RateLimited)]
    assert len(refused) == 50 - sum(isinstance(result, Turn) for result in results)
    assert all(error.everywhere for error in refused)
    assert all(3580 < error.retry_after.total_seconds() < 3601 for error in refused)


@virtually
async def test_a_queue_that_is_too_long_is_refused_too() -> None:
    pacer = AccountPacer(LIMITED)

    results = await asyncio.gather(*(pacer.turn(Lane.DAILY) for _ in range(900)), return_exceptions=True)

    refused = [result for result in results if isinstance(result, RateLimited)]
    assert len(refused) > 200
    assert not any(error.everywhere for error in refused)


@virtually
async def test_all_but_a_few_in_one_chat_are_told_when_to_come_again_and_pass_then() -> None:
    pacer = AccountPacer(TELEGRAM)
    loop = asyncio.get_running_loop()
    passed: list[float] = []
    put_off: list[float] = []

    async def ask() -> None:
        while True:
            try:
                await pacer.turn(Lane.DAILY, scope="forum", group=True)
            except RateLimited as refused:
                put_off.append(loop.time() + refused.retry_after.total_seconds())
                await asyncio.sleep(refused.retry_after.total_seconds())
            else:
                return passed.append(loop.time())

    await asyncio.gather(*(ask() for _ in range(25)))

    # Three may wait; those that fit into the minute come at their second each, the others when it is over.
    assert all(later - sooner > 1 for sooner, later in pairwise(put_off[:17]))
    assert 3 < put_off[0] < put_off[16] < 20
    assert all(60 < at < 66 for at in put_off[17:])
    assert len(put_off) < 30
    assert sorted(passed)[3:20] == pytest.approx(put_off[:17], abs=0.1)
    assert len(passed) == 25
    assert max(passed) < 66


@virtually
async def test_a_chat_without_limits_of_its_own_puts_nobody_off() -> None:
    server = StrictServer(AccountPacer(DISCORD), overall=50, chat=99)

    await asyncio.gather(*(server.ask(Lane.DAILY, "channel") for _ in range(500)))

    assert len(server.arrivals) == 500


@virtually
async def test_a_tap_is_never_turned_away() -> None:
    pacer = AccountPacer(TELEGRAM)
    pacer.pause(timedelta(hours=1))

    await pacer.turn(Lane.TAP)

    assert asyncio.get_running_loop().time() == 3600


@virtually
async def test_turns_that_are_given_up_leave_their_place_to_the_next() -> None:
    server = StrictServer(AccountPacer(TELEGRAM, patience=FOREVER))
    tasks = [asyncio.create_task(server.ask(Lane.DAILY, f"c{n % 7}")) for n in range(70)]
    await asyncio.sleep(0.1)
    for task in tasks[::2]:
        task.cancel()

    results = await asyncio.gather(*tasks, return_exceptions=True)

    given_up = sum(isinstance(result, asyncio.CancelledError) for result in results)
    assert len(server.arrivals) == 70 - given_up
    assert given_up >= 30
    assert server.refusals == 0


@virtually
async def test_all_turns_of_a_chat_given_up_are_no_obstacle() -> None:
    pacer = AccountPacer(TELEGRAM, patience=FOREVER)
    await pacer.turn(Lane.DAILY, scope="chat")
    waiting = [asyncio.create_task(pacer.turn(Lane.DAILY, scope="chat")) for _ in range(3)]
    await asyncio.sleep(0.1)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    await asyncio.sleep(2)
    await asyncio.wait_for(pacer.turn(Lane.DAILY, scope="chat"), 0.1)


@virtually
async def test_chats_not_asked_for_a_while_are_forgotten() -> None:
    pacer = AccountPacer(TELEGRAM, patience=FOREVER)
    most = 0
    for n in range(20_000):
        await pacer.turn(Lane.DAILY, scope=f"c{n}", group=n % 10 == 0)
        most = max(most, pacer.scopes)

    assert most < 3000


@virtually
async def test_refusals_are_stopped_before_the_platform_locks_out() -> None:
    pacer = AccountPacer(DISCORD)
    for _ in range(8_000):
        pacer.refused()

    with pytest.raises(RateLimited) as refused:
        await pacer.turn(Lane.DAILY)

    assert refused.value.everywhere
    assert 599 < refused.value.retry_after.total_seconds() < 602


@virtually
async def test_refusals_do_not_matter_where_nobody_counts_them() -> None:
    pacer = AccountPacer(TELEGRAM)
    for _ in range(20_000):
        pacer.refused()

    await pacer.turn(Lane.DAILY)

    assert asyncio.get_running_loop().time() == 0


def test_a_rate_that_lets_nothing_through_is_refused() -> None:
    with pytest.raises(ValueError, match="lets nothing through"):
        Rate(count=0, per=1)


class Ears:
    """Remembers what a pacer told."""

    def __init__(self) -> None:
        self.waits: list[tuple[Lane, float]] = []
        self.refusals = 0

    def waited(self, lane: Lane, seconds: float) -> None:
        self.waits.append((lane, seconds))

    def refused(self) -> None:
        self.refusals += 1


@virtually
async def test_waits_and_refusals_are_told() -> None:
    ears = Ears()
    pacer = AccountPacer(TELEGRAM, watch=ears)

    await pacer.turn(Lane.DAILY, scope="c")
    pacer.pause(timedelta(seconds=2), scope="c")
    await pacer.turn(Lane.TAP, scope="c")

    assert ears.waits == [(Lane.DAILY, 0), (Lane.TAP, 2)]
    assert ears.refusals == 1
