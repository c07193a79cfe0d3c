"""Several collections asked side by side: one view over the segments of all of them, as if they were one collection.

What is counted (in how many passages a word is, how long these are, how many have a value) is counted on all of them,
so that the parts of a collection side by side answer as the whole does. Near-copies are known within each one alone.

A document is known by its id. If a collection before it has a document of that id as well, its collection's label and
a colon come first, so that every document can be named.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Document, Span
from ...corpus.fields import Fields, OwnField
from ...errors import CollectionMismatch
from ..encoding.floors import Floors
from ..ledger.near_copies import Copies
from ..segments.segment import Segment
from .lexicon import Lexicon
from .snapshot import Snapshot
from .stack import Stack
from .stack_view import StackView
from .view import Info, Owner

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
        self._names: dict[tuple[str, int], str] = {}  # of documents that were looked at
        self._owners = [Owner(name, label, part.info.generation) for name, label, part in named]
        stacks = [part.stack for part in self._parts]
        stack = _Stacks(
            self.resolve,
            [index for index, each in enumerate(stacks) for _ in each.segments],
            [segment for each in stacks for segment in each.segments],
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
            # What is near must be nearer than what is unrelated to any of them.
            floors=Floors(*(max(each) for each in zip(*(each.floors for each in infos), strict=True))),
            ranking=infos[0].ranking,
            variants=tuple(dict.fromkeys(chain.from_iterable(each.variants for each in infos))),
            scripts=lexicon.scripts,
        )
        copies = [part.copies.raised(index << _LEDGER) for index, part in enumerate(self._parts)]
        super().__init__(stack, lexicon, Copies(np.concatenate(copies)), info, self._parts[0].manifest.dimension)

    def document(self, number: int) -> Document:
        """See `StackView.document`."""
        index = number >> _LEDGER
        document = self._parts[index].document(number & ((1 << _LEDGER) - 1))
        return replace(document, id=self._name(document.id, index))

    def find(self, document_id: str, span: Span | None = None) -> NDArray[np.int64]:
        """See `View.find`."""
        known = self.resolve(document_id)
        if known is None:
            return np.zeros(0, np.int64)
        index, own_id = known
        return self._parts[index].find(own_id, span) + self._starts[index]

    def resolve(self, document_id: str) -> tuple[int, str] | None:
        """Which collection a document is in, by its position, and the document's id there; None if it is in none."""
        for index, part in enumerate(self._parts):
            if len(part.find(document_id)):
                return index, document_id
        for index, owner in enumerate(self._owners):
            own_id = document_id.removeprefix(f"{owner.label}:")
            if own_id != document_id and len(self._parts[index].find(own_id)):
                return index, own_id
        return None

    def _name(self, document_id: str, index: int) -> str:
        known = document_id, index
        if known not in self._names:
            hidden = any(len(part.find(document_id)) for part in self._parts[:index])
            self._names[known] = f"{self._owners[index].label}:{document_id}" if hidden else document_id
        return self._names[known]

    def _called(self, document_id: str, number: int) -> str:
        return self._name(document_id, self._index(number))

    def encode(self, text: str) -> NDArray[np.float32]:
        """See `View.encode`. Raises CollectionMismatch if the collections' vectors cannot be compared."""
        self._check_encoders()
        return self._parts[0].encode(text)

    def vectors(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """See `View.vectors`, and `encode`."""
        self._check_encoders()
        return super().vectors(numbers)

    def _check_encoders(self) -> None:
        first = self._parts[0].manifest
        for owner, part in zip(self._owners, self._parts, strict=True):
            if part.manifest.encoder_json != first.encoder_json:
                raise CollectionMismatch(
                    f"{owner.collection} was not made with the encoder of {self._owners[0].collection}, so that their "
                    "meaning cannot be compared: ask them by words alone (--mode keyword, mode=keyword), or give one "
                    "the other's with `dragoman reindex --model NAME`"
                )

    def _owner(self, number: int) -> Owner:
        return self._owners[self._index(number)]

    def _index(self, number: int) -> int:
        return int(np.searchsorted(self._starts, number, "right")) - 1


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
