"""The view of a collection in a folder: one generation of it, opened. See `view.View`, of which it is the reference.

Passages are known by their number in the snapshot's stack of segments.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Document, Span
from ...errors import CollectionDamaged
from ..analysis import FIELDS
from ..encoding.query_encoder import QueryEncoder
from ..ledger.ledger import Ledger, State
from ..ledger.manifest import Manifest
from ..ledger.near_copies import Copies
from ..segments.bm25f import BM25F
from ..segments.segment import Segment
from ..units import Word
from .candidates import find_candidates
from .lexicon import Lexicon
from .matches import Base
from .plan import Deadline, Lookup, Plan
from .stack import Stack
from .view import Candidates, Contribution, Info, Located, Opened, Weighed


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
        encoder: From a manifest to the query encoder that it names.
    """

    def __init__(
        self, ledger: Ledger, state: State, segments: Sequence[Segment], encoder: Callable[[Manifest], QueryEncoder]
    ) -> None:
        self._encoder = encoder
        self.manifest = Manifest.from_settings(state.settings)
        self.stack = Stack(segments, [state.deleted[number] for number, _ in state.segments])
        self._lexicon = Lexicon(self.stack)
        self._ledger = ledger
        self._indices = {number: index for index, (number, _) in enumerate(state.segments)}
        fields = self.manifest.fields
        names = frozenset(fields.names)
        self.info = Info(
            generation=state.generation,
            passages=self.stack.count,
            languages=self._lexicon.languages,
            fields=fields,
            lacking=names.difference(names.intersection(*(each.columns.fields for each in segments))),
            floors=self.manifest.floors,
            ranking=self.manifest.ranking,
            variants=self.manifest.variants,
            scripts=self._lexicon.scripts,
        )
        counted = [each.name for each in fields if each.is_counted and each.name not in self.info.lacking]
        self._base = Base(self.stack, Copies(state.copies), counted, self.document)

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
        return find_candidates(self._base, plan, depth, deadline)

    def passages(
        self, numbers: Iterable[int], *, weighed: Sequence[Weighed] = (), bm25f: BM25F | None = None
    ) -> Iterator[Opened]:
        """See `View.passages`."""
        version, document = -1, None
        for number in numbers:
            segment, ordinal = self.stack.locate(number)
            owner = int(segment.columns.version[segment.columns.document[ordinal]])
            if document is None or owner != version:  # passages of one document often follow each other
                version, document = owner, self.document(owner)
            sentences, vectors = segment.vectors.sentences(ordinal)
            contributions = tuple(self._contributions(number, weighed, bm25f or BM25F()))
            yield Opened(document, _span(segment, ordinal), sentences, vectors, contributions)

    def locate(self, numbers: NDArray[np.int64]) -> list[Located]:
        """See `View.locate`."""
        found: list[Located] = []
        for number in numbers.tolist():
            segment, ordinal = self.stack.locate(number)
            found.append(Located(segment.columns.ids[int(segment.columns.document[ordinal])], *_span(segment, ordinal)))
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
        none = np.zeros((0, self.manifest.dimension), np.float32)
        return np.concatenate([none, *(segment.vectors.get(np.array([ordinal])) for segment, ordinal in rows)])

    def encode(self, text: str) -> NDArray[np.float32]:
        """See `View.encode`."""
        return self._encoder(self.manifest).encode([text])[0]

    def document(self, number: int) -> Document:
        """A document, by the ledger's number. Raises CollectionDamaged if the ledger has not got it (any more)."""
        known = self._ledger.document(number)
        if known is None:
            raise CollectionDamaged("the collection has changed since it was opened: open it anew")
        return known

    def _contributions(self, number: int, weighed: Iterable[Weighed], bm25f: BM25F) -> Iterator[Contribution]:
        segment, ordinal = self.stack.locate(number)
        lengths = segment.postings.lengths[[ordinal]]
        for each in weighed:
            found = segment.postings.occurrences(each.unit, np.array([ordinal], np.int32))
            counts = found.counts if len(found.ordinals) else np.zeros((1, len(FIELDS)), np.int64)
            saturated = float(bm25f.saturated(counts, lengths, self.stack.averages)[0])
            by_field: dict[str, int] = dict(zip(FIELDS, counts[0].tolist(), strict=True))
            yield Contribution(each, by_field, saturated, each.idf * saturated)

    # Segments, by their number in the ledger: for whoever writes

    def count_in(self, segment: int) -> int:
        """How many live passages a segment has."""
        index = self._indices[segment]
        return int(self.stack.live[self.stack.bases[index] : self.stack.bases[index + 1]].sum())

    def live_by_document(self, segment: int) -> Iterator[tuple[int, Iterator[StoredPassage]]]:
        """The live passages of a segment, by the version of their document, as they are stored."""
        index = self._indices[segment]
        opened, base = self.stack.segments[index], self.stack.bases[index]
        ordinals = np.flatnonzero(self.stack.live[base : base + len(opened)]).tolist()
        for version, group in groupby(ordinals, lambda n: int(opened.columns.version[opened.columns.document[n]])):
            yield version, (_stored(opened, ordinal) for ordinal in group)


def _span(segment: Segment, ordinal: int) -> Span:
    return Span(int(segment.columns.start[ordinal]), int(segment.columns.end[ordinal]))


def _stored(segment: Segment, ordinal: int) -> StoredPassage:
    vector = segment.vectors.get(np.array([ordinal]))[0]
    return StoredPassage(_span(segment, ordinal), vector, *segment.vectors.sentences(ordinal))
