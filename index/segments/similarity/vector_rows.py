"""Rows of vectors on disk, and which lie nearest to a question: FAISS, over files that are mapped.

Vectors are kept as 16-bit floats in a flat index: every similarity that is told is exact for the stored vector, and
does not depend on how passages were batched. Where rows are many, not all of them are compared: see `product_codes.py`.
"""

import struct
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import check_ascending, check_lengths, load, map_bytes, singles
from .faiss_library import faiss_library
from .product_codes import ProductCodes

FILE = "vectors.faiss"
"""The file of the passages' vectors, within their folder."""

ORDINALS = "ordinals.npy"
"""The file of which passages vectors are, where they are not those of all."""

SENTENCE_VECTORS = "sentence_vectors.npy"
"""The file of the vectors of the passages' sentences."""

_HEAD = struct.Struct("=4siqqq?iiifQQQQ")
"""The head of a flat index: its kind, dimension, number of vectors, two numbers that are always the same, whether it is
trained, the metric; of the quantiser its kind, how ranges are measured (which it does not), dimension, bytes a vector
and how many numbers it has learned; how many bytes of vectors follow."""

HEAD_SIZE = _HEAD.size

_INNER_PRODUCT, _SIXTEEN_BITS, _MINMAX = 0, 4, 0
"""What FAISS calls METRIC_INNER_PRODUCT, QT_fp16 and RS_minmax."""


def faiss_index(content: NDArray[np.uint8]) -> Any:
    """What is mapped of a whole FILE, as an index of FAISS's that searches it where it lies."""
    faiss = faiss_library()
    return faiss.read_index(faiss.ZeroCopyIOReader(faiss.swig_ptr(content), len(content)))


OrdinalVectors = tuple[int, NDArray[np.float32], NDArray[np.int8]]
"""The ordinal of a passage, its vector and those of its sentences: see EncodedPassage."""


class VectorPart:
    """Vectors of some passages of a segment, or of all: one row each, in the order of the passages.

    Args:
        folder: Where they lie.
        sentence_starts: int64 [passages + 1]: how many sentences each passage of the segment has follows from it.
    """

    def __init__(self, folder: Path, sentence_starts: NDArray[np.int64]) -> None:
        self.folder = folder
        self._bytes = map_bytes(folder / FILE)
        self.dimension, self.count = _read_head(FILE, self._bytes)
        """The number of components of a vector, and how many there are."""
        # As bytes, since they begin where no number may lie for a processor.
        self._rows = self._bytes[HEAD_SIZE:].reshape(self.count, self.dimension * 2)
        passages = len(sentence_starts) - 1
        self.is_complete = not (folder / ORDINALS).exists()
        """Whether all passages have theirs here."""
        self.ordinals: NDArray[np.int32] = np.zeros(0, np.int32)
        """Which passages have, unless all have."""
        self._starts = sentence_starts
        if self.is_complete:
            check_lengths("passages and vectors", passages, self._rows)
        else:
            self.ordinals = load(folder / ORDINALS, np.int32)
            check_lengths("passages with a vector and vectors", self.count, self.ordinals)
            if self.count and not 0 <= self.ordinals.min() <= self.ordinals.max() < passages:
                raise ValueError(f"{ORDINALS} names passages that there are not")
            check_ascending(ORDINALS, self.ordinals)
            sizes = sentence_starts[self.ordinals + 1] - sentence_starts[self.ordinals]
            self._starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
        self.codes = ProductCodes.read(folder, self.dimension, self.count)
        """Short codes of the rows, where they are many."""
        self._sentences = load(folder / SENTENCE_VECTORS, np.int8, self.dimension)
        check_lengths("vectors of sentences", int(self._starts[-1]), self._sentences)

    @cached_property
    def _index(self) -> Any:
        return faiss_index(self._bytes)

    def __iter__(self) -> Iterator[OrdinalVectors]:
        """The vectors of each passage that has some here, in the order of the passages."""
        ordinals = range(self.count) if self.is_complete else map(int, self.ordinals)
        for row, ordinal in enumerate(ordinals):
            yield ordinal, self.rows(np.array([row]))[0], self.sentences(row)

    def positions(self, ordinals: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which of some passages have a vector here, by their positions in `ordinals`, and in which row each is."""
        if self.is_complete:
            return np.arange(len(ordinals)), ordinals
        rows = np.searchsorted(self.ordinals, ordinals)
        here = np.flatnonzero(self.ordinals[np.minimum(rows, self.count - 1)] == ordinals) if self.count else rows[:0]
        return here, rows[here]

    def nearest(
        self, question: NDArray[np.float32], depth: int, admitted: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """See `Vectors.nearest`."""
        here = admitted if self.is_complete else admitted[self.ordinals]
        rows = np.flatnonzero(here)
        if len(rows) <= depth:
            similar = self._similar(rows, question)
        else:
            rows, similar = self._search(question, depth, None if len(rows) == self.count else here)
        return rows if self.is_complete else self.ordinals[rows].astype(np.int64), similar

    def _search(
        self, question: NDArray[np.float32], depth: int, admitted: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The `depth` rows most similar to a question, of those that are admitted, and about how similar they are."""
        faiss = faiss_library()
        # One question is looked for by one thread; others, which FAISS would wake for it, only wait, and that at full
        # speed. The number is the asking thread's own, and what it was for whatever else a host does with FAISS.
        threads = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(1)
        try:
            if self.codes is not None and (near := self.codes.near(question, depth, admitted)) is not None:
                similar = self._similar(near, question)
                nearest = np.argpartition(-similar, depth)[:depth]
                return near[nearest], similar[nearest]
            chosen = None
            if admitted is not None:
                bits = np.packbits(admitted, bitorder="little")
                chosen = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))
            similar, rows = self._index.search(question[np.newaxis], depth, params=chosen)
        finally:
            faiss.omp_set_num_threads(threads)
        present = rows[0] >= 0
        return np.asarray(rows[0][present], np.int64), similar[0][present]

    def _similar(self, rows: NDArray[np.int64], question: NDArray[np.float32]) -> NDArray[np.float32]:
        """About how similar some rows are to a question, by one thread: a product of matrices takes several."""
        return np.einsum("ij,j->i", self.rows(rows), question)

    def cosines(self, question: NDArray[np.float32], ordinals: NDArray[np.int64]) -> NDArray[np.float64]:
        """See `Vectors.cosines`; of passages that have a vector here."""
        return cosines(question, self.rows(self.positions(ordinals)[1]))

    def rows(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors in some rows: float32 [n, dimension]."""
        return singles(self._rows.take(rows, axis=0))

    def sentences(self, row: int) -> NDArray[np.int8]:
        """The coded vectors of the sentences of the passage in a row."""
        return self._sentences[self._starts[row] : self._starts[row + 1]]


def cosines(question: NDArray[np.float32], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """How similar vectors are to a question: see `Vectors.cosines`."""
    sums: NDArray[np.float64] = np.einsum("ij,j->i", vectors, question.astype(np.float64))
    return np.round(sums, 6)


def head_of(dimension: int, rows: int) -> bytes:
    """The head of a FILE that has so many rows: 16-bit floats, compared by inner product."""
    return _HEAD.pack(
        b"IxSQ", dimension, rows, 1 << 20, 1 << 20, True, _INNER_PRODUCT, _SIXTEEN_BITS, _MINMAX, 0.0,
        dimension, dimension * 2, 0, rows * dimension * 2,
    )  # fmt: skip


def _read_head(name: str, content: NDArray[np.uint8]) -> tuple[int, int]:
    """The dimension of an index's vectors, and how many there are.

    Raises:
        ValueError: It is not an index as we write them, whole: FAISS reads any kind, and believes all it says.
    """
    head = content[: _HEAD.size].tobytes()
    try:
        _, dimension, rows, *_ = _HEAD.unpack(head)
        expected = head_of(dimension, rows)
    except struct.error as error:
        raise ValueError(f"{name} is not an index of vectors") from error
    if head != expected or len(content) != _HEAD.size + rows * dimension * 2:
        raise ValueError(f"{name} is not an index of vectors as Dragoman writes them")
    return dimension, rows
