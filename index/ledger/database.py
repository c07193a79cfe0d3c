"""The ledger's file as a database: a connection for each thread, all of them to the same file, settings and changes.

Another collection may be put in the place of one that is open. Its ledger has the same path and is another file, and
no connection to it may come among those to the old one.
"""

import json
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from ...errors import CollectionClosed, CollectionDamaged, CollectionLocked, CollectionMismatch, SystemRefusal
from ..forking import Forked, abandon, prepare_for_forks, undisturbed
from ..segments.durability import rename, sync
from ..writing.rights import share
from .connections import (
    ATTEMPTS,
    File,
    Opened,
    check_exists,
    connected,
    damaged,
    file_at,
    passes,
    put_back,
    state_of,
    telling,
)
from .past_sqlite import blocks, hold, let_go
from .schema import CHANGE, FORMAT, IDENTITY, MIGRATIONS, OLDEST, TABLES, Migration, is_current, migrate

_REVISION = "revision"
"""The setting that is another one after each change, so that a seal of the file is known to be of the present one."""

UNFINISHED = ".unfinished"
"""What the name of a ledger ends in until it is whole."""

_T = TypeVar("_T")


def _close_all(path: Path, opened: dict[threading.Thread, Opened], held: list[File]) -> None:
    with undisturbed():
        if opened:
            for each in opened.values():
                each.connection.close()
            opened.clear()
            put_back(path)
        while held:
            let_go(held.pop())


def count_revisions(revision: str) -> int:
    """How many changes a ledger has had when it is at a revision; 0 where they were not counted yet."""
    count, dash, _ = revision.partition("-")
    return int(count) if dash and count.isdecimal() else 0


def remove_unfinished(path: Path) -> None:
    """Remove what was to be the ledger at a path, with its logs, if anything of it is left."""
    for end in ("", "-journal", "-wal", "-shm"):
        path.with_name(path.name + UNFINISHED + end).unlink(missing_ok=True)


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
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite may have rolled it back already, where the disk is full
            connection.execute("ROLLBACK")
        raise


class Database(Forked):
    """The ledger at a path, opened. Safe to share among threads, each of which has a connection of its own.

    Args:
        path: The ledger's file.
        migrations: The steps from the oldest format that can be read to the present one.

    Raises:
        CollectionNotFound: There is none.
        CollectionMismatch: It has a format that this Dragoman cannot read.
        CollectionDamaged: It is no ledger at all.
        SystemRefusal: It cannot be read, although it may be whole.
    """

    def __init__(self, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> None:
        self.path = path
        self._migrations = migrations
        check_exists(self.path)
        self._opened: dict[threading.Thread, Opened] = {}
        self._held: list[File] = []
        self._is_closed = False
        # A thread that drops a ledger that has been replaced cannot know whether another one still reads from it.
        weakref.finalize(self, _close_all, path, self._opened, self._held).atexit = False
        self._forked_in_change = False
        prepare_for_forks(self)
        self._file: File | None = None
        self._lock = threading.Lock()
        self._changes_before = 0
        try:
            self._check_format()
        except BaseException:
            self.close()
            raise

    @classmethod
    def create(cls, path: Path, settings: Mapping[str, Any]) -> "Database":
        """Make an empty ledger at generation 0. It gets its name once it is complete and on disk.

        Args:
            path: Where it will be.
            settings: What it says of the collection, besides format and generation; values as JSON has them.
        """
        unfinished = path.with_name(path.name + UNFINISHED)
        remove_unfinished(path)  # of somebody who was killed while making one
        try:
            with closing(sqlite3.connect(unfinished)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(TABLES)
                with connection:
                    rows = {"format": FORMAT, "generation": 0, **settings}.items()
                    connection.executemany("INSERT INTO settings VALUES (?, ?)", [(k, json.dumps(v)) for k, v in rows])
                # Closing does this too, but says nothing where the disk refuses it, and leaves the log as it is.
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            share(unfinished, path.parent)
            sync(unfinished)
            rename(unfinished, path)
        finally:
            with suppress(OSError):  # the next writer does it
                remove_unfinished(path)
        return cls(path)

    def _check_format(self) -> None:
        try:
            written = self.setting("format")
        except (sqlite3.DatabaseError, KeyError, ValueError) as error:
            raise damaged(self.path, error) from error
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
        self._check_structure()

    def _check_structure(self) -> None:
        """Refuse what only a stranger can have put into a ledger: statements of its own, and paths to other folders."""
        foreign = self.rows(
            "SELECT type, name FROM sqlite_master WHERE type NOT IN ('table', 'index') OR sql LIKE 'CREATE VIRTUAL%'"
        )
        folders = self.rows("SELECT 'segment', name FROM segments WHERE name = '' OR name GLOB '*[^0-9A-Za-z_-]*'")
        for kind, name in [*foreign, *folders]:
            raise CollectionDamaged(
                f"{self.path} is not a ledger as Dragoman writes them, for it has a {kind} {name!r}: do not use it"
            )

    def close(self) -> None:
        """Close every thread's connection. What is asked from then on, by whichever thread, is an error."""
        with self._lock:
            self._is_closed = True
            opened = self._opened.copy()
            self._opened.clear()
        # Without the lock: what a thread is asking may need it, and is waited for.
        with undisturbed():
            _close_all(self.path, opened, self._held)

    def check_open(self) -> None:
        """Raise CollectionClosed if it has been closed."""
        if self._is_closed:
            raise CollectionClosed(f"the collection at {self.path.parent} has been closed: open it again")

    @property
    def is_in_place(self) -> bool:
        """Whether it still lies where it was opened: neither is it gone nor another file in its place."""
        return file_at(self.path) == self._file

    @property
    def is_replaced(self) -> bool:
        """Whether another file lies in its place."""
        return file_at(self.path) not in (self._file, None)

    # Reading

    @property
    def connection(self) -> sqlite3.Connection:
        """The calling thread's connection, to write with. Read through `read`: it may turn out to be of the past."""
        with undisturbed():
            opened = self._opened.get(threading.current_thread())
            if opened is None or self._is_past(opened):
                if opened is not None and opened.connection.in_transaction:  # what is read is to be of one moment
                    raise CollectionDamaged(
                        f"the collection at {self.path.parent} has been changed while it was read: try once more"
                    )
                with telling(self.path):
                    opened = self._open()
            return opened.connection

    def read(self, question: Callable[[sqlite3.Connection], _T]) -> _T:
        """What a question finds through the calling thread's connection, as of one moment if it is one statement.

        It may be asked more than once, and must change nothing.
        """
        attempts = 0
        while True:
            with undisturbed():
                connection = self.connection
                opened = self._opened.get(threading.current_thread())
                if opened is None or opened.connection is not connection:
                    self.check_open()  # another thread has just closed it
                    continue
                try:
                    with opened.connection.busy, telling(self.path):
                        answer = question(connection)
                except (sqlite3.DatabaseError, SystemRefusal, CollectionDamaged) as error:
                    self.check_open()  # another thread may just have closed it
                    if passes(error) and (attempts := attempts + 1) < ATTEMPTS:
                        time.sleep(0.01 * attempts)
                    elif not self._is_past(opened):
                        raise
                else:
                    if not self._is_past(opened):
                        return answer
                finally:
                    if opened.lack and opened.frozen is None and not opened.connection.in_transaction:
                        self._let_go(opened)  # the next one may find room again

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

    @property
    def stamp(self) -> str:
        """What changes with each change, and is the same for whoever reads the same collection.

        Copies of one collection, or one that was restored, may each have had a change of their own as the same one in
        number: that has a name of its own. An older Dragoman gave none, and the newest segment tells most apart.
        """
        ((identity, generation, change),) = self.rows(
            "SELECT (SELECT value FROM settings WHERE key = ?), (SELECT value FROM settings WHERE key = 'generation'),"
            " coalesce((SELECT value FROM settings WHERE key = ?),"
            " (SELECT name FROM segments ORDER BY number DESC LIMIT 1))",
            (IDENTITY, CHANGE),
        )
        return f"{identity or self._file} {generation} {change}"  # before format 6 there is no identity

    # Changing

    def migrate(self) -> None:
        """Bring the ledger to the present format, and make the tables that it lacks. To be called before writing."""
        while not self._is_current():
            with self._begun() as connection:
                migrate(connection, self._migrations)
                self._revise()

    def _is_current(self) -> bool:
        with undisturbed():
            return is_current(self.connection, self._migrations)

    @contextmanager
    def change(self, *, is_unread: bool = False) -> Generator[None]:
        """One change: all of it and a new generation, or, if an error comes out of the block, nothing.

        A block that changes nothing leaves the generation as it is.

        Args:
            is_unread: Whether nobody can have read the present generation, so that it needs no other number.
        """
        with self._begun() as connection:
            self._changes_before = before = connection.total_changes
            yield
            if self.has_changed and not is_unread:
                self.set("generation", self.generation + 1)
                self.set(CHANGE, uuid4().hex)
            if connection.total_changes != before:
                self._revise()

    @contextmanager
    def _begun(self) -> Generator[sqlite3.Connection]:
        """The calling thread's connection, in a transaction."""
        if self._forked_in_change:  # SQLite would wait for a lock that nobody in this process can give back
            raise CollectionLocked(
                "this process was forked while its parent was changing the collection: change it from another process"
            )
        with ExitStack() as stack:
            with undisturbed():  # a fork closes connections that are in none
                connection = self._writable()
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

    def note(self, statement: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> int:
        """Change something that no answer depends on, within `change` or by itself. The generation stays as it is.

        Args:
            statement: An INSERT, UPDATE or DELETE.
            values: Its parameters.

        Returns:
            The number of rows that it inserted, changed or deleted.
        """
        with undisturbed():
            connection = self._writable()
            before = connection.total_changes
            alone = not connection.in_transaction  # else the change that it belongs to ends with one
            with transaction(connection, "BEGIN IMMEDIATE") if alone else nullcontext():
                concerned = connection.execute(statement, values).rowcount
                self._changes_before += connection.total_changes - before
                if alone and concerned:
                    self._revise()
            return concerned

    @property
    def revision(self) -> str:
        """What differs whenever a byte of the ledger may, as it must; empty if none has changed since there is one."""
        rows = self.rows("SELECT value FROM settings WHERE key = ?", (_REVISION,))
        return json.loads(rows[0][0]) if rows else ""

    def _revise(self) -> None:
        before = self.connection.total_changes
        self.set(_REVISION, f"{count_revisions(self.revision) + 1}-{uuid4().hex}")
        self._changes_before += self.connection.total_changes - before

    @property
    def size(self) -> int:
        """How many bytes the file has."""
        return self.path.stat().st_size

    def blocks(self, size: int) -> Iterator[bytes]:
        """The bytes of the file, block after block, without what its log holds.

        Raises:
            OSError: They cannot be read.
        """
        with undisturbed():
            _ = self.connection
        return blocks(self.path, self._file or self._held[-1], size)

    def flush(self) -> bool:
        """Bring what the log holds into the file itself; whether all of it is there now."""
        with undisturbed():
            busy, logged, done = self.connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        return not busy and logged == done

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

    def _writable(self) -> sqlite3.Connection:
        """The calling thread's connection, opened anew if it could only read. Raises SystemRefusal if it still can."""
        opened = self._opened.get(threading.current_thread())
        if opened is not None and opened.lack:
            self._let_go(opened)
        connection = self.connection
        if lack := self._opened[threading.current_thread()].lack:
            raise lack
        return connection

    def _let_go(self, opened: Opened) -> None:
        """Close the calling thread's connection."""
        with self._lock:
            self._opened.pop(threading.current_thread(), None)
        opened.connection.close()

    def _is_past(self, opened: Opened) -> bool:
        """Whether a connection took the ledger for a file that does not change, and it has changed."""
        return opened.frozen is not None and state_of(self.path) not in (opened.frozen, None)

    def _open(self) -> Opened:
        self.check_open()
        # Held before it is connected to: were it closed in between, the connection would lose its locks.
        if not self._held and (file := file_at(self.path)):
            hold(file)
            self._held.append(file)
        file, opened = connected(self.path)
        if self._file is None:
            self._file = file
        elif file != self._file:  # the other threads' connections lead to what was there before
            opened.connection.close()
            raise CollectionDamaged(f"the collection at {self.path.parent} has just been replaced: ask once more")
        with self._lock:
            if self._is_closed:
                opened.connection.close()
                _close_all(self.path, self._opened, self._held)
                self.check_open()
            if file and file not in self._held:  # it was replaced in between
                hold(file)
                self._held.append(file)
            # A server may well start a thread for every question.
            for thread in [each for each in self._opened if not each.is_alive()]:
                self._opened.pop(thread).connection.close()
            if past := self._opened.pop(threading.current_thread(), None):
                past.connection.close()
            self._opened[threading.current_thread()] = opened
        return opened
