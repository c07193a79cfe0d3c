"""Writing a part of a segment's vectors, when the segment itself has long been written: a folder beside it."""

import shutil
from contextlib import suppress
from pathlib import Path

from ...segments.durability import sync
from ...segments.encoded_passage import EncodedPassage
from ...segments.segment import Segment
from ...segments.similarity.vectors import name_owner
from ...segments.similarity.vectors_writer import PartWriter
from ..rights import share

_TEMPORARY = ".unfinished"


class VectorPartWriter:
    """Writes a part of the vectors of a segment: those of passages that were encoded after it had been written.

    Args:
        folder: Where the part will be; nothing is there until it is complete.
        segment: The segment.
    """

    def __init__(self, folder: Path, segment: Segment) -> None:
        self.folder = folder
        self._passages = len(segment)
        self._work = folder.with_name(folder.name + _TEMPORARY)
        try:
            self._work.mkdir()
            name_owner(self._work, segment.folder.name)
            self._part = PartWriter(self._work, segment.vectors.dimension)
        except BaseException:
            shutil.rmtree(self._work, ignore_errors=True)
            raise

    def __len__(self) -> int:
        return len(self._part)

    def add(self, ordinal: int, passage: EncodedPassage) -> None:
        """Add an encoded passage, after those with lower ordinals."""
        self._part.add(ordinal, passage.vector, passage.sentence_vectors)

    def close(self) -> None:
        """Write everything out, make sure that it is on disk, and give the folder its name.

        Raises:
            OSError: The disk is full, or refuses.
        """
        self._part.close(self._passages)
        share(self._work, self.folder.parents[1])
        for path in (*self._work.iterdir(), self._work):
            sync(path)
        self._work.rename(self.folder)
        sync(self.folder.parent)

    def cancel(self) -> None:
        """Leave nothing behind."""
        try:
            with suppress(OSError):
                self._part.cancel()
        finally:
            shutil.rmtree(self._work, ignore_errors=True)
