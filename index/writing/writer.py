"""Changing a collection: add, update, remove, re-index, compact. Each commit happens as a whole or not at all."""

import math
import shutil
import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path

from ...corpus.document import Document, Passage
from ...corpus.fields import OwnField
from ...corpus.readers.contract import Skipped
from ...corpus.splitting.passages import split_passages
from ...errors import CollectionDamaged, ModelNotFound, NotFound
from ...refusals import telling_refusals
from ..encoding.adoption import ENCODERS, adopt_encoder, collect_encoders
from ..encoding.export import exported_query_encoder
from ..keeping.open_segments import first_fault
from ..ledger.manifest import FIELDS, Manifest
from ..ledger.near_copies import NearCopies
from ..ledger.origins import Origins
from ..reading.snapshot import Snapshot, StoredPassage
from ..reading.view import LeftOut
from ..segments.encoded_passage import EncodedPassage
from ..segments.segment import SegmentWriter, open_columns
from ..segments.similarity.vector_rows import OrdinalVectors
from .admission import Admission
from .commit import Commit
from .lease import taking_away
from .store import SEGMENTS, Store, built_with
from .tally import Progress, Report, Tally
from .vectors.earlier_vectors import EarlierVectors
from .vectors.nearest import measured_floors
from .vectors.passage_vectors import PassageVectors
from .vectors.vector_part import write_vector_part

COMMIT_PASSAGES = 50_000
"""A large addition is committed in steps of about this many passages: an interruption costs one step at most."""

SEGMENT_PASSAGES = 250_000
"""The most passages in a segment: writing one takes memory and time in proportion."""

MAX_SEGMENTS = 16
"""After a commit that leaves more, the smallest are merged, except those that have half of SEGMENT_PASSAGES."""

ENCODED_AT_ONCE = 2_048
"""So many passages, or one in MOST_PARTS of a segment if that is more, are given vectors in one commit."""

MOST_PARTS = 8
"""In about so many parts a segment gets its vectors: each one is asked by itself."""

GRACE_SECONDS = 3600.0
"""How long what is retired stays on disk, for readers that opened the collection before."""

_RENAMED = 2_000
"""So many documents are renamed in one commit."""


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
        self.kept_states = store.kept_states
        self._tally = Tally() if progress is None else Tally(progress)
        self._vectors = PassageVectors(store, self._tally)
        self._committed = Report()

    @property
    def committed(self) -> Report:
        """What has been committed so far, also after an error or an interruption."""
        return self._committed

    def tell_waiting(self, waits_for: str) -> None:
        """Say what the change waits for.

        Args:
            waits_for: It, in words.
        """
        self._tally.tell(waits_for)

    def add(self, documents: Iterable[Document | Skipped], *, as_dated: bool = False) -> Report:
        """Bring documents in: add new ones, replace changed ones, leave unchanged ones alone.

        They are found by their words at once, and by their meaning when their passages are encoded: see `encode_next`.
        Of a document whose text and title are as they were, what else it has is replaced, and the vectors are copied.
        Of one that has not changed, what was cut may have: then that alone is replaced.

        A large addition is committed in steps; an error undoes the step that it happens in, and none before it.

        Args:
            documents: What to bring in. A document that cannot be kept is in the report with the reason, as is every
                Skipped among them.
            as_dated: Whether they came in when they say that they came in elsewhere, and not now.

        Raises:
            CollectionMismatch: The model is no longer the one that the collection was built with.
            ModelNotFound: The model is gone.
        """
        admission = Admission(documents, self._ledger, self._vectors, self._tally, as_dated=as_dated)
        while not admission.is_over:
            with self._commit() as commit:
                self._index(admission.passages(COMMIT_PASSAGES), commit, encoding=False)
        self._merge_if_many()
        return self._tally.report()

    def encode_next(self) -> bool:
        """Give vectors to some of the passages that have none, in one commit.

        To be called again and again, and other writers may come in between. Passages whose vectors are damaged, and
        lie beside their segment, have none.

        Returns:
            Whether there were any.

        Raises:
            CollectionMismatch: The model is no longer the one that the collection was built with.
            ModelNotFound: The model is gone.
            CollectionDamaged: The ledger lacks a document.
        """
        snapshot = self._store.snapshot()
        for number, segment in snapshot.numbered():
            lacking = snapshot.lacking(number)
            if not len(lacking):
                continue
            chosen: list[int] = lacking[: max(ENCODED_AT_ONCE, -(-len(segment) // MOST_PARTS))].tolist()
            is_rest = len(chosen) == len(lacking)
            # With the last of them go all that were given before, since each part is asked by itself.
            earlier = segment.vectors.parts[1:] if is_rest else ()
            names = [each.folder.name for each in earlier]
            if self._leave_out_damaged(names):
                return True
            name = self._store.new_segment_name()
            encoded = zip(chosen, self._vectors.encoder.encode(snapshot.passages_of(number, chosen)), strict=True)
            folder = self._store.folder / SEGMENTS / name
            with telling_refusals(folder):
                write_vector_part(folder, segment, self._told(encoded, snapshot), *earlier)
            with self._commit():
                if is_rest:
                    for each in names:
                        self._ledger.retire_vector_part(each)
                    # Until now they said that there is something to mend.
                    for damaged in self._ledger.vector_parts().get(number, ()):
                        self._ledger.drop_vector_part(damaged)
                self._store.sealing.seal(SEGMENTS, name)
                self._ledger.add_vector_part(number, name)
            return True
        return False

    def _told(self, encoded: Iterable[tuple[int, EncodedPassage]], before: Snapshot) -> Iterator[OrdinalVectors]:
        """Vectors as they come, of which the listener is told."""
        documents, whole = self._ledger.count_documents(), before.info.passages
        for done, (ordinal, passage) in enumerate(encoded, whole - before.info.unencoded + 1):
            yield ordinal, passage.vector, passage.sentence_vectors
            self._tally.encoded += 1
            self._tally.listener(Progress(documents, 0, documents, encoded=done, to_encode=whole))

    def take_over(self, earlier: Store) -> None:
        """Copy vectors from a collection that the one which is written takes the place of, where they are the same.

        Args:
            earlier: That collection, which stays open as long as anything is added.
        """
        self._vectors.take_over(earlier)

    def take(self, documents: Iterable[tuple[Document, Iterable[StoredPassage]]]) -> Report:
        """Bring documents into an empty collection with the passages and vectors that they have, in one commit.

        Args:
            documents: Documents of different ids, each with its passages in order. They came in when they say so.
        """
        with self._commit() as commit:
            for document, passages in documents:
                version = self._ledger.add_document(document, document.added)
                for stored in passages:
                    commit.add(stored.of(version, document))
                    self._tally.passages += 1
                    self._tally.copied += 1
                self._tally.added += 1
                self._tally.tell()
        return self._tally.report()

    def rename(self, names: Iterable[tuple[str, str, str]]) -> Report:
        """Call documents otherwise. They have come in when they did, and nothing is encoded.

        Args:
            names: Of each document the id that it has, the one that it gets, and what it was read from by then. Where
                a document has the new id already, that one stays and the other is deleted.
        """
        rest = iter(names)
        while batch := list(islice(rest, _RENAMED)):
            with self._commit() as commit:
                self._index(self._renamed(batch), commit, encoding=False)
        self._merge_if_many()
        return self._tally.report()

    def _renamed(self, names: Iterable[tuple[str, str, str]]) -> Iterator[tuple[int, Passage]]:
        earlier = self._vectors.earlier
        for before, name, origin in names:
            known, document = self._ledger.live_version(before), self._ledger.live_document(before)
            if known is None or document is None:
                continue
            self._ledger.retire_document(known.version)
            if self._ledger.live_version(name) is not None:
                self._tally.removed += 1
                continue
            renamed = replace(document, id=name, origin=origin)
            version = self._ledger.add_document(renamed, document.added)
            earlier.follow(known.version, version)
            self._tally.updated += 1
            for passage in split_passages(renamed):
                yield version, passage

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

    def purge(self, document_ids: Sequence[str]) -> Report:
        """Delete documents, and leave nothing of any of their versions in the ledger's rows and in segments.

        Segments with passages of theirs are rewritten, and gone at once, whoever is reading them. No kept state may
        hold one of them, and `taking_away` must be held.

        Args:
            document_ids: Their ids, of documents that are there or were removed earlier.

        Raises:
            CollectionDamaged: A segment that holds one of them is missing or damaged.
            OSError: A segment cannot be removed.
        """
        holding = self._ledger.segments_holding(document_ids)
        self._check_whole(holding)
        with self._commit(is_purge=True) as commit:
            for document_id in document_ids:
                if known := self._ledger.live_version(document_id):
                    self._ledger.retire_document(known.version)
                    self._tally.removed += 1
            self._rewrite(holding, commit, self._store.uncommitted())
            Origins(self.database).forget_documents(document_ids)
        return self._tally.report()

    def compact(self) -> Report:
        """Rewrite all segments into as few as possible, without what was deleted.

        Raises:
            CollectionDamaged: A segment is missing or damaged.
        """
        state = self._ledger.state()
        if len(state.segments) > 1 or any(map(len, state.deleted.values())):
            numbers = [number for number, _ in state.segments]
            self._check_whole(numbers)
            with self._commit() as commit:
                self._rewrite(numbers, commit, self._store.snapshot())
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
        self._tally.total = self._ledger.count_documents()
        with self._exported(model) as encoder, self._commit() as commit:
            before = [number for number, _ in self._ledger.segments()]
            earlier = self._vectors.earlier
            adopted = adopt_encoder(self._store.folder, encoder) if encoder else {}
            for name, value in {**built_with(), **adopted}.items():
                self.database.set(name, value)
            if adopted:
                self._store.sealing.seal(ENCODERS, adopted["encoder_folder"])
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

    def rewrite(self, segment: int, manifest: Manifest, passages: Iterable[EncodedPassage]) -> None:
        """Put a new folder in the place of a segment's, in one commit. What it is asked depends on both being alike.

        Args:
            segment: The segment's number.
            manifest: That of a state which it belongs to.
            passages: All that it has by the ledger, deleted ones too, in the same order.
        """
        name = self._store.new_segment_name()
        written = SegmentWriter(self._store.folder / SEGMENTS / name, manifest.dimension, manifest.fields)
        with self._commit(is_measured=False):
            try:
                for passage in passages:
                    written.add(passage)
                    self._tally.count_passage()
                written.close()
            except BaseException:
                written.cancel()
                raise
            self._store.sealing.seal(SEGMENTS, name)
            self._ledger.rename_segment(segment, name)

    def rebuild(self, damaged: Collection[int]) -> Report:
        """Index anew, in one commit, the documents that lie in damaged segments, and those that lie in none.

        Nothing is encoded for a passage whose vectors are whole.

        Args:
            damaged: The numbers of the segments, which are retired.

        Raises:
            CollectionMismatch: The model is no longer the one that the collection was built with.
            ModelNotFound: The model is gone, and a passage has to be encoded.
        """
        versions = self._ledger.live_versions_in(damaged)
        self._tally.total = len(versions)
        with self._commit(is_measured=False) as commit:
            self._index(self._rebuilt(versions, damaged, self._vectors.earlier), commit)
            for number in damaged:
                self._ledger.retire_segment(number)
        return self._tally.report()

    def _rebuilt(
        self, versions: Iterable[int], damaged: Collection[int], earlier: EarlierVectors
    ) -> Iterator[tuple[int, Passage]]:
        """The passages of documents, split anew. One that lies in other segments as well leaves these."""
        for before in versions:
            version, document = before, self._ledger.document(before)
            if document is None:
                raise CollectionDamaged(f"version {version} of a document vanished from the ledger while it was read")
            if any(each.segment not in damaged for each in self._ledger.live_passages(before)):
                self._ledger.retire_document(before)
                version = self._ledger.add_document(document, document.added)
                earlier.follow(before, version)
            self._tally.updated += 1
            for passage in split_passages(document):
                yield version, passage

    @contextmanager
    def _exported(self, model: str) -> Generator[Path | None]:
        """The query encoder of a model; None for the collection's own where the model is gone, and so it is kept."""
        with ExitStack() as stack:
            encoder = None
            try:
                encoder = stack.enter_context(exported_query_encoder(self._store.folder, model))
            except ModelNotFound:
                if model != self._ledger.manifest.model:
                    raise
            yield encoder

    def _lacking(self) -> frozenset[str]:
        """The fields that a segment was made without, of those segments whose columns can be read."""
        names = frozenset(self._ledger.manifest.fields.names)
        present: list[frozenset[str]] = []
        for _, name in self._ledger.segments():
            with suppress(CollectionDamaged):
                present.append(open_columns(self._store.folder / SEGMENTS / name).fields)
        return names - names.intersection(*present)

    def _index(
        self, passages: Iterator[tuple[int, Passage]], commit: Commit, *, copying: bool = True, encoding: bool = True
    ) -> None:
        """Write passages, each of that version of its document; see `PassageVectors.given`."""
        for passage in self._vectors.given(passages, copying=copying, encoding=encoding):
            commit.add(passage)
            self._tally.count_passage()

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

    def _merge_if_many(self) -> None:
        snapshot = self._store.snapshot()
        if snapshot.info.left_out:
            return
        sizes = {number: snapshot.count_in(number) for number, _ in self._ledger.segments()}
        small = sorted((n for n in sizes if sizes[n] < SEGMENT_PASSAGES // 2), key=lambda n: (sizes[n], n))
        if len(sizes) > MAX_SEGMENTS and len(small) > 1:
            # Half of them at once: a passage is then rewritten a number of times that grows as the logarithm of the
            # collection's size, not with every commit.
            merged = small[: MAX_SEGMENTS // 2 + len(sizes) - MAX_SEGMENTS]
            if not self._damaged(merged):
                with self._commit() as commit:
                    self._rewrite(merged, commit, self._store.snapshot())

    def _check_whole(self, numbers: Sequence[int]) -> None:
        """Raise CollectionDamaged if one of some segments is damaged; every byte of them is looked at."""
        if left_out := self._damaged(numbers):
            raise CollectionDamaged(f"nothing is rewritten of what is damaged: {left_out}")

    def _damaged(self, numbers: Sequence[int]) -> LeftOut | None:
        """The first of some segments that is damaged. To be asked before a commit, as it opens what is committed."""
        parts: set[str] = set()
        more = self._ledger.vector_parts()
        for number, segment in self._ledger.segments():
            if number in numbers:
                names = segment, *more.get(number, ())
                parts.update(f"{SEGMENTS}/{name}" for name in names)
                self._leave_out_damaged(names)
        return next((each for each in self._store.snapshot().info.left_out if each.part in parts), None)

    def _leave_out_damaged(self, names: Iterable[str]) -> bool:
        """Look at every byte of segments, or parts of their vectors; whether one is damaged, and left out from now."""
        found = False
        for name in names:
            sealed = self._ledger.seal_of(f"{SEGMENTS}/{name}")
            if sealed and (reason := first_fault(self._store.folder / SEGMENTS / name, sealed)):
                self._store.leave_out(name, reason)
                found = True
        return found

    def _rewrite(self, numbers: Sequence[int], commit: Commit, snapshot: Snapshot) -> None:
        """Copy the live passages of segments into new ones, vectors as they are, and retire the old."""
        for number in numbers:
            for version, passages in snapshot.live_by_document(number):
                document = self._ledger.document(version)
                if document is None:
                    raise CollectionDamaged(f"version {version} of a document is missing from the ledger")
                for stored in passages:
                    commit.add(stored.of(version, document))
            self._ledger.retire_segment(number)

    @contextmanager
    def _commit(self, *, is_purge: bool = False, is_measured: bool = True) -> Generator[Commit]:
        """One commit: what is written within the block becomes visible at its end, or not at all.

        After a purge, nothing of what is retired is left for readers that opened before. Unless it `is_measured`, the
        floors stay: measuring them takes all segments, and the query encoder.
        """
        commit = Commit(self._store, SEGMENT_PASSAGES)
        is_collecting = is_purge
        with ExitStack() as until_removed:
            try:
                with self.database.change():
                    before = self._ledger.newest_version()
                    yield commit
                    commit.close_segment()
                    self._ledger.arrivals.close(before, time.time())
                    NearCopies(self.database).update()
                    if is_purge:
                        forgotten = self._ledger.collect(math.inf)
                    elif is_collecting := until_removed.enter_context(taking_away(self._store.folder)):
                        forgotten = self._ledger.collect(time.time() - GRACE_SECONDS)
                    else:
                        forgotten = []
                    if is_measured and self.database.has_changed:
                        self.database.set("floors", self._measured_floors())
            except BaseException:
                commit.abandon()
                raise
            self._committed = self._tally.report()
            for name in forgotten:
                shutil.rmtree(self._store.folder / SEGMENTS / name, ignore_errors=not is_purge)
            if is_collecting:
                needed = {self._ledger.manifest.encoder_folder, *self.kept_states.encoders()}
                collect_encoders(self._store.folder, needed, time.time() - GRACE_SECONDS)

    def _measured_floors(self) -> Sequence[float]:
        snapshot = self._store.uncommitted()
        return measured_floors(snapshot, self.database, lambda: self._store.encoder(snapshot.manifest))
