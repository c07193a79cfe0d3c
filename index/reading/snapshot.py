"""The view of a collection in a folder: one generation of it, opened. See `view.View`, of which it is the reference.

Passages are known by their number in the snapshot's stack of segments.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Document, Passage, Span
from ...errors import CollectionDamaged
from ..encoding.query_encoder import QueryEncoder
from ..ledger.arrivals import ArrivalTimes
from ..ledger.ledger import Ledger, State
from ..ledger.manifest import Manifest
from ..ledger.near_copies import Copies
from ..segments.encoded_passage import EncodedPassage, SegmentPassage
from ..segments.segment import Segment
from .lexicon import Lexicon
from .stack import Stack
from .stack_view import StackView
from .view import Info, LeftOut


class StoredPassage(NamedTuple):
    """A passage as a segment keeps it: for copying it into another one."""

    span: Span
    vector: NDArray[np.float32] | None
    sentences: NDArray[np.int32]
    sentence_vectors: NDArray[np.int8]

    def of(self, version: int, document: Document) -> SegmentPassage:
        """The passage as a segment takes it, of a version of its document."""
        if self.vector is None:
            return SegmentPassage(version, document, self.span, self.sentences)
        return EncodedPassage(version, document, self.span, self.sentences, self.vector, self.sentence_vectors)


class Snapshot(StackView):
    """See the module. Safe to share among threads.

    Args:
        ledger: Where the documents are read.
        state: The generation.
        segments: The segments that the state names, in its order, opened.
        encoder: From a manifest to the query encoder that it names.
        left_out: What else would be in it, and is damaged.
    """

    def __init__(
        self,
        ledger: Ledger,
        state: State,
        segments: Sequence[Segment],
        encoder: Callable[[Manifest], QueryEncoder],
        left_out: tuple[LeftOut, ...] = (),
    ) -> None:
        self._encoder = encoder
        self.manifest = Manifest.from_settings(state.settings)
        self.copies = Copies(state.copies)
        self._ledger = ledger
        self._indices = {number: index for index, (number, _) in enumerate(state.segments)}
        stack = Stack(segments, [state.deleted[number] for number, _ in state.segments])
        lexicon = Lexicon(stack)
        fields = self.manifest.fields
        names = frozenset(fields.names)
        info = Info(
            generation=state.generation,
            passages=stack.count,
            languages=lexicon.languages,
            fields=fields,
            lacking=names.difference(names.intersection(*(each.columns.fields for each in segments))),
            floors=self.manifest.floors,
            ranking=self.manifest.ranking,
            variants=self.manifest.variants,
            scripts=lexicon.scripts,
            left_out=left_out,
            unencoded=stack.unencoded,
            lineage=self.manifest.lineage,
        )
        super().__init__(stack, lexicon, self.copies, info, self.manifest.dimension)

    def encode(self, text: str) -> NDArray[np.float32]:
        """See `View.encode`."""
        return self._encoder(self.manifest).encode([text])[0]

    def document(self, number: int) -> Document:
        """See `StackView.document`."""
        known = self._ledger.document(number)
        if known is None:
            raise CollectionDamaged("the collection has changed since it was opened: open it anew")
        return known

    def arrivals(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """See `StackView.arrivals`."""
        return self._arrivals.of(numbers)

    @cached_property
    def _arrivals(self) -> ArrivalTimes:
        """Of each version it stays the same, and so it is read only once somebody asks for that order."""
        return self._ledger.arrivals.all()

    # Segments, by their number in the ledger: for whoever writes

    def numbered(self) -> Iterator[tuple[int, Segment]]:
        """Its segments, each after its number."""
        return zip(self._indices, self.stack.segments, strict=True)

    def lacking(self, segment: int) -> NDArray[np.int64]:
        """The live passages of a segment that have no vector yet: their ordinals, ascending."""
        index = self._indices[segment]
        ordinals = self.stack.segments[index].vectors.lacking()
        return ordinals[self.stack.live[self.stack.bases[index] + ordinals]]

    def passages_of(self, segment: int, ordinals: Iterable[int]) -> Iterator[tuple[int, Passage]]:
        """Passages of a segment as they were split, each with the version of its document.

        Args:
            segment: The segment's number.
            ordinals: Which, those of one document one after the other.

        Raises:
            CollectionDamaged: The ledger lacks a document.
        """
        opened = self.stack.segments[self._indices[segment]]
        columns = opened.columns
        for version, group in groupby(ordinals, lambda n: int(columns.version[columns.document[n]])):
            document = self.document(version)
            for ordinal in group:
                spans = (Span(*each) for each in opened.vectors.sentences(ordinal)[0].tolist())
                yield version, Passage(document, int(columns.start[ordinal]), int(columns.end[ordinal]), tuple(spans))

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


def _stored(segment: Segment, ordinal: int) -> StoredPassage:
    vector = segment.vectors.get(np.array([ordinal]))[0]
    return StoredPassage(
        Span(int(segment.columns.start[ordinal]), int(segment.columns.end[ordinal])),
        None if np.isnan(vector).any() else vector,
        *segment.vectors.sentences(ordinal),
    )
