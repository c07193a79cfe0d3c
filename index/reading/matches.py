"""The passages of a stack that match a plan: put in order, folded, and counted."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Document
from ..ledger.near_copies import Copies
from ..segments.arrays import grouped
from .facets import Facets
from .folding import Folding, folded
from .plan import Deadline, Sort, which_answer
from .stack import Stack
from .tallies import Tallies
from .view import Folded

_NOTHING = np.zeros(0, np.int64)


class Records(NamedTuple):
    """What a view reads in a ledger. `Base` must not have it, or else the view would be in a circle.

    Attributes:
        document: From a number in the ledger to the document.
        arrivals: From numbers in the ledger to when the documents came in, in seconds since the epoch.
    """

    document: Callable[[int], Document]
    arrivals: Callable[[NDArray[np.int64]], NDArray[np.float64]]


class Base:
    """What all match sets of one snapshot share. It knows nothing of the snapshot, which else would be in a circle.

    Args:
        stack: The passages.
        copies: The groups of near-copies.
        counted: The names of the fields whose values are counted, in order.
    """

    def __init__(self, stack: Stack, copies: Copies, counted: Sequence[str]) -> None:
        self._counted = counted
        self.stack = stack
        self.copies = copies

    @cached_property
    def tallies(self) -> Tallies:
        """The fields of the stack, put together for counting when somebody first counts."""
        return Tallies(self.stack, self._counted)

    @cached_property
    def copied(self) -> NDArray[np.bool_]:
        """Which passages are of a document that has near-copies: bool [size of the stack]."""
        each = zip(self.stack.versions, self.stack.segments, strict=True)
        copied = (self.copies.has(versions)[segment.columns.document] for versions, segment in each)
        return np.concatenate([np.zeros(0, bool), *copied])


class LocalMatches:
    """See `view.Matches`.

    Args:
        base: What it is of.
        records: Where documents are read.
        numbers: int64, ascending: all passages that match.
        candidates: int64 [n], ascending: those of them whose order is told by their scores.
        keys: float64, beside `numbers`: above 0 and higher the earlier one comes that is no candidate.
        deadline: The end of the search.
        worth: From the numbers of matches to what they are worth, which `plan.which_answer` tells answers by.
    """

    def __init__(
        self,
        base: Base,
        records: Records,
        numbers: NDArray[np.int64],
        candidates: NDArray[np.int64],
        keys: NDArray[np.float64],
        deadline: Deadline,
        worth: Callable[[NDArray[np.int64]], NDArray[np.float64]] = lambda numbers: np.ones(len(numbers)),
    ) -> None:
        self._worth = worth
        self._base = base
        self._records = records
        self._deadline = deadline
        self._numbers = numbers
        self._candidates = candidates
        self._keys = keys

    def listed(
        self,
        scores: NDArray[np.float64],
        *,
        sort: Sort,
        per_document: bool,
        fold: bool,
        offset: int = 0,
        limit: int,
        answering: bool = False,
    ) -> "LocalListing":
        """See `view.Matches.listed`."""
        self._deadline.check()
        stack, matches = self._base.stack, self._numbers
        # Below every candidate, whose scores are not negative.
        keys: NDArray[Any] = -1 / np.maximum(self._keys, np.finfo(float).tiny)
        keys[np.searchsorted(matches, self._candidates)] = scores
        for recency in self._recency(sort):
            keys = _ranks(recency) * (len(matches) + 1) + _ranks(keys)
        if answering:
            answers = which_answer(self._worth(matches))
            matches, keys = matches[answers], keys[answers]
        weaker = len(self._numbers) - len(matches)
        folding = None
        copied = np.flatnonzero(self._base.copied[matches]) if fold else _NOTHING
        if len(copied):
            ranked = stack.order(matches[copied], keys[copied], len(copied))
            documents = stack.documents(ranked)
            folding = folded(self._base.copies.group(documents), documents)
            kept = ~np.isin(matches, ranked[~folding.kept])
            matches, keys = matches[kept], keys[kept]
        best = self._best_of_documents(matches, keys) if per_document else slice(None)
        shown = stack.order(matches[best], keys[best], offset + limit)[offset:]
        return LocalListing(
            self._base, self._records, matches, shown, len(matches[best]), folding, self._deadline, weaker
        )

    def _recency(self, sort: Sort) -> Iterator[NDArray[Any]]:
        """Keys that are higher the earlier a passage comes in that order, those that tell least first.

        The undated come last in each order by date.
        """
        if sort != "relevance":
            days = self._base.stack.days(self._numbers)
            yield np.where(days > 0, -days, np.iinfo(np.int64).min + 1) if sort == "oldest" else days
        if sort == "added":
            yield self._records.arrivals(self._base.stack.documents(self._numbers))

    def _best_of_documents(self, numbers: NDArray[np.int64], keys: NDArray[Any]) -> NDArray[np.int64]:
        """The positions of the best passage of each document."""
        stack = self._base.stack
        documents = stack.documents(numbers)
        best = np.lexsort((stack.starts(numbers), -keys, documents))
        return best[np.flatnonzero(np.diff(documents[best], prepend=-1))]


class LocalListing:
    """See `view.Listing`.

    Args:
        base: What it is of.
        matches: int64, ascending: all that match except what was folded away.
        numbers: int64: those that are listed, in order.
        total: How many there are to list.
        folding: What was folded, if anything was.
        deadline: The end of the search.
        weaker: How many matches were left out because they do not answer the question.
    """

    def __init__(
        self,
        base: Base,
        records: Records,
        matches: NDArray[np.int64],
        numbers: NDArray[np.int64],
        total: int,
        folding: Folding | None,
        deadline: Deadline,
        weaker: int,
    ) -> None:
        self.weaker = weaker
        self._deadline = deadline
        self._base = base
        self._records = records
        self._matches = matches
        self._folding = folding
        self.numbers = numbers
        self.total = total
        by_document = base.tallies.by_document(matches)
        self.documents = int(np.count_nonzero(by_document))
        self.more = by_document[base.stack.table.passages[numbers]] - 1

    def facets(self, top: int) -> Facets:
        """See `view.Listing.facets`."""
        return self._base.tallies.facets(self._matches, top, self._deadline)

    def copies(self, position: int, most: int) -> Folded:
        """See `view.Listing.copies`."""
        if self._folding is None:
            return Folded(0, ())
        own = self._base.stack.documents(self.numbers[position : position + 1])
        under = self._folding.under(int(own[0])).tolist()
        return Folded(len(under), tuple(self._records.document(each) for each in under[:most]))


def _ranks(keys: NDArray[Any]) -> NDArray[np.int64]:
    """The rank of each key among the different ones, the lowest at 0: integers in the same order."""
    return grouped(keys)[1]
