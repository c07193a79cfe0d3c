"""A collection on disk: opened for reading by many, written by one at a time, changed by whole commits only.

The folder of a collection:

    ledger.sqlite    the one truth about what is in it
    segments/        one folder a segment, immutable
    encoders/        the query encoder, so that asking needs nothing from outside the collection
    writer.lock      held by the process that writes; writer.json names that process
"""

import re
import shutil
import sqlite3
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any, TypeGuard
from uuid import uuid4

from ...corpus.fields import Fields, OwnField
from ...corpus.splitting.sizes import DEFAULT as SPLITTING
from ...errors import CollectionDamaged, CollectionLocked, CollectionMismatch, DragomanError
from ...refusals import telling_refusals
from ..analysis import ANALYZER_VERSION
from ..encoding.adoption import ENCODERS, adopt_encoder, open_encoder, sweep_encoders
from ..encoding.floors import Floors
from ..encoding.query_encoder import QueryEncoder
from ..forking import Forked, abandon, prepare_for_forks, undisturbed
from ..keeping.examination import Checked, Damage, Sealed, blocks, damage, sealed_folders
from ..keeping.kept import KeptStates
from ..keeping.ledger_seal import (
    LARGEST,
    check_ledger,
    describe,
    is_seal_damaged,
    ledger_blocks,
    ledger_fault,
)
from ..keeping.ledger_seal import NAME as SEAL
from ..keeping.open_segments import CHECKED_BYTES, OpenSegments, first_fault
from ..keeping.open_segments import SEGMENTS as SEGMENTS
from ..keeping.seals import Fault, faults
from ..ledger.database import UNFINISHED, Database, remove_unfinished
from ..ledger.ledger import Ledger
from ..ledger.manifest import FIELDS, VARIANTS, Manifest, overruled_fields
from ..ledger.origins import Origins
from ..ledger.schema import BACKUP, IDENTITY, new_identity
from ..reading.snapshot import Snapshot
from ..segments.durability import make_folder, sync
from .lock import writer_lock
from .placing import LEDGER as LEDGER
from .placing import check_name, check_place, finish_placing, sweep_beside
from .rights import share
from .sealing import Sealing
from .status import Status, folder_size

_UNFINISHED_LEDGER = LEDGER + UNFINISHED
_OURS = re.compile(r"[0-9a-f]{32}(\..*)?")
"""The names of segments, whole or not. Nothing else is swept: a link may lie in place of their folder."""


class CollectionReplaced(CollectionLocked):
    """Another collection was put in the place of one that was to be written to. Opened anew, it can be."""


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
        with telling_refusals(folder):
            if not (folder / LEDGER).is_file():
                finish_placing(folder)
        self.database = Database(folder / LEDGER)
        self.ledger = Ledger(self.database)
        self.origins = Origins(self.database)
        self.kept_states = KeptStates(self.database, folder)
        self.sealing = Sealing(folder, self.database, self.ledger, self.encoder)
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._segments = OpenSegments(folder, self.ledger)
        self._encoder: QueryEncoder | None = None
        self._examined: Snapshot | None = None
        self._checked_ledger: int | None = CHECKED_BYTES
        prepare_for_forks(self)
        if check:  # re-indexing mends what these checks would refuse
            try:
                self._check_settings()
            except BaseException:
                self.database.close()
                raise

    def _check_settings(self) -> None:
        if differing := _differing(self.database.settings()):
            raise CollectionMismatch(
                f"the collection was built with {differing}: mend it with `dragoman reindex --collection {self.folder}`"
            )

    @classmethod
    def create(
        cls,
        folder: Path,
        model: str,
        own: Sequence[OwnField] = (),
        variants: Sequence[str] = (),
        precision: str = "",
    ) -> "Store":
        """Make an empty collection.

        Args:
            folder: A folder that is empty, or does not exist yet.
            model: DEFAULT_MODEL, or the path of a model's folder.
            own: The fields that it is to have of its own.
            variants: The groups of names that count as the same in it: see `manifest.VARIANTS`.
            precision: What passages are encoded in, if not in what suits this machine best.

        Raises:
            CollectionExists: Something is in the folder.
            ModelNotFound: There is no such model, or it cannot be exported.
        """
        from ..encoding.export import exported_query_encoder

        check_name(folder)
        fields = Fields(own)
        with telling_refusals(folder):
            finish_placing(folder)
            if folder.exists() and not _is_free(folder):
                check_place(folder, replace=False)
        with telling_refusals(folder), exported_query_encoder(folder, model) as exported:
            make_folder(folder / SEGMENTS)
            adopted = adopt_encoder(folder, exported, precision)
            settings = {**built_with(), **adopted, "floors": Floors(1.0, 1.0)}
            settings |= {IDENTITY: new_identity()}
            settings |= {FIELDS: fields.settings()} if own else {}
            settings |= {VARIANTS: list(variants)} if variants else {}
            # Last: a folder without a ledger is no collection yet, but free.
            Database.create(folder / LEDGER, settings).close()
            sync(folder.parent)
            store = cls(folder)
            store.sealing.seal(ENCODERS, adopted["encoder_folder"])
            store.sealing.seal_ledger()
        return store

    def close(self) -> None:
        """Close the files. What is asked from then on raises CollectionClosed."""
        self.database.close()
        with undisturbed(), self._lock:
            self._snapshot, self._examined, self._encoder = None, None, None
            self._segments.clear()

    def after_fork(self) -> None:
        """Open everything anew in a child. It would share positions in files with its parent, and use its session."""
        abandon(self._encoder)
        self._segments.clear()
        self._snapshot, self._encoder = None, None

    def snapshot(self) -> Snapshot:
        """The present generation, opened, without what is damaged. The same object as long as nothing changes."""
        with undisturbed(), self._lock:
            if self._is_fresh(self._snapshot):
                return self._snapshot
            check_ledger(self.database, largest=self._checked_ledger)
            self._snapshot = self._open()
            if self._snapshot.info.left_out:
                # A compaction may have taken a segment away since the state was read: once more, with a fresh one.
                self._snapshot = self._open()
            return self._snapshot

    def _is_fresh(self, known: Snapshot | None) -> TypeGuard[Snapshot]:
        """Whether what was opened is still the present generation, and nobody seems to have mended what it lacks."""
        if known is None or known.info.generation != self.database.generation:
            return False
        return not self._segments.may_be_mended(known.info.left_out)

    def uncommitted(self) -> Snapshot:
        """What `snapshot` would give if the change that is being made were committed now. For the writer."""
        with undisturbed(), self._lock:
            return self._open()

    def _open(self) -> Snapshot:
        try:
            opened = self._segments.of(self.ledger.state(), checked_bytes=CHECKED_BYTES - self.database.size)
            return Snapshot(self.ledger, opened.state, opened.segments, self.encoder, opened.left_out)
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            raise CollectionDamaged(
                f"{self.database.path} says what makes no sense ({error!r}): mend it with `dragoman doctor --repair`"
            ) from error

    def damaged(self, asked: Snapshot | None = None) -> bool:
        """Look for what is damaged, after an error that nothing else explains. It is left out from now on.

        Args:
            asked: What was asked, if it is not the present generation.

        Returns:
            Whether there is anything that was not left out before.
        """
        snapshot, found = asked or self.snapshot(), False
        if snapshot is self._examined:
            return False
        self._examined = snapshot
        check_ledger(self.database)
        for segment in snapshot.stack.segments:
            name = segment.folder.name
            sealed = self.ledger.seal_of(f"{SEGMENTS}/{name}")
            reason = first_fault(segment.folder, sealed) if sealed else None
            for wrong in [reason] if reason else segment.problems()[:1]:
                self.leave_out(name, wrong)
                found = True
        return found

    def leave_out(self, segment: str, reason: str) -> None:
        """Ask a segment no more while the collection is open, because it is not as it was written.

        Args:
            segment: Its name.
            reason: What is wrong with it.
        """
        with undisturbed(), self._lock:
            self._segments.leave_out(segment, reason)
            self._snapshot = None

    def kept(self, name: str) -> Snapshot:
        """A state that is kept, opened.

        Raises:
            CollectionNotFound: There is none of that name.
            CollectionMismatch: It was built with another analyzer or way of splitting passages than the program has.
            CollectionDamaged: A segment is missing or damaged.
        """
        state = self.kept_states.state(name)
        if differing := _differing(state.settings):
            raise CollectionMismatch(
                f"the state {name!r} was built with {differing}, and what is kept is never changed: "
                "ask it with the Dragoman that kept it"
            )
        with undisturbed(), self._lock:
            opened = self._segments.of(state, present=False)
            return Snapshot(self.ledger, opened.state, opened.segments, self.encoder, opened.left_out)

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
                sealed = self.ledger.seal_of(f"{ENCODERS}/{manifest.encoder_folder}")
                self._encoder = open_encoder(self.folder, manifest.encoder_folder, wanted, sealed)
            return self._encoder

    def status(self) -> Status:
        """What is in the collection."""
        return self.status_of(self.snapshot(), self.ledger.count_documents())

    def status_of(self, snapshot: Snapshot, documents: int) -> Status:
        """What is in a generation of it, which has so many documents."""
        manifest = snapshot.manifest
        return Status(
            path=str(self.folder),
            generation=snapshot.info.generation,
            documents=documents,
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
            kept=tuple(self.kept_states.names()),
            kept_bytes=self.kept_states.bytes(),
            unencoded=snapshot.info.unencoded,
            recall=min((segment.vectors.recall for segment in snapshot.stack.segments), default=1.0),
        )

    def problems(self, read: Callable[[int, int], object] = lambda _done, _whole: None) -> list[str]:
        """What a thorough look finds wrong, a line each: in the ledger, in the segments, with the query encoder.

        What is damaged is left out from now on, by whoever asks the collection, if this program may write to it and it
        is no backup.

        Args:
            read: Is told how many bytes of files have been looked at so far, and how many there are in all.
        """
        found: list[str] = []
        try:
            if fault := ledger_fault(self.database):
                found.append(describe(fault))
            elif is_seal_damaged(self.database):
                found.append(
                    f"{SEAL} is damaged: whether every byte of the ledger is as it was written, nobody can tell"
                )
            found += self.ledger.problems()
            found += [
                f"its own field {name!r} has a name that Dragoman needs by now: nothing can be asked of it"
                for name in overruled_fields(self.database.settings())
            ]
            faulty = list(damage(self.folder, self._sealed(), read))
            in_use = {each.folder for each in self._sealed()} if faulty else set[str]()  # writers may have been at work
            faulty = [each for each in faulty if each.sealed.folder in in_use]
            found += map(str, faulty)
            self._note({each.sealed.folder: f"{each.fault.file} {each.fault.what}" for each in reversed(faulty)})
            snapshot = self.snapshot()
            known = {each.sealed.folder for each in faulty}
            found += [str(each) for each in snapshot.info.left_out if each.part not in known]
            if f"{ENCODERS}/{snapshot.manifest.encoder_folder}" not in known:
                self.encoder(snapshot.manifest)
            for segment in snapshot.stack.segments:
                found += segment.problems()
        except DragomanError as error:
            if str(error) not in found:
                found.append(str(error))
        except Exception as error:
            if not found:
                raise
            found.append(f"what else there is cannot be examined ({type(error).__name__}: {error})")
        return found

    def checks(self) -> Iterator[Checked]:
        """Look at all that has a seal, a block whenever the caller goes on.

        What is damaged is left out from now on, and noted as by `problems`; what is whole again is asked again. What
        writers take away meanwhile is not missed; where the collection itself is gone or replaced, this ends.
        """
        for size, fault in ledger_blocks(self.database):
            if fault:
                with undisturbed(), self._lock:
                    self._snapshot, self._checked_ledger = None, None
            yield Checked(size, describe(fault) if fault else "")
        for each in self._sealed():
            folder = self.folder / each.folder
            listed = ((0, fault) for fault in faults(folder, each.seal, content=False))
            for size, fault in chain(listed, blocks(folder, each.seal)):
                if not self.database.is_in_place:
                    return
                yield Checked(size, self._found(each, fault) if fault else "")
                if fault:
                    break
            else:  # somebody may have put right what was known to be damaged
                self._note({part: reason for part, reason in self.ledger.faults().items() if part != each.folder})

    def _sealed(self) -> list[Sealed]:
        return sealed_folders(self.ledger, self.kept_states, SEGMENTS, ENCODERS)

    def _found(self, sealed: Sealed, fault: Fault) -> str:
        """Leave out and note what is damaged, and say so in one line; empty if it is no longer in use."""
        if sealed not in self._sealed():
            return ""
        kind, _, name = sealed.folder.partition("/")
        reason = f"{fault.file} {fault.what}"
        if kind == SEGMENTS:
            self.leave_out(name, reason)
        self._note({**self.ledger.faults(), sealed.folder: reason})
        return str(Damage(sealed, fault))

    def _note(self, reasons: Mapping[str, str]) -> None:
        """Keep in the ledger what is damaged, so that every program leaves it out, if this one may write there."""
        if reasons == self.ledger.faults() or BACKUP in self.database.settings():
            return  # a backup that was changed would not be brought up to date any more
        with suppress(DragomanError, OSError, sqlite3.Error), self.writing(timeout=0), self.database.change():
            self.ledger.keep_faults(reasons)

    @contextmanager
    def writing(self, timeout: float) -> Generator[None]:
        """Hold the right to write to the collection.

        Args:
            timeout: How many seconds to wait for another writer to finish.

        Raises:
            CollectionReplaced: Another collection is in its place by now.
            CollectionLocked: Another writer does not finish in time; the message names it.
            SystemRefusal: What is to be done first cannot be.
            DragomanError: The folder cannot be written to.
        """
        with writer_lock(self.folder, timeout):
            if self.database.is_replaced:  # nothing of it may be written into the other, nor swept by what it knows
                raise CollectionReplaced(f"the collection at {self.folder} has just been replaced: try again")
            with telling_refusals(self.folder):
                check_ledger(self.database, largest=LARGEST)
                self.database.migrate()
                self._sweep()
                sweep_beside(self.folder)
                self.sealing.seal_unsealed()
            try:
                yield
            finally:
                self.sealing.seal_ledger()

    def _sweep(self) -> None:
        """Remove what interrupted writers left: segments that no commit ever named, encoders and ledgers half made."""
        with suppress(OSError):
            remove_unfinished(self.database.path)
        sweep_encoders(self.folder)
        known = self.ledger.segment_names()
        if not (self.folder / SEGMENTS).exists():  # some ways of copying leave empty folders out
            with telling_refusals(self.folder / SEGMENTS):
                make_folder(self.folder / SEGMENTS)
            share(self.folder / SEGMENTS, self.folder)
        for folder in (self.folder / SEGMENTS).iterdir():
            if folder.name not in known and _OURS.fullmatch(folder.name):
                shutil.rmtree(folder, ignore_errors=True)

    def new_segment_name(self) -> str:
        """A name that no segment ever had."""
        return uuid4().hex


def _is_free(folder: Path) -> bool:
    """Whether a collection may be made in a folder: it is empty, or somebody was killed while making one there."""
    ours = {SEGMENTS, ENCODERS, *(_UNFINISHED_LEDGER + end for end in ("", "-journal", "-wal", "-shm"))}
    return folder.is_dir() and {path.name for path in folder.iterdir()} <= ours


def _differing(settings: Mapping[str, Any]) -> str:
    """Which setting that must agree with the program's does not, in words; empty if all do."""
    for name, value in built_with().items():
        if settings[name] != value:
            return f"{name} {settings[name]}, and this Dragoman has {value}"
    return ""


def built_with() -> dict[str, Any]:
    """The settings that an index and the program that reads it must agree on."""
    return {"analyzer": ANALYZER_VERSION, "splitting": asdict(SPLITTING)}
