"""Settings: understood as people write them, every problem at once, secrets never shown."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import BadSettings, read_settings
from bot.core.model import Language

TOKEN = "123456789:" + "A" * 35


@pytest.fixture(autouse=True)
def _empty_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of the developer's own, and no `.env` but the test's."""
    monkeypatch.chdir(tmp_path)
    for name in ("TELEGRAM_TOKEN", "DATABASE", "LANGUAGE", "WEB_HOST", "WEB_PORT", "OPERATORS"):
        monkeypatch.delenv(f"QIANMIAN_{name}", raising=False)


def test_without_any_setting_it_listens_on_this_machine_alone() -> None:
    settings = read_settings()
    assert (settings.web_host, settings.web_port) == ("127.0.0.1", 8080)
    assert settings.telegram_token is None
    assert settings.catch_up == timedelta(hours=3)
    assert settings.database.name == "qianmian.sqlite3"


def test_variables_and_the_env_file_are_read_and_variables_win(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("QIANMIAN_LANGUAGE=en\nQIANMIAN_WEB_PORT=9000\n", encoding="utf-8")
    monkeypatch.setenv("QIANMIAN_WEB_PORT", "9001")
    settings = read_settings()
    assert (settings.language, settings.web_port) == (Language.EN, 9001)


def test_arguments_go_before_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIANMIAN_WEB_PORT", "9001")
    assert read_settings(web_port=9002).web_port == 9002


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("90m", timedelta(minutes=90)),
        ("3h", timedelta(hours=3)),
        ("1d", timedelta(days=1)),
        ("30", timedelta(seconds=30)),
    ],
)
def test_lengths_of_time_are_written_as_people_do(written: str, meant: timedelta) -> None:
    assert read_settings(catch_up=written).catch_up == meant


def test_zones_and_operators_are_written_as_people_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIANMIAN_TIMEZONE", "北京")
    monkeypatch.setenv("QIANMIAN_OPERATORS", "telegram:1, discord:2 web:x")
    monkeypatch.setenv("QIANMIAN_LOG_LEVEL", "debug")
    settings = read_settings()
    assert settings.timezone == "Asia/Shanghai"
    assert settings.operators == {"telegram:1", "discord:2", "web:x"}
    assert settings.log_level == "DEBUG"


def test_all_problems_are_reported_at_once_with_the_variables_names() -> None:
    with pytest.raises(BadSettings) as caught:
        read_settings(
            timezone="Berlim",
            catch_up="soon",
            operators="li",
            web_port="http",
            telegram_api_url="telegram",
            language="fr",
        )
    text = str(caught.value)
    for name in ("TIMEZONE", "CATCH_UP", "OPERATORS", "WEB_PORT", "TELEGRAM_API_URL", "LANGUAGE"):
        assert f"QIANMIAN_{name}: " in text
    assert "did you mean Berlin" in text
    assert len(caught.value.problems) == 6


def test_other_machines_need_a_password() -> None:
    with pytest.raises(BadSettings, match="QIANMIAN_WEB_PASSWORD: set a password"):
        read_settings(web_host="192.0.2.1")
    assert read_settings(web_host="192.0.2.1", web_password="open sesame").web_host == "192.0.2.1"


def test_secrets_are_in_no_representation_and_no_problem() -> None:
    settings = read_settings(telegram_token=TOKEN, web_password="open sesame")
    assert TOKEN not in f"{settings!r}{settings}"
    with pytest.raises(BadSettings) as caught:
        read_settings(telegram_token=TOKEN, web_port="x")
    assert TOKEN not in str(caught.value)


def test_a_blank_secret_is_none() -> None:
    assert read_settings(telegram_token="  ").telegram_token is None
