"""What a change did, counted while it happens."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ...corpus.document import Document
from ...corpus.fields import Fields
from ...corpus.readers.contract import Skipped

MOST_UNUSED = 200
"""How many different things that nothing holds a report names; the others are counted together."""

OTHERS = "others"

_EXAMPLES = 3
"""How many examples of a kind of remark a report has."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a change did.

    Attributes:
        added: Documents that are new.
        updated: Documents that replace an earlier version, or were indexed anew.
        unchanged: Documents that were there already.
        removed: Documents that were deleted.
        passages: Passages that were written.
        skipped: What could not be kept, with the reason.
        copied: Those among the passages whose vectors were there already, as those of a document whose text and title
            are as they were; the others are encoded.
        encoded: Passages that were in the collection and got their vectors.
        unencoded: Passages that have no vectors at the end, and are found by their words alone.
        unused: What the sources say of documents that were read and nothing holds, as `Document.unused` names it, and
            of how many documents, the most first; beyond MOST_UNUSED names they are counted together, as OTHERS.
        unfilled: Fields whose values have to be read from the sources: the index has got them now and no document has
            a value in them yet, or they are declared otherwise than before.
        remarks: What readers have to say of documents that they read all the same, by its kind, the most frequent
            first; beyond MOST_UNUSED kinds they are counted together, as OTHERS.
        missing: The sources that gave nothing at all: they are not there, or cannot be read.
        elsewhere: What came in from new sources and was there already from elsewhere, a line for each of these.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    passages: int = 0
    skipped: tuple[Skipped, ...] = ()
    copied: int = 0
    unused: Mapping[str, int] = field(default_factory=dict[str, int], hash=False)
    unfilled: tuple[str, ...] = ()
    remarks: Mapping[str, "Remarks"] = field(default_factory=dict[str, "Remarks"], hash=False)
    missing: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    encoded: int = 0
    unencoded: int = 0


class Remarks(NamedTuple):
    """What readers had to say of documents, of one kind: see `Document.remarks`.

    Attributes:
        documents: Of how many documents.
        examples: The first few: where each was read from, and its case in a few words.
    """

    documents: int
    examples: tuple[str, ...]


class Progress(NamedTuple):
    """How far a change has come.

    Attributes:
        documents: How many were looked at so far.
        passages: How many were written so far.
        total: How many documents there are to look at, or None if nobody knows.
        copied: For how many of the passages the vectors were there already, and were copied.
        waits_for: What all is done but for, in words; empty as long as there is something to do.
        encoded: How many passages of the collection have their vectors, once nothing else is left to do.
        to_encode: How many passages it has then; 0 before. `documents` are all of the collection then.
    """

    documents: int
    passages: int
    total: int | None = None
    copied: int = 0
    waits_for: str = ""
    encoded: int = 0
    to_encode: int = 0


def _tell_nobody(_: Progress) -> None:
    """The listener of who does not want to know."""


@dataclass(slots=True)
class Tally:
    """A report while it is being made.

    Attributes:
        listener: Is told how far the change has come.
        total: How many documents there are to look at, if that is known.
    """

    listener: Callable[[Progress], None] = _tell_nobody
    total: int | None = None

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    passages: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    copied: int = 0
    unused: dict[str, int] = field(default_factory=dict[str, int])
    remarks: dict[str, Remarks] = field(default_factory=dict[str, Remarks])
    encoded: int = 0

    def count_remarks(self, document: Document) -> None:
        """Count what its reader has to say of a document, each kind once."""
        told: dict[str, str] = {}
        for kind, example in document.remarks:
            is_counted = kind in self.remarks or len(self.remarks) < MOST_UNUSED
            told.setdefault(kind if is_counted else OTHERS, example)
        for kind, example in told.items():
            documents, examples = self.remarks.get(kind, Remarks(0, ()))
            if len(examples) < _EXAMPLES:
                where = document.origin or document.id
                examples = (*examples, f"{where} ({example})" if example else where)
            self.remarks[kind] = Remarks(documents + 1, examples)

    def count_unused(self, document: Document, fields: Fields) -> None:
        """Count what a document's source says of it and none of the collection's fields holds."""
        others = 0
        for name in dict.fromkeys((*document.unused, *(each for each in document.extra if each not in fields))):
            if name in self.unused or len(self.unused) < MOST_UNUSED:
                self.unused[name] = self.unused.get(name, 0) + 1
            else:
                others = 1
        if others:
            self.unused[OTHERS] = self.unused.get(OTHERS, 0) + 1

    def skip(self, skipped: Skipped) -> None:
        """Count what could not be kept, and tell."""
        self.skipped.append(skipped)
        self.tell()

    def count_passage(self) -> None:
        """Count a passage that was written, and tell."""
        self.passages += 1
        self.tell()

    def tell(self, waits_for: str = "") -> None:
        """Tell the listener how far the change has come, and what it waits for, if anything."""
        self.listener(Progress(self.documents(), self.passages, self.total, self.copied, waits_for))

    def documents(self) -> int:
        """How many documents were looked at so far."""
        return self.added + self.updated + self.unchanged + self.removed + len(self.skipped)

    def report(self) -> Report:
        """What the change did so far."""
        counts = self.added, self.updated, self.unchanged, self.removed, self.passages
        unused = sorted(self.unused.items(), key=lambda each: (each[0] == OTHERS, -each[1]))
        remarks = sorted(self.remarks.items(), key=lambda each: (each[0] == OTHERS, -each[1].documents))
        return Report(
            *counts, tuple(self.skipped), self.copied, dict(unused), remarks=dict(remarks), encoded=self.encoded
        )
