"""Backups: a copy of a collection at another place, which is a collection as well, and the way back from it.

The ledger is copied first, as of one moment, and says which segments and encoders belong to it. These never change, and
so what the place has already is verified and stays. The copied ledger takes the place of the one before last of all, in
one transaction of SQLite's, so that whatever happens the place holds one whole backup or the other.
"""

import json
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from ...errors import CollectionDamaged, CollectionExists, DragomanError, SystemRefusal
from ...refusals import refusal
from ..encoding.adoption import ENCODERS
from ..ledger.database import UNFINISHED, Database, transaction
from ..ledger.ledger import Ledger
from ..ledger.schema import BACKUP, identity_of, new_identity
from ..segments.durability import make_folder, sync
from ..writing.lease import LEASE, copying, taking_away
from ..writing.lock import LOCK_FILES, writer_lock
from ..writing.placing import building_place, check_place, finish_placing, sweep_beside
from ..writing.placing import place as give_place
from ..writing.rights import share
from ..writing.store import LEDGER, SEGMENTS, Store, check_name
from .copying import LEDGER_SEAL, copy_folder, remove_others, sealed_as_it_is, within
from .known_backups import KNOWN_BACKUPS, KnownBackup, known_backups, remember
from .ledger_seal import check_ledger, seal_ledger
from .seals import FileSeal, total

_RESTORED: Final = "restored"
"""The setting with a collection's descent: for each time that it was restored, a name of its own and the generation of
the backup. Copies of one collection that went on by themselves are thus told apart."""

_COPIED_LEDGER: Final = LEDGER + UNFINISHED

Tell = Callable[[int, int], object]
"""Is told how many bytes have been copied, or found to be there, and of how many."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup did.

    Attributes:
        path: Where it is.
        generation: That of the collection which it holds.
        documents: How many documents are in it.
        copied: How many bytes of segments and encoders were copied.
        present: How many were there already, and verified.
        is_remembered: Whether the collection knows of it from now on, so that a purge can name it.
    """

    path: str
    generation: int
    documents: int
    copied: int
    present: int
    is_remembered: bool = True


def make_backup(store: Store, place: Path, *, timeout: float, tell: Tell | None = None) -> Backup:
    """Back a collection up, while it is read and written to.

    Args:
        store: The collection.
        place: The backup's folder: a free one, or that of an earlier backup, which is brought up to date.
        timeout: How many seconds to wait for another backup to the same place.
        tell: Is told how far it has come.

    Raises:
        CollectionExists: Something else is in the folder.
        CollectionLocked: Another backup to the same place does not finish in time.
        CollectionDamaged: The collection, or the backup that is there, is not whole.
        DragomanError: The backup cannot be written.
    """
    place = place.resolve()
    folder = store.folder.resolve()
    check_name(place)
    if place == folder or place.is_relative_to(folder) or folder.is_relative_to(place):
        raise DragomanError(f"{place} and the collection lie within one another: give a place for the backup elsewhere")
    then = "it goes on where it was, and what was there before is whole"
    with _told(f"the backup at {place} cannot be written", place, then):
        _check(place, store.database)
        if not place.exists():
            make_folder(place)
            share(place, folder)
        for each in (SEGMENTS, ENCODERS):
            if not (place / each).exists():
                make_folder(place / each)
                share(place / each, place)
        with writer_lock(place, timeout), copying(folder, timeout):
            _check_in_place(store)
            _check(place, store.database)  # which may have changed meanwhile
            is_remembered = remember(folder, _known(place, time.time()))
            remember(place, *{*known_backups(folder)}.difference(known_backups(place)))  # for whoever restores it
            try:
                with closing(_copied(store.database, place)) as ledger:
                    _mark(ledger)
                    made = _copy(folder, place, ledger, tell)
                _put_in_place(place)
            finally:
                _remove_ledger(place / _COPIED_LEDGER)
            with taking_away(place) as nobody_copies:
                if nobody_copies:
                    _sweep(place)
    _check_in_place(store)
    return replace(made, is_remembered=is_remembered)


def restore_backup(backup: Path, folder: Path, *, timeout: float, tell: Tell | None = None) -> Backup:
    """Make a collection of a backup, all of which is verified.

    Args:
        backup: The backup's folder.
        folder: Where the collection is to be: a free place.
        timeout: How many seconds to wait for what is being removed from the backup.
        tell: Is told how far it has come.

    Raises:
        CollectionNotFound: There is no backup.
        CollectionExists: Something is in the folder.
        CollectionDamaged: The backup is not as it was written. Nothing is restored.
        DragomanError: The collection cannot be written.
    """
    backup, folder = backup.resolve(), folder.resolve()
    finish_placing(folder)
    check_place(folder, replace=False)
    if folder == backup or folder.is_relative_to(backup) or backup.is_relative_to(folder):
        raise DragomanError(f"{folder} and the backup lie within one another: choose another place for the collection")
    sweep_beside(folder)
    work = building_place(folder)
    told = _told(f"nothing can be restored to {folder}", folder, "nothing was restored, and nothing of it is left")
    with closing(Database(backup / LEDGER)) as database, told:
        try:
            for each in (SEGMENTS, ENCODERS):
                make_folder(work / each)
            share(work, backup)
            with writer_lock(work, timeout):  # so that nobody sweeps it away
                with copying(backup, timeout), closing(_copied(database, work)) as ledger:
                    made = _copy(backup, work, ledger, tell)
                    with transaction(ledger.connection, "BEGIN IMMEDIATE"):
                        ledger.unset(BACKUP)
                        ledger.set(_RESTORED, [*_descent(ledger), [new_identity(), ledger.generation]])
                _put_in_place(work)
                with closing(Store(work, check=False)) as restored:
                    if problems := restored.problems():
                        raise CollectionDamaged(
                            f"the backup at {backup} is damaged: {problems[0]}; nothing was restored"
                        )
                made_at = database.settings().get(BACKUP, {}).get("made_at", time.time())
                remember(work, *known_backups(backup), _known(backup, made_at))
            give_place(work, folder, replace=False)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    with suppress(DragomanError), writer_lock(folder, 0):  # else whoever writes there first does it
        sweep_beside(folder)
    return replace(made, path=str(folder))


def _known(place: Path, made_at: float) -> KnownBackup:
    return KnownBackup(str(place), made_at, place.stat().st_dev)


def _check_in_place(store: Store) -> None:
    if store.database.is_replaced:
        raise DragomanError(f"another collection was put at {store.folder} meanwhile: make a backup of that one")


def _copied(database: Database, place: Path) -> Database:
    """A ledger as it is at one moment, copied to a place, without what is retired and not kept."""
    target = place / _COPIED_LEDGER
    _remove_ledger(target)
    check_ledger(database)
    try:
        database.connection.execute("VACUUM INTO ?", (str(target),))
    except SystemRefusal as error:
        if getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_FULL:
            raise
        raise SystemRefusal(str(place), error.lacking, error.remedy) from error  # it is the copy that has no room
    share(target, place)
    copied = Database(target)
    try:
        copied.connection.execute("PRAGMA journal_mode = WAL")
        copied.connection.execute("PRAGMA secure_delete = ON")
        copied.migrate()
        ledger = Ledger(copied)
        if problems := ledger.problems():
            raise CollectionDamaged(
                f"{database.path} is damaged ({problems[0]}): `dragoman doctor` says what can be done"
            )
        with transaction(copied.connection, "BEGIN IMMEDIATE"):
            ledger.collect(float("inf"))
    except BaseException:
        copied.close()
        raise
    return copied


def _mark(copied: Database) -> None:
    """Let a copied ledger say that it is a backup."""
    said = {"generation": copied.generation, "made_at": time.time(), "said": _said(copied)}
    # As a note, because it is not the collection that changes, and yet another ledger than the one that was sealed.
    copied.note("INSERT OR REPLACE INTO settings VALUES (?, ?)", (BACKUP, json.dumps(said)))


def _said(database: Database) -> str:
    """A hash of what a user may have said to a collection without a change of any answer: states to keep, sources."""
    rows = [database.rows(f"SELECT * FROM {table} ORDER BY 1") for table in ("kept_states", "sources")]  # noqa: S608
    return blake2b(repr(rows).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _descent(database: Database) -> list[list[Any]]:
    return database.settings().get(_RESTORED, [])


def _descends(database: Database, backup: Mapping[str, Any]) -> bool:
    """Whether a collection comes of what a backup holds, given the backup's settings.

    It does not if it was restored from an earlier one, or if what the backup holds was restored since.
    """
    ours, theirs = _descent(database), backup.get(_RESTORED, [])
    later = ours[len(theirs) :]
    return ours[: len(theirs)] == theirs and (not later or backup["generation"] <= later[0][1])


def _check(place: Path, database: Database) -> None:
    """Refuse a place that is not free and has no backup of this collection, or one that has been changed since."""
    if place.exists() and not place.is_dir():
        raise CollectionExists(f"{place} is not a folder: choose another place for the backup")
    if not (place / LEDGER).exists():
        begun = {
            SEGMENTS,
            ENCODERS,
            LEASE,
            KNOWN_BACKUPS,
            *LOCK_FILES,
            *(each.name for each in place.glob(f"{_COPIED_LEDGER}*")),
        }
        if place.exists() and not {each.name for each in place.iterdir()} <= begun:
            raise CollectionExists(f"{place} holds something that is no backup: choose another place for the backup")
        return
    try:
        with closing(Database(place / LEDGER)) as present:
            there, theirs = present.settings(), present.read(identity_of)
            said = _said(present) if "said" in there.get(BACKUP, {}) else None
    except CollectionDamaged as error:
        raise CollectionDamaged(f"the backup at {place} cannot be read: remove it, or choose another place") from error
    if BACKUP not in there:
        raise CollectionExists(f"{place} is a collection and no backup: choose another place for the backup")
    if theirs != database.read(identity_of):
        raise CollectionExists(f"{place} is a backup of another collection: choose another place for the backup")
    if there["generation"] != there[BACKUP]["generation"] or said != there[BACKUP].get("said"):
        raise CollectionExists(
            f"the backup at {place} was changed since it was made, and that would be lost: choose another place"
        )
    if there["generation"] > database.generation:
        raise CollectionExists(
            f"the backup at {place} is newer (generation {there['generation']}) than the collection "
            f"({database.generation}): choose another place for the backup"
        )
    if not _descends(database, there):
        raise CollectionExists(
            f"{place} is a backup of the same collection, but of one that was changed elsewhere after it had been "
            "backed up or restored, and that would be lost: choose another place for the backup"
        )


def _needed(ledger: Database) -> list[tuple[str, str]]:
    """The folders that belong to a ledger, each as its parent's name and its own."""
    settings = [ledger.settings()]
    settings += [json.loads(each) for (each,) in ledger.rows("SELECT settings FROM kept_states")]
    encoders = sorted({each["encoder_folder"] for each in settings if each.get("encoder_folder")})
    segments = sorted(Ledger(ledger).segment_names())
    return [(SEGMENTS, within(name)) for name in segments] + [(ENCODERS, within(name)) for name in encoders]


def _copy(folder: Path, place: Path, database: Database, tell: Tell | None) -> Backup:
    """Copy all that belongs to a ledger, and leave it sealed."""
    ledger = Ledger(database)
    seals: dict[str, dict[str, FileSeal]] = ledger.seals()
    needed = _needed(database)
    for kind, name in needed:
        if f"{kind}/{name}" not in seals:
            seals[f"{kind}/{name}"] = made = sealed_as_it_is(folder / kind / name)
            ledger.keep_seal(f"{kind}/{name}", made)
    sizes = {each: total(seals["/".join(each)]) for each in needed}
    done, copied, everything = 0, 0, sum(sizes.values())

    def step(size: int) -> None:
        nonlocal done
        done += size
        if tell:
            tell(done, everything)

    for kind, name in needed:
        if copy_folder(folder / kind / name, place / kind / name, seals[f"{kind}/{name}"], step):
            share(place / kind / name, place)
            copied += sizes[kind, name]
    return Backup(str(place), database.generation, ledger.count_documents(), copied, everything - copied)


def _put_in_place(place: Path) -> None:
    """Make the copied ledger that of the place, for good, in one go, and seal it."""
    copied, target = place / _COPIED_LEDGER, place / LEDGER
    sync(copied)
    sync(place)
    if not target.exists():
        with closing(sqlite3.connect(copied)) as source:  # closing it before may have been refused, and said nothing
            source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        _remove_logs(copied)  # they are empty
        copied.rename(target)
    else:
        # No rename: who reads the backup that is there shares a log with all that comes under its name.
        with closing(sqlite3.connect(copied)) as source, closing(Database(target)) as present:
            (place / LEDGER_SEAL).unlink(missing_ok=True)
            source.backup(present.connection)
            # It syncs the file. Who opens and closes that past SQLite loses the locks of those who are reading.
            present.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sync(place)
    with closing(Database(target)) as present:
        seal_ledger(present, largest=sys.maxsize)


def _sweep(place: Path) -> None:
    """Remove what belonged to the backup before and not to this one."""
    with closing(Database(place / LEDGER)) as present:
        needed = _needed(present)
    for kind in (SEGMENTS, ENCODERS):
        remove_others(place / kind, (name for each, name in needed if each == kind))


def _remove_ledger(path: Path) -> None:
    path.unlink(missing_ok=True)
    _remove_logs(path)


def _remove_logs(path: Path) -> None:
    for ending in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


@contextmanager
def _told(what: str, path: Path, then: str) -> Generator[None]:
    """Tell what the system refuses in a line, and what holds then."""
    try:
        yield
    except (OSError, sqlite3.Error, SystemRefusal) as error:
        if refused := refusal(error, path):
            raise SystemRefusal(refused.path, refused.lacking, f"{refused.remedy}: {then}") from error
        raise DragomanError(f"{what} ({getattr(error, 'strerror', None) or error})") from error
