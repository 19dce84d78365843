"""The chat page, its files, and what can be fetched for a while."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from yarl import URL

import bot.platforms.web
from bot.core.commands import COMMANDS, Who
from bot.core.model import ChatRef, Language, Platform
from bot.core.ports import Phrases
from bot.core.replies import Attachment
from bot.platforms.web.downloads import LIFETIME, PATH, Downloads
from bot.platforms.web.pages import SENTENCES
from tests.fakes.clock import FakeClock
from tests.fakes.web_bot import WebBot
from tests.fakes.web_tab import Browser, browser

PAGE = Path(bot.platforms.web.__file__).parent / "page"
CHAT = ChatRef(platform=Platform("web"), chat_id="a")
FILE = Attachment(name="me.json", content=b"{}")


def data_of(page: str) -> dict[str, object]:
    found = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data: dict[str, object] = json.loads(found[1])
    return data


async def test_the_page_brings_its_sentences_in_both_languages(guest: Browser, phrases: Phrases) -> None:
    _, page = await guest.get("/")
    data = data_of(page)
    assert data["language"] == "en"
    assert data["sentences"] == {
        language: {key: phrases.say(language, key) for key in SENTENCES} for language in Language
    }
    assert data["logout"] is False


async def test_the_page_knows_every_command_but_those_of_operators(guest: Browser) -> None:
    data = data_of((await guest.get("/"))[1])
    commands = data["commands"]
    assert isinstance(commands, dict)
    names = [command.name for command in COMMANDS if command.who is not Who.OPERATOR]
    assert [command["name"] for command in commands["zh"]] == names
    assert commands["en"][2]["usage"] == "/random [topic] [difficulty]"


async def test_the_page_is_in_the_browsers_language(bot: WebBot) -> None:
    async with browser(bot.url, languages="zh") as guest:
        _, page = await guest.get("/")
    assert '<html lang="zh-Hans">' in page
    assert data_of(page)["language"] == "zh"


async def test_data_cannot_end_its_element(guest: Browser) -> None:
    _, page = await guest.get("/")
    assert "<" not in page.split('id="data">')[1].split("</script>")[0]


def test_the_scripts_say_nothing_that_they_were_not_given() -> None:
    sources = "".join(path.read_text() for path in PAGE.iterdir() if path.suffix in {".js", ".html"})
    used = set(re.findall(r'"(web-[a-z-]+)"', sources)) | {f"web-theme-{name}" for name in ("auto", "light", "dark")}
    assert used == set(SENTENCES)


async def test_a_visit_keeps_the_cookie_for_as_long_as_browsers_do(guest: Browser) -> None:
    async with guest.session.get(guest.url) as response:
        cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("qm_chat=")
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Strict", "Max-Age=34560000"))
    assert "Secure" not in cookie


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("main.js", "text/javascript"),
        ("chat.css", "text/css"),
        ("icon.svg", "image/svg+xml"),
        ("app.webmanifest", "application/manifest+json"),
        ("math.ttf", "font/ttf"),
    ],
)
async def test_files_have_their_types(guest: Browser, name: str, kind: str) -> None:
    async with guest.session.get(guest.url.join(URL(f"/static/{name}"))) as response:
        assert response.status == 200
        assert response.content_type == kind
        assert len(await response.read()) > 100


async def test_a_file_that_did_not_change_is_not_sent_again(guest: Browser) -> None:
    address = guest.url.join(URL("/static/main.js"))
    async with guest.session.get(address) as response:
        tag = response.headers["ETag"]
    async with guest.session.get(address, headers={"If-None-Match": tag}) as response:
        assert response.status == 304


@pytest.mark.parametrize("name", ["index.html", "nothing.js", "..%2fpages.py", "%2e%2e%2fpages.py", "__init__.py"])
async def test_nothing_but_the_pages_files_is_given_out(guest: Browser, name: str) -> None:
    status, _ = await guest.get(f"/static/{name}")
    assert status == 404


async def test_a_download_that_is_not_there_is_told_so(guest: Browser) -> None:
    status, page = await guest.get("/download/nothing")
    assert status == 410
    assert "/me export" in page


async def test_a_download_has_its_name_and_type(guest: Browser) -> None:
    async with guest.tab() as tab:
        await tab.say("/me export")
        path = tab.latest.split('href="')[1].split('"')[0]
    async with guest.session.get(guest.url.join(URL(path))) as response:
        assert response.headers["Content-Disposition"] == 'attachment; filename="qianmian-me.json"'
        assert response.content_type == "application/json"


def test_a_file_is_there_for_a_while_and_for_its_chat(clock: FakeClock) -> None:
    downloads = Downloads(clock)
    name = downloads.offer(CHAT, FILE).removeprefix(PATH)
    assert downloads.fetch(CHAT, name) == FILE
    assert downloads.fetch(ChatRef(platform=Platform("web"), chat_id="b"), name) is None
    assert downloads.fetch(CHAT, "x") is None
    clock.advance(LIFETIME + timedelta(seconds=1))
    assert downloads.fetch(CHAT, name) is None


def test_only_so_many_files_are_held(clock: FakeClock) -> None:
    downloads = Downloads(clock)
    first = downloads.offer(CHAT, FILE).removeprefix(PATH)
    later = [downloads.offer(CHAT, FILE).removeprefix(PATH) for _ in range(50)]
    assert downloads.fetch(CHAT, first) is None
    assert all(downloads.fetch(CHAT, name) == FILE for name in later)
