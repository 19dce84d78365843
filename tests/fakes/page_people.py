"""What people do on the page, in a real browser."""

from playwright.async_api import Locator, Page, expect

from bot.core.markup import heading, paragraph
from bot.core.model import ChatRef
from bot.core.replies import Post, Reply
from bot.platforms.web.visitors import CHAT_COOKIE, Visitor


def bubbles(page: Page) -> Locator:
    """Every message, typed and said."""
    return page.locator("#log .bubble")


def latest(page: Page) -> Locator:
    """The latest thing the bot said."""
    return page.locator("#log .bot").last


async def say(page: Page, text: str) -> Locator:
    """Type something and wait for the answer; returns its bubble."""
    before = await page.locator("#log .bot").count()
    await page.locator("#text").fill(text)
    await page.locator("#text").press("Escape")
    await page.locator("#text").press("Enter")
    await expect(page.locator("#log .bot")).to_have_count(before + 1)
    return latest(page)


async def press(page: Page, label: str) -> None:
    """Press a button of the latest bubble."""
    await latest(page).get_by_role("button", name=label, exact=True).click()


async def chat_of(page: Page) -> ChatRef:
    """The chat of the page's browser: its cookie, as the bot names it."""
    cookies = {cookie["name"]: cookie["value"] for cookie in await page.context.cookies()}
    return Visitor(secret=cookies[CHAT_COOKIE], language=None).chat


def daily(chat: ChatRef, words: str, key: str = "d1", *, silent: bool = False) -> Post:
    """A daily question."""
    reply = Reply(blocks=(heading(1, "LoRA · easy"), paragraph(words)))
    return Post(chat=chat, reply=reply, key=key, silent=silent)


async def too_wide(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    wide: int = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    inside: int = await page.evaluate(
        "Math.max(0, ...['#scroller', '#log', 'main'].map((name) => document.querySelector(name))"
        ".filter(Boolean).map((element) => element.scrollWidth - element.clientWidth))"
    )
    return max(wide, inside)
