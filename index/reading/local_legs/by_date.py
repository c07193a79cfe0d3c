"""The date leg in a stack: how near passages' documents lie in time to the days of a question."""

import numpy as np
from numpy.typing import NDArray

from ...segments.columns import UNDATED
from ..plan import NEARNESS, OVERLAP, Days
from ..selection import Selection
from ..view import Weighed

_NARROWEST, _WIDEST = 3.0, 90.0  # days: the bounds of how slowly nearness fades


class LocalDate:
    """What the date leg finds among the passages of a selection.

    Args:
        selection: The passages to look among.
        request: The days.
    """

    goes_last = False
    weighed: tuple[Weighed, ...] = ()

    def __init__(self, selection: Selection, request: Days) -> None:
        self._selection = selection
        self._request = request
        self.matches: NDArray[np.int64] = np.zeros(0, np.int64)

    def leading(self, depth: int, also: NDArray[np.int64]) -> NDArray[np.int64]:
        """See `LocalLeg.leading`: those whose documents are of these days, if they are that few or match by it."""
        found = [np.zeros(0, np.int64)]
        for base, segment in self._selection.stack:
            self._selection.deadline.check()
            here = np.zeros(len(segment), bool)
            for period in self._request.periods:
                here |= segment.columns.between_days(period.first, period.last)
            found.append(base + np.flatnonzero(here & self._selection.admitted[base : base + len(segment)]))
        numbers = np.concatenate(found)
        if self._request.alone:
            self.matches = numbers
        elif len(numbers) > depth:
            return found[0]  # the words choose among so many
        return self._selection.stack.order(numbers, self.keys(numbers), depth)

    def matching(self, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """See `LocalLeg.matching`: nothing matches for its date, unless nothing else was asked."""
        return np.isin(numbers, self.matches, assume_unique=True)

    def keys(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """See `LocalLeg.keys`: how near they are in time."""
        return self.evidence(numbers)[NEARNESS]

    def evidence(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """See `LocalLeg.evidence`: float64 [2, n], the rows as `Days` has them."""
        first, last = self._selection.stack.intervals(numbers)
        return evidence_of_date(first, last, self._request)

    def worth(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """See `LocalLeg.worth`: a date is evidence, and no answer unless nothing else was asked."""
        return self.matching(numbers).astype(np.float64)

    @property
    def is_cut(self) -> bool:
        """See `LocalLeg.is_cut`: what is of these days is known completely."""
        return False


def evidence_of_date(first: NDArray[np.int64], last: NDArray[np.int64], days: Days) -> NDArray[np.float64]:
    """How near documents lie in time to the days of a question: float64 [2, n], the rows as `Days` has them.

    A document within a period is worth 1; one that only overlaps it the less, the less of its own days are in it, down
    to a half; one outside of it less than a half, and the less the farther, as measured by the period's length.

    Args:
        first: int64 [n], the first day of each document's dates, or UNDATED.
        last: int64 [n], the last.
        days: What was asked.
    """
    rows = np.zeros((2, len(first)))
    for period in days.periods:
        shared = np.minimum(last, period.last) - np.maximum(first, period.first) + 1
        within = np.clip(shared / (last - first + 1), 0, 1)
        scale = min(max((period.last - period.first + 1) / 2, _NARROWEST), _WIDEST)
        near = np.where(shared > 0, 0.5 + within / 2, 0.5 * np.exp(np.minimum(shared - 1, 0) / scale))
        near = np.where(first == UNDATED, 0.0, near * period.weight)
        rows[NEARNESS] = np.maximum(rows[NEARNESS], near)
        rows[OVERLAP] = np.maximum(rows[OVERLAP], (shared > 0) & (first != UNDATED))
    return rows
