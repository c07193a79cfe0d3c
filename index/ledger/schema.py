"""What a ledger is made of: its tables, the number of its format, and the way from one format to the next."""

import json
import re
import sqlite3
import time
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Final, TypeAlias
from uuid import uuid4

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
CREATE TABLE IF NOT EXISTS vector_parts (
    name TEXT PRIMARY KEY,
    segment INTEGER NOT NULL REFERENCES segments,
    made_at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS nearest (
    folder TEXT PRIMARY KEY,
    stamp TEXT NOT NULL,
    ordinals BLOB NOT NULL,
    cosines BLOB NOT NULL
) WITHOUT ROWID;
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
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS seals (
    folder TEXT NOT NULL,
    file TEXT NOT NULL,
    size INTEGER NOT NULL,
    blocks BLOB NOT NULL,
    sealed_at REAL NOT NULL,
    PRIMARY KEY (folder, file)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS faults (folder TEXT PRIMARY KEY, reason TEXT NOT NULL, seen_at REAL NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS kept_states (
    name TEXT PRIMARY KEY,
    kept_at REAL NOT NULL,
    settings TEXT NOT NULL,
    copies BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS kept_segments (
    segment INTEGER NOT NULL,
    state TEXT NOT NULL REFERENCES kept_states,
    deleted BLOB NOT NULL,
    PRIMARY KEY (segment, state)
);
CREATE TABLE IF NOT EXISTS arrivals (last INTEGER PRIMARY KEY, first INTEGER NOT NULL, at REAL NOT NULL)
"""
"""All tables: contents and settings (`vector_parts` has the vectors that passages of a segment were given after it had
been written, by their folders beside those of segments; `nearest` what floors are measured by; `cuts` what was cut from
a version of a document, as JSON, if anything was: it may change while the version stays); near-copies (`copies` has who
is in a group of two or more, and the version of the group's centre); what the collection is fed from; the lines that
recur in an outlet's documents; the seals of segments and query encoders, by their folder within the collection's; the
states that are kept, each with its own settings, deletions and near-copies, since those of today go on changing; and
when versions of documents came in, by runs of versions that came in together."""

Migration: TypeAlias = Callable[[sqlite3.Connection], object]
"""A step to the next format: it changes a ledger within a transaction, which it must not end.

If it returns True, it is not done: what it did is kept, and it is carried out again, then or by the next writer.
"""

OLDEST: Final = 2
"""The oldest format that can be read."""

IDENTITY: Final = "identity"
"""The setting with a collection's identity: see `identity_of`."""

CHANGE: Final = "change"
"""The setting that names the last change: another name each time, also where copies of a collection change apart."""

BACKUP: Final = "backup"
"""The setting that a backup has and no other collection: what it is of, and when it was made."""


def new_identity() -> str:
    """An identity that no collection ever had."""
    return uuid4().hex


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


def identity_of(connection: sqlite3.Connection) -> str:
    """What tells a collection, and all copies of it, from every other one, whatever its format is.

    Before format 6 there is no such setting, and it follows from the segments: no two ever had the same name.
    """
    row = connection.execute("SELECT value FROM settings WHERE key = ?", (IDENTITY,)).fetchone()
    if row:
        return json.loads(row[0])
    from hashlib import blake2b  # late, as are all uses of it: OpenSSL takes milliseconds to load

    names = [name for (name,) in connection.execute("SELECT name FROM segments ORDER BY name")]
    return blake2b(" ".join(names).encode(), digest_size=16).hexdigest() if names else new_identity()


def _identify(connection: sqlite3.Connection) -> None:
    """Give a collection its identity for good: once segments come and go, it no longer follows from them."""
    row = IDENTITY, json.dumps(identity_of(connection))
    connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", row)


def _date_arrivals(connection: sqlite3.Connection) -> None:
    """Give each version of a document a time by which it had come in, as far as is known; no document is rewritten.

    That is when a segment was sealed that holds it: in the commit that brought it in, unless it was merged or is older
    than seals. Else it is now.
    """
    connection.execute(
        "CREATE TABLE IF NOT EXISTS arrivals (last INTEGER PRIMARY KEY, first INTEGER NOT NULL, at REAL NOT NULL)"
    )
    if connection.execute("SELECT 1 FROM arrivals").fetchone():
        return  # a repair has told it
    query = """WITH sealed AS (
            SELECT number, min(sealed_at) AS at FROM segments JOIN seals ON folder = 'segments/' || name GROUP BY number
        ), known AS (SELECT version, min(at) AS at FROM passages JOIN sealed ON number = segment GROUP BY version)
        SELECT version, coalesce(at, ?) FROM documents LEFT JOIN known USING (version) ORDER BY version"""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'seals'").fetchone():
        query = "SELECT version, ? FROM documents ORDER BY version"
    runs = groupby(connection.execute(query, (time.time(),)), lambda row: row[1])
    before = 0
    for at, run in runs:
        *_, (last, _) = run
        connection.execute("INSERT INTO arrivals VALUES (?, ?, ?)", (last, before + 1, at))
        before = last


MIGRATIONS: Final[tuple[Migration, ...]] = (
    lambda _: None,
    lambda _: None,
    _move_cuts,
    _identify,
    _date_arrivals,
    lambda _: None,
)
"""The steps from the oldest format on, in order: the first one makes OLDEST + 1 of OLDEST.

To 3 and 4 nothing changes in the ledger. From 3 on, descriptions may have more attributes, and segments other columns;
from 4 on, segments have other terms, and what lacks these has to be indexed anew. Up to 4, what was cut from a document
stands in its description, as an empty list where nothing was. From 6 on, states may be kept, which an older Dragoman
would collect, and segments have no Whoosh index, which it would ask. From 7 on, it is known when documents came in,
which an older one would not say of what it added. From 8 on, passages of a segment may have no vectors yet, which an
older one would take for damage.

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
