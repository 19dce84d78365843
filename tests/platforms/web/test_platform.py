"""The platform as a whole: where it listens, how it is doing, and how it says that it cannot."""

import json

import pytest
from prometheus_client import Counter

from bot.core.ports import Bank, Health, Phrases, State
from bot.platforms.web.platform import CannotListen
from bot.platforms.web.status import overall
from tests.fakes.clock import FakeClock
from tests.fakes.memory_store import MemoryStore
from tests.fakes.web_bot import WebBot, web_bot
from tests.fakes.web_tab import Browser


async def test_a_free_port_is_told(bot: WebBot) -> None:
    assert bot.url.startswith("http://127.0.0.1:")
    assert not bot.url.endswith(":0/")
    assert bot.platform.health() == Health(part="web", state=State.OK)


async def test_it_is_down_before_and_after_it_runs(bank: Bank, phrases: Phrases, clock: FakeClock) -> None:
    async with web_bot(bank=bank, store=MemoryStore(), phrases=phrases, clock=clock) as running:
        pass
    assert running.platform.health().state is State.DOWN


@pytest.mark.parametrize(("host", "shown"), [("0.0.0.0", "127.0.0.1"), ("localhost", "localhost")])  # noqa: S104  # loopback is what is shown
async def test_the_address_is_one_that_a_browser_can_open(
    bank: Bank, phrases: Phrases, clock: FakeClock, host: str, shown: str
) -> None:
    async with web_bot(
        bank=bank, store=MemoryStore(), phrases=phrases, clock=clock, host=host, password="x"
    ) as running:
        assert running.url.startswith(f"http://{shown}:")


async def test_a_port_that_is_taken_is_told_with_what_to_do(
    bot: WebBot, bank: Bank, phrases: Phrases, clock: FakeClock
) -> None:
    port = int(bot.url.rsplit(":", 1)[1].rstrip("/"))
    with pytest.raises(CannotListen, match=f"port {port} .*QIANMIAN_WEB_PORT"):
        async with web_bot(bank=bank, store=MemoryStore(), phrases=phrases, clock=clock, port=port):
            pass


async def test_an_address_of_another_machine_is_told(bank: Bank, phrases: Phrases, clock: FakeClock) -> None:
    with pytest.raises(CannotListen, match=r"192\.0\.2\.1"):
        async with web_bot(
            bank=bank, store=MemoryStore(), phrases=phrases, clock=clock, host="192.0.2.1", password="x"
        ):
            pass


async def health(guest: Browser) -> tuple[int, dict[str, object]]:
    status, text = await guest.get("/healthz")
    body: dict[str, object] = json.loads(text)
    return status, body


async def test_health_tells_of_every_part(bot: WebBot, guest: Browser) -> None:
    bot.parts.append(Health(part="telegram", state=State.DEGRADED, why="it connects again"))
    status, body = await health(guest)
    assert status == 200
    assert body == {
        "state": "degraded",
        "parts": [
            {"part": "telegram", "state": "degraded", "why": "it connects again", "vital": False},
            {"part": "web", "state": "ok", "why": "", "vital": False},
        ],
    }


async def test_a_vital_part_that_is_down_is_an_error(bot: WebBot, guest: Browser) -> None:
    bot.parts.append(Health(part="database", state=State.DOWN, why="the disk is full", vital=True))
    status, body = await health(guest)
    assert status == 503
    assert body["state"] == "down"


def test_the_whole_is_as_well_as_its_parts() -> None:
    fine = Health(part="a", state=State.OK)
    assert overall([fine]) is State.OK
    assert overall([]) is State.OK
    assert overall([fine, Health(part="b", state=State.DOWN)]) is State.DEGRADED
    assert overall([fine, Health(part="b", state=State.DEGRADED, vital=True)]) is State.DEGRADED
    assert overall([fine, Health(part="b", state=State.DOWN, vital=True)]) is State.DOWN


async def test_metrics_are_those_of_the_registry(bot: WebBot, guest: Browser) -> None:
    Counter("qianmian_questions_sent", "Questions sent", registry=bot.registry).inc(3)
    status, text = await guest.get("/metrics")
    assert status == 200
    assert "qianmian_questions_sent_total 3.0" in text


async def test_metrics_count_the_pages_that_are_open(guest: Browser) -> None:
    async with guest.tab(), guest.tab():
        assert "qianmian_web_pages 2.0" in (await guest.get("/metrics"))[1]
