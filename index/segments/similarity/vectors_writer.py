"""Writing the vectors of a segment's passages, with the codes of those that are many."""

from array import array
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..arrays import ArrayWriter, load, map_bytes, save
from ..encoded_passage import EncodedPassage, SegmentPassage
from .faiss_library import faiss_library
from .product_codes import LEAST, SAMPLE, make_codes
from .vector_rows import FILE, HEAD_SIZE, ORDINALS, SENTENCE_VECTORS, faiss_index, head_of

_BATCH = 4096


class PartWriter:
    """Writes vectors of passages of one segment, in the order of the passages.

    Args:
        folder: An empty folder.
        dimension: The number of components of a vector.
    """

    def __init__(self, folder: Path, dimension: int) -> None:
        self._folder = folder
        self._dimension = dimension
        self._file: BinaryIO = (folder / FILE).open("wb")
        self._file.write(head_of(dimension, 0))
        self._pending: list[NDArray[np.float32]] = []
        self._ordinals = array("i")
        self._sentences = ArrayWriter(folder / SENTENCE_VECTORS, np.int8, dimension)

    def __len__(self) -> int:
        return len(self._ordinals)

    def add(self, ordinal: int, vector: NDArray[np.float32], sentence_vectors: NDArray[np.int8]) -> None:
        """Add a passage's vectors: see EncodedPassage."""
        self._ordinals.append(ordinal)
        self._pending.append(vector)
        if len(self._pending) == _BATCH:
            self._flush()
        self._sentences.append(sentence_vectors)

    def _flush(self) -> None:
        if self._pending:
            # As NumPy rounds, which is how the cache keeps them: FAISS rounds what lies in the middle another way on
            # some processors, and the same passage would get other vectors when it comes from there.
            self._file.write(np.stack(self._pending).astype(np.float16).tobytes())
            self._pending.clear()

    def close(self, passages: int) -> None:
        """Write everything out.

        Args:
            passages: How many passages the segment has.
        """
        self._flush()
        with self._file:
            self._file.seek(0)
            self._file.write(head_of(self._dimension, len(self)))
        self._sentences.close()
        if len(self) >= LEAST and self._dimension % 2 == 0:
            self._write_codes()
        if len(self) < passages:
            save(self._folder / ORDINALS, np.frombuffer(self._ordinals, np.int32))

    def _write_codes(self) -> None:
        content = map_bytes(self._folder / FILE)
        rows = content[HEAD_SIZE:].reshape(len(self), -1).view(np.float16)
        every = load(self._folder / SENTENCE_VECTORS, np.int8, self._dimension)
        sentences = every[np.arange(SAMPLE) * len(every) // SAMPLE] if len(every) else rows[:SAMPLE]
        questions = sentences.astype(np.float32)
        questions /= np.maximum(np.linalg.norm(questions, axis=1, keepdims=True), 1e-9)
        make_codes(faiss_library(), faiss_index(content), rows, questions).write(self._folder)

    def cancel(self) -> None:
        """Let go of the files as they are."""
        for close in (self._file.close, self._sentences.close):
            with suppress(OSError):
                close()


class VectorsWriter:
    """Writes the vectors of a segment and the spans of its sentences, passage after passage.

    Args:
        folder: An empty folder.
        dimension: The number of components of a vector.
    """

    def __init__(self, folder: Path, dimension: int) -> None:
        self._part = PartWriter(folder, dimension)
        self._starts = ArrayWriter(folder / "sentence_starts.npy", np.int64)
        self._starts.append(np.zeros(1))
        self._sentences = ArrayWriter(folder / "sentences.npy", np.int32, 2)

    def add(self, passage: SegmentPassage) -> None:
        """Add the spans of a passage's sentences, and the vectors if it has any."""
        if isinstance(passage, EncodedPassage):
            self._part.add(self._starts.rows - 1, passage.vector, passage.sentence_vectors)
        self._sentences.append(np.array(passage.sentences, np.int32).reshape(-1, 2))
        self._starts.append(np.array([self._sentences.rows]))

    def close(self) -> None:
        """Write everything out."""
        self._part.close(self._starts.rows - 1)
        self._starts.close()
        self._sentences.close()

    def cancel(self) -> None:
        """Let go of the files as they are."""
        for cancel in (self._part.cancel, self._starts.close, self._sentences.close):
            with suppress(OSError):
                cancel()
