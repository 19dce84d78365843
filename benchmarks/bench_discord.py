"""Discord: acknowledgements alone and in a burst, memory with many guilds, completion.

The fake Discord and the bot run in processes of their own; the server notes how long each acknowledgement took to
reach it, the way over loopback and both event loops included.

python -m benchmarks discord
"""

import asyncio
import contextlib
import gc
import multiprocessing
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from prometheus_client import CollectorRegistry
from typing_extensions import override

from benchmarks.figures import Figure, percentile
from bot.catalog.source import FolderBankSource, default_folder
from bot.clock import SystemClock
from bot.core.commands import Kind
from bot.core.library import Library
from bot.core.model import Language
from bot.core.ports import Pacer, Turn
from bot.core.service import Service
from bot.locales import FluentPhrases
from bot.pictures.formulas import FormulaPainter
from bot.platforms.discord.platform import DiscordPlatform, Waits
from tests.fakes.discord_interactions import ACKNOWLEDGE_WITHIN, Exchange
from tests.fakes.discord_people import Person
from tests.fakes.discord_rules import Json
from tests.fakes.discord_server import TOKEN, FakeDiscord
from tests.fakes.discord_world import buttons
from tests.fakes.memory_store import MemoryStore

PHRASES = FluentPhrases()
ALONE = 300
BURST = 1000
GUILDS, CHANNELS = 2500, 20
ROLES, EMOJIS = 25, 50
"""Besides its channels, what a guild of a few hundred people has; all of it is sent to every bot there."""


class PassingPacer(Pacer):
    """Lets everything through: what is measured is our own time."""

    @override
    async def turn(self, lane: object, *, scope: str | None = None, group: bool = False) -> Turn:
        return Turn()

    @override
    def pause(self, retry_after: timedelta, *, scope: str | None = None) -> None:
        pass

    @override
    def refused(self) -> None:
        pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the server saw: seconds to each acknowledgement, and how many of the burst were answered in the end."""

    alone: list[float]
    burst: list[float]
    answered: int


@contextlib.asynccontextmanager
async def service() -> AsyncIterator[tuple[Service, MemoryStore]]:
    store = MemoryStore()
    library = Library(source=FolderBankSource(default_folder(), phrases=PHRASES, language=Language.EN), store=store)
    await library.reload()
    yield (
        Service(library=library, store=store, phrases=PHRASES, language=Language.EN, zone="UTC", operators=frozenset()),
        store,
    )


def bot_process(url: str, pipe: Connection) -> None:
    """The bot, until the pipe says stop; tells its memory in MB at the end."""

    async def main() -> None:
        async with service() as (use_cases, store):
            # As the app does when everything stands that stays.
            gc.collect()
            gc.freeze()
            platform = DiscordPlatform(
                token=TOKEN,
                api_url=url,
                guild=None,
                service=use_cases,
                store=store,
                clock=SystemClock(),
                pacer=PassingPacer(),
                painter=FormulaPainter(),
                phrases=PHRASES,
                default_language=Language.EN,
                registry=CollectorRegistry(),
                waits=Waits(guilds=1.0),
            )
            async with platform.running():
                await asyncio.to_thread(pipe.recv)
                status = await asyncio.to_thread(Path("/proc/self/status").read_text, encoding="utf-8")
                resident = re.search(r"VmRSS:\s+(\d+) kB", status)
                guilds = 0 if platform.messenger.client is None else len(platform.messenger.client.guilds)
                pipe.send((int(resident[1]) / 1024 if resident else 0.0, guilds))

    asyncio.run(main())


def start_bot(url: str) -> tuple[SpawnProcess, Connection]:
    # A forked process would begin with the memory of this one, and of all that stands on the server.
    spawning = multiprocessing.get_context("spawn")
    ours, theirs = spawning.Pipe()
    process = spawning.Process(target=bot_process, args=(url, theirs), daemon=True)
    process.start()
    return process, ours


async def answering() -> Seen:
    async with FakeDiscord() as server:
        channel = server.world.channel(server.world.guild())
        process, pipe = start_bot(server.url)
        await server.until(lambda: server.commands, within=60)
        person = Person(server)
        (card,) = (await person.command(channel, "question", id="lora-merge-weights")).replies
        alone = []
        for number in range(ALONE):
            exchange = await (person.command(channel, "random") if number % 2 else person.press(card, "Answer"))
            alone.append(exchange.acknowledged_after or ACKNOWLEDGE_WITHIN)
        burst = await burst_of(person, channel, card)
        with contextlib.suppress(TimeoutError):
            await server.until(lambda: all(exchange.replies for exchange in burst), within=60)
        pipe.send("stop")
        await asyncio.to_thread(pipe.recv)
        process.terminate()
        return Seen(
            alone=alone,
            burst=[exchange.acknowledged_after or float("inf") for exchange in burst],
            answered=sum(bool(exchange.replies) for exchange in burst),
        )


async def burst_of(person: Person, channel: Json, card: Json) -> list[Exchange]:
    """Half of them commands, half presses, all within a moment."""
    custom_id = buttons(card)["Answer"]["custom_id"]
    options = {"id": "1", "name": "random", "type": 1, "options": []}
    return [
        await (person.send(channel, 2, options) if number % 2 else person.tap(card, custom_id))
        for number in range(BURST)
    ]


async def memory() -> tuple[float, int]:
    async with FakeDiscord() as server:
        for number in range(GUILDS):
            guild = furnished(server.world.guild(f"Guild {number}"))
            for place in range(CHANNELS):
                talkative(server.world.channel(guild, f"channel-{place}"), guild)
        # Thousands of guilds are sent at once.
        process, pipe = start_bot(server.url)
        await server.until(lambda: server.commands, within=120)
        pipe.send("stop")
        found: tuple[float, int] = await asyncio.to_thread(pipe.recv)
        process.terminate()
        return found


def furnished(guild: Json) -> Json:
    """A guild with roles and emojis."""
    everyone = guild["roles"][0]
    guild["roles"] += [{**everyone, "id": f"{guild['id']}{n:02}", "name": f"role number {n}"} for n in range(ROLES)]
    guild["emojis"] = [
        {"id": f"{guild['id']}{n:02}", "name": f"emoji_{n}", "roles": [], "managed": False, "available": True}
        for n in range(EMOJIS)
    ]
    return guild


def talkative(channel: Json, guild: Json) -> None:
    """Give a channel a topic and the rights of some roles."""
    channel["topic"] = "What this channel is about, told in a sentence or two of an ordinary length. " * 2
    channel["permission_overwrites"] = [
        {"id": role["id"], "type": 0, "allow": "1024", "deny": "2048"} for role in guild["roles"][:4]
    ]


async def completion() -> float:
    """Seconds for the slowest of many completions, the bank being the real one."""
    async with service() as (use_cases, _):
        slowest = 0.0
        for kind in (Kind.TOPIC, Kind.QUESTION, Kind.ZONE):
            for typed in ("", "l", "lora", "lroa", "低秩", "berl", "北京", "how does attention scale"):
                began = time.perf_counter()
                use_cases.suggest(kind, typed, Language.ZH)
                slowest = max(slowest, time.perf_counter() - began)
        return slowest


def measure() -> list[Figure]:
    seen = asyncio.run(answering())
    megabytes, guilds = asyncio.run(memory())
    slowest = asyncio.run(completion())
    late = sum(after > ACKNOWLEDGE_WITHIN for after in seen.burst)
    p99, p50 = percentile(seen.alone, 0.99), percentile(seen.alone, 0.5)
    return [
        Figure(
            what="interaction to acknowledgement at the server, no load",
            goal="p99 < 30 ms",
            figure=f"p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms",
            ok=p99 < 0.03,
        ),
        Figure(
            what=f"{BURST:,} interactions in a burst, acknowledged within 3 s",
            goal="all, none lost",
            figure=f"{BURST - late:,}, slowest {max(seen.burst):.2f} s; {seen.answered:,} answered",
            ok=late == 0 and seen.answered == BURST,
        ),
        Figure(
            what=f"memory with {guilds:,} guilds of {CHANNELS} channels",
            goal="< 200 MB",
            figure=f"{megabytes:.0f} MB",
            ok=megabytes < 200 and guilds == GUILDS,
        ),
        Figure(
            what="completion of an argument, slowest",
            goal="< 50 ms",
            figure=f"{slowest * 1000:.1f} ms",
            ok=slowest < 0.05,
        ),
    ]


if __name__ == "__main__":
    for line in measure():
        print(f"{line.what}: {line.figure} (goal: {line.goal})")
