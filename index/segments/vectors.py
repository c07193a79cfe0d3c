"""FAISS: which passages lie near a question in meaning, and which of their sentences nearest.

Vectors are kept as 16-bit floats in a flat index, mapped from disk: every similarity is exact for the stored vector,
and does not depend on how passages were batched, as it would with a quantiser trained by segment.
"""

import json
import os
import struct
from array import array
from collections.abc import Iterable
from contextlib import suppress
from copy import copy
from functools import cache, cached_property, partial
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..forking import is_child, undisturbed
from .arrays import ArrayWriter, check_ascending, check_lengths, check_offsets, load, map_bytes, save
from .encoded_passage import EncodedPassage, SegmentPassage

FILE = "vectors.faiss"
"""The file of the passages' vectors, within their folder."""

_ORDINALS = "ordinals.npy"
"""The file of which passages vectors are, where they are not those of all."""

_OWNER = "part.json"
"""The file that names the segment whose passages the vectors in a folder beside it are of."""

_BATCH = 4096

_HEAD = struct.Struct("=4siqqq?iiifQQQQ")
"""The head of a flat index: its kind, dimension, number of vectors, two numbers that are always the same, whether it is
trained, the metric; of the quantiser its kind, how ranges are measured (which it does not), dimension, bytes a vector
and how many numbers it has learned; how many bytes of vectors follow."""

_INNER_PRODUCT, _SIXTEEN_BITS, _MINMAX = 0, 4, 0
"""What FAISS calls METRIC_INNER_PRODUCT, QT_fp16 and RS_minmax."""


@cache
def _faiss() -> ModuleType:
    """FAISS, imported when it is first needed: to ask by words, or a small collection, it is not."""
    with undisturbed():
        import faiss

    # A child has none of the threads among which FAISS would share its work, and would wait for them for ever.
    if is_child():
        faiss.omp_set_num_threads(1)
    os.register_at_fork(after_in_child=partial(faiss.omp_set_num_threads, 1))
    return faiss


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
            int64 [n]: their ordinals, in no particular order, of each part at most `depth`; and float32 [n], about how
            similar they are: see `cosines`.
        """
        ordinals, similar = zip(*(part.nearest(question, depth, admitted) for part in self.parts), strict=True)
        return np.concatenate(ordinals), np.concatenate(similar)

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
        return _cosines(question, self._taken(ordinals))

    def get(self, ordinals: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of some passages.

        Args:
            ordinals: int64 [n], the passages.

        Returns:
            float32 [n, dimension]; NaN for a passage without a vector.

        Raises:
            IndexError: There is no such passage.
        """
        return self._taken(ordinals).astype(np.float32)

    def _taken(self, ordinals: NDArray[np.int64]) -> NDArray[np.float16]:
        if len(ordinals) and (ordinals.min() < 0 or ordinals.max() >= len(self)):
            raise IndexError("there is no such passage")
        if self.parts[0].is_complete:
            return self.parts[0].rows(ordinals)
        found = np.full((len(ordinals), self.dimension), np.nan, np.float16)
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
        self._rows = self._bytes[_HEAD.size :].reshape(self.count, self.dimension * 2)
        passages = len(sentence_starts) - 1
        self.is_complete = not (folder / _ORDINALS).exists()
        """Whether all passages have theirs here."""
        self.ordinals: NDArray[np.int32] = np.zeros(0, np.int32)
        """Which passages have, unless all have."""
        self._starts = sentence_starts
        if self.is_complete:
            check_lengths("passages and vectors", passages, self._rows)
        else:
            self.ordinals = load(folder / _ORDINALS, np.int32)
            check_lengths("passages with a vector and vectors", self.count, self.ordinals)
            if self.count and not 0 <= self.ordinals.min() <= self.ordinals.max() < passages:
                raise ValueError(f"{_ORDINALS} names passages that there are not")
            check_ascending(_ORDINALS, self.ordinals)
            sizes = sentence_starts[self.ordinals + 1] - sentence_starts[self.ordinals]
            self._starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
        self._sentences = load(folder / "sentence_vectors.npy", np.int8, self.dimension)
        check_lengths("vectors of sentences", int(self._starts[-1]), self._sentences)

    @cached_property
    def _index(self) -> Any:
        """The same as an index of FAISS's, which searches what is mapped already."""
        faiss = _faiss()
        return faiss.read_index(faiss.ZeroCopyIOReader(faiss.swig_ptr(self._bytes), len(self._bytes)))

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
            similar = self.rows(rows).astype(np.float32) @ question
        else:
            rows, similar = self._search(question, depth, None if len(rows) == self.count else here)
        return rows if self.is_complete else self.ordinals[rows].astype(np.int64), similar

    def _search(
        self, question: NDArray[np.float32], depth: int, admitted: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The `depth` rows most similar to a question, of those that are admitted, and about how similar they are."""
        faiss, chosen = _faiss(), None
        if admitted is not None:
            bits = np.packbits(admitted, bitorder="little")
            chosen = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))
        # One question is looked for by one thread; others, which FAISS would wake for it, only wait, and that at full
        # speed. The number is the asking thread's own, and what it was for whatever else a host does with FAISS.
        threads = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(1)
        try:
            similar, rows = self._index.search(question[np.newaxis], depth, params=chosen)
        finally:
            faiss.omp_set_num_threads(threads)
        present = rows[0] >= 0
        return np.asarray(rows[0][present], np.int64), similar[0][present]

    def cosines(self, question: NDArray[np.float32], ordinals: NDArray[np.int64]) -> NDArray[np.float64]:
        """See `Vectors.cosines`; of passages that have a vector here."""
        return _cosines(question, self.rows(self.positions(ordinals)[1]))

    def rows(self, rows: NDArray[np.int64]) -> NDArray[np.float16]:
        """The vectors in some rows: float16 [n, dimension]."""
        return self._rows[rows].view(np.float16)

    def sentences(self, row: int) -> NDArray[np.int8]:
        """The coded vectors of the sentences of the passage in a row."""
        return self._sentences[self._starts[row] : self._starts[row + 1]]


def _cosines(question: NDArray[np.float32], vectors: NDArray[np.float16]) -> NDArray[np.float64]:
    """How similar vectors are to a question: see `Vectors.cosines`."""
    sums: NDArray[np.float64] = np.einsum("ij,j->i", vectors.astype(np.float64), question.astype(np.float64))
    return np.round(sums, 6)


def _write(file: BinaryIO, refused: list[OSError], content: bytes) -> int:
    try:
        return file.write(content)
    except OSError as error:
        refused.append(error)
        raise


def _read_head(name: str, content: NDArray[np.uint8]) -> tuple[int, int]:
    """The dimension of an index's vectors, and how many there are.

    Raises:
        ValueError: It is not an index as we write them, whole: FAISS reads any kind, and believes all it says.
    """
    head = content[: _HEAD.size].tobytes()
    try:
        _, dimension, passages, *_ = _HEAD.unpack(head)
        rows = passages * dimension * 2
        expected = _HEAD.pack(
            b"IxSQ", dimension, passages, 1 << 20, 1 << 20, True, _INNER_PRODUCT, _SIXTEEN_BITS, _MINMAX, 0.0,
            dimension, dimension * 2, 0, rows,
        )  # fmt: skip
    except struct.error as error:
        raise ValueError(f"{name} is not an index of vectors") from error
    if head != expected or len(content) != _HEAD.size + rows:
        raise ValueError(f"{name} is not an index of vectors as Dragoman writes them")
    return dimension, passages


class PartWriter:
    """Writes vectors of passages of one segment, in the order of the passages.

    Args:
        folder: An empty folder.
        dimension: The number of components of a vector.
    """

    def __init__(self, folder: Path, dimension: int) -> None:
        self._folder = folder
        self._index: Any = _faiss().IndexScalarQuantizer(dimension, _SIXTEEN_BITS, _INNER_PRODUCT)
        self._pending: list[NDArray[np.float32]] = []
        self._ordinals = array("i")
        self._sentences = ArrayWriter(folder / "sentence_vectors.npy", np.int8, dimension)

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
        # FAISS does not say it when the last bytes of a file do not go onto the disk.
        with (self._folder / FILE).open("wb") as file:
            refused: list[OSError] = []
            written = _faiss().PyCallbackIOWriter(partial(_write, file, refused))
            try:
                _faiss().write_index(self._index, written)
            except Exception:
                if refused:
                    raise refused[0] from None
                raise
        if len(self._ordinals) < passages:
            save(self._folder / _ORDINALS, np.frombuffer(self._ordinals, np.int32))
        self._sentences.close()

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
