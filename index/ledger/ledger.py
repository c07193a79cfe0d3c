"""The ledger: a collection's SQLite database, and the one truth about what is in it.

Documents and passages, which segments are live, which passages are deleted, and what the index was built with. A
change is one transaction, and raises the generation by one. What is not in the ledger does not exist.

Rows of documents are immutable versions: a changed document is a new row, and the old one is retired, so that a
reader that still holds yesterday's segments finds yesterday's texts.
"""

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Document
from .database import Database, transaction
from .manifest import Manifest
from .near_copies import groups_of_copies


class State(NamedTuple):
    """What a reader needs to open: all of one generation. `copies` is fit for `near_copies.Copies`."""

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
    """The contents of one collection; safe to share among threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # What is in it

    @property
    def manifest(self) -> Manifest:
        """What the collection says of itself; within a change, as it would if that ended now."""
        return Manifest.from_settings(self._database.settings())

    def state(self) -> State:
        """All of the present generation, read in one go; within a change, as it would be if that ended now."""
        return self._database.read(_state)

    def document(self, version: int) -> Document | None:
        """A version of a document, retired or not, or None if it has been collected."""
        return self._document("version = ?", version)

    def live_document(self, document_id: str) -> Document | None:
        """The document of that id, or None."""
        return self._document("id = ? AND retired_at IS NULL", document_id)

    def _document(self, condition: str, value: object) -> Document | None:
        query = f"SELECT version, description, text FROM documents WHERE {condition}"  # noqa: S608  # one of the above
        rows = self._database.rows(query, (value,))
        if not rows:
            return None
        version, description, text = rows[0]
        fields = json.loads(description)
        if "cut" not in fields or (not fields["cut"] and self._keeps_cuts_apart):
            fields["cut"] = self.cut(version)
        return Document.from_description(fields, text)

    @property
    def _keeps_cuts_apart(self) -> bool:
        """Whether it has a table for them: without one it is as an older Dragoman left it."""
        return bool(self._database.rows("SELECT name FROM sqlite_master WHERE name = 'cuts'"))

    def cut(self, version: int) -> tuple[str, ...]:
        """What was cut from a version of a document, in a ledger of the present format."""
        rows = self._database.rows("SELECT lines FROM cuts WHERE version = ?", (version,))
        return tuple(json.loads(rows[0][0])) if rows else ()

    def live_version(self, document_id: str) -> LiveVersion | None:
        """The version of the document of that id that is live, or None."""
        rows = self._database.rows(
            "SELECT version, hash FROM documents WHERE id = ? AND retired_at IS NULL", (document_id,)
        )
        return LiveVersion(*rows[0]) if rows else None

    def live_ids(self, prefix: str = "", after: str = "") -> Iterator[str]:
        """The ids of all documents, in order, read in pages.

        Args:
            prefix: What they must begin with.
            after: The id that they must come after.
        """
        last = after
        page = """SELECT id FROM documents
            WHERE retired_at IS NULL AND id > ? AND substr(id, 1, ?) = ? ORDER BY id LIMIT 1000"""
        while rows := self._database.rows(page, (last, len(prefix), prefix)):
            yield from (row[0] for row in rows)
            last = rows[-1][0]

    def live_passages(self, version: int) -> list[PassageRow]:
        """The passages of a document's version, in order."""
        rows = self._database.rows(
            """SELECT passages.segment, passages.ordinal, start, end FROM passages
            JOIN segments ON segments.number = passages.segment AND segments.retired_at IS NULL
            WHERE version = ? ORDER BY start""",
            (version,),
        )
        return [PassageRow(*row) for row in rows]

    def count_documents(self) -> int:
        """How many documents there are."""
        return self._database.rows("SELECT count(*) FROM documents WHERE retired_at IS NULL")[0][0]

    def segment_names(self) -> set[str]:
        """The names of all segments, those included that are retired but not yet collected."""
        return {row[0] for row in self._database.rows("SELECT name FROM segments")}

    def problems(self) -> list[str]:
        """What SQLite's own check finds wrong, and rows that lack what they refer to."""
        problems = [row[0] for row in self._database.rows("PRAGMA quick_check") if row[0] != "ok"]
        lost = self._database.rows(
            """SELECT count(*) FROM passages WHERE NOT EXISTS
            (SELECT 1 FROM documents WHERE documents.version = passages.version)"""
        )[0][0]
        return problems + ([f"{lost} passages belong to no document"] if lost else [])

    # How it changes. Everything below happens within `Database.change`.

    def add_document(self, document: Document) -> int:
        """Add a version of a document, of whose id none may be live; return its number."""
        description = document.description()
        del description["cut"]
        cursor = self._database.connection.execute(
            "INSERT INTO documents (id, hash, description, text) VALUES (?, ?, ?, ?)",
            (document.id, document.content_hash, json.dumps(description, ensure_ascii=False), document.text),
        )
        version = int(cursor.lastrowid or 0)
        self.keep_cut(version, document.cut)
        return version

    def keep_cut(self, version: int, lines: tuple[str, ...]) -> None:
        """Keep what was cut from a version of a document; if that is news, it is a change like any other."""
        if lines != self.cut(version):
            self._database.connection.execute("DELETE FROM cuts WHERE version = ?", (version,))
            if lines:
                row = version, json.dumps(lines, ensure_ascii=False)
                self._database.connection.execute("INSERT INTO cuts VALUES (?, ?)", row)

    def retire_document(self, version: int) -> None:
        """Delete a version of a document and its passages."""
        self._database.connection.execute(
            "UPDATE documents SET retired_at = ? WHERE version = ?", (time.time(), version)
        )
        self._database.connection.execute(
            "INSERT OR IGNORE INTO deletions SELECT segment, ordinal FROM passages WHERE version = ?", (version,)
        )

    def add_segment(self, name: str) -> int:
        """Add a segment; return its number."""
        return int(self._database.connection.execute("INSERT INTO segments (name) VALUES (?)", (name,)).lastrowid or 0)

    def retire_segment(self, number: int) -> None:
        """Take a segment out of use."""
        self._database.connection.execute("UPDATE segments SET retired_at = ? WHERE number = ?", (time.time(), number))

    def add_passages(self, segment: int, rows: Iterable[tuple[int, int, int, int]]) -> None:
        """Add a segment's passages.

        Args:
            segment: The segment's number.
            rows: For each passage its ordinal, the version of its document, and its start and end in that text.
        """
        connection = self._database.connection
        connection.executemany("INSERT INTO passages VALUES (?, ?, ?, ?, ?)", ((segment, *row) for row in rows))
        # A document may have been replaced while its passages were still being encoded.
        connection.execute(
            """INSERT INTO deletions SELECT segment, ordinal FROM passages
            JOIN documents USING (version) WHERE segment = ? AND retired_at IS NOT NULL""",
            (segment,),
        )

    def collect(self, before: float) -> list[str]:
        """Forget what was retired before a time (seconds since the epoch); return the names of forgotten segments."""
        connection = self._database.connection
        names: list[str] = []
        for number, name in connection.execute(
            "SELECT number, name FROM segments WHERE retired_at < ?", (before,)
        ).fetchall():
            connection.execute("DELETE FROM deletions WHERE segment = ?", (number,))
            connection.execute("DELETE FROM passages WHERE segment = ?", (number,))
            connection.execute("DELETE FROM segments WHERE number = ?", (number,))
            names.append(name)
        gone = connection.execute(
            """SELECT version FROM documents WHERE retired_at < ?
            AND NOT EXISTS (SELECT 1 FROM passages WHERE passages.version = documents.version)""",
            (before,),
        ).fetchall()
        for table in ("documents", "cuts"):
            connection.executemany(f"DELETE FROM {table} WHERE version = ?", gone)  # noqa: S608  # one of the two
        return names


def _state(connection: sqlite3.Connection) -> State:
    with nullcontext() if connection.in_transaction else transaction(connection, "BEGIN"):
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
        copied = groups_of_copies(connection)
    return State(settings["generation"], segments, deleted, settings, copied)
