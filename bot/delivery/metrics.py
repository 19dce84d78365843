"""What can be seen of the delivery, as Prometheus metrics."""

from functools import cache
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from typing_extensions import override

from bot.core.model import Delivery, DeliveryKind, DeliveryState, Platform
from bot.core.ports import Lane, Settled
from bot.delivery.pacing import PacerWatch

_LATENESS: Final = (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 10800, 86400)
_WAITS: Final = (0.005, 0.01, 0.035, 0.1, 0.3, 1, 3, 10, 30, 60)
_TICKS: Final = (0.001, 0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60)


class DeliveryMetrics:
    """The delivery's own metrics in a registry; make one for each registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        by_platform = ("platform",)
        self._outcomes: Final = Counter(
            "qianmian_deliveries",
            "Attempts to deliver, by how they ended: sent, retry or failed, and why",
            ("platform", "state", "reason"),
            registry=registry,
        )
        self._lateness: Final = Histogram(
            "qianmian_delivery_lateness_seconds",
            "How long after it was due a delivery was sent",
            by_platform,
            buckets=_LATENESS,
            registry=registry,
        )
        # Looking a series up by its labels takes longer than counting.
        self._outcome: Final = cache(self._outcomes.labels)
        self._late: Final = cache(self._lateness.labels)
        self.under_way: Final = Gauge(
            "qianmian_deliveries_under_way", "Deliveries claimed and not settled yet", by_platform, registry=registry
        )
        self.queued: Final = Gauge(
            "qianmian_queue_depth", "Deliveries that are due and have not ended", by_platform, registry=registry
        )
        self.planned: Final = Counter("qianmian_planned", "Due subscriptions planned", registry=registry)
        self.tick: Final = Histogram("qianmian_tick_seconds", "How long a tick took", buckets=_TICKS, registry=registry)
        self.last_tick: Final = Gauge(
            "qianmian_last_tick_timestamp_seconds", "When the last tick ended well", registry=registry
        )

    def ended(self, platform: Platform, settled: Settled, delivery: Delivery) -> None:
        """An attempt at a delivery ended; announcements wait for their turn and are never late."""
        self._outcome(platform, settled.state.value, settled.reason).inc()
        if settled.state is DeliveryState.SENT and delivery.kind is not DeliveryKind.ANNOUNCEMENT:
            self._late(platform).observe((settled.at - delivery.due_at).total_seconds())


class PacingMetrics:
    """The metrics of all accounts' pacers in a registry; make one for each registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._waits: Final = Histogram(
            "qianmian_lane_wait_seconds",
            "How long requests waited for their turn",
            ("platform", "lane"),
            buckets=_WAITS,
            registry=registry,
        )
        self._refusals: Final = Counter(
            "qianmian_rate_limited", "Requests refused for going too fast (429)", ("platform",), registry=registry
        )

    def of(self, platform: Platform) -> PacerWatch:
        """What the pacer of a platform's account is to be constructed with."""
        return _Watch(
            {lane: self._waits.labels(platform, lane.name.lower()) for lane in Lane}, self._refusals.labels(platform)
        )


class _Watch(PacerWatch):
    def __init__(self, waits: dict[Lane, Histogram], refusals: Counter) -> None:
        self._waits: Final = waits
        self._refusals: Final = refusals

    @override
    def waited(self, lane: Lane, seconds: float) -> None:
        self._waits[lane].observe(seconds)

    @override
    def refused(self) -> None:
        self._refusals.inc()
