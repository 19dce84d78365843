"""Logs say what happened, for people and machines, and never a secret."""

import asyncio
import errno
import io
import json
import logging
import sys

import pytest
import structlog
from typing_extensions import override

from bot import logs

TELEGRAM = "123456789:" + "Ab-_" * 9
DISCORD = "MTIzNDU2Nzg5MDEyMzQ1Njc4" + ".GhIjKl." + "x" * 38


pytestmark = pytest.mark.usefixtures("own_logging")


@pytest.mark.parametrize("form", ["console", "json"])
def test_tokens_are_covered_wherever_they_turn_up(capsys: pytest.CaptureFixture[str], form: str) -> None:
    logs.set_up(level="INFO", form=form, secrets=["open sesame"])
    log = structlog.stdlib.get_logger("bot.test")
    log.info("sent", url=f"https://api.telegram.org/bot{TELEGRAM}/getMe", nested={"token": DISCORD})
    logging.getLogger("some.library").warning("the password is %s", "open sesame")
    log.error("failed", exc_info=ValueError(f"bad token {DISCORD}"))
    text = capsys.readouterr().err
    assert "sent" in text
    assert "failed" in text
    for secret in (TELEGRAM, DISCORD, "open sesame"):
        assert secret not in text


def test_json_lines_are_json(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(level="INFO", form="json")
    structlog.stdlib.get_logger("bot.test").info("sent", delivery=7, chat="千面")
    event = json.loads(capsys.readouterr().err)
    assert (event["event"], event["delivery"], event["chat"], event["level"]) == ("sent", 7, "千面", "info")


def test_http_libraries_are_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(level="INFO", form="console")
    logging.getLogger("httpx").info("GET https://api.telegram.org/")
    assert capsys.readouterr().err == ""


async def test_lines_of_one_turn_of_the_loop_leave_together_and_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(level="INFO", form="json")
    log = structlog.stdlib.get_logger("bot.test")
    log.info("one")
    log.info("two")
    assert capsys.readouterr().err == ""
    await asyncio.sleep(0)
    assert events(capsys) == ["one", "two"]
    log.info("three")
    await asyncio.to_thread(log.info, "four")
    await asyncio.sleep(0)
    assert events(capsys) == ["three", "four"]


def test_without_a_loop_a_line_leaves_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(level="INFO", form="json")
    log = structlog.stdlib.get_logger("bot.test")
    log.warning("one")
    assert events(capsys) == ["one"]


def test_what_is_below_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(level="WARNING", form="json")
    log = structlog.stdlib.get_logger("bot.test")
    log.info("one")
    log.error("two")
    assert events(capsys) == ["two"]


@pytest.mark.parametrize("form", ["console", "json"])
def test_half_a_surrogate_pair_in_somebodys_words_does_not_stop_a_line(
    capsys: pytest.CaptureFixture[str], form: str
) -> None:
    logs.set_up(level="INFO", form=form)
    structlog.stdlib.get_logger("bot.test").warning("not sent", why="half of \ud83d")
    assert "half of ?" in capsys.readouterr().err


def test_lines_that_cannot_be_written_are_dropped_and_stop_nobody(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.set_up(level="INFO", form="json")
    log = structlog.stdlib.get_logger("bot.test")
    with monkeypatch.context() as full:
        full.setattr(sys, "stderr", FullDisk())
        log.info("one")
    log.info("two")
    assert events(capsys) == ["two"]


class FullDisk(io.StringIO):
    """A stream into a file for which there is no room."""

    @override
    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def events(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
