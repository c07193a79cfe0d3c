"""Fusion: one score out of two legs'. Pure functions on arrays of the same candidates' scores in each leg."""

import numpy as np
from numpy.typing import NDArray

RECIPROCAL_RANK_CONSTANT = 60
"""Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet …" (SIGIR 2009)."""


def min_max(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """The scores moved and stretched so that the lowest is 0 and the highest 1; all 1 if they are equal."""
    low, high = (scores.min(), scores.max()) if len(scores) else (0.0, 0.0)
    return (scores - low) / (high - low) if high > low else np.ones(len(scores))


def ranks(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Each score's rank from 1, the highest first; equal scores share the better rank."""
    ascending = np.sort(scores)
    return len(scores) - np.searchsorted(ascending, scores, side="right") + 1


def weighted_min_max(
    keyword: NDArray[np.float64], meaning: NDArray[np.float64], keyword_weight: float
) -> NDArray[np.float64]:
    """Each leg's part in the fused score, [2, n]: its min-max normalised scores times its weight."""
    return np.stack([keyword_weight * min_max(keyword), (1 - keyword_weight) * min_max(meaning)])


def reciprocal_rank(
    keyword: NDArray[np.float64], meaning: NDArray[np.float64], keyword_weight: float
) -> NDArray[np.float64]:
    """Each leg's part in the fused score, [2, n]: its weight over a constant plus the rank, or 0 for a score of 0."""
    parts = [np.where(leg > 0, 1 / (RECIPROCAL_RANK_CONSTANT + ranks(leg)), 0.0) for leg in (keyword, meaning)]
    return np.stack([keyword_weight * parts[0], (1 - keyword_weight) * parts[1]])


FUSIONS = {"min-max": weighted_min_max, "reciprocal-rank": reciprocal_rank}
"""The ways to fuse, by name. A candidate's score is the sum of the two parts."""
