"""What holds a collection: a store, which gives views, reads documents by id and takes writes.

`FolderStore` is the store of a folder, and the reference. A store of another kind is a class with the members of
`Store`, and one line in `STORES`.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from ..corpus.document import Document, Span
from ..errors import CollectionNotFound, NotFound
from ..index.forking import undisturbed
from ..index.ledger.origins import FedSource
from ..index.reading.snapshot import Snapshot
from ..index.reading.view import View
from ..index.writing.status import Status
from ..index.writing.store import Store as Folder

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..index.writing.writer import Progress, Writer


class Store(Protocol):
    """What holds a collection. Safe to share among threads."""

    @property
    def name(self) -> str:
        """What the collection is called: a path or an address."""
        ...

    @property
    def view(self) -> View:
        """The present generation, opened for reading; the same object as long as nothing changes."""
        ...

    @property
    def stamp(self) -> str:
        """What changes whenever answers may."""
        ...

    @property
    def generation(self) -> int:
        """The number of changes made to the collection so far."""
        ...

    def document(self, document_id: str) -> Document | None:
        """The document of that id, or None."""
        ...

    def spans(self, document_id: str) -> list[Span] | None:
        """The spans of a document's passages, in order; None if there is no such document."""
        ...

    def document_ids(self, prefix: str = "", after: str = "") -> Iterator[str]:
        """The ids of documents that begin with `prefix` and come after the id `after`, in order."""
        ...

    def sources(self) -> list[FedSource]:
        """What the collection is fed from, by name."""
        ...

    def status(self) -> Status:
        """What is in the collection."""
        ...

    def problems(self) -> list[str]:
        """What a thorough check finds wrong, a line for each problem."""
        ...

    def writing(
        self, lock_timeout: float, progress: "Callable[[Progress], None] | None" = None
    ) -> "AbstractContextManager[Writer]":
        """Take the lock for writing, and have a writer while it is held.

        Args:
            lock_timeout: How many seconds to wait for another program that writes to the collection.
            progress: Called again and again with how far the change has come.

        Raises:
            CollectionLocked: Another program did not finish in time.
        """
        ...

    def close(self) -> None:
        """Release its files or connections. It must not be used afterwards."""
        ...


class FolderStore:
    """The store in a folder. Where another collection has been put there, that one is opened.

    Args:
        path: The folder.

    Raises:
        CollectionNotFound: There is no collection in the folder.
        CollectionMismatch: It was made with other settings than this Dragoman has.
        CollectionDamaged: It cannot be read.
    """

    __slots__ = ("_folder", "_lock", "_replaced", "path")

    def __init__(self, path: Path) -> None:
        self.path = path
        self._folder = Folder(path)
        self._replaced = 0
        self._lock = threading.Lock()

    @property
    def folder(self) -> Folder:
        """The collection that is at the path now."""
        if self._folder.database.is_replaced:
            with undisturbed(), self._lock:
                if self._folder.database.is_replaced:
                    # The old one is not closed, so that searches that are under way can finish.
                    self._folder = Folder(self.path)
                    self._replaced += 1
        return self._folder

    @property
    def name(self) -> str:
        """See `Store.name`."""
        return str(self.path)

    @property
    def view(self) -> Snapshot:
        """See `Store.view`."""
        return self.folder.snapshot()

    @property
    def stamp(self) -> str:
        """See `Store.stamp`."""
        generation = self.generation  # first, as this is what notices another collection
        return f"{self._replaced}.{generation}"

    @property
    def generation(self) -> int:
        """See `Store.generation`."""
        return self.folder.database.generation

    def document(self, document_id: str) -> Document | None:
        """See `Store.document`."""
        return self.folder.ledger.live_document(document_id)

    def spans(self, document_id: str) -> list[Span] | None:
        """See `Store.spans`."""
        ledger = self.folder.ledger
        known = ledger.live_version(document_id)
        return known and [Span(start, end) for _, _, start, end in ledger.live_passages(known.version)]

    def document_ids(self, prefix: str = "", after: str = "") -> Iterator[str]:
        """See `Store.document_ids`."""
        return self.folder.ledger.live_ids(prefix, after)

    def sources(self) -> list[FedSource]:
        """See `Store.sources`."""
        return self.folder.origins.all()

    def status(self) -> Status:
        """See `Store.status`."""
        return self.folder.status()

    def problems(self) -> list[str]:
        """See `Store.problems`."""
        return self.folder.problems()

    @contextmanager
    def writing(self, lock_timeout: float, progress: "Callable[[Progress], None] | None" = None) -> "Generator[Writer]":
        """See `Store.writing`."""
        from ..index.writing.writer import Writer  # late, because asking never needs it

        folder = self.folder
        with folder.writing(lock_timeout):
            yield Writer(folder, progress)

    def close(self) -> None:
        """See `Store.close`."""
        self._folder.close()


STORES: Final[dict[str, Callable[[str], Store]]] = {}
"""What opens a collection, by the scheme of its address. Empty: so far there are only folders."""


def open_store(name: str | Path) -> Store:
    """The store of a collection.

    Args:
        name: A folder, or an address whose scheme is one of STORES.

    Raises:
        CollectionNotFound: There is no such collection, or nothing that opens such an address.
    """
    scheme = str(name).partition("://")[0]
    if isinstance(name, str) and scheme != name and scheme in STORES:
        return STORES[scheme](name)
    return FolderStore(folder_named(name))


def folder_named(name: str | Path) -> Path:
    """The folder of that name. Raises CollectionNotFound if it is an address, of which no folder is made either."""
    if isinstance(name, str) and "://" in name:
        raise CollectionNotFound(f"{name} is an address, and a collection is a folder here: give its path")
    try:
        return Path(name).expanduser()
    except RuntimeError:
        raise CollectionNotFound(f"{name} names the home of nobody here: give the path in full") from None


def no_document(document_id: str) -> NotFound:
    """The error that says that there is no document of an id."""
    return NotFound(f"no document {document_id!r} in the collection")
