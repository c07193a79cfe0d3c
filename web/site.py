"""What is served, and within which limits.

Kept in the app's extensions under the name that it is mounted by, never in a global.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from flask import current_app, request, url_for

from ..search.collection import Collection
from ..version import __version__
from .access.keys import Keys
from .access.limits import Limiter
from .delivery.kept_answers import Answers
from .server.metrics import Metrics

EXTENSION = "dragoman"


@dataclass(frozen=True, slots=True)
class Site:
    """A collection on the web.

    Attributes:
        name: The name of its blueprint, which begins the name of each of its endpoints.
        collection: The collection.
        timeout: How many seconds a search may take.
        export_timeout: How many seconds an export may take, from the first byte to the last.
        trusted_hosts: The names, in lower case, that a request may address the site by; empty for any.
        origins: The other sites whose pages may call the API, as in `https://example.org`, or `*` for all.
        title: What the pages call themselves.
        metrics: What is counted for Prometheus.
        answers: The answers that are kept for those who ask the same; None for none.
        keys: The keys that open the API; None if it is open to all.
        limiter: How often a client may ask; None for as often as it likes.
    """

    name: str
    collection: Collection
    timeout: float
    export_timeout: float
    trusted_hosts: frozenset[str]
    origins: frozenset[str]
    title: str
    metrics: Metrics
    answers: Answers | None = None
    keys: Keys | None = None
    limiter: Limiter | None = None

    def version(self, url: str) -> str:
        """A tag that changes whenever the answer at a URL may, and is the same from every server of the collection.

        It changes with each commit, and with what is left out of the collection; with each release of Dragoman and each
        setting of the site, by which the same is answered differently; and with each day, for a question may say "last
        month".
        """
        collection = self.collection
        parts = (
            *(__version__, self.title, sorted(self.origins), self.keys is not None, self.limiter and self.limiter.rate),
            *(str(date.today()), collection.version, collection.left_out, collection.settings, url),
        )
        seed = "\n".join(map(str, parts))
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


def site_at(at: str) -> Site:
    """The present site, with the collection in that state which is kept under a name; none for that of today.

    Raises CollectionNotFound if there is none of that name.
    """
    present = site()
    return replace(present, collection=present.collection.at(at)) if at else present


def address(endpoint: str, *, external: bool = False, **values: Any) -> str:
    """The URL of one of the present site's own endpoints: see `Site.address`."""
    return site().address(endpoint, external=external, **values)
