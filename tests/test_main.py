"""The command line: what each command prints and what it leaves behind."""

import asyncio
import io
import socket
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typing_extensions import override

from bot import __version__
from bot.__main__ import OK, UNUSABLE, WRONG, main
from bot.clock import SystemClock
from bot.core.model import Chat, ChatKind, ChatRef, LearnerRef, Platform, QuestionId
from bot.core.ports import Bank
from bot.delivery.guard import keys
from bot.locales import FluentPhrases
from bot.platforms.telegram.places import ref_of
from bot.storage.store import SqliteStore
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.discord_server import TOKEN as DISCORD_TOKEN
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.memory_store import MemoryStore
from tests.fakes.stranger import stranger
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import BOT_ID
from tests.fakes.telegram_world import TOKEN as TELEGRAM_TOKEN
from tests.fakes.values import NINE, subscription
from tests.fakes.web_bot import web_bot

ANN = LearnerRef(platform=Platform("web"), user_id="1")
CHAT = ChatRef(platform=Platform("web"), chat_id="1")


@pytest.fixture(autouse=True)
def _own_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder without `.env`, a database of its own, English."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QIANMIAN_DATABASE", str(tmp_path / "bot.sqlite3"))
    monkeypatch.setenv("QIANMIAN_LANGUAGE", "en")
    monkeypatch.setenv("QIANMIAN_WEB_PORT", "0")
    monkeypatch.delenv("QIANMIAN_TELEGRAM_TOKEN", raising=False)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which another program listens, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield int(other.getsockname()[1])


async def remember_a_chat(database: Path) -> None:
    async with SqliteStore.open(database) as store:
        await store.see_chat(Chat(ref=CHAT, kind=ChatKind.PRIVATE, title="Ada"), at=NOON)


def chats_in(database: Path) -> int:
    with sqlite3.connect(database) as connection:
        count = int(connection.execute("SELECT count(*) FROM chats").fetchone()[0])
    connection.close()
    return count


@pytest.mark.parametrize(
    "command",
    [[], ["run"], ["check"], ["ask"], ["reports"], ["backup"], ["restore"], ["resume"], ["doctor"], ["health"]],
)
def test_help_is_everywhere(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    assert "usage: qianmian" in capsys.readouterr().out


def test_the_flags_of_run_are_shown_without_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    for flag in ("--host", "--port", "--database", "--content", "--no-browser", "--lang", "--version"):
        assert flag in shown


@pytest.mark.usefixtures("own_logging")
@pytest.mark.parametrize("before", [0, 1, 3])
def test_a_port_that_is_taken_ends_the_run_with_a_sentence(
    taken: int, before: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wherever the flags stand, and without the command."""
    arguments = ["--no-browser", "--port", str(taken)]
    if before < len(arguments):
        arguments.insert(before, "run")
    assert main(arguments) == UNUSABLE
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("✗ ")
    assert f"port {taken}" in said
    assert "--port" in said


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"qianmian {__version__}\n"


class ImpatientInput:
    """Somebody presses Ctrl+C instead of Enter."""

    def readline(self) -> str:
        raise KeyboardInterrupt


class ClosedOutput(io.StringIO):
    """Whoever read this output has gone."""

    @override
    def write(self, text: str, /) -> int:
        raise BrokenPipeError


def test_leaving_early_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", ImpatientInput())
    assert main(["ask"]) == OK
    monkeypatch.setattr("sys.stdout", ClosedOutput())
    assert main(["ask"]) == OK


def test_check_prints_the_coverage_and_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == OK
    out = capsys.readouterr().out
    assert "lora " in out
    assert "total" in out


def test_check_fails_on_a_folder_with_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "content"
    folder.mkdir()
    assert main(["check", str(folder)]) == WRONG
    assert capsys.readouterr().out


def test_ask_asks_and_answers(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n\n"))
    assert main(["ask", "--topic", "lora", "--lang", "zh"]) == OK
    assert "【答案】" in capsys.readouterr().out


def test_ask_about_an_unknown_topic_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--topic", "cooking"]) == WRONG
    assert "cooking" in capsys.readouterr().err


async def test_resume_lets_a_running_bot_forget_whose_subscriptions_it_held_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with SqliteStore.open(tmp_path / "bot.sqlite3") as store:
        owner, gone = keys(Platform("telegram"))
        await store.remember(owner, "111")
        await store.remember(gone, "held")
        await store.remember("told/notice-upkeep", "kept")
        assert main(["resume", "telegram"]) == OK
        assert "Whatever bot runs next on Telegram" in capsys.readouterr().out
        assert [await store.recall(key) for key in (owner, gone, "told/notice-upkeep")] == [None, None, "kept"]
        assert main(["resume", "discord"]) == OK
    assert "Nothing is held back on Discord" in capsys.readouterr().out


def test_resume_without_a_database_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["resume", "telegram"]) == UNUSABLE
    assert "bot.sqlite3" in capsys.readouterr().err


async def test_reports_are_printed_while_the_bot_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with SqliteStore.open(tmp_path / "bot.sqlite3") as store:
        await store.report(ANN, QuestionId("lora-idea"), "alpha 写错了", at=NOON)
        assert main(["reports"]) == OK
    out = capsys.readouterr().out
    assert "#1  2026-11-24 20:00  lora-idea  " in out
    assert str(Path("lora") / "lora-idea.md") in out
    assert "alpha 写错了" in out


async def test_reports_that_are_dealt_with_are_taken_off_while_the_bot_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with SqliteStore.open(tmp_path / "bot.sqlite3") as store:
        for text in ("alpha 写错了", "a typo", "dead link"):
            await store.report(ANN, QuestionId("lora-idea"), text, at=NOON)
        assert main(["reports", "--done", "1", "3", "--lang", "en"]) == OK
        assert [report.text for report in await store.reports(limit=9)] == ["a typo"]
        assert "One suggested correction is left" in capsys.readouterr().out
        assert main(["reports", "--done", "3", "2", "--lang", "zh"]) == WRONG
        assert await store.reports(limit=9) == []
    out, err = capsys.readouterr()
    assert "都处理完了" in out
    assert "没有第 3 条" in err


async def test_without_reports_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await remember_a_chat(tmp_path / "bot.sqlite3")
    assert main(["reports", "--lang", "zh"]) == OK
    assert "还没有人提出纠错" in capsys.readouterr().out


def test_reports_of_a_database_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reports"]) == UNUSABLE
    assert "bot.sqlite3" in capsys.readouterr().err


async def test_a_backup_is_taken_and_restored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database, copy = tmp_path / "bot.sqlite3", tmp_path / "copy.sqlite3"
    await remember_a_chat(database)
    assert main(["backup", str(copy)]) == OK
    assert "kB); the copy was read from end to end" in capsys.readouterr().out
    assert chats_in(copy) == 1
    database.unlink()
    assert main(["restore", str(copy)]) == OK
    assert chats_in(database) == 1


async def test_a_backup_replaces_a_file_only_when_it_is_told_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database, copy = tmp_path / "bot.sqlite3", tmp_path / "copy.sqlite3"
    await remember_a_chat(database)
    assert main(["backup", str(copy)]) == OK
    before = copy.stat().st_ino
    assert main(["backup", str(copy)]) == UNUSABLE
    assert "--force" in capsys.readouterr().err
    assert copy.stat().st_ino == before
    assert main(["backup", str(copy), "--force"]) == OK
    assert copy.stat().st_ino != before


async def test_a_foreign_file_is_never_replaced_by_a_backup(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await remember_a_chat(tmp_path / "bot.sqlite3")
    diary = tmp_path / "diary.txt"
    diary.write_text("dear diary", encoding="utf-8")
    assert main(["backup", str(diary), "--force"]) == UNUSABLE
    assert "no backup" in capsys.readouterr().err
    assert diary.read_text(encoding="utf-8") == "dear diary"


async def test_a_large_backup_is_measured_in_megabytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with SqliteStore.open(tmp_path / "bot.sqlite3") as store:
        await store.remember("much", "x" * 2_000_000)
    assert main(["backup", str(tmp_path / "copy.sqlite3")]) == OK
    assert " MB)" in capsys.readouterr().out


async def test_a_restore_keeps_what_it_replaces(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database, copy = tmp_path / "bot.sqlite3", tmp_path / "copy.sqlite3"
    await remember_a_chat(database)
    main(["backup", str(copy)])
    assert main(["restore", str(copy)]) == OK
    kept = database.with_name("bot.sqlite3.before-restore-1")
    assert str(kept) in capsys.readouterr().out
    assert chats_in(kept) == 1


async def test_a_running_bot_is_backed_up_but_not_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database, copy = tmp_path / "bot.sqlite3", tmp_path / "copy.sqlite3"
    async with SqliteStore.open(database) as store:
        await store.see_chat(Chat(ref=CHAT, kind=ChatKind.PRIVATE), at=NOON)
        assert main(["backup", str(copy)]) == OK
        assert main(["restore", str(copy)]) == UNUSABLE
    assert chats_in(copy) == 1
    assert capsys.readouterr().err.startswith("✗")


def test_a_foreign_file_is_not_restored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    foreign = tmp_path / "photo.jpg"
    foreign.write_bytes(b"not a database at all" * 100)
    assert main(["restore", str(foreign)]) == UNUSABLE
    assert "photo.jpg" in capsys.readouterr().err
    assert not (tmp_path / "bot.sqlite3").exists()


async def test_the_doctor_finds_everything_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await remember_a_chat(tmp_path / "bot.sqlite3")
    assert main(["doctor"]) == OK
    out = capsys.readouterr().out
    for part in (
        "settings",
        "database",
        "content",
        "telegram",
        "discord",
        "web",
        "operators",
        "clock",
        "zones",
        "formulas",
    ):
        assert f"ok {part}" in out
    assert "Everything is in order." in out


def test_the_doctor_names_what_is_wrong_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bot.sqlite3").write_bytes(b"rubbish" * 1000)
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("QIANMIAN_CONTENT", str(empty))
    monkeypatch.setenv("QIANMIAN_TELEGRAM_TOKEN", "my token")
    monkeypatch.setenv("QIANMIAN_DISCORD_TOKEN", "my token")
    assert main(["doctor"]) == WRONG
    out = capsys.readouterr().out
    for part in ("database", "content", "telegram", "discord"):
        assert f"✗  {part}" in out
    assert "@BotFather" in out
    assert "my token" not in out
    assert "4 things need you" in out


def test_the_doctor_sees_the_shape_of_tokens(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QIANMIAN_TELEGRAM_TOKEN", "123456789:" + "A" * 35)
    monkeypatch.setenv("QIANMIAN_DISCORD_TOKEN", "M" * 24 + "." + "G" * 6 + "." + "x" * 38)
    # Port 1 of this machine answers nobody.
    monkeypatch.setenv("QIANMIAN_TELEGRAM_API_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("QIANMIAN_DISCORD_API_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("QIANMIAN_TIMEZONE", "Europe/Berlin")
    assert main(["doctor"]) == OK
    out = capsys.readouterr().out
    assert out.count("the token has the right shape") == 2
    assert "A" * 35 not in out
    assert "moves its clocks next on" in out


@pytest.mark.parametrize("wrong", [False, True])
async def test_the_doctor_asks_the_platforms_whose_tokens_these_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, wrong: bool
) -> None:
    telegram_token = "987654321:" + "B" * 35 if wrong else TELEGRAM_TOKEN
    discord_token = "N" * 24 + "." + "H" * 6 + "." + "y" * 38 if wrong else DISCORD_TOKEN
    async with TelegramServer().running() as telegram, FakeDiscord() as discord:
        monkeypatch.setenv("QIANMIAN_TELEGRAM_TOKEN", telegram_token)
        monkeypatch.setenv("QIANMIAN_DISCORD_TOKEN", discord_token)
        monkeypatch.setenv("QIANMIAN_TELEGRAM_API_URL", telegram.url)
        monkeypatch.setenv("QIANMIAN_DISCORD_API_URL", discord.url)
        code = await asyncio.to_thread(main, ["doctor"])
    out = capsys.readouterr().out
    assert telegram_token not in out
    assert discord_token not in out
    if wrong:
        assert code == WRONG
        assert "Telegram refuses the token" in out
        assert "Discord refuses the token" in out
    else:
        assert code == OK
        assert "groups and inline mode are on" in out
        assert "intents it needs are open to all" in out
        assert "https://discord.com/oauth2/authorize?client_id=" in out


@pytest.mark.parametrize(
    ("application", "code", "words"),
    [
        ({"flags": 1 << 18}, OK, "may ask for privileged intents"),
        ({"interactions_endpoint_url": "https://old.example/hook"}, WRONG, "sent to https://old.example/hook"),
    ],
)
async def test_the_doctor_sees_what_is_set_wrongly_in_discords_portal(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    application: dict[str, object],
    code: int,
    words: str,
) -> None:
    async with FakeDiscord() as discord:
        discord.rest.application.update(application)
        monkeypatch.setenv("QIANMIAN_DISCORD_TOKEN", DISCORD_TOKEN)
        monkeypatch.setenv("QIANMIAN_DISCORD_API_URL", discord.url)
        assert await asyncio.to_thread(main, ["doctor"]) == code
    assert words in capsys.readouterr().out


async def test_a_refusal_that_is_not_the_tokens_fault_is_not_called_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with FakeDiscord() as discord:
        discord.fail("GET", "/applications/@me", 403)
        monkeypatch.setenv("QIANMIAN_DISCORD_TOKEN", DISCORD_TOKEN)
        monkeypatch.setenv("QIANMIAN_DISCORD_API_URL", discord.url)
        assert await asyncio.to_thread(main, ["doctor"]) == OK
    assert "could not be reached" in capsys.readouterr().out


async def test_the_doctor_names_the_chats_where_the_bot_may_not_post(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    group = Chat(ref=ref_of(-100200), kind=ChatKind.GROUP, title="Study group")
    async with SqliteStore.open(tmp_path / "bot.sqlite3") as store:
        await store.see_chat(group, at=NINE)
        await store.subscribe(subscription(group.ref), at=NINE)
    async with TelegramServer().running() as telegram:
        monkeypatch.setenv("QIANMIAN_TELEGRAM_TOKEN", TELEGRAM_TOKEN)
        monkeypatch.setenv("QIANMIAN_TELEGRAM_API_URL", telegram.url)
        telegram.group(-100200)
        assert await asyncio.to_thread(main, ["doctor"]) == OK
        telegram.chats[-100200].members[BOT_ID] = "left"
        assert await asyncio.to_thread(main, ["doctor"]) == WRONG
    assert "may not post in: Study group." in capsys.readouterr().out


async def test_the_doctor_names_the_chats_where_the_bot_may_not_pin_what_it_should(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    group = Chat(ref=ref_of(-100200), kind=ChatKind.GROUP, title="Study group")
    async with SqliteStore.open(tmp_path / "bot.sqlite3") as store:
        await store.see_chat(group, at=NINE)
        planned = subscription(group.ref)
        await store.subscribe(replace(planned, plan=replace(planned.plan, pin=True)), at=NINE)
    async with TelegramServer().running() as telegram:
        monkeypatch.setenv("QIANMIAN_TELEGRAM_TOKEN", TELEGRAM_TOKEN)
        monkeypatch.setenv("QIANMIAN_TELEGRAM_API_URL", telegram.url)
        telegram.group(-100200)
        assert await asyncio.to_thread(main, ["doctor"]) == WRONG
        assert "may not pin in: Study group." in capsys.readouterr().out
        telegram.chats[-100200].members[BOT_ID] = "administrator"
        telegram.chats[-100200].rights[BOT_ID] = {"can_pin_messages": True}
        assert await asyncio.to_thread(main, ["doctor"]) == OK


async def test_the_doctor_tells_of_a_webhook_that_telegram_cannot_reach(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with TelegramServer().running() as telegram:
        monkeypatch.setenv("QIANMIAN_TELEGRAM_TOKEN", TELEGRAM_TOKEN)
        monkeypatch.setenv("QIANMIAN_TELEGRAM_API_URL", telegram.url)
        monkeypatch.setenv("QIANMIAN_TELEGRAM_WEBHOOK_URL", "https://bot.example.org/hook")
        telegram.undelivered = (int(SystemClock().now().timestamp()), "Connection refused")
        assert await asyncio.to_thread(main, ["doctor"]) == WRONG
    assert "cannot bring updates to the webhook (Connection refused)" in capsys.readouterr().out


def test_bad_settings_end_every_command_with_their_names(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QIANMIAN_WEB_PORT", "http")
    monkeypatch.setenv("QIANMIAN_TIMEZNOE", "x")
    assert main(["check"]) == UNUSABLE
    said = capsys.readouterr().err
    assert "✗ QIANMIAN_WEB_PORT: “http” is not a whole number from 0 to 65535" in said
    assert "✗ QIANMIAN_TIMEZNOE: there is no such setting; did you mean QIANMIAN_TIMEZONE?" in said


def test_bad_settings_are_told_in_the_language_of_the_locale_where_none_is_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("QIANMIAN_LANGUAGE", "fr")
    assert main(["run"]) == UNUSABLE
    assert "✗ QIANMIAN_LANGUAGE: 不能写“fr”" in capsys.readouterr().err


def test_the_doctor_goes_on_after_bad_settings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QIANMIAN_CATCH_UP", "soon")
    assert main(["doctor"]) == WRONG
    out = capsys.readouterr().out
    assert "✗  settings  QIANMIAN_CATCH_UP: “soon”" in out
    assert "ok formulas" in out
    assert "ok settings" not in out
    assert "One thing needs you" in out


@pytest.mark.parametrize("says", [b"SSH-2.0-OpenSSH_9.9\r\n", b"HTTP/1.0 200 OK\r\n\r\n<html>"])
def test_the_doctor_sees_a_port_that_another_program_took(says: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    with stranger(says) as port:
        assert main(["doctor", "--port", str(port)]) == WRONG
    assert f"✗  web       port {port} is taken by another program" in capsys.readouterr().out


def test_the_doctor_sees_an_address_that_is_not_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QIANMIAN_WEB_PASSWORD", "open sesame")
    assert main(["doctor", "--host", "192.0.2.1"]) == WRONG
    assert "✗  web       nothing can listen on 192.0.2.1" in capsys.readouterr().out


def test_the_doctor_says_where_it_will_listen_and_who_runs_the_bot(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], unused_tcp_port: int
) -> None:
    monkeypatch.setenv("QIANMIAN_OPERATORS", "telegram:1,discord:2")
    assert main(["doctor", "--port", str(unused_tcp_port)]) == OK
    out = capsys.readouterr().out
    assert f"ok web       will listen on 127.0.0.1, port {unused_tcp_port}" in out
    assert "ok operators discord:2, telegram:1 may use" in out


async def test_the_doctor_knows_the_running_bot(
    capsys: pytest.CaptureFixture[str], bank: Bank, phrases: FluentPhrases, clock: FakeClock
) -> None:
    async with web_bot(bank=bank, store=MemoryStore(), phrases=phrases, clock=clock) as running:
        port = running.url.rstrip("/").rpartition(":")[2]
        assert await asyncio.to_thread(main, ["doctor", "--port", port]) == OK
    assert f"the bot is running and answers at http://127.0.0.1:{port}" in capsys.readouterr().out


def test_health_of_a_bot_that_does_not_run(unused_tcp_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["health", "--port", str(unused_tcp_port)]) == UNUSABLE
    said = capsys.readouterr().err
    assert f"✗ no bot answers at http://127.0.0.1:{unused_tcp_port} (Connection refused)" in said
