"""What one commit writes: segments, one after another, and which passages are in them."""

from array import array

from ...refusals import telling_refusals
from ..segments.encoded_passage import SegmentPassage
from ..segments.segment import SegmentWriter
from .store import SEGMENTS, Store


class Commit:
    """Writes the segments of one commit, and the rows of the passages in them, within `Database.change`.

    Args:
        store: The collection.
        segment_passages: The most passages in a segment.

    Attributes:
        dimension: The number of components of the vectors.
        fields: The fields of documents that get a column each.
    """

    def __init__(self, store: Store, segment_passages: int) -> None:
        self._store = store
        self._segment_passages = segment_passages
        manifest = store.ledger.manifest
        self.dimension, self.fields = manifest.dimension, manifest.fields
        self._writer: SegmentWriter | None = None
        self._number = 0
        self._rows = array("q")

    def add(self, passage: SegmentPassage) -> None:
        """Add a passage, after those of its document that come before it."""
        if self._writer is not None and len(self._writer) >= self._segment_passages:
            self.close_segment()
        with telling_refusals(self._store.folder / SEGMENTS):
            if self._writer is None:
                name = self._store.new_segment_name()
                self._writer = SegmentWriter(self._store.folder / SEGMENTS / name, self.dimension, self.fields)
                self._number = self._store.ledger.add_segment(name)
            ordinal = self._writer.add(passage)
        self._rows.extend((ordinal, passage.version, passage.span.start, passage.span.end))

    def close_segment(self) -> None:
        """Write out the segment that is being written, if there is one."""
        if self._writer is not None:
            with telling_refusals(self._writer.folder):
                self._writer.close()
                self._store.sealing.seal(SEGMENTS, self._writer.folder.name)
            values = iter(self._rows)
            self._store.ledger.add_passages(self._number, zip(values, values, values, values, strict=True))
            self._writer, self._rows = None, array("q")

    def abandon(self) -> None:
        """Leave nothing of the segment that is being written; finished ones are swept by the next writer."""
        if self._writer is not None:
            self._writer.cancel()
