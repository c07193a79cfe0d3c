"""What is kept of each request: a line in the log, without the question, and counts for Prometheus."""

import logging
import time

from flask import Blueprint, Response, g, jsonify, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ..search.collection import Collection
from .site import site

LOG = logging.getLogger("dragoman.access")
"""One line a request at level INFO. What somebody asked is nobody else's business: it stands in none."""

telemetry = Blueprint("telemetry", __name__)

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The counts of one site, since it was started."""

    def __init__(self, collection: Collection) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Contents(collection))
        self._requests = Counter(
            "dragoman_requests",
            "Requests answered, by what was asked and how.",
            ("endpoint", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "dragoman_request_seconds",
            "How long answers took.",
            ("endpoint",),
            buckets=_SECONDS,
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
    """What is in the collection, looked up when it is asked for."""

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
        return []  # else it would be asked on registering


def begin() -> None:
    """Note when a request came in."""
    g.dragoman_began = time.perf_counter()


def end(response: Response) -> Response:
    """Log and count an answer."""
    seconds = time.perf_counter() - g.get("dragoman_began", time.perf_counter())
    endpoint = (request.endpoint or "").removeprefix(f"{site().name}.") or "none"
    site().metrics.count(endpoint, response.status_code, seconds)
    size = response.content_length
    LOG.info(
        "%s %s %s %s %s %.0f ms",
        *(_printable(request.remote_addr or "-")[:60], request.method, _printable(request.path), response.status_code),
        *("-" if size is None else size, seconds * 1000),
    )
    return response


@telemetry.get("/healthz")
def health() -> Response:
    """Whether the collection can be read, and how often it has changed."""
    response = jsonify(status="ok", generation=site().collection.generation)
    response.cache_control.no_store = True
    return response


@telemetry.get("/metrics")
def metrics() -> Response:
    """Counts for Prometheus."""
    return Response(
        site().metrics.exposition(), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
    )


def _printable(said: str) -> str:
    """A text on one line of plain characters, without a blank."""
    return said[:500].encode("unicode_escape", "backslashreplace").decode().replace(" ", "%20")
