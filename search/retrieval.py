"""What the retrievers for other frameworks have in common: whom they ask, and what they tell of a hit."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ..errors import QueryError
from .asking import Filters
from .collection import Collection, open_collection
from .engine import Mode
from .plain import plain
from .results import Hit, source

FILTERS: Final = (*Filters.__annotations__, "sort", "per_document", "fold", "timeout")
"""The options of `Collection.search` that a retriever passes on."""


class Retrieval:
    """A collection with all that a framework does not say when it asks: how many passages, by which legs, of what.

    `collection` is one that is open, or a path, which stays open for as long as this is used. With `literal`, a
    question is asked word for word: nothing in it counts as a sign of the query language.

    Raises QueryError for a filter that there is none of, and whatever `open_collection` raises.
    """

    def __init__(
        self,
        collection: Collection | str | Path,
        *,
        k: int,
        mode: Mode,
        filters: Mapping[str, Any],
        literal: bool,
    ) -> None:
        unknown = sorted(set(filters) - set(FILTERS))
        if unknown:
            raise QueryError(f"there is no filter {unknown[0]!r}: use {', '.join(FILTERS)}")
        self._collection = collection if isinstance(collection, Collection) else open_collection(collection)
        self._options: dict[str, Any] = {**filters, "limit": k, "mode": mode, "highlights": False}
        self._literal = literal

    def __call__(self, question: str) -> tuple[Hit, ...]:
        """The passages that answer, best first. Raises what `Collection.search` raises."""
        return self._collection.search(plain(question) if self._literal else question, **self._options).hits


def described(hit: Hit) -> dict[str, Any]:
    """What is known of a passage, as values that every framework can store: strings, numbers and None.

    `start` and `end` are characters of the document's text; `source` is the document's id.
    """
    known = source(hit.document)
    return {
        **known,
        "id": hit.passage,
        "source": known["id"],
        "start": hit.start,
        "end": hit.end,
        "score": hit.score,
        "reason": hit.reason,
    }
