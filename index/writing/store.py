"""A collection on disk: opened for reading by many, written by one at a time, changed by whole commits only.

The folder of a collection:

    ledger.sqlite    the one truth about what is in it
    segments/        one folder a segment, immutable
    encoders/        the query encoder, so that asking needs nothing from outside the collection
    writer.lock      held by the process that writes, and writer.json names it
"""

import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from ...corpus.splitting.passages import DEFAULT as SPLITTING
from ...errors import CollectionDamaged, CollectionExists, CollectionLocked, CollectionMismatch, DragomanError
from ..analysis import ANALYZER_VERSION
from ..encoding.floors import Floors
from ..encoding.query_encoder import FILES, EncoderInfo, QueryEncoder
from ..ledger.database import UNFINISHED, Database
from ..ledger.ledger import Ledger
from ..ledger.origins import Origins
from ..reading.snapshot import Snapshot
from ..segments.segment import Segment, sync

LEDGER = "ledger.sqlite"
SEGMENTS = "segments"
ENCODERS = "encoders"
_UNFINISHED_LEDGER = LEDGER + UNFINISHED
_LOCK = "writer.lock"
_HOLDER = "writer.json"

LOCK_TIMEOUT = 30.0
"""How many seconds a change waits for another writer to finish, unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Status:
    """What is in a collection: counts, and what the index was built with."""

    path: str
    generation: int
    documents: int
    passages: int
    segments: int
    bytes: int
    languages: tuple[str, ...]
    model: str
    dimension: int
    precision: str
    floors: Floors
    tuned: bool


class Store:
    """A collection's folder, opened. Safe to share among threads.

    Raises CollectionNotFound, CollectionMismatch (another format, analyzer or way of splitting passages) or
    CollectionDamaged.
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
    def create(cls, folder: Path, model: str) -> "Store":
        """Make an empty collection in a folder that does not exist or is empty.

        Raises CollectionExists if something is there, ModelNotFound if there is no such model.
        """
        from ..encoding.export import export_query_encoder

        check_name(folder)
        if folder.exists() and not _is_free(folder):
            raise CollectionExists(f"{folder} exists: add to it with `dragoman add`, or give --replace to start anew")
        exported = export_query_encoder(model)
        (folder / SEGMENTS).mkdir(parents=True, exist_ok=True)
        settings = {**built_with(), **adopt_encoder(folder, exported), "floors": Floors(1.0, 1.0)}
        # Last: a folder without a ledger is no collection yet, but free.
        Database.create(folder / LEDGER, settings).close()
        return cls(folder)

    def close(self) -> None:
        """Let go of the files. The store must not be used afterwards."""
        self.database.close()
        self._snapshot = None
        self._segments.clear()

    def snapshot(self) -> Snapshot:
        """The present generation, opened. The same object as long as nothing changes."""
        with self._lock:
            if self._snapshot is not None and self._snapshot.generation == self.database.generation:
                return self._snapshot
            try:
                self._snapshot = self._open()
            except CollectionDamaged:
                # A compaction may have taken a segment away since the state was read: once more, with a fresh one.
                self._snapshot = self._open()
            return self._snapshot

    def uncommitted(self) -> Snapshot:
        """What `snapshot` would be if the change that is being made were committed now. For the writer."""
        with self._lock:
            return self._open()

    def _open(self) -> Snapshot:
        state = self.ledger.state()
        self._segments = {
            name: self._segments.get(name) or Segment(self.folder / SEGMENTS / name) for _, name in state.segments
        }
        return Snapshot(self.ledger, state, list(self._segments.values()))

    def encoder(self, snapshot: Snapshot) -> QueryEncoder:
        """The query encoder that a snapshot's vectors belong to.

        Raises CollectionDamaged if it is missing, CollectionMismatch if it is not the one that the ledger names.
        """
        with self._lock:
            wanted = snapshot.manifest.encoder
            if self._encoder is None or self._encoder.info != wanted:
                encoder = QueryEncoder(self.folder / ENCODERS / snapshot.manifest.encoder_folder)
                if encoder.info != wanted:
                    raise CollectionMismatch(
                        f"the collection's vectors were made with {wanted.name} ({wanted.model_hash[:12]}), but the "
                        f"encoder in it is {encoder.info.name} ({encoder.info.model_hash[:12]}): "
                        "mend it with `dragoman reindex`"
                    )
                self._encoder = encoder
            return self._encoder

    def status(self) -> Status:
        """What is in the collection."""
        snapshot = self.snapshot()
        manifest = snapshot.manifest
        return Status(
            path=str(self.folder),
            generation=snapshot.generation,
            documents=self.ledger.count_documents(),
            passages=snapshot.count,
            segments=snapshot.segments,
            bytes=_size(self.folder),
            languages=tuple(sorted(snapshot.languages)),
            model=manifest.model,
            dimension=manifest.dimension,
            precision=manifest.precision,
            floors=manifest.floors,
            tuned=manifest.ranking is not None,
        )

    def problems(self) -> list[str]:
        """What a thorough look finds wrong, a line each: in the ledger, in the segments, with the query encoder."""
        found = self.ledger.problems()
        try:
            self.encoder(self.snapshot())
            for segment in self._segments.values():
                found += segment.problems()
        except DragomanError as error:
            found.append(str(error))
        return found

    @contextmanager
    def writing(self, timeout: float) -> Iterator[None]:
        """Hold the right to write, waiting for it up to `timeout` seconds.

        Raises CollectionLocked, naming the holder, if another writer does not finish in time.
        """
        import filelock  # late, because reading never needs it

        lock = filelock.FileLock(self.folder / _LOCK)
        holder = self.folder / _HOLDER
        try:
            lock.acquire(timeout=timeout)
        except filelock.Timeout as error:
            raise CollectionLocked(f"the collection is being written by {_named(holder)}: try again later") from error
        except OSError as error:
            raise DragomanError(f"the collection at {self.folder} cannot be written to: {error.strerror}") from error
        try:
            holder.write_text(
                json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": time.strftime("%F %T")})
            )
            self.database.migrate()
            self._sweep()
            yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()

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
    """Raise DragomanError for a path that the libraries which keep the index cannot be given: one that is no UTF-8."""
    try:
        str(folder).encode()
    except UnicodeEncodeError as error:
        shown = os.fsencode(folder).decode("utf-8", "backslashreplace")
        raise DragomanError(f"a collection's path must be UTF-8, and {shown} is not: rename the folder") from error


def _is_free(folder: Path) -> bool:
    """Whether a collection may be made in a folder: it is empty, or somebody was killed while making one there."""
    ours = {SEGMENTS, ENCODERS, _UNFINISHED_LEDGER, f"{_UNFINISHED_LEDGER}-wal", f"{_UNFINISHED_LEDGER}-shm"}
    return folder.is_dir() and {path.name for path in folder.iterdir()} <= ours


def _size(folder: Path) -> int:
    """How many bytes lie in a folder. What a writer takes away meanwhile counts for nothing."""
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                size += Path(parent, name).stat().st_size
    return size


def built_with() -> dict[str, Any]:
    """The settings that an index and the program that reads it must agree on."""
    return {"analyzer": ANALYZER_VERSION, "splitting": asdict(SPLITTING)}


def adopt_encoder(folder: Path, exported: Path) -> dict[str, Any]:
    """Copy an exported query encoder into a collection; return the settings that name it."""
    info = EncoderInfo.from_json((exported / "encoder.json").read_bytes())
    name = exported.name
    target = folder / ENCODERS / name
    if not target.exists():
        work = target.with_name(f"{name}.{uuid4().hex}")
        work.mkdir(parents=True)
        for file in FILES:
            shutil.copyfile(exported / file, work / file)
            sync(work / file)
        work.rename(target)
        sync(target.parent)
    return {"encoder": asdict(info), "encoder_folder": name}


def _named(holder: Path) -> str:
    try:
        known = json.loads(holder.read_text())
        return f"process {known['pid']} on {known['host']} since {known['since']}"
    except (OSError, ValueError, KeyError):
        return "another process"
