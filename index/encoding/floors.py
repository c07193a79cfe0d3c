"""How near is near: floors of similarity below which a passage has nothing to do with a question.

How alike passages are to each other says little about how alike a question and its answer are. What does say something
is how near the passages come to questions that the collection certainly cannot answer: everyday ones, far from
diplomacy. `questions.unrelated_questions` has them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Floors(NamedTuple):
    """Similarities that a passage must reach to count as near a question in meaning.

    Where some words of a question are known to the index and some are not, what lies between the two in proportion
    holds.

    Attributes:
        strict: A cosine; holds if the index knows no word of the question, so that nothing else vouches for it.
        lenient: A cosine; holds if the index knows every word of the question.
    """

    strict: float
    lenient: float


def floors(nearest: Sequence[float]) -> Floors:
    """The floors of a collection.

    The lenient one is the upper quartile of the cosines. The strict one lies above all of them, by a quarter of the
    distance from their median to the highest: in a small collection the next such question may well come a little
    nearer.

    Args:
        nearest: For each unrelated question the cosine of the passage nearest to it; nothing in an empty collection.
    """
    if not nearest:
        return Floors(1.0, 1.0)
    middle, upper, highest = np.quantile(nearest, (0.5, 0.75, 1.0)).tolist()
    return Floors(strict=highest + (highest - middle) / 4, lenient=upper)
