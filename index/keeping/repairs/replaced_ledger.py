"""A salvaged ledger takes the place of the damaged one, at one moment, and the damaged one stays beside it."""

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from ...segments.durability import sync
from ..ledger_seal import NAME as SEAL

DAMAGED = ".damaged-"
"""What stands in the name of a damaged ledger that was kept, between the ledger's name and the date."""


def damaged_log(ledger: Path) -> Path:
    """The write-ahead log that belongs to a damaged ledger.

    Where an exchange was interrupted at its last step, that lies beside the name under which the ledger is kept.

    Args:
        ledger: The damaged ledger.
    """
    log = _beside(ledger, "-wal")
    if not _size(log):
        for kept in sorted(ledger.parent.glob(f"{ledger.name}{DAMAGED}*-wal"), reverse=True):
            of = kept.with_name(kept.name.removesuffix("-wal"))
            is_same = of.is_file() and ledger.is_file() and of.samefile(ledger)
            if is_same and ledger.stat().st_mtime_ns <= kept.stat().st_mtime_ns:
                return kept
    return log


def put_in_place(work: Path, ledger: Path, log: Path) -> Path:
    """Put a whole ledger in the place of a damaged one. Whoever has that open goes on with it.

    Args:
        work: The whole ledger, closed.
        ledger: The damaged one.
        log: Its write-ahead log, as `damaged_log` gives it.

    Returns:
        Where the damaged one is now.

    Raises:
        OSError: The disk is full, or refuses. Then the damaged one lies where it was.
    """
    was = ledger.stat()
    work.chmod(was.st_mode & 0o777)
    with suppress(PermissionError):
        os.chown(work, was.st_uid, was.st_gid)
    sync(work)
    kept = _free_name(ledger.with_name(f"{ledger.name}{DAMAGED}{time.strftime('%Y%m%d-%H%M%S')}"))
    try:
        kept.hardlink_to(ledger)
    except OSError:  # not every file system has links
        shutil.copy2(ledger, kept)
        sync(kept)
    if _size(log):
        shutil.copyfile(log, _beside(kept, "-wal"))
        sync(_beside(kept, "-wal"))
    sync(ledger.parent)
    # Before the new ledger is there, or SQLite would read the old one's log into it.
    for each in ("-wal", "-shm"):
        _beside(ledger, each).unlink(missing_ok=True)
    ledger.with_name(SEAL).unlink(missing_ok=True)  # it is the damaged one's
    work.replace(ledger)
    sync(ledger.parent)
    return kept


def _beside(ledger: Path, ending: str) -> Path:
    return ledger.with_name(ledger.name + ending)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _free_name(path: Path) -> Path:
    """That path, or the first one with a number behind it that nothing has."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}.{number}")
    return free
