"""The command line: what each command prints and what it leaves behind."""

import io
import sqlite3
from pathlib import Path

import pytest

from bot.__main__ import OK, UNUSABLE, WRONG, main
from bot.core.model import Chat, ChatKind, ChatRef, Platform
from bot.storage.store import SqliteStore
from tests.fakes.clock import NOON

CHAT = ChatRef(platform=Platform("web"), chat_id="1")


@pytest.fixture(autouse=True)
def _own_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder without `.env`, a database of its own, English."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QIANMIAN_DATABASE", str(tmp_path / "bot.sqlite3"))
    monkeypatch.setenv("QIANMIAN_LANGUAGE", "en")
    monkeypatch.delenv("QIANMIAN_TELEGRAM_TOKEN", raising=False)


async def remember_a_chat(database: Path) -> None:
    async with SqliteStore.open(database) as store:
        await store.see_chat(Chat(ref=CHAT, kind=ChatKind.PRIVATE, title="Ada"), at=NOON)


def chats_in(database: Path) -> int:
    with sqlite3.connect(database) as connection:
        count = int(connection.execute("SELECT count(*) FROM chats").fetchone()[0])
    connection.close()
    return count


@pytest.mark.parametrize("command", [[], ["run"], ["check"], ["ask"], ["backup"], ["restore"], ["doctor"], ["health"]])
def test_help_is_everywhere(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    assert "usage: qianmian" in capsys.readouterr().out


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
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert main(["ask", "--topic", "lora", "--lang", "zh"]) == OK
    assert "【答案】" in capsys.readouterr().out


def test_ask_about_an_unknown_topic_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--topic", "cooking"]) == WRONG
    assert "cooking" in capsys.readouterr().err


async def test_a_backup_is_taken_and_restored(tmp_path: Path) -> None:
    database, copy = tmp_path / "bot.sqlite3", tmp_path / "copy.sqlite3"
    await remember_a_chat(database)
    assert main(["backup", str(copy)]) == OK
    assert chats_in(copy) == 1
    database.unlink()
    assert main(["restore", str(copy)]) == OK
    assert chats_in(database) == 1


async def test_a_restore_keeps_what_it_replaces(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database, copy = tmp_path / "bot.sqlite3", tmp_path / "copy.sqlite3"
    await remember_a_chat(database)
    main(["backup", str(copy)])
    assert main(["restore", str(copy)]) == OK
    kept = capsys.readouterr().out.split("→")[-1].strip()
    assert chats_in(Path(kept)) == 1


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


def test_the_doctor_finds_everything_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == OK
    out = capsys.readouterr().out
    for part in ("settings", "database", "content", "telegram", "discord", "web", "clock", "zones", "formulas"):
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
    monkeypatch.setenv("QIANMIAN_TIMEZONE", "Europe/Berlin")
    assert main(["doctor"]) == OK
    out = capsys.readouterr().out
    assert out.count("the token has the right shape") == 2
    assert "moves its clocks next on" in out


def test_bad_settings_end_every_command_with_their_names(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QIANMIAN_WEB_PORT", "http")
    assert main(["doctor"]) == UNUSABLE
    assert "QIANMIAN_WEB_PORT" in capsys.readouterr().err


def test_health_of_a_bot_that_does_not_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], unused_tcp_port: int
) -> None:
    monkeypatch.setenv("QIANMIAN_WEB_PORT", str(unused_tcp_port))
    assert main(["health"]) == UNUSABLE
    assert str(unused_tcp_port) in capsys.readouterr().err
