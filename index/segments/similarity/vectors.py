"""The vectors of one segment, in one part or several, and where the sentences of its passages are."""

import json
from collections.abc import Iterable
from copy import copy
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..arrays import check_ascending, check_offsets, load
from .vector_rows import VectorPart, cosines

_OWNER = "part.json"
"""The file that names the segment whose passages the vectors in a folder beside it are of."""

ROUNDING = 1e-5
"""Of what FAISS says of similarities: it adds up single precision, in an order of its own."""

_BATCH = 4096
_FAIR = 3  # times as many of the nearest as a part would have if all parts had as many


class Vectors:
    """The vectors that the passages of one segment have, and the spans of their sentences; safe to share among threads.

    A passage may have none yet: words are searchable at once, and meaning comes as passages are encoded. What was
    encoded after the segment had been written lies in parts beside it. The length is the number of passages.

    Args:
        folder: What a VectorsWriter filled.
    """

    def __init__(self, folder: Path) -> None:
        self._sentence_starts = load(folder / "sentence_starts.npy", np.int64)
        self._sentences = load(folder / "sentences.npy", np.int32, 2)
        check_offsets("starts of sentences", self._sentence_starts, len(self), len(self._sentences))
        self.parts = (VectorPart(folder, self._sentence_starts),)
        """Those that the segment was written with, and those that its passages were given since."""
        self.dimension = self.parts[0].dimension
        """The number of components of a vector."""

    def part(self, folder: Path) -> "VectorPart":
        """Vectors that some of these passages were given since, opened.

        Args:
            folder: What a PartWriter filled.

        Raises:
            ValueError: They do not belong to these.
        """
        opened = VectorPart(folder, self._sentence_starts)
        if opened.dimension != self.dimension:
            raise ValueError("a part has vectors of another dimension")
        return opened

    def extended(self, parts: Iterable["VectorPart"]) -> "Vectors":
        """The same with more parts, beside those that are there; both share what is mapped."""
        more = copy(self)
        more.parts = (*self.parts, *parts)
        return more

    def __len__(self) -> int:
        return max(len(self._sentence_starts) - 1, 0)

    @property
    def encoded(self) -> int:
        """How many of the passages have a vector."""
        return sum(part.count for part in self.parts)

    @property
    def recall(self) -> float:
        """The share of the hundred nearest that `nearest` finds, where it is least: 1 if all are compared."""
        return min(part.codes.recall if part.codes else 1.0 for part in self.parts)

    def lacking(self) -> NDArray[np.int64]:
        """The passages without a vector: their ordinals, ascending."""
        if self.encoded >= len(self):
            return np.zeros(0, np.int64)
        lacking = np.ones(len(self), bool)
        for part in self.parts:
            lacking[part.ordinals] = False
        return np.flatnonzero(lacking)

    def check(self) -> None:
        """Look at what leads to sentences, and from parts to passages. Raises ValueError if it cannot be."""
        check_ascending("starts of sentences", self._sentence_starts)
        for at in range(0, len(self._sentences), _BATCH):
            start, end = self._sentences[at : at + _BATCH].T
            if ((start < 0) | (end < start)).any():
                raise ValueError("sentences.npy has no spans")
        if self.encoded + len(self.lacking()) != len(self):
            raise ValueError("passages have several vectors")

    def nearest(
        self, question: NDArray[np.float32], depth: int, admitted: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The admitted passages most similar to a question, of those that have a vector.

        Args:
            question: float32 [dimension], of unit length.
            depth: How many passages are wanted.
            admitted: bool [passages], which may be found.

        Returns:
            int64 [n]: the ordinals of these and perhaps of others, in no particular order; and float32 [n], about how
            similar they are: see `cosines`.
        """
        # All of the nearest may be in one part, and hardly ever are: it is asked for more where there may be more.
        few = min(depth, _FAIR * depth // len(self.parts) + 1)
        wanted = [few if part.count > depth else depth for part in self.parts]
        found = [part.nearest(question, most, admitted) for part, most in zip(self.parts, wanted, strict=True)]
        if min(wanted) < depth:
            every = np.concatenate([similar for _, similar in found])
            least = np.partition(every, -depth)[-depth] - ROUNDING if len(every) >= depth else -np.inf
            for number, (part, most) in enumerate(zip(self.parts, wanted, strict=True)):
                ordinals, similar = found[number]
                if most < depth and len(ordinals) >= most and similar.min() >= least:
                    found[number] = part.nearest(question, depth, admitted)
        return np.concatenate([each for each, _ in found]), np.concatenate([each for _, each in found])

    def cosines(self, question: NDArray[np.float32], ordinals: NDArray[np.int64]) -> NDArray[np.float64]:
        """How similar passages are to a question.

        Summed row by row and rounded to a millionth, so that a passage's cosine does not depend on which others are
        computed with it, as it would in a matrix product.

        Args:
            question: float32 [dimension], of unit length.
            ordinals: int64 [n], the passages.

        Returns:
            float64 [n], cosines from -1 to 1; NaN for a passage without a vector.
        """
        return cosines(question, self.get(ordinals))

    def get(self, ordinals: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of some passages.

        Args:
            ordinals: int64 [n], the passages.

        Returns:
            float32 [n, dimension]; NaN for a passage without a vector.

        Raises:
            IndexError: There is no such passage.
        """
        if len(ordinals) and (ordinals.min() < 0 or ordinals.max() >= len(self)):
            raise IndexError("there is no such passage")
        if self.parts[0].is_complete:
            return self.parts[0].rows(ordinals)
        found = np.full((len(ordinals), self.dimension), np.nan, np.float32)
        for part in self.parts:
            here, rows = part.positions(ordinals)
            found[here] = part.rows(rows)
        return found

    def sentences(self, ordinal: int) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
        """A passage's sentences.

        Args:
            ordinal: The passage.

        Returns:
            int32 [n, 2], their spans in the document's text, and int8 [n, dimension], their coded vectors: see
            EncodedPassage. Of a passage without a vector they have none either: int8 [0, dimension].
        """
        spans = self._sentences[self._sentence_starts[ordinal] : self._sentence_starts[ordinal + 1]]
        for part in self.parts:
            _, rows = part.positions(np.array([ordinal]))
            if len(rows):
                return spans, part.sentences(int(rows[0]))
        return spans, np.zeros((0, self.dimension), np.int8)


def owner_of(folder: Path) -> str:
    """The name of the segment whose passages the vectors in a folder are of; empty if it is no such folder."""
    try:
        return str(json.loads((folder / _OWNER).read_bytes())["segment"])
    except (OSError, ValueError, TypeError, KeyError):
        return ""


def name_owner(folder: Path, segment: str) -> None:
    """Write down whose passages the vectors in a folder are of: see `owner_of`."""
    (folder / _OWNER).write_text(json.dumps({"segment": segment}))
