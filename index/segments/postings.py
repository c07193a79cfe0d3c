"""Postings as memory-mapped arrays: which passages hold a word or a phrase, how often, and what that says (BM25F).

The arrays are read out of the segment's own Whoosh index, so that both agree by construction. Terms are surface forms;
stems come in when a question is asked, as sets of surface forms that count as one word.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..analysis import FIELDS, stem, tells
from .arrays import ArrayWriter, Strings, load, save

_REMEMBERED = 1 << 14  # terms whose numbers are kept in mind: those of a question are asked for several times
_CHUNK_POSTINGS = 1 << 20
_POSITION_BITS = 17  # one more than a position has, so that shifting a position by its place in a phrase fits


Form: TypeAlias = tuple[frozenset[str], ...]
"""One way to write something: for each of its words, in order, the surface terms that may stand there."""


class Unit(NamedTuple):
    """What is counted in a passage: a word, or a phrase of several.

    `places` is how the question writes it; `variants` are other names of the same, which count as much. `field`
    confines the unit to one of FIELDS; empty, it may stand in any.
    """

    places: Form
    field: str = ""
    variants: tuple[Form, ...] = ()

    @property
    def forms(self) -> tuple[Form, ...]:
        """All ways to write it but those that hold a shorter one: whoever writes "Soviet Union" writes "Soviet"."""
        every = tuple(dict.fromkeys((self.places, *self.variants)))
        return tuple(form for form in every if not any(_is_part(other, form) for other in every))

    @property
    def tells(self) -> bool:
        """Whether it says more than a function word or an initial does: whether it is another word, or a phrase."""
        return len(self.places) > 1 or any(tells(term) for place in self.places for term in place)


def _is_part(part: Form, form: Form) -> bool:
    size = len(part)
    return size < len(form) and any(form[start : start + size] == part for start in range(len(form) - size + 1))


class Occurrences(NamedTuple):
    """The passages of a segment that hold a unit.

    `ordinals` is int32 [n], ascending; `counts` [n, fields] is how often each field of the passage holds the unit.
    """

    ordinals: NDArray[np.int32]
    counts: NDArray[Any]


@dataclass(frozen=True, slots=True)
class BM25F:
    """The free parameters of BM25F, by field in the order of FIELDS.

    Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), section 3.6: term
    frequencies are normalised and weighted field by field, added up, and only then saturated.
    """

    k1: float = 0.9
    b: tuple[float, ...] = (0.3, 0.4, 0.4)
    weights: tuple[float, ...] = (1.0, 1.0, 0.8)

    def saturated(self, counts: NDArray[Any], lengths: NDArray[Any], averages: NDArray[np.float64]) -> NDArray[Any]:
        """What the counts [n, fields] say of passages with those lengths [n, fields]: float64 [n] from 0 up to 1.

        `averages` are the collection's average lengths by field. Times the unit's idf this is its impact.
        """
        frequency = np.zeros(len(counts))
        for field, (b, weight, average) in enumerate(zip(self.b, self.weights, averages, strict=True)):
            if average > 0:
                frequency += weight * counts[:, field] / (1 - b + b * lengths[:, field] / average)
        return frequency / (self.k1 + frequency)


def idf(passages: int, holding: int) -> float:
    """Inverse document frequency of a unit that so many of so many passages hold, never negative.

    The logarithm's argument has one added (as Lucene does), so that a word in most passages still counts a little.
    """
    return float(np.log1p((passages - holding + 0.5) / (holding + 0.5)))


class Postings:
    """The postings of one segment, read-only; safe to share among threads."""

    def __init__(self, folder: Path) -> None:
        self._terms = Strings(folder, "terms")
        self._number = lru_cache(_REMEMBERED)(self._terms.find)
        self._starts = load(folder / "starts.npy")
        self._ordinals = load(folder / "ordinals.npy")
        self._counts = load(folder / "counts.npy")
        self._position_starts = load(folder / "position_starts.npy")
        self._position_offsets = load(folder / "position_offsets.npy")
        self._positions = load(folder / "positions.npy")
        self.lengths = load(folder / "lengths.npy")
        """Tokens by passage and field: uint16 [passages, fields]."""
        self._stems = {
            path.name.split(".")[1]: _Stems(folder, path.name.split(".")[1])
            for path in folder.glob("stems.*.bytes.npy")
        }

    @property
    def languages(self) -> Collection[str]:
        """The languages of this segment's passages, by whose stemmers a question's words are matched."""
        return self._stems.keys()

    def knows(self, term: str) -> bool:
        """Whether any passage, deleted ones included, holds that very surface term."""
        return self._number(term) is not None

    def holding(self, term: str) -> NDArray[np.int32]:
        """The ordinals of the passages, deleted ones included, that hold that very surface term."""
        number = self._number(term)
        return self._ordinals[:0] if number is None else self._ordinals[self._starts[number] : self._starts[number + 1]]

    def commonest(self, prefix: str, most: int) -> Iterator[tuple[str, int]]:
        """Of the terms that begin with a prefix the commonest, and how many passages hold each, deleted ones included.

        The terms are surface forms.
        """
        numbers = self._terms.beginning(prefix)
        passages = np.diff(self._starts[numbers.start : numbers.stop + 1])
        for place in np.argsort(-passages, kind="stable")[:most].tolist():
            yield self._terms[numbers[place]], int(passages[place])

    def same_word(self, term: str) -> set[str]:
        """The surface terms that count as the same word as `term` in the language of a passage that holds them."""
        return {
            self._terms[number]
            for language, stems in self._stems.items()
            for number in stems.members(stem(term, language))
        } | ({term} if self.knows(term) else set())

    def occurrences(self, unit: Unit, among: NDArray[np.int32] | None = None) -> Occurrences:
        """The passages that hold a unit, deleted ones included; only those `among` some ordinals, if these are given.

        `among` is ascending. That spares the time for all others.
        """
        found = _together([self._form(form, among) for form in unit.forms])
        if not unit.field:
            return found
        column = FIELDS.index(unit.field)
        here = found.counts[:, column] > 0
        counts = np.zeros((int(here.sum()), len(FIELDS)), found.counts.dtype)
        counts[:, column] = found.counts[here, column]
        return Occurrences(found.ordinals[here], counts)

    def _form(self, form: Form, among: NDArray[np.int32] | None) -> Occurrences:
        places = [[n for term in sorted(place) if (n := self._number(term)) is not None] for place in form]
        if not places or not all(places):
            return _NOWHERE
        return self._phrase(places, among) if len(places) > 1 else _together(self._terms_among(places[0], among))

    def _terms_among(self, numbers: Sequence[int], among: NDArray[np.int32] | None) -> list[Occurrences]:
        every = (self._rows(number, among) for number in numbers)
        return [Occurrences(self._ordinals[rows], self._counts[rows]) for rows in every]

    def _rows(self, number: int, among: NDArray[np.int32] | None) -> Any:
        """Where a term's postings lie, or those of them among some ordinals: a slice, or int64 [n]."""
        start, stop = self._starts[number], self._starts[number + 1]
        if among is None:
            return slice(start, stop)
        ordinals = self._ordinals[start:stop]
        few, many = (among, ordinals) if len(among) < len(ordinals) else (ordinals, among)
        index = np.searchsorted(many, few)
        held = many.take(index, mode="clip") == few if len(many) else np.zeros(len(few), bool)
        return start + (index[held] if few is among else np.flatnonzero(held))

    def _phrase(self, places: Sequence[Sequence[int]], among: NDArray[np.int32] | None) -> Occurrences:
        # Rarest first: what holds it bounds how much of the commoner words' postings is looked at.
        rarest_first = sorted(places, key=lambda numbers: sum(self._starts[n + 1] - self._starts[n] for n in numbers))
        holding = among
        for numbers in rarest_first:
            holding = _union([self._ordinals[self._rows(number, holding)] for number in numbers])
        if holding is None or not len(holding):
            return _NOWHERE
        # One number says where a phrase would have to begin for a word to stand at its place: passage, field, position.
        beginnings = reduce(
            _common,
            sorted((self._beginnings(numbers, place, holding) for place, numbers in enumerate(places)), key=len),
        )
        group = beginnings >> _POSITION_BITS
        counts = np.bincount(group, minlength=len(holding) * len(FIELDS)).reshape(len(holding), len(FIELDS))
        held = counts.any(axis=1)
        return Occurrences(holding[held], counts[held])

    def _beginnings(self, numbers: Sequence[int], place: int, holding: NDArray[np.int32]) -> NDArray[np.int64]:
        """Codes of the places at which a phrase may begin so that one of these terms stands `place` words later.

        Ascending, and none twice.
        """
        codes = []
        for number in numbers:
            rows = self._rows(number, holding)
            # A term's positions lie posting after posting, and a posting's field after field.
            counts = self._counts[rows].astype(np.int64)
            begin = self._position_starts[number] + self._position_offsets[rows].astype(np.int64)
            positions = self._positions[_ranges(begin, counts.sum(axis=1))].astype(np.int64) - place
            index = np.searchsorted(holding, self._ordinals[rows])
            fields = index[:, np.newaxis] * len(FIELDS) + np.arange(len(FIELDS))
            groups = np.repeat(fields.ravel(), counts.ravel())
            codes.append((groups << _POSITION_BITS) + positions)
        return codes[0] if len(codes) == 1 else np.sort(np.concatenate(codes), kind="stable")


def _union(lists: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """What is in any of several ascending lists, ascending."""
    if len(lists) == 1:
        return lists[0]
    merged = np.sort(np.concatenate(lists), kind="stable")  # which merges
    return merged[np.flatnonzero(np.diff(merged, prepend=-1))]


def _together(found: Sequence[Occurrences]) -> Occurrences:
    """The passages in any of several lists, with their counts added up."""
    if len(found) == 1:
        return found[0]
    ordinals = np.concatenate([each.ordinals for each in found])
    if not len(ordinals):
        return _NOWHERE
    order = np.argsort(ordinals, kind="stable")  # which merges, for each list is sorted
    ordinals = ordinals[order]
    first = np.flatnonzero(np.diff(ordinals, prepend=-1))
    counts = np.concatenate([each.counts for each in found])[order]
    return Occurrences(ordinals[first], np.add.reduceat(counts, first, dtype=np.int64))


def _common(few: NDArray[Any], many: NDArray[Any]) -> NDArray[Any]:
    """What two lists, ascending and without repeats, have in common. NumPy's own would sort them once more."""
    if not len(many):
        return many
    return few[many.take(np.searchsorted(many, few), mode="clip") == few]


class _Stems:
    """The surface terms by their stem in one language: only those that passages in that language hold."""

    def __init__(self, folder: Path, language: str) -> None:
        self._stems = Strings(folder, f"stems.{language}")
        self._starts = load(folder / f"stems.{language}.starts.npy")
        self._members = load(folder / f"stems.{language}.members.npy")

    def members(self, word_stem: str) -> list[int]:
        number = self._stems.find(word_stem)
        if number is None:
            return []
        return self._members[self._starts[number] : self._starts[number + 1]].tolist()

    @staticmethod
    def save(folder: Path, language: str, terms: Iterable[tuple[int, str]]) -> None:
        groups: dict[bytes, list[int]] = {}
        for number, term in terms:
            groups.setdefault(stem(term, language).encode(), []).append(number)
        stems = sorted(groups)
        Strings.save(folder, f"stems.{language}", stems)
        save(folder / f"stems.{language}.starts.npy", np.cumsum([0, *(len(groups[key]) for key in stems)]))
        members = [number for key in stems for number in groups[key]]
        save(folder / f"stems.{language}.members.npy", np.array(members, np.int32))


_NOWHERE = Occurrences(np.zeros(0, np.int32), np.zeros((0, len(FIELDS)), np.int64))


def build(
    folder: Path,
    terms: Iterable[tuple[bytes, list[tuple[int, list[int], list[bytes]]]]],
    lengths: NDArray[np.uint16],
    languages: Sequence[str],
) -> None:
    """Write a segment's postings into a folder.

    `terms` is what `keyword.read_postings` gives; `lengths` is the tokens by passage and field; `languages` the
    language of each passage. Holds about a million postings in memory at a time.
    """
    known = sorted(set(languages))
    passage_language = np.array([known.index(language) for language in languages], np.int64)
    held_in: list[NDArray[np.bool_]] = []  # for each chunk of terms: which languages' passages hold a term

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
                held = np.zeros((len(chunk.terms), len(known)), bool)
                term = np.repeat(np.arange(len(chunk.terms)), np.diff(chunk.starts))
                held[term, passage_language[chunk.ordinals]] = True
                held_in.append(held)
                yield from chunk.terms

        Strings.save(folder, "terms", names())

    save(folder / "lengths.npy", lengths)
    vocabulary = Strings(folder, "terms")
    held = np.concatenate(held_in) if held_in else np.zeros((0, len(known)), bool)
    for column, language in enumerate(known):
        _Stems.save(folder, language, ((int(n), vocabulary[int(n)]) for n in np.flatnonzero(held[:, column])))


class _Chunk(NamedTuple):
    terms: list[bytes]
    starts: NDArray[np.int64]
    ordinals: NDArray[np.int64]
    counts: NDArray[np.int64]
    position_starts: NDArray[np.int64]
    positions: NDArray[np.uint16]


def _chunks(terms: Iterable[tuple[bytes, list[tuple[int, list[int], list[bytes]]]]]) -> Iterator[_Chunk]:
    """The postings of a run of terms at a time, the fields of each passage brought together."""
    names: list[bytes] = []
    rows: list[tuple[int, int, list[int], list[bytes]]] = []
    size = 0
    for name, by_field in terms:
        rows += [(len(names), field, numbers, places) for field, numbers, places in by_field]
        size += sum(len(numbers) for _, numbers, _ in by_field)
        names.append(name)
        if size >= _CHUNK_POSTINGS:
            yield _chunk(names, rows)
            names, rows, size = [], [], 0
    if names:
        yield _chunk(names, rows)


def _chunk(names: list[bytes], rows: list[tuple[int, int, list[int], list[bytes]]]) -> _Chunk:
    sizes = [len(numbers) for _, _, numbers, _ in rows]
    term = np.repeat([term for term, _, _, _ in rows], sizes)
    field = np.repeat([field for _, field, _, _ in rows], sizes)
    ordinal = np.concatenate([np.array(numbers, np.int64) for _, _, numbers, _ in rows])
    blobs = [blob for _, _, _, places in rows for blob in places]
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
        names, starts, ordinal[order][first], counts, totals[starts[:-1]], positions[_ranges(begin[order], many[order])]
    )


def _ranges(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers start, start + 1, … of each of several ranges, end to end."""
    before = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) + np.repeat(starts - before, lengths)
