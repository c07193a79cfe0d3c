"""The Flask app over one collection: what all its answers have in common, and its limits."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from ..search.collection import Collection
from . import problems
from .api import api
from .pages import pages
from .site import EXTENSION, Site, site

SEARCH_TIMEOUT = 10.0
MAX_REQUEST_BYTES = 65_536
"""Of a request's body, and of its line and headers. 4,000 characters of a question take 48,000 in a URL at most."""

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class DocumentId(BaseConverter):
    """A document's id in a URL: any characters. Flask's own `path` takes none that begin with a slash."""

    regex = ".+"
    part_isolating = False


def create_app(
    collection: Collection | str | Path, *, timeout: float = SEARCH_TIMEOUT, trusted_hosts: Iterable[str] = ()
) -> Flask:
    """An app that serves a collection: pages and, under `/api/v1/`, JSON.

    `timeout` is how many seconds a search may take. `trusted_hosts` are the names that the site is reached by; a
    request for another is refused, so that a stranger's domain cannot be pointed at a server inside. With none given,
    that is left to the server in front. A collection given by path stays open as long as the app exists.
    """
    opened = collection if isinstance(collection, Collection) else Collection(collection)
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.extensions[EXTENSION] = Site(opened, timeout, frozenset(name.lower() for name in trusted_hosts))
    app.url_map.converters["document"] = DocumentId
    app.url_map.merge_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.before_request(_check_host)
    app.before_request(_answer_unchanged)
    app.after_request(_finish)
    app.add_url_rule("/healthz", view_func=_health)
    app.register_blueprint(pages)
    app.register_blueprint(api)
    problems.register(app)
    return app


def _check_host() -> Response | None:
    try:
        name = urlsplit(f"//{request.host}").hostname
    except (HTTPException, ValueError):
        return problems.problem(400, "The Host header is not a host's name.")
    trusted = site().trusted_hosts
    if trusted and name not in trusted:
        return problems.problem(400, f"This server does not answer for the host {name!r}.")
    return None


def _answer_unchanged() -> Response | None:
    """What the client has already, it need not have again: 304 before anything is searched."""
    if request.blueprint is None:
        return None
    g.version = site().version(request.full_path)
    known = request.if_none_match
    if known.star_tag or not known.contains_weak(g.version):
        return None
    return Response(status=304)


def _finish(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers[name] = value
    if "version" in g:
        response.headers["Cache-Control"] = "private, no-cache"
        if response.status_code in (200, 304):
            # Weak, because two answers of the same content differ in the time they took.
            response.set_etag(g.version, weak=True)
    return response


def _health() -> dict[str, str | int]:
    """Whether the collection can be read."""
    return {"status": "ok", "generation": site().collection.generation}
