"""A kept state of a collection as a store: it is asked and read like a collection, and never changes."""

import heapq
import threading
from collections.abc import Iterator
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...corpus.document import Document, Span
from ...errors import DragomanError
from ..forking import Forked, prepare_for_forks, undisturbed
from ..ledger.origins import FedSource
from ..reading.snapshot import Snapshot
from ..writing.status import Status
from ..writing.store import Store
from .examination import Checked
from .kept import KeptState

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from ..writing.tally import Progress, Report
    from ..writing.writer import Writer


class KeptStore(Forked):
    """One kept state of the collection in a folder. Safe to share among threads.

    Args:
        path: The folder.
        at: What the state is called.

    Raises:
        CollectionNotFound: There is no collection in the folder, or it keeps no state of that name.
        CollectionMismatch: The state was made with other settings than this Dragoman has.
        CollectionDamaged: It cannot be read.
    """

    def __init__(self, path: Path, at: str) -> None:
        self.path = path
        self.at = at
        """What the state is called."""
        self._opened_folder = _folder(path)
        self._lock = threading.Lock()
        self._opened: _Opened | None = None
        prepare_for_forks(self)
        try:
            _ = self.view
        except BaseException:
            self._opened_folder.close()
            raise

    def after_fork(self) -> None:
        """Open the state anew in a child, which must not share positions in files with its parent."""
        self._opened, self._lock = None, threading.Lock()

    @property
    def _folder(self) -> Store:
        """The collection that is at the path now. Raises CollectionClosed if it has been closed."""
        self._opened_folder.database.check_open()
        if self._opened_folder.database.is_replaced:
            with undisturbed(), self._lock:
                if self._opened_folder.database.is_replaced:
                    # The old one is not closed, so that searches that are under way can finish.
                    self._opened_folder, self._opened = _folder(self.path), None
        return self._opened_folder

    @property
    def _present(self) -> "_Opened":
        """What is kept under the name now: it may have been dropped, and another state kept under it."""
        folder = self._folder
        stamp = folder.kept_states.stamp(self.at)
        with undisturbed(), self._lock:
            if self._opened is None or self._opened.stamp != stamp:
                self._opened = None  # lets go of its files, if there is none any more
                self._opened = _Opened(stamp, folder.kept(self.at))
            return self._opened

    @property
    def name(self) -> str:
        """See `stores.Store.name`."""
        return str(self.path)

    @property
    def view(self) -> Snapshot:
        """See `stores.Store.view`. Raises CollectionNotFound if the state has been dropped."""
        return self._present.view

    @property
    def stamp(self) -> str:
        """See `stores.Store.stamp`."""
        return f"{self.at} {self._present.stamp}"

    @property
    def generation(self) -> int:
        """See `stores.Store.generation`: that of the collection when the state was kept."""
        return self.view.info.generation

    def document(self, document_id: str) -> Document | None:
        """See `stores.Store.document`."""
        view = self.view
        numbers = view.find(document_id)
        return view.document(view.stack.version(int(numbers[0]))) if len(numbers) else None

    def spans(self, document_id: str) -> list[Span] | None:
        """See `stores.Store.spans`."""
        view = self.view
        found = view.locate(view.find(document_id))
        return [Span(each.start, each.end) for each in found] or None

    def document_ids(self, prefix: str = "", after: str = "") -> Iterator[str]:
        """See `stores.Store.document_ids`."""
        ids = self._present.ids
        return (each for each in ids if each > after and each.startswith(prefix))

    def sources(self) -> list[FedSource]:
        """See `stores.Store.sources`: it is fed from nothing."""
        return []

    def seal_rest(self) -> list[str]:
        """See `stores.Store.seal_rest`."""
        return self._folder.sealing.seal_rest()

    def damaged(self) -> bool:
        """See `stores.Store.damaged`."""
        found = self._folder.damaged(self.view)
        if found:
            self._opened = None
        return found

    def checks(self) -> Iterator[Checked]:
        """See `stores.Store.checks`."""
        for each in self._folder.checks():
            if each.fault:
                self._opened = None
            yield each

    def kept(self) -> list[KeptState]:
        """See `stores.Store.kept`."""
        return self._folder.kept_states.all()

    def status(self) -> Status:
        """See `stores.Store.status`."""
        return self._folder.status_of(self.view, len(self._present.ids))

    def problems(self) -> list[str]:
        """See `stores.Store.problems`."""
        view = self.view
        found = [str(each) for each in view.info.left_out]
        try:
            self._folder.encoder(view.manifest)
        except DragomanError as error:
            found.append(str(error))
        return found + [problem for segment in view.stack.segments for problem in segment.problems()]

    def writing(
        self, lock_timeout: float, progress: "Callable[[Progress], None] | None" = None
    ) -> "AbstractContextManager[Writer]":
        """See `stores.Store.writing`. Raises DragomanError: what is kept does not change."""
        del lock_timeout, progress
        raise DragomanError(f"the state {self.at!r} is kept as it is: open the collection without it to change that")

    def encode(self, lock_timeout: float, progress: "Callable[[Progress], None] | None" = None) -> "Report":
        """See `stores.Store.encode`. Raises as `writing` does."""
        with self.writing(lock_timeout, progress) as writer:
            return writer.committed

    def close(self) -> None:
        """See `stores.Store.close`."""
        self._opened_folder.close()
        self._opened = None


def _folder(path: Path) -> Store:
    return Store(path, check=False)  # today's state may need to be indexed anew, and a kept one not


class _Opened:
    """A state as it was opened, and what tells it from others."""

    def __init__(self, stamp: str, view: Snapshot) -> None:
        self.stamp = stamp
        self.view = view

    @cached_property
    def ids(self) -> list[str]:
        """The ids of its documents, in order."""
        stack = self.view.stack
        found: list[list[str]] = []
        for base, segment in stack:
            columns = segment.columns
            living = np.unique(columns.document[stack.live[base : base + len(segment)]]).tolist()
            found.append(sorted(columns.ids[number] for number in living))
        # One that a merge split over two segments is there twice.
        return [each for each, _ in groupby(heapq.merge(*found))]
