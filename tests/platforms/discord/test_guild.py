"""What a study group does in a guild: private answers, public counts, an admin's panel."""

import pytest

from bot.core import cards
from bot.core.model import ChatRef, Language, Plan, Reveal, Stage
from bot.core.replies import Post
from bot.core.requests import Voice
from bot.locales import FluentPhrases
from bot.platforms.discord.drawing import drawn
from bot.platforms.discord.layout import pages
from bot.platforms.discord.places import DISCORD
from tests.fakes.discord_people import Person
from tests.fakes.discord_rules import Json, walk
from tests.fakes.discord_world import FORUM, GROUP_DM, NEWS, TEXT, VOICE, buttons, is_private, menus, texts
from tests.platforms.discord.conftest import Bot, connected


def guild_channel(bot: Bot, *, kind: int = 0) -> Json:
    """A channel in a new guild, before the bot connects."""
    return bot.server.world.channel(bot.server.world.guild(), kind=kind)


def hidden(message: Json) -> str:
    """The text that is hidden until tapped."""
    boxes = [part for part in message["components"] if part.get("spoiler")]
    return "\n".join(part["content"] for part in walk(boxes) if "content" in part)


async def test_an_answer_is_shown_to_the_presser_alone(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        ann, ben = idle.person("ann"), idle.person("ben")
        (card,) = (await ann.command(channel, "question", id="lora-merge-weights")).replies
        assert not is_private(card)
        before = texts(card)
        for person in (ann, ben):
            answer = (await person.press(card, "Answer")).replies[0]
            assert is_private(answer)
            assert "### Answer" in texts(answer)
        assert texts(card) == before


async def test_counts_on_the_public_message_follow_the_ratings(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        people = [idle.person(name) for name in ("ann", "ben", "cho", "dan", "eve")]
        (card,) = (await people[0].command(channel, "question", id="lora-merge-weights")).replies
        for number, person in enumerate(people):
            answer = (await person.press(card, "Answer")).replies[-1]
            await person.press(answer, "Knew it" if number else "Not yet")
            assert is_private(answer)
        await idle.server.until(lambda: "Knew it 4" in texts(card))
        assert "not yet 1" in texts(card)
        assert card["edits"] <= 5


async def test_what_is_asked_for_in_private_is_answered_in_private(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        ann = idle.person()
        (card,) = (await ann.command(channel, "question", id="lora-merge-weights")).replies
        answer = (await ann.press(card, "Answer")).replies[-1]
        other = await ann.press(answer, "Another")
        assert is_private(other.replies[0])
        assert idle.server.world.messages[channel["id"]] == [card]


async def test_a_public_answer_is_hidden_until_tapped(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        root = idle.person("root", admin=True)
        await root.command(channel, "subscribe", time="9:00")
        ref = ChatRef(platform=DISCORD, chat_id=channel["id"])
        subscription = await idle.store.subscription(ref)
        assert subscription is not None
        assert subscription.plan.reveal is Reveal.PRIVATE
        await _choose_policy(root, channel, "Button for all")
        (card,) = (await root.command(channel, "question", id="lora-merge-weights")).replies
        await root.press(card, "Answer")
        assert not is_private(card)
        assert "### Answer" in texts(card)
        assert "merge" in hidden(card)


async def test_counts_reach_an_answer_of_two_messages(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        root = idle.person("root", admin=True)
        await root.command(channel, "subscribe", time="9:00")
        await _choose_policy(root, channel, "Button for all")
        (card,) = (await root.command(channel, "question", id=_of_two_messages(idle))).replies
        shown = await root.press(card, "Answer")
        await idle.server.until(lambda: shown.followups)
        first, last = texts(card), shown.followups[-1]

        def knew() -> str:
            return next(name for name in buttons(last) if "Knew it" in name)

        assert not is_private(last)
        before = texts(last)
        for count in ("1", "2"):
            await idle.person().press(last, "Knew it")
            await idle.server.until(lambda: count in knew())  # noqa: B023  # awaited at once
        assert texts(last) == before
        assert texts(card) == first


def _of_two_messages(bot: Bot) -> str:
    """A question whose public answer takes two messages."""
    voice = Voice(FluentPhrases(), Language.EN)
    for question in bot.bank.questions:
        whole = cards.card(voice, bot.bank, question, Stage.ANSWER, alone=False)
        if len(pages(drawn(whole, voice), public=True)) == 2:
            return question.id
    raise AssertionError("no answer is so long")


async def _choose_policy(root: Person, channel: Json, label: str) -> None:
    (panel,) = (await root.command(channel, "settings")).replies
    assert is_private(panel)
    await root.press(panel, "Answers")
    await root.press(panel, label)


async def test_an_admin_changes_the_plan_in_a_panel_of_their_own(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        root = idle.person("root", admin=True)
        (done,) = (await root.command(channel, "subscribe", time="8:30", zone="Europe/Berlin", topics="lora")).replies
        assert not is_private(done)
        (panel,) = (await root.command(channel, "settings")).replies
        assert is_private(panel)
        assert "#" in texts(panel)
        await root.press(panel, "More")
        await root.press(panel, "A thread each")
        subscription = await idle.store.subscription(ChatRef(platform=DISCORD, chat_id=channel["id"]))
        assert subscription is not None
        assert subscription.plan.thread
        preview = await root.press((await root.command(channel, "settings")).replies[0], "Preview")
        assert is_private(preview.replies[0])


async def test_two_panels_side_by_side_do_not_undo_each_other(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        root = idle.person("root", admin=True)
        await root.command(channel, "subscribe", time="9:00")
        (first,) = (await root.command(channel, "settings")).replies
        (second,) = (await root.command(channel, "settings")).replies
        for panel in (first, second):
            await root.press(panel, "Times")
        await root.choose(first, "09:00", "10:00")
        await root.choose(second, "09:00", "10:00", "11:00")
        assert [at.hour for at in (await _plan(idle, channel)).timetable.times] == [9, 10, 11]
        await root.choose(first, "10:00")
        await root.choose(second, "10:00", "11:00")
        assert [at.hour for at in (await _plan(idle, channel)).timetable.times] == [10, 11]
        for panel in (first, second):
            await root.press(panel, "Back")
            await root.press(panel, "More")
        for panel in (first, second):
            await root.press(panel, "Silent")
        assert (await _plan(idle, channel)).silent
        for panel in (first, second):
            await root.press(panel, "Back")
        for panel in (first, second):
            await root.press(panel, "Pause")
        assert (await _plan(idle, channel)).paused


async def test_a_menu_that_was_chosen_from_twice_means_the_same_twice(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        root = idle.person("root", admin=True)
        await root.command(channel, "subscribe", time="9:00")
        (panel,) = (await root.command(channel, "settings")).replies
        await root.press(panel, "Times")
        before = {option["label"]: option["value"] for menu in menus(panel) for option in menu["options"]}
        for _ in range(2):
            await root.choose(panel, "09:00", "10:00")
            assert [at.hour for at in (await _plan(idle, channel)).timetable.times] == [9, 10]
        after = {option["label"]: option["value"] for menu in menus(panel) for option in menu["options"]}
        assert after == before


async def _plan(bot: Bot, channel: Json) -> Plan:
    subscription = await bot.store.subscription(ChatRef(platform=DISCORD, chat_id=channel["id"]))
    assert subscription is not None
    return subscription.plan


@pytest.mark.parametrize(
    ("kind", "in_thread", "offered"),
    [
        (TEXT, False, {"A thread each", "Pin it"}),
        (NEWS, False, {"A thread each", "Pin it", "Crosspost"}),
        (VOICE, False, {"Pin it"}),
        (TEXT, True, {"Pin it", "Post to the main chat if this closes"}),
        (FORUM, True, set()),
    ],
)
async def test_a_panel_offers_what_its_place_can_do(
    idle: Bot, kind: int, *, in_thread: bool, offered: set[str]
) -> None:
    channel = guild_channel(idle, kind=kind)
    place = idle.server.world.thread(channel) if in_thread else channel
    async with connected(idle):
        root = idle.person("root", admin=True)
        await root.command(place, "subscribe", time="9:00")
        (panel,) = (await root.command(place, "settings")).replies
        await root.press(panel, "More")
        shown = set(buttons(panel)) | {option["label"] for menu in menus(panel) for option in menu["options"]}
    switches = {"A thread each", "Pin it", "Crosspost", "Post to the main chat if this closes"}
    assert shown & switches == offered
    assert {"Silent", "Notify a role"} <= shown


async def test_nobody_else_may_touch_the_plan(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        root, ann = idle.person("root", admin=True), idle.person("ann")
        (done,) = (await root.command(channel, "subscribe")).replies
        refused = await ann.press(done, "Settings")
        assert is_private(refused.replies[0])
        assert "Only admins" in texts(refused.replies[0])
        root.permissions = 0
        demoted = await root.press(done, "Settings")
        assert "Only admins" in texts(demoted.replies[0])


async def test_an_app_that_only_its_user_installed_cannot_subscribe_a_guild(bot: Bot) -> None:
    elsewhere = {"id": "77", "type": 0, "guild_id": "66", "name": "x", "position": 0, "permission_overwrites": []}
    bot.server.world.channels["77"] = elsewhere
    bot.server.world.messages["77"] = []
    root = bot.person("root", admin=True)
    (told,) = (await root.command(elsewhere, "subscribe")).replies
    assert "Only admins" in texts(told)
    (card,) = (await root.command(elsewhere, "random")).replies
    answer = (await root.press(card, "Answer")).replies[-1]
    assert is_private(answer)
    await root.press(answer, "Knew it")
    await root.command(elsewhere, "help")
    assert not [path for method, path, _ in bot.server.requests if method == "PATCH" and "/channels/" in path]


async def test_what_is_of_use_to_one_person_alone_is_shown_to_them_alone(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        ann = idle.person()
        (told,) = (await ann.command(channel, "help")).replies
        assert "just send words" not in texts(told)
        for name in ("help", "me", "saved", "review"):
            (told,) = (await ann.command(channel, name)).replies
            assert is_private(told), name
        (start,) = (await ann.command(channel, "start")).replies
        assert not is_private(start)
        (told,) = (await ann.press(start, "All commands")).replies
        assert is_private(told)
        (told,) = (await ann.command(ann.dm, "help")).replies
        assert not is_private(told)


async def test_a_new_plan_keeps_the_zone_of_the_channels_around(idle: Bot) -> None:
    world = idle.server.world
    guild = world.guild()
    here, there = world.channel(guild, "here"), world.channel(guild, "there", kind=FORUM)
    async with connected(idle):
        root = idle.person("root", admin=True)
        await root.command(world.thread(there), "subscribe", zone="Europe/Lisbon")
        await root.command(here, "subscribe")
        subscription = await idle.store.subscription(ChatRef(platform=DISCORD, chat_id=here["id"]))
    assert subscription is not None
    assert subscription.plan.timetable.zone == "Europe/Lisbon"


async def test_a_group_of_friends_has_no_plan_but_questions(bot: Bot) -> None:
    ann = bot.person()
    group = bot.server.world.dm(ann.user, kind=GROUP_DM)
    (card,) = (await ann.command(group, "question", id="lora-merge-weights")).replies
    answer = await ann.press(card, "Answer")
    assert is_private(answer.replies[0])


async def test_a_thread_is_a_chat_of_its_own_and_a_forum_one_with_its_posts(idle: Bot) -> None:
    world = idle.server.world
    guild = world.guild()
    text, forum, news = world.channel(guild), world.channel(guild, kind=FORUM), world.channel(guild, kind=NEWS)
    thread, post = world.thread(text), world.thread(forum)
    async with connected(idle):
        root = idle.person("root", admin=True)
        for place in (thread, post, news):
            await root.command(place, "subscribe", time="9:00")
        refs = set(idle.store.subscriptions)
    assert refs == {
        ChatRef(platform=DISCORD, chat_id=text["id"], thread_id=thread["id"]),
        ChatRef(platform=DISCORD, chat_id=forum["id"]),
        ChatRef(platform=DISCORD, chat_id=news["id"]),
    }


async def test_a_quiz_is_answered_in_private(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        ann, ben = idle.person("ann"), idle.person("ben")
        (quiz,) = (await ann.command(channel, "quiz", topic="lora")).replies
        for person in (ann, ben):
            result = await person.press_id(quiz, buttons(quiz)["B"]["custom_id"])
            assert is_private(result.replies[0])
            assert "Right." in texts(result.replies[0]) or "Not quite" in texts(result.replies[0])
        assert len(idle.store.picked) == 2
        await idle.server.until(lambda: "2 answers so far" in texts(quiz))
        assert "Right." not in texts(quiz)


async def test_the_same_words_never_notify_anybody(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        ann = idle.person()
        (found,) = (await ann.command(channel, "search", words="@everyone <@&1> lora")).replies
        assert "@everyone" not in texts(found)
        assert "<@&" not in texts(found).replace("\\<", "")
        assert found["allowed_mentions"] == {"parse": []}


async def test_an_own_answer_stays_private_until_its_author_shares_it(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        ann = idle.person()
        (card,) = (await ann.command(channel, "question", id="lora-merge-weights")).replies
        (mine,) = (await ann.fill_in(await ann.press(card, "I'd say"), "Add BA to W.")).replies
        assert is_private(mine)
        assert {"Your own answer", "Key points"} <= set(headings(mine))
        assert idle.server.world.messages[channel["id"]] == [card]
        (shared,) = (await ann.press(mine, "Share")).replies
        assert not is_private(shared)
        assert "Add BA to W." in texts(shared)
        assert texts(shared).startswith(f"<@{ann.user['id']}>")
        assert shared["allowed_mentions"] == {"parse": []}


def headings(message: Json) -> list[str]:
    """The headings of a message's parts."""
    return [line.removeprefix("### ") for line in texts(message).split("\n") if line.startswith("### ")]


async def test_one_may_answer_for_oneself_beside_a_private_hint_as_well(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        ann = idle.person()
        (card,) = (await ann.command(channel, "question", id="lora-merge-weights")).replies
        hint = (await ann.press(card, "Hint")).replies[0]
        (mine,) = (await ann.fill_in(await ann.press(hint, "I'd say"), "Add BA to W.")).replies
        assert is_private(mine)
        assert "> Add BA to W." in texts(mine)


async def test_an_answer_is_shared_into_the_thread_below_its_question(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        ann = idle.person()
        ref = await idle.knows(channel)
        question = idle.bank.question("lora-merge-weights")
        voice = await idle.service.voice_in(ref)
        daily = Post(chat=ref, reply=cards.card(voice, idle.bank, question, alone=False), key="d1", thread_title="t")
        sent = await idle.platform.messenger.send(daily)
        (card,) = idle.server.world.messages[channel["id"]]
        (mine,) = (await ann.fill_in(await ann.press(card, "I'd say"), "Add BA to W.")).replies
        await ann.press(mine, "Share")
        thread = idle.server.world.messages[sent]
        await idle.server.until(lambda: thread)
        assert "Add BA to W." in texts(thread[0])
        assert idle.server.world.messages[channel["id"]] == [card]


async def test_an_answer_is_shared_once_when_the_server_fails_after_taking_it(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        ann = idle.person()
        ref = await idle.knows(channel)
        voice = await idle.service.voice_in(ref)
        asked = cards.card(voice, idle.bank, idle.bank.question("lora-merge-weights"), alone=False)
        sent = await idle.platform.messenger.send(Post(chat=ref, reply=asked, key="d1", thread_title="t"))
        (card,) = idle.server.world.messages[channel["id"]]
        (mine,) = (await ann.fill_in(await ann.press(card, "I'd say"), "Add BA to W.")).replies
        path = f"/api/v10/channels/{sent}/messages"
        idle.server.fail("POST", f"{path}$", 502, after_acting=True)
        await ann.press(mine, "Share")
        await idle.server.until(lambda: ("POST", path, 200) in idle.server.requests)
        assert len(idle.server.world.messages[sent]) == 1


async def test_an_answer_that_cannot_be_shared_in_the_thread_is_shared_in_the_channel(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        ann = idle.person()
        ref = await idle.knows(channel)
        voice = await idle.service.voice_in(ref)
        asked = cards.card(voice, idle.bank, idle.bank.question("lora-merge-weights"), alone=False)
        sent = await idle.platform.messenger.send(Post(chat=ref, reply=asked, key="d1", thread_title="t"))
        idle.server.world.channels[sent]["thread_metadata"]["locked"] = True
        (card,) = idle.server.world.messages[channel["id"]]
        (mine,) = (await ann.fill_in(await ann.press(card, "I'd say"), "Add BA to W.")).replies
        shared = await ann.press(mine, "Share")
        await idle.server.until(lambda: shared.followups)
        (told,) = shared.followups
        assert not is_private(told)
        assert "Add BA to W." in texts(told)


async def test_a_role_is_chosen_to_be_notified_and_taken_off_again(idle: Bot) -> None:
    channel = guild_channel(idle)
    async with connected(idle):
        root = idle.person("root", admin=True)
        await root.command(channel, "subscribe", time="9:00")
        (panel,) = (await root.command(channel, "settings")).replies
        await root.press(panel, "More")
        await root.fill_in(await root.press(panel, "Notify a role"), "4242")
        assert await _mention(idle, channel) == "4242"
        await root.fill_in(await root.press(panel, "Notifies a role"), "")
        assert await _mention(idle, channel) is None


async def _mention(bot: Bot, channel: Json) -> str | None:
    subscription = await bot.store.subscription(ChatRef(platform=DISCORD, chat_id=channel["id"]))
    assert subscription is not None
    return subscription.plan.mention
