"""A Discord that knows as much as a broadcast needs: a gateway with guilds, and messages with the limits' headers."""

import asyncio
import itertools
from typing import Any, Final

from aiohttp import web

from benchmarks.strict_server import ANSWER_AFTER, Runs, run_of
from tests.fakes.discord_gateway import Gateway
from tests.fakes.discord_server import TOKEN, answer
from tests.fakes.discord_world import World

IN_A_GUILD: Final = 100
APPLICATION: Final = "1400000000000000000"


def world_of(channels: int) -> World:
    """Guilds with so many text channels in all; the same ids every time."""
    world = World()
    for number in range(channels):
        if number % IN_A_GUILD == 0:
            guild = world.guild()
        world.channel(guild)
    return world


class DiscordServer:
    """All runs' Discords; `POST /{profile}/{run}/channels?count=N` makes one's guilds beforehand."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._gateways: dict[str, Gateway] = {}
        self._ids = itertools.count(1_500_000_000_000_000_000)
        self._bot = World().bot

    def routes(self) -> list[web.RouteDef]:
        """What a client asks for before and while it sends."""
        run, api = "/{profile}/{run}", "/{profile}/{run}/api/v10"
        return [
            web.post(f"{run}/channels", self.make),
            web.get(f"{run}/gateway", self.connect),
            web.get(f"{api}/users/@me", self.me),
            web.get(f"{api}/oauth2/applications/@me", self.application),
            web.get(f"{api}/gateway/bot", self.gateway_bot),
            web.put(f"{api}/applications/{{app}}/commands", self.commands),
            web.post(f"{api}/channels/{{channel}}/messages", self.post),
        ]

    async def make(self, request: web.Request) -> web.Response:
        """A world for a run."""
        world = world_of(int(request.query["count"]))
        events = [{**world.guild_event(guild)} for guild in world.guilds.values()]
        gateway = Gateway(TOKEN)
        gateway.user, gateway.application_id = world.bot, APPLICATION
        gateway.guilds = lambda: events  # type: ignore[method-assign]  # the world is what knows
        self._gateways[request.match_info["run"]] = gateway
        return web.Response()

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """The gateway."""
        return await self._gateways[request.match_info["run"]].connect(request)

    async def me(self, _: web.Request) -> web.Response:
        """Who the bot is."""
        return answer(self._bot)

    async def application(self, _: web.Request) -> web.Response:
        """The bot's application."""
        named = {"id": APPLICATION, "name": "qianmian", "icon": None, "description": "", "verify_key": "", "flags": 0}
        return answer(
            {**named, "owner": World().bot, "bot_public": True, "bot_require_code_grant": False, "team": None}
        )

    async def gateway_bot(self, request: web.Request) -> web.Response:
        """Where the gateway is."""
        start = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        url = f"ws://{request.host}/{request.match_info['profile']}/{request.match_info['run']}/gateway"
        return answer({"url": url, "shards": 1, "session_start_limit": start})

    async def commands(self, _: web.Request) -> web.Response:
        """Slash commands, which nobody uses here."""
        return answer([])

    async def post(self, request: web.Request) -> web.Response:
        """A message, answered with what stands there now."""
        simple = request.content_type == "application/json"
        body = await request.read()
        channel = request.match_info["channel"]
        wait = run_of(request, self._runs).ask(channel)
        components = (await request.json())["components"] if simple and b"components" in body else []
        await asyncio.sleep(ANSWER_AFTER)
        if wait:
            told = {"message": "You are being rate limited.", "retry_after": wait, "global": True}
            headers = {"Via": "1.1 google", "Retry-After": str(wait), "X-RateLimit-Global": "true"}
            return answer(told, status=429, headers=headers)
        return answer(self._message(channel, components), headers=_LIMITS)

    def _message(self, channel: str, components: list[dict[str, Any]]) -> dict[str, Any]:
        for number, component in enumerate(components, 1):
            component.setdefault("id", number)
        return {
            "id": str(next(self._ids)),
            "channel_id": channel,
            "author": self._bot,
            "timestamp": "2026-11-24T01:00:00+00:00",
            "edited_timestamp": None,
            "type": 0,
            "content": "",
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "pinned": False,
            "flags": 32768,
            "components": components,
        }


# https://docs.discord.com/developers/topics/rate-limits: every channel has a bucket of its own.
_LIMITS: Final = {
    "X-RateLimit-Limit": "5",
    "X-RateLimit-Remaining": "4",
    "X-RateLimit-Reset-After": "5",
    "X-RateLimit-Bucket": "messages",
}
