"""Cells: which vectors of a long list lie together, so that a question is compared with those in the cells next to it.

An inverted file (Sivic and Zisserman, "Video Google", ICCV 2003; Jégou et al., "Product quantization for nearest
neighbor search", PAMI 2011) that moves no vector: each row has the number of its cell, and a question is compared,
exactly, with the rows whose cells have the nearest centroids. So what filters leave is narrowed in the same way,
nothing is kept twice, and where cells are missing or not worth it, all rows are compared.

How many rows must be compared is found when cells are made: as many as it takes to find the wanted share of the nearest
of sentences from the text, each of which is asked as if it were a question; another sample says what share that finds.
Filters leave fewer, so that their nearest are farther away: the same is found for as many times more of the nearest.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ..arrays import check_below, check_lengths, load, quantile, save

if TYPE_CHECKING:
    from types import ModuleType

LEAST: Final = 65_536
"""So many vectors are divided into cells: fewer are compared sooner than it is worth."""

RECALL: Final = 0.99
"""The share of the nearest that must be found of sentences: on questions, which lie farther off, it is 0.98."""

EXACTLY: Final = 0.1
"""Where filters leave less than this share of the rows, all that they leave are compared."""

SAMPLE: Final = 512
"""So many sentences are asked as if they were questions: every other one to find what is needed, the rest to tell."""

_NEAREST: Final = 100
_DEPTHS: Final = np.array([1, 2, 5, 1 / EXACTLY]) * _NEAREST
_TRAINING: Final = 48  # vectors for each centroid
_ROUNDS: Final = 8
_BATCH: Final = 8192

_CENTROIDS, _CELLS, _BUDGETS = "centroids.npy", "cells.npy", "budgets.npy"


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of the rows of a part.

    Attributes:
        centroids: float32 [cells, dimension], the middle of each cell, of unit length.
        of: uint16 [rows], the cell of each row.
        budgets: float64 [4], how many rows are compared to find the nearest 100, 200, 500 and 1,000.
        recall: The share of the hundred nearest that was found so, of other sentences.
    """

    centroids: NDArray[np.float32]
    of: NDArray[np.uint16]
    budgets: NDArray[np.float64]
    recall: float

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """int64 [cells], how many rows each cell has."""
        return self._sizes(self.of)

    def _sizes(self, of: NDArray[np.uint16]) -> NDArray[np.int64]:
        return np.bincount(of, minlength=len(self.centroids))

    @classmethod
    def read(cls, folder: Path, dimension: int, rows: int) -> "Cells | None":
        """Those in a folder, mapped; None if there are none.

        Args:
            folder: Where `write` wrote them.
            dimension: The number of components of a vector.
            rows: How many vectors there are.

        Raises:
            OSError: They cannot be read.
            ValueError: They are not those of so many such vectors.
        """
        if not (folder / _CELLS).exists():
            return None
        centroids, of = load(folder / _CENTROIDS, np.float32, dimension), load(folder / _CELLS, np.uint16)
        check_lengths("vectors and their cells", rows, of)
        check_below(_CELLS, of, len(centroids))
        *budgets, recall = load(folder / _BUDGETS, np.float64)
        if len(budgets) != len(_DEPTHS) or not (0 < min(budgets) <= max(budgets) <= rows and 0 <= recall <= 1):
            raise ValueError(f"{_BUDGETS} says what cannot be")
        return cls(centroids, of, np.array(budgets), float(recall))

    def write(self, folder: Path) -> None:
        """Write them into a folder."""
        save(folder / _CENTROIDS, self.centroids)
        save(folder / _CELLS, self.of)
        save(folder / _BUDGETS, np.append(self.budgets, self.recall))

    def near(
        self, question: NDArray[np.float32], admitted: NDArray[np.bool_] | None = None
    ) -> NDArray[np.bool_] | None:
        """Which of the admitted rows lie in the cells next to a question.

        Args:
            question: float32 [dimension], of unit length.
            admitted: bool [rows], or None if all are.

        Returns:
            bool [rows], or None if all of them are to be compared.
        """
        sizes: NDArray[np.int64] = self.sizes if admitted is None else self._sizes(self.of[admitted])
        share = int(sizes.sum()) / len(self.of)
        if share < EXACTLY:
            return None
        budget = share * math.exp(float(np.interp(math.log(_NEAREST / share), np.log(_DEPTHS), np.log(self.budgets))))
        cosines: NDArray[np.float32] = self.centroids @ question
        order = np.argsort(-cosines)
        probed = np.zeros(len(sizes), bool)
        probed[order[: int(np.searchsorted(np.cumsum(sizes[order]), budget)) + 1]] = True
        near: NDArray[np.bool_] = probed[self.of]
        return near if admitted is None else near & admitted


def make_cells(faiss: "ModuleType", index: Any, vectors: NDArray[np.float16], questions: NDArray[np.float32]) -> Cells:
    """Divide vectors into cells, about twice as many as the root of their number.

    Args:
        faiss: The library.
        index: Its index of all the vectors, which compares exactly.
        vectors: float16 [rows, dimension], the same.
        questions: float32 [n, dimension], the sample, of unit length.
    """
    rows, dimension = len(vectors), index.d
    count = min(1 << round(np.log2(2 * np.sqrt(rows))), 1 << 16)
    taken = min(rows, count * _TRAINING)
    chosen = np.arange(taken) * rows // taken
    trained = faiss.Kmeans(dimension, count, niter=_ROUNDS, spherical=True, seed=1, max_points_per_centroid=_TRAINING)
    trained.train(vectors[chosen].astype(np.float32))
    centroids: NDArray[np.float32] = trained.centroids
    of = np.empty(rows, np.uint16)
    for at in range(0, rows, _BATCH):
        of[at : at + _BATCH] = (vectors[at : at + _BATCH].astype(np.float32) @ centroids.T).argmax(axis=1)
    sizes = np.bincount(of, minlength=count)
    order = np.argsort(-(questions @ centroids.T), axis=1)
    # How many rows are compared once a cell has been, for each question; its neighbours are found by then.
    compared = np.empty(order.shape, np.int64)
    np.put_along_axis(compared, order, np.cumsum(sizes[order], axis=1), axis=1)
    nearest: NDArray[np.int64] = index.search(questions, min(int(_DEPTHS[-1]), rows))[1]
    needed: NDArray[np.int64] = np.take_along_axis(compared, of[nearest].astype(np.int64), axis=1)
    fitted, others = needed[::2], needed[1::2]
    budgets = np.array([quantile(fitted[:, : int(depth)].ravel(), RECALL) for depth in _DEPTHS])
    recall = float((others[:, :_NEAREST] <= budgets[0]).mean())
    return Cells(centroids, of, budgets, recall)
