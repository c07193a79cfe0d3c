"""Writes a segment's postings: the arrays that `postings` and `vocabulary` map, from what Whoosh's index holds."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..analysis import FIELDS
from .arrays import ArrayWriter, Strings, ranges, save
from .vocabulary import Written, save_stems, save_written

_CHUNK_POSTINGS = 1 << 20


class FieldPostings(NamedTuple):
    """A term's postings in one field.

    Attributes:
        field: The field's number in FIELDS.
        ordinals: The passages that hold the term there, ascending.
        positions: For each of these passages the term's positions, as unsigned 16-bit integers.
    """

    field: int
    ordinals: list[int]
    positions: list[bytes]


def write_postings(
    folder: Path,
    terms: Iterable[tuple[bytes, list[FieldPostings]]],
    lengths: NDArray[np.uint16],
    languages: Sequence[str],
    written: Written,
    sentences: Sequence[Sequence[int]],
) -> None:
    """Write a segment's postings. Holds about a million postings in memory at a time.

    Args:
        folder: An empty folder.
        terms: Every term in UTF-8, in byte order, with its postings: what `whoosh_index.read_postings` gives.
        lengths: uint16 [passages, fields], the tokens in each field of each passage.
        languages: The language of each passage, as ISO 639-1 codes.
        written: How terms are written: see `vocabulary.Written`.
        sentences: Where sentences begin in each passage, except the first of a field: the field's number × 65,536 + the
            position of the sentence's first token there, ascending.
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
                position_starts.append(positions.rows + chunk.position_starts)
                starts.append(ordinals.rows + chunk.starts[1:])
                ordinals.append(chunk.ordinals)
                counts.append(chunk.counts)
                many = chunk.counts.sum(axis=1)
                before = np.cumsum(many) - many
                position_offsets.append(before - np.repeat(before[chunk.starts[:-1]], np.diff(chunk.starts)))
                positions.append(chunk.positions)
                term = np.repeat(np.arange(len(chunk.terms)), np.diff(chunk.starts))
                holding.append(np.zeros((len(chunk.terms), len(known)), bool))
                holding[-1][term, passage_language[chunk.ordinals]] = True
                yield from chunk.terms

        Strings.save(folder, "terms", names())

    save(folder / "lengths.npy", lengths)
    save(folder / "passage_languages.npy", passage_language.astype(np.uint16))
    save(folder / "sentence_offsets.npy", np.cumsum([0, *map(len, sentences)], dtype=np.int64))
    save(folder / "sentence_starts.npy", np.fromiter(chain.from_iterable(sentences), np.uint32))
    save_stems(folder, known, np.concatenate([np.zeros((0, len(known)), bool), *holding]), written)
    save_written(folder, known, written)


class _Chunk(NamedTuple):
    """A run of terms with their postings, one a passage: pieces of the arrays on disk, counted from their own start."""

    terms: list[bytes]
    starts: NDArray[np.int64]
    ordinals: NDArray[np.int64]
    counts: NDArray[np.int64]
    position_starts: NDArray[np.int64]
    positions: NDArray[np.uint16]


def _chunks(terms: Iterable[tuple[bytes, list[FieldPostings]]]) -> Iterator[_Chunk]:
    """The postings of a run of terms at a time, the fields of each passage brought together."""
    names: list[bytes] = []
    rows: list[tuple[int, FieldPostings]] = []
    size = 0
    for name, by_field in terms:
        rows += [(len(names), each) for each in by_field]
        size += sum(len(each.ordinals) for each in by_field)
        names.append(name)
        if size >= _CHUNK_POSTINGS:
            yield _chunk(names, rows)
            names, rows, size = [], [], 0
    if names:
        yield _chunk(names, rows)


def _chunk(names: list[bytes], rows: list[tuple[int, FieldPostings]]) -> _Chunk:
    """The chunk of some terms; each row is a term's position among them and its postings in one field."""
    sizes = [len(each.ordinals) for _, each in rows]
    term = np.repeat([term for term, _ in rows], sizes)
    field = np.repeat([each.field for _, each in rows], sizes)
    ordinal = np.concatenate([np.array(each.ordinals, np.int64) for _, each in rows])
    blobs = [blob for _, each in rows for blob in each.positions]
    many = np.fromiter(map(len, blobs), np.int64, len(blobs)) // 2
    positions = np.frombuffer(b"".join(blobs), np.uint16)

    order = np.lexsort((field, ordinal, term))
    first = np.ones(len(order), bool)
    first[1:] = (np.diff(term[order]) != 0) | (np.diff(ordinal[order]) != 0)
    posting = np.cumsum(first) - 1
    counts = np.zeros((int(first.sum()), len(FIELDS)), np.int64)
    counts[posting, field[order]] = many[order]
    begin = np.cumsum(many) - many
    starts = np.concatenate([[0], np.cumsum(np.bincount(term[order][first], minlength=len(names)))])
    totals = np.concatenate([[0], np.cumsum(counts.sum(axis=1))])
    return _Chunk(
        names, starts, ordinal[order][first], counts, totals[starts[:-1]], positions[ranges(begin[order], many[order])]
    )
