"""The link that adds the bot, and the documentation that explains it."""

import contextlib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from bot.core.errors import NotAllowed
from bot.core.markup import MathBlock, paragraph
from bot.core.replies import Post, Reply
from bot.platforms.discord.invite import PERMISSIONS, application_of, invite_link
from tests.fakes.discord_server import TOKEN
from tests.fakes.discord_world import INVITED
from tests.platforms.discord.conftest import Bot, connected

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


def test_the_bot_of_these_tests_was_invited_with_this_link() -> None:
    assert sum(PERMISSIONS.values()) == INVITED


@pytest.mark.parametrize("name", PERMISSIONS)
async def test_each_permission_is_needed_for_something(idle: Bot, name: str) -> None:
    """With all of them everything arrives (the other tests have them); with one less something does not."""
    world = idle.server.world
    text = world.channel(world.guild())
    thread = world.thread(text)
    words, picture = Reply(blocks=(paragraph("x"),)), Reply(blocks=(MathBlock("x"),))
    async with connected(idle):
        channel, inside = [await idle.knows(place) for place in (text, thread)]
        before = await idle.platform.messenger.send(Post(chat=channel, reply=words, key="d0"))
        world.granted = INVITED & ~PERMISSIONS[name]
        for post in (
            Post(chat=channel, reply=words, key="d1", thread_title="t", pin=True),
            Post(chat=channel, reply=picture, key="d2"),
            Post(chat=channel, reply=words, key="d3", reply_to=before),
            Post(chat=inside, reply=words, key="d4"),
        ):
            with contextlib.suppress(NotAllowed):
                await idle.platform.messenger.send(post)
    assert {400, 403} & {status for _, _, status in idle.server.requests}
