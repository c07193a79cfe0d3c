"""What a leg is: one way of finding passages, whose scores are fused with those of the other legs.

A view does the finding (see `index.reading.view`). A leg says what to look for, what the evidence is worth, and how
much its scores count beside those of the others.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ....frozen import frozen
from ....index.encoding.floors import Floors
from ....index.reading.plan import Days, Pair, Request
from ....index.reading.view import Found
from ....index.units import Unit
from ..settings import Settings


@frozen
class ScoredQuery:
    """The part of a question that passages are scored by.

    Attributes:
        text: Its words, for the encoder and a reranker; empty if it only filters or has only patterns.
        units: The words and phrases that are scored; none if the keyword leg takes no part.
        pairs: Units that stand side by side in it.
        prose: The share of function words among its free words.
        known: The share of its words that occur in the collection, apart from function words.
        vector: float32 [dimension], the text's; None if the meaning leg takes no part.
        floors: How near a passage must be in meaning.
        days: The days that it names; None if it names none.
        optional: Those of the units that a match need not hold.
        faint: Those that hardly tell.
        any_word: Whether a passage matches that holds any of its words, rather than most of them.
        written: How it writes those of the units that are single words.
    """

    text: str
    units: tuple[Unit, ...]
    pairs: tuple[Pair, ...]
    prose: float
    known: float
    vector: NDArray[np.float32] | None
    floors: Floors
    days: Days | None = None
    optional: frozenset[Unit] = frozenset()
    faint: frozenset[Unit] = frozenset()
    any_word: bool = False
    written: Mapping[Unit, frozenset[str]] = field(default_factory=dict[Unit, frozenset[str]])


class Leg(Protocol):
    """One way of finding passages."""

    @property
    def name(self) -> str:
        """What questions, answers and views call it."""
        ...

    @property
    def is_mode(self) -> bool:
        """Whether a search may consist of it alone; else it takes part beside the others in every mode."""
        ...

    @property
    def normalise(self) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
        """Makes the candidates' scores comparable with those of other legs, so that they can be added up."""
        ...

    def request(self, query: ScoredQuery, settings: Settings) -> Request | None:
        """What it looks for; None if the question holds nothing for it."""
        ...

    def weight(
        self, query: ScoredQuery, evidence: Mapping[str, NDArray[np.float64]], settings: Settings
    ) -> float | NDArray[np.float64]:
        """How much its scores count beside those of other legs.

        Args:
            query: The question.
            evidence: What the view found for each leg that takes part, by the leg's name: float64 [rows, n].
            settings: They may say more or less.

        Returns:
            0 or more; or float64 [n], one for each candidate.
        """
        ...

    def scores(self, evidence: NDArray[np.float64], settings: Settings) -> NDArray[np.float64]:
        """What evidence is worth.

        Args:
            evidence: float64 [rows, n], what the view found for this leg: see `index.reading.plan` for the rows.
            settings: How it is weighed.

        Returns:
            float64 [n], each candidate's score.
        """
        ...

    def found(self, said: Found) -> NDArray[np.bool_]:
        """Which of the candidates it found, and so has a rank for: bool [n]."""
        ...

    def details(self, evidence: NDArray[np.float64], settings: Settings) -> dict[str, float]:
        """What one candidate's score consists of, by name; empty if it has no parts.

        Args:
            evidence: float64 [rows], that candidate's.
            settings: How it is weighed.
        """
        ...
