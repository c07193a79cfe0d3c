"""What a leg is: one way of finding passages, whose scores are fused with those of the other legs.

A view does the finding (see `index.reading.view`). Here is said what a leg looks for, what its evidence is worth, and
how much its scores count beside the others'.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ....index.encoding.floors import Floors
from ....index.reading.plan import Pair, Request
from ....index.reading.view import Found
from ....index.units import Unit
from ..settings import Settings


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the legs see it.

    Attributes:
        text: What it asks for in words, for the encoder; empty if it only filters or has only patterns.
        units: The words and phrases that are scored; none if the keyword leg is not to be asked.
        pairs: Those that stand side by side in it.
        prose: The share of function words among its free words.
        known: The share of its words that the collection has seen, function words aside.
        vector: float32 [dimension], the text's; None if the meaning leg is not to be asked.
        floors: How near a passage must be in meaning.
    """

    text: str
    units: tuple[Unit, ...]
    pairs: tuple[Pair, ...]
    prose: float
    known: float
    vector: NDArray[np.float32] | None
    floors: Floors


class Leg(Protocol):
    """One way of finding passages."""

    @property
    def name(self) -> str:
        """What questions, answers and views call it."""
        ...

    @property
    def normalise(self) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
        """How the candidates' scores are made comparable with those of other legs where these are added up."""
        ...

    def request(self, asked: Asked, settings: Settings) -> Request | None:
        """What it looks for; None if the question says nothing to it."""
        ...

    def weight(self, asked: Asked, settings: Settings) -> float:
        """How much its scores count beside those of other legs, 0 or more."""
        ...

    def scores(self, evidence: NDArray[np.float64], settings: Settings) -> NDArray[np.float64]:
        """What its evidence, [rows, n], is worth: float64 [n]."""
        ...

    def found(self, said: Found) -> NDArray[np.bool_]:
        """Which of the candidates it found, and so has a rank for: bool [n]."""
        ...

    def details(self, evidence: NDArray[np.float64], settings: Settings) -> dict[str, float]:
        """What a candidate's score consists of, by name, if it has parts; `evidence` is that candidate's, [rows]."""
        ...
