"""The public face: a collection that can be asked, added to and looked after."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, Unpack, cast

import numpy as np
from numpy.typing import NDArray

from ..corpus.document import Document, Span, parse_passage_id
from ..errors import CollectionDamaged, NotFound
from ..index.encoding.model import DEFAULT_MODEL
from ..index.ledger.manifest import RANKING
from ..index.reading.snapshot import Snapshot
from ..index.reading.tallies import Facets
from ..index.writing.lock import LOCK_TIMEOUT
from ..index.writing.status import Status
from ..index.writing.store import Store
from .completion import Completion, complete
from .language.question import Filters, Question, check_range
from .language.unparser import understood
from .ranking.engine import Mode, Sort
from .ranking.settings import Settings, settings_of
from .results.answer import Answer, answered, neighbours
from .results.results import Hit, Results
from .suggest import suggest

if TYPE_CHECKING:
    from ..corpus.readers.contract import ReadOptions, Skipped
    from ..index.writing.writer import Progress, Report, Writer

MAX_LIMIT = 1000
"""The most hits that one search gives."""

MAX_EXPORT = 10_000
"""The most hits that one export gives."""

MAX_FACETS = 1000
"""The most values of a column that are counted out."""


_NO_DOCUMENT = "no document {!r} in the collection"


class Collection:
    """A collection of documents, opened. Reading is safe from any number of threads.

    Use it as a context manager, or call `close`. Every search sees the newest commit, whoever made it, and another
    collection that has been put in its place.
    """

    # Without a dictionary, so that setting what means nothing here (`mode`, `filters`) is an error, not ignored.
    __slots__ = ("__weakref__", "_contents", "_lock", "_opened", "_path", "_replaced", "_settings")

    def __init__(self, path: str | Path, *, settings: Settings | None = None) -> None:
        self._path = Path(path)
        self._settings = settings
        self._opened = Store(self.path)
        self._replaced = 0
        self._contents: tuple[Snapshot, int, Facets] | None = None
        self._lock = threading.Lock()

    @property
    def path(self) -> Path:
        """The folder that it was opened at."""
        return self._path

    @property
    def _store(self) -> Store:
        """What lies at the path. Where another collection has been put there, that one is opened."""
        if self._opened.database.is_replaced:
            with self._lock:
                if self._opened.database.is_replaced:
                    # The old one is not closed: whoever is at work with it may finish.
                    self._opened = Store(self.path)
                    self._replaced += 1
        return self._opened

    def close(self) -> None:
        """Let go of the collection's files. The collection must not be used afterwards."""
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    # Asking

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        offset: int = 0,
        mode: Mode = "hybrid",
        sort: Sort | None = None,
        per_document: bool = False,
        fold: bool = True,
        facets: int = 0,
        explain: bool = False,
        highlights: bool = True,
        timeout: float | None = None,
        **filters: Unpack[Filters],
    ) -> Results:
        """The passages that answer a question, best first.

        `query` is in the query language, and may be empty if there are `filters`: see `asking.Filters`. `sort` is by
        relevance, or newest first where the query only filters. `per_document` keeps the best hit of each document;
        `fold` shows of near-identical reports only the one that ranks best, and names the others with it. `facets` is
        how many values of each column are counted on the match set, or 0 for no counting at all. `highlights` may be
        spared where only the ranking is wanted. `timeout` is in seconds.

        Raises QueryError if the question or an option cannot be understood, SearchTimeout if the time is over,
        NotFound if there is no document of the id to which the search is confined.
        """
        began = time.perf_counter()
        check_range("limit", limit, 0, MAX_LIMIT)
        check_range("offset", offset, 0, 1_000_000)
        check_range("facets", facets, 0, MAX_FACETS)
        question = Question.asked(query, mode, sort, per_document, fold, timeout, filters)

        def answer(snapshot: Snapshot) -> Results:
            found = self._answer(snapshot, question, offset + limit)
            ranked = found.ranked
            return Results(
                query=query,
                understood=understood(question.query),
                mode=mode,
                total=ranked.total,
                took_ms=round((time.perf_counter() - began) * 1000, 1),
                suggestion=suggest(snapshot, question.query.text, found.unknown, question.deadline),
                undated=ranked.undated,
                hits=tuple(found.hits(offset, explain=explain, highlights=highlights)),
                documents=found.documents,
                facets=snapshot.facets(ranked.matches, facets) if facets else None,
                at_least=ranked.cut,
            )

        return self._on_snapshot(answer)

    def facets(
        self,
        query: str,
        *,
        limit: int = 10,
        mode: Mode = "hybrid",
        fold: bool = True,
        timeout: float | None = None,
        **filters: Unpack[Filters],
    ) -> Facets:
        """What a question's match set consists of: the `limit` commonest values of each column, and its dates.

        Options and errors are those of `search`.
        """
        check_range("limit", limit, 1, MAX_FACETS)
        found = self.search(query, limit=0, mode=mode, fold=fold, facets=limit, timeout=timeout, **filters)
        return cast("Facets", found.facets)

    def contents(self, limit: int = 10) -> Facets:
        """What the whole collection consists of: the `limit` commonest values of each column, and its dates.

        It is counted when it is first asked for after a change.
        """
        check_range("limit", limit, 1, MAX_FACETS)
        snapshot = self._store.snapshot()
        known = self._contents
        if known is None or known[:2] != (snapshot, limit):
            self._contents = known = snapshot, limit, snapshot.facets(np.flatnonzero(snapshot.live), limit)
        return known[2]

    def export(
        self,
        query: str,
        *,
        limit: int = MAX_EXPORT,
        mode: Mode = "hybrid",
        sort: Sort | None = None,
        per_document: bool = False,
        fold: bool = True,
        highlights: bool = False,
        timeout: float | None = None,
        **filters: Unpack[Filters],
    ) -> Iterator[Hit]:
        """The first `limit` hits of a search, whose options and errors these are, to be taken one by one.

        They are ranked now, and documents read as they are taken, so that few are in memory at a time. Whatever is
        changed in the meantime, they are as of now; only if the collection is compacted and the export takes longer
        than the grace period thereafter does it end with CollectionDamaged.
        """
        check_range("limit", limit, 0, MAX_EXPORT)
        question = Question.asked(query, mode, sort, per_document, fold, timeout, filters)
        answer = self._answer(self._store.snapshot(), question, limit)
        return answer.hits(highlights=highlights)

    def complete(self, text: str, limit: int = 8) -> list[Completion]:
        """Ways to complete the last word of a question: see `completion.complete`."""
        check_range("limit", limit, 0, MAX_LIMIT)
        return complete(self._store.snapshot(), text, limit)

    def similar(self, identity: str, *, limit: int = 10, per_document: bool = False) -> Results:
        """The passages nearest in meaning to a passage, or to a whole document, from other documents.

        Raises NotFound if there is no such passage or document.
        """
        began = time.perf_counter()
        check_range("limit", limit, 0, MAX_LIMIT)

        def answer(snapshot: Snapshot) -> Results:
            own, document = self._numbers(snapshot, identity)
            found = neighbours(
                snapshot, own, snapshot.find(document.id), self._settings_for(snapshot), limit, per_document
            )
            return Results(
                query=identity,
                understood={"similar": identity},
                mode="meaning",
                total=found.ranked.total,
                took_ms=round((time.perf_counter() - began) * 1000, 1),
                suggestion=None,
                undated=0,
                hits=tuple(found.hits()),
                documents=found.documents,
            )

        return self._on_snapshot(answer)

    def _answer(self, snapshot: Snapshot, question: Question, limit: int) -> Answer:
        if question.document is not None:
            self._version(question.document)
        encoder = self._store.encoder
        return answered(
            snapshot, question, self._settings_for(snapshot), limit, lambda text: encoder(snapshot).encode([text])[0]
        )

    @property
    def settings(self) -> Settings:
        """How questions are ranked: as was said on opening; else as the collection was tuned; else by default.

        Raises CollectionMismatch if the collection keeps settings that mean nothing to this Dragoman.
        """
        return self._settings_for(self._store.snapshot())

    def _settings_for(self, snapshot: Snapshot) -> Settings:
        return self._settings or settings_of(snapshot.manifest.ranking)

    def _on_snapshot(self, answer: Callable[[Snapshot], Results]) -> Results:
        """An answer from the present snapshot; once more from a fresh one if that has just been compacted away."""
        snapshot = self._store.snapshot()
        try:
            return answer(snapshot)
        except CollectionDamaged:
            fresh = self._store.snapshot()
            if fresh is snapshot:
                raise
            return answer(fresh)

    # Reading

    def document(self, document_id: str) -> Document:
        """The document of that id. Raises NotFound if there is none."""
        document = self._store.ledger.live_document(document_id)
        if document is None:
            raise NotFound(_NO_DOCUMENT.format(document_id))
        return document

    def named(self, identity: str) -> tuple[Document, Span | None]:
        """The document of that id; or the document of the passage of that id, and the passage's span.

        A document's own id may look like a passage's, and goes first. Raises NotFound if there is neither.
        """
        named = parse_passage_id(identity)
        try:
            return self.document(identity), None
        except NotFound:
            if named is None:
                raise
        document, span = self.document(named[0]), Span(*named[1:])
        if span not in self.passages(document.id):
            raise NotFound(f"{document.id!r} has no passage {span}")
        return document, span

    def passages(self, document_id: str) -> list[Span]:
        """The spans of a document's passages, in order. Raises NotFound if there is no such document."""
        version = self._version(document_id)
        return [Span(start, end) for _, _, start, end in self._store.ledger.live_passages(version)]

    def document_ids(self, prefix: str = "", after: str = "") -> Iterator[str]:
        """The ids of all documents that begin with a prefix and come after an id, in order."""
        return self._store.ledger.live_ids(prefix, after)

    def _version(self, document_id: str) -> int:
        known = self._store.ledger.live_version(document_id)
        if known is None:
            raise NotFound(_NO_DOCUMENT.format(document_id))
        return known.version

    def _numbers(self, snapshot: Snapshot, identity: str) -> tuple[NDArray[np.int64], Document]:
        """The passages that an id names, a passage's or a document's, and their document."""
        named = parse_passage_id(identity)
        for document_id, span in ((identity, None), *([(named[0], Span(*named[1:]))] if named else [])):
            document = self._store.ledger.live_document(document_id)
            numbers = snapshot.find(document_id, span)
            if document is not None and len(numbers):
                return numbers, document
        raise NotFound(f"no passage or document {identity!r} in the collection")

    @property
    def generation(self) -> int:
        """The number of changes made to the collection so far."""
        return self._store.database.generation

    @property
    def version(self) -> str:
        """What changes whenever answers may, by a change to the collection or by another one in its place.

        Versions are told apart only among those of one opened collection.
        """
        generation = self.generation
        return f"{self._replaced}.{generation}"

    def status(self) -> Status:
        """What is in the collection."""
        return self._store.status()

    def problems(self) -> list[str]:
        """What a thorough look finds wrong with the collection, a line each; nothing for a sound one."""
        return self._store.problems()

    # Changing

    def add(
        self,
        documents: "Iterable[Document | Skipped]",
        *,
        progress: "Callable[[Progress], None] | None" = None,
        lock_timeout: float = LOCK_TIMEOUT,
    ) -> "Report":
        """Bring documents in: new ones are added, changed ones replaced, unchanged ones left alone.

        Whatever `corpus.readers.read` yields can be given as it comes. See `index.writer.Writer.add`.
        """
        with self._writing(lock_timeout, progress) as writer:
            return writer.add(documents)

    def feed(
        self,
        sources: "Iterable[str | Path]",
        *,
        reading: "ReadOptions | None" = None,
        keep: bool = False,
        reread: bool = False,
        progress: "Callable[[Progress], None] | None" = None,
        lock_timeout: float = LOCK_TIMEOUT,
    ) -> "Report":
        """Bring in what is new or changed in files, folders, patterns and URLs, and remember them as sources.

        Documents whose files are gone from a folder or pattern are removed, unless `keep`. See `index.feeding.feed`.
        """
        from ..corpus.readers.contract import ReadOptions
        from ..index.feeding.feeder import Feeding, feed

        feeding = Feeding(reading or ReadOptions(), keep=keep, reread=reread)
        with self._writing(lock_timeout, progress) as writer:
            return feed(writer, [(str(each), feeding) for each in sources])

    def remove(self, document_ids: Iterable[str], *, lock_timeout: float = LOCK_TIMEOUT) -> "Report":
        """Delete documents by id. Raises NotFound, and deletes nothing, if one does not exist."""
        with self._writing(lock_timeout) as writer:
            return writer.remove(document_ids)

    def compact(self, *, lock_timeout: float = LOCK_TIMEOUT) -> "Report":
        """Rewrite the index without what was deleted, in as few segments as there may be."""
        with self._writing(lock_timeout) as writer:
            return writer.compact()

    def keep_settings(self, settings: Settings | None, *, lock_timeout: float = LOCK_TIMEOUT) -> None:
        """Write settings into the collection, which whoever opens it without others has; None takes them out again."""
        store = self._store
        with store.writing(lock_timeout), store.database.change():
            if settings is None:
                store.database.unset(RANKING)
            else:
                store.database.set(RANKING, asdict(settings))

    @contextmanager
    def _writing(self, lock_timeout: float, progress: "Callable[[Progress], None] | None" = None) -> "Iterator[Writer]":
        from ..index.writing.writer import Writer

        store = self._store
        with store.writing(lock_timeout):
            yield Writer(store, progress)


def open_collection(path: str | Path, *, settings: Settings | None = None) -> Collection:
    """Open the collection in a folder. It ranks as it was tuned, or by default, unless `settings` say how.

    Raises CollectionNotFound, CollectionMismatch or CollectionDamaged.
    """
    return Collection(path, settings=settings)


def create_collection(path: str | Path, *, model: str = DEFAULT_MODEL, settings: Settings | None = None) -> Collection:
    """Make an empty collection in a folder that does not exist or is empty, and open it.

    `model` is the folder of a Sentence Transformers model, or the name of the one that Dragoman comes with. Raises
    CollectionExists if something is in the folder, ModelNotFound if there is no such model.
    """
    Store.create(Path(path), model).close()
    return Collection(path, settings=settings)


def reindex_collection(
    path: str | Path,
    *,
    model: str | None = None,
    progress: "Callable[[Progress], None] | None" = None,
    lock_timeout: float = LOCK_TIMEOUT,
) -> "Report":
    """Split and encode all documents of a collection anew, with another model or after an upgrade of Dragoman.

    Without `model`, with the one that it has. The collection answers as before until all is done.
    """
    from ..index.writing.writer import Writer

    store = Store(Path(path), check=False)
    try:
        with store.writing(lock_timeout):
            return Writer(store, progress).reindex(model or store.ledger.manifest.model)
    finally:
        store.close()
