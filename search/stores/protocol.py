"""A store: what holds a collection, gives views of it, reads documents by id and takes writes.

Whatever has the members of `Store` is one; `addresses.STORES` has a line for each kind that addresses name.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

from ...corpus.document import Document, Span
from ...errors import CollectionDamaged, DragomanError, NotFound
from ...index.keeping.examination import Checked
from ...index.keeping.kept import KeptState
from ...index.ledger.origins import FedSource
from ...index.reading.view import LeftOut, View
from ...index.writing.status import Status

if TYPE_CHECKING:
    from collections.abc import Generator

    from ...index.writing.tally import Progress, Report
    from ...index.writing.writer import Writer


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
