"""A collection on disk: opened for reading by many, written by one at a time, changed by whole commits only.

The folder of a collection:

    ledger.sqlite    the one truth about what is in it
    segments/        one folder a segment, immutable
    encoders/        the query encoder, so that asking needs nothing from outside the collection
    writer.lock      held by the process that writes; writer.json names that process
"""

import os
import shutil
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

from ...corpus.fields import Fields, OwnField
from ...corpus.splitting.passages import DEFAULT as SPLITTING
from ...errors import CollectionDamaged, CollectionExists, CollectionMismatch, DragomanError
from ..analysis import ANALYZER_VERSION
from ..encoding.adoption import ENCODERS, adopt_encoder, open_encoder
from ..encoding.floors import Floors
from ..encoding.query_encoder import QueryEncoder
from ..forking import Forked, abandon, prepare_for_forks, undisturbed
from ..ledger.database import UNFINISHED, Database
from ..ledger.ledger import Ledger
from ..ledger.manifest import FIELDS, VARIANTS, Manifest, overruled_fields
from ..ledger.origins import Origins
from ..reading.snapshot import Snapshot
from ..segments.segment import Segment
from .lock import writer_lock
from .status import Status, folder_size

LEDGER = "ledger.sqlite"
SEGMENTS = "segments"
_UNFINISHED_LEDGER = LEDGER + UNFINISHED


class Store(Forked):
    """A collection's folder, opened. Safe to share among threads.

    Args:
        folder: The collection's.
        check: Whether the program must agree with the settings that the index was built with.

    Raises:
        CollectionNotFound: There is no collection in the folder.
        CollectionMismatch: It was built with another format, analyzer or way of splitting passages.
        CollectionDamaged: Its ledger cannot be read.
    """

    def __init__(self, folder: Path, *, check: bool = True) -> None:
        check_name(folder)
        self.folder = folder
        self.database = Database(folder / LEDGER)
        self.ledger = Ledger(self.database)
        self.origins = Origins(self.database)
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._segments: dict[str, Segment] = {}
        self._encoder: QueryEncoder | None = None
        prepare_for_forks(self)
        if check:  # re-indexing mends what these checks would refuse
            try:
                self._check_settings()
            except BaseException:
                self.database.close()
                raise

    def _check_settings(self) -> None:
        expected = built_with()
        for name, value in expected.items():
            if (found := self.database.setting(name)) != value:
                raise CollectionMismatch(
                    f"the collection was built with {name} {found}, and this Dragoman has {value}: "
                    f"mend it with `dragoman reindex --collection {self.folder}`"
                )

    @classmethod
    def create(cls, folder: Path, model: str, own: Sequence[OwnField] = (), variants: Sequence[str] = ()) -> "Store":
        """Make an empty collection.

        Args:
            folder: A folder that is empty, or does not exist yet.
            model: DEFAULT_MODEL, or the path of a model's folder.
            own: The fields that it is to have of its own.
            variants: The groups of names that count as the same in it: see `manifest.VARIANTS`.

        Raises:
            CollectionExists: Something is in the folder.
            ModelNotFound: There is no such model, or it cannot be exported.
        """
        from ..encoding.export import export_query_encoder

        check_name(folder)
        fields = Fields(own)
        if folder.exists() and not _is_free(folder):
            raise CollectionExists(f"{folder} exists: add to it with `dragoman add`, or give --replace to start anew")
        exported = export_query_encoder(model)
        (folder / SEGMENTS).mkdir(parents=True, exist_ok=True)
        settings = {**built_with(), **adopt_encoder(folder, exported), "floors": Floors(1.0, 1.0)}
        settings |= {FIELDS: fields.settings()} if own else {}
        settings |= {VARIANTS: list(variants)} if variants else {}
        # Last: a folder without a ledger is no collection yet, but free.
        Database.create(folder / LEDGER, settings).close()
        return cls(folder)

    def close(self) -> None:
        """Close the files. The store must not be used afterwards."""
        self.database.close()
        self._snapshot = None
        self._segments.clear()

    def after_fork(self) -> None:
        """Open everything anew in a child. It would share positions in files with its parent, and use its session."""
        abandon(self._encoder)
        self._snapshot, self._segments, self._encoder = None, {}, None

    def snapshot(self) -> Snapshot:
        """The present generation, opened. The same object as long as nothing changes.

        Raises:
            CollectionDamaged: A segment is missing or damaged.
        """
        with undisturbed(), self._lock:
            if self._snapshot is not None and self._snapshot.info.generation == self.database.generation:
                return self._snapshot
            try:
                self._snapshot = self._open()
            except CollectionDamaged:
                # A compaction may have taken a segment away since the state was read: once more, with a fresh one.
                self._snapshot = self._open()
            return self._snapshot

    def uncommitted(self) -> Snapshot:
        """What `snapshot` would give if the change that is being made were committed now. For the writer."""
        with undisturbed(), self._lock:
            return self._open()

    def _open(self) -> Snapshot:
        state = self.ledger.state()
        self._segments = {
            name: self._segments.get(name) or Segment(self.folder / SEGMENTS / name) for _, name in state.segments
        }
        return Snapshot(self.ledger, state, list(self._segments.values()), self.encoder)

    def encoder(self, manifest: Manifest) -> QueryEncoder:
        """The query encoder that the vectors of a generation belong to.

        Args:
            manifest: The generation's.

        Raises:
            CollectionDamaged: It is missing or not whole.
            CollectionMismatch: It is not the one that the ledger names.
        """
        with undisturbed(), self._lock:
            wanted = manifest.encoder
            if self._encoder is None or self._encoder.info != wanted:
                self._encoder = open_encoder(self.folder, manifest.encoder_folder, wanted)
            return self._encoder

    def status(self) -> Status:
        """What is in the collection."""
        snapshot = self.snapshot()
        manifest = snapshot.manifest
        return Status(
            path=str(self.folder),
            generation=snapshot.info.generation,
            documents=self.ledger.count_documents(),
            passages=snapshot.info.passages,
            segments=len(snapshot.stack.segments),
            bytes=folder_size(self.folder),
            languages=tuple(sorted(snapshot.info.languages)),
            model=manifest.model,
            dimension=manifest.dimension,
            precision=manifest.precision,
            floors=manifest.floors,
            tuned=manifest.ranking is not None,
            fields=tuple(each.name for each in manifest.fields.own),
            lacking=tuple(name for name in manifest.fields.names if name in snapshot.info.lacking),
        )

    def problems(self) -> list[str]:
        """What a thorough look finds wrong, a line each: in the ledger, in the segments, with the query encoder."""
        found = self.ledger.problems()
        found += [
            f"its own field {name!r} has a name that Dragoman needs by now: nothing can be asked of it"
            for name in overruled_fields(self.database.settings())
        ]
        try:
            self.encoder(self.snapshot().manifest)
            for segment in self._segments.values():
                found += segment.problems()
        except DragomanError as error:
            found.append(str(error))
        return found

    @contextmanager
    def writing(self, timeout: float) -> Generator[None]:
        """Hold the right to write to the collection.

        Args:
            timeout: How many seconds to wait for another writer to finish.

        Raises:
            CollectionLocked: Another writer does not finish in time; the message names it.
            DragomanError: The folder cannot be written to.
        """
        with writer_lock(self.folder, timeout):
            self.database.migrate()
            self._sweep()
            yield

    def _sweep(self) -> None:
        """Remove segments that no commit ever named: what an interrupted writer left behind."""
        known = self.ledger.segment_names()
        # Some ways of copying leave empty folders out.
        (self.folder / SEGMENTS).mkdir(exist_ok=True)
        for folder in (self.folder / SEGMENTS).iterdir():
            if folder.name not in known:
                shutil.rmtree(folder, ignore_errors=True)

    def new_segment_name(self) -> str:
        """A name that no segment ever had."""
        return uuid4().hex


def check_name(folder: Path) -> None:
    """Refuse a path that the libraries which keep the index cannot take.

    Raises:
        DragomanError: The path is not UTF-8.
    """
    try:
        str(folder).encode()
    except UnicodeEncodeError as error:
        shown = os.fsencode(folder).decode("utf-8", "backslashreplace")
        raise DragomanError(f"a collection's path must be UTF-8, and {shown} is not: rename the folder") from error


def _is_free(folder: Path) -> bool:
    """Whether a collection may be made in a folder: it is empty, or somebody was killed while making one there."""
    ours = {SEGMENTS, ENCODERS, _UNFINISHED_LEDGER, f"{_UNFINISHED_LEDGER}-wal", f"{_UNFINISHED_LEDGER}-shm"}
    return folder.is_dir() and {path.name for path in folder.iterdir()} <= ours


def built_with() -> dict[str, Any]:
    """The settings that an index and the program that reads it must agree on."""
    return {"analyzer": ANALYZER_VERSION, "splitting": asdict(SPLITTING)}
