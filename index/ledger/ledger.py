"""The ledger: a collection's SQLite database, and the one truth about what is in it.

Documents and passages, which segments are live, which passages are deleted, and what the index was built with. A
change is one transaction, and raises the generation by one. What is not in the ledger does not exist.

Rows of documents are immutable versions: a changed document is a new row, and the old one is retired, so that a
reader that still holds yesterday's segments finds yesterday's texts.
"""

import json
import sqlite3
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Document
from ..keeping.seals import FileSeal, Seal
from .arrivals import ARRIVAL_OF, Arrivals
from .database import Database, transaction
from .document_hashes import altered_documents
from .manifest import Manifest
from .near_copies import groups_of_copies

_SEGMENTS = "SELECT number, name FROM segments WHERE retired_at IS NULL ORDER BY number"


class State(NamedTuple):
    """What a reader needs to open: all of one generation. `copies` is fit for `near_copies.Copies`.

    `parts` has, for the segments of which passages were encoded later, the names of the folders with their vectors.
    """

    generation: int
    segments: list[tuple[int, str]]
    parts: dict[int, list[str]]
    deleted: dict[int, NDArray[np.int64]]
    settings: dict[str, Any]
    copies: NDArray[np.int64]


_DOCUMENT = f"""SELECT description, text, (SELECT lines FROM cuts WHERE cuts.version = documents.version),
    ({ARRIVAL_OF.replace("?", "documents.version")}) FROM documents"""  # noqa: S608  # of constants


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
        self.arrivals = Arrivals(database)
        """When its documents came in."""

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
        try:
            rows = self._database.rows(f"{_DOCUMENT} WHERE {condition}", (value,))
        except sqlite3.OperationalError:
            rows = self._from_earlier(condition, value)
        if not rows:
            return None
        description, text, lines, at = rows[0]
        fields = json.loads(description)
        if not fields.get("cut"):
            fields["cut"] = json.loads(lines or "[]")
        return Document.from_description({**fields, "added": self.arrivals.moment(at)}, text)

    def _from_earlier(self, condition: str, value: object) -> list[tuple[Any, ...]]:
        """The same of a ledger that an older Dragoman left without some of the tables."""
        query = f"SELECT version, description, text FROM documents WHERE {condition}"  # noqa: S608  # one of the above
        rows = self._database.rows(query, (value,))
        has_cuts = self._has_table("cuts")
        return [
            (description, text, json.dumps(self.cut(version)) if has_cuts else None, None)
            for version, description, text in rows
        ]

    def _has_table(self, name: str) -> bool:
        """Whether it has that table: without it, it is as an older Dragoman left it."""
        return bool(self._database.rows("SELECT name FROM sqlite_master WHERE name = ?", (name,)))

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

    def live_versions(self) -> Iterator[tuple[str, int, str]]:
        """The id, version and hash of each document, by version, read in pages."""
        last = 0
        page = """SELECT id, version, hash FROM documents
            WHERE retired_at IS NULL AND version > ? ORDER BY version LIMIT 1000"""
        while rows := self._database.rows(page, (last,)):
            yield from ((document_id, version, content) for document_id, version, content in rows)
            last = rows[-1][1]

    def live_origins(self) -> Iterator[tuple[str, str]]:
        """The id of each document, by version, and what it was read from; read in pages."""
        last = 0
        page = """SELECT version, id, coalesce(json_extract(description, '$.origin'), '') FROM documents
            WHERE retired_at IS NULL AND version > ? ORDER BY version LIMIT 1000"""
        while rows := self._database.rows(page, (last,)):
            yield from ((document_id, origin) for _, document_id, origin in rows)
            last = rows[-1][0]

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

    def passages_in(self, segment: int) -> list[tuple[int, int, int, int]]:
        """The passages of a segment, deleted ones too: ordinal, version of the document, start and end, by ordinal."""
        query = "SELECT ordinal, version, start, end FROM passages WHERE segment = ? ORDER BY ordinal"
        rows = self._database.rows(query, (segment,))
        return [(ordinal, version, start, end) for ordinal, version, start, end in rows]

    def live_versions_in(self, segments: Iterable[int]) -> list[int]:
        """The versions of the documents that have passages in some segments, or in no live one, by the documents' ids.

        Args:
            segments: Their numbers.
        """
        rows = self._database.rows(
            """SELECT version FROM documents WHERE retired_at IS NULL AND (
                EXISTS (SELECT 1 FROM passages
                    WHERE version = documents.version AND segment IN (SELECT value FROM json_each(?)))
                OR NOT EXISTS (SELECT 1 FROM passages
                    JOIN segments ON number = segment AND segments.retired_at IS NULL
                    WHERE version = documents.version)
            ) ORDER BY id""",
            (json.dumps(list(segments)),),
        )
        return [version for (version,) in rows]

    def count_documents(self) -> int:
        """How many documents there are."""
        return self._database.rows("SELECT count(*) FROM documents WHERE retired_at IS NULL")[0][0]

    def segment_names(self) -> set[str]:
        """The folders of all segments and parts of their vectors, also of what is retired but not yet collected."""
        names = {row[0] for row in self._database.rows("SELECT name FROM segments")}
        return names.union(*self._database.read(parts_of_segments).values())

    def seals(self) -> dict[str, dict[str, FileSeal]]:
        """The seals of segments and query encoders, by their folder within the collection's, such as "segments/NAME".

        One that an older Dragoman wrote, or whose ledger is as that left it, has none.
        """
        found: dict[str, dict[str, FileSeal]] = {}
        if self._has_table("seals"):
            for folder, file, size, blocks in self._database.rows("SELECT folder, file, size, blocks FROM seals"):
                found.setdefault(folder, {})[file] = FileSeal(size, blocks)
        return found

    def seal_of(self, folder: str) -> dict[str, FileSeal] | None:
        """The seal of one segment or query encoder, or None: see `seals`."""
        if not self._has_table("seals"):
            return None
        rows = self._database.rows("SELECT file, size, blocks FROM seals WHERE folder = ?", (folder,))
        return {file: FileSeal(size, blocks) for file, size, blocks in rows} or None

    def faults(self) -> dict[str, str]:
        """What is known to be damaged, and how: by its folder within the collection's, as for `seals`."""
        if not self._has_table("faults"):
            return {}
        return dict(self._database.rows("SELECT folder, reason FROM faults"))

    def segments(self) -> list[tuple[int, str]]:
        """The number and name of each segment of the present generation, in order, without the rest of its state."""
        return [(number, name) for number, name in self._database.rows(_SEGMENTS)]

    def vector_parts(self) -> dict[int, list[str]]:
        """By the numbers of segments, the folders of the vectors that passages were given since these were written."""
        return self._database.read(parts_of_segments)

    def count_in(self, segment: int) -> int:
        """How many passages a segment has, deleted ones included."""
        rows = self._database.rows("SELECT max(ordinal) FROM passages WHERE segment = ?", (segment,))
        return 0 if rows[0][0] is None else rows[0][0] + 1

    def problems(self) -> list[str]:
        """What SQLite's own check finds wrong, rows that lack what they refer to, documents that are not as added."""
        problems = [row[0] for row in self._database.rows("PRAGMA quick_check") if row[0] != "ok"]
        lost = self._database.rows(
            """SELECT count(*) FROM passages WHERE NOT EXISTS
            (SELECT 1 FROM documents WHERE documents.version = passages.version)"""
        )[0][0]
        unindexed = len(self.live_versions_in([]))
        problems += [f"{lost:,} passages belong to no document"] if lost else []
        if unindexed:
            problems.append(
                f"{unindexed:,} documents are in no segment, and not found: mend it with `dragoman doctor --repair`"
            )
        return problems + [f"document {each!r} is not as it was added" for each in altered_documents(self._database)]

    # How it changes. Everything below happens within `Database.change`.

    def add_document(self, document: Document, came_in: datetime | None = None) -> int:
        """Add a version of a document, of whose id none may be live; return its number.

        Args:
            document: The document.
            came_in: When it came in, if it has not just done so.
        """
        description = document.description()
        del description["cut"]
        cursor = self._database.connection.execute(
            "INSERT INTO documents (id, hash, description, text) VALUES (?, ?, ?, ?)",
            (document.id, document.content_hash, json.dumps(description, ensure_ascii=False), document.text),
        )
        version = int(cursor.lastrowid or 0)
        self.keep_cut(version, document.cut)
        if came_in is not None:
            self.arrivals.keep(version, came_in)
        return version

    def newest_version(self) -> int:
        """The highest number of a version that there is; 0 if there is none."""
        return self._database.rows("SELECT coalesce(max(version), 0) FROM documents")[0][0]

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

    def rename_segment(self, number: int, name: str) -> None:
        """Let a segment lie in another folder, which has the same passages in the same order.

        Args:
            number: The segment's number.
            name: The name of the new folder. The old one is collected like that of a segment which has been retired.
        """
        ((before,),) = self._database.rows("SELECT name FROM segments WHERE number = ?", (number,))
        self._database.connection.execute("UPDATE segments SET name = ? WHERE number = ?", (name, number))
        retired = self.add_segment(before)
        self._database.connection.execute("UPDATE vector_parts SET segment = ? WHERE segment = ?", (retired, number))
        self.retire_segment(retired)

    def add_vector_part(self, segment: int, name: str) -> None:
        """Give passages of a segment the vectors in a folder.

        Args:
            segment: The segment's number.
            name: The folder's.
        """
        self._database.connection.execute("INSERT INTO vector_parts VALUES (?, ?, ?)", (name, segment, time.time()))

    def drop_vector_part(self, name: str) -> None:
        """Take the vectors in a folder from passages: they have none then."""
        self._database.connection.execute("DELETE FROM vector_parts WHERE name = ?", (name,))
        self._forget_folders([name])

    def retire_vector_part(self, name: str) -> None:
        """Take the vectors in a folder out of use, which another has as well by now.

        The folder is collected like that of a retired segment, since readers of an earlier generation need it.
        """
        self._database.connection.execute("DELETE FROM vector_parts WHERE name = ?", (name,))
        self.retire_segment(self.add_segment(name))

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

    def keep_seal(self, folder: str, sealed: Seal) -> None:
        """Keep the seal of a segment or query encoder, in place of what it had; no answer depends on it.

        Args:
            folder: Its folder within the collection's, such as "segments/NAME".
            sealed: The seal.
        """
        self._database.note("DELETE FROM seals WHERE folder = ?", (folder,))
        if sealed:  # all in one statement: a part of a seal would say that the other files do not belong there
            rows = ", ".join(["(?, ?, ?, ?, ?)"] * len(sealed))
            now = time.time()
            values = [value for file, each in sealed.items() for value in (folder, file, each.size, each.blocks, now)]
            self._database.note(f"INSERT INTO seals VALUES {rows}", values)  # noqa: S608

    def keep_faults(self, reasons: Mapping[str, str]) -> None:
        """Keep what is damaged, in place of what was known to be; a change like any other if that is news."""
        if reasons != self.faults():
            connection = self._database.connection
            connection.execute("DELETE FROM faults")
            rows = ((folder, reason, time.time()) for folder, reason in reasons.items())
            connection.executemany("INSERT INTO faults VALUES (?, ?, ?)", rows)

    def segments_holding(self, document_ids: Iterable[str]) -> list[int]:
        """The numbers of the live segments with passages of some documents, in any version, deleted or not."""
        rows = self._database.rows(
            """SELECT DISTINCT number FROM json_each(?) AS asked
            JOIN documents ON documents.id = asked.value JOIN passages USING (version)
            JOIN segments ON number = segment AND segments.retired_at IS NULL ORDER BY number""",
            (json.dumps(list(document_ids)),),
        )
        return [number for (number,) in rows]

    def versions_of(self, document_ids: Iterable[str]) -> list[int]:
        """All versions of some documents, live or retired."""
        rows = self._database.rows(
            "SELECT version FROM json_each(?) AS asked JOIN documents ON documents.id = asked.value ORDER BY version",
            (json.dumps(list(document_ids)),),
        )
        return [version for (version,) in rows]

    def known_ids(self, document_ids: Iterable[str]) -> set[str]:
        """Those of some ids of which there is a version, live or retired."""
        rows = self._database.rows(
            "SELECT DISTINCT documents.id FROM json_each(?) AS asked JOIN documents ON documents.id = asked.value",
            (json.dumps(list(document_ids)),),
        )
        return {document_id for (document_id,) in rows}

    def collect(self, before: float) -> list[str]:
        """Forget what was retired before a time (seconds since the epoch); return the names of forgotten folders.

        What a kept state needs is not forgotten: its segments, and so the documents whose passages are in them.
        """
        connection = self._database.connection
        names: list[str] = []
        for number, name in connection.execute(
            """SELECT number, name FROM segments WHERE retired_at < ?
            AND NOT EXISTS (SELECT 1 FROM kept_segments WHERE segment = number)""",
            (before,),
        ).fetchall():
            names += self._forget_segment(number, name)
        gone = connection.execute(
            """SELECT version FROM documents WHERE retired_at < ?
            AND NOT EXISTS (SELECT 1 FROM passages WHERE passages.version = documents.version)""",
            (before,),
        ).fetchall()
        self._forget_versions(gone)
        return names

    def _forget_segment(self, number: int, name: str) -> list[str]:
        """Forget a segment, and return the names of its folders."""
        connection = self._database.connection
        folders = [name, *self.vector_parts().get(number, ())]
        connection.execute("DELETE FROM vector_parts WHERE segment = ?", (number,))
        connection.execute("DELETE FROM deletions WHERE segment = ?", (number,))
        connection.execute("DELETE FROM passages WHERE segment = ?", (number,))
        connection.execute("DELETE FROM segments WHERE number = ?", (number,))
        self._forget_folders(folders)
        return folders

    def _forget_folders(self, names: Collection[str]) -> None:
        folders = [(f"segments/{name}",) for name in names]
        for table in ("seals", "faults"):
            self._database.connection.executemany(f"DELETE FROM {table} WHERE folder = ?", folders)  # noqa: S608
        self._database.connection.executemany("DELETE FROM nearest WHERE folder = ?", ((name,) for name in names))

    def _forget_versions(self, versions: Iterable[tuple[int]]) -> None:
        rows = list(versions)
        for table in ("documents", "cuts"):
            delete = f"DELETE FROM {table} WHERE version = ?"  # noqa: S608  # one of the two
            self._database.connection.executemany(delete, rows)
        self.arrivals.forget(rows)


def parts_of_segments(connection: sqlite3.Connection) -> dict[int, list[str]]:
    """See `Ledger.vector_parts`. A ledger that an older Dragoman left has none."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'vector_parts'").fetchone():
        return {}
    parts: dict[int, list[str]] = {}
    for number, name in connection.execute("SELECT segment, name FROM vector_parts ORDER BY segment, name"):
        parts.setdefault(number, []).append(name)
    return parts


def _state(connection: sqlite3.Connection) -> State:
    with nullcontext() if connection.in_transaction else transaction(connection, "BEGIN"):
        settings = {key: json.loads(value) for key, value in connection.execute("SELECT key, value FROM settings")}
        segments = connection.execute(_SEGMENTS).fetchall()
        deleted = {
            number: np.array(
                connection.execute("SELECT ordinal FROM deletions WHERE segment = ?", (number,)).fetchall(),
                np.int64,
            ).ravel()
            for number, _ in segments
        }
        copied = groups_of_copies(connection)
        parts = parts_of_segments(connection)
    return State(settings["generation"], segments, parts, deleted, settings, copied)
