"""What the retrievers for other frameworks have in common: how they search, and which metadata a hit has."""

from collections.abc import Iterable, Mapping, Sequence, Set
from pathlib import Path
from typing import Any, Final

from ...errors import QueryError
from ..arguments import check_text
from ..collection import Collection, open_collection
from ..language.question import Filters
from ..ranking.engine import Mode
from ..results import wire
from ..results.results import Hit

FILTERS: Final = (*Filters.__annotations__, "sort", "match", "per_document", "fold", "timeout")
"""The options of `Collection.search` that a retriever passes on."""

OPTIONS: Final = ("k", "mode", "filters", "literal")
"""What a retriever is set to, as a framework passes on only a question.

How many passages to return, which legs to use, the filters, and whether to take the question word for word.
"""


class Retrieval:
    """Searches a collection for a retriever, which passes its options with each call: so later changes take effect.

    A collection that is named by its path stays open as long as this object exists.
    """

    def __init__(self) -> None:
        self._opened: dict[str, Collection] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {"_opened": {}}  # in another process they are opened when they are asked

    def collection(self, named: Collection | str | Path) -> Collection:
        """The collection itself, or the one at a path, opened. Raises what `open_collection` raises."""
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
        """The passages that answer a question, best first.

        Args:
            collection: An open collection, or its path.
            question: What to look for.
            k: How many passages to return at most.
            mode: Which legs find and rank.
            filters: Options of `Collection.search`, by name: see FILTERS.
            literal: Take the question word for word, so that nothing in it belongs to the query language.

        Returns:
            Nothing for a question without a letter or digit: a chain may well pass on a blank one.

        Raises:
            InvalidArgument: The question is not a text.
            QueryError: `check_filters` refuses the filters.
            DragomanError: Whatever else `Collection.search` raises.
        """
        check_text("the question", question)
        check_filters(filters)
        if not any(map(str.isalnum, question)):
            return ()
        options = {name: value for name, value in filters.items() if value is not None}
        return (
            self.collection(collection)
            .search(question, **options, limit=k, mode=mode, literal=literal, highlights=False)
            .hits
        )


def check_filters(filters: Mapping[str, Any]) -> None:
    """Raise QueryError for an unknown filter, or for an empty one, which would let everything pass."""
    check_known("filter", filters, FILTERS)
    for name, value in filters.items():
        if isinstance(value, str | Sequence | Set) and not value:
            raise QueryError(f"the filter {name!r} is empty: leave it out to let everything pass, or name what may")


def check_known(what: str, given: Iterable[str], known: Sequence[str]) -> None:
    """Check names.

    Args:
        what: What the error calls a name: "filter" or "option".
        given: The names to check.
        known: Those that are allowed.

    Raises:
        QueryError: One of them is not allowed.
    """
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise QueryError(f"there is no {what} {unknown[0]!r}: use {', '.join(known)}")


def metadata_of(hit: Hit) -> dict[str, Any]:
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
