"""What every answer carries, and which requests are refused before anybody looks at them."""

import pytest
from aiohttp import web
from structlog.testing import capture_logs
from typing_extensions import override
from yarl import URL

from bot.core.errors import StoreError
from bot.core.model import Chat, ChatRef
from bot.core.ports import Bank, Phrases
from tests.fakes.clock import FakeClock
from tests.fakes.memory_store import MemoryStore
from tests.fakes.web_bot import WebBot, web_bot
from tests.fakes.web_tab import Browser, browser

EVERYWHERE = "0.0.0.0"  # noqa: S104  # behind a password, which is what is tried


@pytest.mark.parametrize("path", ["/", "/bank", "/healthz", "/metrics", "/static/main.js", "/nothing", "/bank/topic/x"])
async def test_every_answer_keeps_the_page_to_itself(guest: Browser, path: str) -> None:
    async with guest.session.get(guest.url.join(URL(path))) as response:
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert "Cache-Control" in response.headers


@pytest.mark.parametrize("path", ["/", "/bank", "/login"])
async def test_no_page_has_a_script_or_style_inside_or_from_elsewhere(guest: Browser, path: str) -> None:
    _, page = await guest.get(path)
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page
    assert "https://" not in page.split("</head>")[0].split('id="data"')[0]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "[::2]", "[", "10.0.0.1"]
)
@pytest.mark.parametrize("path", ["/", "/ws", "/bank", "/healthz"])
async def test_a_foreign_name_for_this_machine_is_refused(guest: Browser, host: str, path: str) -> None:
    with capture_logs() as logs:
        status, page = await guest.get(path, Host=host)
    assert status == 403
    assert "QIANMIAN_WEB_HOST" in page
    assert logs[0]["log_level"] == "warning"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "localhost:9", "[::1]:8080", "LOCALHOST:8080"])
async def test_the_names_of_this_machine_are_fine(guest: Browser, host: str) -> None:
    assert (await guest.get("/", Host=host))[0] == 200


async def test_a_host_that_is_markup_is_shown_as_text(guest: Browser) -> None:
    _, page = await guest.get("/", Host="<b>x</b>")
    assert "<b>x</b>" not in page


async def test_open_to_others_any_name_will_do(bank: Bank, phrases: Phrases, clock: FakeClock) -> None:
    async with (
        web_bot(
            bank=bank,
            store=MemoryStore(),
            phrases=phrases,
            clock=clock,
            host=EVERYWHERE,
            password="x",
        ) as running,
        browser(running.url) as guest,
    ):
        assert (await guest.get("/login", Host="study.example.org"))[0] == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1", "file://", "http://[", ""])
async def test_another_sites_page_gets_no_socket(guest: Browser, origin: str) -> None:
    status, page = await guest.get("/ws", Origin=origin)
    assert status == 403
    assert "another site" in page


async def test_a_socket_without_an_origin_is_refused(guest: Browser) -> None:
    assert (await guest.get("/ws"))[0] == 403


async def test_what_is_not_there_is_told_in_the_persons_language(bot: WebBot) -> None:
    async with browser(bot.url, languages="zh-CN,en;q=0.5") as guest:
        status, page = await guest.get("/nothing")
    assert status == 404
    assert "没有这个页面" in page


async def test_what_goes_wrong_can_be_read_in_the_other_language(guest: Browser) -> None:
    _, page = await guest.get("/nothing")
    assert '<a href="?lang=zh" lang="zh-Hans" rel="alternate" class="language">中文</a>' in page
    status, page = await guest.get("/nothing?lang=zh")
    assert status == 404
    assert "没有这个页面" in page
    assert '<a href="?lang=en" lang="en"' in page


async def test_an_address_that_looks_like_another_host_is_not_linked_to(guest: Browser) -> None:
    async with guest.session.get(URL(f"{guest.url}/evil.example/x", encoded=True)) as response:
        assert response.status == 404
        assert "evil.example" not in await response.text()


class LockedStore(MemoryStore):
    """Cannot be read."""

    @override
    async def chat(self, ref: ChatRef) -> Chat | None:
        raise StoreError("the database is locked")


async def test_a_store_that_fails_is_told_and_logged(bank: Bank, phrases: Phrases, clock: FakeClock) -> None:
    async with (
        web_bot(bank=bank, store=LockedStore(), phrases=phrases, clock=clock) as running,
        browser(running.url) as guest,
    ):
        with capture_logs() as logs:
            status, page = await guest.get("/bank")
        assert status == 503
        assert "Something broke on this side" in page
        assert "locked" not in page
        assert logs[0]["error"] == "the database is locked"


async def test_routes_of_others_look_after_themselves(bank: Bank, phrases: Phrases, clock: FakeClock) -> None:
    async def hook(request: web.Request) -> web.Response:
        return web.Response(text=await request.text())

    async with (
        web_bot(
            bank=bank,
            store=MemoryStore(),
            phrases=phrases,
            clock=clock,
            password="x",
            extra_routes=[web.post("/hook/{name}", hook)],
        ) as running,
        browser(running.url) as guest,
    ):
        address = guest.url.join(URL("/hook/telegram"))
        async with guest.session.post(address, data="news", headers={"Host": "bot.example.org"}) as response:
            assert await response.text() == "news"
        assert (await guest.get("/"))[0] == 303
