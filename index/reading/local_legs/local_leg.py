"""Which retrieval serves which leg in a local view. A leg more is one module in this folder and one line here."""

from collections.abc import Callable
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ..selection import Selection
from ..view import Weighed
from .by_date import LocalDate
from .by_meaning import LocalMeaning
from .by_words import LocalKeyword


class LocalLeg(Protocol):
    """What one leg finds among the passages of a selection. It serves one question, and is called in this order."""

    weighed: tuple[Weighed, ...]
    """The units that it weighed, if it weighs any."""

    goes_last: bool
    """Whether it is asked after the others, because it scores on the way what these found. At most one leg may."""

    matches: NDArray[np.int64]
    """int64, ascending: those of its matches that it knows, which may be more than become candidates; none for a leg
    that has none beyond these."""

    def leading(self, depth: int, also: NDArray[np.int64]) -> NDArray[np.int64]:
        """The best `depth` passages, best first; `also` are those of the legs that were asked before this one."""
        ...

    def matching(self, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of all legs' leading passages, in ascending order, match as far as this leg can tell: bool [n]."""
        ...

    def evidence(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """What speaks for those of them that match by any leg: float64 [rows, n], the rows as search's leg has them."""
        ...

    def keys(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """By what the passages in `matches` that are no candidates are ordered: float64 [n], above 0."""
        ...

    def worth(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """How well each of some matches answers the question, as far as this leg can tell: float64 [n], 1 at most."""
        ...

    @property
    def is_cut(self) -> bool:
        """Whether there may be more matches than were looked at."""
        ...


LOCAL_LEGS: Final[dict[str, Callable[[Selection, Any], LocalLeg]]] = {
    "meaning": LocalMeaning,
    "keyword": LocalKeyword,
    "date": LocalDate,
}
"""By the leg's name."""
