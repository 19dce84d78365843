"""The link that adds the bot, and the documentation that explains it."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from bot.platforms.discord.invite import PERMISSIONS, application_of, invite_link
from tests.fakes.discord_server import TOKEN

DOCS = Path(__file__).resolve().parents[3] / "docs"


def test_the_application_stands_in_the_token() -> None:
    assert application_of(TOKEN) == "140000000000000000"


@pytest.mark.parametrize("token", ["", "not a token", "eA.b.c", "\u4e2d.b.c"])
def test_what_is_no_token_names_no_application(token: str) -> None:
    assert application_of(token) is None


def test_the_link_asks_for_exactly_what_the_library_calls_these_permissions() -> None:
    query = parse_qs(urlsplit(invite_link("42")).query)
    wanted = discord.Permissions(
        view_channel=True,
        send_messages=True,
        attach_files=True,
        read_message_history=True,
        create_public_threads=True,
        send_messages_in_threads=True,
        pin_messages=True,
    )
    assert query["client_id"] == ["42"]
    assert query["scope"] == ["bot applications.commands"]
    assert int(query["permissions"][0]) == wanted.value


@pytest.mark.parametrize("name", ["discord.md", "discord.zh.md"])
def test_the_documentation_gives_a_reason_for_each(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    assert [permission for permission in PERMISSIONS if permission not in text] == []
    assert str(sum(PERMISSIONS.values())) in text
