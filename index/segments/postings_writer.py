"""Writes a segment's postings: the arrays that `postings` and `vocabulary` map, from what Whoosh has inverted."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..analysis import FIELDS
from .arrays import ArrayWriter, Strings, save
from .vocabulary import Written, save_stems, save_written

_CHUNK_POSTINGS = 1 << 18


POSTING = np.dtype([("ordinal", np.int32), ("counts", np.uint16, len(FIELDS))])
"""A passage that holds a term, and how often it does in each of FIELDS."""


class TermPostings(NamedTuple):
    """A term's postings, in pieces.

    Attributes:
        term: It, in UTF-8.
        postings: POSTINGs as bytes, in the order of the passages, end to end.
        positions: For each of these passages, and each field, the term's positions: unsigned 16-bit integers, likewise.
    """

    term: bytes
    postings: list[bytes]
    positions: list[bytes]


def write_postings(
    folder: Path,
    terms: Iterable[TermPostings],
    lengths: NDArray[np.uint16],
    languages: Sequence[str],
    written: Written,
    sentence_offsets: NDArray[np.int64],
    sentence_starts: NDArray[np.uint32],
) -> None:
    """Write a segment's postings. Holds a quarter of a million postings in memory at a time, and those of one term.

    Args:
        folder: An empty folder.
        terms: Every term once, in the order of their bytes, with its postings: what `whoosh_index.KeywordWriter` gives.
        lengths: uint16 [passages, fields], the tokens in each field of each passage.
        languages: The language of each passage, as ISO 639-1 codes.
        written: How terms are written: see `vocabulary.Written`.
        sentence_offsets: int64 [passages + 1], where among these the starts of each passage's sentences are.
        sentence_starts: uint32 [n], where sentences begin in each passage, except the first of a field: the field's
            number × 65,536 + the position of the sentence's first token there, ascending.
    """
    known = sorted(set(languages))
    passage_language = np.array([known.index(language) for language in languages], np.int64)
    holding: list[NDArray[np.bool_]] = []  # of each chunk: [terms, languages], as `save_stems` takes them

    with (
        ArrayWriter(folder / "starts.npy", np.int64) as starts,
        ArrayWriter(folder / "ordinals.npy", np.int32) as ordinals,
        ArrayWriter(folder / "counts.npy", np.uint16, len(FIELDS)) as counts,
        ArrayWriter(folder / "position_starts.npy", np.int64) as position_starts,
        ArrayWriter(folder / "position_offsets.npy", np.uint32) as position_offsets,
        ArrayWriter(folder / "positions.npy", np.uint16) as positions,
    ):
        starts.append(np.zeros(1))

        def names() -> Iterator[bytes]:
            for chunk in _chunks(terms):
                starts.append(ordinals.rows + np.cumsum(chunk.sizes))
                many = chunk.postings["counts"].sum(axis=1, dtype=np.int64)
                before = np.cumsum(many) - many
                begins = before[np.cumsum(chunk.sizes) - chunk.sizes]
                position_starts.append(positions.rows + begins)
                position_offsets.append(before - np.repeat(begins, chunk.sizes))
                ordinals.append(chunk.postings["ordinal"])
                counts.append(chunk.postings["counts"])
                positions.append(chunk.positions)
                term = np.repeat(np.arange(len(chunk.terms)), chunk.sizes)
                holding.append(np.zeros((len(chunk.terms), len(known)), bool))
                holding[-1][term, passage_language[chunk.postings["ordinal"]]] = True
                yield from chunk.terms

        Strings.save(folder, "terms", names())

    save(folder / "lengths.npy", lengths)
    save(folder / "passage_languages.npy", passage_language.astype(np.uint16))
    save(folder / "sentence_offsets.npy", sentence_offsets)
    save(folder / "sentence_starts.npy", sentence_starts)
    save_stems(folder, known, np.concatenate([np.zeros((0, len(known)), bool), *holding]), written)
    save_written(folder, known, written)


class _Chunk(NamedTuple):
    """A run of terms: themselves, in how many passages each stands, their postings, and their positions."""

    terms: list[bytes]
    sizes: NDArray[np.int64]
    postings: NDArray[np.void]
    positions: NDArray[np.uint16]


def _chunks(terms: Iterable[TermPostings]) -> Iterator[_Chunk]:
    """Terms, so many at a time that they have some number of postings."""
    names: list[bytes] = []
    sizes: list[int] = []
    postings: list[bytes] = []
    positions: list[bytes] = []

    def chunk() -> _Chunk:
        return _Chunk(
            names,
            np.array(sizes) // POSTING.itemsize,
            np.frombuffer(b"".join(postings), POSTING),
            np.frombuffer(b"".join(positions), np.uint16),
        )

    size = 0
    for each in terms:
        names.append(each.term)
        sizes.append(sum(map(len, each.postings)))
        postings += each.postings
        positions += each.positions
        size += sizes[-1]
        if size >= _CHUNK_POSTINGS * POSTING.itemsize:
            yield chunk()
            names, sizes, postings, positions, size = [], [], [], [], 0
    if names:
        yield chunk()
