"""A strict Discord on loopback: REST with rate limits, interactions and their webhooks, and a gateway.

It refuses what Discord would refuse (`discord_rules`), keeps what stands there (`discord_world`), and lets people
act (`discord_people`). Tests wait with `until`, never by the clock.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Self

from aiohttp import BodyPartReader, web

from tests.fakes.discord_gateway import Gateway
from tests.fakes.discord_rules import (
    FLAG_COMPONENTS_V2,
    FLAG_EPHEMERAL,
    Json,
    Refused,
    check_commands,
    check_message,
    check_modal,
    invalid,
    must,
    sized,
)
from tests.fakes.discord_world import DM, FORUM, NEWS, World

TOKEN: Final = "MTQwMDAwMDAwMDAwMDAwMDAw.GabcDE.fake-token-of-nobody-at-all-000000"
ACKNOWLEDGE_WITHIN: Final = 3.0
PONG, MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 1, 4, 5, 6, 7, 8, 9


@dataclass(slots=True)
class Exchange:
    """One interaction and everything the bot did about it."""

    id: str
    token: str
    channel_id: str
    kind: int
    user: Json
    asked_at: float
    source: Json | None = None
    callback: Json | None = None
    acknowledged_after: float | None = None
    original: Json | None = None
    followups: list[Json] = field(default_factory=list)
    edits: int = 0
    deleted: bool = False
    loading: bool = False

    @property
    def kept(self) -> bool:
        """Whether it was acknowledged, and what was promised has come."""
        if self.deleted:
            return bool(self.followups)
        return self.callback is not None and not self.loading

    @property
    def replies(self) -> list[Json]:
        """The messages that answer it, in order."""
        first = [self.original] if self.original is not None and not self.loading and not self.deleted else []
        return [*first, *self.followups]


@dataclass(slots=True, kw_only=True)
class Fault:
    """Trouble for the next requests that match: an answer, silence, or a cut connection."""

    method: str
    path: str
    times: int
    refusal: Refused | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: Json = field(default_factory=dict)
    hang: bool = False
    after_acting: bool = False


class FakeDiscord:
    """The server. Use as an async context manager; `url` is what the bot is pointed at."""

    def __init__(self, *, token: str = TOKEN) -> None:
        self.world: Final = World()
        self.gateway: Final = Gateway(token)
        self.gateway.user = self.world.bot
        self.gateway.application_id = self.world.id()
        self.gateway.changed = self._changed  # type: ignore[method-assign]  # the server is what waits
        self.gateway.guilds = self._guilds  # type: ignore[method-assign]  # the world is what knows
        self.commands: Final[dict[str, list[Json]]] = {}
        self.syncs = 0
        self.exchanges: Final[dict[str, Exchange]] = {}
        self.requests: Final[list[tuple[str, str, int]]] = []
        self.crossposted: Final[list[str]] = []
        self.faults: Final[list[Fault]] = []
        self.limit: tuple[int, float] = (1000, 1.0)
        self.url = ""
        self.shards = 1
        self._spent: Final[dict[str, list[float]]] = {}
        self._waiters: Final[set[asyncio.Event]] = set()
        self._hanging: Final = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._middleware], client_max_size=30 * 1024 * 1024)
        app.add_routes(self._routes())
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"
        self.gateway.url = f"ws://127.0.0.1:{port}/gateway"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._hanging.set()
        await self._runner.cleanup()

    # Waiting

    def _changed(self) -> None:
        for waiter in self._waiters:
            waiter.set()

    async def until(self, holds: Callable[[], object], *, within: float = 30.0) -> None:
        """Wait until a condition over the server's state holds; a TimeoutError says that it never did."""
        waiter = asyncio.Event()
        self._waiters.add(waiter)
        try:
            async with asyncio.timeout(within):
                while not holds():
                    waiter.clear()
                    await waiter.wait()
        finally:
            self._waiters.discard(waiter)

    def _guilds(self) -> list[Json]:
        return [self.world.guild_event(guild) for guild in self.world.guilds.values()]

    # Trouble

    def fail(self, method: str, path: str, status: int, code: int = 0, *, times: int = 1, **body: object) -> None:
        """Answer the next matching requests with an error; `path` is a regular expression."""
        via = {"Via": "1.1 google"} if status == 429 and not body.pop("banned", False) else {}
        refusal = Refused(status, code, f"fault {status}/{code}")
        self.faults.append(Fault(method=method, path=path, times=times, refusal=refusal, headers=via, body=dict(body)))

    def hang(self, method: str, path: str, *, times: int = 1) -> None:
        """Never answer the next matching requests."""
        self.faults.append(Fault(method=method, path=path, times=times, hang=True))

    def cut(self, method: str, path: str, *, after_acting: bool, times: int = 1) -> None:
        """Cut the connection of the next matching requests, before or after doing what they ask."""
        self.faults.append(Fault(method=method, path=path, times=times, after_acting=after_acting))

    def _fault(self, request: web.Request) -> Fault | None:
        for fault in self.faults:
            if fault.times and fault.method == request.method and re.search(fault.path, request.path):
                fault.times -= 1
                return fault
        return None

    # The frame around every request

    @web.middleware
    async def _middleware(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.path == "/gateway":
            return await handler(request)
        try:
            response = await self._answered(request, handler)
        except Refused as refusal:
            response = answer(refusal.body(), status=refusal.status)
        except web.HTTPNotFound:
            response = answer({"code": 0, "message": "404: Not Found"}, status=404)
        self.requests.append((request.method, request.path, response.status))
        self._changed()
        return response

    async def _answered(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        by_token = request.path.startswith(("/api/v10/interactions", "/api/v10/webhooks"))
        if not by_token and request.headers.get("Authorization") != f"Bot {self.gateway.token}":
            raise Refused(401, 0, "401: Unauthorized")
        fault = self._fault(request)
        if fault is not None:
            return await self._troubled(fault, request, handler)
        limited = self._limited(request)
        return limited or await handler(request)

    async def _troubled(
        self, fault: Fault, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if fault.hang:
            await self._hanging.wait()
        if fault.refusal is not None:
            body = {**fault.refusal.body(), **fault.body}
            return answer(body, status=fault.refusal.status, headers=fault.headers)
        if fault.after_acting:
            await handler(request)
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    def _limited(self, request: web.Request) -> web.Response | None:
        match = re.fullmatch(r"/api/v10/channels/(\d+)/messages", request.path)
        if match is None or request.method != "POST":
            return None
        limit, window = self.limit
        now = asyncio.get_running_loop().time()
        spent = [at for at in self._spent.get(match[1], []) if at > now - window]
        self._spent[match[1]] = spent
        if len(spent) >= limit:
            wait = spent[0] + window - now
            body = {"message": "You are being rate limited.", "retry_after": wait, "global": False}
            return answer(body, status=429, headers={"Via": "1.1 google", "Retry-After": str(wait)})
        spent.append(now)
        return None

    def _rate_headers(self, channel_id: str) -> dict[str, str]:
        limit, window = self.limit
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(limit - len(self._spent.get(channel_id, []))),
            "X-RateLimit-Reset-After": str(window),
            "X-RateLimit-Bucket": "messages",
        }

    # Routes

    def _routes(self) -> list[web.RouteDef]:
        api = "/api/v10"
        channel, message = api + "/channels/{channel}", api + "/channels/{channel}/messages/{message}"
        hook = api + "/webhooks/{app}/{token}"
        return [
            web.get("/gateway", self.gateway.connect),
            web.get(f"{api}/users/@me", self._me),
            web.post(f"{api}/users/@me/channels", self._open_dm),
            web.get(f"{api}/oauth2/applications/@me", self._application),
            web.get(f"{api}/gateway/bot", self._gateway_bot),
            web.put(f"{api}/applications/{{app}}/commands", self._put_commands),
            web.put(f"{api}/applications/{{app}}/guilds/{{guild}}/commands", self._put_commands),
            web.get(channel, self._get_channel),
            web.patch(channel, self._patch_channel),
            web.post(f"{channel}/messages", self._post_message),
            web.post(f"{channel}/threads", self._post_forum),
            web.put(f"{channel}/messages/pins/{{message}}", self._pin),
            web.delete(f"{channel}/messages/pins/{{message}}", self._unpin),
            web.patch(message, self._patch_message),
            web.post(f"{message}/threads", self._post_thread),
            web.post(f"{message}/crosspost", self._crosspost),
            web.post(f"{api}/interactions/{{id}}/{{token}}/callback", self._callback),
            web.post(hook, self._followup),
            web.patch(f"{hook}/messages/@original", self._edit_original),
            web.delete(f"{hook}/messages/@original", self._delete_original),
        ]

    async def _me(self, _: web.Request) -> web.Response:
        return answer(self.world.bot)

    async def _application(self, _: web.Request) -> web.Response:
        body = {
            "id": self.gateway.application_id,
            "name": "qianmian",
            "icon": None,
            "description": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "",
            "flags": 0,
            "owner": self.world.user("operator"),
            "team": None,
        }
        return answer(body)

    async def _gateway_bot(self, _: web.Request) -> web.Response:
        start = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return answer({"url": self.gateway.url, "shards": self.shards, "session_start_limit": start})

    async def _put_commands(self, request: web.Request) -> web.Response:
        commands = await request.json()
        check_commands(commands)
        self.syncs += 1
        self.commands[request.match_info.get("guild", "")] = commands
        shown = [{**command, "id": self.world.id(), "application_id": "1", "version": "1"} for command in commands]
        return answer(shown)

    async def _open_dm(self, request: web.Request) -> web.Response:
        person = (await request.json())["recipient_id"]
        for channel in self.world.channels.values():
            if channel["type"] == DM and channel["recipients"][0]["id"] == str(person):
                return answer(channel)
        named = {**self.world.user("somebody"), "id": str(person)}
        return answer(self.world.dm(named))

    async def _get_channel(self, request: web.Request) -> web.Response:
        return answer(self.world.find_channel(request.match_info["channel"]))

    async def _patch_channel(self, request: web.Request) -> web.Response:
        thread = self.world.find_channel(request.match_info["channel"])
        change = await request.json()
        must(set(change) <= {"archived", "locked"}, "only archiving is known here")
        if thread["thread_metadata"]["locked"]:
            raise Refused(403, 50013, "Missing Permissions")
        thread["thread_metadata"].update(change)
        return answer(thread)

    # Messages

    def _writable(self, channel_id: str) -> Json:
        channel = self.world.find_channel(channel_id)
        if channel_id in self.world.denied:
            raise self.world.denied[channel_id]
        meta = channel.get("thread_metadata", {})
        if meta.get("locked"):
            raise Refused(400, 160005, "Thread is locked")
        return channel

    async def _post_message(self, request: web.Request) -> web.Response:
        channel = self._writable(request.match_info["channel"])
        if channel["type"] == FORUM:
            raise Refused(400, 50008, "Cannot send messages in a non-text channel")
        if channel.get("thread_metadata", {}).get("archived"):
            raise Refused(400, 50083, "Thread is archived")
        body, files = await form(request)
        check_message(body, files)
        message = self._posted(channel["id"], body, files)
        return answer(message, headers=self._rate_headers(channel["id"]))

    def _posted(self, channel_id: str, body: Json, files: dict[str, bytes]) -> Json:
        must(not (body.get("flags") or 0) & FLAG_EPHEMERAL, "only interactions are answered privately")
        nonce = (channel_id, str(body.get("nonce")))
        if body.get("enforce_nonce") and nonce in self.world.nonces:
            return self.world.nonces[nonce]
        reference = body.get("message_reference")
        if reference and reference.get("fail_if_not_exists", True):
            self.world.find_message(channel_id, str(reference["message_id"]))
        more = {"message_reference": reference} if reference else {}
        message = self.world.say(channel_id, body, files, **more)
        if body.get("enforce_nonce"):
            self.world.nonces[nonce] = message
        self.world.messages[channel_id].append(message)
        return message

    async def _patch_message(self, request: web.Request) -> web.Response:
        message = self.world.find_message(request.match_info["channel"], request.match_info["message"])
        body, files = await form(request)
        body.setdefault("flags", message["flags"])
        check_message(body, files, editing=True)
        self.world.show(message, body, files)
        message["edits"] = message.get("edits", 0) + 1
        return answer(message)

    async def _post_forum(self, request: web.Request) -> web.Response:
        forum = self._writable(request.match_info["channel"])
        must(forum["type"] == FORUM, "only forums are posted to")
        body, files = await form(request)
        sized(body.get("name"), 1, 100, "name")
        known = {tag["id"] for tag in forum["available_tags"]}
        must({str(tag) for tag in body.get("applied_tags") or []} <= known, "applied_tags")
        must("nonce" not in body["message"], "the first message of a post takes no nonce")
        check_message(body["message"], files)
        thread = self.world.thread(forum, body["name"])
        thread["applied_tags"] = body.get("applied_tags") or []
        message = self._posted(thread["id"], body["message"], files)
        message["id"] = thread["id"]
        await self.gateway.session.dispatch("THREAD_CREATE", thread)
        return answer({**thread, "message": message})

    async def _post_thread(self, request: web.Request) -> web.Response:
        channel = self._writable(request.match_info["channel"])
        message = self.world.find_message(channel["id"], request.match_info["message"])
        body = await request.json()
        if message["id"] in self.world.channels:
            raise Refused(400, 160004, "A thread has already been created for this message")
        thread = self.world.thread(channel, sized(body.get("name"), 1, 100, "name"), thread_id=message["id"])
        must(body.get("auto_archive_duration") in {None, 60, 1440, 4320, 10080}, "auto_archive_duration")
        await self.gateway.session.dispatch("THREAD_CREATE", thread)
        return answer(thread)

    async def _pin(self, request: web.Request) -> web.Response:
        self.world.find_message(request.match_info["channel"], request.match_info["message"])["pinned"] = True
        return web.Response(status=204)

    async def _unpin(self, request: web.Request) -> web.Response:
        self.world.find_message(request.match_info["channel"], request.match_info["message"])["pinned"] = False
        return web.Response(status=204)

    async def _crosspost(self, request: web.Request) -> web.Response:
        channel = self.world.find_channel(request.match_info["channel"])
        if channel["type"] != NEWS:
            raise Refused(400, 50024, "Cannot execute action on this channel type")
        message = self.world.find_message(channel["id"], request.match_info["message"])
        self.crossposted.append(message["id"])
        return answer(message)

    # Interactions

    def _exchange(self, token: str) -> Exchange:
        for exchange in self.exchanges.values():
            if exchange.token == token:
                return exchange
        raise Refused(404, 10015, "Unknown Webhook")

    async def _callback(self, request: web.Request) -> web.Response:
        exchange = self.exchanges.get(request.match_info["id"])
        waited = 0.0 if exchange is None else asyncio.get_running_loop().time() - exchange.asked_at
        if exchange is None or exchange.token != request.match_info["token"] or waited > ACKNOWLEDGE_WITHIN:
            raise Refused(404, 10062, "Unknown interaction")
        if exchange.callback is not None:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        body, files = await form(request)
        self._acknowledged(exchange, body, files)
        exchange.callback = body
        exchange.acknowledged_after = waited
        told = {"id": exchange.id, "type": exchange.kind, "response_message_loading": exchange.loading}
        outcome: Json = {"interaction": told}
        if body["type"] in {MESSAGE, UPDATE} and exchange.original is not None:
            outcome["resource"] = {"type": body["type"], "message": exchange.original}
        return answer(outcome)

    def _acknowledged(self, exchange: Exchange, body: Json, files: dict[str, bytes]) -> None:
        kind, data = body["type"], body.get("data") or {}
        allowed = {2: {4, 5, 9}, 3: {4, 5, 6, 7, 9}, 4: {8}, 5: {4, 5, 6, 7}}[exchange.kind]
        must(kind in allowed, f"callback type {kind} does not answer an interaction of type {exchange.kind}")
        if kind in {UPDATE, DEFERRED_UPDATE}:
            must(exchange.source is not None, "there is no message to update")
            exchange.original = exchange.source
        if kind == MODAL:
            check_modal(data)
        if kind == CHOICES:
            _check_choices(data["choices"])
        if kind == MESSAGE:
            check_message(data, files)
            exchange.original = self._answered_with(exchange, data, files)
        if kind == DEFERRED_MESSAGE:
            exchange.loading = True
            flags = (data.get("flags") or 0) & FLAG_EPHEMERAL
            exchange.original = self._answered_with(exchange, {"flags": flags}, {})
        if kind == UPDATE:
            self._updated(exchange, data, files)

    def _answered_with(self, exchange: Exchange, data: Json, files: dict[str, bytes]) -> Json:
        meta: Json = {
            "id": exchange.id,
            "type": exchange.kind,
            "user": exchange.user,
            "authorizing_integration_owners": {},
        }
        if exchange.source is not None:
            meta["interacted_message_id"] = exchange.source["id"]
        message = self.world.say(exchange.channel_id, data, files, interaction_metadata=meta)
        if not message["flags"] & FLAG_EPHEMERAL:
            self.world.messages[exchange.channel_id].append(message)
        return message

    def _updated(self, exchange: Exchange, data: Json, files: dict[str, bytes]) -> None:
        assert exchange.original is not None
        kept = exchange.original["flags"] & (FLAG_COMPONENTS_V2 if exchange.original["components"] else 0)
        data.setdefault("flags", kept)
        check_message(data, files, editing=True)
        self.world.show(exchange.original, data, files)
        exchange.original["flags"] |= data["flags"] & FLAG_COMPONENTS_V2
        exchange.loading = False
        exchange.edits += 1

    async def _edit_original(self, request: web.Request) -> web.Response:
        exchange = self._exchange(request.match_info["token"])
        if exchange.original is None or exchange.deleted:
            raise Refused(404, 10008, "Unknown Message")
        body, files = await form(request)
        self._updated(exchange, body, files)
        return answer(exchange.original)

    async def _delete_original(self, request: web.Request) -> web.Response:
        exchange = self._exchange(request.match_info["token"])
        if exchange.original is None:
            raise Refused(404, 10008, "Unknown Message")
        exchange.deleted = True
        here = self.world.messages[exchange.channel_id]
        here[:] = [message for message in here if message is not exchange.original]
        return web.Response(status=204)

    async def _followup(self, request: web.Request) -> web.Response:
        exchange = self._exchange(request.match_info["token"])
        if exchange.callback is None:
            raise Refused(404, 10015, "Unknown Webhook")
        body, files = await form(request)
        check_message(body, files)
        if exchange.loading and not exchange.deleted:
            self._updated(exchange, body, files)
            assert exchange.original is not None
            return answer(exchange.original)
        message = self._answered_with(exchange, body, files)
        exchange.followups.append(message)
        return answer(message)


def answer(body: object, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A response of JSON, with the bare content type that Discord's clients look for."""
    return web.Response(
        body=json.dumps(body).encode(), status=status, headers={**(headers or {}), "Content-Type": "application/json"}
    )


def _check_choices(choices: list[Json]) -> None:
    must(len(choices) <= 25, "at most 25 choices")
    for choice in choices:
        sized(choice.get("name"), 1, 100, "name")
        sized(choice.get("value"), 1, 100, "value")


async def form(request: web.Request) -> tuple[Json, dict[str, bytes]]:
    """The JSON of a request and the files that came with it."""
    if not request.content_type.startswith("multipart/"):
        return (await request.json() if request.can_read_body else {}), {}
    body: Json = {}
    files: dict[str, bytes] = {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        if part.name == "payload_json":
            body = json.loads(await part.text())
        else:
            must(bool(re.fullmatch(r"files\[\d+\]", part.name or "")), f"part {part.name}")
            files[part.filename or ""] = bytes(await part.read())
    if not body:
        raise invalid("payload_json is missing")
    return body, files
