"""Starting, loading, resting and answering: what one process costs before any platform is connected."""

import asyncio
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from typing_extensions import override

from benchmarks.figures import Figure, percentile
from bot.catalog.source import FolderBankSource, default_folder
from bot.core.daily import plan_subscription
from bot.core.deck import DeckState
from bot.core.library import Library
from bot.core.model import Chat, ChatKind, ChatRef, Language, LearnerRef, Platform, Subscription
from bot.core.plans import standard_plan
from bot.core.ports import Rights
from bot.core.requests import Request
from bot.core.schedule import next_slot
from bot.core.service import Service
from bot.locales import FluentPhrases
from bot.storage.store import SqliteStore

QUESTIONS = 500
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Anybody(Rights):
    """Everybody may do everything."""

    @override
    async def may_manage(self, learner: LearnerRef, chat: ChatRef) -> bool:
        """Yes."""
        del learner, chat
        return True


def bank_of(folder: Path, count: int) -> Path:
    """A content folder with this many questions: the real ones, and copies under other names."""
    shutil.copytree(default_folder(), folder)
    real = sorted(path for path in folder.glob("*/*.md"))
    for number in range(max(0, count - len(real))):
        path = real[number % len(real)]
        name = f"copy-{number}"
        text = path.read_text(encoding="utf-8").replace(f"id: {path.stem}\n", f"id: {name}\n", 1)
        text = re.sub(r"^outline: .*$", "outline: []", text, count=1, flags=re.MULTILINE)
        path.with_name(f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def load(folder: Path) -> Figure:
    """Loading and validating the bank, best of three."""
    source = FolderBankSource(folder, phrases=FluentPhrases(), language=Language.EN)
    bank = source.load_now()
    spans = []
    for _ in range(3):
        begun = time.perf_counter()
        source.load_now()
        spans.append(time.perf_counter() - begun)
    best = min(spans)
    return Figure(
        what=f"bank load and validation, {len(bank.questions)} questions",
        goal="< 0.6 s",
        figure=f"{best:.2f} s",
        ok=best < 0.6,
    )


async def use_cases(folder: Path, database: Path) -> list[Figure]:
    """`random` and `search` in-process over SQLite, p99 of 500 each."""
    phrases = FluentPhrases()
    source = FolderBankSource(folder, phrases=phrases, language=Language.EN)
    async with SqliteStore.open(database) as store:
        library = Library(source=source, store=store)
        await library.reload()
        service = Service(
            library=library, store=store, phrases=phrases, language=Language.EN, zone="UTC", operators=frozenset()
        )
        ref = ChatRef(platform=Platform("web"), chat_id="bench")
        request = Request(
            chat=Chat(ref=ref, kind=ChatKind.PRIVATE),
            learner=LearnerRef(platform=Platform("web"), user_id="bench"),
            now=NOON,
            rights=Anybody(),
        )
        words = ["lora 显存", "attention", "rope position", "lroa", "微调 数据", "langchain agent", "kv cache"]
        figures = []
        for name, said in (("random", [""]), ("search", words)):
            spans = []
            for number in range(520):
                asked = replace(request, now=NOON + timedelta(seconds=number))
                begun = time.perf_counter()
                await service.command(asked, name, said[number % len(said)])
                spans.append(time.perf_counter() - begun)
            p99 = percentile(spans[20:], 0.99) * 1000
            figures.append(
                Figure(what=f"one `{name}` in-process, p99", goal="< 5 ms", figure=f"{p99:.1f} ms", ok=p99 < 5)
            )
        return figures


async def subscriptions(database: Path, count: int, bank_folder: Path) -> None:
    """A database with this many subscriptions, none of them due soon."""
    plan = standard_plan("Asia/Shanghai")
    now = datetime.now(UTC)  # noqa: TID251  # the process measured below reads the real clock
    slot = next_slot(plan.timetable, now + timedelta(hours=20))
    assert slot is not None
    async with SqliteStore.open(database) as store:
        source = FolderBankSource(bank_folder, phrases=FluentPhrases(), language=Language.EN)
        await Library(source=source, store=store).reload()
        await store.subscribe(
            Subscription(
                chat=ChatRef(platform=Platform("telegram"), chat_id="0"),
                plan=plan,
                deck=DeckState(seed=1),
                language=Language.ZH,
                next_slot=slot.key,
                next_due_at=slot.due_at,
            ),
            at=now,
        )
    multiply(database, count)


NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "


def multiply(database: Path, count: int) -> None:
    """Copy the one subscription that is there until there are this many."""
    with sqlite3.connect(database) as connection:
        connection.execute(
            NUMBERS  # noqa: S608  # our own words
            + "INSERT INTO chats (id, platform, chat_id, thread_id, kind, title, seen_at) "
            "SELECT i + 1000, platform, CAST(i AS TEXT), thread_id, kind, title, seen_at FROM n, chats "
            "WHERE chat_id = '0'",
            (count - 1,),
        )
        connection.execute(
            NUMBERS  # noqa: S608
            + "INSERT INTO subscriptions "
            "(chat, plan, deck, language, next_slot, next_due_at, active, started_at) "
            "SELECT i + 1000, plan, deck, language, next_slot, next_due_at, active, started_at FROM n, "
            "(SELECT * FROM subscriptions LIMIT 1)",
            (count - 1,),
        )
    connection.close()


def start(folder: Path, database: Path) -> tuple[float, float]:
    """Seconds until the page answers, and resident megabytes after five quiet seconds."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "bot", "run", "--no-browser", "--port", str(port)]
    command += ["--database", str(database), "--content", str(folder)]
    begun = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603  # ourselves
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                    assert answer.status == 200
                    break
            except OSError:
                assert process.poll() is None, "the bot ended instead of answering"
                time.sleep(0.01)
        span = time.perf_counter() - begun
        time.sleep(5)
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
        kilobytes = int(re.search(r"VmRSS:\s+(\d+)", status)[1])  # type: ignore[index]  # Linux always says it
        return span, kilobytes / 1024
    finally:
        process.terminate()
        process.wait(15)


def measure() -> list[Figure]:
    """All figures of this file; takes about a minute."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        folder = bank_of(root / "content", QUESTIONS)
        few, many = root / "few.sqlite3", root / "many.sqlite3"
        asyncio.run(subscriptions(few, 1_000, folder))
        asyncio.run(subscriptions(many, 100_000, folder))
        start(folder, few)  # warms the disk and the byte code
        spans, small = zip(*(start(folder, few) for _ in range(3)), strict=True)
        _, large = start(folder, many)
        span, resting = sorted(spans)[1], sorted(small)[1]
        return [
            Figure(
                what=f"`python -m bot` to page answering, {QUESTIONS} questions (median of 3)",
                goal="< 1.5 s",
                figure=f"{span:.2f} s",
                ok=span < 1.5,
            ),
            load(folder),
            Figure(
                what="resident memory idle, 100,000 subscriptions",
                goal="< 120 MB",
                figure=f"{large:.0f} MB",
                ok=large < 120,
            ),
            Figure(
                what="the same against 1,000 subscriptions",
                goal="within 5 MB",
                figure=f"{large - resting:+.1f} MB",
                ok=abs(large - resting) <= 5,
            ),
            planning(folder),
            *asyncio.run(use_cases(folder, root / "cases.sqlite3")),
        ]


def planning(folder: Path) -> Figure:
    """Planning 10,000 due slots: deal, write, advance."""
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as temporary:
        database = Path(temporary) / "plan.sqlite3"
        asyncio.run(subscriptions(database, 10_000, folder))
        begun = time.perf_counter()
        asyncio.run(_plan_all(database, folder))
        span = time.perf_counter() - begun
    return Figure(
        what="planning 10,000 due slots (deal, write, advance)", goal="< 2 s", figure=f"{span:.2f} s", ok=span < 2
    )


async def _plan_all(database: Path, folder: Path) -> None:
    source = FolderBankSource(folder, phrases=FluentPhrases(), language=Language.EN)
    async with SqliteStore.open(database) as store:
        library = Library(source=source, store=store)
        await library.reload()
        now = datetime.now(UTC) + timedelta(days=2)  # noqa: TID251  # see above
        shelf = library.shelf
        while (
            await store.plan_due(
                now=now,
                limit=200,
                decide=lambda s: plan_subscription(shelf, s, now=now, catch_up=timedelta(days=3)),
            )
            == 200
        ):
            pass
