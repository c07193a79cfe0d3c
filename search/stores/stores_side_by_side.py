"""Several collections in folders as one store, which can be asked and not be written to."""

import heapq
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from itertools import count, groupby
from pathlib import Path
from typing import TYPE_CHECKING

from ...corpus.document import Document, Span
from ...errors import DragomanError, InvalidArgument
from ...index.forking import undisturbed
from ...index.keeping.examination import Checked
from ...index.keeping.kept import KeptState
from ...index.ledger.origins import FedSource
from ...index.reading.side_by_side import SideBySide
from ...index.writing.status import Status
from .folder_store import FolderStore, folder_named, folder_store

if TYPE_CHECKING:
    from ...index.keeping.kept_store import KeptStore
    from ...index.reading.snapshot import Snapshot
    from ...index.writing.tally import Progress, Report
    from ...index.writing.writer import Writer


class StoresSideBySide:
    """Several collections in folders as one store, which can be asked and read. Each is written to by itself.

    What documents are called where several collections have one of the same id, `index.reading.side_by_side` says.

    Args:
        names: Their folders, two or more.
        at: Which of their kept states is asked; empty for that of today.

    Raises:
        InvalidArgument: One of them is given twice.
        CollectionNotFound: There is no collection in one of the folders, or no state of that name is kept of it.
        CollectionMismatch: One of them was made with other settings than this Dragoman has.
        CollectionDamaged: One of them cannot be read.
    """

    __slots__ = ("_labels", "_lock", "_stores", "_view", "names")

    def __init__(self, names: Sequence[str | Path], at: str = "") -> None:
        folders = [folder_named(name) for name in names]
        self.names = tuple(map(str, folders))
        """Their folders."""
        self._labels = _labels([folder.resolve() for folder in folders])
        self._view: tuple[list[Snapshot], SideBySide] | None = None
        self._lock = threading.Lock()
        with ExitStack() as opened:
            self._stores: list[FolderStore | KeptStore] = []
            for folder in folders:
                self._stores.append(folder_store(folder, at))
                opened.callback(self._stores[-1].close)
            opened.pop_all()

    @property
    def name(self) -> str:
        """See `Store.name`: all of theirs."""
        return ", ".join(self.names)

    @property
    def view(self) -> SideBySide:
        """See `Store.view`. Raises CollectionMismatch if a field means different things in two of them."""
        snapshots = [store.view for store in self._stores]
        with undisturbed(), self._lock:
            known = self._view
            if known is None or any(a is not b for a, b in zip(known[0], snapshots, strict=True)):
                named = zip(self.names, self._labels, snapshots, strict=True)
                self._view = known = snapshots, SideBySide(list(named))
            return known[1]

    @property
    def stamp(self) -> str:
        """See `Store.stamp`."""
        return " ".join(store.stamp for store in self._stores)

    @property
    def generation(self) -> int:
        """See `Store.generation`: the changes made to all of them."""
        return sum(store.generation for store in self._stores)

    def document(self, document_id: str) -> Document | None:
        """See `Store.document`."""
        known = self.view.resolve(document_id)
        document = known and self._stores[known[0]].document(known[1])
        return document and replace(document, id=document_id)

    def spans(self, document_id: str) -> list[Span] | None:
        """See `Store.spans`."""
        known = self.view.resolve(document_id)
        return known and self._stores[known[0]].spans(known[1])

    def document_ids(self, prefix: str = "", after: str = "") -> Iterator[str]:
        """See `Store.document_ids`: each id once, as its collection has it."""
        every = heapq.merge(*(store.document_ids(prefix, after) for store in self._stores))
        return (document_id for document_id, _ in groupby(every))

    def sources(self) -> list[FedSource]:
        """See `Store.sources`."""
        return [source for store in self._stores for source in store.sources()]

    def status(self) -> Status:
        """See `Store.status`: what is in all of them together."""
        each = [store.status() for store in self._stores]
        info = self.view.info
        return replace(
            each[0],
            path=self.name,
            generation=info.generation,
            documents=sum(status.documents for status in each),
            passages=info.passages,
            segments=sum(status.segments for status in each),
            bytes=sum(status.bytes for status in each),
            languages=tuple(sorted(info.languages)),
            model=", ".join(dict.fromkeys(status.model for status in each)),
            precision=", ".join(dict.fromkeys(status.precision for status in each)),
            floors=info.floors,
            fields=tuple(field.name for field in info.fields.own),
            lacking=tuple(name for name in info.fields.names if name in info.lacking),
        )

    def seal_rest(self) -> list[str]:
        """See `Store.seal_rest`."""
        return [f"{store.name}: {line}" for store in self._stores for line in store.seal_rest()]

    def checks(self) -> Iterator[Checked]:
        """See `Store.checks`: one after the other."""
        for store in self._stores:
            for each in store.checks():
                yield each._replace(fault=f"{store.name}: {each.fault}") if each.fault else each

    def damaged(self) -> bool:
        """See `Store.damaged`."""
        return True in {store.damaged() for store in self._stores}

    def kept(self) -> list[KeptState]:
        """See `Store.kept`: those whose names all of them have, as the first one keeps them."""
        others = [{state.name for state in store.kept()} for store in self._stores[1:]]
        return [state for state in self._stores[0].kept() if all(state.name in names for names in others)]

    def problems(self) -> list[str]:
        """See `Store.problems`."""
        return [f"{store.name}: {problem}" for store in self._stores for problem in store.problems()]

    def writing(
        self, lock_timeout: float, progress: "Callable[[Progress], None] | None" = None
    ) -> "AbstractContextManager[Writer]":
        """See `Store.writing`. Raises DragomanError: which of them is to be written to, nobody said."""
        del lock_timeout, progress
        raise DragomanError("several collections are open side by side: open the one that is to be changed by itself")

    def encode(self, lock_timeout: float, progress: "Callable[[Progress], None] | None" = None) -> "Report":
        """See `Store.encode`. Raises as `writing` does."""
        with self.writing(lock_timeout, progress) as writer:
            return writer.committed

    def close(self) -> None:
        """See `Store.close`."""
        for store in self._stores:
            store.close()
        self._view = None


def _labels(folders: Sequence[Path]) -> list[str]:
    """What tells folders apart: as much of the end of each path as no two have in common.

    Raises InvalidArgument if one is there twice.
    """
    if twice := [folder for number, folder in enumerate(folders) if folder in folders[:number]]:
        raise InvalidArgument(f"the collection {twice[0]} is given twice: give each once")
    labels = (["/".join(folder.parts[-parts:]) for folder in folders] for parts in count(1))
    return next(each for each in labels if len(set(each)) == len(each))
