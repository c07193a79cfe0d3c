"""Writing a part of a segment's vectors, when the segment itself has long been written: a folder beside it."""

import heapq
import shutil
from collections.abc import Iterable
from contextlib import suppress
from operator import itemgetter
from pathlib import Path

from ...segments.durability import sync
from ...segments.segment import Segment
from ...segments.similarity.vector_rows import OrdinalVectors
from ...segments.similarity.vectors import name_owner
from ...segments.similarity.vectors_writer import PartWriter
from ..rights import share

_TEMPORARY = ".unfinished"


def write_vector_part(folder: Path, segment: Segment, *vectors: Iterable[OrdinalVectors]) -> None:
    """Write vectors of passages of a segment that was written before, and make sure that they are on disk.

    Args:
        folder: Where the part will be; nothing is there until it is complete, nor if there is an error.
        segment: The segment.
        vectors: Of passages, in their order; several such series make one part. They may still have to be encoded.

    Raises:
        OSError: The disk is full, or refuses.
    """
    work = folder.with_name(folder.name + _TEMPORARY)
    try:
        work.mkdir()
        name_owner(work, segment.folder.name)
        part = PartWriter(work, segment.vectors.dimension)
        try:
            for each in heapq.merge(*vectors, key=itemgetter(0)):
                part.add(*each)
            part.close(len(segment))
        except BaseException:
            with suppress(OSError):
                part.cancel()
            raise
        share(work, folder.parents[1])
        for path in (*work.iterdir(), work):
            sync(path)
        work.rename(folder)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    sync(folder.parent)
