"""What is served, and within which limits.

Kept in the app's extensions under the name that it is mounted by, never in a global.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any, cast

from flask import current_app, request, url_for

from ..search.collection import Collection
from .access.keys import Keys
from .access.limits import Limiter
from .server.metrics import Metrics

EXTENSION = "dragoman"


@dataclass(frozen=True, slots=True)
class Site:
    """A collection on the web.

    Attributes:
        name: The name of its blueprint, which begins the name of each of its endpoints.
        collection: The collection.
        timeout: How many seconds a search may take.
        trusted_hosts: The names, in lower case, that a request may address the site by; empty for any.
        origins: The other sites whose pages may call the API, as in `https://example.org`, or `*` for all.
        title: What the pages call themselves.
        metrics: What is counted for Prometheus.
        keys: The keys that open the API; None if it is open to all.
        limiter: How often a client may ask; None for as often as it likes.
    """

    name: str
    collection: Collection
    timeout: float
    trusted_hosts: frozenset[str]
    origins: frozenset[str]
    title: str
    metrics: Metrics
    keys: Keys | None = None
    limiter: Limiter | None = None
    _run: str = field(default_factory=lambda: secrets.token_hex(8))

    def version(self, url: str) -> str:
        """A tag that changes whenever the answer at a URL may: with each commit, and with each start of the site.

        With each start, because a newer Dragoman may answer differently, and because another collection may lie at
        the same path with the same generation.
        """
        seed = f"{self._run} {self.collection.version} {url}"
        return hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()[:24]

    def address(self, endpoint: str, *, external: bool = False, **values: Any) -> str:
        """The URL of one of the site's own endpoints, wherever it is mounted. Call it within a request.

        Args:
            endpoint: The endpoint's name within the site, such as `reader.document`.
            external: Whether the URL names scheme and host as well.
            **values: The variables of its path, and the parameters of its query string.
        """
        return url_for(f"{self.name}.{endpoint}", _external=external, **values)


def mount(sites: dict[str, Any], site: Site) -> None:
    """Enter a site into an app's extensions."""
    sites.setdefault(EXTENSION, {})[site.name] = site


def site() -> Site:
    """The site that the present request is for; the app's first one for a URL that belongs to none of them."""
    sites = cast("dict[str, Site]", current_app.extensions[EXTENSION])
    return next((sites[name] for name in request.blueprints if name in sites), next(iter(sites.values())))


def address(endpoint: str, *, external: bool = False, **values: Any) -> str:
    """The URL of one of the present site's own endpoints: see `Site.address`."""
    return site().address(endpoint, external=external, **values)
