"""What the engine asks of an index: the one seam between asking and keeping.

`index.reading.snapshot.Snapshot` is the reference. Whoever outgrows one machine can put a cluster behind the same
engine by answering these questions. A passage is known by a number, which need not mean anything outside of one search.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ...index.constraints import Constraint
from ...index.reading.selection import Deadline, KeywordMatches, Pair, Weighed
from ...index.reading.tallies import Facets
from ...index.segments.bm25f import BM25F
from ...index.units import Unit


class Selection(Protocol):
    """The passages that satisfy a constraint, and what both legs find among them."""

    @property
    def numbers(self) -> NDArray[np.int64]:
        """All of them, ascending."""
        ...

    def keyword(self, units: Sequence[Unit], bm25f: BM25F, also: NDArray[np.int64]) -> KeywordMatches:
        """The passages that hold enough of the units; exact scores (BM25F) for these and for those in `also`."""
        ...

    def whole_documents(
        self, weighed: Sequence[Weighed], bm25f: BM25F, numbers: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """The BM25F of the document of each of some passages, taken as a whole."""
        ...

    def side_by_side(self, pairs: Sequence[Pair], bm25f: BM25F, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """What some passages, in ascending order, score for pairs of words that stand in them side by side."""
        ...

    def nearest(self, question: NDArray[np.float32], depth: int) -> NDArray[np.int64]:
        """The passages nearest in meaning, nearest first."""
        ...


class Index(Protocol):
    """An index as it stands at one moment."""

    def same_word(self, term: str) -> frozenset[str]:
        """The terms in the index that count as the same word."""
        ...

    def like_pattern(self, pattern: str, field: str = "") -> frozenset[str]:
        """The terms that a pattern stands for."""
        ...

    def like_beginning(self, prefix: str, limit: int) -> list[tuple[str, int]]:
        """The terms that go on from a prefix, in most passages first, and how many these are."""
        ...

    def values_like(self, column: str, beginning: str, limit: int) -> list[tuple[str, int]]:
        """The values of a column in which a word begins so, in most passages first, and how many these are."""
        ...

    def like_spelling(self, term: str, distance: int, field: str = "") -> frozenset[str]:
        """The terms within so many edits of one."""
        ...

    def frequency(self, term: str) -> int:
        """How many passages hold that very term."""
        ...

    def select(self, constraint: Constraint, deadline: Deadline | None = None) -> Selection:
        """The passages that satisfy a constraint."""
        ...

    def order(self, numbers: NDArray[np.int64], keys: NDArray[Any], limit: int) -> NDArray[np.int64]:
        """The passages with the highest keys, highest first; ties by document id, then start."""
        ...

    def cosines(self, question: NDArray[np.float32], numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """The similarity of each passage to a question."""
        ...

    def days(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The first day of each passage's dates, as `date.toordinal` counts, or 0 without a date."""
        ...

    def documents(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """A number for each passage's document."""
        ...

    def facets(self, numbers: NDArray[np.int64], top: int) -> Facets:
        """What some passages consist of: the `top` commonest values of each column, and when they are dated."""
        ...

    def spread(self, numbers: NDArray[np.int64], shown: NDArray[np.int64]) -> tuple[int, NDArray[np.int64]]:
        """How many documents some passages are of, and how many of these passages each one shown has in its own."""
        ...

    def copied(self, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of some passages belong to a document that has near-copies."""
        ...

    def groups(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """A number for the group of near-copies that each passage's document is in."""
        ...

    def starts(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where each passage starts in its document's text."""
        ...
