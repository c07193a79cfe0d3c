"""The store of a collection in a folder: the reference for every other kind."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ...corpus.document import Document, Span
from ...errors import CollectionDamaged, CollectionNotFound, DragomanError
from ...index.forking import undisturbed
from ...index.keeping.examination import Checked
from ...index.keeping.kept import KeptState
from ...index.keeping.kept_store import KeptStore
from ...index.ledger.origins import FedSource
from ...index.reading.snapshot import Snapshot
from ...index.writing.placing import finish_placing
from ...index.writing.status import Status
from ...index.writing.store import CollectionReplaced
from ...index.writing.store import Store as Folder
from .protocol import explained

if TYPE_CHECKING:
    from collections.abc import Generator

    from ...index.writing.tally import Progress, Report
    from ...index.writing.writer import Writer


class FolderStore:
    """The store in a folder. Where another collection has been put there, that one is opened.

    Args:
        path: The folder.

    Raises:
        CollectionNotFound: There is no collection in the folder.
        CollectionMismatch: It was made with other settings than this Dragoman has.
        CollectionDamaged: It cannot be read.
    """

    __slots__ = ("_folder", "_lock", "path")

    def __init__(self, path: Path) -> None:
        self.path = path
        self._folder = Folder(path)
        self._lock = threading.Lock()

    @property
    def folder(self) -> Folder:
        """The collection that is at the path now. Raises CollectionClosed if it has been closed."""
        self._folder.database.check_open()
        if not self._folder.database.is_in_place:
            with undisturbed(), self._lock:
                with suppress(DragomanError):  # the old one answers until another is there
                    finish_placing(self.path)
                if self._folder.database.is_replaced:
                    # The old one is not closed, so that searches that are under way can finish.
                    self._folder = Folder(self.path)
        return self._folder

    @property
    def name(self) -> str:
        """See `Store.name`."""
        return str(self.path)

    @property
    def view(self) -> Snapshot:
        """See `Store.view`."""
        while True:
            folder = self.folder
            # What has gone because another collection was just put in its place is not damaged: that one is asked.
            try:
                snapshot = folder.snapshot()
            except CollectionDamaged:
                if not folder.database.is_replaced:
                    raise
            else:
                if not (snapshot.info.left_out and folder.database.is_replaced):
                    return snapshot

    @property
    def stamp(self) -> str:
        """See `Store.stamp`."""
        return self.folder.database.stamp

    @property
    def generation(self) -> int:
        """See `Store.generation`."""
        return self.folder.database.generation

    def document(self, document_id: str) -> Document | None:
        """See `Store.document`."""
        with explained(self):
            return self.folder.ledger.live_document(document_id)

    def spans(self, document_id: str) -> list[Span] | None:
        """See `Store.spans`."""
        ledger = self.folder.ledger
        with explained(self):
            known = ledger.live_version(document_id)
            return known and [Span(start, end) for _, _, start, end in ledger.live_passages(known.version)]

    def document_ids(self, prefix: str = "", after: str = "") -> Iterator[str]:
        """See `Store.document_ids`."""
        return self.folder.ledger.live_ids(prefix, after)

    def sources(self) -> list[FedSource]:
        """See `Store.sources`."""
        with explained(self):
            return self.folder.origins.all()

    def status(self) -> Status:
        """See `Store.status`."""
        with explained(self):
            return self.folder.status()

    def kept(self) -> list[KeptState]:
        """See `Store.kept`."""
        return self.folder.kept_states.all()

    def problems(self) -> list[str]:
        """See `Store.problems`. If another collection takes its place meanwhile, that is looked at instead."""
        while True:
            folder = self.folder
            found = folder.problems()
            if not (found and folder.database.is_replaced):
                return found

    def seal_rest(self) -> list[str]:
        """See `Store.seal_rest`."""
        return self.folder.sealing.seal_rest()

    def checks(self) -> Iterator[Checked]:
        """See `Store.checks`. If another collection takes its place meanwhile, that is looked at next."""
        while True:
            folder = self.folder
            yield from folder.checks()
            if folder is self.folder:
                return

    def damaged(self) -> bool:
        """See `Store.damaged`."""
        return self.folder.damaged()

    @contextmanager
    def writing(self, lock_timeout: float, progress: "Callable[[Progress], None] | None" = None) -> "Generator[Writer]":
        """See `Store.writing`."""
        from ...index.writing.writer import Writer  # late, because asking never needs it

        while True:
            folder = self.folder
            with ExitStack() as stack:
                try:
                    stack.enter_context(folder.writing(lock_timeout))
                except CollectionReplaced:  # while this waited for its lock
                    continue
                yield Writer(folder, progress)
            return

    def encode(self, lock_timeout: float, progress: "Callable[[Progress], None] | None" = None) -> "Report":
        """See `Store.encode`."""
        from ...index.writing.vectors.later_vectors import encode_rest  # late, because asking never needs it

        while True:
            try:
                return encode_rest(self.folder, progress=progress, lock_timeout=lock_timeout)
            except CollectionReplaced:
                continue

    def close(self) -> None:
        """See `Store.close`."""
        self._folder.close()


def folder_store(folder: Path, at: str) -> FolderStore | KeptStore:
    """The store of a folder as it is today, or of its kept state of that name."""
    return KeptStore(folder, at) if at else FolderStore(folder)


def folder_named(name: str | Path) -> Path:
    """The folder of that name, in full, since a program may change its working directory while a collection is open.

    Raises CollectionNotFound if it is an address, of which no folder is made either, or names nobody's home.
    """
    if isinstance(name, str) and "://" in name:
        raise CollectionNotFound(f"{name} is an address, and a collection is a folder here: give its path")
    try:
        return Path(name).expanduser().absolute()
    except RuntimeError:
        raise CollectionNotFound(f"{name} names the home of nobody here: give the path in full") from None
    except OSError:
        raise CollectionNotFound(f"{name} lies in a working directory that is gone: give the path in full") from None
