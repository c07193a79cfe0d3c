"""What lies at the path of an opened collection: always the one that is there now."""

import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..corpus.document import Document
from ..errors import NotFound
from ..index.forking import undisturbed
from ..index.reading.snapshot import Snapshot
from ..index.writing.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from ..index.writing.writer import Progress, Writer


class OpenedStore:
    """The store at a path. Where another collection has been put there, that one is opened. Safe to share.

    Raises CollectionNotFound, CollectionMismatch or CollectionDamaged.
    """

    __slots__ = ("_lock", "_replaced", "_store", "path")

    def __init__(self, path: Path) -> None:
        self.path = path
        self._store = Store(path)
        self._replaced = 0
        self._lock = threading.Lock()

    @property
    def store(self) -> Store:
        """The store that is at the path now."""
        if self._store.database.is_replaced:
            with undisturbed(), self._lock:
                if self._store.database.is_replaced:
                    # The old one is not closed: whoever is at work with it may finish.
                    self._store = Store(self.path)
                    self._replaced += 1
        return self._store

    @property
    def snapshot(self) -> Snapshot:
        """The present generation of the store, opened."""
        return self.store.snapshot()

    @property
    def stamp(self) -> str:
        """What changes with each commit, and when another store is opened."""
        generation = self.store.database.generation  # first, since this is what finds another store
        return f"{self._replaced}.{generation}"

    def document(self, document_id: str) -> Document:
        """The document of that id. Raises NotFound if there is none."""
        document = self.store.ledger.live_document(document_id)
        if document is None:
            raise _no_document(document_id)
        return document

    def version_of(self, document_id: str) -> int:
        """The number of a document's present version in the ledger. Raises NotFound if there is no such document."""
        known = self.store.ledger.live_version(document_id)
        if known is None:
            raise _no_document(document_id)
        return known.version

    @contextmanager
    def writing(self, lock_timeout: float, progress: "Callable[[Progress], None] | None" = None) -> "Generator[Writer]":
        """Hold the right to write, and have a writer. Raises CollectionLocked if others do not finish in time."""
        from ..index.writing.writer import Writer  # late, because asking never needs it

        store = self.store
        with store.writing(lock_timeout):
            yield Writer(store, progress)

    def close(self) -> None:
        """Let go of the files. Nothing may be asked of it afterwards."""
        self._store.close()


def _no_document(document_id: str) -> NotFound:
    return NotFound(f"no document {document_id!r} in the collection")
