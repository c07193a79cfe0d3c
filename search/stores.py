"""What holds a collection: a store, which gives views, reads documents by id and takes writes.

`FolderStore` is the store of a folder, and the reference. A store of another kind is a class with the members of
`Store`, and one line in `STORES`. `StoresSideBySide` makes one of several, to be asked and not to be written to.
"""

import heapq
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import replace
from itertools import count, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from ..corpus.document import Document, Span
from ..errors import CollectionDamaged, CollectionNotFound, DragomanError, InvalidArgument, NotFound
from ..index.forking import undisturbed
from ..index.keeping.examination import Checked
from ..index.keeping.kept import KeptState
from ..index.keeping.kept_store import KeptStore
from ..index.ledger.origins import FedSource
from ..index.reading.side_by_side import SideBySide
from ..index.reading.snapshot import Snapshot
from ..index.reading.view import LeftOut, View
from ..index.writing.placing import finish_placing
from ..index.writing.status import Status
from ..index.writing.store import CollectionReplaced
from ..index.writing.store import Store as Folder

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..index.writing.tally import Progress, Report
    from ..index.writing.writer import Writer


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
        """What changes whenever answers may, and is the same for all that have the same collection open."""
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

    def kept(self) -> list[KeptState]:
        """The states of it that are kept, the oldest first."""
        ...

    def problems(self) -> list[str]:
        """What a thorough check finds wrong, a line for each problem."""
        ...

    def seal_rest(self) -> list[str]:
        """Make checksums of what has none, if it can be written to: what was sealed, a line each."""
        ...

    def checks(self) -> Iterator[Checked]:
        """Look at every byte that has a checksum, a block whenever the caller goes on.

        What is found to be damaged is left out from now on.
        """
        ...

    def damaged(self) -> bool:
        """Look for damage, after an error that nothing else explains: whether there is any that was not known.

        It is left out from now on.
        """
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

    def encode(self, lock_timeout: float, progress: "Callable[[Progress], None] | None" = None) -> "Report":
        """Give vectors to all passages that have none yet.

        Args:
            lock_timeout: How many seconds to wait for another program that writes to the collection.
            progress: Called again and again with how far it has come.

        Raises:
            CollectionLocked: Another program did not finish in time.
        """
        ...

    def close(self) -> None:
        """Release its files or connections. What is asked from then on raises CollectionClosed."""
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
        from ..index.writing.writer import Writer  # late, because asking never needs it

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
        from ..index.writing.vectors.later_vectors import encode_rest  # late, because asking never needs it

        while True:
            try:
                return encode_rest(self.folder, progress=progress, lock_timeout=lock_timeout)
            except CollectionReplaced:
                continue

    def close(self) -> None:
        """See `Store.close`."""
        self._folder.close()


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
                self._stores.append(_folder_store(folder, at))
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


STORES: Final[dict[str, Callable[[str], Store]]] = {}
"""What opens a collection, by the scheme of its address. Empty: so far there are only folders."""


def open_store(name: str | Path, at: str = "") -> Store:
    """The store of a collection.

    Args:
        name: A folder, or an address whose scheme is one of STORES.
        at: Which of its kept states is asked; empty for that of today.

    Raises:
        CollectionNotFound: There is no such collection, or it keeps no state of that name, or nothing opens such an
            address.
    """
    scheme = str(name).partition("://")[0]
    if isinstance(name, str) and scheme != name and scheme in STORES:
        if at:
            raise CollectionNotFound(f"no state {at!r} is kept at {name}: only collections in folders keep states")
        return STORES[scheme](name)
    return _folder_store(folder_named(name), at)


def _folder_store(folder: Path, at: str) -> FolderStore | KeptStore:
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


@contextmanager
def explained(store: Store) -> "Generator[None]":
    """A block of which an error becomes CollectionDamaged if damage to a store is found to be its cause."""
    try:
        yield
    except DragomanError:
        raise
    except Exception as error:
        if not store.damaged():
            raise
        raise CollectionDamaged(
            f"a part of {store.name} is damaged, and left out from now on: mend it with `dragoman doctor --repair`"
        ) from error


def refuse_damaged(left_out: "Sequence[LeftOut]") -> None:
    """Refuse what must be whole, such as figures and exports, while parts of a collection are left out.

    Raises CollectionDamaged, which names the first of them.
    """
    if left_out:
        raise CollectionDamaged(f"this needs the whole collection, and {left_out[0]}")


def no_document(document_id: str) -> NotFound:
    """The error that says that there is no document of an id."""
    return NotFound(f"no document {document_id!r} in the collection")
