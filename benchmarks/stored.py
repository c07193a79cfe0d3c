"""Documents with their passages and vectors, as a collection keeps them."""

from collections.abc import Iterator

from dragoman.corpus.document import Document
from dragoman.index.reading.snapshot import StoredPassage
from dragoman.index.writing.store import Store


def stored(source: Store, passages: int) -> Iterator[tuple[Document, list[StoredPassage]]]:
    """The first documents of a collection that have so many passages together, with these as they are kept."""
    snapshot, left = source.snapshot(), passages
    for number, _ in source.ledger.segments():
        for version, kept in snapshot.live_by_document(number):
            document = source.ledger.document(version)
            if left <= 0 or document is None:
                return
            together = list(kept)
            left -= len(together)
            yield document, together
