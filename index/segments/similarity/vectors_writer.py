"""Writing the vectors of a segment's passages, with the cells of those that are many."""

from array import array
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..arrays import ArrayWriter, load, save
from ..encoded_passage import EncodedPassage, SegmentPassage
from .cells import LEAST, SAMPLE, make_cells
from .vector_rows import FILE, INNER_PRODUCT, ORDINALS, SENTENCE_VECTORS, SIXTEEN_BITS, faiss_library

_BATCH = 4096


class PartWriter:
    """Writes vectors of passages of one segment, in the order of the passages.

    Args:
        folder: An empty folder.
        dimension: The number of components of a vector.
    """

    def __init__(self, folder: Path, dimension: int) -> None:
        self._folder = folder
        self._index: Any = faiss_library().IndexScalarQuantizer(dimension, SIXTEEN_BITS, INNER_PRODUCT)
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
            self._index.add(np.stack(self._pending).astype(np.float16).astype(np.float32))
            self._pending.clear()

    def close(self, passages: int) -> None:
        """Write everything out.

        Args:
            passages: How many passages the segment has.
        """
        self._flush()
        self._sentences.close()
        if len(self._ordinals) >= LEAST:
            self._divide()
        # FAISS does not say it when the last bytes of a file do not go onto the disk.
        with (self._folder / FILE).open("wb") as file:
            refused: list[OSError] = []
            written = faiss_library().PyCallbackIOWriter(partial(_write, file, refused))
            try:
                faiss_library().write_index(self._index, written)
            except Exception:
                if refused:
                    raise refused[0] from None
                raise
        if len(self._ordinals) < passages:
            save(self._folder / ORDINALS, np.frombuffer(self._ordinals, np.int32))

    def _divide(self) -> None:
        """Write down which of the vectors lie together."""
        faiss = faiss_library()
        codes = faiss.rev_swig_ptr(self._index.codes.data(), self._index.codes.size())
        rows = codes.view(np.float16).reshape(-1, self._index.d)
        every = load(self._folder / SENTENCE_VECTORS, np.int8, self._index.d)
        sentences = every[np.arange(SAMPLE) * len(every) // SAMPLE] if len(every) else rows[:SAMPLE]
        questions = sentences.astype(np.float32)
        questions /= np.maximum(np.linalg.norm(questions, axis=1, keepdims=True), 1e-9)
        make_cells(faiss, self._index, rows, questions).write(self._folder)

    def cancel(self) -> None:
        """Let go of the file as it is."""
        self._sentences.close()


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


def _write(file: BinaryIO, refused: list[OSError], content: bytes) -> int:
    try:
        return file.write(content)
    except OSError as error:
        refused.append(error)
        raise
