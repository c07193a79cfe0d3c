"""Connections to a ledger: to write, or, where the system does not let one, to read all the same.

A ledger is a database in WAL mode, so that readers go on while a commit fills its log for minutes. A user who may read
it and not write can follow it too, as long as its log and the log's index lie beside it; SQLite removes both with the
last connection, and so they are put back, empty. Where they are missing all the same, on a read-only medium or before
anybody has written with this Dragoman, the ledger is read as a file that does not change, and every answer is checked:
if it did change, the question is asked again.

The same holds for whoever may write where the disk is full. The log's index takes some room, and SQLite maps it into
memory, where a lack of room ends the process. So it is told to keep the index in memory, as it does for those who may
only read, and reading needs no free byte.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from ...errors import CollectionDamaged, CollectionNotFound, SystemRefusal
from ...refusals import lack_of_room, refusal, telling_refusals
from ..forking import undisturbed

ATTEMPTS = 20
"""How often a ledger is opened or asked anew that others open, close or replace at that moment, a little later each
time."""

SEAL = "ledger.seal"
"""The file beside a ledger that has its seal, which is there as long as the ledger is."""

WAIT = 30.0
"""How many seconds a ledger is waited for that another program has locked."""

File = tuple[int, int]
"""A file's device and inode, which tell files apart that have had the same name."""

State = tuple[int, int, int, int, int]
"""A ledger's device, inode, size and time of change (ns), and the size of its log, or -1 if there is none."""


class Connection(sqlite3.Connection):
    """A connection that no fork finds at work, and that tells what the system refuses."""

    path: Path

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.busy = threading.RLock()
        """Held while it is at work: the process would crash if another thread closed it then."""

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        """See `sqlite3`."""
        with undisturbed(), self.busy, telling(self.path):
            return super().execute(*arguments)

    def executemany(self, *arguments: Any) -> sqlite3.Cursor:
        """See `sqlite3`."""
        with undisturbed(), self.busy, telling(self.path):
            return super().executemany(*arguments)

    def close(self) -> None:
        """See `sqlite3`; what another thread is asking is waited for."""
        with self.busy:
            super().close()


@contextmanager
def telling(path: Path) -> Generator[None]:
    """Tell what the system refuses, and damage, as errors of ours."""
    try:
        yield
    except (sqlite3.Error, MemoryError) as error:
        if told := refusal(error, path):
            raise told from error
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "Could not decode" in str(error):
            raise damaged(path, error) from error
        raise


def passes(error: BaseException) -> bool:
    """Whether an error passes by itself: whoever opens a ledger to write is just about to write its log's index anew.

    One who may only read can neither do that nor wait for it, and SQLite tells it as a refusal to write.
    """
    code = getattr(error.__cause__ or error, "sqlite_errorcode", 0)
    return code in (sqlite3.SQLITE_READONLY_RECOVERY, sqlite3.SQLITE_READONLY_CANTINIT)


def damaged(path: Path, error: Exception) -> CollectionDamaged:
    """The error that says that there is no ledger in a file."""
    return CollectionDamaged(f"{path} is not a ledger ({error}): mend it with `dragoman doctor --repair`")


class Opened(NamedTuple):
    """A connection to the ledger.

    Attributes:
        connection: The connection.
        frozen: The state of the ledger if it is taken to stay like that, else None.
        lack: Why it can only be read, or None if it can be written to.
    """

    connection: Connection
    frozen: State | None
    lack: SystemRefusal | None


def file_at(path: Path) -> File | None:
    """Which file a path leads to, or None if it leads to none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _beside(path: Path) -> tuple[Path, Path]:
    """A ledger's log and the log's index."""
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def state_of(path: Path) -> State | None:
    """What a ledger's files are like, or None if there is none."""
    try:
        ledger = path.stat()
    except OSError:
        return None
    try:
        logged = _beside(path)[0].stat().st_size
    except OSError:
        logged = -1
    return ledger.st_dev, ledger.st_ino, ledger.st_size, ledger.st_mtime_ns, logged


def put_back(path: Path) -> None:
    """Put the log of a ledger and the log's index back where they are missing, empty, as far as one may.

    They get the ledger's mode, as SQLite does it, and its group, so that the same people may use them.
    """
    with suppress(OSError):  # nobody may write here, or it is gone
        ledger = path.stat()
        for each in _beside(path):
            if each.exists():
                continue
            # Another process that opens the ledger at this moment may have made it already: then it is left as it is.
            descriptor = os.open(each, os.O_WRONLY | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
            try:
                with suppress(OSError):  # only root gives to others, and only members of a group to it
                    os.fchown(descriptor, ledger.st_uid if os.geteuid() == 0 else -1, ledger.st_gid)
                os.fchmod(descriptor, ledger.st_mode & 0o777)
            finally:
                os.close(descriptor)


def check_exists(path: Path) -> None:
    """Raise CollectionNotFound if there is no ledger at a path; CollectionDamaged if it is gone, or links lie there."""
    with telling_refusals(path):
        links = [*filter(Path.is_symlink, _beside(path))]
        # More than once, for in between another collection may be put in the place, and one without a ledger never is.
        is_gone = all(not path.is_file() and path.with_name(SEAL).exists() for _ in range(3))
        exists = path.is_file()
    for link in links:  # SQLite would write into what it leads to
        raise CollectionDamaged(f"{link} is a link to somewhere else, and no log of a ledger: remove it")
    if not exists and is_gone:
        raise CollectionDamaged(
            f"{path} is gone, and with it the text of every document: restore a backup, or index the sources anew in "
            "another folder"
        )
    if not exists:
        raise CollectionNotFound(
            f"no collection at {path.parent}: make one with `dragoman index PATH… --collection DIR`"
        )


def connected(path: Path) -> tuple[File | None, Opened]:
    """Connect to the ledger at a path.

    Returns:
        The file that the connection leads to, and the connection.

    Raises:
        CollectionNotFound: There is none.
        CollectionDamaged: It is replaced again and again.
        SystemRefusal: It cannot be read.
        sqlite3.Error: It is no ledger.
    """
    address = f"file:{quote(os.fsencode(path.absolute()))}"
    for attempt in range(ATTEMPTS):
        file = file_at(path)
        try:
            lack = lack_of_room(path)
            opened = _with_log(path, address, lack) if lack else None
            opened = opened or Opened(_connect(path, f"{address}?mode=rw"), None, None)
        except sqlite3.OperationalError as error:
            check_exists(path)
            lack = refusal(error, path)
            if lack is None:
                raise
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:  # it was waited for
                raise lack from error
            found = _to_read(path, address, lack)
            if found is None:
                # It is being written, or its log was left behind.
                if attempt == ATTEMPTS - 1:
                    raise lack from error
                time.sleep(0.01 * attempt)
                continue
            opened = found
        if file_at(path) == file:
            return file, opened
        # It was replaced in between; or an overlay made a copy of it when it was first opened for writing.
        opened.connection.close()
    raise CollectionDamaged(f"the collection at {path.parent} is replaced again and again: ask once more")


def _to_read(path: Path, address: str, lack: SystemRefusal) -> Opened | None:
    """A connection that nothing is written for, or None if there is none at this moment."""
    if opened := _with_log(path, address, lack):
        return opened
    frozen = state_of(path)
    if frozen is None or frozen[-1] > 0:  # without what its log holds, the ledger is of the past
        return None
    try:
        return Opened(_connect(path, f"{address}?mode=ro&immutable=1"), frozen, lack)
    except sqlite3.OperationalError:
        raise lack from None


def _with_log(path: Path, address: str, lack: SystemRefusal) -> Opened | None:
    """A connection that reads a ledger with its log, or None if that or the log's index is missing."""
    with suppress(sqlite3.OperationalError):
        return Opened(_connect(path, f"{address}?mode=ro&readonly_shm=1"), None, lack)
    return None


def _connect(path: Path, uri: str) -> Connection:
    # Closing happens in whichever thread closes the collection; use stays within the thread.
    connection = sqlite3.connect(
        uri, uri=True, isolation_level=None, timeout=WAIT, check_same_thread=False, factory=Connection
    )
    connection.path = path
    try:
        cursor = connection.cursor()  # which tells errors as SQLite does
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA trusted_schema = OFF")  # which may be a stranger's
        cursor.execute("SELECT count(*) FROM settings").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection
