"""A learner's day on the page: asking, climbing to the answer, rating, searching, quizzes."""

import pytest
from playwright.async_api import expect

from bot.core.model import LearnerRef, Rating
from bot.platforms.web.visitors import PLATFORM
from tests.browser.conftest import World
from tests.fakes.page_people import bubbles, chat_of, latest, press, say

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_first_visit_is_greeted_once(world: World) -> None:
    page = await world.open()
    await expect(bubbles(page)).to_have_count(1)
    await expect(latest(page)).to_contain_text("one good interview question a day")
    await expect(page.locator(".day")).to_have_text("today")
    await page.reload()
    await expect(page.locator("#state.online")).to_be_attached()
    await expect(bubbles(page)).to_have_count(1)


async def test_from_a_random_question_to_its_rated_answer(world: World) -> None:
    page = await world.open()
    await press(page, "Try one now")
    await expect(bubbles(page)).to_have_count(2)
    await press(page, "Hint")
    await expect(latest(page).locator("summary")).to_have_text(["Hint"])
    await press(page, "Key points")
    await expect(latest(page).locator("details[open] summary")).to_have_text(["Key points"])
    await press(page, "Answer")
    await expect(latest(page).locator("summary")).to_have_text(["Key points", "Answer"])
    await expect(latest(page).locator("a[target=_blank]").first).to_have_attribute("rel", "noopener noreferrer")
    await press(page, "Not yet")
    await expect(latest(page).get_by_role("button", name="✓ Not yet")).to_be_visible()
    await expect(page.locator(".toast")).to_contain_text("Noted")
    await expect(bubbles(page)).to_have_count(2)
    learner = LearnerRef(platform=PLATFORM, user_id=(await chat_of(page)).chat_id)
    assert [answered.rating for answered in await world.bot.store.ratings(learner)] == [Rating.MISSED]


async def test_a_command_in_an_answer_is_sent_or_waits_for_its_words(world: World) -> None:
    page = await world.open()
    await say(page, "/help")
    await press(page, "/next")
    await expect(page.locator(".own").last).to_contain_text("/next")
    await expect(latest(page)).to_contain_text("There is no daily question here yet")
    await latest(page).get_by_role("button", name="/subscribe").first.click()
    await expect(page.locator("#text")).to_have_value("/subscribe ")
    await expect(page.locator("#text")).to_be_focused()
    await expect(page.locator("#advice")).to_contain_text("/subscribe [time] [zone] [topics]")


async def test_a_command_in_an_answer_is_reached_with_the_keyboard(world: World) -> None:
    page = await world.open()
    await say(page, "/me")
    export = latest(page).get_by_role("button", name="/me export")
    await export.focus()
    await page.keyboard.press("Enter")
    await expect(latest(page).locator("a.file")).to_be_visible()


async def test_what_the_person_typed_is_never_pressed(world: World) -> None:
    page = await world.open()
    await say(page, "see /help")
    await expect(page.locator(".own").last).to_contain_text("see /help")
    await expect(page.locator(".own button")).to_have_count(0)
    await expect(latest(page).get_by_role("button", name="/help")).to_have_count(0)


async def test_what_is_half_written_outlives_a_change_of_its_card(world: World) -> None:
    page = await world.open()
    await say(page, "/question lora-idea")
    await press(page, "I'd say…")
    field = latest(page).get_by_label("How would you answer?")
    await field.fill("Low rank")
    await press(page, "Hint")
    await expect(latest(page)).to_contain_text("Hint")
    await expect(latest(page).get_by_role("button", name="Hint")).to_have_count(0)
    await expect(field).to_have_value("Low rank")
    await press(page, "I'd say…")
    await expect(page.locator("[aria-busy]")).to_have_count(0)
    await expect(field).to_have_value("Low rank")
    await field.press("Control+Enter")
    await expect(latest(page).locator("blockquote")).to_have_text("Low rank")
    await expect(page.locator("form.prompt")).to_have_count(0)


async def test_an_own_answer_is_typed_into_the_bubble(world: World) -> None:
    page = await world.open()
    await say(page, "/question lora-idea")
    await press(page, "I'd say…")
    field = latest(page).get_by_label("How would you answer?")
    await expect(field).to_be_focused()
    await field.fill("Low rank, <b>frozen</b> weights.")
    await field.press("Control+Enter")
    await expect(latest(page).locator("blockquote")).to_have_text("Low rank, <b>frozen</b> weights.")
    await expect(page.locator("form.prompt")).to_have_count(0)


async def test_a_form_can_be_left_with_escape(world: World) -> None:
    page = await world.open()
    await say(page, "/question lora-idea")
    await press(page, "I'd say…")
    await expect(page.locator("form.prompt textarea")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("form.prompt")).to_have_count(0)
    await say(page, "/suggest lora-idea")
    await expect(page.locator("form.prompt")).to_have_count(1)
    await press(page, "Cancel")
    await expect(page.locator("form.prompt")).to_have_count(0)
    await page.reload()
    await expect(bubbles(page).nth(4)).to_be_visible()
    await expect(page.locator("form.prompt")).to_have_count(0)


async def test_words_are_searched_for_and_lead_to_a_question(world: World) -> None:
    page = await world.open()
    found = await say(page, "rmsnorm formula")
    await expect(found).to_contain_text("about “rmsnorm formula”")
    await found.locator("button.long").first.click()
    await expect(latest(page)).to_contain_text("RMSNorm")
    await expect(latest(page).get_by_role("button", name="Hint")).to_be_visible()


async def test_a_quiz_is_answered_by_pressing_an_option(world: World) -> None:
    page = await world.open()
    quiz = await say(page, "/quiz lora")
    await expect(quiz.locator(".quiz button")).to_have_count(4)
    await quiz.locator(".quiz button").nth(1).click()
    await expect(latest(page)).to_contain_text("✓")
    await expect(latest(page).get_by_role("button", name="Another")).to_be_visible()


async def test_own_data_can_be_downloaded(world: World) -> None:
    page = await world.open()
    await say(page, "/me export")
    async with page.expect_download() as downloading:
        await latest(page).locator("a.file").click()
    download = await downloading.value
    assert download.suggested_filename == "qianmian-me.json"
    assert "/me export" in (await download.path()).read_text()


async def test_whoever_is_forgotten_sees_an_empty_chat(world: World) -> None:
    page = await world.open()
    await say(page, "/me forget")
    await press(page, "Yes, forget me")
    await expect(bubbles(page)).to_have_count(1)
    await expect(latest(page)).to_contain_text("removed")


async def test_the_language_switches_at_once_and_stays(world: World) -> None:
    page = await world.open()
    await page.get_by_role("button", name="中文").click()
    await expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    await expect(page.locator("#text")).to_have_attribute("placeholder", "提问、搜索，或输入 / 查看命令")
    await expect(page.locator(".day")).to_have_text("今天")
    await expect(bubbles(page)).to_have_count(1)
    await expect(await say(page, "/help")).to_contain_text("我会做什么")
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


async def test_a_browser_that_prefers_chinese_gets_it(world: World) -> None:
    page = await world.open(locale="zh-CN")
    await expect(latest(page)).to_contain_text("每天一道好面试题")
