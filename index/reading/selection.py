"""The passages of a stack that satisfy a constraint, and what both legs find among them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import SearchTimeout
from .. import constraints
from ..analysis import FIELDS
from ..constraints import Constraint
from ..segments.bm25f import BM25F, idf
from ..segments.postings import Occurrences
from ..segments.segment import Segment
from ..units import Unit
from .stack import TITLE, Stack

_ROUNDING = 1e-9  # of sums of idf, which are compared with what is wanted of them


class Deadline:
    """A point in time after which `check` raises SearchTimeout; without `seconds` it never comes."""

    def __init__(self, seconds: float | None = None) -> None:
        self._seconds = seconds
        self._end = None if seconds is None else time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """Whether it has come."""
        return self._end is not None and time.monotonic() > self._end

    def check(self) -> None:
        """Raise SearchTimeout if the time is over."""
        if self.is_over:
            raise SearchTimeout(f"the search took longer than {self._seconds:g} s: ask for less, or allow more time")


class Weighed(NamedTuple):
    """A unit with what it is worth: `passages` is how many live passages hold it, `idf` follows from that."""

    unit: Unit
    passages: int
    idf: float


class Pair(NamedTuple):
    """Two words that stand side by side in a question, as a phrase, and what it is worth that they do in a passage."""

    unit: Unit
    idf: float


@dataclass(frozen=True, slots=True)
class KeywordMatches:
    """The keyword leg's answer.

    `numbers` are the passages that match, in ascending order. `scores` is float64
    [size of the stack]: exact for those and for the passages that were asked for besides.
    """

    numbers: NDArray[np.int64]
    scores: NDArray[np.float64]
    weighed: tuple[Weighed, ...]


class Selection:
    """The live passages of a stack that satisfy a constraint, and what both legs find among them."""

    def __init__(self, stack: Stack, constraint: Constraint, deadline: Deadline) -> None:
        self._stack = stack
        self._deadline = deadline
        self._looked_up: dict[Unit, list[Occurrences]] = {}
        self.admitted = stack.live & self._evaluate(constraint)
        """bool [size of the stack]"""

    @property
    def numbers(self) -> NDArray[np.int64]:
        """The passages' numbers, ascending."""
        return np.flatnonzero(self.admitted)

    def _evaluate(self, constraint: Constraint) -> NDArray[np.bool_]:
        parts = [self._matching(index, segment, constraint) for index, segment in enumerate(self._stack.segments)]
        return np.concatenate([np.zeros(0, bool), *parts])

    def _matching(self, index: int, segment: Segment, constraint: Constraint) -> NDArray[np.bool_]:
        """Which passages of one segment, the one of that index, satisfy a constraint."""
        self._deadline.check()
        match constraint:
            case constraints.Holds(unit):
                admitted = np.zeros(len(segment), bool)
                admitted[self._occurrences(unit)[index].ordinals] = True
                return admitted
            case constraints.Has(column, value, exact):
                return segment.columns.having(column, value, exact=exact)
            case constraints.Of(document):
                return segment.columns.of(document)
            case constraints.Dated(first, last):
                return segment.columns.dated(first, last)
            case constraints.Undated():
                return segment.columns.undated()
            case constraints.Not(negated):
                return ~self._matching(index, segment, negated)
            case constraints.AllOf(parts):
                every = (self._matching(index, segment, part) for part in parts)
                return reduce(np.logical_and, every, np.ones(len(segment), bool))
            case constraints.AnyOf(parts):
                each = (self._matching(index, segment, part) for part in parts)
                return reduce(np.logical_or, each, np.zeros(len(segment), bool))

    def _occurrences(self, unit: Unit) -> list[Occurrences]:
        """A unit's occurrences in each segment, looked up once."""
        if unit not in self._looked_up:
            self._deadline.check()
            self._looked_up[unit] = [segment.postings.occurrences(unit) for segment in self._stack.segments]
        return self._looked_up[unit]

    def keyword(self, units: Sequence[Unit], bm25f: BM25F, also: NDArray[np.int64]) -> KeywordMatches:
        """Score passages by the words they hold (BM25F); `also` names passages to score whether they match or not.

        A passage matches if it holds half of the units' idf, or as much as one and a half have on average: of a
        long question no passage holds half. A unit that no passage holds counts as much as the others do on average:
        it is part of what was asked. Units are taken rarest first; once the rest weighs less than is wanted, a passage
        that held none so far can no longer match, so of a common word's long postings only those of passages already
        seen are looked at. That changes no score.
        """
        weighed = sorted(map(self._weigh, units), key=lambda each: -each.idf)
        known = [each.idf for each in weighed if each.passages]
        remaining = sum(known)
        wanted = remaining / max(len(known), 1) * min(len(weighed) / 2, 1.5) - _ROUNDING
        scores = np.zeros(len(self.admitted))
        mass = np.zeros(len(self.admitted))
        seen = np.zeros(len(self.admitted), bool)
        seen[also] = True
        for each in weighed:
            still_open = remaining >= wanted
            for (base, segment), found in zip(self._stack, self._occurrences(each.unit), strict=True):
                self._deadline.check()
                here = slice(base, base + len(segment))
                looked_at = (self.admitted if still_open else seen)[here][found.ordinals]
                ordinals, counts = found.ordinals[looked_at], found.counts[looked_at]
                saturated = bm25f.saturated(counts, segment.postings.lengths[ordinals], self._stack.averages)
                scores[here][ordinals] += each.idf * saturated
                mass[here][ordinals] += each.idf
                seen[here][ordinals] = True
            remaining -= each.idf
        matching = self.admitted & (mass >= wanted) & (mass > 0)
        return KeywordMatches(np.flatnonzero(matching), scores, tuple(weighed))

    def whole_documents(
        self, weighed: Sequence[Weighed], bm25f: BM25F, numbers: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """The BM25F of the document of each of some passages, taken as a whole: what all its passages hold together."""
        table = self._stack.table
        documents, owner = np.unique(table.passages[numbers], return_inverse=True)
        row = np.full(len(table.sizes), -1, np.int32)
        row[documents] = np.arange(len(documents))
        scores = np.zeros(len(documents))
        for each in weighed:
            self._deadline.check()
            counts = np.zeros((len(documents), len(FIELDS)))
            for (base, _), found in zip(self._stack, self._occurrences(each.unit), strict=True):
                rows = row[table.passages[base : base + len(table.passages)][found.ordinals]]
                asked = np.flatnonzero(rows >= 0)
                rows, of_asked = rows[asked], found.counts[asked]
                for field in range(len(FIELDS)):
                    held = np.flatnonzero(of_asked[:, field])
                    counts[:, field] += np.bincount(rows[held], of_asked[held, field], len(documents))
            counts[:, TITLE] /= table.sizes[documents]  # which every passage repeats
            scores += each.idf * bm25f.saturated(counts, table.lengths[documents], table.averages)
        return scores[owner]

    def side_by_side(self, pairs: Sequence[Pair], bm25f: BM25F, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """What some passages, in ascending order, score for words that stand in them side by side as in the question.

        Each pair counts as a word would that has the pair's idf.
        """
        scores = np.zeros(len(numbers))
        edges = np.searchsorted(numbers, self._stack.bases).tolist()
        for (base, segment), (start, stop) in zip(self._stack, pairwise(edges), strict=True):
            ordinals = (numbers[start:stop] - base).astype(np.int32)
            for unit, worth in pairs:
                self._deadline.check()
                found = segment.postings.occurrences(unit, ordinals)
                lengths = segment.postings.lengths[found.ordinals]
                saturated = bm25f.saturated(found.counts, lengths, self._stack.averages)
                scores[start + np.searchsorted(ordinals, found.ordinals)] += worth * saturated
        return scores

    def _weigh(self, unit: Unit) -> Weighed:
        stack = self._stack
        passages = sum(
            int(stack.live[base + found.ordinals].sum())
            for (base, _), found in zip(stack, self._occurrences(unit), strict=True)
        )
        return Weighed(unit, passages, idf(stack.count, passages) if passages else 0.0)

    def nearest(self, question: NDArray[np.float32], depth: int) -> NDArray[np.int64]:
        """The `depth` passages nearest in meaning to a unit vector [dimension], nearest first."""
        found = [np.zeros(0, np.int64)]
        for base, segment in self._stack:
            self._deadline.check()
            admitted = self.admitted[base : base + len(segment)]
            if admitted.any():
                found.append(base + segment.vectors.nearest(question, depth, admitted))
        numbers = np.concatenate(found)
        return self._stack.order(numbers, self._stack.cosines(question, numbers), depth)
