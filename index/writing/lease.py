"""The lease on a collection: while somebody copies it, nothing of it is taken away.

A copy takes as long as it takes, and commits go on meanwhile. What they retire stays until no copy is being made any
more. The lease is a lock of the operating system's on a file, so that of a process that dies nothing is left.
"""

import errno
import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from ...errors import CollectionLocked
from .rights import share

LEASE = "copying.lock"

_EVERY = 0.05
"""How many seconds to wait before the next attempt."""


@contextmanager
def copying(folder: Path, timeout: float) -> Generator[None]:
    """Have a collection keep all that it has, for as long as the block lasts.

    Where nothing can be written and there is no lease to be had, nothing is taken away either, or by others of whom
    whoever copies learns when a file is missing.

    Args:
        folder: The collection's.
        timeout: How many seconds to wait for somebody who is taking something away.

    Raises:
        CollectionLocked: That takes longer.
    """
    descriptor = _locked(folder, fcntl.LOCK_SH, timeout)
    if descriptor == _BUSY:
        raise CollectionLocked(f"something is being removed from the collection at {folder}: try again later")
    try:
        yield
    finally:
        _release(descriptor)


@contextmanager
def taking_away(folder: Path, timeout: float = 0) -> Generator[bool]:
    """Have nobody begin to copy a collection, for as long as the block lasts.

    Args:
        folder: The collection's.
        timeout: How many seconds to wait for those who are copying it.

    Yields:
        Whether nobody is copying it, so that something may be taken away.
    """
    descriptor = _locked(folder, fcntl.LOCK_EX, timeout)
    try:
        yield descriptor != _BUSY
    finally:
        _release(descriptor)


_BUSY = -1
_NONE = -2


def _locked(folder: Path, kind: int, timeout: float) -> int:
    """A descriptor of the lease's file, locked; or _BUSY; or _NONE where there can be no such file."""
    path = folder / LEASE
    end = time.monotonic() + timeout
    while True:
        descriptor = _opened(path)
        if descriptor == _NONE:
            return _NONE
        share(path, folder)
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            if time.monotonic() >= end:
                return _BUSY
            time.sleep(_EVERY)
            continue
        except OSError as error:
            os.close(descriptor)
            # A network's file system has locks, but not this kind for who may not write to the file: somebody may be
            # copying. Others have none at all.
            return _BUSY if error.errno == errno.EBADF else _NONE
        if _is_at(descriptor, path):
            return descriptor
        os.close(descriptor)  # another collection was put in the place of the one that it belonged to


def _opened(path: Path) -> int:
    """A descriptor of the lease's file, for writing if one may: NFS asks for that; or _NONE."""
    # No file comes to be where a link in a stranger's collection leads.
    for access in (os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW, os.O_RDONLY):
        with suppress(OSError):
            return os.open(path, access | os.O_CLOEXEC, 0o666)
    return _NONE


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def _release(descriptor: int) -> None:
    if descriptor >= 0:
        os.close(descriptor)
