"""How the bot is doing: for the operator's supervisor and for Prometheus."""

from collections.abc import Callable, Sequence
from typing import Final

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from bot.core.ports import Health, State


class Status:
    """`/healthz` and `/metrics`."""

    def __init__(self, *, health: Callable[[], Sequence[Health]], registry: CollectorRegistry) -> None:
        self._health: Final = health
        self._registry: Final = registry

    @property
    def routes(self) -> list[web.RouteDef]:
        """The two addresses."""
        return [web.get("/healthz", self._healthz), web.get("/metrics", self._metrics)]

    async def _healthz(self, request: web.Request) -> web.Response:
        """Every part with its state and why; 503 when a vital one is down."""
        del request
        parts = self._health()
        state = overall(parts)
        body = {
            "state": state,
            "parts": [{"part": part.part, "state": part.state, "why": part.why, "vital": part.vital} for part in parts],
        }
        return web.json_response(body, status=503 if state is State.DOWN else 200)

    async def _metrics(self, request: web.Request) -> web.Response:
        del request
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


def overall(parts: Sequence[Health]) -> State:
    """Down when a vital part is down, degraded when any part is not well."""
    if any(part.vital and part.state is State.DOWN for part in parts):
        return State.DOWN
    return State.OK if all(part.state is State.OK for part in parts) else State.DEGRADED
