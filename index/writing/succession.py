"""What a collection goes on with that takes the place of another: who follows that one sees only what is new."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from ...errors import DragomanError
from ..ledger.ledger import Ledger
from ..ledger.manifest import LINEAGE
from .store import Store


def succeed(folder: Path, store: Store) -> None:
    """Let the documents of a new collection that are as they were in an earlier one have come in when they did there.

    Of an earlier one that cannot be read, nothing is taken over.

    Args:
        folder: The earlier collection's.
        store: The new one, which is being written.
    """
    with suppress(DragomanError, sqlite3.DatabaseError), closing(Store(folder, check=False)) as earlier:
        lineage = earlier.ledger.manifest.lineage
        with store.database.change(is_unread=True):
            store.database.set(LINEAGE, lineage)
            store.ledger.arrivals.replace(_came_in(store.ledger, earlier.ledger))


def _came_in(ledger: Ledger, earlier: Ledger) -> Iterator[tuple[int, datetime]]:
    """Each live version of a ledger, in their order, with when it came in, be it into an earlier one."""
    own = ledger.arrivals.all()
    for document_id, version, content in ledger.live_versions():
        before = earlier.live_version(document_id)
        if before is not None and before.hash == content:
            yield version, earlier.arrivals.of(before.version)
        else:
            yield version, own.moment_of(version)
