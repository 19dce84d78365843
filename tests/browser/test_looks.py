"""How the page looks and is worked: phones, colours, the keyboard, pages without script, and the login."""

import pytest
from playwright.async_api import expect

from bot.core.markup import CodeBlock, MathBlock, Table
from bot.core.model import Language, QuestionId
from tests.browser.conftest import MakeWorld, World
from tests.fakes.page_people import bubbles, latest, press, say, too_wide

pytestmark = pytest.mark.asyncio(loop_scope="session")
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}


def widest(world: World, kind: type, count: int) -> list[QuestionId]:
    """The questions with the widest code, formulas or tables."""
    sizes = {
        question.id: max(
            (len(str(part)) for part in world.bank.blocks(question.text(Language.ZH).answer) if isinstance(part, kind)),
            default=0,
        )
        for question in world.bank.questions
    }
    return sorted(sizes, key=lambda id_: -sizes[id_])[:count]


@pytest.mark.parametrize("kind", [CodeBlock, MathBlock, Table])
async def test_on_a_phone_wide_things_scroll_inside_their_frames(world: World, kind: type) -> None:
    page = await world.open(locale="zh-CN", **PHONE)
    for question in widest(world, kind, 2):
        await say(page, f"/question {question}")
        await press(page, "答案")
        await expect(latest(page).locator("summary", has_text="答案")).to_be_visible()
        assert await too_wide(page) == 0
    for question in widest(world, kind, 4):
        await page.goto(f"{world.bot.url}bank/question/{question}")
        await page.locator("details").evaluate_all("(all) => all.forEach((one) => { one.open = true; })")
        assert await too_wide(page) == 0


async def test_everything_of_the_panel_fits_on_a_phone(world: World) -> None:
    page = await world.open(**PHONE)
    await say(page, "/subscribe")
    await say(page, "/settings")
    pages = latest(page).locator("button[data-tap^='1p~']")
    names = [name for name in await pages.all_inner_texts() if name not in {"Preview", "Unsubscribe"}]
    assert len(names) > 5
    for name in names:
        await press(page, name)
        await expect(latest(page).get_by_role("button", name="← Back")).to_be_visible()
        assert await too_wide(page) == 0
        await press(page, "← Back")
    await page.locator("#text").fill("/")
    await expect(page.locator("#palette")).to_be_visible()
    assert await too_wide(page) == 0


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("path", ["bank", "bank/question/rmsnorm-formula", "nothing"])
async def test_the_head_of_the_bank_stands_on_one_line_on_a_phone(world: World, locale: str, path: str) -> None:
    page = await world.visitor(locale=locale, **PHONE)
    world.expected = "404"
    await page.goto(f"{world.bot.url}{path}")
    parts = page.locator("header .name, header nav a, header nav button")
    await expect(parts).to_have_count(5)
    middles = await parts.evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect()).map(({ top, height }) => Math.round(top + height / 2))"
    )
    assert max(middles) - min(middles) <= 2
    assert await page.locator("header .name").evaluate("(name) => name.scrollWidth <= name.clientWidth + 1")
    assert await too_wide(page) == 0


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("width", [320, 390])
async def test_the_head_of_the_chat_stands_on_one_line_on_a_phone(
    make_world: MakeWorld, locale: str, width: int
) -> None:
    world = await make_world(password="open sesame")
    page = await world.visitor(locale=locale, viewport={"width": width, "height": 700})
    await page.goto(world.bot.url)
    await page.locator("[name=password]").fill("open sesame")
    await page.keyboard.press("Enter")
    await expect(page.locator("#state.online")).to_be_attached()
    line = await page.locator("header").evaluate("(head) => head.offsetHeight")
    assert await too_wide(page) == 0
    world.expected = "ERR_CONNECTION_REFUSED"
    await world.stop()
    await expect(page.locator("#state")).to_be_visible()
    assert await page.locator("header").evaluate("(head) => head.offsetHeight") == line
    assert await page.locator("#state").evaluate("(state) => state.offsetHeight") < line
    assert await too_wide(page) == 0


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
async def test_the_composer_is_one_line_high_on_a_phone(world: World, locale: str) -> None:
    page = await world.open(locale=locale, **PHONE)
    field = page.locator("#text")
    await field.fill("x")
    filled = await field.bounding_box()
    await field.fill("")
    empty = await field.bounding_box()
    assert filled is not None
    assert empty is not None
    assert empty["height"] == filled["height"] == 40


async def test_what_scrolls_sideways_fades_where_there_is_more(world: World) -> None:
    page = await world.open(reduced_motion="reduce", **PHONE)
    await say(page, "/question rmsnorm-formula")
    await press(page, "Answer")
    code = latest(page).locator("pre").first

    async def fades() -> list[float]:
        values: list[float] = await code.evaluate(
            "(element) => ['--fade-start', '--fade-end']"
            ".map((name) => parseFloat(getComputedStyle(element).getPropertyValue(name)))"
        )
        return values

    start, end = await fades()
    assert (start, end > 0) == (0, True)
    await code.evaluate("(element) => element.scrollTo(1e6, 0)")
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    start, end = await fades()
    assert (start > 0, end) == (True, 0)


async def test_what_fits_does_not_fade(world: World) -> None:
    page = await world.open()
    await say(page, "/question rmsnorm-formula")
    await press(page, "Answer")
    code = latest(page).locator("pre").first
    assert await code.evaluate("(element) => getComputedStyle(element).getPropertyValue('--fade-end')") == "0px"


async def test_lines_of_code_stand_close(world: World) -> None:
    page = await world.open()
    await say(page, "/question rmsnorm-formula")
    await press(page, "Answer")
    heights = (
        await latest(page)
        .locator("pre code")
        .first.evaluate(
            "(code) => { const { height } = code.getBoundingClientRect(); const style = getComputedStyle(code);"
            " return [height / code.textContent.trimEnd().split('\\n').length, parseFloat(style.fontSize)]; }"
        )
    )
    assert heights[0] / heights[1] < 1.55


async def test_questions_in_a_list_take_up_to_three_lines_and_end_with_a_word(world: World) -> None:
    page = await world.open(**PHONE)
    found = await say(page, "/search lora")
    lines = found.locator("button.long span")
    await expect(lines).to_have_count(8)
    assert await lines.evaluate_all("(all) => all.every((one) => one.scrollHeight <= one.clientHeight)")


async def test_the_colours_of_the_bank_are_those_of_the_chat(world: World) -> None:
    page = await world.visitor(color_scheme="light")
    await page.goto(f"{world.bot.url}bank")
    button = page.locator("#theme")
    await expect(button).to_have_attribute("aria-label", "Colours: as the system")
    await button.click()
    await button.click()
    await expect(button).to_have_attribute("aria-label", "Colours: dark")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.goto(world.bot.url)
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")


async def test_dark_and_light_follow_the_system_until_one_is_chosen(world: World) -> None:
    page = await world.open(color_scheme="dark")

    async def darkness() -> float:
        brightness: float = await page.evaluate(
            "getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).slice(0, 3)"
            ".reduce((sum, part) => sum + Number(part), 0)"
        )
        return brightness

    dark = await darkness()
    await page.emulate_media(color_scheme="light")
    assert await darkness() > 3 * dark
    await page.locator("#theme").click()
    await expect(page.locator(".toast")).to_have_text("Colours: light")
    await page.locator("#theme").click()
    await expect(page.locator(".toast")).to_have_text("Colours: dark")
    assert await darkness() == dark
    await page.reload()
    assert await darkness() == dark
    await page.locator("#theme").click()
    await expect(page.locator(".toast")).to_have_text("Colours: as the system")
    assert await darkness() > 3 * dark


async def test_a_command_is_chosen_and_completed_with_the_keyboard_alone(world: World) -> None:
    page = await world.open()
    field = page.locator("#text")
    await expect(field).to_be_focused()
    await page.keyboard.type("/")
    options = page.get_by_role("option")
    await expect(options.first).to_have_attribute("aria-selected", "true")
    await page.keyboard.type("ra")
    await expect(options).to_have_count(1)
    await page.keyboard.press("Tab")
    await expect(field).to_have_value("/random ")
    await page.keyboard.type("the lora"[4:])
    await expect(options.first).to_contain_text("The LoRA family")
    await expect(field).to_have_attribute("aria-expanded", "true")
    await page.keyboard.press("ArrowDown")
    await expect(field).to_have_attribute("aria-activedescendant", "choice-0")
    await page.keyboard.press("Enter")
    await expect(field).to_have_value("/random lora ")
    await expect(options).to_have_text(["easy", "medium", "hard"])
    await page.keyboard.press("ArrowUp")
    await expect(options.last).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Escape")
    await expect(page.locator("#palette")).to_be_hidden()
    await page.keyboard.press("Enter")
    await expect(bubbles(page)).to_have_count(3)
    await expect(latest(page)).to_contain_text("The LoRA family")
    await expect(field).to_be_focused()


async def test_a_command_that_needs_nothing_is_sent_by_one_enter(world: World) -> None:
    page = await world.open()
    await page.keyboard.type("/hel")
    await page.keyboard.press("Enter")
    await expect(latest(page)).to_contain_text("What I can do")
    await page.keyboard.type("/random")
    await page.keyboard.press("Enter")
    await expect(bubbles(page)).to_have_count(5)
    await page.keyboard.press("ArrowUp")
    await expect(page.locator("#text")).to_have_value("/random")


async def test_a_choice_can_be_clicked_and_zones_are_completed(world: World) -> None:
    page = await world.open()
    await page.locator("#slash").click()
    await page.get_by_role("option").filter(has_text="/subscribe").click()
    await page.keyboard.type("9:30 Berl")
    await page.get_by_role("option").filter(has_text="Europe/Berlin").first.click()
    await expect(page.locator("#text")).to_have_value("/subscribe 9:30 Europe/Berlin ")
    await page.keyboard.press("Enter")
    await expect(latest(page)).to_contain_text("09:30")


async def test_a_question_is_completed_by_any_words(world: World) -> None:
    page = await world.open()
    await page.keyboard.type("/question rmsnorm form")
    # What was found for fewer words may still stand there for a moment.
    await page.get_by_role("option").filter(has_text="rmsnorm-formula").click()
    await expect(page.locator("#text")).to_have_value("/question rmsnorm-formula ")


async def test_a_word_that_is_no_command_is_told_so(world: World) -> None:
    page = await world.open()
    await page.keyboard.type("/zzz")
    await expect(page.locator("#advice")).to_contain_text("No such command")
    await page.keyboard.press("Enter")
    await expect(latest(page)).to_contain_text("There is no command “zzz”")


async def test_shift_and_enter_begin_a_new_line(world: World) -> None:
    page = await world.open()
    await page.keyboard.type("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    await expect(page.locator("#text")).to_have_value("one\ntwo")
    await expect(bubbles(page)).to_have_count(1)


async def test_enter_that_chooses_chinese_characters_sends_nothing(world: World) -> None:
    page = await world.open()
    await page.locator("#text").fill("weitiao")
    await page.locator("#text").evaluate(
        "(field) => field.dispatchEvent("
        "new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }))"
    )
    await expect(page.locator("#text")).to_have_value("weitiao")
    await expect(bubbles(page)).to_have_count(1)


async def test_a_text_that_is_too_long_stays_in_the_field(world: World) -> None:
    page = await world.open()
    await page.locator("#text").fill("x" * 4001)
    await page.locator("#text").press("Enter")
    await expect(page.locator(".toast")).to_have_text("That is too long to send.")
    await expect(page.locator("#text")).to_have_value("x" * 4001)


async def test_every_part_can_be_reached_with_the_tab_key(world: World) -> None:
    page = await world.open()
    await page.locator("#text").evaluate("(field) => field.blur()")
    reached = set()
    for _ in range(20):
        await page.keyboard.press("Tab")
        reached.add(await page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
    assert {"Question bank", "language", "theme", "Try one now", "All commands", "slash", "text"} <= reached


async def test_formulas_are_mathml_in_their_own_font_and_code_is_coloured(world: World) -> None:
    page = await world.open()
    await say(page, "/question rmsnorm-formula")
    await press(page, "Answer")
    formula = latest(page).locator(".formula math").first
    await expect(formula).to_be_visible()
    assert await page.evaluate("document.fonts.check('20px \"Qianmian Math\"')")
    assert await formula.evaluate("(element) => element.namespaceURI") == "http://www.w3.org/1998/Math/MathML"
    keyword = latest(page).locator("pre .kn").first
    code = latest(page).locator("pre").first
    assert await keyword.evaluate("(e) => getComputedStyle(e).color") != await code.evaluate(
        "(e) => getComputedStyle(e).color"
    )


async def test_code_can_be_copied(world: World) -> None:
    page = await world.open(permissions=["clipboard-read", "clipboard-write"])
    await say(page, "/question rmsnorm-formula")
    await press(page, "Answer")
    block = latest(page).locator(".code").first
    await block.hover()
    await block.get_by_role("button", name="Copy").click()
    await expect(block.get_by_role("button")).to_have_text("Copied")
    assert (await page.evaluate("navigator.clipboard.readText()")).startswith("import torch")


async def test_the_bank_works_without_any_script(world: World) -> None:
    page = await world.visitor(java_script_enabled=False)
    await page.goto(world.bot.url)
    await expect(page.locator(".noscript")).to_be_visible()
    await page.locator("nav").get_by_role("link", name="Question bank").click()
    await expect(page.locator("#theme")).to_be_hidden()
    await page.get_by_role("searchbox").fill("rmsnorm formula")
    await page.get_by_role("button", name="Search").click()
    await page.locator(".questions a").first.click()
    await page.locator("summary", has_text="Answer").first.click()
    await expect(page.locator(".formula math").first).to_be_visible()


async def test_a_question_of_the_bank_is_practised_in_the_chat(world: World) -> None:
    page = await world.visitor()
    await page.goto(f"{world.bot.url}bank/question/lora-idea")
    await page.get_by_role("link", name="Practise it in the chat").click()
    await expect(page.locator(".own")).to_contain_text("/question lora-idea")
    await expect(latest(page).get_by_role("button", name="Hint")).to_be_visible()
    await expect(page).to_have_url(world.bot.url)


async def test_one_logs_in_with_the_password_and_out_again(make_world: MakeWorld) -> None:
    world = await make_world(password="open sesame")
    page = await world.visitor()
    await page.goto(world.bot.url)
    await expect(page.get_by_label("Password")).to_be_focused()
    await page.keyboard.type("open says me")
    world.expected = "401"
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("That is not the password.")
    await page.get_by_label("Password").fill("open sesame")
    await page.keyboard.press("Enter")
    await expect(page.locator("#state.online")).to_be_attached()
    await expect(bubbles(page)).to_have_count(1)
    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_label("Password")).to_be_visible()


async def test_a_page_that_is_logged_out_asks_for_the_password_and_leads_back(make_world: MakeWorld) -> None:
    world = await make_world(password="open sesame")
    page = await world.visitor()
    await page.goto(f"{world.bot.url}bank/question/lora-idea")
    await page.get_by_label("Password").fill("open sesame")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{world.bot.url}bank/question/lora-idea")
    await page.goto(world.bot.url)
    await expect(page.locator("#state.online")).to_be_attached()
    world.expected = "Authentication failed|ERR_CONNECTION_REFUSED"
    await page.context.clear_cookies()
    await world.stop()
    await world.start()
    await expect(page.get_by_label("Password")).to_be_focused()
