"""The whole bot in one process: started, subscribed to, pushed by the minute, stopped."""

import asyncio
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from bot import __version__
from bot.__main__ import main
from bot.app import Bot, started
from bot.config import Settings, read_settings
from bot.core.errors import StoreError
from tests.fakes.clock import FakeClock
from tests.fakes.web_tab import browser


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return read_settings(database=tmp_path / "bot.sqlite3", web_port=0, language="en", timezone="UTC")


@pytest.fixture
async def bot(settings: Settings, clock: FakeClock) -> AsyncIterator[Bot]:
    async with started(settings, clock=clock) as running:
        yield running


async def get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def until(condition: asyncio.Event, seconds: float = 10) -> None:
    await asyncio.wait_for(condition.wait(), seconds)


async def test_the_page_answers_and_every_part_is_well(bot: Bot) -> None:
    status, page = await get(bot.url)
    assert status == 200
    assert "<html" in page
    status, health = await get(f"{bot.url.rstrip('/')}/healthz")
    assert status == 200
    assert {"delivery", "web"} <= set(re.findall(r'"part": ?"(\w+)"', health))


async def test_metrics_are_for_prometheus(bot: Bot) -> None:
    status, text = await get(f"{bot.url.rstrip('/')}/metrics")
    assert status == 200
    async with asyncio.timeout(30):
        # The first tick reads the zones' rules before it plans.
        while 'qianmian_database_seconds_count{call="plan_due"}' not in text:
            _, text = await get(f"{bot.url.rstrip('/')}/metrics")
    assert 'qianmian_part{part="web",state="ok"} 1.0' in text
    assert 'qianmian_part{part="delivery",state="ok"} 1.0' in text
    assert 'qianmian_info{version="' in text
    assert "qianmian_database_bytes" in text
    assert "process_start_time_seconds" in text


async def test_stats_tell_of_this_very_run(bot: Bot) -> None:
    async with browser(bot.url) as ada, ada.tab() as tab:
        await tab.say("/stats")
        assert f"Version {__version__}, running since today, 12:00" in tab.latest
        assert "last backup: none yet" in tab.latest


async def test_a_subscription_is_pushed_at_its_minute_and_told_by_next(bot: Bot, clock: FakeClock) -> None:
    async with browser(bot.url) as ada, ada.tab() as tab:
        await tab.say("/subscribe 12:01 UTC lora")
        assert "First question: today, 12:01" in tab.latest
        clock.advance(timedelta(minutes=2))
        bot.delivery.tick()
        await tab.until("messages")
        assert "Daily question · The LoRA family" in tab.latest
        await tab.say("/next")
        assert "sent on time" in tab.latest


async def test_a_second_bot_on_the_same_database_is_refused_by_name(bot: Bot, settings: Settings) -> None:
    with pytest.raises(StoreError, match=str(os.getpid())):
        async with started(settings):
            pass
    assert bot.url


async def test_a_reload_that_fails_keeps_the_bank(settings: Settings, clock: FakeClock, tmp_path: Path) -> None:
    content = Path(__file__).parent.parent / "content"
    folder = tmp_path / "content"
    (folder / "lora").mkdir(parents=True)
    for name in ("topics.yaml", "lora/lora-idea.md"):
        (folder / name).write_bytes((content / name).read_bytes())
    text = (folder / "lora/lora-idea.md").read_text(encoding="utf-8")
    text = re.sub(r"^follows: .*$", "follows: []", text, flags=re.MULTILINE)
    (folder / "lora/lora-idea.md").write_text(text, encoding="utf-8")
    async with started(settings.model_copy(update={"content": folder}), clock=clock) as bot:
        assert len(bot.library.bank.questions) == 1
        (folder / "lora/lora-idea.md").write_text("rubbish", encoding="utf-8")
        await bot.reload()
        assert len(bot.library.bank.questions) == 1


async def test_the_nightly_backup_stands_in_the_folder_that_was_set_whatever_else_fails(
    settings: Settings, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> int:
        raise StoreError("The database refused.")

    monkeypatch.setattr("bot.storage.store.SqliteStore.fold", broken)
    folder = tmp_path / "other disk"
    async with started(settings.model_copy(update={"backup_folder": folder}), clock=clock) as bot:
        await bot.delivery._upkeep.run()
    assert [copy.name for copy in folder.iterdir()] == ["bot-2026-11-24.db"]


class TestProcess:
    """The real process, over its command line and its signals."""

    @pytest.fixture
    def port(self) -> int:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            return int(free.getsockname()[1])

    @pytest.fixture
    async def process(self, tmp_path: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", "--no-browser", "--port", str(port),
            "--database", str(tmp_path / "child.sqlite3"), "--lang", "en",
            stderr=subprocess.PIPE, cwd=Path(__file__).parent.parent,
        )  # fmt: skip
        yield child
        if child.returncode is None:
            child.kill()
        await child.wait()

    async def ready(self, process: asyncio.subprocess.Process) -> str:
        """Read the log until the bot says that it is ready."""
        assert process.stderr is not None
        lines = []
        async with asyncio.timeout(30):
            while line := (await process.stderr.readline()).decode():
                lines.append(line)
                if "ready" in line:
                    return line
        raise AssertionError("".join(lines))

    async def test_it_says_where_page_and_database_are_and_stops_when_asked(
        self, process: asyncio.subprocess.Process, port: int, tmp_path: Path
    ) -> None:
        line = await self.ready(process)
        assert f"http://127.0.0.1:{port}/" in line
        assert "child.sqlite3" in line
        assert (await get(f"http://127.0.0.1:{port}/"))[0] == 200
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            assert await process.wait() == 0
        with sqlite3.connect(tmp_path / "child.sqlite3") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()

    async def test_health_asks_the_running_bot(
        self,
        process: asyncio.subprocess.Process,
        port: int,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        await self.ready(process)
        monkeypatch.setenv("QIANMIAN_WEB_PORT", str(port))
        assert await asyncio.to_thread(main, ["health"]) == 0
        assert json.loads(capsys.readouterr().out)
