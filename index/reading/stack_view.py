"""What a view does of which all passages are in one stack of segments: all but where documents are read, and encoding.

Passages are known by their number in the stack. See `view.View`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Document, Span
from ..analysis import FIELDS
from ..ledger.near_copies import Copies
from ..segments.bm25f import BM25F
from ..segments.segment import Segment
from ..units import Word
from .candidates import find_candidates
from .lexicon import Lexicon
from .matches import Base, Records
from .plan import Deadline, Lookup, Plan
from .stack import Stack
from .view import Candidates, Contribution, Info, Located, Opened, Owner, Weighed


class StackView(ABC):
    """See the module. Safe to share among threads.

    Args:
        stack: The passages.
        lexicon: Their terms.
        copies: The groups of near-copies among their documents.
        info: What the view says of itself.
        dimension: How many components a vector has.
    """

    def __init__(self, stack: Stack, lexicon: Lexicon, copies: Copies, info: Info, dimension: int) -> None:
        self.stack = stack
        self.info = info
        self._lexicon = lexicon
        self._dimension = dimension
        counted = [each.name for each in info.fields if each.is_counted and each.name not in info.lacking]
        self._base = Base(stack, copies, counted)

    @abstractmethod
    def document(self, number: int) -> Document:
        """A document, by the stack's number. Raises CollectionDamaged if its ledger has not got it (any more)."""

    @abstractmethod
    def arrivals(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """When documents came in, by the stack's numbers: in seconds since the epoch, float64 beside them."""

    @abstractmethod
    def encode(self, text: str) -> NDArray[np.float32]:
        """See `View.encode`."""

    def _called(self, document_id: str, number: int) -> str:
        """What the view calls the document of a passage, which its collection knows by an id."""
        del number
        return document_id

    def _owner(self, number: int) -> Owner | None:
        """The collection that a passage is in, if there are several."""
        del number
        return None

    # Terms and values

    def terms(self, lookups: Sequence[Lookup], deadline: Deadline) -> list[Word]:
        """See `View.terms`."""
        found: list[Word] = []
        for lookup in lookups:
            deadline.check()
            found.append(self._lexicon.terms(lookup))
        return found

    def common_terms(self, lookup: Lookup, limit: int) -> list[tuple[str, int]]:
        """See `View.common_terms`."""
        return self._lexicon.common(lookup, limit)

    def written(self, term: str) -> list[tuple[str, int]]:
        """See `View.written`."""
        return self._lexicon.written(term)

    def values(self, field: str, beginning: str, limit: int) -> list[tuple[str, int]]:
        """See `View.values`; none of a field that the index was made without."""
        return [] if field in self.info.lacking else self._base.tallies.completions(field, beginning, limit)

    # Passages

    def candidates(self, plan: Plan, depth: int, deadline: Deadline) -> Candidates:
        """See `View.candidates`."""
        return find_candidates(self._base, Records(self.document, self.arrivals), plan, depth, deadline)

    def passages(
        self, numbers: Iterable[int], *, weighed: Sequence[Weighed] = (), bm25f: BM25F | None = None
    ) -> Iterator[Opened]:
        """See `View.passages`."""
        version, document = -1, None
        for number in numbers:
            segment, ordinal = self.stack.locate(number)
            own = self.stack.version(number)
            if document is None or own != version:  # passages of one document often follow each other
                version, document = own, self.document(own)
            sentences, vectors = segment.vectors.sentences(ordinal)
            contributions = tuple(self._contributions(number, weighed, bm25f or BM25F()))
            yield Opened(document, _span(segment, ordinal), sentences, vectors, contributions, self._owner(number))

    def locate(self, numbers: NDArray[np.int64]) -> list[Located]:
        """See `View.locate`."""
        found: list[Located] = []
        for number in numbers.tolist():
            segment, ordinal = self.stack.locate(number)
            document_id = segment.columns.ids[int(segment.columns.document[ordinal])]
            found.append(Located(self._called(document_id, number), *_span(segment, ordinal)))
        return found

    def find(self, document_id: str, span: Span | None = None) -> NDArray[np.int64]:
        """See `View.find`."""
        here = [np.flatnonzero(segment.columns.of(document_id)) + base for base, segment in self.stack]
        numbers = np.concatenate([np.zeros(0, np.int64), *here])
        numbers = numbers[self.stack.live[numbers]]
        numbers = numbers[np.argsort(self.stack.starts(numbers), kind="stable")]
        if span is None:
            return numbers
        located = zip(numbers.tolist(), self.locate(numbers), strict=True)
        return np.array([number for number, where in located if (where.start, where.end) == span], np.int64)

    def vectors(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """See `View.vectors`."""
        rows = [self.stack.locate(number) for number in numbers.tolist()]
        none = np.zeros((0, self._dimension), np.float32)
        return np.concatenate([none, *(segment.vectors.get(np.array([ordinal])) for segment, ordinal in rows)])

    def _contributions(self, number: int, weighed: Iterable[Weighed], bm25f: BM25F) -> Iterator[Contribution]:
        segment, ordinal = self.stack.locate(number)
        lengths = segment.postings.lengths[[ordinal]]
        for each in weighed:
            found = segment.postings.occurrences(each.unit, np.array([ordinal], np.int32))
            counts = found.counts if len(found.ordinals) else np.zeros((1, len(FIELDS)), np.int64)
            saturated = float(bm25f.saturated(counts, lengths, self.stack.averages)[0])
            by_field: dict[str, int] = dict(zip(FIELDS, counts[0].tolist(), strict=True))
            yield Contribution(each, by_field, saturated, each.idf * saturated)


def _span(segment: Segment, ordinal: int) -> Span:
    return Span(int(segment.columns.start[ordinal]), int(segment.columns.end[ordinal]))
