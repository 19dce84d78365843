"""The daily plan on the page: subscribing, the settings panel, and forms that are filled in wrongly."""

from datetime import time

import pytest
from playwright.async_api import Page, expect

from bot.core.model import Plan
from tests.browser.conftest import World
from tests.fakes.page_people import bubbles, chat_of, latest, press, say

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def plan_of(world: World, page: Page) -> Plan:
    subscription = await world.bot.store.subscription(await chat_of(page))
    assert subscription is not None
    return subscription.plan


async def test_one_button_subscribes(world: World) -> None:
    page = await world.open()
    await press(page, "Subscribe")
    await expect(latest(page)).to_contain_text("First question: tomorrow, 09:00")
    assert (await plan_of(world, page)).timetable.times == (time(9),)


async def test_hours_and_days_are_switched_in_the_panel(world: World) -> None:
    page = await world.open()
    await say(page, "/subscribe 9:30 Berlin lora")
    await say(page, "/settings")
    await press(page, "Times")
    await press(page, "20:00")
    await expect(latest(page).get_by_role("button", name="20:00")).to_have_attribute("aria-pressed", "true")
    await press(page, "09:30")
    await expect(latest(page).get_by_role("button", name="09:30")).to_have_count(0)
    await press(page, "← Back")
    await press(page, "Days")
    await press(page, "Sun")
    await expect(latest(page).get_by_role("button", name="Sun")).to_have_attribute("aria-pressed", "false")
    await expect(bubbles(page)).to_have_count(5)
    plan = await plan_of(world, page)
    assert plan.timetable.times == (time(20),)
    assert plan.timetable.weekdays == frozenset(range(6))
    assert plan.timetable.zone == "Europe/Berlin"
    assert plan.topics == ("lora",)


async def test_a_time_is_typed_and_a_wrong_one_can_be_mended(world: World) -> None:
    page = await world.open()
    await say(page, "/subscribe")
    await say(page, "/settings")
    await press(page, "Times")
    await press(page, "Type a time")
    field = latest(page).locator("form.prompt input")
    await field.fill("25:99")
    await field.press("Enter")
    await expect(latest(page).locator(".complaint")).to_contain_text("25:99")
    await expect(field).to_be_focused()
    await field.fill("7:15")
    await field.press("Enter")
    await expect(latest(page).get_by_role("button", name="07:15")).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("form.prompt")).to_have_count(0)
    await expect(bubbles(page)).to_have_count(5)


@pytest.mark.parametrize(
    ("name", "button", "wrong"),
    [("Times", "Type a time", ("25:99", "26:88")), ("Time zone", "Type a zone", ("Atlantis", "Utopia"))],
)
async def test_a_complaint_stands_in_the_form_and_what_was_typed_stays(
    world: World, name: str, button: str, wrong: tuple[str, str]
) -> None:
    page = await world.open()
    await say(page, "/subscribe")
    await say(page, "/settings")
    await press(page, name)
    await press(page, button)
    field = latest(page).locator("form.prompt input")
    for typed in wrong:
        await field.fill(typed)
        await field.press("Enter")
        await expect(latest(page).locator(".complaint")).to_contain_text(typed)
        await expect(field).to_have_value(typed)
        await expect(field).to_be_focused()
        await expect(page.locator("form.prompt")).to_have_count(1)
        await expect(bubbles(page)).to_have_count(5)


async def test_the_focus_stays_where_it_was_pressed(world: World) -> None:
    page = await world.open()
    await say(page, "/subscribe")
    await say(page, "/settings")
    await press(page, "Days")
    sunday = latest(page).get_by_role("button", name="Sun")
    await sunday.focus()
    await page.keyboard.press("Enter")
    await expect(sunday).to_have_attribute("aria-pressed", "false")
    await expect(sunday).to_be_focused()
