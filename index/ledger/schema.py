"""What a ledger is made of: its tables, the number of its format, and the way from one format to the next."""

import json
import re
import sqlite3
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from ...corpus.document import Document
from ...errors import DragomanError

TABLES: Final = """
CREATE TABLE IF NOT EXISTS settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS documents (
    version INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    hash TEXT NOT NULL,
    description TEXT NOT NULL,
    text TEXT NOT NULL,
    retired_at REAL
);
CREATE UNIQUE INDEX IF NOT EXISTS live_documents ON documents (id) WHERE retired_at IS NULL;
CREATE INDEX IF NOT EXISTS retired_documents ON documents (retired_at) WHERE retired_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS cuts (version INTEGER PRIMARY KEY, lines TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS segments (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    retired_at REAL
);
CREATE TABLE IF NOT EXISTS passages (
    segment INTEGER NOT NULL REFERENCES segments,
    ordinal INTEGER NOT NULL,
    version INTEGER NOT NULL REFERENCES documents,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    PRIMARY KEY (segment, ordinal)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS passages_by_document ON passages (version, start);
CREATE TABLE IF NOT EXISTS deletions (
    segment INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    PRIMARY KEY (segment, ordinal)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS signatures (version INTEGER PRIMARY KEY, shingles INTEGER NOT NULL, minima BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS bands (
    key INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (key, version)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS copies (version INTEGER PRIMARY KEY, centre INTEGER NOT NULL);

CREATE TABLE IF NOT EXISTS sources (
    source TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    options TEXT NOT NULL,
    added_at REAL NOT NULL,
    read_at REAL NOT NULL,
    documents INTEGER NOT NULL,
    skipped INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (
    path TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    reading TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    device INTEGER NOT NULL,
    document TEXT NOT NULL,
    documents INTEGER NOT NULL,
    skipped INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS files_by_source ON files (source);
CREATE INDEX IF NOT EXISTS files_by_document ON files (document);
CREATE TABLE IF NOT EXISTS urls (
    url TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    reading TEXT NOT NULL,
    known TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS urls_by_source ON urls (source);

CREATE TABLE IF NOT EXISTS recurring_lines (
    outlet BLOB NOT NULL,
    line BLOB NOT NULL,
    PRIMARY KEY (outlet, line)
) WITHOUT ROWID
"""
"""All tables: contents and settings (`cuts` has what was cut from a version of a document, as JSON, if anything was: it
may change while the version stays); near-copies (`copies` has who is in a group of two or more, and the version of the
group's centre); what the collection is fed from; the lines that recur in an outlet's documents."""

Migration: TypeAlias = Callable[[sqlite3.Connection], object]
"""A step to the next format: it changes a ledger within a transaction, which it must not end.

If it returns True, it is not done: what it did is kept, and it is carried out again, then or by the next writer.
"""

OLDEST: Final = 2
"""The oldest format that can be read."""


_MOVED: Final = "cuts_moved"
_AT_A_TIME: Final = 1_000


def _move_cuts(connection: sqlite3.Connection) -> bool:
    """Take what was cut from some documents out of their descriptions into a table, and hash them without it.

    Those from which nothing was cut stay as they are: so does what is no document by the rules of today.

    Returns:
        Whether there may be more of them.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS cuts (version INTEGER PRIMARY KEY, lines TEXT NOT NULL)")
    (moved,) = connection.execute("SELECT max(value) FROM settings WHERE key = ?", (_MOVED,)).fetchone()
    find = (
        'SELECT version, description, text FROM documents WHERE version > ? AND instr(description, \'"cut": ["\') '
        "ORDER BY version LIMIT ?"
    )
    version = int(moved or 0)
    rows = connection.execute(find, (version, _AT_A_TIME)).fetchall()
    for version, description, text in rows:
        try:
            fields = json.loads(description)
            cut = json.dumps(fields.pop("cut"), ensure_ascii=False)
            known = Document.from_description(fields, text).content_hash
        except (DragomanError, ValueError, TypeError, LookupError):
            continue
        connection.execute("INSERT OR REPLACE INTO cuts VALUES (?, ?)", (version, cut))
        connection.execute(
            "UPDATE documents SET hash = ?, description = ? WHERE version = ?",
            (known, json.dumps(fields, ensure_ascii=False), version),
        )
    if len(rows) == _AT_A_TIME:
        connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (_MOVED, str(version)))
        return True
    connection.execute("DELETE FROM settings WHERE key = ?", (_MOVED,))
    return False


MIGRATIONS: Final[tuple[Migration, ...]] = (lambda _: None, lambda _: None, _move_cuts)
"""The steps from the oldest format on, in order: the first one makes OLDEST + 1 of OLDEST.

To 3 and 4 nothing changes in the ledger. From 3 on, descriptions may have more attributes, and segments other columns;
from 4 on, segments have other terms, and what lacks these has to be indexed anew. Up to 4, what was cut from a document
stands in its description, as an empty list where nothing was.

If you add one, make sure that the code that reads still understands every format from OLDEST on: a collection on a
read-only medium is never migrated.
"""

FORMAT: Final = OLDEST + len(MIGRATIONS)
"""The version of everything on disk. Raised, by one more step, whenever an older Dragoman could not read what a newer
one writes. A table that older ones need not know takes no step: a writer makes those that are missing."""

_NAMES: Final = frozenset(re.findall(r"IF NOT EXISTS (\w+)", TABLES))


def is_current(connection: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> bool:
    """Whether a ledger has the newest format, and all of its tables.

    Args:
        connection: To the ledger.
        migrations: The steps from OLDEST to the newest format.
    """
    present = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    return present >= _NAMES and _format(connection) >= OLDEST + len(migrations)


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring a ledger on towards the newest format, and then make the tables that it lacks; within a transaction.

    To be called in one transaction after the other until the ledger `is_current`.

    Args:
        connection: To a ledger of a format from OLDEST on.
        migrations: The steps from OLDEST on.
    """
    for step in migrations[_format(connection) - OLDEST :]:
        if step(connection) is True:
            return
        connection.execute("UPDATE settings SET value = ? WHERE key = 'format'", (str(_format(connection) + 1),))
    # One by one: `executescript` would end the transaction.
    for statement in TABLES.split(";"):
        connection.execute(statement)


def _format(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT value FROM settings WHERE key = 'format'").fetchone()[0])
