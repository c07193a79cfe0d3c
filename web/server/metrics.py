"""What a site counts for Prometheus: its answers, how long they took, and what its collection holds."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ...search.collection import Collection

EXPOSITION: Final = CONTENT_TYPE_LATEST
"""The media type of `Metrics.exposition`."""

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # seconds


class Metrics:
    """The counts of one site, since it was started."""

    def __init__(self, collection: Collection) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Contents(collection))
        self._requests = Counter(
            "dragoman_requests",
            "Requests answered, by endpoint and status.",
            ("endpoint", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "dragoman_request_seconds",
            "How long answers took.",
            ("endpoint",),
            buckets=_BUCKETS,
            registry=self._registry,
        )

    def count(self, endpoint: str, status: int, seconds: float) -> None:
        """Count an answer that has been given."""
        self._requests.labels(endpoint, str(status)).inc()
        self._seconds.labels(endpoint).observe(seconds)

    def exposition(self) -> bytes:
        """All counts, in the text format that Prometheus reads."""
        return generate_latest(self._registry)


class _Contents(Collector):
    """What is in the collection, looked up whenever the counts are read."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    def collect(self) -> list[GaugeMetricFamily]:
        status = self._collection.status()
        return [
            GaugeMetricFamily("dragoman_documents", "Documents in the collection.", status.documents),
            GaugeMetricFamily("dragoman_passages", "Passages in the collection.", status.passages),
            GaugeMetricFamily("dragoman_generation", "Changes made to the collection so far.", status.generation),
        ]

    def describe(self) -> list[GaugeMetricFamily]:
        return []  # otherwise the registry would collect it at once
