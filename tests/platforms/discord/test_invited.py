"""A server lets people without a manager's permissions run the commands for managers; taps that follow know of it.

Discord asks for Manage Server by default; a server's settings may say otherwise, and Discord enforces them when the
command is run, so in the fake whoever runs one was let.
"""

import copy
from datetime import timedelta

import pytest

from bot.core.model import ChatRef
from bot.platforms.discord.custom_ids import read
from bot.platforms.discord.passes import HOURS
from bot.platforms.discord.places import DISCORD
from tests.fakes.discord_people import Person
from tests.fakes.discord_rules import Json, walk
from tests.fakes.discord_world import buttons, is_private, texts
from tests.platforms.discord.conftest import Bot, connected
from tests.platforms.discord.test_guild import guild_channel


def badges(message: Json) -> set[str]:
    """The passes that a message's controls carry."""
    ids = [read(part["custom_id"]) for part in walk(message["components"]) if part.get("custom_id")]
    return {found.badge for found in ids if found is not None}


async def refused(person: Person, message: Json, label: str = "Settings") -> bool:
    """Whether a press is answered, in private, that only admins may do this."""
    (told,) = (await person.press(message, label)).replies
    return is_private(told) and "Only admins" in texts(told)


async def test_they_change_the_plan_in_a_panel_and_in_forms(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        ann = idle.person("ann")
        (done,) = (await ann.command(channel, "subscribe", time="9:00")).replies
        assert "Subscribed" in texts(done)
        (panel,) = (await ann.press(done, "Settings")).replies
        await ann.press(panel, "More")
        await ann.press(panel, "A thread each")
        await ann.fill_in(await ann.press(panel, "Notify a role"), "4242")
        await ann.press(panel, "Back")
        await ann.press(panel, "Time zone")
        await ann.fill_in(await ann.press(panel, "Type a zone"), "Tokyo")
        subscription = await idle.store.subscription(ChatRef(platform=DISCORD, chat_id=channel["id"]))
    assert subscription is not None
    plan = subscription.plan
    assert (plan.thread, plan.mention, plan.timetable.zone) == (True, "4242", "Asia/Tokyo")


async def test_a_panel_opened_anew_by_the_command_is_good_as_well(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        root, ann = idle.person("root", admin=True), idle.person("ann")
        await root.command(channel, "subscribe")
        (panel,) = (await ann.command(channel, "settings")).replies
        await ann.press(panel, "Days")
        await ann.choose(panel, "Mon")
        subscription = await idle.store.subscription(ChatRef(platform=DISCORD, chat_id=channel["id"]))
    assert subscription is not None
    assert subscription.plan.timetable.weekdays == {0}


async def test_a_pass_opens_nothing_for_another_person(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        ann, ben = idle.person("ann"), idle.person("ben")
        (done,) = (await ann.command(channel, "subscribe")).replies
        assert badges(done) != {""}
        assert await refused(ben, done)


async def test_a_pass_opens_nothing_in_another_channel(idle: Bot) -> None:
    world = idle.server.world
    guild = world.guild()
    here, there = world.channel(guild), world.channel(guild)
    async with connected(idle):
        root, ann = idle.person("root", admin=True), idle.person("ann")
        await root.command(there, "subscribe")
        (done,) = (await ann.command(here, "subscribe")).replies
        carried = {**copy.deepcopy(done), "id": world.id(), "channel_id": there["id"]}
        assert await refused(ann, carried)


@pytest.mark.parametrize("forged", ["anob.0000000000000000", "zzzz{mark}", "x.y"])
async def test_a_pass_that_was_made_up_opens_nothing(idle: Bot, forged: str) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        ann = idle.person("ann")
        (done,) = (await ann.command(channel, "subscribe")).replies
        (badge,) = badges(done)
        for part in walk(done["components"]):
            if part.get("custom_id"):
                part["custom_id"] = part["custom_id"].replace(badge, forged.format(mark=badge[4:]))
        assert await refused(ann, done)


async def test_a_pass_ends_after_some_hours_and_is_not_made_longer_by_taps(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        ann = idle.person("ann")
        (done,) = (await ann.command(channel, "subscribe")).replies
        idle.clock.advance(timedelta(hours=HOURS))
        (panel,) = (await ann.press(done, "Settings")).replies
        assert badges(panel) == badges(done)
        idle.clock.advance(timedelta(hours=1))
        assert await refused(ann, panel, "More")
        assert await refused(ann, done)


async def test_whoever_has_the_permission_needs_no_pass(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        root, ann = idle.person("root", admin=True), idle.person("ann")
        (done,) = (await root.command(channel, "subscribe")).replies
        assert badges(done) == {""}
        (done,) = (await ann.command(channel, "subscribe")).replies
        (panel,) = (await root.press(done, "Settings")).replies
        assert badges(panel) == {""}


async def test_commands_for_everybody_give_no_pass(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        ann = idle.person("ann")
        for name in ("random", "start", "next"):
            (told,) = (await ann.command(channel, name)).replies
            assert badges(told) <= {""}
            assert "Settings" not in buttons(told)


async def test_where_only_the_user_installed_the_app_there_is_no_pass(bot: Bot) -> None:
    elsewhere = {"id": "77", "type": 0, "guild_id": "66", "name": "x", "position": 0, "permission_overwrites": []}
    bot.server.world.channels["77"] = elsewhere
    bot.server.world.messages["77"] = []
    ann = bot.person("ann")
    (told,) = (await ann.command(elsewhere, "subscribe")).replies
    assert "Only admins" in texts(told)
    assert badges(told) <= {""}
