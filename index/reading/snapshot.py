"""The view of a collection in a folder: one generation of it, opened. See `view.View`, of which it is the reference.

Passages are known by their number in the snapshot's stack of segments.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Document, Span
from ...errors import CollectionDamaged
from ..encoding.query_encoder import QueryEncoder
from ..ledger.ledger import Ledger, State
from ..ledger.manifest import Manifest
from ..ledger.near_copies import Copies
from ..segments.segment import Segment
from .lexicon import Lexicon
from .stack import Stack
from .stack_view import StackView
from .view import Info


class StoredPassage(NamedTuple):
    """A passage as a segment keeps it: for copying it into another one."""

    span: Span
    vector: NDArray[np.float32]
    sentences: NDArray[np.int32]
    sentence_vectors: NDArray[np.int8]


class Snapshot(StackView):
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


def _stored(segment: Segment, ordinal: int) -> StoredPassage:
    vector = segment.vectors.get(np.array([ordinal]))[0]
    return StoredPassage(
        Span(int(segment.columns.start[ordinal]), int(segment.columns.end[ordinal])),
        vector,
        *segment.vectors.sentences(ordinal),
    )
