"""The discord.py client as we use it: guild events and interactions, and nothing kept that we do not need."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import aiohttp
import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from typing_extensions import override

from bot.core.ports import Pacer, Phrases, Store
from bot.platforms.discord.account import rest_base
from bot.platforms.discord.answering import Answering
from bot.platforms.discord.buckets import sweep_seldom
from bot.platforms.discord.channels import Channels
from bot.platforms.discord.commands import sync
from bot.platforms.discord.controls import ActionItem
from bot.platforms.discord.faults import SDK_ERRORS, typed
from bot.platforms.discord.forums import Forums
from bot.platforms.discord.metrics import Metrics
from bot.platforms.discord.slimming import keep_little
from bot.platforms.discord.tracing import traced

_log: Final = structlog.stdlib.get_logger(__name__)

CONNECTIONS: Final = 100
"""At once to one host. A thousand answers that each open one would wait for the handshakes, not for each other."""
LONGEST_WAIT: Final = 30.0
"""Seconds that the library may wait for a route by itself; longer pauses come to us."""


class QianmianClient(discord.AutoShardedClient):
    """One connection to Discord, used once; the platform makes a new one after it ended.

    Attributes:
        away: The shards that lost the gateway and are not back yet.
    """

    def __init__(
        self,
        *,
        answering: Answering,
        channels: Channels,
        forums: Forums,
        store: Store,
        phrases: Phrases,
        pacer: Pacer,
        metrics: Metrics,
        guild: str | None,
        patience: float,
        identify_pause: float,
    ) -> None:
        """`patience` is how many seconds of silence end the guilds' start-up; `identify_pause` is between shards."""
        super().__init__(
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=LONGEST_WAIT,
            guild_ready_timeout=patience,
            http_trace=traced(pacer),
            connector=aiohttp.TCPConnector(limit=0, limit_per_host=CONNECTIONS),
        )
        keep_little(self, forums)
        sweep_seldom(self)
        self.away: Final[set[int]] = set()
        self._answering: Final = answering
        self._channels: Final = channels
        self._store: Final = store
        self._phrases: Final = phrases
        self._metrics: Final = metrics
        self._guild: Final = guild
        self._identify_pause: Final = identify_pause

    @override
    async def setup_hook(self) -> None:
        self.add_dynamic_items(ActionItem)

    async def press(self, interaction: "discord.Interaction[Any]", actions: Sequence[str]) -> None:
        """Somebody pressed a button of ours."""
        await self._answering.press(interaction, actions)

    @override
    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        if not initial:
            await asyncio.sleep(self._identify_pause)

    async def on_ready(self) -> None:
        """Everything has come; commands are told if they changed."""
        self._note()
        _log.info("connected to discord", guilds=len(self.guilds), shards=self.shard_count)
        await self._sync()

    async def _sync(self) -> None:
        try:
            if await sync(self, self._store, self._phrases, guild=self._guild):
                _log.info("commands synced", guild=self._guild or "everywhere")
        except SDK_ERRORS as error:
            _log.error("commands not synced", why=str(typed(error)))

    async def on_interaction(self, interaction: "discord.Interaction[Any]") -> None:
        """Somebody did something."""
        await self._answering.take(interaction)

    async def on_shard_connect(self, shard_id: int) -> None:
        """A shard began a session."""
        self.away.discard(shard_id)
        self._note()

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """A shard lost its connection; the library connects it again."""
        self.away.add(shard_id)
        self._note()

    async def on_shard_resumed(self, shard_id: int) -> None:
        """A shard goes on where it was."""
        self.away.discard(shard_id)
        self._note()
        _log.info("resumed", shard=shard_id)

    def _note(self) -> None:
        self._metrics.connected(yes=self.is_ready() and not self.away)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The bot was added."""
        await self._channels.joined(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed."""
        await self._channels.left(guild)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A channel was deleted."""
        await self._channels.channel_deleted(channel.id)

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """A thread was deleted."""
        await self._channels.thread_deleted(payload.parent_id, payload.thread_id)


def point_at(api_url: str) -> None:
    """Send every REST call and interaction webhook of this process to another server."""
    Route.BASE = rest_base(api_url)


async def find_gateway(client: discord.AutoShardedClient) -> None:
    """Make new sessions connect to the gateway that the server names, not to Discord's own."""
    http: Any = client.http
    _, url, _ = await http.get_bot_gateway()
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)
