"""A ledger's bytes, read past SQLite in a process that also asks it.

A process that closes a file loses all its locks on that file, whichever way it got them (POSIX), and those by which
SQLite tells others that somebody is reading are of that kind: another program would take the log away as if nobody
needed it. So a file is opened once, and closed only when no `Database` of the process is connected to it.
"""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from .connections import File

_lock = threading.Lock()
_held: Final[dict[File, list[int]]] = {}
"""Of each file that somebody is connected to: how many are, and its descriptor if it has been read."""


def hold(file: File) -> None:
    """Count one more that is connected to a file."""
    with _lock:
        _held.setdefault(file, [0])[0] += 1


def let_go(file: File) -> None:
    """Count one less, whose connections are closed. With the last one the file is closed."""
    with _lock:
        _held[file][0] -= 1
        if not _held[file][0]:
            for descriptor in _held.pop(file)[1:]:
                os.close(descriptor)


def blocks(path: Path, file: File, size: int) -> Iterator[bytes]:
    """The bytes of a file that is held, in blocks.

    Args:
        path: Where it lies.
        file: Which it is.
        size: The most bytes of a block.

    Raises:
        OSError: It cannot be read, or another one lies there.
    """
    with _lock:
        known = _held[file]
        if len(known) == 1:
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
            status = os.fstat(descriptor)
            if (found := (status.st_dev, status.st_ino)) != file:
                if found in _held:  # closing it would take the locks of those who are connected to that
                    _held[found].append(descriptor)
                else:
                    os.close(descriptor)
                raise FileNotFoundError(2, "another file lies in its place", str(path))
            known.append(descriptor)
    at = 0
    while block := os.pread(known[1], size, at):
        yield block
        at += len(block)
