"""What operators can watch of this room."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """Counters of one Discord account, in the bot's registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._answered = Histogram(
            "qianmian_discord_answer_seconds",
            "From an interaction's arrival to its answer",
            ["kind"],
            registry=registry,
            buckets=(0.005, 0.01, 0.03, 0.1, 0.3, 1, 3, 10),
        )
        self._sent = Counter("qianmian_discord_sends", "Attempts to post, by outcome", ["outcome"], registry=registry)
        self._outcome = cache(self._sent.labels)
        self._connected = Gauge("qianmian_discord_connected", "Whether the gateway is connected", registry=registry)

    @contextmanager
    def timed(self, kind: str) -> Iterator[None]:
        """Measure one answer."""
        with self._answered.labels(kind).time():
            yield

    def sent(self, outcome: str) -> None:
        """Count an attempt to post: `ok`, or the error's name."""
        self._outcome(outcome).inc()

    def connected(self, *, yes: bool) -> None:
        """Note whether the gateway is connected."""
        self._connected.set(int(yes))
