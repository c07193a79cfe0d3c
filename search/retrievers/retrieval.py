"""What the retrievers for other frameworks have in common: whom they ask, and what they tell of a hit."""

from collections.abc import Iterable, Mapping, Sequence, Set
from pathlib import Path
from typing import Any, Final

from ...errors import QueryError
from ..collection import Collection, open_collection
from ..language.plain import plain
from ..language.question import Filters
from ..ranking.engine import Mode
from ..results import wire
from ..results.results import Hit

FILTERS: Final = (*Filters.__annotations__, "sort", "per_document", "fold", "timeout")
"""The options of `Collection.search` that a retriever passes on."""

OPTIONS: Final = ("k", "mode", "filters", "literal")
"""What a framework does not say when it asks: how many passages, by which legs, of what, and whether word for word."""


class Retrieval:
    """Asks a collection for a retriever, which says anew each time how: so what is set later is obeyed.

    A collection that is named by its path stays open for as long as this is used.
    """

    def __init__(self) -> None:
        self._opened: dict[str, Collection] = {}

    def collection(self, named: Collection | str | Path) -> Collection:
        """The collection, which is one that is open, or a path. Raises what `open_collection` raises."""
        if isinstance(named, Collection):
            return named
        path = str(named)
        if path not in self._opened:
            self._opened[path] = open_collection(path)
        return self._opened[path]

    def __call__(
        self,
        collection: Collection | str | Path,
        question: str,
        *,
        k: int,
        mode: Mode,
        filters: Mapping[str, Any],
        literal: bool,
    ) -> tuple[Hit, ...]:
        """The `k` passages that answer, best first.

        With `literal`, a question is asked word for word: nothing in it counts as a sign of the query language.

        Raises QueryError for filters that `check_filters` refuses, and what `Collection.search` raises.
        """
        check_filters(filters)
        said = {name: value for name, value in filters.items() if value is not None}
        asked = plain(question) if literal else question
        return self.collection(collection).search(asked, **said, limit=k, mode=mode, highlights=False).hits


def check_filters(filters: Mapping[str, Any]) -> None:
    """Raise QueryError for a filter that there is none of; or that names nothing, and so would let everything pass."""
    check_known("filter", filters, FILTERS)
    for name, value in filters.items():
        if isinstance(value, str | Sequence | Set) and not value:
            raise QueryError(f"the filter {name!r} is empty: leave it out to let everything pass, or name what may")


def check_known(what: str, given: Iterable[str], known: Sequence[str]) -> None:
    """Raise QueryError if a name is given that is not known."""
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise QueryError(f"there is no {what} {unknown[0]!r}: use {', '.join(known)}")


def described(hit: Hit) -> dict[str, Any]:
    """What is known of a passage, as values that every framework can store: strings, numbers and None.

    `start` and `end` are characters of the document's text; `source` is the document's id.
    """
    return {
        **wire.to_builtins(wire.source_of(hit.document)),
        "id": hit.passage,
        "source": hit.document.id,
        "start": hit.start,
        "end": hit.end,
        "score": hit.score,
        "reason": hit.reason,
    }
