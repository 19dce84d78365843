"""What one learner does in direct messages, with the real client over real sockets."""

import asyncio
import json

import pytest

from bot.core.actions import Ask, AskFor, encode
from bot.core.errors import StoreError
from bot.core.model import Chat, ChatRef, LearnerRef, Plan
from bot.platforms.discord.places import DISCORD
from tests.fakes.discord_interactions import MESSAGE, MODAL
from tests.fakes.discord_people import Person
from tests.fakes.discord_rules import FLAG_EPHEMERAL, SECTION, Json, walk
from tests.fakes.discord_world import buttons, is_private, menus, texts
from tests.platforms.discord.conftest import Bot


async def test_a_learner_climbs_from_the_question_to_the_follow_ups(bot: Bot) -> None:
    ann = bot.person()
    (card,) = (await ann.command(ann.dm, "question", id="lora-merge-weights")).replies
    assert {"Hint", "Answer"} <= set(buttons(card))
    await ann.press(card, "Hint")
    assert "### Hint" in texts(card)
    climbed = await ann.press(card, "Answer")
    last = climbed.replies[-1]
    assert "### Answer" in "\n".join(texts(message) for message in climbed.replies)
    assert {"Follow-ups", "Knew it", "Not yet"} <= set(buttons(last))
    assert not any(is_private(message) for message in climbed.replies)


async def test_a_rating_marks_its_button_and_is_kept(bot: Bot) -> None:
    ann = bot.person()
    (card,) = (await ann.command(ann.dm, "question", id="lora-merge-weights")).replies
    climbed = await ann.press(card, "Answer")
    last = climbed.replies[-1]
    await ann.press(last, "Not yet")
    assert "✓ Not yet" in buttons(last)
    assert "-# Noted." in texts(last)
    (kept,) = await bot.store.ratings(LearnerRef(platform=DISCORD, user_id=ann.user["id"]))
    assert kept.question == "lora-merge-weights"


async def test_a_tap_on_a_later_message_of_a_long_answer_changes_that_message_alone(bot: Bot) -> None:
    ann = bot.person()
    (card,) = (await ann.command(ann.dm, "question", id="lora-merge-weights")).replies
    (points,) = (await ann.fill_in(await ann.press(card, "I'd say"), "As I see it, " * 150)).replies
    climbed = await ann.press(points, "Answer")
    await bot.server.until(lambda: len(climbed.replies) > 1)
    before = [texts(message) for message in climbed.replies]
    rated = await ann.press(climbed.replies[-1], "Knew it")
    assert len(rated.replies) == 1
    assert [texts(message) for message in climbed.replies][:-1] == before[:-1]
    assert "✓ Knew it" in buttons(climbed.replies[-1])


async def test_an_entry_of_a_list_is_opened_with_the_button_beside_it(bot: Bot) -> None:
    ann = bot.person()
    (found,) = (await ann.command(ann.dm, "search", words="merge lora weights")).replies
    section = next(part for part in walk(found["components"]) if part["type"] == SECTION)
    opened = await ann.press_id(found, section["accessory"]["custom_id"])
    asked = section["components"][0]["content"].rstrip("…")
    assert asked in texts(opened.replies[0])
    assert {"Hint", "Answer"} <= set(buttons(opened.replies[0]))


async def test_another_question_is_a_new_message(bot: Bot) -> None:
    ann = bot.person()
    (card,) = (await ann.command(ann.dm, "random")).replies
    asked = await ann.press(card, "Another")
    assert asked.callback is not None
    assert asked.callback["type"] == MESSAGE
    assert asked.replies[0]["id"] != card["id"]


async def test_an_own_answer_is_asked_for_in_a_form_and_shown_beside_the_key_points(bot: Bot) -> None:
    ann = bot.person()
    (card,) = (await ann.command(ann.dm, "question", id="lora-merge-weights")).replies
    asked = await ann.press(card, "I'd say")
    assert asked.callback is not None
    assert asked.callback["type"] == MODAL
    (shown,) = (await ann.fill_in(asked, "You *add* BA to W.")).replies
    assert "Your own answer" in texts(shown)
    assert "> You \\*add\\* BA to W." in texts(shown)
    assert "Key points" in texts(shown)


async def test_a_form_that_comes_late_waits_behind_a_button(bot: Bot) -> None:
    """A form cannot follow a promise: Discord takes it only as the first answer."""
    ann = bot.person()
    gate, chat = asyncio.Event(), bot.store.chat

    async def slow(ref: ChatRef) -> Chat | None:
        await gate.wait()
        return await chat(ref)

    bot.store.chat = slow  # type: ignore[method-assign]  # a store that is slow in one place
    options = [{"name": "id", "type": 3, "value": "lora-merge-weights"}]
    asked = await ann.send(ann.dm, 2, {"id": "1", "name": "suggest", "type": 1, "options": options})
    await bot.server.until(lambda: asked.callback)
    gate.set()
    await bot.server.until(lambda: asked.replies)
    (late,) = asked.replies
    assert "What is wrong" in texts(late)
    opened = await ann.press(late, "Write it")
    assert opened.callback is not None
    assert opened.callback["type"] == MODAL


async def test_a_slow_answer_is_promised_in_time(bot: Bot) -> None:
    ann = bot.person()
    bot.painter.gate = asyncio.Event()
    with_formula = next(q for q in bot.bank.questions if "$$" in q.en.answer)
    (card,) = (await ann.command(ann.dm, "question", id=with_formula.id)).replies
    tap = await ann.tap(card, buttons(card)["Answer"]["custom_id"])
    await bot.server.until(lambda: tap.callback)
    assert tap.callback == {"type": 6}
    bot.painter.gate.set()
    await bot.server.until(lambda: tap.edits)
    assert "### Answer" in texts(card)


async def test_saving_is_shown_on_the_card(bot: Bot) -> None:
    ann = bot.person()
    (card,) = (await ann.command(ann.dm, "question", id="lora-merge-weights")).replies
    last = (await ann.press(card, "Answer")).replies[-1]
    await ann.press(last, "Save")
    assert "-# Saved." in texts(last)
    (shelf,) = (await ann.command(ann.dm, "saved")).replies
    assert "One saved question" in texts(shelf)


async def test_ones_own_data_come_as_a_file(bot: Bot) -> None:
    ann = bot.person()
    (told,) = (await ann.command(ann.dm, "me", what="export")).replies
    (file,) = told["attachments"]
    assert file["filename"] == "qianmian-me.json"
    assert json.loads(bot.server.world.uploads[file["url"]])


async def test_a_quiz_is_answered_with_a_letter(bot: Bot) -> None:
    ann = bot.person()
    (quiz,) = (await ann.command(ann.dm, "quiz", topic="lora")).replies
    assert {"A", "B", "C", "D", "The full question"} <= set(buttons(quiz))
    await ann.press_id(quiz, buttons(quiz)["A"]["custom_id"])
    assert "Right." in texts(quiz) or "Not quite" in texts(quiz)


async def test_subscribing_and_changing_the_plan_with_menus(bot: Bot) -> None:
    ann = bot.person()
    (done,) = (await ann.command(ann.dm, "subscribe", time="9:30", zone="Europe/Berlin")).replies
    assert "First question" in texts(done)
    await ann.press(done, "Settings")
    await ann.press(done, "Days")
    await ann.choose(done, "Mon", "Wed")
    plan = await _plan(bot, ann.dm["id"])
    assert plan.timetable.weekdays == {0, 2}
    await ann.press(done, "Back")
    await ann.press(done, "Times")
    await ann.choose(done, "09:30", "07:00")
    plan = await _plan(bot, ann.dm["id"])
    assert [f"{at:%H:%M}" for at in plan.timetable.times] == ["07:00", "09:30"]
    await ann.press(done, "Back")
    await ann.press(done, "Language")
    await ann.press(done, "中文")
    assert "设置" in texts(done)


async def _plan(bot: Bot, chat_id: str) -> Plan:
    subscription = await bot.store.subscription(ChatRef(platform=DISCORD, chat_id=chat_id))
    assert subscription is not None
    return subscription.plan


async def test_choosing_nothing_leaves_the_plan_as_it_is_and_says_why(bot: Bot) -> None:
    ann = bot.person()
    (done,) = (await ann.command(ann.dm, "subscribe")).replies
    await ann.press(done, "Settings")
    await ann.press(done, "Days")
    await ann.choose(done, "Mon")
    (menu,) = menus(done)
    data = {"custom_id": menu["custom_id"], "component_type": 3, "values": []}
    refused = await ann.answered(await ann.send(ann.dm, 3, data, done))
    assert "At least one day" in texts(refused.replies[0])
    assert (await _plan(bot, ann.dm["id"])).timetable.weekdays == {0}


async def _zone_panel(ann: Person) -> Json:
    """A panel open at its page of time zones."""
    (panel,) = (await ann.command(ann.dm, "subscribe")).replies
    await ann.press(panel, "Settings")
    await ann.press(panel, "Time zone")
    return panel


async def test_a_time_zone_is_typed_into_a_form(bot: Bot) -> None:
    ann = bot.person()
    panel = await _zone_panel(ann)
    await ann.fill_in(await ann.press(panel, "Type a zone"), "Tokyo")
    assert (await _plan(bot, ann.dm["id"])).timetable.zone == "Asia/Tokyo"


async def test_the_form_offers_the_zones_where_a_client_is_at_home(bot: Bot) -> None:
    ann = bot.person(locale="pt-BR")
    form = await ann.press(await _zone_panel(ann), "Type a zone")
    assert form.callback is not None
    menu, _ = (label["component"] for label in form.callback["data"]["components"])
    assert menu["options"][0]["label"] == "America/Sao Paulo"
    await ann.fill_in(form, choice="America/Sao Paulo")
    assert (await _plan(bot, ann.dm["id"])).timetable.zone == "America/Sao_Paulo"


async def test_what_is_typed_goes_before_what_is_chosen(bot: Bot) -> None:
    ann = bot.person(locale="pt-BR")
    form = await ann.press(await _zone_panel(ann), "Type a zone")
    await ann.fill_in(form, "Berlin", choice="America/Sao Paulo")
    assert (await _plan(bot, ann.dm["id"])).timetable.zone == "Europe/Berlin"


async def test_an_empty_zone_form_asks_again(bot: Bot) -> None:
    ann = bot.person()
    told = await ann.fill_in(await ann.press(await _zone_panel(ann), "Type a zone"))
    assert "Write it" in buttons(told.replies[-1])
    assert (await _plan(bot, ann.dm["id"])).timetable.zone == "Asia/Shanghai"


async def test_a_zone_that_nobody_knows_gets_the_near_ones_to_choose_from(bot: Bot) -> None:
    """A form cannot follow a form, so they stand in a message, with a button that opens it again."""
    ann = bot.person()
    panel = await _zone_panel(ann)
    told = (await ann.fill_in(await ann.press(panel, "Type a zone"), "Berlim")).replies[-1]
    assert "Berlim" in texts(told)
    assert "Write it" in buttons(told)
    await ann.press(told, "Europe/Berlin")
    assert (await _plan(bot, ann.dm["id"])).timetable.zone == "Europe/Berlin"


@pytest.mark.parametrize(
    "custom_id", ["qm0:9zzz", "somebody else's", "qm0:1r~no-such-question~hint", "qm0:" + "x" * 90]
)
async def test_a_forged_button_gets_a_polite_private_answer(bot: Bot, custom_id: str) -> None:
    ann = bot.person()
    (card,) = (await ann.command(ann.dm, "random")).replies
    answer = await ann.press_id(card, custom_id)
    assert answer.replies[0]["flags"] & FLAG_EPHEMERAL
    assert texts(answer.replies[0])


async def test_a_forged_form_gets_a_polite_answer(bot: Bot) -> None:
    ann = bot.person()
    value = {"type": 4, "id": 2, "custom_id": "text", "value": "hello"}
    for custom_id in ("foreign", f"qm:{encode(AskFor(what=Ask.SAY))}"):
        data = {"custom_id": custom_id, "components": [{"type": 18, "id": 1, "component": value}]}
        answer = await ann.answered(await ann.send(ann.dm, 5, data))
        assert "too old" in texts(answer.replies[0])


async def test_a_double_click_is_answered_twice_and_counted_once(bot: Bot) -> None:
    ann = bot.person()
    (quiz,) = (await ann.command(ann.dm, "quiz")).replies
    custom_id = buttons(quiz)["A"]["custom_id"]
    taps = [await ann.tap(quiz, custom_id) for _ in range(2)]
    for tap in taps:
        await ann.answered(tap)
    assert "Your first answer counts" in texts(quiz)
    assert len(bot.store.picked) == 1


async def test_an_expired_interaction_disturbs_nobody(bot: Bot) -> None:
    ann = bot.person()
    bot.server.fail("POST", "/callback", 404, 10062)
    await ann.send(ann.dm, 2, {"id": "1", "name": "help", "type": 1, "options": []})
    await bot.server.until(lambda: any(path.endswith("callback") for _, path, _ in bot.server.requests))
    assert (await ann.command(ann.dm, "help")).replies


@pytest.mark.parametrize("kind", [RuntimeError, StoreError])
async def test_a_failure_of_ours_is_told_in_a_sentence(bot: Bot, kind: type[Exception]) -> None:
    ann = bot.person()

    async def broken(*_: object, **__: object) -> None:
        raise kind("disk on fire")

    bot.store.ratings = broken  # type: ignore[method-assign,assignment]  # a store that fails in one place
    (told,) = (await ann.command(ann.dm, "random")).replies
    assert "Something went wrong" in texts(told)
    assert "disk" not in texts(told)


async def test_an_unknown_command_names_the_nearest(bot: Bot) -> None:
    ann = bot.person()
    exchange = await ann.answered(await ann.send(ann.dm, 2, {"id": "1", "name": "randon", "type": 1}))
    assert "/random" in texts(exchange.replies[0])


async def test_a_chinese_client_is_spoken_to_in_chinese(bot: Bot) -> None:
    li = bot.person("li", locale="zh-CN")
    (card,) = (await li.command(li.dm, "question", id="lora-merge-weights")).replies
    assert "提示" in buttons(card)


async def test_in_a_crowd_every_answer_is_promised_before_any_is_given(bot: Bot) -> None:
    ann = bot.person()
    data = {"id": "1", "name": "random", "type": 1, "options": []}
    crowd = [await ann.send(ann.dm, 2, data) for _ in range(120)]
    for exchange in crowd:
        await ann.answered(exchange)
    assert all("Answer" in buttons(exchange.replies[0]) for exchange in crowd)
    assert any(exchange.callback == {"type": 5} for exchange in crowd)
