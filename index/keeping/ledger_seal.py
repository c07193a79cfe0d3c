"""The ledger's own seal: a file beside it with the checksums of its blocks, as they were when a writer had finished.

A ledger changes, and with it a revision among its settings. A seal is of one revision, and tells nothing of later ones:
while somebody writes, or after a writer was killed, there is none until the next one has finished. A ledger of an
earlier revision is not the one that was sealed: somebody has put back what lay there before. Every byte counts, those
included that SQLite itself has no use for. Whoever puts another file in the ledger's place, or rewrites it without a
change, takes the seal away.

While one looks, another collection may be put in the place, with a seal of its own, and writers may change the ledger
and seal it anew. So a seal counts only for the ledger that still lies beside it once it has been read, and the revision
that it is compared with is always read after it.
"""

import json
import os
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

import xxhash

from ...errors import CollectionDamaged, CollectionNotFound
from ..ledger.connections import SEAL
from ..ledger.database import Database, count_revisions
from ..segments.durability import sync
from .seals import BLOCK, Fault, FileSeal, altered, seal_of

NAME: Final = SEAL
LARGEST: Final = 256_000_000
"""A ledger of more bytes is sealed by `dragoman doctor` alone: reading it whole after every change would take long."""


EARLIER: Final = "is older than its seal: what lay there before the last changes was put back"


class _Known(NamedTuple):
    revision: str
    seal: FileSeal


def seal_ledger(database: Database, *, largest: int = LARGEST) -> None:
    """Seal a ledger as it is, if nobody reads it in a state of before. To be called under the writer's lock.

    Args:
        database: The ledger. One without a revision, which no writer of today has changed, is left as it is.
        largest: One of more bytes is not sealed.
    """
    path = database.path
    revision = database.revision
    # What lies there may be another one by now, whose seal is not to be one of this.
    if not revision or not database.is_in_place or path.stat().st_size > largest or not database.flush():
        return
    known = _read(path)
    if known and (known.revision == revision or _is_earlier(revision, known)):
        return
    sealed = seal_of(database.blocks(BLOCK))
    content = json.dumps({"revision": revision, "size": sealed.size, "blocks": sealed.blocks.hex()})
    work = path.with_name(f"{NAME}.unfinished")
    work.write_text(json.dumps({"seal": content, "checksum": xxhash.xxh3_64_hexdigest(content.encode())}))
    ledger = path.stat()
    work.chmod(ledger.st_mode & 0o777)
    with suppress(PermissionError):
        os.chown(work, ledger.st_uid, ledger.st_gid)
    sync(work)
    if not database.is_in_place:
        work.unlink()
        return
    work.replace(path.with_name(NAME))
    sync(path.parent)


def is_sealed(database: Database) -> bool:
    """Whether there is a seal of the ledger as it is."""
    return _present(database) is not None


def is_seal_damaged(database: Database) -> bool:
    """Whether there is a file for the seal, and what stands in it was never written there."""
    try:
        content = database.path.with_name(NAME).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return _parsed(content) is None


def ledger_fault(database: Database, *, largest: int | None = None) -> Fault | None:
    """What of a ledger is not as it was sealed, if there is a seal of its present state.

    Args:
        database: The ledger.
        largest: Of one of more bytes, those are not looked at; None for no limit.
    """
    with _unless_it_goes(database):
        if _is_put_back(database):
            with closing(Database(database.path)) as again:  # which is of no past moment
                return Fault(database.path.name, EARLIER) if database.is_in_place and _is_put_back(again) else None
        if largest is not None and database.size > largest:
            return None
        known, revision = _sealed(database)
        if known is None or known.revision != revision:
            return None
        found = _difference(database.path.name, known.seal, seal_of(database.blocks(BLOCK)))
        # It may have been changed or replaced while it was read.
        return found if found and database.revision == revision and database.is_in_place else None
    return None


def check_ledger(database: Database, *, largest: int | None = None) -> None:
    """Raise CollectionDamaged if a ledger is not as it was sealed; of one of more bytes, those are not looked at."""
    if fault := ledger_fault(database, largest=largest):
        raise CollectionDamaged(describe(fault))


def ledger_blocks(database: Database) -> Iterator[tuple[int, Fault | None]]:
    """Look at a ledger's blocks, one whenever the caller goes on, if there is a seal of its present state.

    Yields:
        For each block how many bytes it has; in the end what is not as it was sealed.
    """
    with _unless_it_goes(database):
        if (sealed := _present(database)) is None:
            return
        is_same = database.size == sealed.size
        for number, block in enumerate(database.blocks(BLOCK)):
            is_same = is_same and xxhash.xxh3_64_digest(block) == sealed.checksum(number)
            yield len(block), None
            if not is_same:
                break
        if not is_same and (fault := ledger_fault(database)):
            yield 0, fault


@contextmanager
def _unless_it_goes(database: Database) -> Generator[None]:
    """A block that ends without an error where it is one of a ledger that no longer lies in its place."""
    try:
        yield
    except (OSError, CollectionDamaged, CollectionNotFound):
        if database.is_in_place:
            raise


def _is_put_back(database: Database) -> bool:
    """Whether a ledger in its place was changed less often than its seal says."""
    known, revision = _sealed(database)
    return known is not None and _is_earlier(revision, known)


def _is_earlier(revision: str, known: _Known) -> bool:
    """Whether a ledger at a revision was changed less often than the one that was sealed."""
    return count_revisions(revision) < count_revisions(known.revision)


def _difference(name: str, sealed: FileSeal, present: FileSeal) -> Fault | None:
    if sealed.size != present.size:
        return Fault(name, f"has {present.size:,} bytes instead of {sealed.size:,}")
    numbers = range(sealed.block_count)
    return next((altered(name, each) for each in numbers if sealed.checksum(each) != present.checksum(each)), None)


def _present(database: Database) -> FileSeal | None:
    """The seal of a ledger's present state, if there is one."""
    known, revision = _sealed(database)
    return known.seal if known and known.revision == revision else None


def _sealed(database: Database) -> tuple[_Known | None, str]:
    """What was sealed of a ledger, and its revision. It may be replaced, or changed and sealed, while it is asked."""
    known = _read(database.path)
    return known if database.is_in_place else None, database.revision  # read last: no seal that is known is newer


def _read(ledger: Path) -> _Known | None:
    try:
        return _parsed(ledger.with_name(NAME).read_bytes())
    except OSError:
        return None


def _parsed(file: bytes) -> _Known | None:
    """What stands in a seal's file, unless it was never written so."""
    try:
        known = json.loads(file)
        content: str = known["seal"]
        if known["checksum"] != xxhash.xxh3_64_hexdigest(content.encode()):
            return None
        values = json.loads(content)
        return _Known(values["revision"], FileSeal(values["size"], bytes.fromhex(values["blocks"])))
    except (ValueError, LookupError, TypeError):
        return None


def describe(fault: Fault) -> str:
    """One line that says what is wrong with a ledger."""
    return f"{fault.file} {fault.what}: no answer can be trusted; mend it with `dragoman doctor --repair`"
