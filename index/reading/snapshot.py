"""One generation of a collection, opened for reading: what a search engine asks of an index.

Passages are numbered from 0 through all segments, deleted ones included; a number means something within its snapshot
only. Statistics (how many passages, how many hold a word, how long they are) count live passages alone and are taken
when a question is asked, so that scores do not depend on how documents were batched.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Document, Span
from ...errors import CollectionDamaged, QueryError
from ..analysis import FIELDS, fold
from ..constraints import Constraint
from ..ledger.ledger import Ledger, State
from ..ledger.near_copies import Copies
from ..segments.bm25f import BM25F
from ..segments.segment import Segment
from ..terms import tells
from .selection import Deadline, Selection, Weighed
from .tallies import Facets, Tallies

_SIGHTED = 256  # terms of each segment that are looked at to complete a word
_LIKELY = 4  # times as many as are wanted: of these the live passages are counted

MAX_EXPANSION = 10_000
"""A pattern or fuzzy term may stand for so many different words."""

_TITLE = FIELDS.index("title")


class Contribution(NamedTuple):
    """What one unit adds to a passage's keyword score: `impact` = `idf` × `saturated`; `counts` are by field."""

    weighed: Weighed
    counts: dict[str, int]
    saturated: float
    impact: float


class DocumentTable(NamedTuple):
    """The documents of a snapshot as wholes, deleted ones included, numbered from 0 through all segments.

    `passages` is int32 [size of the snapshot]: the number of each passage's document. `rows` is int64: that of each row
    of the segments' columns by document; one that a merge split over two segments has two rows. `sizes` is int64
    [documents]: how many passages it has. `lengths` is float64 [documents, fields]: its tokens by field, the title's
    once; `averages` are those of the live ones.
    """

    passages: NDArray[np.int32]
    rows: NDArray[np.int64]
    sizes: NDArray[np.int64]
    lengths: NDArray[np.float64]
    averages: NDArray[np.float64]


class StoredPassage(NamedTuple):
    """A passage as a segment keeps it: for copying it into another one."""

    span: Span
    vector: NDArray[np.float32]
    sentences: NDArray[np.int32]
    sentence_vectors: NDArray[np.int8]


class Snapshot:
    """See the module. Safe to share among threads."""

    def __init__(self, ledger: Ledger, state: State, segments: Sequence[Segment]) -> None:
        self.generation = state.generation
        self.settings = state.settings
        self._ledger = ledger
        self._segments = segments
        sizes = [len(segment) for segment in segments]
        self._bases = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        self._copies = Copies(state.copies)
        self._indices = {number: index for index, (number, _) in enumerate(state.segments)}
        self.live = np.ones(int(self._bases[-1]), bool)
        """bool [size]: which passages are not deleted."""
        lengths = np.zeros(len(FIELDS), np.int64)
        for (number, _), base, segment in zip(state.segments, self._bases, segments, strict=False):
            deleted = state.deleted[number]
            self.live[base + deleted] = False
            lengths += segment.postings.lengths.sum(axis=0, dtype=np.int64)
            lengths -= segment.postings.lengths[deleted].sum(axis=0, dtype=np.int64)
        self.count = int(self.live.sum())
        """How many passages are live."""
        self.averages = lengths / max(self.count, 1)
        """float64 [fields]: the average number of tokens in each field of a live passage."""

    @cached_property
    def of_documents(self) -> "DocumentTable":
        """The documents as wholes: which passages are whose, and how long they are."""
        columns = [segment.columns for segment in self._segments]
        versions = np.concatenate([np.zeros(0, np.int64), *(each.version for each in columns)])
        # A document that a merge split over two segments is one all the same.
        numbers = np.unique(versions, return_inverse=True)[1]
        ends = np.cumsum([len(each.version) for each in columns])
        by_segment = np.split(numbers, ends[:-1]) if columns else []
        passages = np.concatenate(
            [np.zeros(0, np.int64), *(n[each.document] for n, each in zip(by_segment, columns, strict=True))]
        )
        count = int(numbers.max(initial=-1)) + 1
        sizes = np.bincount(passages, minlength=count)
        lengths = np.zeros((count, len(FIELDS)))
        for field in range(len(FIELDS)):
            by_passage = [segment.postings.lengths[:, field] for segment in self._segments]
            lengths[:, field] = np.bincount(passages, np.concatenate([np.zeros(0), *by_passage]), count)
        lengths[:, _TITLE] /= np.maximum(sizes, 1)  # which every passage repeats
        living = np.zeros(count, bool)
        living[passages[self.live]] = True
        averages = lengths[living].mean(axis=0) if living.any() else np.zeros(len(FIELDS))
        return DocumentTable(passages.astype(np.int32), numbers, sizes, lengths, averages)

    @property
    def segments(self) -> int:
        """How many segments there are."""
        return len(self._segments)

    @property
    def languages(self) -> frozenset[str]:
        """The languages of the passages, unknown ones counted as English."""
        return frozenset[str]().union(*(segment.postings.languages for segment in self._segments))

    # Words

    def same_word(self, term: str) -> frozenset[str]:
        """The surface terms in live passages that count as the same word as this one, in any of their languages.

        A function word has no other forms, and is none of another word, whatever their stems: "ofs", a slip of a
        typist's, would make a word that tells of every "of", and "willing" is not "will".
        """
        same = _union(segment.postings.same_word(term) for segment in self._segments)
        return self._living(frozenset(filter(tells, same)) if tells(term) else same & {term})

    def like_pattern(self, pattern: str, field: str = "") -> frozenset[str]:
        """The terms that a pattern with `*` and `?` stands for. Raises QueryError if they are too many."""
        folded = "".join(part if part in "*?" else fold(part) for part in _split_at_wildcards(pattern))
        return self._few(pattern, (segment.like_pattern(folded, field) for segment in self._segments))

    def like_spelling(self, term: str, distance: int, field: str = "") -> frozenset[str]:
        """The terms within so many edits of one. Raises QueryError if they are too many."""
        near = (segment.like_spelling(term, distance, field) for segment in self._segments)
        return self._living(self._few(term, near))

    def _few(self, asked: str, terms: Iterable[set[str]]) -> frozenset[str]:
        found = _union(terms)
        if len(found) > MAX_EXPANSION:
            raise QueryError(f"{asked} stands for {len(found)} different words, {MAX_EXPANSION} at most: be more exact")
        return found

    def _living(self, terms: frozenset[str]) -> frozenset[str]:
        """Those of the terms that are not in deleted passages alone."""
        return terms if self.live.all() else frozenset(filter(self.frequency, terms))

    def frequency(self, term: str) -> int:
        """How many live passages hold that very surface term."""
        return sum(
            int(self.live[base + segment.postings.holding(term)].sum())
            for base, segment in zip(self._bases, self._segments, strict=False)
        )

    def like_beginning(self, prefix: str, limit: int) -> list[tuple[str, int]]:
        """The terms that go on from a prefix, in most live passages first, and how many these are.

        Terms of which no segment has many are left out where very many begin so; function words always are.
        """
        passages = Counter[str]()
        for segment in self._segments:
            for term, holding in segment.postings.commonest(prefix, _SIGHTED):
                passages[term] += holding
        ordered = sorted(passages, key=lambda term: (-passages[term], term))
        likely = [term for term in ordered if term != prefix and tells(term)][: limit * _LIKELY]
        living = [(term, count) for term in likely if (count := self.frequency(term))]
        return sorted(living, key=lambda each: (-each[1], each[0]))[:limit]

    # Counts

    @cached_property
    def _tallies(self) -> Tallies:
        return Tallies([segment.columns for segment in self._segments], self.of_documents, self.live)

    def facets(self, numbers: NDArray[np.int64], top: int) -> Facets:
        """What some passages consist of: the `top` commonest values of each column, and when they are dated."""
        return self._tallies.facets(numbers, top)

    def spread(self, numbers: NDArray[np.int64], shown: NDArray[np.int64]) -> tuple[int, NDArray[np.int64]]:
        """How many documents some passages are of, and how many of these passages each one shown has in its own."""
        by_document = self._tallies.by_document(numbers)
        return int(np.count_nonzero(by_document)), by_document[self.of_documents.passages[shown]]

    def values_like(self, column: str, beginning: str, limit: int) -> list[tuple[str, int]]:
        """The values of a column in which a word begins so, in most live passages first, and how many these are."""
        return self._tallies.completions(column, beginning, limit)

    # Selections

    def select(self, constraint: Constraint, deadline: Deadline | None = None) -> Selection:
        """The live passages that satisfy a constraint."""
        return Selection(self, constraint, deadline or Deadline())

    def order(self, numbers: NDArray[np.int64], keys: NDArray[Any], limit: int) -> NDArray[np.int64]:
        """The `limit` passages with the highest keys, highest first; ties by document id, then start."""
        if limit < len(numbers):
            threshold = np.partition(keys, len(keys) - limit)[len(keys) - limit] if limit else np.inf
            numbers, keys = numbers[keys >= threshold], keys[keys >= threshold]
            # Ties at the threshold may be many; of each segment's only the first can be wanted.
            tied = np.flatnonzero(keys == threshold)
            wanted = limit - (len(keys) - len(tied))
            if len(tied) > wanted:
                segment, place = self._segment_of(numbers[tied]), self._gather("order", numbers[tied])
                kept = keys != threshold
                for each in np.unique(segment):
                    here = segment == each
                    kept[tied[here][np.argsort(place[here])[:wanted]]] = True
                numbers, keys = numbers[kept], keys[kept]
        segment, place = self._segment_of(numbers), self._gather("order", numbers)
        index = np.lexsort((place, segment, -keys))
        numbers, keys, segment = numbers[index], keys[index], segment[index]
        # Only where passages of several segments tie does it take the ids themselves.
        first = np.flatnonzero(np.concatenate([[True], np.diff(keys) != 0])[: len(keys)])
        sizes = np.diff(first, append=len(keys))
        mixed = np.flatnonzero(np.repeat(segment[first] != segment[first + sizes - 1], sizes))
        run = np.repeat(first, sizes)[mixed].tolist()
        identities = zip(run, self._identities(numbers[mixed]), numbers[mixed].tolist(), strict=True)
        numbers[mixed] = [number for *_, number in sorted(identities)]
        return numbers[:limit]

    def _identities(self, numbers: NDArray[np.int64]) -> Iterator[tuple[str, int]]:
        """Document id and start of each of some passages."""
        owners, documents = self._segment_of(numbers).tolist(), self._gather("document", numbers).tolist()
        for owner, document, start in zip(owners, documents, self.starts(numbers).tolist(), strict=True):
            yield self._segments[owner].columns.ids[document], start

    def days(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The first day of each passage's dates, as `date.toordinal` counts them, or UNDATED."""
        return self._by_document("first", numbers)

    def starts(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where each passage starts in its document's text."""
        return self._gather("start", numbers)

    def documents(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The ledger's number for each passage's document: equal for passages of one document."""
        return self._by_document("version", numbers)

    def copied(self, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of some passages belong to a document that has near-copies."""
        return self._copied[numbers]

    @cached_property
    def _copied(self) -> NDArray[np.bool_]:
        columns = (segment.columns for segment in self._segments)
        return np.concatenate([np.zeros(0, bool), *(self._copies.has(each.version)[each.document] for each in columns)])

    def groups(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The group of near-copies that each passage's document is in."""
        return self._copies.group(self.documents(numbers))

    def whole(self, document: int) -> Document:
        """A document, by the ledger's number. Raises CollectionDamaged if the ledger has not got it (any more)."""
        found = self._ledger.document(document)
        if found is None:
            raise CollectionDamaged("the collection has changed since it was opened: open it anew")
        return found

    def _by_document(self, column: str, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        return self._each(numbers, lambda segment, n: getattr(segment.columns, column)[segment.columns.document[n]])

    def _gather(self, column: str, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        return self._each(numbers, lambda segment, ordinals: getattr(segment.columns, column)[ordinals])

    def _each(
        self, numbers: NDArray[np.int64], read: Callable[[Segment, NDArray[np.int64]], NDArray[Any]]
    ) -> NDArray[np.int64]:
        """What `read` gives for the ordinals of each segment, put together in the order of `numbers`."""
        values = np.zeros(len(numbers), np.int64)
        owner = self._segment_of(numbers)
        for index in np.unique(owner):
            here = owner == index
            values[here] = read(self._segments[index], numbers[here] - self._bases[index])
        return values

    def _segment_of(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.searchsorted(self._bases, numbers, "right") - 1

    def _locate(self, number: int) -> tuple[Segment, int]:
        index = int(np.searchsorted(self._bases, number, "right")) - 1
        return self._segments[index], number - int(self._bases[index])

    # Passages

    def passage(self, number: int) -> tuple[Document, Span]:
        """A passage's document and span. Raises CollectionDamaged if the ledger has not got the document (any more)."""
        document, span = self.place(number)
        return self.whole(document), span

    def place(self, number: int) -> tuple[int, Span]:
        """The ledger's number for a passage's document, and the passage's span."""
        segment, ordinal = self._locate(number)
        columns = segment.columns
        span = Span(int(columns.start[ordinal]), int(columns.end[ordinal]))
        return int(columns.version[columns.document[ordinal]]), span

    def find(self, document_id: str, span: Span | None = None) -> NDArray[np.int64]:
        """The numbers of a document's passages, in order, or of the one with that span; none if there is none."""
        version = self._ledger.live_version(document_id)
        rows = self._ledger.live_passages(version[0]) if version else []
        numbers = [
            int(self._bases[self._indices[segment]]) + ordinal
            for segment, ordinal, start, end in rows
            if segment in self._indices and span in (None, (start, end))
        ]
        return np.array(numbers, np.int64)

    def count_in(self, segment: int) -> int:
        """How many live passages the segment of that number in the ledger has."""
        index = self._indices[segment]
        return int(self.live[self._bases[index] : self._bases[index + 1]].sum())

    def live_by_document(self, segment: int) -> Iterator[tuple[int, Iterator[StoredPassage]]]:
        """The live passages of a segment, by the version of their document, as they are stored."""
        index = self._indices[segment]
        opened, base = self._segments[index], self._bases[index]
        ordinals = np.flatnonzero(self.live[base : base + len(opened)])
        for version, group in groupby(ordinals, lambda n: int(opened.columns.version[opened.columns.document[n]])):
            yield version, (self._stored(opened, int(ordinal)) for ordinal in group)

    @staticmethod
    def _stored(segment: Segment, ordinal: int) -> StoredPassage:
        span = Span(int(segment.columns.start[ordinal]), int(segment.columns.end[ordinal]))
        return StoredPassage(span, segment.vectors.get(np.array([ordinal]))[0], *segment.vectors.sentences(ordinal))

    def vectors(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of some passages: [n, dimension]."""
        rows = [self._locate(int(number)) for number in numbers]
        return np.concatenate([segment.vectors.get(np.array([ordinal])) for segment, ordinal in rows])

    def cosines(self, question: NDArray[np.float32], numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """The similarity of each of some passages to a unit vector."""
        values = np.zeros(len(numbers))
        owner = self._segment_of(numbers)
        for index in np.unique(owner):
            here = owner == index
            values[here] = self._segments[index].vectors.cosines(question, numbers[here] - self._bases[index])
        return values

    def sentences(self, number: int) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
        """A passage's sentences: their spans in the document's text [n, 2], and their coded vectors [n, dimension]."""
        segment, ordinal = self._locate(number)
        return segment.vectors.sentences(ordinal)

    def contributions(self, number: int, weighed: Iterable[Weighed], bm25f: BM25F) -> list[Contribution]:
        """What each unit adds to a passage's keyword score."""
        segment, ordinal = self._locate(number)
        result = []
        for each in weighed:
            found = segment.postings.occurrences(each.unit)
            row = np.flatnonzero(found.ordinals == ordinal)
            counts = found.counts[row] if len(row) else np.zeros((1, len(FIELDS)), np.int64)
            lengths = segment.postings.lengths[[ordinal]]
            saturated = float(bm25f.saturated(counts, lengths, self.averages)[0])
            by_field: dict[str, int] = dict(zip(FIELDS, counts[0].tolist(), strict=True))
            result.append(Contribution(each, by_field, saturated, each.idf * saturated))
        return result


def _union(sets: Iterable[set[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


def _split_at_wildcards(pattern: str) -> list[str]:
    parts = [""]
    for character in pattern:
        if character in "*?":
            parts += [character, ""]
        else:
            parts[-1] += character
    return [part for part in parts if part]
