"""The passages of a snapshot that satisfy a constraint, and what both legs find among them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import SearchTimeout
from . import constraints
from .constraints import Constraint
from .postings import BM25F, Occurrences, Unit, idf

if TYPE_CHECKING:
    from .snapshot import Snapshot

_ROUNDING = 1e-9  # of sums of idf, which are compared with their half


class Deadline:
    """A point in time after which `check` raises SearchTimeout; without `seconds` it never comes."""

    def __init__(self, seconds: float | None = None) -> None:
        self._seconds = seconds
        self._end = None if seconds is None else time.monotonic() + seconds

    def check(self) -> None:
        """Raise SearchTimeout if the time is over."""
        if self._end is not None and time.monotonic() > self._end:
            raise SearchTimeout(f"the search took longer than {self._seconds:g} s: ask for less, or allow more time")


class Weighed(NamedTuple):
    """A unit with what it is worth: `passages` is how many live passages hold it, `idf` follows from that."""

    unit: Unit
    passages: int
    idf: float


@dataclass(frozen=True, slots=True)
class KeywordMatches:
    """The keyword leg's answer.

    `numbers` are the passages that hold at least half of the units' idf, in ascending order. `scores` is float64
    [size of the snapshot]: exact for those and for the passages that were asked for besides.
    """

    numbers: NDArray[np.int64]
    scores: NDArray[np.float64]
    weighed: tuple[Weighed, ...]


class Selection:
    """The live passages of a snapshot that satisfy a constraint, and what both legs find among them."""

    def __init__(self, snapshot: "Snapshot", constraint: Constraint, deadline: Deadline) -> None:
        self._snapshot = snapshot
        self._deadline = deadline
        self._found: dict[Unit, list[Occurrences]] = {}
        self.admitted = snapshot.live & self._evaluate(constraint)
        """bool [size of the snapshot]"""

    @property
    def numbers(self) -> NDArray[np.int64]:
        """The passages' numbers, ascending."""
        return np.flatnonzero(self.admitted)

    def _evaluate(self, constraint: Constraint) -> NDArray[np.bool_]:
        snapshot = self._snapshot
        parts = [self._matching(index, constraint) for index in range(len(snapshot._segments))]
        return np.concatenate([np.zeros(0, bool), *parts])

    def _matching(self, index: int, constraint: Constraint) -> NDArray[np.bool_]:
        """Which passages of one segment satisfy a constraint."""
        self._deadline.check()
        segment = self._snapshot._segments[index]
        match constraint:
            case constraints.Holds(unit):
                admitted = np.zeros(len(segment), bool)
                admitted[self._occurrences(unit)[index].ordinals] = True
                return admitted
            case constraints.Has(column, value, exact):
                return segment.columns.having(column, value, exact=exact)
            case constraints.Dated(first, last):
                return segment.columns.dated(first, last)
            case constraints.Undated():
                return segment.columns.undated()
            case constraints.Not(negated):
                return ~self._matching(index, negated)
            case constraints.All(parts):
                every = (self._matching(index, part) for part in parts)
                return reduce(np.logical_and, every, np.ones(len(segment), bool))
            case constraints.Any(parts):
                each = (self._matching(index, part) for part in parts)
                return reduce(np.logical_or, each, np.zeros(len(segment), bool))

    def _occurrences(self, unit: Unit) -> list[Occurrences]:
        """A unit's occurrences in each segment, looked up once."""
        if unit not in self._found:
            self._deadline.check()
            self._found[unit] = [segment.postings.occurrences(unit) for segment in self._snapshot._segments]
        return self._found[unit]

    def keyword(self, units: Sequence[Unit], bm25f: BM25F, also: NDArray[np.int64]) -> KeywordMatches:
        """Score passages by the words they hold (BM25F); `also` names passages to score whether they match or not.

        A passage matches if it holds at least half of the idf of the units that tell. One that no passage holds counts
        as much as the others do on average: it is part of what was asked. Units are taken rarest first; once the rest
        weighs less than half, a passage that held none so far can no longer match, so of a common word's long
        postings only those of passages already seen are looked at. That changes no score.
        """
        snapshot = self._snapshot
        weighed = sorted(map(self._weigh, units), key=lambda each: (not each.unit.tells, -each.idf))
        telling = [each for each in weighed if each.unit.tells] or weighed
        known = [each.idf for each in telling if each.passages]
        remaining = sum(known)
        half = remaining * len(telling) / max(len(known), 1) / 2 - _ROUNDING
        scores = np.zeros(len(self.admitted))
        mass = np.zeros(len(self.admitted))
        seen = np.zeros(len(self.admitted), bool)
        seen[also] = True
        for each in weighed:
            worth = each.idf if each in telling else 0.0
            still_open = remaining >= half
            for base, segment, found in zip(
                snapshot._bases, snapshot._segments, self._occurrences(each.unit), strict=False
            ):
                self._deadline.check()
                here = slice(base, base + len(segment))
                wanted = (self.admitted if still_open else seen)[here][found.ordinals]
                ordinals, counts = found.ordinals[wanted], found.counts[wanted]
                saturated = bm25f.saturated(counts, segment.postings.lengths[ordinals], snapshot.averages)
                scores[here][ordinals] += each.idf * saturated
                mass[here][ordinals] += worth
                seen[here][ordinals] = True
            remaining -= worth
        matching = self.admitted & (mass >= half) & (mass > 0)
        return KeywordMatches(np.flatnonzero(matching), scores, tuple(weighed))

    def _weigh(self, unit: Unit) -> Weighed:
        snapshot = self._snapshot
        passages = sum(
            int(snapshot.live[base + found.ordinals].sum())
            for base, found in zip(snapshot._bases, self._occurrences(unit), strict=False)
        )
        return Weighed(unit, passages, idf(snapshot.count, passages) if passages else 0.0)

    def nearest(self, question: NDArray[np.float32], depth: int) -> NDArray[np.int64]:
        """The `depth` passages nearest in meaning to a unit vector [dimension], nearest first."""
        snapshot = self._snapshot
        found = [np.zeros(0, np.int64)]
        for base, segment in zip(snapshot._bases, snapshot._segments, strict=False):
            self._deadline.check()
            admitted = self.admitted[base : base + len(segment)]
            if admitted.any():
                found.append(base + segment.vectors.nearest(question, depth, admitted))
        numbers = np.concatenate(found)
        return snapshot.order(numbers, snapshot.cosines(question, numbers), depth)
