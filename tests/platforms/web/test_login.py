"""The password: who knows it comes in, who guesses has to wait, and nothing of it is stored or logged."""

import base64
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs
from yarl import URL

from bot.core.ports import Bank, Phrases
from bot.platforms.web.login import FREE_TRIES, LIFETIME, LONGEST_WAIT, SESSION_COOKIE, Patience
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.memory_store import MemoryStore
from tests.fakes.web_bot import WebBot, web_bot
from tests.fakes.web_tab import Browser, browser

PASSWORD = "correct horse 电池"
SECOND = timedelta(seconds=1)


@pytest.fixture
async def bot(bank: Bank, store: MemoryStore, phrases: Phrases, clock: FakeClock) -> AsyncIterator[WebBot]:
    """The platform behind a password."""
    async with web_bot(bank=bank, store=store, phrases=phrases, clock=clock, password=PASSWORD) as running:
        yield running


def basic(password: str) -> str:
    return f"Basic {base64.b64encode(f'anybody:{password}'.encode()).decode()}"


async def log_in(guest: Browser, password: str = PASSWORD) -> tuple[int, str]:
    return await guest.post("/login", password=password)


def session_of(guest: Browser) -> str:
    return guest.session.cookie_jar.filter_cookies(guest.url)[SESSION_COOKIE].value


async def test_strangers_are_led_to_the_login_page(guest: Browser) -> None:
    for path in ("/", "/bank", "/bank/question/lora-idea", "/download/x", "/nothing"):
        assert (await guest.get(path))[0] in {303, 404}
    status, page = await guest.get("/login")
    assert status == 200
    assert 'type="password"' in page


async def test_the_login_leads_on_to_the_page_that_was_asked_for(guest: Browser) -> None:
    for asked, leads in (
        ("/bank?lang=en", "/bank?lang=en"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("x:y", "/"),
    ):
        address = (guest.url / "login").with_query(to=asked)
        headers = {"Origin": str(guest.url.origin())}
        form = {"password": PASSWORD}
        async with guest.session.post(address, data=form, headers=headers, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, leads)


async def test_strangers_get_no_socket(guest: Browser) -> None:
    status, page = await guest.get("/ws", Origin=str(guest.url.origin()))
    assert status == 401
    assert "log in first" in page


async def test_health_and_what_the_login_page_looks_like_are_open(guest: Browser) -> None:
    assert (await guest.get("/healthz"))[0] == 200
    assert (await guest.get("/static/base.css"))[0] == 200


async def test_who_knows_the_password_comes_in_and_can_leave(guest: Browser, bot: WebBot) -> None:
    assert (await log_in(guest))[0] == 303
    status, page = await guest.get("/")
    assert status == 200
    assert '"logout": true' in page
    assert (await guest.get("/login"))[0] == 303
    async with guest.tab() as tab:
        assert len(tab.shown) == 1
    session = session_of(guest)
    assert (await guest.post("/logout"))[0] == 303
    assert (await guest.get("/"))[0] == 303
    async with browser(bot.url) as thief:
        thief.session.cookie_jar.update_cookies({SESSION_COOKIE: session}, thief.url)
        assert (await thief.get("/"))[0] == 303


async def test_a_wrong_password_is_told_so_and_logged_without_it(guest: Browser) -> None:
    with capture_logs() as logs:
        status, page = await log_in(guest, "wrong horse")
    assert status == 401
    assert "That is not the password." in page
    assert [line["event"] for line in logs] == ["a wrong password was given"]
    assert "wrong horse" not in str(logs)


@pytest.mark.parametrize("password", ["", "x" * 5000, "correct horse", "😀", "' OR 1=1"])
async def test_other_passwords_do_not_open(guest: Browser, password: str) -> None:
    assert (await log_in(guest, password))[0] == 401
    assert (await guest.get("/"))[0] == 303


async def test_a_form_without_a_password_does_not_open(guest: Browser) -> None:
    assert (await guest.post("/login"))[0] == 401


async def test_a_form_that_is_far_too_long_is_refused(guest: Browser) -> None:
    assert (await log_in(guest, "x" * 1_000_000))[0] == 413


async def test_another_sites_page_cannot_log_anybody_in_or_out(guest: Browser) -> None:
    for path in ("/login", "/logout"):
        for origin in ("https://evil.example", "null"):
            address = guest.url.join(URL(path))
            async with guest.session.post(address, data={}, headers={"Origin": origin}) as response:
                assert response.status == 403


async def test_the_store_holds_neither_the_password_nor_the_session(guest: Browser, store: MemoryStore) -> None:
    await log_in(guest)
    kept = str(store.values)
    assert "web:session:" in kept
    assert session_of(guest) not in kept
    assert PASSWORD not in kept


async def test_a_session_ends_by_itself(guest: Browser, clock: FakeClock) -> None:
    await log_in(guest)
    clock.advance(LIFETIME - SECOND)
    assert (await guest.get("/"))[0] == 200
    clock.advance(2 * SECOND)
    assert (await guest.get("/"))[0] == 303


async def test_a_session_outlives_a_restart_but_not_another_password(
    guest: Browser, store: MemoryStore, bank: Bank, phrases: Phrases, clock: FakeClock
) -> None:
    await log_in(guest)
    session = session_of(guest)
    for password, status in ((PASSWORD, 200), ("another", 303)):
        async with (
            web_bot(bank=bank, store=store, phrases=phrases, clock=clock, password=password) as again,
            browser(again.url) as back,
        ):
            back.session.cookie_jar.update_cookies({SESSION_COOKIE: session}, back.url)
            assert (await back.get("/"))[0] == status


async def test_a_forged_session_opens_nothing(guest: Browser) -> None:
    for forged in ("x", "é" * 40, "a b"):
        assert (await guest.get("/", Cookie=f"{SESSION_COOKIE}={forged}"))[0] == 303


async def test_who_guesses_has_to_wait(guest: Browser, clock: FakeClock) -> None:
    for _ in range(FREE_TRIES):
        assert (await log_in(guest, "guess"))[0] == 401
    status, page = await log_in(guest)
    assert status == 429
    assert "Try again in 2 seconds." in page
    clock.advance(2 * SECOND)
    assert (await log_in(guest))[0] == 303


async def test_metrics_ask_for_the_password(guest: Browser) -> None:
    address = guest.url.join(URL("/metrics"))
    async with guest.session.get(address) as response:
        assert response.status == 401
        assert response.headers["WWW-Authenticate"].startswith("Basic")
    assert (await guest.get("/metrics", Authorization=basic(PASSWORD)))[0] == 200
    async with guest.session.get(address, headers={"Authorization": basic("guess")}) as response:
        assert response.status == 401
        assert response.headers["WWW-Authenticate"].startswith("Basic")
    for garbage in ("Basic", "Basic ****", "Bearer x", "Basic eA=="):
        assert (await guest.get("/metrics", Authorization=garbage))[0] == 401
    await log_in(guest)
    assert (await guest.get("/metrics"))[0] == 200


async def test_cookies_are_out_of_reach_of_scripts_and_other_sites(guest: Browser) -> None:
    address = guest.url.join(URL("/login"))
    headers = {"Origin": str(guest.url.origin()), "X-Forwarded-Proto": "https"}
    async with guest.session.post(
        address, data={"password": PASSWORD}, headers=headers, allow_redirects=False
    ) as response:
        cookie = response.headers["Set-Cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Strict", "Path=/", "Secure"))


def test_waiting_grows_and_is_forgotten() -> None:
    patience = Patience()
    waits = []
    now = NOON
    for _ in range(FREE_TRIES + 12):
        patience.failed("192.0.2.1", now)
        waits.append(patience.wait("192.0.2.1", now))
    assert waits[:FREE_TRIES] == [timedelta()] * (FREE_TRIES - 1) + [SECOND]
    assert waits[FREE_TRIES] == 2 * SECOND
    assert waits[-1] == LONGEST_WAIT
    assert patience.wait("192.0.2.1", now + LONGEST_WAIT) == timedelta()
    assert patience.wait("192.0.2.2", now) == timedelta()
    patience.succeeded("192.0.2.1")
    assert patience.wait("192.0.2.1", now) == timedelta()


def wait_after(failures: int, address: str, now: datetime, asked: str) -> timedelta:
    patience = Patience()
    for _ in range(failures):
        patience.failed(address, now)
    return patience.wait(asked, now)


def test_a_household_of_ipv6_addresses_counts_as_one() -> None:
    assert wait_after(9, "2001:db8::1", NOON, "2001:db8::ffff") > timedelta()
    assert wait_after(9, "2001:db8::1", NOON, "2001:db8:0:1::1") == timedelta()
    assert wait_after(9, "unix socket", NOON, "unix socket") > timedelta()


def test_only_so_many_addresses_are_remembered() -> None:
    patience = Patience()
    for _ in range(9):
        patience.failed("192.0.2.1", NOON)
    for number in range(1000):
        patience.failed(f"10.0.{number // 256}.{number % 256}", NOON)
    assert patience.wait("192.0.2.1", NOON) == timedelta()
