"""What becomes of documents that are brought in: each is new, or changed, or there already, or cannot be kept."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from ...corpus.document import Document, Passage
from ...corpus.readers.contract import Skipped, unforeseen
from ...corpus.splitting.passages import split_passages
from ..ledger.ledger import Ledger, LiveVersion
from .tally import Tally
from .vectors.passage_vectors import PassageVectors


class Admission:
    """Enters documents into the ledger, and splits them.

    Args:
        documents: What is brought in, and what could not be read.
        ledger: The collection's.
        vectors: Is told which earlier version a document had.
        tally: Counts what becomes of them.
        as_dated: Whether they came in when they say that they came in elsewhere, and not now.
    """

    def __init__(
        self,
        documents: Iterable[Document | Skipped],
        ledger: Ledger,
        vectors: PassageVectors,
        tally: Tally,
        *,
        as_dated: bool = False,
    ) -> None:
        self._documents = iter(documents)
        self._ledger = ledger
        self._vectors = vectors
        self._tally = tally
        self._as_dated = as_dated
        self.is_over = False
        """Whether there are no more documents."""

    def passages(self, most: int) -> Iterator[tuple[int, Passage]]:
        """The passages of the next documents, each with its document's version.

        Args:
            most: No further document is taken once there are so many.
        """
        fields = self._ledger.manifest.fields
        count = 0
        while count < most:
            document = next(self._documents, None)
            if document is None:
                self.is_over = True
                return
            if isinstance(document, Skipped):
                self._tally.skip(document)
                continue
            self._tally.count_unused(document, fields)
            self._tally.count_remarks(document)
            known = self._ledger.live_version(document.id)
            if known is not None and known.hash == document.content_hash:
                if _is_unicode(document):
                    self._ledger.keep_cut(known.version, document.cut)
                self._tally.unchanged += 1
                continue
            split = _split(document)
            if isinstance(split, Skipped):
                self._tally.skip(split)
                continue
            version = self._enter(document, known, document.added if self._as_dated else None)
            for passage in split:
                yield version, passage
            count += len(split)

    def _enter(self, document: Document, known: LiveVersion | None, came_in: datetime | None) -> int:
        """Add a document, or a new version of it, and return its number."""
        if known is not None:
            self._ledger.retire_document(known.version)
            self._tally.updated += 1
        else:
            self._tally.added += 1
        version = self._ledger.add_document(document, came_in)
        self._vectors.follow(known, version, document)
        return version


def _split(document: Document) -> list[Passage] | Skipped:
    """A document's passages, or why it has none."""
    origin = document.origin or document.id
    if not _is_unicode(document):
        return Skipped(origin, "it holds half characters (lone surrogates)")
    try:
        return list(split_passages(document)) or Skipped(origin, "it has no text")
    except Exception as error:
        return unforeseen(origin, error)


def _is_unicode(document: Document) -> bool:
    try:
        (json.dumps(document.description(), ensure_ascii=False) + document.text).encode()
    except UnicodeEncodeError:
        return False
    return True
