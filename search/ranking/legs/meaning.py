"""The meaning leg: passages whose vectors lie near the question's."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ....index.reading.plan import Meaning
from ....index.reading.view import Found
from ..fusion import min_max
from ..settings import Settings
from .keyword import KeywordLeg
from .leg import Asked

NEARNESS: Final = 0.5
"""Beside words, which find a good deal by themselves, the meaning leg adds only what lies at least so near as its best.

Else a small collection, all of it about the same, would match as a whole: its totals and facets would say nothing.
"""

_BESIDE: Final = KeywordLeg()


@dataclass(frozen=True, slots=True)
class MeaningLeg:
    """See `Leg`."""

    name = "meaning"
    normalise = staticmethod(min_max)

    def request(self, asked: Asked, settings: Settings) -> Meaning | None:
        """What is near the question; the more of its words the collection knows, the nearer may be less near."""
        if asked.vector is None:
            return None
        floor = asked.floors.strict + asked.known * (asked.floors.lenient - asked.floors.strict)
        return Meaning(asked.vector, floor, NEARNESS if asked.units else 0.0)

    def weight(self, asked: Asked, settings: Settings) -> float:
        """What the keyword leg leaves."""
        return 1 - _BESIDE.weight(asked, settings)

    def scores(self, evidence: NDArray[np.float64], settings: Settings) -> NDArray[np.float64]:
        """The similarities as they are."""
        return evidence[0]

    def found(self, said: Found) -> NDArray[np.bool_]:
        """What is near enough to match."""
        return said.matching

    def details(self, evidence: NDArray[np.float64], settings: Settings) -> dict[str, float]:
        """Nothing: a similarity has no parts."""
        return {}
