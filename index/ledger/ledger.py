"""The ledger: a collection's SQLite database, and the one truth about what is in it.

Documents and passages, which segments are live, which passages are deleted, and what the index was built with. A
change is one transaction, and raises the generation by one; whatever is not in the ledger does not exist.

Rows of documents are immutable versions: a changed document is a new row, and the old one is retired, so that a
reader that still holds yesterday's segments finds yesterday's texts.
"""

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Document
from ...corpus.signatures import Rule
from ...errors import CollectionDamaged, CollectionMismatch
from . import near_copies as copies
from . import origins as sources
from .database import Connections

FORMAT = 2
"""The version of everything on disk. Raised whenever an older Dragoman could not read what a newer one writes, or a
newer one what an older one wrote.
"""

UNFINISHED = ".unfinished"
"""What the name of a ledger ends in until it is whole."""

_SCHEMA = """
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    version INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    hash TEXT NOT NULL,
    description TEXT NOT NULL,
    text TEXT NOT NULL,
    retired_at REAL
);
CREATE UNIQUE INDEX live_documents ON documents (id) WHERE retired_at IS NULL;
CREATE INDEX retired_documents ON documents (retired_at) WHERE retired_at IS NOT NULL;
CREATE TABLE segments (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    retired_at REAL
);
CREATE TABLE passages (
    segment INTEGER NOT NULL REFERENCES segments,
    ordinal INTEGER NOT NULL,
    version INTEGER NOT NULL REFERENCES documents,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    PRIMARY KEY (segment, ordinal)
) WITHOUT ROWID;
CREATE INDEX passages_by_document ON passages (version, start);
CREATE TABLE deletions (
    segment INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    PRIMARY KEY (segment, ordinal)
) WITHOUT ROWID;
"""


class State(NamedTuple):
    """What a reader needs to open: all of one generation. `copies` is fit for `copies.Copies`."""

    generation: int
    segments: list[tuple[int, str]]
    deleted: dict[int, NDArray[np.int64]]
    settings: dict[str, Any]
    copies: NDArray[np.int64]


class LiveVersion(NamedTuple):
    """Which version of a document is live, and the hash of its content."""

    version: int
    hash: str


class PassageRow(NamedTuple):
    """Where a passage is kept, by the number of its segment and its ordinal there, and its span in the document."""

    segment: int
    ordinal: int
    start: int
    end: int


class Ledger:
    """The ledger of one collection; safe to share among threads, each of which has a connection of its own.

    Raises CollectionNotFound if there is none, CollectionMismatch if it has another format, CollectionDamaged if it is
    no ledger at all.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connections = Connections(path)
        self._changes_before = 0
        try:
            written = self.setting("format")
        except (sqlite3.DatabaseError, KeyError, ValueError) as error:
            self.close()
            raise CollectionDamaged(
                f"{path} is not a ledger ({error}): restore it from a copy, or index the sources anew"
            ) from error
        if written > FORMAT:
            self.close()
            raise CollectionMismatch(
                f"the collection has format {written}, and this Dragoman reads up to {FORMAT}: upgrade dragoman"
            )
        if written < FORMAT:
            self.close()
            raise CollectionMismatch(
                f"the collection has format {written}, and this Dragoman reads format {FORMAT}: "
                "index its sources anew with `dragoman index PATH… --replace`"
            )

    @staticmethod
    def create(path: Path, settings: dict[str, Any]) -> "Ledger":
        """Make an empty ledger at generation 0. It takes its place once it is whole."""
        unfinished = path.with_name(path.name + UNFINISHED)
        unfinished.unlink(missing_ok=True)
        connection = sqlite3.connect(unfinished)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA + copies.SCHEMA + sources.SCHEMA)
            with connection:
                rows = {"format": FORMAT, "generation": 0, **settings}.items()
                connection.executemany("INSERT INTO settings VALUES (?, ?)", [(k, json.dumps(v)) for k, v in rows])
        finally:
            connection.close()
        unfinished.rename(path)
        return Ledger(path)

    def close(self) -> None:
        """Close every thread's connection."""
        self._connections.close()

    @property
    def is_replaced(self) -> bool:
        """Whether another ledger lies in its place, as after `dragoman index --replace`."""
        return self._connections.is_replaced

    @property
    def _connection(self) -> sqlite3.Connection:
        """The calling thread's connection, to write with."""
        return self._connections.own

    # What is in it

    def setting(self, key: str) -> Any:
        """One setting. Raises KeyError if there is none of that name."""
        found = self.rows("SELECT value FROM settings WHERE key = ?", (key,))
        if not found:
            raise KeyError(key)
        return json.loads(found[0][0])

    @property
    def generation(self) -> int:
        """The number of changes made to the collection so far."""
        return self.setting("generation")

    def state(self) -> State:
        """All of the present generation, read in one go; within `change`, as it would be if that ended now."""
        return self._connections.read(_state)

    def document(self, version: int) -> Document | None:
        """A version of a document, retired or not, or None if it has been collected."""
        return self._document("version = ?", version)

    def live_document(self, document_id: str) -> Document | None:
        """The document of that id, or None."""
        return self._document("id = ? AND retired_at IS NULL", document_id)

    def _document(self, condition: str, value: object) -> Document | None:
        query = f"SELECT description, text FROM documents WHERE {condition}"  # noqa: S608  # one of the two above
        found = self.rows(query, (value,))
        return Document.from_description(json.loads(found[0][0]), found[0][1]) if found else None

    def live_version(self, document_id: str) -> LiveVersion | None:
        """The version of the document of that id that is live, or None."""
        found = self.rows("SELECT version, hash FROM documents WHERE id = ? AND retired_at IS NULL", (document_id,))
        return LiveVersion(*found[0]) if found else None

    def live_ids(self, prefix: str = "", after: str = "") -> Iterator[str]:
        """The ids of all documents that begin with a prefix and come after an id, in order."""
        last = after
        page = """SELECT id FROM documents
            WHERE retired_at IS NULL AND id > ? AND substr(id, 1, ?) = ? ORDER BY id LIMIT 1000"""
        while rows := self.rows(page, (last, len(prefix), prefix)):
            yield from (row[0] for row in rows)
            last = rows[-1][0]

    def live_passages(self, version: int) -> list[PassageRow]:
        """The passages of a document's version, in order."""
        found = self.rows(
            """SELECT passages.segment, passages.ordinal, start, end FROM passages
            JOIN segments ON segments.number = passages.segment AND segments.retired_at IS NULL
            WHERE version = ? ORDER BY start""",
            (version,),
        )
        return [PassageRow(*row) for row in found]

    def count_documents(self) -> int:
        """How many documents there are."""
        return self.rows("SELECT count(*) FROM documents WHERE retired_at IS NULL")[0][0]

    def segment_names(self) -> set[str]:
        """The names of all segments, those included that are retired but not yet collected."""
        return {row[0] for row in self.rows("SELECT name FROM segments")}

    def problems(self) -> list[str]:
        """What SQLite's own check finds wrong, and rows that lack what they refer to."""
        found = [row[0] for row in self.rows("PRAGMA quick_check") if row[0] != "ok"]
        lost = self.rows(
            """SELECT count(*) FROM passages WHERE NOT EXISTS
            (SELECT 1 FROM documents WHERE documents.version = passages.version)"""
        )[0][0]
        return found + ([f"{lost} passages belong to no document"] if lost else [])

    # What others keep in it: see `sources`.

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows that a SELECT finds: none where it asks for half characters (lone surrogates), which nothing has."""
        try:
            return self._connections.read(lambda connection: connection.execute(statement, values).fetchall())
        except UnicodeEncodeError:
            return []

    def note(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Change what no answer depends on, within `change` or by itself; return the number of rows concerned.

        The generation stays as it is.
        """
        connection = self._connection
        before = connection.total_changes
        concerned = connection.execute(statement, values).rowcount
        self._changes_before += connection.total_changes - before
        return concerned

    # How it changes. Everything below happens within `change`.

    @contextmanager
    def change(self) -> Iterator[None]:
        """One change: all of it and a new generation, or, if an error comes out of the block, nothing.

        A block that changes nothing leaves the generation as it is.
        """
        connection = self._connection
        with _transaction(connection, "BEGIN IMMEDIATE"):
            self._changes_before = connection.total_changes
            yield
            if self.has_changed:
                self.set("generation", self.generation + 1)

    @property
    def has_changed(self) -> bool:
        """Whether the present change has changed anything yet."""
        return self._connection.total_changes > self._changes_before

    def set(self, key: str, value: Any) -> None:
        """Write a setting."""
        self._connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (key, json.dumps(value)))

    def unset(self, key: str) -> None:
        """Remove a setting, if there is one of that name."""
        self._connection.execute("DELETE FROM settings WHERE key = ?", (key,))

    def add_document(self, document: Document) -> int:
        """Add a version of a document, of whose id none may be live; return its number."""
        cursor = self._connection.execute(
            "INSERT INTO documents (id, hash, description, text) VALUES (?, ?, ?, ?)",
            (document.id, document.content_hash, json.dumps(document.description(), ensure_ascii=False), document.text),
        )
        return int(cursor.lastrowid or 0)

    def retire_document(self, version: int) -> None:
        """Delete a version of a document and its passages."""
        self._connection.execute("UPDATE documents SET retired_at = ? WHERE version = ?", (time.time(), version))
        self._connection.execute(
            "INSERT OR IGNORE INTO deletions SELECT segment, ordinal FROM passages WHERE version = ?", (version,)
        )

    def add_segment(self, name: str) -> int:
        """Add a segment; return its number."""
        return int(self._connection.execute("INSERT INTO segments (name) VALUES (?)", (name,)).lastrowid or 0)

    def retire_segment(self, number: int) -> None:
        """Take a segment out of use."""
        self._connection.execute("UPDATE segments SET retired_at = ? WHERE number = ?", (time.time(), number))

    def add_passages(self, segment: int, rows: Iterable[tuple[int, int, int, int]]) -> None:
        """Add a segment's passages: ordinal, document version, start, end."""
        connection = self._connection
        connection.executemany("INSERT INTO passages VALUES (?, ?, ?, ?, ?)", ((segment, *row) for row in rows))
        # A document may have been replaced while its passages were still being encoded.
        connection.execute(
            """INSERT INTO deletions SELECT segment, ordinal FROM passages
            JOIN documents USING (version) WHERE segment = ? AND retired_at IS NOT NULL""",
            (segment,),
        )

    def find_copies(self, rule: Rule = copies.DEFAULT) -> None:
        """Find near-copies among the live documents, as far as these have changed."""
        copies.regroup(self._connection, rule)

    def collect(self, before: float) -> list[str]:
        """Forget what was retired before a time (seconds since the epoch); return the names of forgotten segments."""
        connection = self._connection
        names = []
        for number, name in connection.execute(
            "SELECT number, name FROM segments WHERE retired_at < ?", (before,)
        ).fetchall():
            connection.execute("DELETE FROM deletions WHERE segment = ?", (number,))
            connection.execute("DELETE FROM passages WHERE segment = ?", (number,))
            connection.execute("DELETE FROM segments WHERE number = ?", (number,))
            names.append(name)
        connection.execute(
            """DELETE FROM documents WHERE retired_at < ?
            AND NOT EXISTS (SELECT 1 FROM passages WHERE passages.version = documents.version)""",
            (before,),
        )
        return names


def _state(connection: sqlite3.Connection) -> State:
    with nullcontext() if connection.in_transaction else _transaction(connection, "BEGIN"):
        settings = {key: json.loads(value) for key, value in connection.execute("SELECT key, value FROM settings")}
        segments = connection.execute(
            "SELECT number, name FROM segments WHERE retired_at IS NULL ORDER BY number"
        ).fetchall()
        deleted = {
            number: np.array(
                connection.execute("SELECT ordinal FROM deletions WHERE segment = ?", (number,)).fetchall(),
                np.int64,
            ).ravel()
            for number, _ in segments
        }
        copied = copies.stored(connection)
    return State(settings["generation"], segments, deleted, settings, copied)


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
