"""Delivery: pace, throughput, processor time, memory and start, through the whole pipeline with its database.

`python -m benchmarks.bench_delivery [--quick]`; the whole takes about five minutes. Every scenario runs in a process
of its own, against a server in another one that answers after 60 ms and enforces a platform's limits.

What limits next: at full speed this process's one thread of Python, of which planning and composing take a third, HTTP
a third, the log and the database the rest; a second process for another platform's outbox would move it. At 30 a
second most of the processor time is waking up from idleness, which a bare client pays as well.
"""

import argparse
import asyncio
import gc
import multiprocessing
import resource
import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final, TypeVar

import aiohttp
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from prometheus_client import CollectorRegistry
from typing_extensions import override

from benchmarks.bench_storage import NINE, loop_watched, subscribed
from benchmarks.figures import Figure, percentile, table
from benchmarks.strict_server import ANSWER_AFTER, strict_server
from bot import logs
from bot.catalog.source import FolderBankSource, default_folder
from bot.core.daily import DailyQuestions
from bot.core.errors import RateLimited, Rejected
from bot.core.library import Library
from bot.core.model import ChatRef, Language, MessageId, Platform
from bot.core.ports import Clock, Lane, Messenger, Pacer
from bot.core.replies import Post, Reply
from bot.delivery.delivery import Delivery
from bot.delivery.limits import DISCORD, TELEGRAM, UNLIMITED, Limits
from bot.delivery.pacing import AccountPacer
from bot.locales import FluentPhrases
from bot.storage.store import SqliteStore

T = TypeVar("T")

TAPS_A_SECOND: Final = 5
LIMITS: Final[dict[str, Limits]] = {"telegram": TELEGRAM, "discord": DISCORD, "unlimited": UNLIMITED}
ALLOWED: Final = {"telegram": 30, "discord": 50}

# How a platform's messenger is made, to put a real client in the place of the bare one.
Factory = Callable[[aiohttp.ClientSession, str, Pacer, int], Messenger]


class BareMessenger(Messenger):
    """A plain HTTP client behind the pacer; chats numbered up to `groups` are groups."""

    def __init__(self, session: aiohttp.ClientSession, url: str, pacer: Pacer, groups: int) -> None:
        self._session = session
        self._url = url
        self._pacer = pacer
        self._groups = groups

    @property
    @override
    def platform(self) -> Platform:
        return Platform("telegram")

    @property
    @override
    def ready(self) -> bool:
        return True

    @override
    async def send(self, post: Post, *, lane: Lane = Lane.DAILY) -> MessageId:
        chat = post.chat.chat_id
        group = int(chat) - 1_000_000_000 <= self._groups
        await self._pacer.turn(lane, scope=chat, group=group)
        wanted = {"chat": chat, "key": post.key, "group": group}
        async with self._session.post(self._url, json=wanted) as response:
            told = await response.json()
        if response.status == 429:
            wait = timedelta(seconds=told["retry_after"])
            self._pacer.pause(wait, scope=chat)
            raise RateLimited("429", retry_after=wait)
        return MessageId(str(told["message_id"]))

    @override
    async def edit(self, chat: ChatRef, message: MessageId, reply: Reply) -> None:
        raise Rejected("not needed here")


class ClockFromNine(Clock):
    """Shows nine o'clock in Shanghai when it is made, and goes on from there."""

    def __init__(self) -> None:
        self._began = perf_counter()

    @override
    def now(self) -> datetime:
        return NINE + timedelta(seconds=perf_counter() - self._began)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A database of so many chats, all due at once or some, sent to a server with a profile's limits."""

    name: str
    url: str
    profile: str
    chats: int
    due: int
    groups: int = 0
    taps: bool = False
    watched: bool = False
    warm: bool = True
    until: int = 0
    asked_at: float = 0
    factory: Factory = BareMessenger

    @property
    def run_url(self) -> str:
        """Where this run posts to."""
        return f"{self.url}/{self.profile}/{self.name}"


@dataclass(kw_only=True)
class Outcome:
    """What a scenario showed; times in seconds, memory in megabytes."""

    taken: int = 0
    refused: int = 0
    different: int = 0
    seconds: float = 0
    processor: float = 0
    first: float = 0
    start: float = 0
    held: float = 0
    memory: float = 0
    taps: list[float] = field(default_factory=list)
    idle_taps: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Messages a second, from the first to the last."""
        return (self.taken - 1) / self.seconds


def perform(scenario: Scenario, database: str) -> Outcome:
    """Run one scenario in this process, logging to a file as in production."""
    with tempfile.TemporaryFile("w") as log:
        sys.stderr = log
        logs.set_up(level="INFO", form="json")
        return asyncio.run(_perform(scenario, Path(database)))


async def _perform(scenario: Scenario, database: Path) -> Outcome:
    outcome = Outcome()
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=30))
        )
        pacer = AccountPacer(LIMITS[scenario.profile])
        messenger = scenario.factory(session, scenario.run_url, pacer, scenario.groups)
        store = await stack.enter_async_context(SqliteStore.open(database))
        phrases = FluentPhrases()
        source = FolderBankSource(default_folder(), phrases=phrases, language=Language.EN)
        library = Library(source=source, store=store)
        await library.reload()
        if scenario.warm:
            # What a start does in the background is over long before most mornings.
            await asyncio.to_thread(library.bank.search, "lora")
        if scenario.taps:
            idle = scenario.factory(session, f"{scenario.run_url}-idle", pacer, 0)
            outcome.idle_taps = await _taps(idle, 30)
        delivery = Delivery(
            store=store,
            daily=DailyQuestions(library=library, store=store, phrases=phrases, catch_up=timedelta(hours=3)),
            clock=ClockFromNine(),
            messengers=[messenger],
            registry=CollectorRegistry(),
        )
        late = await stack.enter_async_context(loop_watched()) if scenario.watched else []
        # As the whole bot does once it has started: what stays for good is not searched for garbage again and again.
        gc.collect()
        gc.freeze()
        began, spent = perf_counter(), process_time()
        tapping = asyncio.create_task(_taps(messenger, 1_000_000, outcome.taps)) if scenario.taps else None
        async with delivery.running():
            told = await _until_done(session, scenario)
            outcome.processor = process_time() - spent
            if tapping is not None:
                tapping.cancel()
        outcome.first, outcome.start = told["first"] - began, told["first"] - scenario.asked_at
        outcome.taken, outcome.refused = told["taken"], told["refused"]
        outcome.different, outcome.seconds = told["different"], told["seconds"]
        outcome.held = max(late, default=0)
        outcome.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return outcome


async def _until_done(session: aiohttp.ClientSession, scenario: Scenario) -> dict[str, Any]:
    """What the server tells when as many messages as wanted have come."""
    wanted = scenario.until or scenario.due
    while True:
        await asyncio.sleep(1)
        async with session.get(scenario.run_url) as response:
            told: dict[str, Any] = await response.json()
        if told["different"] >= wanted:
            return told


async def _taps(messenger: Messenger, count: int, waits: list[float] | None = None) -> list[float]:
    """Five taps a second, each in a chat of its own; how long each took beyond the server's answer, in seconds."""
    waits = [] if waits is None else waits

    async def tap(number: int) -> None:
        began = perf_counter()
        ref = ChatRef(platform=Platform("telegram"), chat_id=str(2_000_000_000 + number))
        await messenger.send(Post(chat=ref, reply=Reply(), key=f"tap{number}"), lane=Lane.TAP)
        waits.append(perf_counter() - began - ANSWER_AFTER)

    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            tasks.create_task(tap(number + 1_000_000 * (count > 1000)))
            await asyncio.sleep(1 / TAPS_A_SECOND)
    return waits


# Peers


def bare_client(url: str, count: int, gap: float, together: bool) -> tuple[float, float]:  # noqa: FBT001  # pickled
    """Nothing but posts: one after the other's answer, or one every `gap` seconds; the rate and seconds for each."""

    async def main() -> None:
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as tasks:
            for number in range(count):
                task = tasks.create_task(post(session, number))
                if together:
                    await asyncio.sleep(gap)
                else:
                    await task

    async def post(session: aiohttp.ClientSession, number: int) -> None:
        wanted = {"chat": str(number), "key": str(number), "group": False}
        async with session.post(url, json=wanted) as response:
            await response.json()

    began, spent = perf_counter(), process_time()
    asyncio.run(main())
    return count / (perf_counter() - began), (process_time() - spent) / count


async def _gathered(url: str, count: int) -> tuple[int, int]:
    """Everything at once, refusals slept off and tried again three times; returns how many were refused and lost."""
    refused = lost = 0

    async def send(session: aiohttp.ClientSession, number: int) -> None:
        nonlocal refused, lost
        for _ in range(3):
            async with session.post(url, json={"chat": str(number), "key": str(number), "group": False}) as response:
                told = await response.json()
            if response.status == 200:
                return
            refused += 1
            await asyncio.sleep(told["retry_after"])
        lost += 1

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=256)) as session:
        await asyncio.gather(*(send(session, number) for number in range(count)))
    return refused, lost


def job_per_chat(count: int) -> tuple[float, float]:
    """One APScheduler job for each chat; returns the seconds until they run and the megabytes they take."""

    async def main() -> float:
        began = perf_counter()
        scheduler = AsyncIOScheduler(timezone="UTC")
        for number in range(count):
            scheduler.add_job(print, "cron", hour=9, minute=number % 60, args=[number])
        scheduler.start()
        spent = perf_counter() - began
        scheduler.shutdown(wait=False)
        return spent

    return asyncio.run(main()), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# The whole


async def _databases(folder: Path, scenarios: list[Scenario]) -> dict[str, str]:
    made = {}
    for scenario in scenarios:
        path = folder / f"{scenario.name}.sqlite3"
        await subscribed(path, scenario.chats, _due(scenario))
        made[scenario.name] = str(path)
    return made


def _due(scenario: Scenario) -> Callable[[int], datetime]:
    return lambda number: NINE if number <= scenario.due else NINE + timedelta(hours=1)


def scenarios(url: str, *, quick: bool) -> list[Scenario]:
    """What is measured; a quick run has a fifth of the messages."""
    part = 5 if quick else 1
    telegram, mixed, discord = (
        Scenario(name="telegram", url=url, profile="telegram", chats=3000 // part, due=3000 // part, taps=True),
        Scenario(name="mixed", url=url, profile="telegram", chats=2300 // part, due=2300 // part, groups=300 // part),
        Scenario(name="discord", url=url, profile="discord", chats=3000 // part, due=3000 // part),
    )
    full_speed = Scenario(name="speed", url=url, profile="unlimited", chats=20_000 // part, due=20_000 // part)
    morning = Scenario(
        name="morning", url=url, profile="telegram", chats=100_000, due=100_000, until=1000 // part, watched=True
    )
    million = Scenario(
        name="million", url=url, profile="unlimited", chats=1_000_000 // part, due=10_000, until=10_000, warm=False
    )
    return [telegram, mixed, discord, full_speed, morning, million]


def in_new_processes(work: Callable[..., T], each: Iterable[tuple[Any, ...]]) -> list[T]:
    """The results of calls side by side, each in a process that begins only now."""
    context = multiprocessing.get_context("spawn")

    def one(arguments: tuple[Any, ...]) -> T:
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            return pool.submit(work, *arguments).result()

    with ThreadPoolExecutor() as threads:
        return list(threads.map(one, each))


def measure(*, quick: bool = False) -> list[Figure]:
    """All figures of this file."""
    with tempfile.TemporaryDirectory() as name, strict_server() as url:
        wanted = {scenario.name: scenario for scenario in scenarios(url, quick=quick)}
        databases = asyncio.run(_databases(Path(name), list(wanted.values())))

        def run(*names: str) -> list[Outcome]:
            # The clock is the machine's: what is measured from a start begins before the new process does.
            asked_at = perf_counter()
            return in_new_processes(
                perform, [(replace(wanted[one], asked_at=asked_at), databases[one]) for one in names]
            )

        # Paced ones hardly use the processor and go side by side; those at full speed have the machine to themselves.
        telegram, mixed, discord = run("telegram", "mixed", "discord")
        (speed,) = run("speed")
        (morning,) = run("morning")
        (million,) = run("million")
        ((loop, _),) = in_new_processes(bare_client, [(f"{url}/unlimited/loop", 50, 0, False)])
        ((_, pace),) = in_new_processes(bare_client, [(f"{url}/unlimited/pace", 300, 1 / 30, True)])
        refused, lost = asyncio.run(_gathered(f"{url}/telegram/gathered", 600))
        jobs = 20_000 if quick else 100_000
        ((seconds, megabytes),) = in_new_processes(job_per_chat, [(jobs,)])
    return [
        *_pace("Telegram, private chats with taps, 30/s", telegram, ALLOWED["telegram"], 0.97),
        *_pace("Telegram, private chats and groups together, 30/s", mixed, ALLOWED["telegram"], 0.95),
        *_pace("Discord, channels, 50/s", discord, ALLOWED["discord"], 0.95),
        _peer("peer: 600 gathered at once at 30/s", f"{refused} refused, {lost} lost"),
        _limit("own time on a tap during a broadcast, p99", percentile(telegram.taps, 0.99) * 1000, 100, "ms"),
        _peer("own time on a tap, idle, p99", f"{percentile(telegram.idle_taps, 0.99) * 1000:.0f} ms"),
        _least("no limit, 60 ms answers, the whole pipeline", speed.rate, 1200, "/s"),
        _peer("peer: a plain loop of awaits", f"{loop:.0f} /s"),
        _limit("processor per 1,000 at full speed", speed.processor / speed.taken * 1000, 0.8, "s"),
        _limit("processor per 1,000 at 30/s", mixed.processor / mixed.taken * 1000, 1.3, "s"),
        _peer("peer: a bare client that does nothing else at 30/s", f"{pace * 1000:.2g} s"),
        _limit("first message, 100,000 due at once", morning.first, 1, "s"),
        _limit("event loop held while planning them, longest", morning.held * 1000, 50, "ms"),
        _limit(f"start of the process to first delivery, {wanted['million'].chats:,} stored", million.start, 2, "s"),
        _limit(f"memory, {wanted['million'].chats:,} stored, during a broadcast", million.memory, 150, "MB"),
        _peer(f"peer: a job for each of {jobs:,} chats", f"{megabytes:.0f} MB, {seconds:.1f} s to start"),
    ]


def _pace(what: str, outcome: Outcome, allowed: int, share: float) -> list[Figure]:
    reached = outcome.rate / allowed
    return [
        Figure(
            what=f"{what}: part of the rate used", goal=f">= {share:.0%}", figure=f"{reached:.1%}", ok=reached >= share
        ),
        Figure(what=f"{what}: refused", goal="0", figure=str(outcome.refused), ok=not outcome.refused),
    ]


def _limit(what: str, value: float, most: float, unit: str) -> Figure:
    return Figure(what=what, goal=f"< {most:g} {unit}", figure=f"{value:.3g} {unit}", ok=value < most)


def _least(what: str, value: float, least: float, unit: str) -> Figure:
    return Figure(what=what, goal=f">= {least:,g} {unit}", figure=f"{value:,.0f} {unit}", ok=value >= least)


def _peer(what: str, figure: str) -> Figure:
    return Figure(what=what, goal="", figure=figure, ok=True)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.bench_delivery")
    arguments.add_argument("--quick", action="store_true")
    print(table("Delivery", measure(quick=arguments.parse_args().quick)))
