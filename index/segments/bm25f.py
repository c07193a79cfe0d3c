"""BM25F: what it says of a passage that it holds a word so often."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...frozen import frozen


@frozen
class BM25F:
    """The free parameters of BM25F.

    Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), section 3.6: term
    frequencies are normalised and weighted field by field, added up, and only then saturated.

    Attributes:
        k1: How slowly further occurrences stop adding to the score, above 0.
        b: For each of FIELDS in order, how much its length counts against it, from 0 to 1.
        weights: For each of FIELDS in order, what an occurrence in it is worth.
    """

    k1: float = 0.9
    b: tuple[float, ...] = (0.3, 0.4, 0.4, 0.3)
    weights: tuple[float, ...] = (1.0, 1.0, 0.8, 0.8)

    def saturated(
        self, counts: NDArray[Any], lengths: NDArray[Any], averages: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """What the occurrences of a unit say of passages. Times the unit's idf, this is its share of their scores.

        Args:
            counts: [n, fields], how often each field of each passage holds the unit.
            lengths: [n, fields], the tokens in each field of each passage.
            averages: float64 [fields], the collection's average tokens in each field.

        Returns:
            float64 [n], from 0 up to but not including 1.
        """
        frequency = np.zeros(len(counts))
        for field, (b, weight, average) in enumerate(zip(self.b, self.weights, averages, strict=True)):
            # A word stands in few titles and fewer footnotes: most counts are 0, and add nothing.
            if average > 0 and len(held := (column := counts[:, field]).nonzero()[0]):
                norms = 1 - b + b * lengths[:, field][held] / average
                frequency[held] += weight * column[held] / norms
        return frequency / (self.k1 + frequency)


def idf(passages: int, holding: int) -> float:
    """The inverse document frequency of a unit, never negative.

    One is added to the logarithm's argument, as in Lucene, so that a word in most passages still counts a little.

    Args:
        passages: How many passages there are.
        holding: How many of them hold the unit.
    """
    return float(np.log1p((passages - holding + 0.5) / (holding + 0.5)))
