"""Fusion: one score out of those of any number of legs. Pure functions on the same candidates' scores in each leg.

To add a fusion, write a function here and add a line to `FUSIONS`.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...index.segments.arrays import quantile

RECIPROCAL_RANK_CONSTANT: Final = 60
"""Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet …" (SIGIR 2009)."""


class Scored(NamedTuple):
    """The candidates' scores in one leg.

    Attributes:
        scores: float64 [n].
        normalise: Makes them comparable with those of other legs: float64 [n] to float64 [n].
        weight: What they count beside those of other legs; float64 [n] where it is another for each candidate.
    """

    scores: NDArray[np.float64]
    normalise: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    weight: float | NDArray[np.float64]


def min_max(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """The scores scaled so that the lowest is 0 and the highest 1; all are 1 if they are equal."""
    low, high = (scores.min(), scores.max()) if len(scores) else (0.0, 0.0)
    return (scores - low) / (high - low) if high > low else np.ones(len(scores))


def share_of_best(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """The scores as shares of the highest; those below 0 are 0, and so are all if none is above it."""
    high = scores.max(initial=0.0)
    return np.maximum(scores, 0) / high if high > 0 else np.zeros(len(scores))


def completed(scores: Sequence[NDArray[np.float64]], is_mode: Sequence[bool]) -> list[NDArray[np.float64]]:
    """The legs' scores, with what a leg does not know of a candidate put where the others have it.

    A candidate without a vector is as high among the similarities that are known as it is, on average, among the
    others' scores: what is found by words alone keeps its order, and is neither before nor behind all that is encoded.
    With the median of the similarities instead, a half encoded collection ranks worse than by words alone
    (`benchmarks/words_first.py`; docs/relevance.md has the figures).

    Args:
        scores: float64 [n] each, NaN where a leg does not know; where it knows of none, or no other does, 0.
        is_mode: For each leg whether it finds what is asked for by itself: only these stand in for each other.
    """
    made: list[NDArray[np.float64]] = []
    for index, own in enumerate(scores):
        if not (unknown := np.isnan(own)).any():
            made.append(own)
            continue
        others = [
            np.searchsorted(np.sort(each), each[unknown], side="right") / len(each)
            for at, each in enumerate(scores)
            if at != index and is_mode[at] and not np.isnan(each).any()
        ]
        known, filled = own[~unknown], own.copy()
        filled[unknown] = quantile(known, np.mean(others, axis=0)) if len(known) and others else 0.0
        made.append(filled)
    return made


def ranks(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Each score's rank from 1, the highest first; equal scores share the better rank."""
    ascending = np.sort(scores)
    return len(scores) - np.searchsorted(ascending, scores, side="right") + 1


def weighted_sum(legs: Sequence[Scored]) -> NDArray[np.float64]:
    """Each leg's part in the fused score, float64 [legs, n]: its normalised scores times its weight."""
    return np.stack([leg.weight * leg.normalise(leg.scores) for leg in legs])


def reciprocal_rank(legs: Sequence[Scored]) -> NDArray[np.float64]:
    """Each leg's part in the fused score, float64 [legs, n]: weight / (constant + rank); 0 for a score of 0."""
    return np.stack(
        [leg.weight * np.where(leg.scores > 0, 1 / (RECIPROCAL_RANK_CONSTANT + ranks(leg.scores)), 0.0) for leg in legs]
    )


FUSIONS: Final[dict[str, Callable[[Sequence[Scored]], NDArray[np.float64]]]] = {
    "min-max": weighted_sum,
    "reciprocal-rank": reciprocal_rank,
}
"""The ways to fuse, by name. A candidate's score is the sum of all legs' parts."""
