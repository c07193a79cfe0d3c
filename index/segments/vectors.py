"""FAISS: which passages lie near a question in meaning, and which of their sentences nearest.

Vectors are kept as 16-bit floats in a flat index, mapped from disk: every similarity is exact for the stored vector,
and does not depend on how passages were batched, as it would with a quantiser trained by segment.
"""

import os
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import DTypeLike, NDArray

from .arrays import ArrayWriter, load
from .encoded_passage import EncodedPassage

_BATCH = 4096

# A child has none of the threads among which FAISS would share its work, and would wait for them for ever.
os.register_at_fork(after_in_child=partial(faiss.omp_set_num_threads, 1))


class Vectors:
    """The vectors of one segment, read-only; safe to share among threads.

    Args:
        folder: What a VectorsWriter filled.
    """

    def __init__(self, folder: Path) -> None:
        # Of FAISS's mapping flags only this one really maps a flat index.
        self._index = faiss.read_index(str(folder / "vectors.faiss"), faiss.IO_FLAG_MMAP_IFC)
        self._sentence_starts = load(folder / "sentence_starts.npy")
        self._sentences = load(folder / "sentences.npy")
        self._sentence_vectors = load(folder / "sentence_vectors.npy")

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def nearest(self, question: NDArray[np.float32], depth: int, admitted: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The admitted passages most similar to a question.

        Args:
            question: float32 [dimension], of unit length.
            depth: How many passages are wanted.
            admitted: bool [passages], which may be found.

        Returns:
            int64 [at most depth]: their ordinals, in no particular order.
        """
        bits = np.packbits(admitted, bitorder="little")
        chosen = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))  # pyright: ignore[reportCallIssue]
        _, ordinals = self._index.search(question[np.newaxis], min(depth, len(self)), params=chosen)
        best = np.asarray(ordinals[0], np.int64)
        return best[best >= 0]

    def cosines(self, question: NDArray[np.float32], ordinals: NDArray[np.int64]) -> NDArray[np.float64]:
        """How similar passages are to a question.

        Summed row by row and rounded to a millionth, so that a passage's cosine does not depend on which others are
        computed with it, as it would in a matrix product.

        Args:
            question: float32 [dimension], of unit length.
            ordinals: int64 [n], the passages.

        Returns:
            float64 [n], cosines from -1 to 1.
        """
        rows = self.get(ordinals).astype(np.float64)
        sums: NDArray[np.float64] = np.einsum("ij,j->i", rows, question.astype(np.float64))
        return np.round(sums, 6)

    def get(self, ordinals: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of some passages: float32 [n, dimension]."""
        return self._index.reconstruct_batch(np.ascontiguousarray(ordinals, np.int64))

    def sentences(self, ordinal: int) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
        """A passage's sentences.

        Args:
            ordinal: The passage.

        Returns:
            int32 [n, 2], their spans in the document's text, and int8 [n, dimension], their coded vectors: see
            EncodedPassage.
        """
        rows = slice(self._sentence_starts[ordinal], self._sentence_starts[ordinal + 1])
        return self._sentences[rows], self._sentence_vectors[rows]


class VectorsWriter:
    """Writes the vectors of a segment, passage after passage.

    Args:
        folder: An empty folder.
        dimension: The number of components of a vector.
    """

    def __init__(self, folder: Path, dimension: int) -> None:
        self._folder = folder
        self._index = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        self._pending: list[NDArray[np.float32]] = []
        self._files = ExitStack()
        self._starts = self._open("sentence_starts", np.int64)
        self._starts.append(np.zeros(1))
        self._sentences = self._open("sentences", np.int32, 2)
        self._sentence_vectors = self._open("sentence_vectors", np.int8, dimension)

    def _open(self, name: str, dtype: DTypeLike, width: int | None = None) -> ArrayWriter:
        return self._files.enter_context(ArrayWriter(self._folder / f"{name}.npy", dtype, width))

    def add(self, passage: EncodedPassage) -> None:
        """Add a passage's vectors and the spans of its sentences."""
        self._pending.append(passage.vector)
        if len(self._pending) == _BATCH:
            self._flush()
        self._sentences.append(np.array(passage.sentences, np.int32).reshape(-1, 2))
        self._sentence_vectors.append(passage.sentence_vectors)
        self._starts.append(np.array([self._sentences.rows]))

    def _flush(self) -> None:
        if self._pending:
            self._index.add(np.stack(self._pending))
            self._pending.clear()

    def close(self) -> None:
        """Write everything out."""
        self._flush()
        faiss.write_index(self._index, str(self._folder / "vectors.faiss"))
        self._files.close()

    def cancel(self) -> None:
        """Let go of the files as they are."""
        self._files.close()
