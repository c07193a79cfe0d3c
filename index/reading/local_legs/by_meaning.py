"""The meaning leg in a stack: which passages lie near a vector, and how near."""

import numpy as np
from numpy.typing import NDArray

from ...segments.arrays import is_among, quantile
from ...segments.similarity.vectors import ROUNDING
from ..plan import Meaning
from ..selection import Selection
from ..view import Weighed


class LocalMeaning:
    """What the meaning leg finds among the passages of a selection.

    Args:
        selection: The passages to look among.
        request: The vector, and how near to it a match is.
    """

    goes_last = False
    weighed: tuple[Weighed, ...] = ()

    def __init__(self, selection: Selection, request: Meaning) -> None:
        self._selection = selection
        self._stack = selection.stack
        self._request = request
        self._known = np.zeros(0, np.int64)
        self._cosines = np.zeros(0)
        self._floor = request.floor
        self._nearest_of_all = 0.0
        self.matches: NDArray[np.int64] = np.zeros(0, np.int64)  # none beyond the candidates
        self._last = -1  # the farthest of the leading ones, if they may not be all

    def leading(self, depth: int, also: NDArray[np.int64]) -> NDArray[np.int64]:
        """See `LocalLeg.leading`."""
        near = np.sort(self._nearest(self._selection.admitted, depth))
        self._known, self._cosines = near, self._stack.cosines(self._request.vector, near)
        near = self._stack.order(near, self._cosines, depth)
        self._last = int(near[-1]) if len(near) == depth else -1
        return near

    def matching(self, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """See `LocalLeg.matching`: whether they reach the floor, which may follow from the nearest of all passages.

        What has no vector yet does not.

        Filters do not count for that: they choose from what a question matches, and what that is must not change with
        them. What they leave out is looked through for its nearest alone, so that no passage is compared twice.
        """
        known, cosines = self._known, np.zeros(len(numbers))
        is_known = is_among(numbers, known)
        cosines[is_known] = self._cosines[np.searchsorted(known, numbers[is_known])]
        cosines[~is_known] = self._stack.cosines(self._request.vector, numbers[~is_known])
        self._known, self._cosines = numbers, cosines
        nearest = float(np.fmax.reduce(self._cosines, initial=0))
        if self._request.nearness:
            if (left_out := self._selection.left_out) is not None:
                others = self._stack.cosines(self._request.vector, self._nearest(left_out, 1))
                nearest = max(nearest, float(others.max(initial=0)))
            self._floor = max(self._floor, self._request.nearness * nearest)
        self._nearest_of_all = nearest
        return self._cosines >= self._floor

    def keys(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """See `LocalLeg.keys`: how near passages are."""
        return self._cosines[np.searchsorted(self._known, numbers)]

    def evidence(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """See `LocalLeg.evidence`: float64 [1, n], the similarity of each passage to the vector."""
        return self.keys(numbers)[np.newaxis]

    def worth(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """See `LocalLeg.worth`: how near they are, beside the nearest; 0 for what was not compared.

        What has no vector yet is taken to be as near as the median of what was compared.
        """
        worth = np.zeros(len(numbers))
        compared = is_among(numbers, self._known)
        cosines = _with_median(self._cosines)[np.searchsorted(self._known, numbers[compared])]
        worth[compared] = np.maximum(cosines, 0) / max(self._nearest_of_all, 1e-9)
        return worth

    @property
    def is_cut(self) -> bool:
        """See `LocalLeg.is_cut`: whether the farthest of those that were looked at is near enough."""
        return self._last >= 0 and bool(self.keys(np.array([self._last]))[0] >= self._floor)

    def _nearest(self, among: NDArray[np.bool_], depth: int) -> NDArray[np.int64]:
        """The `depth` passages nearest to the vector, and such as may be as near, in no particular order."""
        found, similar = [np.zeros(0, np.int64)], [np.zeros(0, np.float32)]
        for base, segment in self._stack:
            self._selection.deadline.check()
            here = among[base : base + len(segment)]
            if here.any():
                near, how_near = segment.vectors.nearest(self._request.vector, depth, here)
                found.append(base + near)
                similar.append(how_near)
        numbers, about = np.concatenate(found), np.concatenate(similar)
        if len(numbers) <= depth:
            return numbers
        return numbers[about >= np.partition(about, -depth)[-depth] - ROUNDING]


def _with_median(similarities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Similarities, with the median of those that are known in place of those that are not (NaN); 0 if none is."""
    unknown = np.isnan(similarities)
    if not unknown.any():
        return similarities
    return np.where(unknown, 0.0 if unknown.all() else quantile(similarities[~unknown], 0.5), similarities)
