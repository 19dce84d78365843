"""The REST of the fake Discord, without interactions: the application, commands, channels, messages, threads."""

import asyncio
import re
from typing import Final

from aiohttp import web

from tests.fakes.discord_forms import answer, form
from tests.fakes.discord_gateway import Gateway
from tests.fakes.discord_rules import FLAG_EPHEMERAL, Json, Refused, check_commands, check_message, must, sized
from tests.fakes.discord_world import (
    ATTACH,
    CREATE_THREADS,
    DM,
    FORUMS,
    HISTORY,
    NEWS,
    PIN,
    SEND,
    SEND_IN_THREADS,
    TEXT,
    VIEW,
    World,
)


class Rest:
    """Does what is asked for, and keeps the limits of channels."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world: Final = world
        self._gateway: Final = gateway
        self.commands: Final[dict[str, list[Json]]] = {}
        self.syncs = 0
        self.shards = 1
        self.application: Final[Json] = {"flags": 0, "interactions_endpoint_url": None}
        self.crossposted: Final[list[str]] = []
        self.limit: tuple[int, float] = (1000, 1.0)
        self._spent: Final[dict[str, list[float]]] = {}

    def routes(self, api: str) -> list[web.RouteDef]:
        """The routes of this part, below the address of the API."""
        channel, message = api + "/channels/{channel}", api + "/channels/{channel}/messages/{message}"
        return [
            web.get(f"{api}/users/@me", self._me),
            web.post(f"{api}/users/@me/channels", self._open_dm),
            web.get(f"{api}/oauth2/applications/@me", self._application),
            web.get(f"{api}/gateway/bot", self._gateway_bot),
            web.put(f"{api}/applications/{{app}}/commands", self._put_commands),
            web.put(f"{api}/applications/{{app}}/guilds/{{guild}}/commands", self._put_commands),
            web.get(f"{api}/guilds/{{guild}}/threads/active", self._active_threads),
            web.get(channel, self._get_channel),
            web.patch(channel, self._patch_channel),
            web.get(f"{channel}/messages", self._get_messages),
            web.post(f"{channel}/messages", self._post_message),
            web.post(f"{channel}/threads", self._post_forum),
            web.put(f"{channel}/messages/pins/{{message}}", self._pin),
            web.delete(f"{channel}/messages/pins/{{message}}", self._unpin),
            web.patch(message, self._patch_message),
            web.post(f"{message}/threads", self._post_thread),
            web.post(f"{message}/crosspost", self._crosspost),
        ]

    def limited(self, request: web.Request) -> web.Response | None:
        """The refusal of what comes too fast."""
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

    async def _me(self, _: web.Request) -> web.Response:
        return answer(self._world.bot)

    async def _application(self, _: web.Request) -> web.Response:
        body = {
            "id": self._gateway.application_id,
            "name": "qianmian",
            "icon": None,
            "description": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "",
            **self.application,
            "owner": self._world.user("operator"),
            "team": None,
        }
        return answer(body)

    async def _gateway_bot(self, _: web.Request) -> web.Response:
        start = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return answer({"url": self._gateway.url, "shards": self.shards, "session_start_limit": start})

    async def _put_commands(self, request: web.Request) -> web.Response:
        commands = await request.json()
        check_commands(commands)
        self.syncs += 1
        self.commands[request.match_info.get("guild", "")] = commands
        shown = [{**command, "id": self._world.id(), "application_id": "1", "version": "1"} for command in commands]
        return answer(shown)

    async def _open_dm(self, request: web.Request) -> web.Response:
        person = (await request.json())["recipient_id"]
        for channel in self._world.channels.values():
            if channel["type"] == DM and channel["recipients"][0]["id"] == str(person):
                return answer(channel)
        named = {**self._world.user("somebody"), "id": str(person)}
        return answer(self._world.dm(named))

    async def _active_threads(self, request: web.Request) -> web.Response:
        own = [one for one in self._world.channels.values() if one.get("guild_id") == request.match_info["guild"]]
        active = [one for one in own if "thread_metadata" in one and not one["thread_metadata"]["archived"]]
        return answer({"threads": active, "members": []})

    async def _get_channel(self, request: web.Request) -> web.Response:
        return answer(self._world.find_channel(request.match_info["channel"]))

    async def _patch_channel(self, request: web.Request) -> web.Response:
        thread = self._world.demand(request.match_info["channel"], SEND_IN_THREADS)
        change = await request.json()
        must(set(change) <= {"archived", "locked"}, "only archiving is known here")
        if thread["thread_metadata"]["locked"]:
            raise Refused(403, 50013, "Missing Permissions")
        thread["thread_metadata"].update(change)
        return answer(thread)

    # Messages

    def _writable(self, channel_id: str, permissions: int = 0) -> Json:
        channel = self._world.find_channel(channel_id)
        meta = channel.get("thread_metadata", {})
        self._world.demand(channel_id, permissions | (SEND_IN_THREADS if meta else SEND))
        if meta.get("locked") and not meta["archived"]:
            raise Refused(400, 160005, "Thread is locked")
        return channel

    async def _get_messages(self, request: web.Request) -> web.Response:
        channel = self._world.demand(request.match_info["channel"], VIEW)
        if channel["type"] in FORUMS:
            raise Refused(400, 50008, "Cannot send messages in a non-text channel")
        limit = int(request.query.get("limit", "50"))
        must(1 <= limit <= 100, "limit")
        standing = self._world.messages[channel["id"]] if self._world.may(channel, HISTORY) else []
        return answer(standing[: -limit - 1 : -1])

    async def _post_message(self, request: web.Request) -> web.Response:
        body, files = await form(request)
        channel = self._writable(request.match_info["channel"], ATTACH if files else 0)
        if body.get("message_reference") and not self._world.may(channel, HISTORY):
            raise Refused(400, 160002, "Cannot reply without permission to read message history")
        if channel["type"] in FORUMS:
            raise Refused(400, 50008, "Cannot send messages in a non-text channel")
        if channel.get("thread_metadata", {}).get("archived"):
            raise Refused(400, 50083, "Thread is archived")
        check_message(body, files)
        message = self._posted(channel["id"], body, files)
        return answer(message, headers=self._rate_headers(channel["id"]))

    def _posted(self, channel_id: str, body: Json, files: dict[str, bytes]) -> Json:
        must(not (body.get("flags") or 0) & FLAG_EPHEMERAL, "only interactions are answered privately")
        nonce = (channel_id, str(body.get("nonce")))
        if body.get("enforce_nonce") and nonce in self._world.nonces:
            return self._world.nonces[nonce]
        reference = body.get("message_reference")
        if reference and reference.get("fail_if_not_exists", True):
            self._world.find_message(channel_id, str(reference["message_id"]))
        more = {"message_reference": reference} if reference else {}
        message = self._world.say(channel_id, body, files, **more)
        if body.get("enforce_nonce"):
            self._world.nonces[nonce] = message
        self._world.messages[channel_id].append(message)
        return message

    async def _patch_message(self, request: web.Request) -> web.Response:
        message = self._world.find_message(request.match_info["channel"], request.match_info["message"])
        body, files = await form(request)
        self._world.demand(message["channel_id"], ATTACH if files else 0)
        body.setdefault("flags", message["flags"])
        check_message(body, files, editing=True)
        self._world.show(message, body, files)
        message["edits"] = message.get("edits", 0) + 1
        return answer(message)

    async def _post_forum(self, request: web.Request) -> web.Response:
        body, files = await form(request)
        forum = self._writable(request.match_info["channel"], ATTACH if files else 0)
        must(forum["type"] in FORUMS, "only forums are posted to")
        sized(body.get("name"), 1, 100, "name")
        known = {tag["id"] for tag in forum["available_tags"]}
        must({str(tag) for tag in body.get("applied_tags") or []} <= known, "applied_tags")
        must("nonce" not in body["message"], "the first message of a post takes no nonce")
        check_message(body["message"], files)
        thread = self._world.thread(forum, body["name"])
        thread["applied_tags"] = body.get("applied_tags") or []
        message = self._posted(thread["id"], body["message"], files)
        message["id"] = thread["id"]
        await self._gateway.session_of(forum["guild_id"]).dispatch("THREAD_CREATE", thread)
        return answer({**thread, "message": message})

    async def _post_thread(self, request: web.Request) -> web.Response:
        channel = self._world.demand(request.match_info["channel"], CREATE_THREADS)
        if channel["type"] not in {TEXT, NEWS}:
            raise Refused(400, 50024, "Cannot execute action on this channel type")
        message = self._world.find_message(channel["id"], request.match_info["message"])
        body = await request.json()
        if message["id"] in self._world.channels:
            raise Refused(400, 160004, "A thread has already been created for this message")
        thread = self._world.thread(channel, sized(body.get("name"), 1, 100, "name"), thread_id=message["id"])
        must(body.get("auto_archive_duration") in {None, 60, 1440, 4320, 10080}, "auto_archive_duration")
        await self._gateway.session_of(channel["guild_id"]).dispatch("THREAD_CREATE", thread)
        return answer(thread)

    async def _pin(self, request: web.Request) -> web.Response:
        return self._pinned(request, pinned=True)

    async def _unpin(self, request: web.Request) -> web.Response:
        return self._pinned(request, pinned=False)

    def _pinned(self, request: web.Request, *, pinned: bool) -> web.Response:
        channel = self._world.demand(request.match_info["channel"], PIN)
        self._world.find_message(channel["id"], request.match_info["message"])["pinned"] = pinned
        return web.Response(status=204)

    async def _crosspost(self, request: web.Request) -> web.Response:
        channel = self._world.demand(request.match_info["channel"], SEND)
        if channel["type"] != NEWS:
            raise Refused(400, 50024, "Cannot execute action on this channel type")
        message = self._world.find_message(channel["id"], request.match_info["message"])
        self.crossposted.append(message["id"])
        return answer(message)
