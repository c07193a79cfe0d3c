"""One generation of a collection, opened for reading: what a search engine asks of an index.

Passages are known by their number in the snapshot's stack of segments; a number means something within its snapshot
only.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Document, Span
from ...errors import CollectionDamaged
from ..analysis import FIELDS
from ..constraints import Constraint
from ..ledger.ledger import Ledger, State
from ..ledger.manifest import Manifest
from ..ledger.near_copies import Copies
from ..segments.bm25f import BM25F
from ..segments.segment import Segment
from .selection import Deadline, Selection, Weighed
from .stack import Stack
from .tallies import Facets, Tallies
from .vocabulary import Vocabulary


class Contribution(NamedTuple):
    """What one unit adds to a passage's keyword score: `impact` = `idf` × `saturated`; `counts` are by field."""

    weighed: Weighed
    counts: dict[str, int]
    saturated: float
    impact: float


class StoredPassage(NamedTuple):
    """A passage as a segment keeps it: for copying it into another one."""

    span: Span
    vector: NDArray[np.float32]
    sentences: NDArray[np.int32]
    sentence_vectors: NDArray[np.int8]


class Snapshot:
    """See the module. Safe to share among threads.

    Args:
        ledger: Where the documents are read.
        state: The generation.
        segments: The segments that the state names, in its order, opened.
    """

    def __init__(self, ledger: Ledger, state: State, segments: Sequence[Segment]) -> None:
        self.generation = state.generation
        self.manifest = Manifest.from_settings(state.settings)
        self.stack = Stack(segments, [state.deleted[number] for number, _ in state.segments])
        self._vocabulary = Vocabulary(self.stack)
        self._ledger = ledger
        self._copies = Copies(state.copies)
        self._indices = {number: index for index, (number, _) in enumerate(state.segments)}

    @property
    def segments(self) -> int:
        """How many segments there are."""
        return len(self.stack.segments)

    @property
    def live(self) -> NDArray[np.bool_]:
        """Bool [size]: which passages are not deleted."""
        return self.stack.live

    @property
    def count(self) -> int:
        """How many passages are live."""
        return self.stack.count

    # Words: see `Vocabulary`

    @property
    def languages(self) -> frozenset[str]:
        """The languages of the passages, unknown ones counted as English."""
        return self._vocabulary.languages

    def same_word(self, term: str) -> frozenset[str]:
        """The surface terms in live passages that count as the same word as this one, in any of their languages."""
        return self._vocabulary.same_word(term)

    def like_pattern(self, pattern: str, field: str = "") -> frozenset[str]:
        """The terms that a pattern with `*` and `?` stands for. Raises QueryError if they are too many."""
        return self._vocabulary.like_pattern(pattern, field)

    def like_spelling(self, term: str, distance: int, field: str = "") -> frozenset[str]:
        """The terms within so many edits of one. Raises QueryError if they are too many."""
        return self._vocabulary.like_spelling(term, distance, field)

    def like_beginning(self, prefix: str, limit: int) -> list[tuple[str, int]]:
        """The terms that go on from a prefix, in most live passages first, and how many these are."""
        return self._vocabulary.like_beginning(prefix, limit)

    def frequency(self, term: str) -> int:
        """How many live passages hold that very surface term."""
        return self._vocabulary.frequency(term)

    # Counts

    @cached_property
    def _tallies(self) -> Tallies:
        return Tallies(self.stack)

    def facets(self, numbers: NDArray[np.int64], top: int) -> Facets:
        """What some passages consist of: the `top` commonest values of each column, and when they are dated."""
        return self._tallies.facets(numbers, top)

    def spread(self, numbers: NDArray[np.int64], shown: NDArray[np.int64]) -> tuple[int, NDArray[np.int64]]:
        """How many documents some passages are of, and how many of these passages each one shown has in its own."""
        by_document = self._tallies.by_document(numbers)
        return int(np.count_nonzero(by_document)), by_document[self.stack.table.passages[shown]]

    def values_like(self, column: str, beginning: str, limit: int) -> list[tuple[str, int]]:
        """The values of a column in which a word begins so, in most live passages first, and how many these are."""
        return self._tallies.completions(column, beginning, limit)

    # Passages, many at a time

    def select(self, constraint: Constraint, deadline: Deadline | None = None) -> Selection:
        """The live passages that satisfy a constraint."""
        return Selection(self.stack, constraint, deadline or Deadline())

    def order(self, numbers: NDArray[np.int64], keys: NDArray[Any], limit: int) -> NDArray[np.int64]:
        """The `limit` passages with the highest keys, highest first; ties by document id, then start."""
        return self.stack.order(numbers, keys, limit)

    def days(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The first day of each passage's dates, as `date.toordinal` counts them, or UNDATED."""
        return self.stack.days(numbers)

    def starts(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where each passage starts in its document's text."""
        return self.stack.starts(numbers)

    def documents(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The ledger's number for each passage's document: equal for passages of one document."""
        return self.stack.documents(numbers)

    def cosines(self, question: NDArray[np.float32], numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """The similarity of each of some passages to a unit vector [dimension]."""
        return self.stack.cosines(question, numbers)

    def vectors(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of some passages: [n, dimension]."""
        rows = [self.stack.locate(number) for number in numbers.tolist()]
        return np.concatenate([segment.vectors.get(np.array([ordinal])) for segment, ordinal in rows])

    def copied(self, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of some passages belong to a document that has near-copies."""
        return self._copied[numbers]

    @cached_property
    def _copied(self) -> NDArray[np.bool_]:
        columns = (segment.columns for segment in self.stack.segments)
        return np.concatenate([np.zeros(0, bool), *(self._copies.has(each.version)[each.document] for each in columns)])

    def groups(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The group of near-copies that each passage's document is in."""
        return self._copies.group(self.documents(numbers))

    # Passages, one at a time

    def whole(self, document: int) -> Document:
        """A document, by the ledger's number. Raises CollectionDamaged if the ledger has not got it (any more)."""
        known = self._ledger.document(document)
        if known is None:
            raise CollectionDamaged("the collection has changed since it was opened: open it anew")
        return known

    def passage(self, number: int) -> tuple[Document, Span]:
        """A passage's document and span. Raises CollectionDamaged if the ledger has not got the document (any more)."""
        document, span = self.position(number)
        return self.whole(document), span

    def position(self, number: int) -> tuple[int, Span]:
        """The ledger's number for a passage's document, and the passage's span."""
        segment, ordinal = self.stack.locate(number)
        columns = segment.columns
        return int(columns.version[columns.document[ordinal]]), _span(segment, ordinal)

    def find(self, document_id: str, span: Span | None = None) -> NDArray[np.int64]:
        """The numbers of a document's passages, in order, or of the one with that span; none if there is none."""
        known = self._ledger.live_version(document_id)
        numbers = [
            int(self.stack.bases[self._indices[each.segment]]) + each.ordinal
            for each in (self._ledger.live_passages(known.version) if known else [])
            if each.segment in self._indices and span in (None, (each.start, each.end))
        ]
        return np.array(numbers, np.int64)

    def sentences(self, number: int) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
        """A passage's sentences: their spans in the document's text [n, 2], and their coded vectors [n, dimension]."""
        segment, ordinal = self.stack.locate(number)
        return segment.vectors.sentences(ordinal)

    def contributions(self, number: int, weighed: Iterable[Weighed], bm25f: BM25F) -> list[Contribution]:
        """What each unit adds to a passage's keyword score."""
        segment, ordinal = self.stack.locate(number)
        lengths = segment.postings.lengths[[ordinal]]
        contributions: list[Contribution] = []
        for each in weighed:
            found = segment.postings.occurrences(each.unit)
            row = np.flatnonzero(found.ordinals == ordinal)
            counts = found.counts[row] if len(row) else np.zeros((1, len(FIELDS)), np.int64)
            saturated = float(bm25f.saturated(counts, lengths, self.stack.averages)[0])
            by_field: dict[str, int] = dict(zip(FIELDS, counts[0].tolist(), strict=True))
            contributions.append(Contribution(each, by_field, saturated, each.idf * saturated))
        return contributions

    # Segments, by their number in the ledger

    def count_in(self, segment: int) -> int:
        """How many live passages a segment has."""
        index = self._indices[segment]
        return int(self.live[self.stack.bases[index] : self.stack.bases[index + 1]].sum())

    def live_by_document(self, segment: int) -> Iterator[tuple[int, Iterator[StoredPassage]]]:
        """The live passages of a segment, by the version of their document, as they are stored."""
        index = self._indices[segment]
        opened, base = self.stack.segments[index], self.stack.bases[index]
        ordinals = np.flatnonzero(self.live[base : base + len(opened)]).tolist()
        for version, group in groupby(ordinals, lambda n: int(opened.columns.version[opened.columns.document[n]])):
            yield version, (_stored(opened, ordinal) for ordinal in group)


def _span(segment: Segment, ordinal: int) -> Span:
    return Span(int(segment.columns.start[ordinal]), int(segment.columns.end[ordinal]))


def _stored(segment: Segment, ordinal: int) -> StoredPassage:
    vector = segment.vectors.get(np.array([ordinal]))[0]
    return StoredPassage(_span(segment, ordinal), vector, *segment.vectors.sentences(ordinal))
