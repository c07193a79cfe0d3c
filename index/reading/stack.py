"""The segments of one generation on top of each other: their passages under one numbering.

Passages are numbered from 0 through all segments, deleted ones included. Statistics count live passages alone, so that
scores do not depend on how documents were batched.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..analysis import FIELDS, OF_DOCUMENTS
from ..forking import undisturbed
from ..segments.arrays import grouped
from ..segments.postings import Occurrences
from ..segments.segment import Segment
from ..units import Unit


class DocumentTable(NamedTuple):
    """The documents of a stack as wholes, deleted ones included, numbered from 0 through all segments.

    `passages` is int32 [size of the stack]: the number of each passage's document. `rows` is int64: that of each row
    of the segments' columns by document; one that a merge split over two segments has two rows. `sizes` is int64
    [documents]: how many passages it has. `lengths` is float64 [documents, fields]: its tokens by field, the title's
    and the description's once; `averages` are those of the live ones.
    """

    passages: NDArray[np.int32]
    rows: NDArray[np.int64]
    sizes: NDArray[np.int64]
    lengths: NDArray[np.float64]
    averages: NDArray[np.float64]


class Holding(NamedTuple):
    """What holds a unit: its occurrences in each segment, and how many live passages have one."""

    occurrences: Sequence[Occurrences]
    passages: int


def _alike(unit: Unit) -> Unit:
    """The same unit for all that are held alike, whichever way to write it the question has: USA, United States."""
    if not unit.variants:
        return unit
    positions, *variants = sorted(unit.forms, key=lambda form: (len(form), sorted(map(str, form[0]))))
    return unit._replace(positions=positions, variants=tuple(variants))


def _narrow(found: Occurrences) -> Occurrences:
    """The same with counts that take less memory, as long as they are to be kept."""
    fits = found.counts.itemsize > 2 and found.counts.max(initial=0) <= np.iinfo(np.uint16).max
    return Occurrences(found.ordinals, found.counts.astype(np.uint16)) if fits else found


def _size(unit: Unit, found: Holding) -> int:
    """About how many bytes of memory a unit and what holds it take, beside what is mapped from files."""
    units = [unit, *([unit.near.unit] if unit.near else [])]
    terms = sum(len(word) for each in units for form in (each.positions, *each.variants) for word in form)
    arrays = (array for each in found.occurrences for array in each)
    return 1000 + 300 * terms + sum(array.nbytes for array in arrays if array.base is None)


MOST_REMEMBERED = 32 << 20
"""So many bytes of what holds units are kept for the next question: common words and other names of countries recur."""


class Stack:
    """Segments whose passages are numbered through; safe to share among threads.

    Args:
        segments: The segments, in the order of their passages' numbers.
        deleted: For each segment, int64: the ordinals of the passages in it that are deleted.
        raised: For each segment what its ledger's numbers are raised by, so that those of several ledgers differ;
            without it, nothing.
    """

    def __init__(
        self, segments: Sequence[Segment], deleted: Sequence[NDArray[np.int64]], raised: Sequence[int] = ()
    ) -> None:
        self.segments = segments
        each_raised = raised or [0] * len(segments)
        self.versions = [
            s.columns.version + by if by else s.columns.version for s, by in zip(segments, each_raised, strict=True)
        ]
        """For each segment, int64: the ledger's number for each of its documents."""
        sizes = [len(segment) for segment in segments]
        self.bases = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        """int64 [segments + 1]: the number of each segment's first passage, and at the end how many there are."""
        self.live = np.ones(int(self.bases[-1]), bool)
        """bool [size]: which passages are not deleted."""
        lengths = np.zeros(len(FIELDS), np.int64)
        for (base, segment), gone in zip(self, deleted, strict=True):
            self.live[base + gone] = False
            lengths += segment.postings.lengths.sum(axis=0, dtype=np.int64)
            lengths -= segment.postings.lengths[gone].sum(axis=0, dtype=np.int64)
        self.count = int(self.live.sum())
        """How many passages are live."""
        self.averages = lengths / max(self.count, 1)
        """float64 [fields]: the average number of tokens in each field of a live passage."""
        self._remembered: dict[Unit, Holding] = {}
        self._taken = 0  # bytes, by what is remembered
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self.live)

    def __iter__(self) -> Iterator[tuple[int, Segment]]:
        """Each segment after the number of its first passage."""
        return zip(self.bases[:-1].tolist(), self.segments, strict=True)

    @cached_property
    def unencoded(self) -> int:
        """How many live passages have no vector yet."""
        return int(sum(self.live[base + segment.vectors.lacking()].sum() for base, segment in self))

    @cached_property
    def table(self) -> DocumentTable:
        """The documents as wholes: which passages are whose, and how long they are."""
        columns = [segment.columns for segment in self.segments]
        versions = np.concatenate([np.zeros(0, np.int64), *self.versions])
        # A document that a merge split over two segments is one all the same.
        numbers = grouped(versions)[1]
        ends = np.cumsum([len(each.version) for each in columns])
        by_segment = np.split(numbers, ends[:-1]) if columns else []
        passages = np.concatenate(
            [np.zeros(0, np.int64), *(n[each.document] for n, each in zip(by_segment, columns, strict=True))]
        )
        count = int(numbers.max(initial=-1)) + 1
        sizes = np.bincount(passages, minlength=count)
        lengths = np.zeros((count, len(FIELDS)))
        for field in range(len(FIELDS)):
            by_passage = [segment.postings.lengths[:, field] for segment in self.segments]
            lengths[:, field] = np.bincount(passages, np.concatenate([np.zeros(0), *by_passage]), count)
        lengths[:, OF_DOCUMENTS] /= np.maximum(sizes, 1)[:, np.newaxis]
        living = np.zeros(count, bool)
        living[passages[self.live]] = True
        averages = lengths[living].mean(axis=0) if living.any() else np.zeros(len(FIELDS))
        return DocumentTable(passages.astype(np.int32), numbers, sizes, lengths, averages)

    def of(self, index: int, document_id: str) -> NDArray[np.bool_]:
        """Which passages of one segment, the one of that index, are of a document: see `Columns.of`."""
        return self.segments[index].columns.of(document_id)

    def holding(self, unit: Unit) -> Holding:
        """What holds a unit. What was asked for lately is remembered, in bounded memory."""
        unit = _alike(unit)
        with undisturbed(), self._lock:
            if (known := self._remembered.pop(unit, None)) is not None:
                self._remembered[unit] = known  # as the one that was asked for last
                return known
        occurrences = [_narrow(segment.postings.occurrences(unit)) for segment in self.segments]
        passages = sum(
            int(self.live[base + found.ordinals].sum()) for (base, _), found in zip(self, occurrences, strict=True)
        )
        found = Holding(occurrences, passages)
        with undisturbed(), self._lock:
            if (size := _size(unit, found)) <= MOST_REMEMBERED and unit not in self._remembered:
                self._remembered[unit] = found
                self._taken += size
                while self._taken > MOST_REMEMBERED:
                    oldest = next(iter(self._remembered))
                    self._taken -= _size(oldest, self._remembered.pop(oldest))
        return found

    # Of passages, by number

    def locate(self, number: int) -> tuple[Segment, int]:
        """The segment that a passage is in, and its ordinal there."""
        index = int(np.searchsorted(self.bases, number, "right")) - 1
        return self.segments[index], number - int(self.bases[index])

    def days(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The first day of each passage's dates, as `date.toordinal` counts them, or UNDATED."""
        return self._each(numbers, lambda segment, n: segment.columns.first[segment.columns.document[n]], np.int64)

    def intervals(self, numbers: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The first and the last day of each passage's dates, or UNDATED twice."""
        last = self._each(numbers, lambda segment, n: segment.columns.last[segment.columns.document[n]], np.int64)
        return self.days(numbers), last

    def documents(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The ledger's number for each passage's document: equal for passages of one document."""
        documents = np.zeros(len(numbers), np.int64)
        owners = self._owners(numbers)
        present: list[int] = np.flatnonzero(np.bincount(owners)).tolist()
        for index in present:
            here = owners == index
            within = self.segments[index].columns.document[numbers[here] - self.bases[index]]
            documents[here] = self.versions[index][within]
        return documents

    def version(self, number: int) -> int:
        """The ledger's number for a passage's document."""
        index = int(np.searchsorted(self.bases, number, "right")) - 1
        return int(self.versions[index][self.segments[index].columns.document[number - self.bases[index]]])

    def starts(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where each passage starts in its document's text, in characters."""
        return self._each(numbers, lambda segment, n: segment.columns.start[n], np.int64)

    def cosines(self, question: NDArray[np.float32], numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """The similarity of each of some passages to a unit vector [dimension]; NaN for one that has no vector yet."""
        return self._each(numbers, lambda segment, n: segment.vectors.cosines(question, n), np.float64)

    def _each(
        self,
        numbers: NDArray[np.int64],
        read: Callable[[Segment, NDArray[np.int64]], NDArray[Any]],
        kind: type[Any],
    ) -> NDArray[Any]:
        """What `read` gives for the ordinals of each segment, put together in the order of `numbers`."""
        values = np.zeros(len(numbers), kind)
        owners = self._owners(numbers)
        present: list[int] = np.flatnonzero(np.bincount(owners)).tolist()
        for index in present:
            here = owners == index
            values[here] = read(self.segments[index], numbers[here] - self.bases[index])
        return values

    def _owners(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Which segment each passage is in."""
        return np.searchsorted(self.bases, numbers, "right") - 1

    # In order

    def order(self, numbers: NDArray[np.int64], keys: NDArray[Any], limit: int) -> NDArray[np.int64]:
        """The `limit` passages with the highest keys, highest first; ties by document id, then start."""
        if limit < len(numbers):
            threshold = np.partition(keys, len(keys) - limit)[len(keys) - limit] if limit else np.inf
            numbers, keys = numbers[keys >= threshold], keys[keys >= threshold]
            # Ties at the threshold may be many; of each segment's only the first can be wanted.
            tied = np.flatnonzero(keys == threshold)
            wanted = limit - (len(keys) - len(tied))
            if len(tied) > wanted:
                owners, ranks = self._owners(numbers[tied]), self._ranks(numbers[tied])
                chosen = keys != threshold
                for each in np.flatnonzero(np.bincount(owners)):
                    here = owners == each
                    chosen[tied[here][np.argsort(ranks[here])[:wanted]]] = True
                numbers, keys = numbers[chosen], keys[chosen]
        owners = self._owners(numbers)
        index = np.lexsort((self._ranks(numbers), owners, -keys))
        numbers, keys, owners = numbers[index], keys[index], owners[index]
        # Only where passages of several segments tie does it take the ids themselves.
        first = np.flatnonzero(np.concatenate([[True], np.diff(keys) != 0])[: len(keys)])
        sizes = np.diff(first, append=len(keys))
        mixed = np.flatnonzero(np.repeat(owners[first] != owners[first + sizes - 1], sizes))
        run = np.repeat(first, sizes)[mixed].tolist()
        identities = zip(run, self._identities(numbers[mixed]), numbers[mixed].tolist(), strict=True)
        numbers[mixed] = [number for *_, number in sorted(identities)]
        return numbers[:limit]

    def _ranks(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where each passage comes in its own segment, by document id and start."""
        return self._each(numbers, lambda segment, n: segment.columns.order[n], np.int64)

    def _identities(self, numbers: NDArray[np.int64]) -> Iterator[tuple[str, int]]:
        """Document id and start of each of some passages."""
        owners: list[int] = self._owners(numbers).tolist()
        documents = self._each(numbers, lambda segment, n: segment.columns.document[n], np.int64).tolist()
        for owner, document, start in zip(owners, documents, self.starts(numbers).tolist(), strict=True):
            yield self.segments[owner].columns.ids[document], start
