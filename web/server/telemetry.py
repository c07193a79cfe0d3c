"""What is recorded of each request, a line in the log and counts; the addresses of the counts and of the health."""

import logging
import time

from flask import Blueprint, Response, g, jsonify, request

from ..site import site
from .metrics import EXPOSITION

LOG = logging.getLogger("dragoman.access")
"""One line a request at level INFO, never with the question: what somebody asks is nobody else's business."""

telemetry = Blueprint("telemetry", __name__)


def begin() -> None:
    """Note when a request came in."""
    g.dragoman_began = time.perf_counter()


def end(response: Response) -> Response:
    """Log and count an answer, and pass it on."""
    seconds = time.perf_counter() - g.get("dragoman_began", time.perf_counter())
    endpoint = (request.endpoint or "").removeprefix(f"{site().name}.") or "none"
    site().metrics.count(endpoint, response.status_code, seconds)
    LOG.info(
        "%s %s %s %s %s %.0f ms",
        *(_printable(request.remote_addr or "-")[:60], request.method, _printable(request.path), response.status_code),
        *(response.headers.get("Content-Length", "-"), seconds * 1000),
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
    return Response(site().metrics.exposition(), content_type=EXPOSITION, headers={"Cache-Control": "no-store"})


def _printable(text: str) -> str:
    """A text on one line of plain characters, without a blank."""
    return text[:500].encode("unicode_escape", "backslashreplace").decode().replace(" ", "%20")
