"""Telegram: how fast taps are answered and updates handled, against a Bot API server in a process of its own.

python benchmarks/bench_telegram.py
"""

import asyncio
import contextlib
import multiprocessing
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.connection import Connection

import aiohttp
from aiohttp import web
from prometheus_client import CollectorRegistry
from typing_extensions import override

from benchmarks.figures import Figure, percentile
from bot.catalog.source import FolderBankSource, default_folder
from bot.clock import SystemClock
from bot.core import cards
from bot.core.library import Library
from bot.core.model import Language
from bot.core.model import Stage as Step
from bot.core.ports import Bank, BankSource, Lane, Pacer, Turn
from bot.core.requests import Voice
from bot.core.service import Service
from bot.locales import FluentPhrases
from bot.pictures.formulas import draw
from bot.platforms.telegram import classic
from bot.platforms.telegram.classic import classic_html, classic_size, formulas_in
from bot.platforms.telegram.platform import TelegramPlatform
from bot.platforms.telegram.rich import rich_html
from bot.platforms.telegram.split import split
from tests.fakes.memory_store import MemoryStore

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_fake"  # noqa: S105  # nobody's
PHRASES = FluentPhrases()
BURST = 2000
TAPS = 300


class PassingPacer(Pacer):
    """Lets everything through: what is measured is our own time."""

    @override
    async def turn(self, lane: Lane, *, scope: str | None = None, group: bool = False) -> Turn:
        return Turn()

    @override
    def pause(self, retry_after: timedelta, *, scope: str | None = None) -> None:
        pass

    @override
    def refused(self) -> None:
        pass


class LoadedBank(BankSource):
    """A bank that is in memory already."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    @override
    async def load(self) -> Bank:
        return self.bank


@dataclass
class QuickServer:
    """A Bot API server that only answers, each method after the same delay, and notes when requests arrive."""

    delay: float = 0.0
    waiting: list[dict[str, object]] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, request: web.Request) -> web.Response:
        """Any method of any bot."""
        method = request.match_info["method"]
        result: object = True
        if method == "getMe":
            result = {"id": 1, "is_bot": True, "first_name": "B", "username": "b_bot"}
        elif method == "getUpdates":
            if not self.waiting:
                self.wake.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.wake.wait(), 5)
            result, self.waiting = self.waiting[:100], self.waiting[100:]
        elif method.lower().startswith(("send", "edit")):
            self.arrived.append(time.perf_counter())
            await asyncio.sleep(self.delay)
            result = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "x"}
        return web.json_response({"ok": True, "result": result})

    async def control(self, request: web.Request) -> web.Response:
        """What the bench tells the server: updates to hand out, the delay; the answer says what has arrived."""
        wish = await request.json()
        self.delay = wish.get("delay", self.delay)
        if "updates" in wish:
            self.arrived.clear()
            self.waiting += wish["updates"]
            self.wake.set()
        return web.json_response(self.arrived)


def server_process(pipe: Connection) -> None:
    """Serve until killed."""

    async def main() -> None:
        server = QuickServer()
        app = web.Application(client_max_size=50_000_000)
        app.router.add_post("/control", server.control)
        app.router.add_route("*", "/bot{token}/{method}", server.serve)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        pipe.send(f"http://127.0.0.1:{runner.addresses[0][1]}")
        await asyncio.Event().wait()

    asyncio.run(main())


@contextlib.asynccontextmanager
async def platform_at(url: str, bank: Bank) -> AsyncIterator[TelegramPlatform]:
    store = MemoryStore()
    library = Library(source=LoadedBank(bank), store=store)
    await library.reload()
    service = Service(
        library=library, store=store, phrases=PHRASES, language=Language.EN, zone="UTC", operators=frozenset()
    )
    platform = TelegramPlatform(
        token=TOKEN,
        api_url=url,
        service=service,
        store=store,
        clock=SystemClock(),
        pacer=PassingPacer(),
        painter=None,  # type: ignore[arg-type]  # nothing is drawn here
        phrases=PHRASES,
        default_language=Language.EN,
        registry=CollectorRegistry(),
    )
    async with platform.running():
        while not platform.messenger.ready:  # noqa: ASYNC110  # the platform says so nowhere else
            await asyncio.sleep(0.01)
        yield platform


def written(number: int) -> dict[str, object]:
    person = {"id": number + 10, "is_bot": False, "first_name": "A", "language_code": "en"}
    chat = {"id": number + 10, "type": "private", "first_name": "A"}
    message = {"message_id": number, "date": 1, "chat": chat, "from": person, "text": "/question lora-idea"}
    return {"update_id": number, "message": message}


def tapped(number: int) -> dict[str, object]:
    row = written(number)
    message = row["message"]
    assert isinstance(message, dict)
    query = {"id": str(number), "from": message.pop("from"), "message": message, "chat_instance": "1"}
    return {"update_id": number, "callback_query": {**query, "data": "1r~lora-idea~answer"}}


async def times(url: str, bank: Bank) -> tuple[list[float], float]:
    async with aiohttp.ClientSession() as control, platform_at(url, bank):

        async def tell(**wish: object) -> list[float]:
            async with control.post(f"{url}/control", json=wish) as answer:
                arrived: list[float] = await answer.json()
                return arrived

        delays = []
        for number in range(1, TAPS + 1):
            # perf_counter is the machine's monotonic clock, the same in both processes.
            began = time.perf_counter()
            await tell(updates=[tapped(number)], delay=0)
            while not (arrived := await tell()):  # noqa: ASYNC110  # it is in another process
                await asyncio.sleep(0.001)
            delays.append(arrived[0] - began)
        began = time.perf_counter()
        await tell(updates=[written(number) for number in range(10_000, 10_000 + BURST)], delay=0.06)
        while len(arrived := await tell()) < BURST:  # noqa: ASYNC110  # it is in another process
            await asyncio.sleep(0.02)
        return delays, BURST / (max(arrived) + 0.06 - began)


def rendering(bank: Bank) -> tuple[float, float]:
    """Seconds for the median question with formulas: rich, and classic with every picture drawn anew."""
    voice = Voice(PHRASES, Language.EN)
    chosen = [q for q in bank.questions if "$$" in q.en.answer]
    rich_times, classic_times = [], []
    for question in chosen:
        blocks = cards.card(voice, bank, question, Step.ANSWER).blocks
        began = time.perf_counter()
        rich_html(blocks)
        rich_times.append(time.perf_counter() - began)
        began = time.perf_counter()
        for part in split(blocks, classic_size, classic.LIMIT):
            classic_html(part)
        first = formulas_in(blocks)[:1]
        for latex in first:
            draw(latex)
        classic_times.append(time.perf_counter() - began)
    return statistics.median(rich_times), statistics.median(classic_times)


def measure() -> list[Figure]:
    """All figures of this page."""
    bank = FolderBankSource(default_folder(), phrases=PHRASES, language=Language.EN).load_now()
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=server_process, args=(theirs,), daemon=True)
    server.start()
    try:
        delays, rate = asyncio.run(times(ours.recv(), bank))
    finally:
        server.terminate()
        server.join()
    rich_time, classic_time = rendering(bank)
    p99 = percentile(delays, 0.99)
    return [
        Figure(
            what="tap to our answer arriving at the server, no load, p99",
            goal="< 30 ms",
            figure=f"{p99 * 1000:.1f} ms",
            ok=p99 < 0.03,
        ),
        Figure(
            what=f"{BURST:,} updates in a burst, one reply each, server at 60 ms: handled per second",
            goal=">= 600",
            figure=f"{rate:.0f}",
            ok=rate >= 600,
        ),
        Figure(
            what="a question with formulas, rich",
            goal="< 2 ms",
            figure=f"{rich_time * 1000:.2f} ms",
            ok=rich_time < 0.002,
        ),
        Figure(
            what="a question with formulas, classic, one cold picture",
            goal="< 60 ms",
            figure=f"{classic_time * 1000:.1f} ms",
            ok=classic_time < 0.06,
        ),
    ]
