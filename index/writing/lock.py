"""The writer's lock: one process at a time changes a collection, and the others are told which."""

import json
import os
import socket
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ...errors import CollectionLocked, DragomanError

LOCK_TIMEOUT = 30.0
"""How many seconds a change waits for another writer to finish, unless told otherwise."""

_LOCK = "writer.lock"
_HOLDER = "writer.json"


@contextmanager
def writer_lock(folder: Path, timeout: float) -> Generator[None]:
    """Hold the writer's lock of a collection.

    Args:
        folder: The collection's.
        timeout: How many seconds to wait for another writer to finish.

    Raises:
        CollectionLocked: Another writer does not finish in time; the message names it.
        DragomanError: The folder cannot be written to.
    """
    import filelock  # late, because reading never needs it

    lock = filelock.FileLock(folder / _LOCK)
    holder = folder / _HOLDER
    try:
        lock.acquire(timeout=timeout)
    except filelock.Timeout as error:
        raise CollectionLocked(f"the collection is being written by {_named(holder)}: try again later") from error
    except OSError as error:
        raise DragomanError(f"the collection at {folder} cannot be written to: {error.strerror}") from error
    try:
        holder.write_text(
            json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": time.strftime("%F %T")})
        )
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _named(holder: Path) -> str:
    """The process that holds the lock, as it wrote itself down."""
    try:
        known = json.loads(holder.read_text())
        return f"process {known['pid']} on {known['host']} since {known['since']}"
    except (OSError, ValueError, KeyError):
        return "another process"
