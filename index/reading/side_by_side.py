"""Several collections asked side by side: one view over the segments of all of them, as if they were one collection.

What is counted (in how many passages a word is, how long these are, how many have a value) is counted on all of them,
so that the parts of a collection side by side answer as the whole does. Near-copies are known within each one alone.

Where encoders differ, each makes a vector of a question, and these stand one after the other in one. A passage is
compared with the part of its own encoder. How near it is says little beside another encoder's similarities; what is
compared is how far from there to a perfect likeness it has come, beginning at the floor of its collection.

A document is known by its id. If a collection before it has a document of that id as well, its collection's label and
a colon come first, so that every document can be named.
"""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate, chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Document, Span
from ...corpus.fields import Fields, OwnField
from ...errors import CollectionMismatch
from ..encoding.floors import Floors
from ..ledger.near_copies import Copies
from ..segments.segment import Segment
from ..segments.similarity.vectors import Vectors
from .lexicon import Lexicon
from .snapshot import Snapshot
from .stack import Stack
from .stack_view import StackView
from .view import Info, Owner

_REMEMBERED = 1 << 14  # names of documents: those of hits are asked for several times
_LEDGER = 40
"""The ledger's numbers of each collection are raised by its position times two to this power."""


class SideBySide(StackView):
    """See the module. Safe to share among threads. How it ranks is for the first collection to say.

    Args:
        named: The present generation of each collection, with its path or address and what tells it from the others.

    Raises:
        CollectionMismatch: A field means different things in two of them.
    """

    def __init__(self, named: Sequence[tuple[str, str, Snapshot]]) -> None:
        self._parts = [part for *_, part in named]
        self._owners = [Owner(name, label, part.info.generation) for name, label, part in named]
        ids = _Ids(self._parts, [label for _, label, _ in named])
        self._name = lru_cache(_REMEMBERED)(ids.tell_apart)
        self._resolve = ids.resolve
        stacks = [part.stack for part in self._parts]
        floors, sections = _sections(self._parts)
        self._encoding = _by_encoder(self._parts)
        stack = _Stacks(
            ids.resolve,
            [index for index, each in enumerate(stacks) for _ in each.segments],
            [
                segment if section is None else _in_section(segment, section)
                for each, section in zip(stacks, sections, strict=True)
                for segment in each.segments
            ],
            [np.flatnonzero(~each.live[base : base + len(segment)]) for each in stacks for base, segment in each],
        )
        self._starts = np.cumsum([0, *map(len, stacks)])
        """int64 [collections + 1]: the number of each collection's first passage, and at the end how many there are."""
        lexicon = Lexicon(stack)
        infos = [part.info for part in self._parts]
        info = Info(
            generation=sum(each.generation for each in infos),  # each of them only grows
            passages=stack.count,
            languages=lexicon.languages,
            fields=_fields(named),
            lacking=frozenset[str]().union(*(each.lacking for each in infos)),
            floors=floors,
            ranking=infos[0].ranking,
            variants=tuple(dict.fromkeys(chain.from_iterable(each.variants for each in infos))),
            scripts=lexicon.scripts,
            unencoded=sum(each.unencoded for each in infos),
            lineage=" ".join(each.lineage for each in infos),
            left_out=tuple(
                each._replace(part=f"{name}/{each.part}") for name, _, part in named for each in part.info.left_out
            ),
        )
        copies = [part.copies.raised(index << _LEDGER) for index, part in enumerate(self._parts)]
        super().__init__(
            stack,
            lexicon,
            Copies(np.concatenate(copies)),
            info,
            sum(each.manifest.dimension for each in self._encoding.values()),
        )

    def document(self, number: int) -> Document:
        """See `StackView.document`."""
        index = number >> _LEDGER
        document = self._parts[index].document(number & ((1 << _LEDGER) - 1))
        return replace(document, id=self._name(document.id, index))

    def arrivals(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """See `StackView.arrivals`."""
        times = np.zeros(len(numbers))
        owners = numbers >> _LEDGER
        for index in range(len(self._parts)):
            here = owners == index
            times[here] = self._parts[index].arrivals(numbers[here] - (index << _LEDGER))
        return times

    def find(self, document_id: str, span: Span | None = None) -> NDArray[np.int64]:
        """See `View.find`."""
        known = self.resolve(document_id)
        if known is None:
            return np.zeros(0, np.int64)
        index, own_id = known
        return self._parts[index].find(own_id, span) + self._starts[index]

    def resolve(self, document_id: str) -> tuple[int, str] | None:
        """Which collection a document is in, by its position, and the document's id there; None if it is in none."""
        return self._resolve(document_id)

    def _called(self, document_id: str, number: int) -> str:
        return self._name(document_id, self._index(number))

    def encode(self, text: str) -> NDArray[np.float32]:
        """See `View.encode`. Where encoders differ it is all their vectors, one after the other."""
        return np.concatenate([part.encode(text) for part in self._encoding.values()])

    def _owner(self, number: int) -> Owner:
        return self._owners[self._index(number)]

    def _index(self, number: int) -> int:
        return int(np.searchsorted(self._starts, number, "right")) - 1


class _Ids:
    """What documents are called. It stands by itself, so that a view is in no circle, and goes when nobody has it."""

    def __init__(self, parts: Sequence[Snapshot], labels: Sequence[str]) -> None:
        self._parts = parts
        self._labels = labels

    def resolve(self, document_id: str) -> tuple[int, str] | None:
        """See `SideBySide.resolve`."""
        for index, part in enumerate(self._parts):
            if len(part.find(document_id)):
                return index, document_id
        for index, label in enumerate(self._labels):
            own_id = document_id.removeprefix(f"{label}:")
            if own_id != document_id and len(self._parts[index].find(own_id)):
                return index, own_id
        return None

    def tell_apart(self, document_id: str, index: int) -> str:
        """What a document of a collection, which is known by its position, is called among all."""
        hidden = any(len(part.find(document_id)) for part in self._parts[:index])
        return f"{self._labels[index]}:{document_id}" if hidden else document_id


class _Stacks(Stack):
    """The segments of several collections on top of each other, those of each together.

    Args:
        resolve: See `SideBySide.resolve`.
        owners: For each segment the position of its collection.
        segments: See `Stack`.
        deleted: See `Stack`.
    """

    def __init__(
        self,
        resolve: Callable[[str], tuple[int, str] | None],
        owners: Sequence[int],
        segments: Sequence[Segment],
        deleted: Sequence[NDArray[np.int64]],
    ) -> None:
        super().__init__(segments, deleted, [owner << _LEDGER for owner in owners])
        self._resolve = resolve
        self._collections = owners

    def of(self, index: int, document_id: str) -> NDArray[np.bool_]:
        """See `Stack.of`."""
        known = self._resolve(document_id)
        if known is None or known[0] != self._collections[index]:
            return np.zeros(len(self.segments[index]), bool)
        return super().of(index, known[1])


def _fields(named: Sequence[tuple[str, str, Snapshot]]) -> Fields:
    """The fields of all, those that every collection has and the own ones of each."""
    known: dict[str, tuple[str, OwnField]] = {}
    for name, _, part in named:
        for field in part.info.fields.own:
            other, first = known.setdefault(field.name, (name, field))
            if first.type != field.type:
                raise CollectionMismatch(
                    f"the field {field.name!r} is of type {first.type} in {other} and {field.type} in {name}: "
                    "ask these collections one by one"
                )
    return Fields(field for _, field in known.values())


class _Section(NamedTuple):
    """Where the vectors of an encoder stand in those of all, and how a collection's similarities compare with others'.

    Attributes:
        start: The first of their components.
        end: The one after the last.
        dimension: How many there are in all.
        scale: What the distance from a perfect likeness is multiplied by.
    """

    start: int
    end: int
    dimension: int
    scale: float


class _SharedVectors(Vectors):
    """A segment's vectors as a part of those that several encoders make together.

    Args:
        vectors: The segment's.
        section: Where they stand.
    """

    def __init__(self, vectors: Vectors, section: _Section) -> None:
        self._own = vectors
        self._section = section
        self.dimension = section.dimension

    def __len__(self) -> int:
        return len(self._own)

    def nearest(
        self, question: NDArray[np.float32], depth: int, admitted: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """See `Vectors.nearest`."""
        part = self._part(question)
        ordinals, similar = self._own.nearest(part, depth, admitted)
        return ordinals, self._scaled(similar) if part.any() else np.zeros(len(ordinals), np.float32)

    def cosines(self, question: NDArray[np.float32], ordinals: NDArray[np.int64]) -> NDArray[np.float64]:
        """See `Vectors.cosines`: so far as they compare with those of others. Nothing is like what has no part here."""
        part = self._part(question)
        if not part.any():
            return np.zeros(len(ordinals))
        return self._scaled(self._own.cosines(part, ordinals))

    def _scaled(self, cosines: NDArray[Any]) -> NDArray[Any]:
        return 1 - (1 - cosines) * self._section.scale

    def get(self, ordinals: NDArray[np.int64]) -> NDArray[np.float32]:
        """See `Vectors.get`."""
        return self._widened(self._own.get(ordinals))

    def sentences(self, ordinal: int) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
        """See `Vectors.sentences`."""
        spans, vectors = self._own.sentences(ordinal)
        return spans, self._widened(vectors)

    def _part(self, question: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.ascontiguousarray(question[self._section.start : self._section.end])

    def _widened(self, vectors: NDArray[Any]) -> NDArray[Any]:
        wide = np.zeros((len(vectors), self._section.dimension), vectors.dtype)
        wide[:, self._section.start : self._section.end] = vectors
        return wide


def _in_section(segment: Segment, section: _Section) -> Segment:
    shared = copy(segment)
    shared.vectors = _SharedVectors(segment.vectors, section)
    return shared


def _by_encoder(parts: Sequence[Snapshot]) -> dict[str, Snapshot]:
    """The encoders, each with the first of the collections that have it."""
    first: dict[str, Snapshot] = {}
    for part in parts:
        first.setdefault(part.manifest.encoder_json, part)
    return first


def _sections(parts: Sequence[Snapshot]) -> tuple[Floors, list[_Section | None]]:
    """The floors of all, and where each collection's vectors stand: None for all if they have one encoder.

    What is near must be nearer than what is unrelated to any of them.
    """
    telling = [part.info.floors for part in parts if part.info.passages] or [parts[0].info.floors]
    strict, lenient = (max(each) for each in zip(*telling, strict=True))
    encoders = _by_encoder(parts)
    if len(encoders) == 1:
        return Floors(strict, lenient), [None] * len(parts)
    sizes = [part.manifest.dimension for part in encoders.values()]
    ends = dict(zip(encoders, accumulate(sizes), strict=True))
    sections: list[_Section | None] = []
    highest = lenient
    for part in parts:
        end = ends[part.manifest.encoder_json]
        scale = (1 - lenient) / max(1 - part.info.floors.lenient, 1e-6)
        sections.append(_Section(end - part.manifest.dimension, end, sum(sizes), scale))
        if part.info.passages:
            highest = max(highest, 1 - (1 - part.info.floors.strict) * scale)
    return Floors(highest, lenient), sections
