"""What a site counts for Prometheus: its answers, how long they took, and what its collection holds."""

from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from ...search.collection import Collection
from .checks import CHECKED
from .shared_memory import HITS, LOST, MISSES, WORKER, Counts

EXPOSITION: Final = CONTENT_TYPE_LATEST
"""The media type of `Metrics.exposition`."""

_LIMITS = ("0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0", "+Inf")
_BUCKETS = tuple(map(float, _LIMITS))  # seconds


class Metrics:
    """The counts of one site, since it was started, by all of its workers.

    Args:
        collection: What is served.
        counts: Where it is counted.
    """

    def __init__(self, collection: Collection, counts: Counts) -> None:
        self._counts = counts
        self._registry = CollectorRegistry()
        self._registry.register(_Families(collection, counts))

    def count(self, endpoint: str, status: int, seconds: float) -> None:
        """Count an answer that has been given."""
        bucket = next(number for number, limit in enumerate(_BUCKETS) if seconds <= limit)
        requests, within, took = f"requests {endpoint} {status}", f"within {endpoint} {bucket}", f"seconds {endpoint}"
        self._counts.add({requests: 1, within: 1, took: seconds})

    def count_cached(self, found: bool) -> None:
        """Count a question of those whose answers are kept: whether this one's was there."""
        self._counts.add({HITS if found else MISSES: 1})

    def exposition(self) -> bytes:
        """All counts, in the text format that Prometheus reads."""
        return generate_latest(self._registry)


class _Families(Collector):
    """What is counted, and what is in the collection: looked up whenever the counts are read."""

    def __init__(self, collection: Collection, counts: Counts) -> None:
        self._collection = collection
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        counts = self._counts.all()
        yield from _contents(self._collection)
        if checked := counts.get(CHECKED):
            told = "When all files had last been checked, in seconds since the epoch."
            yield GaugeMetricFamily("dragoman_checked_timestamp_seconds", told, checked)
        if workers := [value for name, value in counts.items() if name.startswith(f"{WORKER} ")]:
            yield GaugeMetricFamily("dragoman_workers", "Processes that answer.", sum(workers))
            lost = "Workers that ended although nobody told them to, and were replaced."
            yield CounterMetricFamily("dragoman_workers_lost", lost, counts.get(LOST, 0))
        yield CounterMetricFamily("dragoman_cache_hits", "Questions answered from the cache.", counts.get(HITS, 0))
        misses = "Questions whose answer was not in the cache."
        yield CounterMetricFamily("dragoman_cache_misses", misses, counts.get(MISSES, 0))
        requests = CounterMetricFamily(
            "dragoman_requests", "Requests answered, by endpoint and status.", labels=("endpoint", "status")
        )
        times = HistogramMetricFamily("dragoman_request_seconds", "How long answers took.", labels=("endpoint",))
        for name, value in counts.items():
            match name.split(" "):
                case "requests", endpoint, status:
                    requests.add_metric((endpoint, status), value)
                case "seconds", endpoint:
                    within = accumulate(counts.get(f"within {endpoint} {each}", 0.0) for each in range(len(_BUCKETS)))
                    buckets = list(zip(_LIMITS, within, strict=True))
                    times.add_metric((endpoint,), buckets, value)
                case _:
                    pass
        yield requests
        yield times

    def describe(self) -> list[Metric]:
        return []  # otherwise the registry would collect it at once


def _contents(collection: Collection) -> Iterator[Metric]:
    status = collection.status()
    yield GaugeMetricFamily("dragoman_documents", "Documents in the collection.", status.documents)
    yield GaugeMetricFamily("dragoman_passages", "Passages in the collection.", status.passages)
    yield GaugeMetricFamily("dragoman_generation", "Changes made to the collection so far.", status.generation)
    yield GaugeMetricFamily("dragoman_left_out", "Damaged parts not asked.", len(collection.left_out))
