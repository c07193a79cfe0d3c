"""Product codes: a short code of each of many vectors, by which those are chosen that a question is compared with.

A product quantizer (Jégou, Douze and Schmid, "Product quantization for nearest neighbor search", PAMI 2011): components
go together in pairs, and of each pair there is the number of the nearest of sixteen. With four bits a pair all codes of
a segment are looked through in a fraction of the time that comparing the vectors takes (André, Kermarrec and Le
Scouarnec, "Cache locality is not enough", VLDB 2015; FAISS's IndexPQFastScan). What looks nearest by its code is then
compared, exactly, and more of it than is wanted: so an answer has no similarity that is not of the vector itself.

What share of the nearest is found is measured when the codes are made, with sentences of the text asked as questions.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ..arrays import check_lengths, load, save, singles
from .faiss_library import faiss_library

if TYPE_CHECKING:
    from types import ModuleType

LEAST: Final = 16_384
"""So many vectors get codes: fewer are compared sooner than it is worth."""

EXACTLY: Final = 0.3
"""Where filters leave less than this share of the rows, all that they leave are compared."""

SAMPLE: Final = 256
"""So many sentences are asked as if they were questions."""

_NEAREST: Final = 100
_PAIR: Final = 2
_NUMBERS: Final = 16
_SPARE: Final = 2  # times as many are compared as are wanted
_FEWEST: Final = 1000  # are compared at least
_WORTH: Final = 0.2  # of the admitted: to look for more of them takes longer than to compare them all
_BEYOND: Final = 1.25  # times as many are looked at as would do if filters left the same share everywhere
_TRAINING: Final = 2048
_ROUNDS: Final = 10
_BATCH: Final = 8192
_ALIKE: Final = 1e-5

_CODES, _CODEBOOK, _RECALL = "codes.npy", "codebook.npy", "codes_recall.npy"


@dataclass(frozen=True, eq=False)
class ProductCodes:
    """The codes of the rows of a part.

    Attributes:
        codebook: float32 [pairs × 16, 2], the numbers of each pair.
        codes: uint8 [n], those of 32 rows together, as FAISS lays them out.
        rows: How many rows there are.
        recall: The share of the hundred nearest that was found by them.
    """

    codebook: NDArray[np.float32]
    codes: NDArray[np.uint8]
    rows: int
    recall: float

    @classmethod
    def read(cls, folder: Path, dimension: int, rows: int) -> "ProductCodes | None":
        """Those in a folder, mapped; None if there are none.

        Args:
            folder: Where `write` wrote them.
            dimension: The number of components of a vector.
            rows: How many vectors there are.

        Raises:
            OSError: They cannot be read.
            ValueError: They are not those of so many such vectors.
        """
        if not (folder / _CODES).exists():
            return None
        codebook, codes = load(folder / _CODEBOOK, np.float32, _PAIR), load(folder / _CODES, np.uint8)
        recall = load(folder / _RECALL, np.float64)
        check_lengths("numbers of pairs", dimension // _PAIR * _NUMBERS, codebook)
        check_lengths("codes of vectors", _size(dimension, rows), codes)
        if len(recall) != 1 or not 0 <= recall[0] <= 1:
            raise ValueError(f"{_RECALL} says what cannot be")
        return cls(codebook, codes, rows, float(recall[0]))

    def write(self, folder: Path) -> None:
        """Write them into a folder."""
        save(folder / _CODEBOOK, self.codebook)
        save(folder / _CODES, self.codes)
        save(folder / _RECALL, np.array([self.recall]))

    @cached_property
    def _index(self) -> Any:
        """The same as an index of FAISS's, which has the codes in memory."""
        faiss = faiss_library()
        index = _new_index(faiss, len(self.codebook) // _NUMBERS * _PAIR)
        faiss.copy_array_to_vector(self.codebook.ravel(), index.pq.centroids)
        index.codes.resize(len(self.codes))
        faiss.memcpy(index.codes.get(), faiss.swig_ptr(np.ascontiguousarray(self.codes)), len(self.codes))
        index.is_trained, index.ntotal, index.ntotal2 = True, self.rows, _padded(self.rows)
        return index

    def near(
        self, question: NDArray[np.float32], depth: int, admitted: NDArray[np.bool_] | None = None
    ) -> NDArray[np.int64] | None:
        """Which of the admitted rows are to be compared with a question.

        Args:
            question: float32 [dimension], of unit length.
            depth: How many of the nearest are wanted.
            admitted: bool [rows], or None if all are.

        Returns:
            int64 [n], more than `depth` of them; or None if all are to be compared.
        """
        count = self.rows if admitted is None else int(np.count_nonzero(admitted))
        if count < EXACTLY * self.rows:
            return None
        wanted = max(_SPARE * depth, _FEWEST)
        looked_at = wanted if admitted is None else math.ceil(_BEYOND * wanted * self.rows / count)
        if looked_at > _WORTH * count:
            return None
        found: NDArray[np.int64] = self._index.search(question[np.newaxis], looked_at)[1][0]
        found = found[found >= 0]
        if admitted is not None:
            found = found[admitted[found]]
        if len(found) < wanted:
            return None  # what is near is what the filters leave out
        return found


def make_codes(
    faiss: "ModuleType", index: Any, vectors: NDArray[np.float16], questions: NDArray[np.float32]
) -> ProductCodes:
    """The codes of vectors.

    Args:
        faiss: The library.
        index: Its index of all the vectors, which compares exactly.
        vectors: float16 [rows, dimension], the same; of an even dimension.
        questions: float32 [n, dimension], the sample, of unit length.
    """
    rows, dimension = vectors.shape
    quick = _new_index(faiss, dimension)
    quick.pq.cp.niter, quick.pq.cp.min_points_per_centroid = _ROUNDS, 1
    taken = min(rows, _TRAINING)
    quick.train(singles(vectors[np.arange(taken) * rows // taken]))
    for at in range(0, rows, _BATCH):
        quick.add(singles(vectors[at : at + _BATCH]))
    found = total = 0
    for question in questions[questions.any(axis=1)]:  # of nothing, nothing is near
        chosen = quick.search(question[np.newaxis], min(_FEWEST, rows))[1][0]
        similar = singles(vectors[chosen[chosen >= 0]]) @ question
        nearest = index.search(question[np.newaxis], min(_NEAREST, rows))[0][0]
        # Of several that are as near as each other any will do.
        found += min(int((similar >= nearest.min() - _ALIKE).sum()), len(nearest))
        total += len(nearest)
    return ProductCodes(
        faiss.vector_to_array(quick.pq.centroids).reshape(-1, _PAIR),
        faiss.rev_swig_ptr(quick.codes.get(), quick.codes.size()).copy(),
        rows,
        found / total if total else 1.0,
    )


def _new_index(faiss: "ModuleType", dimension: int) -> Any:
    return faiss.IndexPQFastScan(dimension, dimension // _PAIR, _NUMBERS.bit_length() - 1, faiss.METRIC_INNER_PRODUCT)


def _padded(rows: int) -> int:
    return -(-rows // 32) * 32


def _size(dimension: int, rows: int) -> int:
    """How many bytes FAISS takes: two codes in each, and an even number of pairs."""
    pairs = dimension // _PAIR
    return _padded(rows) * (pairs + pairs % 2) // 2
