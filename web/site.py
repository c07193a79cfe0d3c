"""What is served: the collection and its limits, kept in the app's extensions, never in a global."""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import cast

from flask import current_app

from ..search.collection import Collection

EXTENSION = "dragoman"


@dataclass(frozen=True, slots=True)
class Site:
    """A collection on the web. `timeout` is how many seconds a search may take.

    `trusted_hosts` are the names that a request may address the site by, in lower case; with none given, any.
    """

    collection: Collection
    timeout: float
    trusted_hosts: frozenset[str] = frozenset()
    _run: str = field(default_factory=lambda: secrets.token_hex(8))

    def version(self, url: str) -> str:
        """A tag that changes whenever the answer at a URL may: with each commit, and with each start of the site.

        With each start, because a newer Dragoman may answer differently, and because another collection may lie at
        the same path with the same generation.
        """
        seed = f"{self._run} {self.collection.generation} {url}"
        return hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def site() -> Site:
    """The site that the present request is for."""
    return cast("Site", current_app.extensions[EXTENSION])
