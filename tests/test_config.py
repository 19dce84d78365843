"""Settings: understood as people write them, every problem at once, secrets never shown."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import BadSettings, Problem, operator_language, read_settings
from bot.core.model import Language
from bot.locales import FluentPhrases

TOKEN = "123456789:" + "A" * 35


@pytest.fixture(autouse=True)
def _empty_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of the developer's own, no locale, and no `.env` but the test's."""
    monkeypatch.chdir(tmp_path)
    for name in [*os.environ]:  # noqa: TID251  # the real environment is what must not reach the test
        if name.startswith(("QIANMIAN_", "LC_")) or name == "LANG":
            monkeypatch.delenv(name)


def problems(**overrides: object) -> dict[str, Problem]:
    """What is wrong with some settings, by variable without its prefix."""
    with pytest.raises(BadSettings) as caught:
        read_settings(**overrides)
    return {problem.name.removeprefix("QIANMIAN_"): problem for problem in caught.value.problems}


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


BAD = {
    "timezone": "Berlim",
    "catch_up": "soon",
    "operators": "li",
    "web_port": "http",
    "backups": "366",
    "telegram_api_url": "telegram",
    "telegram_paid_broadcast": "perhaps",
    "language": "fr",
    "log_level": "loud",
    "web_host": "192.0.2.1",
}


def test_all_problems_are_reported_at_once_each_with_its_variable() -> None:
    assert problems(**BAD).keys() == {name.upper() for name in BAD}
    with pytest.raises(BadSettings, match=r"QIANMIAN_CATCH_UP \(setting-length\)"):
        read_settings(**BAD)


@pytest.mark.parametrize("language", Language)
def test_every_problem_has_a_sentence_in_the_operators_language(phrases: FluentPhrases, language: Language) -> None:
    for problem in problems(**BAD).values():
        said = phrases.say(language, problem.key, **problem.values)
        assert len(said) > 10
        assert "Input should" not in said


def test_defaults_stand_in_for_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as caught:
        read_settings(**BAD, database=tmp_path / "kept")
    rest = caught.value.rest
    assert (rest.web_host, rest.web_port, rest.timezone) == ("127.0.0.1", 8080, "Asia/Shanghai")
    assert rest.database == tmp_path / "kept"


def test_a_number_is_wrong_with_its_bounds_and_an_example() -> None:
    for wrong in ("http", "-1", "65536", "8080.5", "9" * 5000):
        values = problems(web_port=wrong)["WEB_PORT"].values
        assert (values["least"], values["most"], values["example"]) == (0, 65535, 8080)
        assert len(str(values["value"])) <= 40


@pytest.mark.parametrize("wrong", ["soon", "-1h", "366d", "9" * 30 + "d", "3 weeks"])
def test_a_length_of_time_that_is_none_is_refused(wrong: str) -> None:
    assert problems(catch_up=wrong)["CATCH_UP"].key == "setting-length"


@pytest.mark.parametrize(("written", "meant"), [("Yes", True), ("1", True), ("off", False), ("FALSE", False)])
def test_switches_are_written_as_people_do(monkeypatch: pytest.MonkeyPatch, written: str, meant: bool) -> None:  # noqa: FBT001  # a parameter of a test
    monkeypatch.setenv("QIANMIAN_TELEGRAM_PAID_BROADCAST", written)
    assert read_settings().telegram_paid_broadcast is meant


def test_capitals_do_not_matter_in_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIANMIAN_LANGUAGE", "EN")
    monkeypatch.setenv("QIANMIAN_LOG_FORMAT", "JSON")
    assert (read_settings().language, read_settings().log_format) == (Language.EN, "json")


def test_people_may_be_handed_over_as_a_set() -> None:
    assert read_settings(operators=frozenset({"web:x"})).operators == {"web:x"}
    assert problems(operators=7)["OPERATORS"].key == "setting-person"


def test_an_unknown_setting_is_reported_with_the_nearest(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QIANMIAN_TIMEZNOE", "x")
    (tmp_path / ".env").write_text("QIANMIAN_OPERATOR=telegram:1\nQIANMIAN_XYZZY=1\nOTHER_THING=1\n", encoding="utf-8")
    found = problems()
    assert {name: problem.values["near"] for name, problem in found.items()} == {
        "OPERATOR": "QIANMIAN_OPERATORS",
        "TIMEZNOE": "QIANMIAN_TIMEZONE",
        "XYZZY": "none",
    }
    assert {problem.key for problem in found.values()} == {"setting-unknown"}


def test_an_env_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("QIANMIAN_WEB_PORT=9000\n", encoding="utf-8-sig")
    assert read_settings().web_port == 9000


def test_an_env_file_that_is_no_text_is_a_problem_beside_the_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("QIANMIAN_LANGUAGE=en\n", encoding="utf-16")
    monkeypatch.setenv("QIANMIAN_WEB_PORT", "x")
    assert {name: problem.key for name, problem in problems().items()} == {
        ".env": "setting-file",
        "WEB_PORT": "setting-number",
    }


def test_a_line_that_cannot_be_read_is_a_problem_beside_the_others(tmp_path: Path) -> None:
    lines = 'QIANMIAN_LANGUAGE=en\n\n  \nnonsense line\n# fine\nQIANMIAN_WEB_PORT=x\nQIANMIAN_DISCORD_TOKEN="abc\n'
    (tmp_path / ".env").write_text(lines, encoding="utf-8")
    assert {name: problem.key for name, problem in problems().items()} == {
        ".env:4": "setting-line",
        ".env:7": "setting-line",
        "WEB_PORT": "setting-number",
    }


def test_other_machines_need_a_password() -> None:
    assert problems(web_host="192.0.2.1")["WEB_HOST"].values["password"] == "QIANMIAN_WEB_PASSWORD"
    assert problems(web_host="192.0.2.1", web_password=" ")["WEB_HOST"].key == "setting-host-open"
    assert read_settings(web_host="192.0.2.1", web_password="open sesame").web_host == "192.0.2.1"


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, Language.EN),
        ({"LANG": "zh_CN.UTF-8"}, Language.ZH),
        ({"LANG": "C.UTF-8"}, Language.EN),
        ({"LANG": "zh_TW", "LC_MESSAGES": "de_DE"}, Language.EN),
        ({"LANG": "en_US", "LC_MESSAGES": "en_US", "LC_ALL": "zh_CN"}, Language.ZH),
        ({"LANG": "zh_CN", "LC_ALL": ""}, Language.ZH),
        ({"LANG": "zh_CN", "QIANMIAN_LANGUAGE": "en"}, Language.EN),
    ],
)
def test_the_operator_hears_the_setting_or_else_the_locale(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: Language
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert operator_language(read_settings()) is language


def test_chats_hear_chinese_whatever_the_operators_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    assert read_settings().language is Language.ZH


def test_where_the_language_itself_is_wrong_the_locale_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    with pytest.raises(BadSettings) as caught:
        read_settings(language="fr")
    assert operator_language(caught.value.rest) is Language.ZH


def test_a_token_in_the_wrong_place_is_not_repeated() -> None:
    for name in ("operators", "web_port", "timezone", "log_level", "web_host", "catch_up"):
        assert TOKEN[:20] not in str(problems(**{name: TOKEN}))


def test_secrets_are_in_no_representation_and_no_problem() -> None:
    settings = read_settings(telegram_token=TOKEN, web_password="open sesame")
    assert TOKEN not in f"{settings!r}{settings}"
    with pytest.raises(BadSettings) as caught:
        read_settings(telegram_token=TOKEN, web_port="x")
    assert TOKEN not in str(caught.value)


def test_a_blank_secret_is_none() -> None:
    assert read_settings(telegram_token="  ").telegram_token is None
