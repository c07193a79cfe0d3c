"""Memory that a server shares with its workers: what one of them writes there, all of them read.

It lies in no folder, and is gone with the last process that has it. A process hands it on by forking.
"""

import errno
import fcntl
import mmap
import os
import struct
import tempfile
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Final

from ...index.forking import undisturbed

WORKER: Final = "worker"
"""What begins the name of a number that is 1 where a worker answers, and 0 where it has ended."""

LOST: Final = "lost"
"""The name of the number of workers that have ended although nobody told them to, and were replaced."""

HITS: Final = "hits"
MISSES: Final = "misses"
"""The names of the numbers of questions whose answer was in the cache, or was not."""

_LOCK = 0
_LEAD = 1
_EACH = 2
"""Which bytes are locked: for a moment by whoever reads or writes, and by the one process that leads, until it ends."""


_MOMENT = 1e-4  # seconds


class _Locks:
    """A file that lies in no folder, of which each shared memory locks two bytes of its own.

    One is enough for a process, as descriptors are scarce, and it is never closed, which would give up every lock.
    """

    def __init__(self) -> None:
        self.process = os.getpid()
        if hasattr(os, "memfd_create"):
            self.descriptor = os.memfd_create("dragoman")
        else:
            with tempfile.TemporaryFile() as file:
                self.descriptor = os.dup(file.fileno())
        self.begins = count(0, _EACH)


_making = threading.Lock()
_locks: list[_Locks] = []


def _present_locks() -> _Locks:
    """The locks for what this process makes, rather than the one that it was forked off."""
    with undisturbed(), _making:
        if not _locks or _locks[-1].process != os.getpid():
            _locks.append(_Locks())
        return _locks[-1]


class SharedMemory:
    """So many bytes, first all zero, and a lock. Safe to share among threads, and among processes that were forked.

    A process that is killed in the midst of a change holds nobody up: the system takes its locks back.

    Args:
        size: How many bytes.
    """

    def __init__(self, size: int) -> None:
        locks = _present_locks()
        self._descriptor, self._begin = locks.descriptor, next(locks.begins)
        self._bytes = mmap.mmap(-1, size)
        self._lock = threading.Lock()

    @contextmanager
    def locked(self) -> Generator[mmap.mmap]:
        """The bytes, which nobody else changes meanwhile. It is meant for microseconds."""
        with undisturbed(), self._lock:
            self._take()
            try:
                yield self._bytes
            finally:
                fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, self._begin + _LOCK)

    def _take(self) -> None:
        """Wait for the lock of all processes.

        The system sees a deadlock where one thread of a process waits for what another process holds, whose other
        thread waits for what a second thread of the first one holds. Each gives up its own in a moment: once more.
        """
        while True:
            try:
                fcntl.lockf(self._descriptor, fcntl.LOCK_EX, 1, self._begin + _LOCK)
            except OSError as error:
                if error.errno != errno.EDEADLK:
                    raise
                time.sleep(_MOMENT)
            else:
                return

    def leads(self) -> bool:
        """Whether this process is the one that leads; it is from now on where none is, until it ends."""
        try:
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, self._begin + _LEAD)
        except OSError:  # another does
            return False
        return True


_LONGEST_NAME = 88  # bytes


class Counts:
    """Numbers by name, which every process adds to and reads.

    Args:
        most: How many names there may be. What is counted under any more, or under a long name, is not kept.
    """

    _ENTRY: Final = struct.Struct(f"{_LONGEST_NAME}sd")
    _USED: Final = struct.Struct("Q")

    def __init__(self, most: int = 4096) -> None:
        self._most = most
        self._memory = SharedMemory(self._USED.size + most * self._ENTRY.size)
        self._places: dict[str, int] = {}
        """Where each name stands, as far as this process knows. Names are only ever added."""

    def add(self, values: Mapping[str, float]) -> dict[str, float]:
        """Add to numbers; one that was not there was 0. What they are now is returned."""
        with self._memory.locked() as memory:
            sums = {name: self._read(memory, name) + value for name, value in values.items()}
            for name, value in sums.items():
                self._write(memory, name, value)
            return sums

    def put(self, name: str, value: float) -> None:
        """Set a number."""
        with self._memory.locked() as memory:
            self._write(memory, name, value)

    def all(self) -> dict[str, float]:
        """Every number by its name, in the order in which they came."""
        with self._memory.locked() as memory:
            self._learn(memory)
            return {name: self._value(memory, place) for name, place in self._places.items()}

    def leads(self) -> bool:
        """See `SharedMemory.leads`."""
        return self._memory.leads()

    def _read(self, memory: mmap.mmap, name: str) -> float:
        if name not in self._places:
            self._learn(memory)
        return self._value(memory, self._places[name]) if name in self._places else 0.0

    def _write(self, memory: mmap.mmap, name: str, value: float) -> None:
        if name not in self._places:
            self._learn(memory)
        if name not in self._places:
            if len(self._places) == self._most or len(name.encode()) > _LONGEST_NAME:
                return
            place = self._USED.size + len(self._places) * self._ENTRY.size
            self._ENTRY.pack_into(memory, place, name.encode(), value)
            self._places[name] = place
            self._USED.pack_into(memory, 0, len(self._places))
        else:
            self._ENTRY.pack_into(memory, self._places[name], name.encode(), value)

    def _value(self, memory: mmap.mmap, place: int) -> float:
        return self._ENTRY.unpack_from(memory, place)[1]

    def _learn(self, memory: mmap.mmap) -> None:
        """Find out which names have come since, from other processes."""
        for number in range(len(self._places), self._USED.unpack_from(memory, 0)[0]):
            place = self._USED.size + number * self._ENTRY.size
            name = self._ENTRY.unpack_from(memory, place)[0].rstrip(b"\0").decode(errors="replace")
            self._places[name] = place
