"""Messages that come by themselves, and pages that were closed, offline, or open twice."""

from dataclasses import replace

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import World
from tests.fakes.page_people import bubbles, chat_of, daily, latest, press, say

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def send(world: World, page: Page, words: str, key: str = "d1", *, silent: bool = False) -> None:
    await world.bot.platform.messenger.send(daily(await chat_of(page), words, key, silent=silent))


async def hide(page: Page, *, hidden: bool) -> None:
    """Make the page believe that it is in the background, or back from there."""
    await page.evaluate(
        "(hidden) => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )


async def test_a_daily_question_arrives_without_a_reload(world: World) -> None:
    page = await world.open()
    await page.evaluate("window.same = true")
    await send(world, page, "Why low rank?")
    await expect(latest(page)).to_contain_text("Why low rank?")
    assert await page.evaluate("window.same")
    await expect(bubbles(page)).to_have_count(2)


async def test_an_answer_leads_back_to_its_question(world: World) -> None:
    page = await world.open(viewport={"width": 900, "height": 500})
    chat = await chat_of(page)
    asked = await world.bot.platform.messenger.send(daily(chat, "Why low rank?"))
    await expect(latest(page)).to_contain_text("Why low rank?")
    for _ in range(2):
        await say(page, "/help")
    answer = replace(daily(chat, "Because.", "d2"), reply_to=asked)
    await world.bot.platform.messenger.send(answer)
    await expect(latest(page)).to_contain_text("Because.")
    await latest(page).get_by_role("link", name="↩ LoRA · easy").click()
    await expect(page.get_by_text("Why low rank?")).to_be_in_viewport()


async def test_a_page_in_the_background_counts_what_came_in_its_title(world: World) -> None:
    page = await world.open()
    await hide(page, hidden=True)
    await send(world, page, "One?")
    await send(world, page, "Two?", "d2")
    await expect(page).to_have_title("(2) 千面 Qianmian")
    await hide(page, hidden=False)
    await expect(page).to_have_title("千面 Qianmian")


async def test_the_system_is_told_of_a_daily_question_in_the_background(world: World) -> None:
    page = await world.visitor()
    await page.add_init_script(
        "window.told = []; window.Notification = class { static permission = 'granted';"
        " constructor(title, { body }) { window.told.push([title, body]); } addEventListener() {} };"
    )
    await page.goto(world.bot.url)
    await expect(page.locator("#state.online")).to_be_attached()
    await hide(page, hidden=True)
    await send(world, page, "Quiet?", "d1", silent=True)
    await expect(page).to_have_title("(1) 千面 Qianmian")
    assert await page.evaluate("window.told") == []
    await send(world, page, "Loud?", "d2")
    await expect(page).to_have_title("(2) 千面 Qianmian")
    assert await page.evaluate("window.told") == [["Today's question is here", "LoRA · easy"]]


async def test_being_told_is_asked_for_once(world: World) -> None:
    page = await world.visitor()
    await page.add_init_script(
        "window.Notification = class { static permission = 'default';"
        " static async requestPermission() { return 'granted'; } };"
    )
    await page.goto(world.bot.url)
    await page.locator("#notify").click()
    await expect(page.locator(".toast")).to_have_text("You will be told when a question arrives.")
    await expect(page.locator("#notify")).to_be_hidden()


async def test_what_was_sent_while_the_bot_restarted_arrives_once(world: World) -> None:
    page = await world.open()
    chat = await chat_of(page)
    world.expected = "ERR_CONNECTION_REFUSED"
    await world.stop()
    await expect(page.locator("#state")).to_have_text("No connection. Trying again…")
    await page.locator("#text").fill("typed while offline")
    await page.locator("#text").press("Enter")
    await expect(page.locator(".own.pending")).to_have_text("typed while offline")
    await world.start()
    await world.bot.platform.messenger.send(daily(chat, "Missed me?"))
    await expect(page.locator("#state.online")).to_be_attached()
    await expect(page.get_by_text("Missed me?")).to_have_count(1)
    await expect(page.locator(".own")).to_have_text([f"typed while offline{'12:00'}"])
    await expect(page.locator(".own.pending")).to_have_count(0)
    await expect(latest(page)).to_contain_text("“typed while offline”")
    await expect(bubbles(page)).to_have_count(4)


async def test_a_button_pressed_offline_says_so_and_goes_out_once_when_the_bot_is_back(world: World) -> None:
    page = await world.open()
    world.expected = "ERR_CONNECTION_REFUSED"
    await world.stop()
    await expect(page.locator("#state")).to_have_text("No connection. Trying again…")
    button = latest(page).get_by_role("button", name="All commands")
    await button.click()
    await button.click()
    await expect(page.locator(".toast")).to_have_text("Not sent yet; it goes out when the connection is back.")
    await expect(button).to_have_attribute("aria-busy", "true")
    await expect(button).to_have_class("unsent")
    await world.start()
    await expect(page.locator("#state.online")).to_be_attached()
    await expect(latest(page)).to_contain_text("What I can do")
    await expect(page.locator(".unsent, [aria-busy]")).to_have_count(0)
    await expect(bubbles(page)).to_have_count(2)
    await say(page, "/next")
    await expect(bubbles(page)).to_have_count(4)


async def test_a_form_asked_for_offline_opens_when_the_bot_is_back(world: World) -> None:
    page = await world.open()
    await say(page, "/question lora-idea")
    world.expected = "ERR_CONNECTION_REFUSED"
    await world.stop()
    await expect(page.locator("#state")).to_have_text("No connection. Trying again…")
    await press(page, "I'd say…")
    await world.start()
    await expect(latest(page).get_by_label("How would you answer?")).to_be_focused()


async def test_the_answer_to_ones_own_tap_comes_into_sight(world: World) -> None:
    page = await world.open(viewport={"width": 900, "height": 500})
    for _ in range(2):
        await say(page, "/help")
    await page.locator("#scroller").evaluate("(element) => element.scrollTo(0, 0)")
    await expect(page.locator("#jump")).to_be_visible()
    await bubbles(page).first.get_by_role("button", name="Try one now").click()
    await expect(latest(page).get_by_role("button", name="Hint")).to_be_in_viewport()
    await expect(page.locator("#jump.news")).to_have_count(0)


async def test_two_tabs_show_the_same(world: World) -> None:
    page = await world.open()
    other = await world.tab(await page.context.new_page())
    await other.goto(world.bot.url)
    await say(page, "/question lora-idea")
    await expect(bubbles(other)).to_have_count(3)
    await press(other, "Answer")
    await expect(latest(page).locator("summary", has_text="Answer")).to_be_visible()
    assert await page.locator("#log").inner_html() == await other.locator("#log").inner_html()


async def test_a_reader_of_older_messages_is_not_torn_away(world: World) -> None:
    page = await world.open(viewport={"width": 900, "height": 500})
    for _ in range(3):
        await say(page, "/help")
    await page.locator("#scroller").evaluate("(element) => element.scrollTo(0, 0)")
    await expect(page.locator("#jump")).to_be_visible()
    await send(world, page, "Below the fold?")
    await expect(page.locator("#jump")).to_have_text("New messages")
    assert await page.locator("#scroller").evaluate("(element) => element.scrollTop") == 0
    await page.locator("#jump").click()
    await expect(page.get_by_text("Below the fold?")).to_be_in_viewport()
    await expect(page.locator("#jump")).to_be_hidden()


async def test_days_are_told_apart(world: World) -> None:
    page = await world.open()
    await page.clock.set_fixed_time("2026-11-26T08:00:00Z")
    await page.reload()
    await expect(page.locator(".day")).to_have_text(["Tuesday, November 24"])


async def test_garbage_over_the_socket_is_answered_and_the_page_goes_on(world: World) -> None:
    page = await world.open()
    answers = await page.evaluate(
        """async () => {
          const socket = new WebSocket(`ws://${location.host}/ws`);
          await new Promise((resolve) => socket.addEventListener("open", resolve));
          const answers = [];
          const next = () => new Promise((resolve) => socket.addEventListener("message", resolve, { once: true }));
          for (const garbage of ["garbage", "[1]", '{"type": 5}', new Uint8Array(8), "x".repeat(1_000_000)]) {
            const answer = next();
            socket.send(garbage);
            answers.push(JSON.parse((await answer).data).type);
          }
          socket.close();
          return answers;
        }"""
    )
    assert answers == ["error"] * 5
    await say(page, "/help")
