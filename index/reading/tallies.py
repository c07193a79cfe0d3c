"""Counts on a match set: how many passages, and of how many documents, have each value of a column or lie at a time.

All is counted by document: the passages of the match set first, by one `bincount`, then the values and dates of the
documents with these as weights. A question costs time linear in the passages that match, the documents and their
values, without a loop in Python over any of them. The codes behind this are put together once a stack, a column at a
time, when somebody first asks for it.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..analysis import Analysed
from ..segments.arrays import grouped
from ..segments.columns import UNDATED
from .facets import Dated, FacetColumn, Facets, FacetValue, histogram
from .plan import Deadline
from .stack import Stack

MAX_COMPLETED = 50_000
"""Of a column's values so many, the commonest, are offered as completions."""


class Tallies:
    """The columns of a stack's segments put together for counting. Safe to share among threads.

    Args:
        stack: The passages.
        counted: The names of the fields whose values are counted, in order.
    """

    def __init__(self, stack: Stack, counted: Sequence[str]) -> None:
        self._names = counted
        self._columns = [segment.columns for segment in stack.segments]
        self._documents = stack.table
        self._live = stack.live
        self._coded: dict[str, _Coded] = {}
        self._completed: dict[str, _Completed] = {}

    def facets(self, numbers: NDArray[np.int64], top: int, deadline: Deadline) -> Facets:
        """What some passages consist of, with the `top` commonest values of each column; ties go by value."""
        weights = self.by_document(numbers)
        columns: dict[str, FacetColumn] = {}
        for name in self._names:
            deadline.check()
            columns[name] = self._column(name).facet(weights, top)
        first, last = self._days
        dated = (first != UNDATED) & (weights > 0)
        return Facets(
            columns,
            histogram(Dated(first[dated], last[dated], weights[dated]), self._dated) if dated.any() else None,
            int(weights[first == UNDATED].sum()),
        )

    def by_document(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many of some passages each document has: [documents]."""
        return np.bincount(self._documents.passages[numbers], minlength=len(self._documents.sizes))

    def completions(self, column: str, beginning: str, limit: int) -> list[tuple[str, int]]:
        """The commonest values in which a word begins with what was typed, and how many live passages have each."""
        if column not in self._completed:
            self._completed[column] = _Completed(*self._column(column).commonest(self._alive, MAX_COMPLETED))
        return self._completed[column].beginning(beginning, limit)

    @cached_property
    def _alive(self) -> NDArray[np.int64]:
        return self.by_document(np.flatnonzero(self._live))

    @cached_property
    def _counted(self) -> NDArray[np.bool_]:
        """Which rows of the segments' documents count: of a document that a merge split over two, one."""
        rows = self._documents.rows
        counted = np.zeros(len(rows), bool)
        counted[grouped(rows)[0]] = True
        return counted

    @cached_property
    def _days(self) -> NDArray[np.int64]:
        """The first and the last day of each document: [2, documents]."""
        days = np.zeros((2, len(self._documents.sizes)), np.int64)
        days[0, self._documents.rows] = _together(each.first for each in self._columns)
        days[1, self._documents.rows] = _together(each.last for each in self._columns)
        return days

    @cached_property
    def _dated(self) -> Dated:
        """All documents that have a date, and how many live passages."""
        first, last = self._days
        dated = (first != UNDATED) & (self._alive > 0)
        return Dated(first[dated], last[dated], self._alive[dated])

    def _column(self, name: str) -> "_Coded":
        if name not in self._coded:
            # Of collections side by side, a field may be one's own: the documents of the others have no values.
            having = [name in each.fields for each in self._columns]
            parts = [each.values(name) for each, has in zip(self._columns, having, strict=True) if has]
            distinct = [part.distinct.encodings() for part in parts]
            # Each list is sorted, which Python's sort makes use of.
            merged = list(dict.fromkeys(sorted(chain.from_iterable(distinct))))
            code = {value: number for number, value in enumerate(merged)}
            codes = [
                np.fromiter(map(code.__getitem__, values), np.int32, len(values))[part.codes]
                for values, part in zip(distinct, parts, strict=True)
            ]
            of = iter(parts)
            sizes = _together(
                np.diff(next(of).starts) if has else np.zeros(len(each.version), np.int64)
                for each, has in zip(self._columns, having, strict=True)
            )
            row = np.repeat(np.arange(len(sizes)), sizes)
            counted = self._counted[row]
            self._coded[name] = _Coded(merged, _together(codes)[counted], self._documents.rows[row[counted]])
        return self._coded[name]


class _Coded(NamedTuple):
    """A column: its values as UTF-8, sorted; and for every value that a document has, its code and the document."""

    values: list[bytes]
    codes: NDArray[np.int64]
    documents: NDArray[np.int64]

    def facet(self, weights: NDArray[np.int64], top: int) -> FacetColumn:
        passages, documents = self._counts(weights)
        codes: list[int] = _highest(passages, top).tolist()
        values = (FacetValue(self.values[code].decode(), int(passages[code]), int(documents[code])) for code in codes)
        return FacetColumn(tuple(values), int(np.count_nonzero(passages)))

    def commonest(self, weights: NDArray[np.int64], top: int) -> tuple[list[str], NDArray[np.int64]]:
        passages, _ = self._counts(weights)
        codes: list[int] = _highest(passages, top).tolist()
        return [self.values[code].decode() for code in codes], passages[codes]

    def _counts(self, weights: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        by_value = weights[self.documents]
        held = np.flatnonzero(by_value)
        codes = self.codes[held]
        passages = np.bincount(codes, by_value[held], len(self.values)).astype(np.int64)
        return passages, np.bincount(codes, minlength=len(self.values))


def _highest(counts: NDArray[np.int64], top: int) -> NDArray[np.int64]:
    """The positions of the `top` highest counts above 0, highest first, then in order."""
    found = np.flatnonzero(counts)
    if top < len(found):
        threshold = np.partition(counts[found], len(found) - top)[len(found) - top]
        higher, tied = found[counts[found] > threshold], found[counts[found] == threshold]
        found = np.concatenate([higher, tied[: top - len(higher)]])
    return found[np.argsort(-counts[found], kind="stable")]


class _Completed:
    """Values in the order in which they are offered, folded into one text in which beginnings of words are sought."""

    def __init__(self, values: list[str], passages: NDArray[np.int64]) -> None:
        self._values = values
        self._passages = passages
        folded = [f"\n {_folded(value)}" for value in values]
        self._text = "".join(folded)
        self._ends = np.cumsum([len(each) for each in folded])

    def beginning(self, beginning: str, limit: int) -> list[tuple[str, int]]:
        wanted, position = f" {_folded(beginning)}", 0
        completions: list[tuple[str, int]] = []
        while len(completions) < limit and (position := self._text.find(wanted, position)) >= 0:
            number = int(np.searchsorted(self._ends, position, "right"))
            completions.append((self._values[number], int(self._passages[number])))
            position = int(self._ends[number])
        return completions


def _folded(text: str) -> str:
    return " ".join(Analysed(text).terms).lower()


def _together(arrays: Iterable[NDArray[Any]]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(0, np.int64), *arrays])
