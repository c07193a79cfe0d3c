"""What is wrong with a ledger: SQLite's own check, and what its rows say of each other and of the segments."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np

from ....errors import CollectionDamaged, CollectionMismatch
from ...ledger.database import Database
from ...ledger.document_hashes import altered_documents
from ...ledger.ledger import Ledger
from ...ledger.manifest import Manifest
from ...writing.store import LEDGER, SEGMENTS
from ..ledger_seal import ledger_fault
from .restored_settings import agreed, sealed_encoders
from .segment_rows import sealed_passages

_CONTRADICTIONS: Final = {
    "passages without a document": """passages LEFT JOIN documents USING (version) WHERE id IS NULL""",
    "passages without a segment": """passages LEFT JOIN segments ON number = segment WHERE name IS NULL""",
    "passages that are deleted while their document is live, or the other way round": """passages
        JOIN segments ON number = segment AND segments.retired_at IS NULL
        JOIN documents USING (version) LEFT JOIN deletions USING (segment, ordinal)
        WHERE (documents.retired_at IS NULL) <> (deletions.segment IS NULL)""",
    "deletions without a passage": """deletions LEFT JOIN passages USING (segment, ordinal)
        WHERE passages.version IS NULL""",
}
"""What no sound ledger has: in words, and the rows that show it."""


def ledger_faults(folder: Path) -> Iterator[str]:
    """What is wrong with a collection's ledger, a line each; it is read whole.

    Args:
        folder: The collection's.

    Raises:
        CollectionNotFound: There is none.
        CollectionMismatch: It has a format that this Dragoman cannot read.
    """
    try:
        database = Database(folder / LEDGER)
    except (CollectionDamaged, sqlite3.DatabaseError) as error:
        yield str(error.__cause__ or error)
        return
    with closing(database):
        try:
            yield from (row[0] for row in database.rows("PRAGMA integrity_check") if row[0] != "ok")
            yield from _contradictions(folder, database)
            if fault := ledger_fault(database):
                yield f"{fault.file} {fault.what}"
        except (sqlite3.DatabaseError, CollectionDamaged) as error:
            yield str(error.__cause__ or error)


def _contradictions(folder: Path, database: Database) -> Iterator[str]:
    for what, rows in _CONTRADICTIONS.items():
        if count := database.rows(f"SELECT count(*) FROM {rows}")[0][0]:  # noqa: S608  # one of these
            yield f"{count:,} {what}"
    ledger = Ledger(database)
    seals = ledger.seals()
    try:
        manifest = Manifest.from_settings(database.settings())
        named = manifest.encoder_folder, manifest.encoder
        if agreed(*named, sealed_encoders(folder, seals)) != named:
            yield "settings that name another query encoder than the one that lies there"
    except CollectionMismatch:
        pass  # another recipe's
    except Exception as error:  # whatever may stand there
        yield f"settings that make no sense ({error})"
        return
    for number, name in ledger.segments():
        known = sealed_passages(folder / SEGMENTS / name, seals.get(f"{SEGMENTS}/{name}", {}))
        if known is not None and not np.array_equal(known, np.array(ledger.passages_in(number)).reshape(-1, 4)):
            yield f"passages of segment {name} that are not those which it has"
    yield from (f"document {each!r}, which is not as it was added" for each in altered_documents(database))
