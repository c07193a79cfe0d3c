"""The ledger's file as a database: a connection for each thread, all of them to the same file, settings and changes.

Another collection may be put in the place of one that is open. Its ledger has the same path and is another file, and
no connection to it may come among those to the old one.

A ledger is a database in WAL mode, so that readers go on while a commit fills its log for minutes. A user who may read
it and not write can follow it too, as long as its log and the log's index lie beside it; SQLite removes both with the
last connection, and so they are put back, empty. Where they are missing all the same, on a read-only medium or before
anybody has written with this Dragoman, the ledger is read as a file that does not change, and every answer is checked:
if it did change, the question is asked again.
"""

import json
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

from ...errors import CollectionDamaged, CollectionLocked, CollectionMismatch, CollectionNotFound
from ..forking import Forked, abandon, prepare_for_forks, undisturbed
from .schema import FORMAT, MIGRATIONS, OLDEST, TABLES, Migration, is_current, migrate

UNFINISHED = ".unfinished"
"""What the name of a ledger ends in until it is whole."""

_ATTEMPTS = 20
"""How often a ledger is opened anew that others open, close or replace at the same moment, a little later each time."""

_File = tuple[int, int]
"""A file's device and inode, which tell files apart that have had the same name."""

_State = tuple[int, int, int, int, int]
"""A ledger's device, inode, size and time of change (ns), and the size of its log, or -1 if there is none."""

_T = TypeVar("_T")


class _Connection(sqlite3.Connection):
    """A connection that no fork finds at work."""

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        with undisturbed():
            return super().execute(*arguments)

    def executemany(self, *arguments: Any) -> sqlite3.Cursor:
        with undisturbed():
            return super().executemany(*arguments)


class _Opened(NamedTuple):
    """A connection, and the state of the ledger if it is taken to stay like that, else None."""

    connection: sqlite3.Connection
    frozen: _State | None


def _file_at(path: Path) -> _File | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _beside(path: Path) -> tuple[Path, Path]:
    """A ledger's log and the log's index."""
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def _state_of(path: Path) -> _State | None:
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
    """Put the log of a ledger and the log's index back where they are missing, empty, as far as one may."""
    with suppress(OSError):  # nobody may write here, or it is gone
        ledger = path.stat()
        for each in _beside(path):
            if each.exists():
                continue
            # Another process that opens the ledger at this moment may have made it already: then it is left as it is.
            descriptor = os.open(each, os.O_WRONLY | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
            try:
                os.fchmod(descriptor, ledger.st_mode & 0o777)  # as SQLite does, so that the same people may use them
                if os.geteuid() == 0:
                    os.fchown(descriptor, ledger.st_uid, ledger.st_gid)
            finally:
                os.close(descriptor)


def _close_all(path: Path, opened: dict[threading.Thread, _Opened]) -> None:
    with undisturbed():
        if opened:
            for each in opened.values():
                each.connection.close()
            opened.clear()
            put_back(path)


@contextmanager
def transaction(connection: sqlite3.Connection, begin: str) -> Generator[None]:
    """All changes in the block take effect together; none does if it ends with an error.

    Args:
        connection: What the changes are made through.
        begin: The statement that begins the transaction: "BEGIN", or "BEGIN IMMEDIATE" to write.
    """
    connection.execute(begin)
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


class Database(Forked):
    """The ledger at a path, opened. Safe to share among threads, each of which has a connection of its own.

    Args:
        path: The ledger's file.
        migrations: The steps from the oldest format that can be read to the present one.

    Raises:
        CollectionNotFound: There is none.
        CollectionMismatch: It has a format that this Dragoman cannot read.
        CollectionDamaged: It is no ledger at all.
    """

    def __init__(self, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> None:
        self.path = path
        self._migrations = migrations
        self._check_exists()
        self._opened: dict[threading.Thread, _Opened] = {}
        # A thread that drops a ledger that has been replaced cannot know whether another one still reads from it.
        weakref.finalize(self, _close_all, path, self._opened).atexit = False
        self._forked_in_change = False
        prepare_for_forks(self)
        self._file: _File | None = None
        self._lock = threading.Lock()
        self._changes_before = 0
        try:
            self._check_format()
        except BaseException:
            self.close()
            raise

    @classmethod
    def create(cls, path: Path, settings: Mapping[str, Any]) -> "Database":
        """Make an empty ledger at generation 0. It gets its name once it is complete.

        Args:
            path: Where it will be.
            settings: What it says of the collection, besides format and generation; values as JSON has them.
        """
        unfinished = path.with_name(path.name + UNFINISHED)
        unfinished.unlink(missing_ok=True)
        connection = sqlite3.connect(unfinished)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(TABLES)
            with connection:
                rows = {"format": FORMAT, "generation": 0, **settings}.items()
                connection.executemany("INSERT INTO settings VALUES (?, ?)", [(k, json.dumps(v)) for k, v in rows])
        finally:
            connection.close()
        unfinished.rename(path)
        return cls(path)

    def _check_exists(self) -> None:
        if not self.path.is_file():
            raise CollectionNotFound(
                f"no collection at {self.path.parent}: make one with `dragoman index PATH… --collection DIR`"
            )

    def _check_format(self) -> None:
        try:
            written = self.setting("format")
        except (sqlite3.DatabaseError, KeyError, ValueError) as error:
            raise CollectionDamaged(
                f"{self.path} is not a ledger ({error}): restore it from a copy, or index the sources anew"
            ) from error
        newest = OLDEST + len(self._migrations)
        if written > newest:
            raise CollectionMismatch(
                f"the collection has format {written}, and this Dragoman reads up to {newest}: upgrade dragoman"
            )
        if written < OLDEST:
            raise CollectionMismatch(
                f"the collection has format {written}, and this Dragoman reads format {OLDEST}: "
                "index its sources anew with `dragoman index PATH… --replace`"
            )

    def close(self) -> None:
        """Close every thread's connection."""
        with undisturbed(), self._lock:
            _close_all(self.path, self._opened)

    @property
    def is_replaced(self) -> bool:
        """Whether another file lies in its place."""
        return _file_at(self.path) not in (self._file, None)

    # Reading

    @property
    def connection(self) -> sqlite3.Connection:
        """The calling thread's connection, to write with. Read through `read`: it may turn out to be of the past."""
        with undisturbed():
            opened = self._opened.get(threading.current_thread())
            if opened is None or self._is_past(opened):
                opened = self._open()
            return opened.connection

    def read(self, question: Callable[[sqlite3.Connection], _T]) -> _T:
        """What a question finds through the calling thread's connection, as of one moment if it is one statement.

        It may be asked more than once, and must change nothing.
        """
        while True:
            with undisturbed():
                connection = self.connection
                opened = self._opened[threading.current_thread()]
                try:
                    answer = question(connection)
                except sqlite3.DatabaseError:
                    if not self._is_past(opened):
                        raise
                else:
                    if not self._is_past(opened):
                        return answer

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows that a SELECT finds.

        Args:
            statement: It changes nothing, and may be carried out more than once.
            values: Its parameters. With half characters (lone surrogates), which no stored text has, it finds nothing.
        """
        try:
            return self.read(lambda connection: connection.execute(statement, values).fetchall())
        except UnicodeEncodeError:
            return []

    def setting(self, key: str) -> Any:
        """One setting. Raises KeyError if there is none of that name."""
        rows = self.rows("SELECT value FROM settings WHERE key = ?", (key,))
        if not rows:
            raise KeyError(key)
        return json.loads(rows[0][0])

    def settings(self) -> dict[str, Any]:
        """All settings, as of one moment."""
        return {key: json.loads(value) for key, value in self.rows("SELECT key, value FROM settings")}

    @property
    def generation(self) -> int:
        """The number of changes made to the collection so far."""
        return self.setting("generation")

    # Changing

    def migrate(self) -> None:
        """Bring the ledger to the present format, and make the tables that it lacks. To be called before writing."""
        while not self._is_current():
            with self._begun() as connection:
                migrate(connection, self._migrations)

    def _is_current(self) -> bool:
        with undisturbed():
            return is_current(self.connection, self._migrations)

    @contextmanager
    def change(self) -> Generator[None]:
        """One change: all of it and a new generation, or, if an error comes out of the block, nothing.

        A block that changes nothing leaves the generation as it is.
        """
        with self._begun() as connection:
            self._changes_before = connection.total_changes
            yield
            if self.has_changed:
                self.set("generation", self.generation + 1)

    @contextmanager
    def _begun(self) -> Generator[sqlite3.Connection]:
        """The calling thread's connection, in a transaction."""
        if self._forked_in_change:  # SQLite would wait for a lock that nobody in this process can give back
            raise CollectionLocked(
                "this process was forked while its parent was changing the collection: change it from another process"
            )
        with ExitStack() as stack:
            with undisturbed():  # a fork closes connections that are in none
                connection = self.connection
                stack.enter_context(transaction(connection, "BEGIN IMMEDIATE"))
            yield connection

    @property
    def has_changed(self) -> bool:
        """Whether the present change has changed anything yet."""
        return self.connection.total_changes > self._changes_before

    def set(self, key: str, value: Any) -> None:
        """Write a setting, within `change`; `value` is anything that JSON can express."""
        self.connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (key, json.dumps(value)))

    def unset(self, key: str) -> None:
        """Remove a setting, if there is one of that name, within `change`."""
        self.connection.execute("DELETE FROM settings WHERE key = ?", (key,))

    def note(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Change something that no answer depends on, within `change` or by itself. The generation stays as it is.

        Args:
            statement: An INSERT, UPDATE or DELETE.
            values: Its parameters.

        Returns:
            The number of rows that it inserted, changed or deleted.
        """
        with undisturbed():
            connection = self.connection
            before = connection.total_changes
            concerned = connection.execute(statement, values).rowcount
            self._changes_before += connection.total_changes - before
            return concerned

    # Forks

    def before_fork(self) -> None:
        """Close the connections, since SQLite allows none to be carried into a child; threads open others.

        In a child that has inherited one, SQLite believes that it holds the locks of that connection, and takes none
        for others that it opens. But locks are the parent's alone: what the child commits could be lost.
        """
        idle = [thread for thread, each in self._opened.items() if not each.connection.in_transaction]
        for thread in idle:
            self._opened.pop(thread).connection.close()
        if idle:
            put_back(self.path)

    def after_fork(self) -> None:
        """Leave alone, in a child, the connection of a change that is the parent's: closing it would undo that."""
        for each in self._opened.values():
            abandon(each.connection)
            self._forked_in_change = True
        self._opened.clear()

    # The connections

    def _is_past(self, opened: _Opened) -> bool:
        """Whether a connection took the ledger for a file that does not change, and it has changed."""
        return opened.frozen is not None and _state_of(self.path) not in (opened.frozen, None)

    def _open(self) -> _Opened:
        file, connection, frozen = self._connected()
        if self._file is None:
            self._file = file
        elif file != self._file:  # the other threads' connections lead to what was there before
            connection.close()
            raise CollectionDamaged(f"the collection at {self.path.parent} has just been replaced: ask once more")
        with self._lock:
            # A server may well start a thread for every question.
            for thread in [each for each in self._opened if not each.is_alive()]:
                self._opened.pop(thread).connection.close()
            if past := self._opened.pop(threading.current_thread(), None):
                past.connection.close()
            self._opened[threading.current_thread()] = opened = _Opened(connection, frozen)
        return opened

    def _connected(self) -> tuple[_File | None, sqlite3.Connection, _State | None]:
        """The file that a connection leads to, the connection, and what the file is like if it is taken to stay so."""
        address = f"file:{quote(os.fsencode(self.path.absolute()))}"
        for attempt in range(_ATTEMPTS):
            file, frozen = _file_at(self.path), None
            try:
                connection = self._connect(f"{address}?mode=rw")
            except sqlite3.OperationalError as error:
                self._check_exists()
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_READONLY and os.access(self.path.parent, os.W_OK):
                    raise  # no lack of rights, but of room, of descriptors
                frozen = _state_of(self.path)
                if frozen is None or frozen[-1] > 0:  # without what its log holds, the ledger is of the past
                    if attempt == _ATTEMPTS - 1:
                        raise
                    time.sleep(0.01 * attempt)
                    continue
                connection = self._connect(f"{address}?mode=ro&immutable=1")
            if _file_at(self.path) == file:
                return file, connection, frozen
            # It was replaced in between; or an overlay made a copy of it when it was first opened for writing.
            connection.close()
        raise CollectionDamaged(f"the collection at {self.path.parent} is replaced again and again: ask once more")

    def _connect(self, uri: str) -> sqlite3.Connection:
        # Closing happens in whichever thread closes the collection; use stays within the thread.
        connection = sqlite3.connect(
            uri, uri=True, isolation_level=None, timeout=30, check_same_thread=False, factory=_Connection
        )
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("SELECT count(*) FROM settings").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
        return connection
