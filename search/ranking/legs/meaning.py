"""The meaning leg: passages whose vectors lie near the question's."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ....frozen import frozen
from ....index.reading.plan import LACK, Meaning, without_the_name
from ....index.reading.view import Found
from ..fusion import min_max
from ..settings import Settings
from .keyword import KeywordLeg
from .leg import ScoredQuery

NEARNESS: Final = 0.5
"""Beside the keyword leg, the meaning leg adds only passages with at least this share of its best similarity.

Else a small collection about one subject would match as a whole, and its totals and facets would say nothing.
"""

_BESIDE: Final = KeywordLeg()


@frozen
class MeaningLeg:
    """See `Leg`."""

    name = "meaning"
    is_mode = True
    normalise = staticmethod(min_max)

    def request(self, query: ScoredQuery, settings: Settings) -> Meaning | None:
        """What is near the question. The more of its words the collection has, the lower the floor."""
        if query.vector is None:
            return None
        floor = query.floors.strict + query.known * (query.floors.lenient - query.floors.strict)
        return Meaning(query.vector, floor, NEARNESS if query.units else 0.0)

    def weight(
        self, query: ScoredQuery, evidence: Mapping[str, NDArray[np.float64]], settings: Settings
    ) -> float | NDArray[np.float64]:
        """What remains of the keyword leg's. A name outweighs a likeness: it counts less for what lacks the name.

        But not for what has no vector yet: the keyword leg alone says in what order that comes.
        """
        weight = 1 - _BESIDE.weight(query, evidence, settings)
        if _BESIDE.name not in evidence:
            return weight
        lacking = without_the_name(evidence[_BESIDE.name][LACK]) * ~np.isnan(evidence[self.name][0])
        return weight * (1 - settings.lack_discount * lacking)

    def scores(self, evidence: NDArray[np.float64], settings: Settings) -> NDArray[np.float64]:
        """The similarities as they are; NaN of what has no vector yet."""
        return evidence[0]

    def found(self, said: Found) -> NDArray[np.bool_]:
        """What is near enough to match."""
        return said.matching

    def details(self, evidence: NDArray[np.float64], settings: Settings) -> dict[str, float]:
        """Nothing: a similarity has no parts."""
        return {}
