"""Removing documents for good: after it no text of theirs is anywhere in a collection's folder.

What is removed otherwise stays for readers that opened before, then in free pages of the ledger and in its log. Here
all of it goes at once, and readers that are at work with it may have to ask once more.
"""

import json
import re
import shutil
import sqlite3
import time
from collections.abc import Collection, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ...corpus.splitting.passages import split_passages
from ...errors import CollectionLocked, DragomanError, SystemRefusal
from ...refusals import telling_refusals
from ..encoding.vector_cache import VectorCache, cache_file, recipe
from ..ledger.connections import WAIT
from ..ledger.database import UNFINISHED, Database
from ..segments.durability import sync
from ..writing.lease import taking_away
from ..writing.placing import sweep_beside
from ..writing.rights import share
from ..writing.store import LEDGER, SEGMENTS, Store
from ..writing.writer import Writer
from .copying import LEDGER_SEAL
from .known_backups import KnownBackup, forget, is_deleted, known_backups, may_hold
from .repairs.replaced_ledger import DAMAGED

_BEGUN = "purge.json"
"""While a purge is under way or was cut short: what it removes, by id, and the files and URLs that hold it."""

_ATTEMPT_EVERY = 0.1
_A_SEGMENT = re.compile(r"[0-9a-f]{32}(\.|$)")


@dataclass(frozen=True, slots=True)
class Purge:
    """What a purge did.

    Attributes:
        removed: How many documents were there, and are not any more.
        purged: The ids of which something was there, were it only what an earlier removal, or a purge that was cut
            short, had left.
        unknown: The ids of which nothing was there. What an earlier removal may have left of them elsewhere in the
            ledger's file is gone as well.
        ledgers: The damaged ledgers that a repair had kept, and that are gone: they may have held one of the documents.
        sources: The files and URLs that they came from and that are still there: if they are fed again, they come back.
        beside: The folders beside the collection that may hold one of them: somebody is building a collection there to
            take its place, or was killed less than a minute ago. Then the next purge removes them.
        backups: The backups that may still hold one of them: they do, or cannot be looked into.
        deleted: The backups that are not where they were made any more. They are named once, and then forgotten.
    """

    removed: int
    purged: tuple[str, ...]
    unknown: tuple[str, ...]
    ledgers: tuple[str, ...]
    sources: tuple[str, ...]
    beside: tuple[str, ...]
    backups: tuple[KnownBackup, ...]
    deleted: tuple[KnownBackup, ...]


class _Begun(NamedTuple):
    """What a purge has begun to remove: the next one tells of it too if this one is cut short."""

    known: frozenset[str]
    sources: frozenset[str]

    @classmethod
    def in_folder(cls, folder: Path) -> "_Begun":
        """What was begun in a collection's folder, and not finished."""
        try:
            known, sources = json.loads((folder / _BEGUN).read_bytes())
            return cls(frozenset(map(str, known)), frozenset(map(str, sources)))
        except (OSError, ValueError, TypeError):
            return cls(frozenset(), frozenset())

    def with_more(self, known: Iterable[str], sources: Iterable[str]) -> "_Begun":
        return _Begun(self.known.union(known), self.sources.union(sources))

    def write(self, folder: Path) -> None:
        """Keep it in a collection's folder."""
        work = folder / f"{_BEGUN}.unfinished"
        work.write_text(json.dumps([sorted(self.known), sorted(self.sources)]))
        share(work, folder)
        sync(work)
        work.replace(folder / _BEGUN)
        sync(folder)


def purge(store: Store, document_ids: Iterable[str], *, timeout: float) -> Purge:
    """Remove documents so that no text of theirs is left in the collection.

    Args:
        store: The collection.
        document_ids: Their ids, of documents that are there or were removed earlier.
        timeout: How many seconds to wait for other writers, for copies that are being made, and for readers of the log.

    Raises:
        CollectionLocked: One of them does not finish in time.
        DragomanError: A kept state holds one of the documents: then nothing is done. Or not everything could be
            removed: then purging them once more goes on.
    """
    asked = list(dict.fromkeys(document_ids))
    ids = [each for each in asked if each.isprintable()]  # as those of documents are; SQLite's JSON cuts others short
    with store.writing(timeout), taking_away(store.folder, timeout) as nobody_copies:
        if not nobody_copies:
            raise CollectionLocked("the collection is being copied: try again when the backup is made")
        if holding := store.kept_states.holding(ids):
            raise DragomanError(
                f"kept states still hold it, and nothing was removed: {', '.join(holding)}; drop them with "
                "`dragoman keep --drop NAME`, and purge it then"
            )
        begun = _Begun.in_folder(store.folder).with_more(store.ledger.known_ids(ids), store.origins.holding(ids))
        known = begun.known.intersection(ids)
        try:
            begun.write(store.folder)
            _forget_vectors(store, ids)
            removed = Writer(store).purge(ids).removed
            ledgers = _remove_kept_ledgers(store.folder) if known else ()
            _remove_leftovers(store.folder, store.ledger.segment_names())
            _rewrite_ledger(store.database, timeout)
            beside = tuple(map(str, sweep_beside(store.folder)))
            # What is gone must not come back with a power cut: the segments, and what the log held.
            log = store.database.path.with_name(f"{LEDGER}-wal")
            for path in (store.folder / SEGMENTS, *([log] if log.exists() else ())):
                sync(path)
            (store.folder / _BEGUN).unlink()
            sync(store.folder)
        except SystemRefusal as error:
            remedy = f"{error.remedy}; not all of it could be removed: purge it once more"
            raise SystemRefusal(error.path, error.lacking, remedy) from error
        except (OSError, sqlite3.Error) as error:
            raise DragomanError(
                f"not all of it could be removed ({getattr(error, 'strerror', None) or error}): purge it once more"
            ) from error
    backups = known_backups(store.folder)
    deleted = tuple(filter(is_deleted, backups))
    forget(store.folder, *deleted)
    return Purge(
        removed,
        tuple(each for each in asked if each in known),
        tuple(each for each in asked if each not in known),
        ledgers,
        tuple(each for each in sorted(begun.sources) if "://" in each or Path(each.partition("!")[0]).exists()),
        beside,
        tuple(each for each in backups if each not in deleted and may_hold(each, ids)),
        deleted,
    )


def _forget_vectors(store: Store, document_ids: Iterable[str]) -> None:
    """Leave nothing of documents among the vectors that are kept for this user."""
    manifest = store.ledger.manifest
    try:
        cache = VectorCache(recipe(manifest.model, manifest.encoder), manifest.dimension)
        file = cache_file()
    except DragomanError:  # nothing that this version knows of is kept, or nowhere
        return
    with closing(cache), telling_refusals(file):
        for version in store.ledger.versions_of(document_ids):
            if document := store.ledger.document(version):
                cache.forget(split_passages(document))


def _rewrite_ledger(database: Database, timeout: float) -> None:
    """Write the ledger anew, without free pages, and leave nothing in its log."""
    end = time.monotonic() + timeout
    connection = database.connection
    database.path.with_name(LEDGER_SEAL).unlink(missing_ok=True)
    connection.execute("VACUUM")
    connection.execute("PRAGMA busy_timeout = 0")  # SQLite would wait by itself, and longer
    try:
        while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if time.monotonic() >= end:
                raise CollectionLocked(
                    "somebody has been reading the collection for long, and its log still holds what was removed: "
                    "purge it once more when that has ended"
                )
            time.sleep(_ATTEMPT_EVERY)
    finally:
        connection.execute(f"PRAGMA busy_timeout = {1000 * WAIT:.0f}")


def _remove_kept_ledgers(folder: Path) -> tuple[str, ...]:
    """Remove the damaged ledgers that repairs have kept, with their logs; return the names of the ledgers."""
    found = sorted(folder.glob(f"{LEDGER}{DAMAGED}*"))
    for path in found:
        path.unlink()
    return tuple(path.name for path in found if not path.name.endswith("-wal"))


def _remove_leftovers(folder: Path, segments: Collection[str]) -> None:
    """Remove what interrupted or mended writing left: unfinished files and folders, and lost segments."""
    for path in (folder / SEGMENTS).iterdir():  # which the sweep before may have tried to remove in vain
        if path.name not in segments and _A_SEGMENT.match(path.name):
            shutil.rmtree(path)
    ours = {LEDGER, f"{LEDGER}-wal", f"{LEDGER}-shm"}
    for path in folder.iterdir():
        if path.name.startswith(LEDGER) and path.name not in ours and DAMAGED not in path.name:
            path.unlink()
        elif path.name.endswith(UNFINISHED) and path.is_dir():
            shutil.rmtree(path)
