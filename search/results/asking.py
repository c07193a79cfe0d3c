"""Asking an opened collection: for what answers a question, for what is like a passage, for what there is."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Document, Span, parse_passage_id
from ...errors import CollectionDamaged, NotFound
from ...index.reading.snapshot import Snapshot
from ...index.reading.tallies import Facets
from ..language.question import Question
from ..language.unparser import understood
from ..opened import OpenedStore
from ..ranking.settings import Settings, settings_of
from ..suggest import suggest
from .answer import Answer, answered, neighbours
from .results import Hit, Results


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which part of the ranking is wanted, and what of it.

    `limit` hits after the first `offset`; `facets` values of each column; highlights; how each score came about.
    """

    limit: int
    offset: int = 0
    facets: int = 0
    highlights: bool = True
    explain: bool = False


class Asker:
    """Asks whatever store is at a path. Every answer is of one snapshot: the present one when it is asked."""

    __slots__ = ("_contents", "_opened", "_settings")

    def __init__(self, opened: OpenedStore, settings: Settings | None) -> None:
        """`settings` go before those that the collection keeps."""
        self._opened = opened
        self._settings = settings
        self._contents: tuple[Snapshot, int, Facets] | None = None

    def settings(self, snapshot: Snapshot) -> Settings:
        """How questions to a snapshot are ranked. Raises CollectionMismatch if it keeps settings that mean nothing."""
        return self._settings or settings_of(snapshot.manifest.ranking)

    def search(self, text: str, question: Question, wanted: Wanted) -> Results:
        """The results of a question, whose `text` is what the user wrote. Raises as `Collection.search` does."""
        began = time.perf_counter()

        def ask(snapshot: Snapshot) -> Results:
            answer = self._answer(snapshot, question, wanted.offset + wanted.limit)
            ranked = answer.ranked
            return Results(
                query=text,
                understood=understood(question.query),
                mode=question.mode,
                total=ranked.total,
                took_ms=_milliseconds_since(began),
                suggestion=suggest(snapshot, question.query.text, answer.unknown, question.deadline),
                undated=ranked.undated,
                hits=tuple(answer.hits(wanted.offset, explain=wanted.explain, highlights=wanted.highlights)),
                documents=answer.documents,
                facets=snapshot.facets(ranked.matches, wanted.facets) if wanted.facets else None,
                at_least=ranked.cut,
            )

        return self._of_snapshot(ask)

    def export(self, question: Question, limit: int, *, highlights: bool) -> Iterator[Hit]:
        """The first hits, ranked now; their documents are read as they are taken."""
        return self._answer(self._opened.snapshot, question, limit).hits(highlights=highlights)

    def similar(self, identity: str, *, limit: int, per_document: bool) -> Results:
        """The passages nearest in meaning to those that an id names. Raises NotFound if it names none."""
        began = time.perf_counter()

        def ask(snapshot: Snapshot) -> Results:
            own, document = self._named(snapshot, identity)
            answer = neighbours(snapshot, own, snapshot.find(document.id), self.settings(snapshot), limit, per_document)
            return Results(
                query=identity,
                understood={"similar": identity},
                mode="meaning",
                total=answer.ranked.total,
                took_ms=_milliseconds_since(began),
                suggestion=None,
                undated=0,
                hits=tuple(answer.hits()),
                documents=answer.documents,
            )

        return self._of_snapshot(ask)

    def contents(self, limit: int) -> Facets:
        """What the whole collection consists of, counted when it is first asked for after a change."""
        snapshot = self._opened.snapshot
        known = self._contents
        if known is None or known[:2] != (snapshot, limit):
            self._contents = known = snapshot, limit, snapshot.facets(np.flatnonzero(snapshot.live), limit)
        return known[2]

    def _answer(self, snapshot: Snapshot, question: Question, limit: int) -> Answer:
        store = self._opened.store
        if question.document is not None:
            self._opened.version_of(question.document)  # which there must be
        return answered(
            snapshot, question, self.settings(snapshot), limit, lambda text: store.encoder(snapshot).encode([text])[0]
        )

    def _named(self, snapshot: Snapshot, identity: str) -> tuple[NDArray[np.int64], Document]:
        """The passages that an id names, a passage's or a document's, and their document."""
        named = parse_passage_id(identity)
        for document_id, span in ((identity, None), *([(named[0], Span(*named[1:]))] if named else [])):
            document = self._opened.store.ledger.live_document(document_id)
            numbers = snapshot.find(document_id, span)
            if document is not None and len(numbers):
                return numbers, document
        raise NotFound(f"no passage or document {identity!r} in the collection")

    def _of_snapshot(self, ask: Callable[[Snapshot], Results]) -> Results:
        """An answer from the present snapshot; once more from a fresh one if that has just been compacted away."""
        snapshot = self._opened.snapshot
        try:
            return ask(snapshot)
        except CollectionDamaged:
            fresh = self._opened.snapshot
            if fresh is snapshot:
                raise
            return ask(fresh)


def _milliseconds_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
