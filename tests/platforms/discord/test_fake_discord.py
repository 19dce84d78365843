"""The fake server is strict where Discord is strict; otherwise what it lets pass would prove nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.fakes.discord_interactions import ACKNOWLEDGE_WITHIN
from tests.fakes.discord_people import Person
from tests.fakes.discord_rules import FLAG_COMPONENTS_V2, Json, Refused, check_commands, check_message, check_modal
from tests.fakes.discord_server import TOKEN, FakeDiscord

TEXT: Json = {"type": 10, "content": "x"}


def button(custom_id: str = "a", **more: Any) -> Json:
    return {"type": 2, "style": 2, "label": "x", "custom_id": custom_id, **more}


def row(*children: Json) -> Json:
    return {"type": 1, "components": list(children)}


def box(*children: Json, **more: Any) -> Json:
    return {"type": 17, "components": list(children), **more}


def menu(count: int, **more: Any) -> Json:
    return {
        "type": 3,
        "custom_id": "m",
        "options": [{"label": "x", "value": str(number)} for number in range(count)],
        **more,
    }


def gallery(url: str) -> Json:
    return {"type": 12, "items": [{"media": {"url": url}}]}


def check(*components: Json, files: dict[str, bytes] | None = None, **more: Any) -> None:
    check_message({"flags": FLAG_COMPONENTS_V2, "components": list(components), **more}, files or {})


def test_a_message_of_every_component_is_taken() -> None:
    check(
        TEXT,
        box(TEXT, gallery("attachment://a.png"), {"type": 14}, row(button()), accent_color=0xFFFFFF),
        row(menu(25, min_values=0, max_values=25)),
        row(button("b"), {"type": 2, "style": 5, "label": "l", "url": "https://a.org"}),
        {"type": 13, "file": {"url": "attachment://b.json"}},
        {"type": 9, "components": [TEXT], "accessory": button("c")},
        files={"a.png": b"", "b.json": b""},
        nonce="n",
    )


@pytest.mark.parametrize(
    "components",
    [
        (),
        (TEXT,) * 41,
        ({"type": 10, "content": ""},),
        ({"type": 10, "content": "x" * 4001},),
        ({"type": 10, "content": "x" * 2500}, {"type": 10, "content": "x" * 2500}),
        ({"type": 10, "content": "𝔼" * 2001},),
        ({"type": 99},),
        (button(),),
        (box(),),
        (box(box(TEXT)),),
        (box(TEXT, accent_color=1 << 24),),
        (row(),),
        (row(*(button(str(number)) for number in range(6))),),
        (row(button(), menu(1)),),
        (row(TEXT),),
        (row(button(), button()),),
        (row(button("x" * 101)),),
        (row(button(label="x" * 81)),),
        (row(button(label="")),),
        (row(button(style=9)),),
        (row(button(url="https://a.org")),),
        (row({"type": 2, "style": 5, "label": "l", "url": "ftp://a"}),),
        (row({"type": 2, "style": 5, "label": "l", "url": "https://a", "custom_id": "x"}),),
        (row(menu(0)),),
        (row(menu(26)),),
        (row(menu(2, max_values=3)),),
        (row(menu(2, placeholder="x" * 151)),),
        (row({"type": 3, "custom_id": "m", "options": [{"label": "x", "value": "1"}] * 2}),),
        (
            row(
                {
                    "type": 3,
                    "custom_id": "m",
                    "options": [{"label": "x", "value": str(n), "default": True} for n in "ab"],
                }
            ),
        ),
        (gallery("attachment://missing.png"),),
        ({"type": 12, "items": []},),
        ({"type": 13, "file": {"url": "https://a.org"}},),
        ({"type": 14, "spacing": 3},),
        ({"type": 9, "components": [TEXT]},),
    ],
)
def test_components_that_discord_would_refuse_are_refused(components: tuple[Json, ...]) -> None:
    with pytest.raises(Refused) as caught:
        check(*components)
    assert (caught.value.status, caught.value.code) == (400, 50035)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"content": "x" * 2001},
        {"components": [TEXT]},
        {"flags": FLAG_COMPONENTS_V2, "components": [TEXT], "content": "x"},
        {"flags": 1 << 30, "content": "x"},
        {"content": "x", "nonce": "x" * 26},
        {"content": "x", "allowed_mentions": {"parse": ["all"]}},
    ],
)
def test_messages_that_discord_would_refuse_are_refused(body: Json) -> None:
    with pytest.raises(Refused):
        check_message(body, {})


def test_a_file_that_no_component_shows_is_refused() -> None:
    with pytest.raises(Refused):
        check(TEXT, files={"a.png": b""})


def field(**more: Any) -> Json:
    return {"type": 18, "label": "l", "component": {"type": 4, "custom_id": "t", "style": 1, **more}}


def test_a_modal_is_taken() -> None:
    optional = {**field(), "component": menu(2, min_values=0, required=False)}
    check_modal({"title": "t", "custom_id": "c", "components": [optional, field()]})


@pytest.mark.parametrize(
    "data",
    [
        {"title": "t" * 46, "custom_id": "c", "components": [field()]},
        {"title": "t", "custom_id": "", "components": [field()]},
        {"title": "t", "custom_id": "c", "components": []},
        {"title": "t", "custom_id": "c", "components": [row(button())]},
        {"title": "t", "custom_id": "c", "components": [field(label="inside")]},
        {"title": "t", "custom_id": "c", "components": [field(max_length=4001)]},
        {"title": "t", "custom_id": "c", "components": [field(max_length=9, value="v" * 10)]},
        {"title": "t", "custom_id": "c", "components": [{**field(), "label": "l" * 46}]},
        {"title": "t", "custom_id": "c", "components": [{**field(), "component": menu(2, min_values=0)}]},
    ],
)
def test_modals_that_discord_would_refuse_are_refused(data: Json) -> None:
    with pytest.raises(Refused):
        check_modal(data)


def command(**more: Any) -> Json:
    return {"name": "a", "description": "d", "contexts": [0], "integration_types": [0], "options": [], **more}


def option(**more: Any) -> Json:
    return {"type": 3, "name": "o", "description": "d", **more}


def test_commands_are_taken() -> None:
    check_commands([command(options=[option(required=True), option(name="p")], name_localizations={"zh-CN": "随机"})])


@pytest.mark.parametrize(
    "commands",
    [
        [command(), command()],
        [command(name="A")],
        [command(name="a b")],
        [command(name="x" * 33)],
        [command(description="x" * 101)],
        [command(contexts=[])],
        [command(integration_types=[7])],
        [command(name_localizations={"zh": "随机"})],
        [command(options=[option(), option(name="p", required=True)])],
        [command(options=[option(choices=[{"name": "n", "value": "v"}], autocomplete=True)])],
        [command(options=[option(choices=[{"name": "n", "value": "v"}] * 26)])],
        [command(options=[option()] * 26)],
    ],
)
def test_commands_that_discord_would_refuse_are_refused(commands: list[Json]) -> None:
    with pytest.raises(Refused):
        check_commands(commands)


# Over the wire


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {TOKEN}"}) as session:
        yield session


async def ask(http: aiohttp.ClientSession, server: FakeDiscord, method: str, path: str, **body: Any) -> tuple[int, Any]:
    """The status and code or body of one request."""
    async with http.request(method, f"{server.url}/api/v10{path}", json=body) as response:
        text = await response.text()
        found = json.loads(text) if text else {}
        return response.status, found.get("code", found) if isinstance(found, dict) else found


async def test_a_wrong_token_is_refused(server: FakeDiscord) -> None:
    async with aiohttp.ClientSession(headers={"Authorization": "Bot other"}) as http:
        assert (await ask(http, server, "GET", "/users/@me"))[0] == 401


async def test_what_is_not_there_is_not_found(server: FakeDiscord, http: aiohttp.ClientSession) -> None:
    assert await ask(http, server, "GET", "/channels/1") == (404, 10003)
    assert (await ask(http, server, "GET", "/nonsense"))[0] == 404


async def test_the_limit_of_a_channel_is_enforced(server: FakeDiscord, http: aiohttp.ClientSession) -> None:
    channel = server.world.channel(server.world.guild())
    server.rest.limit = (2, 60.0)
    statuses = [(await ask(http, server, "POST", f"/channels/{channel['id']}/messages", content="x"))[0] for _ in "abc"]
    assert statuses == [200, 200, 429]


async def connect(http: aiohttp.ClientSession, server: FakeDiscord, frame: Json) -> aiohttp.ClientWebSocketResponse:
    """A gateway connection that has sent its first frame."""
    socket = await http.ws_connect(server.gateway.url)
    assert (await socket.receive_json())["op"] == 10
    await socket.send_json(frame)
    return socket


def identify(token: str = TOKEN, intents: int = 1) -> Json:
    return {"op": 2, "d": {"token": token, "intents": intents, "shard": [0, 1]}}


@pytest.mark.parametrize(
    ("frame", "code"), [(identify(token="other"), 4004), (identify(intents=1 << 15), 4014), ({"op": 99}, 4001)]
)
async def test_the_gateway_closes_with_the_reason(
    server: FakeDiscord, http: aiohttp.ClientSession, frame: Json, code: int
) -> None:
    socket = await connect(http, server, frame)
    await socket.receive()
    assert socket.close_code == code


async def test_a_session_is_resumed_with_what_was_missed(server: FakeDiscord, http: aiohttp.ClientSession) -> None:
    socket = await connect(http, server, identify())
    ready = await socket.receive_json()
    await socket.close()
    await server.gateway.session.dispatch("MISSED", {})
    session = ready["d"]["session_id"]
    socket = await connect(http, server, {"op": 6, "d": {"session_id": session, "seq": 1, "token": TOKEN}})
    assert [(await socket.receive_json())["t"] for _ in "ab"] == ["MISSED", "RESUMED"]
    await socket.send_json({"op": 1, "d": 3})
    assert (await socket.receive_json())["op"] == 11
    await socket.close()


async def test_an_unknown_session_is_invalid(server: FakeDiscord, http: aiohttp.ClientSession) -> None:
    socket = await connect(http, server, {"op": 6, "d": {"session_id": "?", "seq": 1, "token": TOKEN}})
    assert await socket.receive_json() == {"op": 9, "s": None, "t": None, "d": False}
    await socket.close()


async def test_an_interaction_is_acknowledged_once_and_in_time(
    server: FakeDiscord, http: aiohttp.ClientSession
) -> None:
    socket = await connect(http, server, identify())
    ann = Person(server)
    await server.until(lambda: server.gateway.connected)
    exchange, late = [await ann.send(ann.dm, 2, {"name": "help"}) for _ in "ab"]
    path = f"/interactions/{exchange.id}/{exchange.token}/callback"
    assert (await ask(http, server, "POST", path, type=6, data={}))[0] == 400
    assert (await ask(http, server, "POST", path, type=5, data={}))[0] == 200
    assert await ask(http, server, "POST", path, type=5, data={}) == (400, 40060)
    late.asked_at = asyncio.get_running_loop().time() - ACKNOWLEDGE_WITHIN - 0.1
    path = f"/interactions/{late.id}/{late.token}/callback"
    assert await ask(http, server, "POST", path, type=5, data={}) == (404, 10062)
    assert await ask(http, server, "POST", "/webhooks/1/unknown", content="x") == (404, 10015)
    await socket.close()
