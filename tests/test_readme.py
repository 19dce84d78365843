"""What the README says is what the code does, in both languages."""

import re
from pathlib import Path

import pytest

from bot.config import PREFIX, Settings
from bot.core.commands import COMMANDS, Who
from bot.core.model import Language

ROOT = Path(__file__).parent.parent
READMES = {Language.EN: ROOT / "README.md", Language.ZH: ROOT / "README.zh.md"}
WHO = {
    Language.EN: {Who.ANYONE: "", Who.ADMIN: "admins", Who.OPERATOR: "operators"},
    Language.ZH: {Who.ANYONE: "", Who.ADMIN: "管理员", Who.OPERATOR: "运营者"},
}


def command_rows(language: Language) -> list[str]:
    """The command table's lines, as they must stand in the README."""
    rows = []
    for command in COMMANDS:
        words = [language_alias for language_alias in command.aliases if not language_alias.isascii()]
        also = f" `/{words[0]}`" if words and language is Language.ZH else ""
        rows.append(f"| `{command.usage(language)}`{also} | {command.about(language)} | {WHO[language][command.who]} |")
    return rows


@pytest.mark.parametrize("language", Language)
def test_the_command_table_is_the_one_of_the_code(language: Language) -> None:
    text = READMES[language].read_text(encoding="utf-8")
    shown = [line for line in text.splitlines() if line.startswith("| `/")]
    assert shown == command_rows(language)


@pytest.mark.parametrize("language", Language)
def test_every_setting_is_in_the_settings_table(language: Language) -> None:
    text = READMES[language].read_text(encoding="utf-8")
    shown = re.findall(rf"^\| `({PREFIX}[A-Z_]+)` \|", text, flags=re.MULTILINE)
    assert shown == [PREFIX + name.upper() for name in Settings.model_fields]


def test_settings_are_described_in_the_readme_as_in_the_code() -> None:
    text = READMES[Language.EN].read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{PREFIX}{name.upper()}` |"))
        assert field.description is not None
        assert field.description in row


@pytest.mark.parametrize("language", Language)
def test_every_file_a_readme_names_is_there(language: Language) -> None:
    text = READMES[language].read_text(encoding="utf-8")
    linked = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    missing = [link for link in linked if not (ROOT / link).exists()]
    assert not missing


@pytest.mark.parametrize("language", Language)
def test_run_and_test_are_one_line_each(language: Language) -> None:
    text = READMES[language].read_text(encoding="utf-8")
    commands = re.findall(r"^python3 -m venv .*$", text, flags=re.MULTILINE)
    assert len(commands) == 2
    assert commands[1].endswith("pytest")
