"""What lies under a collection that is kept in a folder."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from dragoman.corpus.document import Document
from dragoman.index.keeping.ledger_seal import NAME
from dragoman.index.writing.store import LEDGER, Store
from dragoman.index.writing.tally import Progress
from dragoman.index.writing.writer import Writer
from dragoman.search.collection import Collection
from dragoman.search.stores.folder_store import FolderStore


def folder_of(collection: Collection) -> Store:
    """The folder that a collection has open."""
    store = collection._store
    assert isinstance(store, FolderStore)
    return store.folder


def add_with_vectors(collection: Collection, documents: Iterable[Document]) -> None:
    """Add documents in one commit, with the vectors of their passages in the segment, as a merge leaves them there."""
    index = Writer._index

    def encoding(writer: Writer, passages: Any, commit: Any, **_: Any) -> None:
        index(writer, passages, commit)

    with patch.object(Writer, "_index", encoding):
        collection.add(documents)


def interrupt_encoding(progress: Progress) -> None:
    """Interrupt a change as soon as nothing is left to do but to encode."""
    if progress.to_encode:
        raise KeyboardInterrupt


def add_words(collection: Collection, added: list[Document]) -> None:
    """Add documents without vectors."""
    with pytest.raises(KeyboardInterrupt, match=r"passages are not encoded yet.*dragoman encode"):
        collection.add(added, progress=interrupt_encoding)


def unseal(collection: Path) -> None:
    """Take all seals off a collection, so that what a test changes in its files does not pass for damage."""
    (collection / NAME).unlink(missing_ok=True)
    with closing(sqlite3.connect(collection / LEDGER)) as ledger, ledger, suppress(sqlite3.OperationalError):
        ledger.execute("DELETE FROM seals")  # unless it is older than these
