"""Changing a collection: add, update, remove, re-index, compact. Each commit happens as a whole or not at all."""

import json
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Document, Passage, Span
from ...corpus.readers.contract import Skipped, unforeseen
from ...corpus.splitting.passages import split_passages
from ...errors import CollectionDamaged, NotFound
from ..constraints import All
from ..encoding.export import export_query_encoder
from ..encoding.floors import PROBES, floors
from ..encoding.passage_encoder import EncoderInput, PassageEncoder
from ..encoding.query_encoder import EncoderInfo
from ..segments.segment import SegmentWriter
from .store import SEGMENTS, Store, adopt_encoder, built_with

COMMIT_PASSAGES = 50_000
"""A large addition is committed in steps of about so many passages, so that an interruption costs one step at most."""

SEGMENT_PASSAGES = 250_000
"""No segment grows larger: writing one takes memory and time in proportion."""

MAX_SEGMENTS = 16
"""After a commit that leaves more, the smallest are merged, except those already half as large as may be."""

GRACE_SECONDS = 3600.0
"""What is retired stays on disk so long, for readers that opened the collection before."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a change did, in documents; `passages` is how many passages were written."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    passages: int = 0
    skipped: tuple[Skipped, ...] = ()


class Progress(NamedTuple):
    """How far a change has come: documents looked at and passages written so far.

    `total` is how many documents there are to look at, or None if nobody knows.
    """

    documents: int
    passages: int
    total: int | None = None


@dataclass(slots=True)
class _Tally:
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    passages: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    def documents(self) -> int:
        return self.added + self.updated + self.unchanged + self.removed + len(self.skipped)

    def report(self) -> Report:
        return Report(self.added, self.updated, self.unchanged, self.removed, self.passages, tuple(self.skipped))


class Writer:
    """Changes a store. To be used while `store.writing` is held, for one change."""

    def __init__(self, store: Store, progress: Callable[[Progress], None] | None = None) -> None:
        self._store = store
        self.ledger = store.ledger
        self._notify = progress or (lambda _: None)
        self._tally = _Tally()
        self._total: int | None = None
        self._committed = Report()

    @property
    def committed(self) -> Report:
        """What is safely in the collection so far, also after an error or an interruption."""
        return self._committed

    def add(self, documents: Iterable[Document | Skipped]) -> Report:
        """Bring documents in: add new ones, replace changed ones, leave unchanged ones alone.

        A document that cannot be kept, and every Skipped that comes along, is in the report with the reason. A large
        addition is committed in steps; an error comes out of the step that it happened in, after the ones before it.
        """
        remaining = _Remaining(documents)
        encoder: PassageEncoder | None = None
        while not remaining.exhausted:
            with self._commit() as commit:
                waiting: deque[tuple[int, Passage]] = deque()
                passages = self._admitted(remaining, waiting)
                first = next(passages, None)
                if first is not None:
                    # Only now: loading the model takes seconds, which a change without news need not wait for.
                    encoder = encoder or self._passage_encoder()
                    self._encode(encoder, chain([first], passages), waiting, commit)
        self._merge_if_many()
        return self._tally.report()

    def remove(self, document_ids: Iterable[str]) -> Report:
        """Delete documents. Raises NotFound, and deletes nothing, if one of them does not exist."""
        with self._commit():
            for document_id in dict.fromkeys(document_ids):
                known = self.ledger.live_version(document_id)
                if known is None:
                    raise NotFound(f"no document {document_id!r} in the collection: nothing was removed")
                self.ledger.retire_document(known[0])
                self._tally.removed += 1
        return self._tally.report()

    def compact(self) -> Report:
        """Rewrite all segments into as few as there may be, without what was deleted."""
        self._store.snapshot()  # which finds out whether they are whole
        state = self.ledger.state()
        if len(state.segments) > 1 or any(map(len, state.deleted.values())):
            with self._commit() as commit:
                self._rewrite([number for number, _ in state.segments], commit)
        return self._tally.report()

    def reindex(self, model: str) -> Report:
        """Split and encode all documents anew, with that model, under the present settings; one commit."""
        exported = export_query_encoder(model)
        self._total = self.ledger.count_documents()
        with self._commit() as commit:
            before = [number for number, _ in self.ledger.state().segments]
            for name, value in {**built_with(), **adopt_encoder(self._store.folder, exported)}.items():
                self.ledger.set(name, value)
            commit.dimension = self.ledger.setting("encoder")["dimension"]
            waiting: deque[tuple[int, Passage]] = deque()
            self._encode(self._passage_encoder(), self._live_passages(waiting), waiting, commit)
            for number in before:
                self.ledger.retire_segment(number)
        return self._tally.report()

    def _passage_encoder(self) -> PassageEncoder:
        recorded = self.ledger.setting("encoder")
        return PassageEncoder(recorded["name"], EncoderInfo(**recorded))

    def _encode(
        self,
        encoder: PassageEncoder,
        inputs: Iterable[EncoderInput],
        waiting: deque[tuple[int, Passage]],
        commit: "_Commit",
    ) -> None:
        """Encode passages and write each with the version and passage that `waiting` holds for it."""
        for encoded in encoder.encode(inputs):
            version, passage = waiting.popleft()
            span = Span(passage.start, passage.end)
            commit.add(version, passage.document, span, encoded.vector, passage.sentences, encoded.sentence_vectors)
            self._tally.passages += 1
            self._notify(Progress(self._tally.documents(), self._tally.passages, self._total))

    def _admitted(self, documents: "_Remaining", waiting: deque[tuple[int, Passage]]) -> Iterator[EncoderInput]:
        """The passages to encode of as many documents as one commit takes; `waiting` gets each with its version."""
        passages = 0
        for document in documents:
            if isinstance(document, Skipped):
                self._skip(document)
                continue
            known = self.ledger.live_version(document.id)
            if known is not None and known[1] == document.content_hash:
                self._tally.unchanged += 1
                continue
            cut = _split(document)
            if isinstance(cut, Skipped):
                self._skip(cut)
                continue
            if known is not None:
                self.ledger.retire_document(known[0])
                self._tally.updated += 1
            else:
                self._tally.added += 1
            version = self.ledger.add_document(document)
            for passage in cut:
                waiting.append((version, passage))
                yield EncoderInput.of(passage)
            passages += len(cut)
            if passages >= COMMIT_PASSAGES:
                return

    def _live_passages(self, waiting: deque[tuple[int, Passage]]) -> Iterator[EncoderInput]:
        for document_id in self.ledger.live_ids():
            known = self.ledger.live_version(document_id)
            document = self.ledger.live_document(document_id)
            if known is None or document is None:
                raise CollectionDamaged(f"document {document_id!r} vanished from the ledger while it was read")
            self._tally.updated += 1
            for passage in split_passages(document):
                waiting.append((known[0], passage))
                yield EncoderInput.of(passage)

    def _skip(self, skipped: Skipped) -> None:
        self._tally.skipped.append(skipped)
        self._notify(Progress(self._tally.documents(), self._tally.passages, self._total))

    def _merge_if_many(self) -> None:
        snapshot = self._store.snapshot()
        sizes = {number: snapshot.count_in(number) for number, _ in self.ledger.state().segments}
        small = sorted((n for n in sizes if sizes[n] < SEGMENT_PASSAGES // 2), key=lambda n: (sizes[n], n))
        if len(sizes) > MAX_SEGMENTS and len(small) > 1:
            # Half of them at once: a passage is then rewritten a number of times that grows as the logarithm of the
            # collection's size, not with every commit.
            with self._commit() as commit:
                self._rewrite(small[: MAX_SEGMENTS // 2 + len(sizes) - MAX_SEGMENTS], commit)

    def _rewrite(self, numbers: Sequence[int], commit: "_Commit") -> None:
        """Copy the live passages of segments into new ones, vectors as they are, and retire the old."""
        snapshot = self._store.snapshot()
        for number in numbers:
            for version, passages in snapshot.live_by_document(number):
                document = self.ledger.document(version)
                if document is None:
                    raise CollectionDamaged(f"version {version} of a document is missing from the ledger")
                for span, vector, sentences, sentence_vectors in passages:
                    commit.add(version, document, span, vector, sentences, sentence_vectors)
            self.ledger.retire_segment(number)

    @contextmanager
    def _commit(self) -> Iterator["_Commit"]:
        """One commit: what is written within the block becomes visible at its end, or not at all."""
        commit = _Commit(self._store)
        try:
            with self.ledger.change():
                yield commit
                commit.close_segment()
                self.ledger.find_copies()
                forgotten = self.ledger.collect(time.time() - GRACE_SECONDS)
                if self.ledger.has_changed:
                    self.ledger.set("floors", self._measured_floors())
        except BaseException:
            commit.abandon()
            raise
        self._committed = self._tally.report()
        for name in forgotten:
            shutil.rmtree(self._store.folder / SEGMENTS / name, ignore_errors=True)

    def _measured_floors(self) -> Sequence[float]:
        snapshot = self._store.uncommitted()
        everything = snapshot.select(All(()))
        if not snapshot.count:
            return floors([])
        similarities = []
        for probe in self._store.encoder(snapshot).encode(PROBES):
            similarities += snapshot.cosines(probe, everything.nearest(probe, 1)).tolist()
        return floors(similarities)


def _split(document: Document) -> list[Passage] | Skipped:
    """A document's passages, or why it has none."""
    origin = document.origin or document.id
    if not _is_unicode(document):
        return Skipped(origin, "it holds half characters (lone surrogates)")
    try:
        return list(split_passages(document)) or Skipped(origin, "it has no text")
    except Exception as error:
        return unforeseen(origin, error)


def _is_unicode(document: Document) -> bool:
    try:
        (json.dumps(document.description(), ensure_ascii=False) + document.text).encode()
    except UnicodeEncodeError:
        return False
    return True


class _Remaining:
    """An iterator that knows when it has come to its end."""

    def __init__(self, documents: Iterable[Document | Skipped]) -> None:
        self._documents = iter(documents)
        self.exhausted = False

    def __iter__(self) -> "_Remaining":
        return self

    def __next__(self) -> Document | Skipped:
        try:
            return next(self._documents)
        except StopIteration:
            self.exhausted = True
            raise


class _Commit:
    """The segments of one commit, and the passages in them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.dimension: int = store.ledger.setting("encoder")["dimension"]
        self._writer: SegmentWriter | None = None
        self._number = 0
        self._rows: list[tuple[int, int, int, int]] = []

    def add(
        self,
        version: int,
        document: Document,
        span: Span,
        vector: NDArray[np.float32],
        sentences: Sequence[tuple[int, int]] | NDArray[np.int32],
        sentence_vectors: NDArray[np.int8],
    ) -> None:
        """Add a passage of that version of a document."""
        if self._writer is not None and len(self._writer) >= SEGMENT_PASSAGES:
            self.close_segment()
        if self._writer is None:
            name = self._store.new_segment_name()
            self._writer = SegmentWriter(self._store.folder / SEGMENTS / name, self.dimension)
            self._number = self._store.ledger.add_segment(name)
        ordinal = self._writer.add(version, document, span, vector, sentences, sentence_vectors)
        self._rows.append((ordinal, version, span.start, span.end))

    def close_segment(self) -> None:
        """Write out the segment that is being written, if there is one."""
        if self._writer is not None:
            self._writer.close()
            self._store.ledger.add_passages(self._number, self._rows)
            self._writer, self._rows = None, []

    def abandon(self) -> None:
        """Leave nothing of the segment that is being written; finished ones are swept by the next writer."""
        if self._writer is not None:
            self._writer.cancel()
