"""The Discord part of the bot: keeps a client connected and takes everything down in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import discord
import structlog
from prometheus_client import CollectorRegistry
from typing_extensions import override

from bot.core.commands import Kind
from bot.core.model import Language
from bot.core.ports import Cause, Clock, Health, Pacer, Painter, Phrases, PlatformPart, State, Store
from bot.core.service import Service
from bot.platforms.discord.answering import Answering
from bot.platforms.discord.channels import Channels
from bot.platforms.discord.client import QianmianClient, find_gateway, point_at
from bot.platforms.discord.faults import SDK_ERRORS, typed
from bot.platforms.discord.forums import Forums
from bot.platforms.discord.managers import Managers
from bot.platforms.discord.messenger import DiscordMessenger
from bot.platforms.discord.metrics import Metrics
from bot.platforms.discord.passes import Passes
from bot.platforms.discord.refreshing import Refresher

_log: Final = structlog.stdlib.get_logger(__name__)

NOT_LOGGED_IN: Final = (
    "Discord refuses the token. Copy it again from the developer portal, under Bot, and set QIANMIAN_DISCORD_TOKEN."
)
BAD_INTENTS: Final = "Discord refuses the intents, although only `guilds` is asked for. Check the application's state."
# https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
AUTHENTICATION_FAILED: Final = 4004
INTENT_CODES: Final = frozenset({4013, 4014})


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Times in seconds; tests shorten them.

    Attributes:
        first: Before the first new attempt to connect; it doubles with each one.
        longest: Before any later attempt, and after a refused token.
        guilds: The silence that ends the start-up of a session.
        identify: Between two sessions, as Discord asks (one in five seconds).
        refresh: Between two edits of the same public message.
        farewell: For what is under way when the bot stops.
    """

    first: float = 5.0
    longest: float = 600.0
    guilds: float = 2.0
    identify: float = 5.0
    refresh: float = 5.0
    farewell: float = 3.0


class DiscordPlatform(PlatformPart):
    """Discord, from its connection to its messages.

    Args:
        token: The bot's token.
        api_url: Another server to talk to; None is Discord itself.
        guild: A guild whose commands are synced at once, for developing; None syncs them everywhere.
        service: The use cases.
        store: The state.
        clock: The time.
        pacer: Keeps the account's limits.
        painter: Draws formulas.
        phrases: What the bot says.
        default_language: Spoken where nobody chose.
        registry: Where the metrics are read.
        waits: How long things take.
    """

    def __init__(
        self,
        *,
        token: str,
        api_url: str | None,
        guild: str | None,
        service: Service,
        store: Store,
        clock: Clock,
        pacer: Pacer,
        painter: Painter,
        phrases: Phrases,
        default_language: Language,
        registry: CollectorRegistry,
        waits: Waits = Waits(),  # frozen
    ) -> None:
        self._service: Final = service
        self._language: Final = default_language
        self._token: Final = token
        self._api_url: Final = api_url
        self._guild: Final = guild
        self._store: Final = store
        self._phrases: Final = phrases
        self._pacer: Final = pacer
        self._waits: Final = waits
        self._metrics: Final = Metrics(registry)
        self._forums: Final = Forums()
        managers = Managers(
            service=service, store=store, clock=clock, pacer=pacer, painter=painter, forums=self._forums
        )
        self._messenger: Final = DiscordMessenger(
            service=service,
            store=store,
            pacer=pacer,
            painter=painter,
            managers=managers,
            metrics=self._metrics,
            forums=self._forums,
        )
        self._refresher: Final = Refresher(self._messenger.edit_at, pause=waits.refresh)
        self._answering: Final = Answering(
            service=service,
            clock=clock,
            painter=painter,
            refresher=self._refresher,
            metrics=self._metrics,
            passes=Passes(token),
        )
        self._channels: Final = Channels(service=service, store=store, clock=clock, messenger=self._messenger)
        self._client: QianmianClient | None = None
        self._trouble = "connecting"

    @property
    @override
    def messenger(self) -> DiscordMessenger:
        return self._messenger

    @override
    def health(self) -> Health:
        if self._client is not None and self._messenger.ready:
            return _health_of(self._client)
        state = State.DOWN if self._trouble in {NOT_LOGGED_IN, BAD_INTENTS} else State.DEGRADED
        cause = Cause.TOKEN if self._trouble == NOT_LOGGED_IN else Cause.AWAY
        return Health(part="discord", state=state, why=self._trouble, cause=cause)

    @override
    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        if self._api_url is not None:
            point_at(self._api_url)
        connecting = asyncio.create_task(self._stay_connected(), name="discord")
        try:
            yield
        finally:
            await self._answering.settle(self._waits.farewell)
            await self._refresher.close()
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)

    async def _stay_connected(self) -> None:
        # The first search builds an index, which would make the first completion slow.
        await asyncio.to_thread(self._service.suggest, Kind.QUESTION, "a", self._language)
        wait = self._waits.first
        while True:
            client = self._new_client()
            try:
                async with client:
                    await self._connect(client)
            except (discord.LoginFailure, discord.PrivilegedIntentsRequired, *SDK_ERRORS) as error:
                self._trouble = _in_words(error)
            except Exception as error:  # noqa: BLE001  # whatever it was, the bot keeps trying and says so
                _log.exception("discord client failed")
                self._trouble = f"the client failed: {type(error).__name__}"
            finally:
                self._client = self._messenger.client = None
                self._metrics.connected(yes=False)
            if client.is_ready():
                wait = self._waits.first
            pause = self._waits.longest if self._trouble in {NOT_LOGGED_IN, BAD_INTENTS} else wait
            _log.warning("discord is not connected", why=self._trouble, again_in=pause)
            await asyncio.sleep(pause)
            wait = min(wait * 2, self._waits.longest)

    async def _connect(self, client: QianmianClient) -> None:
        await client.login(self._token)
        if self._api_url is not None:
            await find_gateway(client)
        self._client = self._messenger.client = client
        await client.connect()
        self._trouble = "the connection ended"

    def _new_client(self) -> QianmianClient:
        return QianmianClient(
            answering=self._answering,
            channels=self._channels,
            forums=self._forums,
            store=self._store,
            phrases=self._phrases,
            pacer=self._pacer,
            metrics=self._metrics,
            guild=self._guild,
            patience=self._waits.guilds,
            identify_pause=self._waits.identify,
        )


def _health_of(client: QianmianClient) -> Health:
    """What posts goes on without the gateway, but nobody who taps is heard there."""
    if not client.away:
        return Health(part="discord", state=State.OK)
    why = f"{len(client.away)} of {client.shard_count} connections to the gateway are lost and being made again"
    return Health(part="discord", state=State.DEGRADED, why=why)


def _in_words(error: Exception) -> str:
    """What is wrong and what to do, in a sentence; never the token."""
    match error:
        case discord.LoginFailure():
            return NOT_LOGGED_IN
        case discord.PrivilegedIntentsRequired():
            return BAD_INTENTS
        case discord.ConnectionClosed(code=code) if code == AUTHENTICATION_FAILED:
            return NOT_LOGGED_IN
        case discord.ConnectionClosed(code=code) if code in INTENT_CODES:
            return BAD_INTENTS
        case _:
            return str(typed(error))
