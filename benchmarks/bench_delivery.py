"""Delivery: pace, throughput, processor time, memory and start, through the whole pipeline with its database.

Ours is the whole bot from its database to the platform's own client library: python-telegram-bot on our transport, and
discord.py. Every run has a process of its own, against a server in another one that answers after 60 ms and enforces
the platform's limits; peers are measured against the same server. The whole takes about eleven minutes.
"""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import aiohttp

from benchmarks.bench_storage import grown
from benchmarks.delivery_peers import (
    DISCORD_SETTINGS,
    TELEGRAM_SETTINGS,
    PeerOutcome,
    bare_aiohttp,
    discord_gathered,
    job_per_chat,
    plain_loop,
    telegram_gathered,
)
from benchmarks.delivery_runs import Outcome, Scenario, perform
from benchmarks.figures import Figure, percentile, table
from benchmarks.processes import in_new_process, side_by_side
from benchmarks.strict_server import strict_server

ALLOWED: Final = {"telegram": 30, "discord": 50}
REMARKS: Final = """
Ours is the whole way of a message: planned, claimed, composed, sent through the SDK with its buttons, logged, and
written down durably. Peers send a bare text and remember nothing: (a) a scheduler's job for every chat and a plain loop
of awaits, (b) the SDK's own rate limiter with everything gathered at once, at the best of several settings. 300 groups
are 270 groups and 30 topics of one forum, whose 20 messages a minute they share. A tap's time is ours from the update's
being there to our answer's arrival, the waiting for a place within the limit included.

**What limits next.** At the platforms' own limits nothing of ours does: only paid broadcast (1,000/s) or a second bot
account would be faster. Without limits it is one core that runs Python. Of a message's time about half goes to HTTP
(aiohttp and the sockets), a tenth to the SDK, on Discord a sixth, a tenth to the database's thread, less to the line in
the log, and the rest to composing, pacing and the event loop; SQLite itself takes 15,000 deliveries a second. What
would move it is one process for each platform, for which the Store port needs an implementation that several processes
share (PostgreSQL), or another HTTP client than aiohttp. uvloop was tried: a tenth faster at full speed, and of no use
at a platform's limits, since it tells the time in whole milliseconds, by which requests cannot be spaced. On Discord
the peer is little more than aiohttp itself, and what aiohttp does alone, without any bot, bounds what can be had.

At 30 a second most of the processor time is waking up, which is why requests leave four at a time while nobody taps.
It is near its goal and differs from run to run: between 1.22 and 1.47 s in seven runs within one hour.
"""
JOBS: Final = 100_000
PEER_MESSAGES: Final = 3_000
# A minute's worth of a paced peer.
PEER_PACED: Final = 1_500


@dataclass(frozen=True, kw_only=True)
class Measured:
    """All runs by their names."""

    ours: dict[str, Outcome]
    peers: dict[str, PeerOutcome]
    jobs: tuple[float, float]
    growth: float


def scenarios(url: str) -> dict[str, Scenario]:
    """What is measured of ours."""
    telegram = Scenario(name="telegram", url=url, profile="telegram", chats=3_000, idle_taps=75)
    mixed = Scenario(name="mixed", url=url, profile="telegram", chats=2_300, groups=300)
    discord = Scenario(name="discord", url=url, platform="discord", profile="discord", chats=3_000)
    fast = replace(telegram, name="fast", profile="unlimited", chats=15_000, idle_taps=0)
    morning = Scenario(name="morning", url=url, profile="telegram", chats=100_000, until=900, watched=True)
    stored = Scenario(
        name="stored", url=url, profile="unlimited", chats=1_000_000, queued=50_000, until=10_000, at_once=True
    )
    every = [telegram, mixed, discord, fast, replace(discord, name="discord-fast", profile="unlimited", chats=15_000)]
    return {scenario.name: scenario for scenario in [*every, morning, stored]}


class Bench:
    """A server, a folder for databases, and what runs against them."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url: Final = url
        self._folder: Final = folder
        self._scenarios: Final = scenarios(url)

    def ours(self, *names: str) -> dict[str, Outcome]:
        """Runs of ours, all at the same time."""
        databases = [asyncio.run(self._made(self._scenarios[name])) for name in names]
        # The clock is the machine's: what is measured from a start begins before the new process does.
        asked_at = perf_counter()
        wanted = [replace(self._scenarios[name], asked_at=asked_at) for name in names]
        calls = [(perform, one, str(path)) for one, path in zip(wanted, databases, strict=True)]
        return dict(zip(names, side_by_side(calls), strict=True))

    async def _made(self, scenario: Scenario) -> Path:
        if scenario.platform == "discord":
            await self._channels(scenario.run_url, scenario.chats)
        path = self._folder / f"{scenario.name}.sqlite3"
        await scenario.fill(path)
        return path

    async def _channels(self, run_url: str, count: int) -> None:
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{run_url}/channels", params={"count": str(count)}) as answer,
        ):
            answer.raise_for_status()

    def best(self, measure: Callable[..., PeerOutcome], settings: Sequence[tuple[Any, ...]]) -> PeerOutcome:
        """A peer without any limit, at its best setting."""
        runs = [
            in_new_process(measure, f"{self._url}/unlimited/{measure.__name__}-{number}", PEER_MESSAGES, *setting)
            for number, setting in enumerate(settings)
        ]
        return max(runs, key=lambda run: run.rate)

    def paced_peers(self) -> dict[str, PeerOutcome]:
        """The peers at the servers that keep the limits."""
        calls = [
            (telegram_gathered, f"{self._url}/telegram/paced", PEER_PACED, 32, (ALLOWED["telegram"], 1.0)),
            (discord_gathered, f"{self._url}/discord/paced", PEER_PACED, 64),
        ]
        return dict(zip(("telegram", "discord"), side_by_side(calls), strict=True))

    def run(self) -> Measured:
        """Everything, one after the other; only the paced peers go side by side."""
        ours = self.ours("telegram")
        ours |= self.ours("mixed")
        ours |= self.ours("discord")
        ours |= self.ours("fast")
        ours |= self.ours("discord-fast")
        peers = {f"{name}-paced": peer for name, peer in self.paced_peers().items()}
        peers["telegram"] = self.best(telegram_gathered, TELEGRAM_SETTINGS)
        peers["discord"] = self.best(discord_gathered, [(connections,) for connections in DISCORD_SETTINGS])
        peers["aiohttp"] = self.best(bare_aiohttp, [(connections,) for connections in DISCORD_SETTINGS[:-1]])
        peers["loop"] = in_new_process(plain_loop, f"{self._url}/unlimited/loop", 50)
        ours |= self.ours("morning")
        ours |= self.ours("stored")
        jobs = in_new_process(job_per_chat, JOBS)
        each, _, _ = asyncio.run(grown(self._folder))
        return Measured(ours=ours, peers=peers, jobs=jobs, growth=each)


def measure() -> list[Figure]:
    """All figures of this file."""
    with tempfile.TemporaryDirectory() as name, strict_server() as url:
        done = Bench(url, Path(name)).run()
    return [*pace(done), *speed(done), *taps(done.ours["telegram"]), *size(done)]


def pace(done: Measured) -> list[Figure]:
    """How much of what is allowed is used."""
    ours, peers = done.ours, done.peers
    return [
        *_pace("Telegram, 3,000 private chats with taps", ours["telegram"], ALLOWED["telegram"], 0.97),
        *_pace("Telegram, 2,000 private chats and 300 groups", ours["mixed"], ALLOWED["telegram"], 0.95),
        *_pace("Discord, 3,000 channels", ours["discord"], ALLOWED["discord"], 0.95),
        _peer("peer (b), Telegram: gathered at once at 30/s", _of_paced(peers["telegram-paced"])),
        _peer("peer (b), Discord: gathered at once at 50/s", _of_paced(peers["discord-paced"])),
    ]


def speed(done: Measured) -> list[Figure]:
    """How fast it goes without limits, and what the processor has to do."""
    ours, peers = done.ours, done.peers
    return [
        _least("Telegram, no limit", ours["fast"].rate, 1_200, "/s"),
        _twice("Telegram", ours["fast"], peers["telegram"]),
        _peer("peer (a), Telegram: a plain loop of awaits", f"{peers['loop'].rate:.0f} /s"),
        _least("Discord, no limit", ours["discord-fast"].rate, 1_000, "/s"),
        _twice("Discord", ours["discord-fast"], peers["discord"]),
        _peer("no bot at all: bare aiohttp asking Discord's server", _unpaced(peers["aiohttp"])),
        _limit("Telegram, processor per 1,000 at full speed", ours["fast"].per_thousand, 0.8, "s"),
        _less("Telegram at full speed", ours["fast"], peers["telegram"]),
        _limit("Telegram, processor per 1,000 at 30/s", ours["mixed"].per_thousand, 1.3, "s"),
        _less("Telegram at 30/s", ours["mixed"], peers["telegram-paced"]),
        _limit("Discord, processor per 1,000 at full speed", ours["discord-fast"].per_thousand, 0.8, "s"),
        _less("Discord at full speed", ours["discord-fast"], peers["discord"]),
    ]


def taps(run: Outcome) -> list[Figure]:
    """How long people wait for us; from an update's being there to our answer's arrival."""
    idle, busy = (percentile(waits, 0.99) * 1000 for waits in (run.idle_taps, run.taps))
    middle = percentile(run.taps, 0.5) * 1000
    return [
        _limit("our own time on a tap during a broadcast at 30/s, p99", busy, 100, "ms"),
        Figure(
            what="the same against idle, p99",
            goal="<= 2 x",
            figure=f"{busy / idle:.1f} x ({idle:.1f} ms idle; median during the broadcast {middle:.1f} ms)",
            ok=busy <= 2 * idle,
        ),
    ]


def size(done: Measured) -> list[Figure]:
    """Many chats, much stored."""
    morning, stored = done.ours["morning"], done.ours["stored"]
    seconds, megabytes = done.jobs
    return [
        _limit("first message, 100,000 due at once", morning.first, 1, "s"),
        _limit("event loop held while planning them, longest", morning.held * 1000, 50, "ms"),
        _limit("start to first delivery, 1,000,000 stored, 50,000 queued", stored.start, 2, "s"),
        _limit("memory, 1,000,000 stored, during a broadcast", stored.memory, 150, "MB"),
        _peer(f"peer (a): a job for each of {JOBS:,} chats", f"{megabytes:.0f} MB, {seconds:.1f} s to start"),
        _limit("database growth per delivered message, after folding", done.growth, 200, "bytes"),
    ]


def _pace(what: str, outcome: Outcome, allowed: int, share: float) -> Sequence[Figure]:
    reached, bad = outcome.rate / allowed, outcome.refused + outcome.lost
    return [
        Figure(
            what=f"{what}, {allowed}/s: part of the rate used",
            goal=f">= {share:.0%}",
            figure=f"{reached:.1%}",
            ok=reached >= share,
        ),
        Figure(
            what=f"{what}, {allowed}/s: refused, lost",
            goal="0, 0",
            figure=f"{outcome.refused}, {outcome.lost}",
            ok=not bad,
        ),
    ]


def _of_paced(peer: PeerOutcome) -> str:
    return f"{peer.rate:.1f} /s, {peer.refused} refused, {peer.lost} lost, {peer.per_thousand:.2f} s per 1,000"


def _unpaced(peer: PeerOutcome) -> str:
    return f"{peer.rate:,.0f} /s with {peer.setting}, {peer.per_thousand:.2f} s per 1,000"


def _twice(what: str, ours: Outcome, peer: PeerOutcome) -> Figure:
    times = ours.rate / peer.rate
    return Figure(
        what=f"{what}, against peer (b)",
        goal=">= 2 x",
        figure=f"{times:.1f} x ({peer.rate:,.0f} /s with {peer.setting})",
        ok=times >= 2,
    )


def _less(what: str, ours: Outcome, peer: PeerOutcome) -> Figure:
    return Figure(
        what=f"{what}, processor against peer (b)",
        goal="< 1 x",
        figure=f"{ours.per_thousand / peer.per_thousand:.2f} x ({peer.per_thousand:.2f} s per 1,000)",
        ok=ours.per_thousand < peer.per_thousand,
    )


def _limit(what: str, value: float, most: float, unit: str) -> Figure:
    return Figure(what=what, goal=f"< {most:g} {unit}", figure=f"{value:.3g} {unit}", ok=value < most)


def _least(what: str, value: float, least: float, unit: str) -> Figure:
    return Figure(what=what, goal=f">= {least:,g} {unit}", figure=f"{value:,.0f} {unit}", ok=value >= least)


def _peer(what: str, figure: str) -> Figure:
    return Figure(what=what, goal="", figure=figure, ok=True)


if __name__ == "__main__":
    print(table("Delivery", measure()))
