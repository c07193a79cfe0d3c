"""The writer's lock: one process at a time changes a collection, and the others are told which."""

import json
import os
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from ...errors import CollectionDamaged, CollectionLocked, DragomanError
from ...refusals import refusal, telling_refusals
from .rights import share

LOCK_TIMEOUT = 30.0
"""How many seconds a change waits for another writer to finish, unless told otherwise."""

_LOCK = "writer.lock"
_HOLDER = "writer.json"
LOCK_FILES = _LOCK, _HOLDER
"""What a lock leaves in a folder."""


@contextmanager
def writer_lock(folder: Path, timeout: float) -> Generator[None]:
    """Hold the writer's lock of a collection.

    Args:
        folder: The collection's.
        timeout: How many seconds to wait for another writer to finish.

    Raises:
        CollectionLocked: Another writer does not finish in time; the message names it.
        CollectionDamaged: A link lies where the lock should be: what it leads to would be written over.
        SystemRefusal: The folder cannot be written to.
    """
    import filelock  # late, because reading never needs it

    holder = folder / _HOLDER
    with telling_refusals(folder / _LOCK):
        links = [*filter(Path.is_symlink, (folder / _LOCK, holder))]
    for link in links:
        raise CollectionDamaged(f"{link} is a link to somewhere else, and no lock of a writer: remove it")
    until = time.monotonic() + timeout
    lock: filelock.BaseFileLock | None = None
    try:
        while True:
            found = folder.stat()
            # Whoever may write in the folder may hold the lock, whoever made it.
            lock = filelock.FileLock(folder / _LOCK, mode=(found.st_mode & 0o666) | 0o600)
            lock.acquire(timeout=max(until - time.monotonic(), 0))
            if os.path.samestat(found, folder.stat()):
                break
            lock.release()  # another collection was put in its place while this waited, and has a lock of its own
    except filelock.Timeout as error:
        raise CollectionLocked(f"the collection is being written by {_named(holder)}: try again later") from error
    except OSError as error:
        if lock:
            lock.release()
        if refused := refusal(error, folder / _LOCK):
            raise refused from error
        raise DragomanError(f"the collection at {folder} cannot be written to: {error.strerror}") from error
    try:
        share(folder / _LOCK, folder)
        with suppress(OSError):  # a courtesy: what the disk is full of may be what this writer sweeps away
            holder.write_text(
                json.dumps({"pid": os.getpid(), "host": os.uname().nodename, "since": time.strftime("%F %T")})
            )
            share(holder, folder)
        yield
    finally:
        with suppress(OSError):
            if os.path.samestat(found, folder.stat()):
                holder.unlink()
        lock.release()


def _named(holder: Path) -> str:
    """The process that holds the lock, as it wrote itself down."""
    try:
        known = json.loads(holder.read_text())
        return f"process {known['pid']} on {known['host']} since {known['since']}"
    except (OSError, ValueError, KeyError):
        return "another process"
