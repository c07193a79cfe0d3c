"""A collection as a Flask app, or as a part of one: what all its answers have in common, and its limits."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypedDict, Unpack
from urllib.parse import unquote_to_bytes

from flask import Blueprint, Flask, Response, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import BaseConverter

from ..errors import DragomanError, QueryError
from ..search.collection import Collection
from . import problems
from .access import guard as guards
from .access.hosts import host_name, host_of, origin
from .access.keys import Keys
from .access.limits import Limiter
from .api.handlers import api
from .delivery import cache, compression, tags
from .delivery.kept_answers import Answers
from .pages.assets import assets
from .pages.reader_page import reader
from .pages.search_page import pages
from .pages.syndication import syndication
from .server import telemetry
from .server.metrics import Metrics
from .server.shared_memory import Counts
from .site import EXTENSION, Site, mount, site

SEARCH_TIMEOUT = 10.0
EXPORT_TIMEOUT = 300.0
CACHE = 16 * 1024 * 1024
MAX_REQUEST_BYTES = 65_536
"""The largest body of a request, and the longest first line with its headers.

A question of 4,000 characters takes at most 48,000 in a URL.
"""

READING = ("GET", "HEAD")
"""The methods that are answered: nothing is ever changed over the web."""

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Options(TypedDict, total=False):
    """How a site behaves. Each may be left out.

    Attributes:
        timeout: How many seconds a search may take; 10 by default.
        export_timeout: How many seconds an export may take, from the first byte to the last; 300 by default.
        trusted_hosts: The names that the site may be reached by. They keep a stranger from pointing a domain at a
            server inside; without any, that is left to the server in front.
        origins: The other sites whose pages may call the API, as in `https://example.org`; `*` for all.
        title: What the pages call themselves.
        keys: The keys that open the API, or the path of a file of them: see `keys.Keys`. Without any, it is open.
        rate: How often a client may ask, such as "60/minute", or what counts that; without one, as often as it likes.
        cache: How many bytes of answers are kept, for those who ask the same; 16 MiB by default, 0 for none.
        counts: Where it is counted what /metrics tells; by default each site counts for itself.
    """

    timeout: float
    export_timeout: float
    trusted_hosts: Iterable[str]
    origins: Iterable[str]
    title: str
    keys: Keys | str | Path | None
    rate: Limiter | str | None
    cache: int
    counts: Counts


class Dragoman:
    """A collection mounted in a Flask app, which may have pages and collections of its own.

        Dragoman(app, "archive.idx", url_prefix="/archive")

    Or, for an app that is made by a factory, `Dragoman()` and later `init_app(app)`. The collection may be named by the
    app's setting `DRAGOMAN_COLLECTION` instead. A collection given by its path stays open as long as the app exists.

    Args:
        app: The app; None to name it later.
        collection: The collection, open or as a path; or the paths of several.
        url_prefix: The path below which everything lies, such as `/archive`.
        name: What the blueprint is called. Where several are mounted in one app, each needs a name of its own.
        **options: How the site behaves: see `Options`.
    """

    def __init__(
        self,
        app: Flask | None = None,
        collection: Collection | str | Path | Sequence[str | Path] | None = None,
        *,
        url_prefix: str = "",
        name: str = EXTENSION,
        **options: Unpack[Options],
    ) -> None:
        self._collection = collection
        self._url_prefix = url_prefix.rstrip("/")
        self._name = name
        self._options = options
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Add the pages and the API to an app.

        Raises:
            ValueError: No collection is named, or the app already has a blueprint of that name.
            DragomanError: An option does not fit, or there is no such collection.
        """
        config: Any = app.config
        collection: Collection | str | Path | Sequence[str | Path] | None = self._collection or config.get(
            "DRAGOMAN_COLLECTION"
        )
        if collection is None:
            raise ValueError("which collection? Give it to Dragoman(), or set DRAGOMAN_COLLECTION in the app's config")
        app.register_blueprint(blueprint(collection, name=self._name, **self._options), url_prefix=self._url_prefix)


def blueprint(
    collection: Collection | str | Path | Sequence[str | Path], *, name: str = EXTENSION, **options: Unpack[Options]
) -> Blueprint:
    """The pages and the API of a collection as a blueprint, to be registered in an app under any prefix.

    Args:
        collection: The collection, open or as a path; or the paths of several.
        name: What the blueprint is called; it begins the name of each endpoint.
        **options: How the site behaves: see `Options`.

    Raises:
        DragomanError: An option does not fit, or there is no such collection.
    """
    opened = collection if isinstance(collection, Collection) else Collection(collection)
    keys, rate, kept = options.get("keys"), options.get("rate"), options.get("cache", CACHE)
    served = Site(
        name=name,
        collection=opened,
        timeout=options.get("timeout", SEARCH_TIMEOUT),
        export_timeout=options.get("export_timeout", EXPORT_TIMEOUT),
        trusted_hosts=frozenset(map(host_name, options.get("trusted_hosts", ()))),
        origins=frozenset(map(origin, options.get("origins", ()))),
        title=options.get("title", "Dragoman"),
        metrics=Metrics(opened, options.get("counts") or Counts()),
        answers=Answers(kept) if kept else None,
        keys=keys if keys is None or isinstance(keys, Keys) else Keys(keys),
        limiter=Limiter(rate) if isinstance(rate, str) and rate else rate or None,
    )
    made = Blueprint(name, __name__)
    made.record(lambda state: _mount(state, served))
    made.before_request(telemetry.begin)
    made.before_request(_check_host)
    made.before_request(guards.answer_preflight)
    made.before_request(_check_request)
    made.before_request(guards.check)
    made.before_request(tags.answer_unchanged)
    made.before_request(cache.answer_again)
    # Flask calls these in reverse order.
    made.after_request(telemetry.end)
    made.after_request(_deliver)
    made.after_request(_finish)
    made.after_request(guards.finish)
    for part in (pages, reader, api, syndication, telemetry.telemetry, assets):
        made.register_blueprint(part)
    problems.register(made)
    return made


def _mount(state: BlueprintSetupState, served: Site) -> None:
    if "<" in (state.url_prefix or ""):
        raise DragomanError(
            f"the prefix {state.url_prefix} has a variable: mount a collection at each path it stands for"
        )
    state.app.url_map.converters.setdefault("dragoman_id", DocumentId)
    # The host app may register it under another name, or within a blueprint of its own.
    mount(state.app.extensions, replace(served, name=f"{state.name_prefix}.{state.name}".lstrip(".")))


def create_app(collection: Collection | str | Path | Sequence[str | Path], **options: Unpack[Options]) -> Flask:
    """An app that serves a collection and nothing else: pages and, under `/api/v1/`, JSON.

    Args:
        collection: The collection, open or as a path; or the paths of several.
        **options: How the site behaves: see `Options`.

    Raises:
        DragomanError: An option does not fit, or there is no such collection.
    """
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False
    Dragoman(app, collection, **options)
    problems.register(app)
    # What belongs to no blueprint, such as an unknown page, is treated in the same way.
    app.before_request(_begin_elsewhere)
    app.after_request(_finish_elsewhere)
    return app


class DocumentId(BaseConverter):
    """A document's id in a URL: any characters. Flask's own `path` refuses ids that begin with a slash."""

    regex = ".+"
    part_isolating = False

    def to_url(self, value: Any) -> str:
        """An id as it stands in a URL, its slashes encoded where a browser would read its dots as parent folders."""
        url = super().to_url(value)
        dotted = {".", ".."}.intersection(value.split("/"))
        return url.replace("/", "%2F") if dotted else url


def _check_host() -> Response | None:
    if request.endpoint == f"{site().name}.telemetry.health":
        return None  # health checks address a server by its number, or by no name at all
    name = host_of(request.environ.get("HTTP_HOST"))
    if name is None:
        return problems.problem(400, "The Host header is not a host's name.")
    trusted = site().trusted_hosts
    if trusted and name not in trusted:
        return problems.problem(400, f"This server does not answer for the host {name[:80]!r}.")
    return None


def _check_request() -> None:
    request.max_content_length = MAX_REQUEST_BYTES
    if request.method not in READING:
        raise MethodNotAllowed(READING)
    try:
        unquote_to_bytes(request.query_string).decode()
    except UnicodeDecodeError:
        # Flask would read the bytes as if their percent signs had been typed, and so answer another question.
        raise QueryError("the address has bytes that are no text in UTF-8: write é as %C3%A9, for one") from None


def _finish(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    tags.tag(response)
    return response


def _deliver(response: Response) -> Response:
    compression.compress(response)
    cache.keep(response)
    return response


def _begin_elsewhere() -> Response | None:
    if request.blueprint is None:
        telemetry.begin()
        return _check_host()
    return None


def _finish_elsewhere(response: Response) -> Response:
    return telemetry.end(_deliver(_finish(response))) if request.blueprint is None else response
