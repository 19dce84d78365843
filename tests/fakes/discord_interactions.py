"""Interactions on the fake Discord: each is acknowledged once and within three seconds, then edited and followed."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from tests.fakes.discord_forms import answer, form
from tests.fakes.discord_rules import (
    FLAG_COMPONENTS_V2,
    FLAG_EPHEMERAL,
    Json,
    Refused,
    check_choices,
    check_message,
    check_modal,
    must,
)
from tests.fakes.discord_world import World

ACKNOWLEDGE_WITHIN: Final = 3.0
COMMAND, COMPONENT, COMPLETION, SUBMIT = 2, 3, 4, 5
MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9


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


class Interactions:
    """What the bot does about interactions: callbacks, and the webhooks that belong to their tokens."""

    def __init__(self, world: World) -> None:
        self._world: Final = world
        self.exchanges: Final[dict[str, Exchange]] = {}

    def routes(self, api: str) -> list[web.RouteDef]:
        """The routes of this part, below the address of the API."""
        hook = api + "/webhooks/{app}/{token}"
        return [
            web.post(f"{api}/interactions/{{id}}/{{token}}/callback", self._callback),
            web.post(hook, self._followup),
            web.patch(f"{hook}/messages/@original", self._edit_original),
            web.delete(f"{hook}/messages/@original", self._delete_original),
        ]

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
        allowed = {
            COMMAND: {MESSAGE, DEFERRED_MESSAGE, MODAL},
            COMPONENT: {MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, MODAL},
            COMPLETION: {CHOICES},
            SUBMIT: {MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE},
        }[exchange.kind]
        must(kind in allowed, f"callback type {kind} does not answer an interaction of type {exchange.kind}")
        if kind in {UPDATE, DEFERRED_UPDATE}:
            must(exchange.source is not None, "there is no message to update")
            exchange.original = exchange.source
        if kind == MODAL:
            check_modal(data)
        if kind == CHOICES:
            check_choices(data["choices"])
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
        if exchange.kind == SUBMIT:
            meta["triggering_interaction_metadata"] = self._triggering(exchange)
        elif exchange.source is not None:
            meta["interacted_message_id"] = exchange.source["id"]
        message = self._world.say(exchange.channel_id, data, files, interaction_metadata=meta)
        if not message["flags"] & FLAG_EPHEMERAL:
            self._world.messages[exchange.channel_id].append(message)
        return message

    def _triggering(self, exchange: Exchange) -> Json:
        """What is told of the interaction that opened the submitted form."""
        opened: Json = {"id": self._world.id(), "type": COMMAND, "user": exchange.user}
        opened["authorizing_integration_owners"] = {}
        if exchange.source is not None:
            opened |= {"type": COMPONENT, "interacted_message_id": exchange.source["id"]}
        return opened

    def _updated(self, exchange: Exchange, data: Json, files: dict[str, bytes]) -> None:
        assert exchange.original is not None
        kept = exchange.original["flags"] & (FLAG_COMPONENTS_V2 if exchange.original["components"] else 0)
        data.setdefault("flags", kept)
        check_message(data, files, editing=True)
        self._world.show(exchange.original, data, files)
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
        here = self._world.messages[exchange.channel_id]
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
