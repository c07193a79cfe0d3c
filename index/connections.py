"""The connections to a ledger's file: one for each thread, all of them to the same file.

Another collection may be put in the place of one that is open. Its ledger has the same path and is another file, and
no connection to it may come among those to the old one.
"""

import sqlite3
import threading
import weakref
from pathlib import Path
from urllib.parse import quote

from ..errors import CollectionDamaged, CollectionNotFound

_File = tuple[int, int]
"""A file's device and inode: what it is, whatever it is called."""


def _file_at(path: Path) -> _File | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _close_all(opened: dict[threading.Thread, sqlite3.Connection]) -> None:
    for connection in opened.values():
        connection.close()
    opened.clear()


class Connections:
    """The connections to the ledger at a path. Raises CollectionNotFound if there is none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._check_exists()
        self._local = threading.local()
        self._opened: dict[threading.Thread, sqlite3.Connection] = {}
        # Whoever drops a ledger that has been replaced cannot know whether another thread still reads from it.
        weakref.finalize(self, _close_all, self._opened).atexit = False
        self._file: _File | None = None
        self._lock = threading.Lock()

    def _check_exists(self) -> None:
        if not self.path.is_file():
            raise CollectionNotFound(
                f"no collection at {self.path.parent}: make one with `dragoman index PATH… --collection DIR`"
            )

    def close(self) -> None:
        """Close every thread's connection."""
        with self._lock:
            _close_all(self._opened)
        self._local = threading.local()

    @property
    def is_replaced(self) -> bool:
        """Whether another file lies in its place."""
        return _file_at(self.path) not in (self._file, None)

    @property
    def own(self) -> sqlite3.Connection:
        """The calling thread's connection."""
        if not hasattr(self._local, "connection"):
            self._local.connection = self._open()
        return self._local.connection

    def _open(self) -> sqlite3.Connection:
        file, connection = self._connected()
        if self._file is None:
            self._file = file
        elif file != self._file:  # the other threads' connections lead to what was there before
            connection.close()
            raise CollectionDamaged(f"the collection at {self.path.parent} has just been replaced: ask once more")
        with self._lock:
            # A server may well start a thread for every question.
            for thread in [each for each in self._opened if not each.is_alive()]:
                self._opened.pop(thread).close()
            self._opened[threading.current_thread()] = connection
        return connection

    def _connected(self) -> tuple[_File | None, sqlite3.Connection]:
        """A connection, and the file that it leads to."""
        address = f"file:{quote(str(self.path.absolute()))}"
        while True:
            file = _file_at(self.path)
            try:
                connection = self._connect(f"{address}?mode=rw")
            except sqlite3.OperationalError:
                self._check_exists()
                # A medium that cannot be written to. SQLite reads a WAL database there only on our word that nobody
                # changes it, which a log beside it would belie.
                wal = self.path.with_name(self.path.name + "-wal")
                connection = self._connect(f"{address}?mode=ro" + ("" if wal.exists() else "&immutable=1"))
            if _file_at(self.path) == file:
                return file, connection
            # It was replaced in between; or an overlay made a copy of it when it was first opened for writing.
            connection.close()

    def _connect(self, uri: str) -> sqlite3.Connection:
        # Closing happens in whichever thread closes the collection; use stays within the thread.
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=30, check_same_thread=False)
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("SELECT count(*) FROM settings").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
        return connection
