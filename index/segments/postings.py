"""Postings as memory-mapped arrays: which passages hold a word or a phrase, and how often.

Whoosh sorts and merges what they are made of: see `whoosh_index.py`. Terms are surface forms; stems come in when a
question is asked, as sets of surface forms that count as one word.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..analysis import FIELDS
from ..units import ANY_WORD, Confined, Form, Near, Unit, Word
from . import proximity
from .arrays import Strings, check_ascending, check_below, check_lengths, check_offsets, is_among, load, ranges, shared
from .proximity import POSITION_BITS, Stretches
from .slips import slips
from .vocabulary import Vocabulary


class Occurrences(NamedTuple):
    """The passages of a segment that hold a unit.

    Attributes:
        ordinals: int32 [n], ascending.
        counts: [n, fields] of integers, how often each field of each passage holds the unit.
    """

    ordinals: NDArray[np.int32]
    counts: NDArray[Any]


class Postings:
    """The postings of one segment, read-only; safe to share among threads.

    Args:
        folder: What `postings_writer.write_postings` filled.
    """

    def __init__(self, folder: Path) -> None:
        self._vocabulary = Vocabulary(folder)
        self._starts = load(folder / "starts.npy", np.int64)
        self._ordinals = load(folder / "ordinals.npy", np.int32)
        self._counts = load(folder / "counts.npy", np.uint16, len(FIELDS))
        self._position_starts = load(folder / "position_starts.npy", np.int64)
        self._position_offsets = load(folder / "position_offsets.npy", np.uint32)
        self._positions = load(folder / "positions.npy", np.uint16)
        self._passage_languages = load(folder / "passage_languages.npy", np.uint16)
        self._sentence_starts = load(folder / "sentence_starts.npy", np.uint32)
        self._sentence_offsets = load(folder / "sentence_offsets.npy", np.int64)
        self.lengths = load(folder / "lengths.npy", np.uint16, len(FIELDS))
        """uint16 [passages, fields]: the tokens in each field of each passage."""
        terms = len(self._vocabulary.terms)
        check_offsets("starts of terms", self._starts, terms, len(self._ordinals))
        check_lengths("postings", len(self._ordinals), self._counts, self._position_offsets)
        check_lengths("terms", terms, self._position_starts)
        check_lengths("passages", len(self.lengths), self._passage_languages)
        check_offsets("offsets of sentences", self._sentence_offsets, len(self.lengths), len(self._sentence_starts))

    def check(self) -> None:
        """Look at every number. Raises ValueError if there is one that cannot be."""
        passages = len(self.lengths)
        self._vocabulary.check(passages)
        check_ascending("starts of terms", self._starts)
        check_below("postings", self._ordinals, passages)
        check_below("languages of passages", self._passage_languages, len(self.languages))
        check_ascending("offsets of sentences", self._sentence_offsets)
        check_below("starts of sentences", self._sentence_starts, len(FIELDS) << 16)
        begin, terms, position = 0, len(self._position_starts), 0
        while begin < terms:
            # Terms with some hundred thousand postings together, or a single one that has more.
            end = int(np.searchsorted(self._starts, int(self._starts[begin]) + _POSTINGS, "right")) - 1
            end = min(max(end, begin + 1), terms)
            rows = slice(self._starts[begin], self._starts[end])
            first = np.repeat(self._position_starts[begin:end], np.diff(self._starts[begin : end + 1]))
            many: NDArray[np.int64] = self._counts[rows].sum(axis=1, dtype=np.int64)
            ends = position + np.cumsum(many)
            if (first + self._position_offsets[rows] != ends - many).any():
                raise ValueError("positions do not belong to their postings")
            ascends = np.diff(self._ordinals[rows]) > 0
            ascends[self._starts[begin + 1 : end] - self._starts[begin] - 1] = True
            if not ascends.all():
                raise ValueError("postings do not ascend")
            begin, position = end, int(ends[-1]) if len(ends) else position
        if position != len(self._positions):
            raise ValueError("positions do not belong to their postings")

    @property
    def languages(self) -> Sequence[str]:
        """The languages of this segment's passages, as ISO 639-1 codes: their stemmers match a question's words."""
        return self._vocabulary.languages

    @property
    def scripts(self) -> frozenset[str]:
        """Those of `corpus.scripts.OTHER_SCRIPTS` in which there are terms, deleted passages included."""
        return self._vocabulary.scripts

    def stems(self, term: str) -> Iterator[tuple[str, list[str]]]:
        """See `Vocabulary.stems`."""
        return self._vocabulary.stems(term)

    def is_spelt(self, term: str) -> bool:
        """Whether a surface term is ever written otherwise than it is: with accents, say."""
        return any(True for _ in self._vocabulary.written(term))

    def written(self, term: str) -> Iterator[tuple[str, str, NDArray[np.int32]]]:
        """How a surface term is written.

        Args:
            term: The term.

        Yields:
            A spelling in lower case, a language, and the ordinals of the passages in that language, deleted ones
            included, that write it so: int32, ascending.
        """
        if (number := self._vocabulary.number(term)) is None:
            return
        rows = self._rows(_Term(number, ()))
        ordinals = self._ordinals[rows]
        plain = self._counts[rows].sum(axis=1, dtype=np.int64)
        for spelling, language, writing in self._vocabulary.written(term):
            here, times = np.unique(writing, return_counts=True)
            plain[np.searchsorted(ordinals, here)] -= times
            yield spelling, language, here
        as_it_is = ordinals[plain > 0]
        languages = self._passage_languages[as_it_is]
        for code in np.flatnonzero(np.bincount(languages)).tolist():
            yield term, self.languages[int(code)], as_it_is[languages == code]

    def slips(self, term: str) -> set[str]:
        """The surface terms that one mistake makes of `term`: see `slips.slips`."""
        return slips(self._vocabulary.terms, term)

    def expanded(self, expand: Callable[[Strings], Iterator[int]], field: str = "") -> set[str]:
        """The surface terms that a pattern or a misspelling stands for.

        Args:
            expand: Finds their numbers in the list of all terms: see `whoosh_index`.
            field: The only one of FIELDS that they may be in; empty if all of them do.
        """
        numbers = np.fromiter(expand(self._vocabulary.terms), np.int64)
        if field:
            parts = (numbers[start : start + _TERMS] for start in range(0, len(numbers), _TERMS))
            numbers = np.concatenate([numbers[:0], *(part[self._are_in(FIELDS.index(field), part)] for part in parts)])
        return {self._vocabulary.terms[number] for number in numbers.tolist()}

    def _are_in(self, column: int, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        begin, end = self._starts[numbers], self._starts[numbers + 1]
        held, left, size = np.zeros(len(numbers), bool), np.arange(len(numbers)), 8
        while len(left):
            # A word in very many passages is mostly met in all its fields among the first.
            many = np.minimum(end[left] - begin[left], size)
            counts = self._counts[ranges(begin[left], many), column]
            held[left] = np.logical_or.reduceat(counts, np.cumsum(many) - many)
            begin[left] += many
            left, size = left[~held[left] & (begin[left] < end[left])], min(size * 8, 1 << 12)
        return held

    def with_stems(self, wanted: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
        """See `Vocabulary.with_stems`."""
        return self._vocabulary.with_stems(wanted)

    def holding(self, term: str, language: str | None = None) -> NDArray[np.int32]:
        """The ordinals of the passages, deleted ones included, that hold this very surface term: int32, ascending.

        Args:
            term: The term.
            language: The only language of passages that counts, if there is one.
        """
        terms = self._terms([term if language is None else Confined(term, frozenset({language}))])
        return self._ordinals[self._rows(terms[0])] if terms else self._ordinals[:0]

    def languages_in(self, term: str, languages: Set[str], live: NDArray[np.bool_]) -> set[str]:
        """Those of some languages of passages in which live ones hold this very surface term.

        Args:
            term: The term.
            languages: Languages in which passages hold it, deleted ones included.
            live: bool [passages].
        """
        ordinals, found = self.holding(term), set[str]()
        # A word in very many passages is mostly met in all its languages among the first.
        for start in range(0, len(ordinals), _BLOCK):
            block = ordinals[start : start + _BLOCK]
            passages = np.bincount(self._passage_languages[block[live[block]]], minlength=len(self.languages))
            found.update(self.languages[number] for number in np.flatnonzero(passages).tolist())
            if found >= languages:
                break
        return found & languages

    def commonest(self, prefix: str, most: int) -> Iterator[tuple[str, int]]:
        """The commonest of the surface terms that begin with a prefix.

        Args:
            prefix: A folded beginning, see `analysis.fold`.
            most: How many terms are wanted.

        Yields:
            A term and how many passages hold it, deleted ones included; those in most passages come first.
        """
        numbers = self._vocabulary.terms.beginning(prefix)
        passages = np.diff(self._starts[numbers.start : numbers.stop + 1])
        for row in np.argsort(-passages, kind="stable")[:most].tolist():
            yield self._vocabulary.terms[numbers[row]], int(passages[row])

    def occurrences(self, unit: Unit, among: NDArray[np.int32] | None = None) -> Occurrences:
        """The passages that hold a unit, deleted ones included.

        Args:
            unit: What is looked for.
            among: int32, ascending: the only ordinals of interest, which spares the time for all others.
        """
        if unit.near:
            anywhere = self._near(unit._replace(near=None), unit.near, among)
        else:
            anywhere = _together([self._form(form, unit.slop, among) for form in unit.forms])
        if not unit.field:
            return anywhere
        column = FIELDS.index(unit.field)
        here = anywhere.counts[:, column] > 0
        counts = np.zeros((int(here.sum()), len(FIELDS)), anywhere.counts.dtype)
        counts[:, column] = anywhere.counts[here, column]
        return Occurrences(anywhere.ordinals[here], counts)

    def side_by_side(self, pairs: Sequence[tuple[Word, Word]], among: NDArray[np.int32]) -> Iterator[Occurrences]:
        """The passages in which two words stand one right after the other, deleted ones included, for each pair.

        Args:
            pairs: The words; where one is in several pairs, its positions are read once.
            among: int32, ascending: the only ordinals of interest.
        """
        words = list(dict.fromkeys(chain.from_iterable(pairs)))
        places = dict(zip(words, self._places(list(map(self._terms, words)), among), strict=True))
        for left, right in pairs:
            yield _counted(_common(places[left], places[right] - 1))

    def _places(self, words: Sequence[Sequence["_Term"]], among: NDArray[np.int32]) -> Iterator[NDArray[np.int64]]:
        """Where each of some words stands in some passages, all looked up at once: codes as of `_beginnings`."""
        terms = list(chain.from_iterable(words))
        by_term = [self._rows(term, among) for term in terms]
        rows, sizes = np.concatenate([np.zeros(0, np.int64), *by_term]), list(map(len, by_term))
        first = np.repeat(self._position_starts[np.array([term.number for term in terms], np.int64)], sizes)
        counts = self._counts[rows]
        many = counts.sum(axis=1, dtype=np.int64)
        positions = self._positions[ranges(first + self._position_offsets[rows], many)]
        held = counts.ravel().nonzero()[0]
        groups = self._ordinals[rows].astype(np.int64)[held // len(FIELDS)] * len(FIELDS) + held % len(FIELDS)
        codes = np.repeat(groups << POSITION_BITS, counts.ravel()[held]) + positions
        ends = np.append(0, np.cumsum(many))[np.cumsum([0, *sizes])].tolist()
        last = 0
        for word in words:
            last, here = last + len(word), slice(ends[last], ends[last + len(word)])
            yield codes[here] if len(word) == 1 else np.sort(codes[here])

    def _form(self, form: Form, slop: int, among: NDArray[np.int32] | None) -> Occurrences:
        words = self._words(form)
        if not words:
            return _NOWHERE
        if len(form) == 1:
            return _together(self._terms_among(words[0].terms, among))
        holding = self._holding_all(words, among) if slop else among
        return _counted(self._phrase(words, slop, holding).last)

    def _words(self, form: Form) -> list["_Word"]:
        """The words of a form that must be certain ones; none if the segment does not hold one of them."""
        words = [_Word(offset, self._terms(word)) for offset, word in enumerate(form) if word != ANY_WORD]
        return words if all(word.terms for word in words) else []

    def _terms(self, word: Iterable[str | Confined]) -> list["_Term"]:
        """What the segment has of a word: each term once, with the languages of passages in which it counts."""
        languages: dict[str, set[str]] = {}
        for each in word:
            term, counting = (each, self.languages) if isinstance(each, str) else each
            languages.setdefault(term, set()).update(counting)
        terms: list[_Term] = []
        for term, counting in sorted(languages.items()):
            here = tuple(number for number, language in enumerate(self.languages) if language in counting)
            if here and (number := self._vocabulary.number(term)) is not None:
                terms.append(_Term(number, () if len(here) == len(self.languages) else here))
        return terms

    def _terms_among(self, terms: Sequence["_Term"], among: NDArray[np.int32] | None) -> list[Occurrences]:
        every = (self._rows(term, among) for term in terms)
        return [Occurrences(self._ordinals[rows], self._counts[rows]) for rows in every]

    def _rows(self, term: "_Term", among: NDArray[np.int32] | None = None) -> Any:
        """Where a term's postings lie, or those of them among some ordinals: a slice, or int64 [n]."""
        start, stop = self._starts[term.number], self._starts[term.number + 1]
        ordinals = self._ordinals[start:stop]
        if among is None:
            if not term.languages:
                return slice(start, stop)
            return start + np.flatnonzero(self._counts_in(term, ordinals))
        held = shared(ordinals, among)
        if term.languages:
            held = held[self._counts_in(term, ordinals[held])]
        return start + held

    def _counts_in(self, term: "_Term", ordinals: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which of some passages are in a language in which the term counts."""
        counting = np.zeros(len(self.languages), bool)
        counting[list(term.languages)] = True
        return counting[self._passage_languages[ordinals]]

    def _holding_all(self, words: Sequence["_Word"], among: NDArray[np.int32] | None) -> NDArray[np.int32]:
        """The ordinals of the passages that hold all words somewhere."""
        # Rarest first: what holds it bounds how much of the commoner words' postings is looked at.
        holding = among
        for word in sorted(words, key=lambda word: self._size(word.terms)):
            holding = _union([self._ordinals[self._rows(term, holding)] for term in word.terms])
        return _NOWHERE.ordinals if holding is None else holding

    def _size(self, terms: Iterable["_Term"]) -> int:
        """How long the postings of some terms are, all together."""
        return int(sum(self._starts[each.number + 1] - self._starts[each.number] for each in terms))

    def _phrase(self, words: Sequence["_Word"], slop: int, holding: NDArray[np.int32] | None) -> Stretches:
        """Where a phrase would begin by its words, which is one place for all of them unless there is slop."""
        if not slop:
            # The phrase begins where it would have to begin for each of its words: at the codes that all words share.
            # Rarest first: of a much commoner word only what stands beside those before it is looked at.
            rarest, *others = sorted(words, key=lambda word: self._size(word.terms))
            shared = self._beginnings(rarest.terms, rarest.offset, holding)
            for word in others:
                is_common = self._size(word.terms) > _COMMON * len(shared)
                among = _passages(shared) if is_common else holding
                shared = _common(shared, self._beginnings(word.terms, word.offset, among))
            return Stretches(shared, shared)
        codes = [self._beginnings(word.terms, word.offset, holding) for word in words]
        # A word for which few terms will do goes first: a token that it takes is no other word's any more.
        narrow = sorted(range(len(words)), key=lambda index: len(words[index].terms))
        terms = [{term.number for term in words[index].terms} for index in narrow]
        alike = [[n for n in range(index) if terms[n] & terms[index]] for index in range(len(terms))]
        return proximity.strayed([(words[index].offset, codes[index]) for index in narrow], alike, slop)

    def _near(self, unit: Unit, near: Near, among: NDArray[np.int32] | None) -> Occurrences:
        holding = among
        for each in sorted((unit, near.unit), key=self._rarity):
            holding = self.occurrences(each, holding).ordinals
        if holding is None or not len(holding):
            return _NOWHERE
        these, others = self._stretches(unit, holding), self._stretches(near.unit, holding)
        if near.words is None:
            held = proximity.in_same_sentence(these, others, self._sentences(holding))
        else:
            held = proximity.within(these, others, near.words)
        return _counted(these.first[held])

    def _rarity(self, unit: Unit) -> int:
        """At most so many passages hold the unit, roughly."""
        forms = filter(None, map(self._words, unit.forms))
        return sum(min(self._size(word.terms) for word in words) for words in forms)

    def _stretches(self, unit: Unit, holding: NDArray[np.int32]) -> Stretches:
        """Where a unit that is near nothing stands in some passages."""
        first: list[NDArray[np.int64]] = []
        last: list[NDArray[np.int64]] = []
        for form in unit.forms:
            if words := self._words(form):
                begins = self._phrase(words, 0, holding).first
                first.append(begins)
                last.append(begins + (len(form) - 1))
        begins, ends = (np.concatenate([np.zeros(0, np.int64), *codes]) for codes in (first, last))
        order = np.argsort(begins, kind="stable")
        if unit.field:
            column = FIELDS.index(unit.field)
            order = order[(begins[order] >> POSITION_BITS) % len(FIELDS) == column]
        return Stretches(begins[order], ends[order])

    def _sentences(self, holding: NDArray[np.int32]) -> NDArray[np.int64]:
        """The codes at which sentences begin that are not the first of their field: int64, ascending."""
        begin, end = self._sentence_offsets[holding], self._sentence_offsets[holding + 1]
        fields, positions = np.divmod(self._sentence_starts[ranges(begin, end - begin)].astype(np.int64), 1 << 16)
        groups = np.repeat(holding.astype(np.int64), end - begin) * len(FIELDS) + fields
        return (groups << POSITION_BITS) + positions

    def _beginnings(
        self, terms: Sequence["_Term"], offset: int, holding: NDArray[np.int32] | None
    ) -> NDArray[np.int64]:
        """Codes of where a phrase may begin so that one of these terms stands `offset` words on: ascending, distinct.

        A code is the passage's ordinal, times the number of fields, plus the field, shifted left by POSITION_BITS, plus
        the position. They are of the passages in `holding`, or of all.
        """
        codes: list[NDArray[np.int64]] = []
        for term in terms:
            rows = self._rows(term, holding)
            # A term's positions lie posting after posting, and a posting's field after field.
            counts = self._counts[rows]
            begin = self._position_starts[term.number]
            if isinstance(rows, slice):
                positions = self._positions[begin : begin + counts.sum(dtype=np.int64)]
            else:
                begins = begin + self._position_offsets[rows].astype(np.int64)
                positions = self._positions[ranges(begins, counts.sum(axis=1, dtype=np.int64))]
            held = np.flatnonzero(counts)
            groups = self._ordinals[rows].astype(np.int64)[held // len(FIELDS)] * len(FIELDS) + held % len(FIELDS)
            codes.append(np.repeat((groups << POSITION_BITS) - offset, counts.ravel()[held]) + positions)
        return codes[0] if len(codes) == 1 else np.sort(np.concatenate(codes))


class _Term(NamedTuple):
    """A term's number, and the numbers of the languages in whose passages alone it counts; empty if it does in all."""

    number: int
    languages: tuple[int, ...]


class _Word(NamedTuple):
    """A word of a form: its offset there, and the terms that may stand for it."""

    offset: int
    terms: list[_Term]


def _passages(codes: NDArray[np.int64]) -> NDArray[np.int32]:
    """The ordinals of the passages of some codes, which ascend: int32, ascending."""
    ordinals = (codes >> POSITION_BITS) // len(FIELDS)
    return ordinals[np.flatnonzero(np.diff(ordinals, prepend=-1))].astype(np.int32)


def _counted(codes: NDArray[np.int64]) -> Occurrences:
    """The passages of some codes, which ascend and count in them by field."""
    groups = codes >> POSITION_BITS
    first = np.flatnonzero(np.diff(groups, prepend=-1))
    ordinals, fields = np.divmod(groups[first], len(FIELDS))
    is_first = np.diff(ordinals, prepend=-1) > 0
    counts = np.zeros((int(is_first.sum()), len(FIELDS)), np.int64)
    counts[np.cumsum(is_first) - 1, fields] = np.diff(first, append=len(groups))
    return Occurrences(ordinals[is_first].astype(np.int32), counts)


def _union(lists: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """What is in any of several ascending lists, ascending."""
    if len(lists) == 1:
        return lists[0]
    merged = np.sort(np.concatenate(lists), kind="stable")  # which merges
    return merged[np.flatnonzero(np.diff(merged, prepend=-1))]


def _together(parts: Sequence[Occurrences]) -> Occurrences:
    """The passages in any of several lists, with their counts added up."""
    if len(parts) == 1:
        return parts[0]
    ordinals = np.concatenate([each.ordinals for each in parts])
    if not len(ordinals):
        return _NOWHERE
    order = np.argsort(ordinals, kind="stable")  # which merges, for each list is sorted
    ordinals = ordinals[order]
    first = np.flatnonzero(np.diff(ordinals, prepend=-1))
    counts = np.concatenate([each.counts for each in parts])[order]
    return Occurrences(ordinals[first], np.add.reduceat(counts, first, dtype=np.int64))


def _common(some: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
    """What two lists, ascending and without repeats, have in common, ascending."""
    few, many = (some, others) if len(some) < len(others) else (others, some)
    if len(few) * _COMMON > len(many):
        merged = np.sort(np.concatenate([few, many]))
        return merged[:-1][merged[1:] == merged[:-1]]
    return few[is_among(few, many)]


_COMMON = 4  # times as long is what is looked up, rather than gone through
_BLOCK = 1 << 16  # postings that are looked at together
_POSTINGS = 1 << 19  # postings that are checked together
_TERMS = 1 << 11  # terms that are looked at together

_NOWHERE = Occurrences(np.zeros(0, np.int32), np.zeros((0, len(FIELDS)), np.int64))
