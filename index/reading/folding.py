"""Folding: of the near-copies of one text, a list of results shows the best-ranked document and tells of the others."""

import numpy as np
from numpy.typing import NDArray

from ...frozen import frozen
from ..segments.arrays import grouped


@frozen
class Folding:
    """What `folded` made of a ranking. `kept`, bool [n], says which of its passages remain."""

    kept: NDArray[np.bool_]
    _groups: NDArray[np.int64]
    _documents: NDArray[np.int64]

    def under(self, document: int) -> NDArray[np.int64]:
        """The documents that were folded under one that remains, best first; none for most."""
        its_own = self._documents == document
        if self.kept.all() or not its_own.any():
            return self._documents[:0]
        others = self._documents[~self.kept & (self._groups == self._groups[its_own.argmax()])]
        return others[np.sort(grouped(others)[0])]


def folded(groups: NDArray[np.int64], documents: NDArray[np.int64]) -> Folding:
    """Keep of each group only the passages of the document that is ranked best.

    The passages stand in the order of their rank; for each, `documents` [n] has its document and `groups` [n] that
    document's group of near-copies. All passages of a document that remains do, in the same order.
    """
    first, group = grouped(groups)
    return Folding(documents == documents[first][group], groups, documents)
