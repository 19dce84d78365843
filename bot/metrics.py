"""What can be seen of the whole bot, as Prometheus metrics: its parts, its database, its process."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Histogram, Metric, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from typing_extensions import override

from bot.core.ports import Facts, Health, State

_CALLS: Final = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.2, 1, 5)


class DatabaseMetrics:
    """How long calls of the database take, each under its own name."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds: Final = Histogram(
            "qianmian_database_seconds",
            "How long a call of the database took, queueing included",
            ("call",),
            buckets=_CALLS,
            registry=registry,
        )
        self._calls: Final[dict[str, Histogram]] = {}

    def took(self, call: str, seconds: float) -> None:
        """A call came back, well or not."""
        known = self._calls.get(call)
        if known is None:
            known = self._calls[call] = self._seconds.labels(call)
        known.observe(seconds)


class WholeBot(Collector):
    """Looks when it is asked: how every part is doing, what the database weighs, when it was backed up."""

    def __init__(self, *, health: Callable[[], Sequence[Health]], facts: Callable[[], Facts]) -> None:
        self._health: Final = health
        self._facts: Final = facts

    @override
    def collect(self) -> Iterable[Metric]:
        parts = GaugeMetricFamily(
            "qianmian_part", "How a part of the bot is doing: 1 for the state it is in", labels=("part", "state")
        )
        for part in self._health():
            for state in State:
                parts.add_metric((part.part, state.value), float(part.state is state))
        yield parts
        facts = self._facts()
        yield GaugeMetricFamily("qianmian_database_bytes", "The size of the database", facts.database_bytes)
        yield GaugeMetricFamily("qianmian_database_log_bytes", "The size of its write-ahead log", facts.log_bytes)
        yield GaugeMetricFamily(
            "qianmian_last_backup_timestamp_seconds",
            "When the latest nightly backup was made; 0 if there is none",
            0 if facts.backed_up_at is None else facts.backed_up_at.timestamp(),
        )
        about = GaugeMetricFamily("qianmian_info", "Which version this is; always 1", labels=("version",))
        about.add_metric((facts.version,), 1)
        yield about


def watch_whole_bot(
    registry: CollectorRegistry, *, health: Callable[[], Sequence[Health]], facts: Callable[[], Facts]
) -> None:
    """Let a registry tell of the whole bot, and of the memory, time and files that its process takes."""
    registry.register(WholeBot(health=health, facts=facts))
    ProcessCollector(registry=registry)
