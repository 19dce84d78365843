"""Kills the delivery at many points, and compares what arrived with what was promised.

Children are forked from a process that has imported everything, so that one lives a tenth of a second after the
other died. Where a child is killed is derived from the seed: some after a time, some at the moment a request arrives,
some right after its answer, some politely with SIGTERM.
"""

import asyncio
import multiprocessing
import os
import re
import signal
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as local_time
from hashlib import blake2b
from itertools import pairwise
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from bot.core.deck import DeckState
from bot.core.model import EVERY_DAY, ChatRef, Language, Plan, Platform, Subscription
from bot.core.schedule import Timetable, next_slot, slots_between
from bot.storage.store import SqliteStore
from tests.crash import child
from tests.fakes.telegram_world import BOT

CHATS: Final = 40
EVERY_MINUTES: Final = 5
BETWEEN_LIVES: Final = timedelta(minutes=EVERY_MINUTES)
# Fewer than the chats, so that each life comes as far.
REQUESTS: Final = 30
TIMETABLE: Final = Timetable(
    times=tuple(local_time(n * EVERY_MINUTES // 60, n * EVERY_MINUTES % 60) for n in range(24 * 60 // EVERY_MINUTES)),
    weekdays=EVERY_DAY,
    zone="UTC",
)
# A graceful stop has ten seconds; on a busy machine everything takes longer.
PATIENCE: Final = 60.0
_QUESTION: Final = re.compile(r"(?<=~)q\d+(?=~)")


@dataclass(slots=True)
class Verdict:
    """What a run showed; every list is empty when the promises were kept."""

    kills: int = 0
    stops: int = 0
    planned: int = 0
    arrived: int = 0
    twice: int = 0
    lost: list[str] = field(default_factory=list)
    not_planned: list[str] = field(default_factory=list)
    planned_twice: list[str] = field(default_factory=list)
    twice_without_a_kill: list[str] = field(default_factory=list)
    not_graceful: list[str] = field(default_factory=list)

    @property
    def kept(self) -> bool:
        """Whether every promise was kept."""
        broken = (self.lost, self.not_planned, self.planned_twice, self.twice_without_a_kill, self.not_graceful)
        return not any(broken)


class Recorder:
    """The server that children post to: writes every arrival down, with the life of the child it came in."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.life = 0
        self.now = child.EPOCH
        self.arrivals: defaultdict[str, list[int]] = defaultdict(list)
        self.left_under_way: dict[int, frozenset[str]] = {}
        self.requests = 0
        self.started = asyncio.Event()
        self._waiting: list[tuple[int, bool, asyncio.Event]] = []

    def at_request(self, number: int, *, answered: bool) -> asyncio.Event:
        """Set when so many more requests have arrived, or have been answered."""
        event = asyncio.Event()
        self._waiting.append((self.requests + number, answered, event))
        return event

    async def sending(self, request: web.Request) -> web.Response:
        """A child begins, and says what the one before left under way."""
        self.left_under_way[self.life] = frozenset(await request.json())
        self.started.set()
        return web.Response()

    async def serve(self, request: web.Request) -> web.Response:
        """A Bot API that takes posts and has nothing to tell."""
        match request.match_info["method"]:
            case "getMe":
                return _ok(BOT)
            case "getUpdates":
                # Nobody says anything; whoever asks is killed sooner or later.
                await asyncio.sleep(float(request.query["timeout"]))
                return _ok([])
            case "sendRichMessage":
                return await self._post(await request.json())
            case _:
                return _ok(result=True)

    async def _post(self, body: dict[str, Any]) -> web.Response:
        """A post arrives, and is answered a little later."""
        question = _QUESTION.search(body["reply_markup"])
        assert question is not None
        self.arrivals[f"{body['chat_id']}/{question[0]}"].append(self.life)
        self.requests += 1
        number = self.requests
        self._tell(number, answered=False)
        await asyncio.sleep(chance(self._seed, "latency", number) * 0.02)
        asyncio.get_running_loop().call_later(0.001, self._tell_answered, number)
        return _ok({"message_id": number})

    def _tell_answered(self, number: int) -> None:
        self._tell(number, answered=True)

    def _tell(self, number: int, *, answered: bool) -> None:
        for at, wanted, event in self._waiting:
            if number >= at and wanted is answered:
                event.set()

    def forget_waiting(self) -> None:
        """Nobody waits for requests any more."""
        self._waiting.clear()


def chance(*of: object) -> float:
    """A number from 0 to 1 that depends on these values alone."""
    digest = blake2b(repr(of).encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 0xFFFFFFFF


class Harness:
    """One run: a database, a recorder, and children one after the other."""

    def __init__(self, *, folder: Path, url: str, recorder: Recorder, seed: int) -> None:
        self.database: Final = folder / "crash.sqlite3"
        self._recorder: Final = recorder
        self._seed: Final = seed
        self._url: Final = url
        self._context: Final = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.crash.child"])
        self.verdict: Final = Verdict()

    async def run(self, kills: int) -> Verdict:
        """Kill so many times, let the last child finish, and judge."""
        await self._subscribe()
        for number in range(kills):
            await self._one_life(number)
        await self._finish()
        self._judge()
        return self.verdict

    async def _subscribe(self) -> None:
        now = child.EPOCH
        first = next_slot(TIMETABLE, now)
        assert first is not None
        async with SqliteStore.open(self.database) as store:
            for number in range(CHATS):
                subscription = Subscription(
                    chat=_chat(number),
                    plan=Plan(timetable=TIMETABLE),
                    deck=DeckState(seed=number),
                    language=Language.EN,
                    next_slot=first.key,
                    next_due_at=first.due_at,
                )
                await store.subscribe(subscription, at=now)

    async def _one_life(self, number: int) -> None:
        """Start a child, and end it where the seed says."""
        point = chance(self._seed, "point", number)
        with self.life() as process:
            match number % 4:
                case 0:
                    # From the very first moment on: while it opens, plans, claims, sends and settles.
                    await asyncio.sleep(point * 0.25)
                case 1:
                    await self.until(self._recorder.at_request(1 + int(point * REQUESTS), answered=False))
                case 2:
                    await self.until(self._recorder.at_request(1 + int(point * REQUESTS), answered=True))
                case _:
                    await self.until(self._recorder.started)
                    await asyncio.sleep(point * 0.1)
            if number % 20 == 19:
                await self._stop(process)
            else:
                os.kill(_pid(process), signal.SIGKILL)
                await asyncio.to_thread(process.join)
                self.verdict.kills += 1

    async def until(self, event: asyncio.Event) -> None:
        """Wait for what must happen."""
        async with asyncio.timeout(PATIENCE):
            await event.wait()

    async def _stop(self, process: BaseProcess) -> None:
        await self.until(self._recorder.started)
        os.kill(_pid(process), signal.SIGTERM)
        await asyncio.to_thread(process.join, PATIENCE)
        self.verdict.stops += 1
        if process.exitcode != 0:
            self.verdict.not_graceful.append(f"life {self._recorder.life}: exit code {process.exitcode}")
        # Those of killed children keep their leases.
        if self.rows(
            "SELECT id FROM deliveries WHERE state = 'sending' AND claimed_at >= ?", _micros(self._recorder.now)
        ):
            self.verdict.not_graceful.append(f"life {self._recorder.life}: deliveries left under way")

    @contextmanager
    def life(self, later: timedelta = BETWEEN_LIVES) -> Iterator[BaseProcess]:
        """A child that begins so much later than the one before, as the clock shows; killed in the end."""
        self._recorder.life += 1
        self._recorder.now += later
        self._recorder.started.clear()
        job = child.Job(database=self.database, url=self._url, start=self._recorder.now)
        process = self._context.Process(target=child.run, args=(job,))
        process.start()
        try:
            yield process
        finally:
            self._recorder.forget_waiting()
            process.kill()
            process.join()
            process.close()

    async def _finish(self) -> None:
        """One more child, until every slot of now has its delivery and nothing waits."""
        with self.life(later=2 * child.LEASE) as process:
            await asyncio.to_thread(self._wait_for_all, _micros(self._recorder.now))
            await self._stop(process)

    def _wait_for_all(self, due_by: int) -> None:
        patient_until = time.monotonic() + PATIENCE
        while time.monotonic() < patient_until and (self.rows(_WAITING, due_by) or self.rows(_UNPLANNED, due_by)):
            time.sleep(0.05)

    def _judge(self) -> None:
        verdict, arrivals = self.verdict, self._recorder.arrivals
        rows = self.rows(_LEDGER)
        verdict.planned, verdict.arrived = len(rows), sum(map(len, arrivals.values()))
        planned = Counter((str(chat), str(slot)) for _, chat, slot, _ in rows)
        verdict.planned_twice = [f"{key}" for key, count in planned.items() if count > 1]
        verdict.not_planned = [f"{key}" for key in self._promised() if key not in planned]
        for key, chat, slot, state in rows:
            if state != "sent" or key not in arrivals:
                verdict.lost.append(
                    f"{key} of {chat} for {slot}: {state}, arrived {len(arrivals.get(str(key), ()))} times"
                )
        for key, lives in arrivals.items():
            for before, after in pairwise(lives):
                verdict.twice += 1
                killed = range(before + 1, after + 1)
                if not any(key in self._recorder.left_under_way.get(life, ()) for life in killed):
                    verdict.twice_without_a_kill.append(f"{key} in lives {before} and {after}")

    def _promised(self) -> list[tuple[str, str]]:
        ((first_open,),) = self.rows("SELECT min(next_due_at) FROM subscriptions")
        end = child.EPOCH + timedelta(microseconds=int(first_open) - _micros(child.EPOCH) - 1)
        slots = [slot.key for slot in slots_between(TIMETABLE, child.EPOCH, end)]
        return [(_chat(number).chat_id, slot) for number in range(CHATS) for slot in slots]

    def rows(self, sql: str, *values: int) -> list[tuple[str | int, ...]]:
        """What the database says."""
        connection = sqlite3.connect(self.database)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()


async def run(folder: Path, *, kills: int, seed: int) -> Verdict:
    """Kill a delivery with its database in `folder` so many times."""
    # Every life plans a slot, and the last one some more.
    assert kills < child.QUESTIONS - 50, "a chat would get the same question twice"
    async with recording(seed) as (recorder, url):
        harness = Harness(folder=folder, url=url, recorder=recorder, seed=seed)
        return await harness.run(kills)


@asynccontextmanager
async def recording(seed: int) -> AsyncIterator[tuple[Recorder, str]]:
    """A recorder, and where children find it."""
    recorder = Recorder(seed)
    app = web.Application()
    app.add_routes([web.post("/sending", recorder.sending), web.post("/bot{token}/{method}", recorder.serve)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield recorder, f"http://{host}:{port}"
    finally:
        await runner.cleanup()


def _chat(number: int) -> ChatRef:
    return ChatRef(platform=Platform("telegram"), chat_id=str(7_000_000_000 + number))


def _ok(result: object) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _pid(process: BaseProcess) -> int:
    assert process.pid is not None
    return process.pid


def _micros(instant: datetime) -> int:
    return int(instant.timestamp() * 1_000_000)


_WAITING: Final = "SELECT 1 FROM deliveries WHERE ready_at IS NOT NULL AND due_at <= ? LIMIT 1"
_UNPLANNED: Final = "SELECT 1 FROM subscriptions WHERE next_due_at <= ? LIMIT 1"
_LEDGER: Final = """
    SELECT c.chat_id || '/' || d.question, c.chat_id, d.slot, d.state
    FROM deliveries AS d JOIN chats AS c ON c.id = d.chat
"""
