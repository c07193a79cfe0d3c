"""Changing a collection: add, update, remove, re-index, compact. Each commit happens as a whole or not at all."""

import json
import shutil
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from itertools import islice
from pathlib import Path

from ...corpus.document import Document, Passage
from ...corpus.fields import OwnField
from ...corpus.readers.contract import Skipped, unforeseen
from ...corpus.splitting.passages import split_passages
from ...errors import CollectionDamaged, ModelNotFound, NotFound
from ..encoding.adoption import adopt_encoder
from ..encoding.export import export_query_encoder
from ..encoding.floors import floors
from ..encoding.passage_encoder import CHUNK, PassageEncoder
from ..encoding.questions import unrelated_questions
from ..ledger.manifest import FIELDS
from ..ledger.near_copies import NearCopies
from ..reading.plan import Deadline, Meaning, Plan
from ..segments.encoded_passage import EncodedPassage
from ..segments.segment import open_columns
from .commit import Commit
from .earlier_vectors import EarlierVectors
from .store import SEGMENTS, Store, built_with
from .tally import Progress, Report, Tally

COMMIT_PASSAGES = 50_000
"""A large addition is committed in steps of about this many passages: an interruption costs one step at most."""

SEGMENT_PASSAGES = 250_000
"""The most passages in a segment: writing one takes memory and time in proportion."""

MAX_SEGMENTS = 16
"""After a commit that leaves more, the smallest are merged, except those that have half of SEGMENT_PASSAGES."""

GRACE_SECONDS = 3600.0
"""How long what is retired stays on disk, for readers that opened the collection before."""


class Writer:
    """Changes a store. To be used while `store.writing` is held, for one change.

    Args:
        store: The collection.
        progress: Is told of every document that is skipped and every passage that is written.
    """

    def __init__(self, store: Store, progress: Callable[[Progress], None] | None = None) -> None:
        self._store = store
        self._ledger = store.ledger
        self.database = store.database
        self._notify: Callable[[Progress], None] = progress or _ignore
        self._tally = Tally()
        self._total: int | None = None
        self._committed = Report()

    @property
    def committed(self) -> Report:
        """What has been committed so far, also after an error or an interruption."""
        return self._committed

    def add(self, documents: Iterable[Document | Skipped]) -> Report:
        """Bring documents in: add new ones, replace changed ones, leave unchanged ones alone.

        Nothing is encoded for a document whose text and title are as they were: what else it has is replaced, and the
        vectors are copied. Of one that has not changed, what was cut may have: then that alone is replaced.

        A large addition is committed in steps; an error undoes the step that it happens in, and none before it.

        Args:
            documents: What to bring in. A document that cannot be kept is in the report with the reason, as is every
                Skipped among them.

        Raises:
            CollectionMismatch: The model is no longer the one that the collection was built with.
            ModelNotFound: The model is gone.
        """
        remaining = _Remaining(documents)
        while not remaining.exhausted:
            with self._commit() as commit:
                self._index(self._admitted(remaining), commit)
        self._merge_if_many()
        return self._tally.report()

    def remove(self, document_ids: Iterable[str]) -> Report:
        """Delete documents.

        Args:
            document_ids: Their ids; one that is repeated counts once.

        Raises:
            NotFound: One of them does not exist. Nothing is deleted then.
        """
        with self._commit():
            for document_id in dict.fromkeys(document_ids):
                known = self._ledger.live_version(document_id)
                if known is None:
                    raise NotFound(f"no document {document_id!r} in the collection: nothing was removed")
                self._ledger.retire_document(known.version)
                self._tally.removed += 1
        return self._tally.report()

    def compact(self) -> Report:
        """Rewrite all segments into as few as possible, without what was deleted.

        Raises:
            CollectionDamaged: A segment is missing or damaged.
        """
        self._store.snapshot()  # which finds out whether they are whole
        state = self._ledger.state()
        if len(state.segments) > 1 or any(map(len, state.deleted.values())):
            with self._commit() as commit:
                self._rewrite([number for number, _ in state.segments], commit)
        return self._tally.report()

    def reindex(self, model: str, own: Iterable[OwnField] = ()) -> Report:
        """Index all documents anew, under the present settings, in one commit.

        The vectors of a passage are copied if they would come out the same: its document was split as it is now, and
        the encoder is the one that made them.

        Args:
            model: DEFAULT_MODEL, or the path of a model's folder.
            own: Fields that the collection is to have of its own from now on, beside those that it has or in place of
                those of the same names.

        Raises:
            InvalidField: They are too many.
            ModelNotFound: There is no such model, or it cannot be exported. If it is the collection's own that is gone,
                then only if a passage has to be encoded.
        """
        before_fields = self._ledger.manifest.fields
        fields = before_fields.with_own(own)
        lacking = self._lacking() | {name for name in fields.names if name not in before_fields}
        changed = {each.name for each in fields.own if each not in before_fields.own}
        encoder = self._exported(model)
        self._total = self._ledger.count_documents()
        with self._commit() as commit:
            before = [number for number, _ in self._ledger.state().segments]
            earlier = self._earlier
            adopted = adopt_encoder(self._store.folder, encoder) if encoder else {}
            for name, value in {**built_with(), **adopted}.items():
                self.database.set(name, value)
            if fields.own:
                self.database.set(FIELDS, fields.settings())
            manifest = self._ledger.manifest
            commit.dimension, commit.fields = manifest.dimension, manifest.fields
            self._index(self._live_passages(), commit, copying=earlier.are_as_of(manifest))
            for number in before:
                self._ledger.retire_segment(number)
        snapshot = self._store.snapshot()
        unfilled = tuple(
            name for name in fields.names if name in changed or (name in lacking and not snapshot.values(name, "", 1))
        )
        return replace(self._tally.report(), unfilled=unfilled)

    def _exported(self, model: str) -> Path | None:
        """The query encoder of a model; None for the collection's own where the model is gone, and so it is kept."""
        try:
            return export_query_encoder(model)
        except ModelNotFound:
            if model != self._ledger.manifest.model:
                raise
            return None

    def _lacking(self) -> frozenset[str]:
        """The fields that a segment was made without, of those segments whose columns can be read."""
        names = frozenset(self._ledger.manifest.fields.names)
        present: list[frozenset[str]] = []
        for _, name in self._ledger.state().segments:
            with suppress(CollectionDamaged):
                present.append(open_columns(self._store.folder / SEGMENTS / name).fields)
        return names - names.intersection(*present)

    @cached_property
    def _encoder(self) -> PassageEncoder:
        """Loading it takes seconds, which a change that encodes nothing need not wait for."""
        manifest = self._ledger.manifest
        return PassageEncoder(manifest.model, manifest.encoder)

    @cached_property
    def _earlier(self) -> EarlierVectors:
        """The vectors that there were before the change, in which it must be asked for first."""
        return EarlierVectors(self._ledger, self._store.folder / SEGMENTS)

    def _index(self, passages: Iterator[tuple[int, Passage]], commit: Commit, *, copying: bool = True) -> None:
        """Write passages, each of that version of its document; those are encoded that have no earlier vectors."""
        while chunk := list(islice(passages, CHUNK)):
            copies = [self._earlier.of(*each) if copying else None for each in chunk]
            missing = [each for each, copy in zip(chunk, copies, strict=True) if copy is None]
            encoded = self._encoder.encode(missing) if missing else iter(())
            for copy in copies:
                self._tally.copied += copy is not None
                commit.add(copy or next(encoded))
                self._tally.passages += 1
                self._notify(self._tally.progress(self._total))

    def _admitted(self, documents: "_Remaining") -> Iterator[tuple[int, Passage]]:
        """The passages of as many documents as one commit takes, each with its document's version."""
        passages = 0
        fields = self._ledger.manifest.fields
        for document in documents:
            if isinstance(document, Skipped):
                self._skip(document)
                continue
            self._tally.count_unused(document, fields)
            self._tally.count_remarks(document)
            known = self._ledger.live_version(document.id)
            if known is not None and known.hash == document.content_hash:
                if _is_unicode(document):
                    self._ledger.keep_cut(known.version, document.cut)
                self._tally.unchanged += 1
                continue
            split = _split(document)
            if isinstance(split, Skipped):
                self._skip(split)
                continue
            if known is not None:
                self._ledger.retire_document(known.version)
                self._tally.updated += 1
            else:
                self._tally.added += 1
            version = self._ledger.add_document(document)
            if known is not None and self._is_read_alike(known.version, document):
                self._earlier.follow(known.version, version)
            for passage in split:
                yield version, passage
            passages += len(split)
            if passages >= COMMIT_PASSAGES:
                return

    def _is_read_alike(self, version: int, document: Document) -> bool:
        """Whether a document has all that is encoded, its text and title, as an earlier version of it had them."""
        before = self._ledger.document(version)
        return before is not None and (before.text, before.title) == (document.text, document.title)

    def _live_passages(self) -> Iterator[tuple[int, Passage]]:
        """The passages of all documents, split anew, each with its document's version."""
        for document_id in self._ledger.live_ids():
            known = self._ledger.live_version(document_id)
            document = self._ledger.live_document(document_id)
            if known is None or document is None:
                raise CollectionDamaged(f"document {document_id!r} vanished from the ledger while it was read")
            self._tally.updated += 1
            for passage in split_passages(document):
                yield known.version, passage

    def _skip(self, skipped: Skipped) -> None:
        self._tally.skipped.append(skipped)
        self._notify(self._tally.progress(self._total))

    def _merge_if_many(self) -> None:
        snapshot = self._store.snapshot()
        sizes = {number: snapshot.count_in(number) for number, _ in self._ledger.state().segments}
        small = sorted((n for n in sizes if sizes[n] < SEGMENT_PASSAGES // 2), key=lambda n: (sizes[n], n))
        if len(sizes) > MAX_SEGMENTS and len(small) > 1:
            # Half of them at once: a passage is then rewritten a number of times that grows as the logarithm of the
            # collection's size, not with every commit.
            with self._commit() as commit:
                self._rewrite(small[: MAX_SEGMENTS // 2 + len(sizes) - MAX_SEGMENTS], commit)

    def _rewrite(self, numbers: Sequence[int], commit: Commit) -> None:
        """Copy the live passages of segments into new ones, vectors as they are, and retire the old."""
        snapshot = self._store.snapshot()
        for number in numbers:
            for version, passages in snapshot.live_by_document(number):
                document = self._ledger.document(version)
                if document is None:
                    raise CollectionDamaged(f"version {version} of a document is missing from the ledger")
                for stored in passages:
                    commit.add(EncodedPassage(version, document, *stored))
            self._ledger.retire_segment(number)

    @contextmanager
    def _commit(self) -> Generator[Commit]:
        """One commit: what is written within the block becomes visible at its end, or not at all."""
        commit = Commit(self._store, SEGMENT_PASSAGES)
        try:
            with self.database.change():
                yield commit
                commit.close_segment()
                NearCopies(self.database).update()
                forgotten = self._ledger.collect(time.time() - GRACE_SECONDS)
                if self.database.has_changed:
                    self.database.set("floors", self._measured_floors())
        except BaseException:
            commit.abandon()
            raise
        self._committed = self._tally.report()
        for name in forgotten:
            shutil.rmtree(self._store.folder / SEGMENTS / name, ignore_errors=True)

    def _measured_floors(self) -> Sequence[float]:
        snapshot = self._store.uncommitted()
        if not snapshot.info.passages:
            return floors([])
        nearest: list[float] = []
        for question in self._store.encoder(snapshot.manifest).encode(unrelated_questions()):
            found = snapshot.candidates(Plan(legs={"meaning": Meaning(question, floor=-1.0)}), 1, Deadline())
            nearest += found.legs["meaning"].evidence[0].tolist()
        return floors(nearest)


def _ignore(_: Progress) -> None:
    """Tell nobody."""


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
