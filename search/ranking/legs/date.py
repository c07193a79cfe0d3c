"""The date leg: passages of documents that are of the days that a question names. It is silent without a date."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ....frozen import frozen
from ....index.reading.plan import NEARNESS, OVERLAP, Days
from ....index.reading.view import Found
from ..settings import Settings
from .leg import ScoredQuery


def _as_is(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    return scores


@frozen
class DateLeg:
    """See `Leg`. It stands beside the others in every mode, as a date is evidence of either words or meaning."""

    name = "date"
    is_mode = False
    normalise = staticmethod(_as_is)

    def request(self, query: ScoredQuery, settings: Settings) -> Days | None:
        """The days of the question."""
        return query.days if settings.date_weight else None

    def weight(self, query: ScoredQuery, evidence: Mapping[str, NDArray[np.float64]], settings: Settings) -> float:
        """What it adds at most."""
        return settings.date_weight

    def scores(self, evidence: NDArray[np.float64], settings: Settings) -> NDArray[np.float64]:
        """How near in time; from 0 to 1 whatever else there is, so that nothing near is not made much of."""
        return evidence[NEARNESS]

    def found(self, said: Found) -> NDArray[np.bool_]:
        """What is of these days."""
        return said.evidence[OVERLAP] > 0

    def details(self, evidence: NDArray[np.float64], settings: Settings) -> dict[str, float]:
        """Nothing: a nearness has no parts."""
        return {}
