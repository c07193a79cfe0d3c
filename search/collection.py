"""The public face: a collection that can be asked, added to and looked after."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, Unpack, cast

from ..corpus.document import Document, Span, parse_passage_id
from ..corpus.fields import Fields
from ..errors import DragomanError, NotFound
from ..index.ledger.manifest import RANKING
from ..index.ledger.origins import FedSource, Origins
from ..index.reading.plan import Sort
from ..index.reading.tallies import Facets
from ..index.writing.lock import LOCK_TIMEOUT
from ..index.writing.status import Status
from .completion import Completion, complete
from .language.question import Filters, Question
from .opened import Store, no_document, open_store
from .options import MAX_EXPORT, MAX_FACETS, check_options, check_range
from .ranking.engine import Mode
from .ranking.settings import Settings
from .results.asking import Asker, Wanted
from .results.results import Hit, Results

if TYPE_CHECKING:
    from ..corpus.readers.contract import ReadOptions, Skipped
    from ..index.writing.writer import Progress, Report


class Collection:
    """A collection of documents, opened. Reading is safe from any number of threads.

    Use it as a context manager, or call `close`. Every search sees the newest commit, whoever made it, and another
    collection that has been put in its place.
    """

    # Without a dictionary, so that setting what means nothing here (`mode`, `filters`) is an error, not ignored.
    __slots__ = ("__weakref__", "_asker", "_store")

    def __init__(self, store: Store | str | Path, *, settings: Settings | None = None) -> None:
        """`store` is what holds it, or its name: see `open_collection`."""
        self._store = open_store(store) if isinstance(store, str | Path) else store
        self._asker = Asker(self._store, settings)

    @property
    def path(self) -> Path:
        """The folder that it was opened at."""
        return Path(self._store.name)

    def close(self) -> None:
        """Let go of the collection's files. The collection must not be used afterwards."""
        self._store.close()

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

        Args:
            query: In the query language; it may be empty if there are `filters`.
            limit: How many hits are wanted.
            offset: How many of the best are passed over.
            mode: Which legs are asked.
            sort: By relevance, or newest first; unless told, the latter where the query only filters.
            per_document: Keep the best hit of each document alone.
            fold: Show of near-identical reports only the one that ranks best, and name the others with it.
            facets: How many values of each column are counted on the match set; 0 for no counting at all.
            explain: Say of each hit how its score came about.
            highlights: Mark why the hits are there, which may be spared where only the ranking is wanted.
            timeout: How many seconds it may take.
            **filters: What the search is confined to: see `question.Filters`.

        Raises:
            QueryError: The question or an option cannot be understood.
            SearchTimeout: The time is over.
            NotFound: There is no document of the id to which the search is confined.
        """
        check_options(limit=limit, offset=offset, facets=facets)
        how = {"mode": mode, "sort": sort, "per_document": per_document, "fold": fold, "timeout": timeout}
        question = Question.asked(query, how, filters, self.fields)
        wanted = Wanted(limit=limit, offset=offset, facets=facets, highlights=highlights, explain=explain)
        return self._asker.search(query, question, wanted)

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
        results = self.search(query, limit=0, mode=mode, fold=fold, facets=limit, timeout=timeout, **filters)
        return cast("Facets", results.facets)

    def contents(self, limit: int = 10) -> Facets:
        """What the whole collection consists of: the `limit` commonest values of each column, and its dates.

        It is counted when it is first asked for after a change.
        """
        check_range("limit", limit, 1, MAX_FACETS)
        return self._asker.contents(limit)

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
        how = {"mode": mode, "sort": sort, "per_document": per_document, "fold": fold, "timeout": timeout}
        question = Question.asked(query, how, filters, self.fields)
        return self._asker.export(question, limit, highlights=highlights)

    def complete(self, text: str, limit: int = 8) -> list[Completion]:
        """Ways to complete the last word of a question: see `completion.complete`."""
        check_options(limit=limit)
        return complete(self._store.view, text, limit)

    def similar(
        self, identity: str, *, limit: int = 10, per_document: bool = False, timeout: float | None = None
    ) -> Results:
        """The passages nearest in meaning to a passage, or to a whole document, from other documents.

        Args:
            identity: The id of the passage or document.
            limit: How many hits are wanted.
            per_document: Keep the best hit of each document alone.
            timeout: How many seconds it may take.

        Raises:
            NotFound: There is no such passage or document.
            SearchTimeout: The time is over.
        """
        check_options(limit=limit, timeout=timeout)
        return self._asker.similar(identity, limit=limit, per_document=per_document, timeout=timeout)

    @property
    def fields(self) -> Fields:
        """What its documents can be filtered by: the fields that every collection has, and its own."""
        return self._store.view.info.fields

    @property
    def settings(self) -> Settings:
        """How questions are ranked: as was said on opening; else as the collection was tuned; else by default.

        Raises CollectionMismatch if the collection keeps settings that mean nothing to this Dragoman.
        """
        return self._asker.settings(self._store.view)

    # Reading

    def document(self, document_id: str) -> Document:
        """The document of that id. Raises NotFound if there is none."""
        document = self._store.document(document_id)
        if document is None:
            raise no_document(document_id)
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
        spans = self._store.spans(document_id)
        if spans is None:
            raise no_document(document_id)
        return spans

    def document_ids(self, prefix: str = "", after: str = "") -> Iterator[str]:
        """The ids of all documents that begin with a prefix and come after an id, in order."""
        return self._store.document_ids(prefix, after)

    @property
    def generation(self) -> int:
        """The number of changes made to the collection so far."""
        return self._store.generation

    @property
    def version(self) -> str:
        """What changes whenever answers may, by a change to the collection or by another one in its place.

        Versions are told apart only among those of one opened collection.
        """
        return self._store.stamp

    def status(self) -> Status:
        """What is in the collection."""
        return self._store.status()

    def problems(self) -> list[str]:
        """What a thorough look finds wrong with the collection, a line each; nothing for a sound one."""
        return self._store.problems()

    def suspects(self) -> Iterator[str]:
        """Dates in documents that contradict what is said of them, for a person to look at.

        Returns:
            A line for each, "ID: what is wrong", by document. Documents are read as the lines are taken.
        """
        from ..corpus.description.suspects import suspects

        for document_id in self._store.document_ids():
            document = self._store.document(document_id)  # unless it has been removed since
            yield from suspects(document) if document else ()

    def sources(self) -> list[FedSource]:
        """What the collection is fed from, by name, and what was found there last."""
        return self._store.sources()

    # Changing

    def add(
        self,
        documents: "Iterable[Document | Skipped]",
        *,
        progress: "Callable[[Progress], None] | None" = None,
        lock_timeout: float = LOCK_TIMEOUT,
    ) -> "Report":
        """Bring documents in: new ones are added, changed ones replaced, unchanged ones left alone.

        Whatever `dragoman.read` yields can be given as it comes. See `index.writing.writer.Writer.add`.
        """
        with self._store.writing(lock_timeout, progress) as writer:
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

        Documents whose files are gone from a folder or pattern are removed, unless `keep`: see `index.feeding.feeder`.
        """
        from ..corpus.readers.contract import ReadOptions
        from ..index.feeding.feeder import Feeding, feed

        feeding = Feeding(reading or ReadOptions(), keep=keep, reread=reread)
        with self._store.writing(lock_timeout, progress) as writer:
            return feed(writer, [(str(each), feeding) for each in sources])

    def remove(self, document_ids: Iterable[str], *, lock_timeout: float = LOCK_TIMEOUT) -> "Report":
        """Delete documents by id. Raises NotFound, and deletes nothing, if one does not exist."""
        with self._store.writing(lock_timeout) as writer:
            return writer.remove(document_ids)

    def compact(self, *, lock_timeout: float = LOCK_TIMEOUT) -> "Report":
        """Rewrite the index without what was deleted, in as few segments as there may be."""
        with self._store.writing(lock_timeout) as writer:
            return writer.compact()

    def keep_settings(self, settings: Settings | None, *, lock_timeout: float = LOCK_TIMEOUT) -> None:
        """Write settings into the collection, which whoever opens it without others has; None takes them out again."""
        with self._store.writing(lock_timeout) as writer, writer.database.change():
            if settings is None:
                writer.database.unset(RANKING)
            else:
                writer.database.set(RANKING, asdict(settings))

    def forget(self, names: Iterable[str], *, lock_timeout: float = LOCK_TIMEOUT) -> None:
        """Feed the collection from some sources no more. Their documents stay.

        Args:
            names: The sources, as `sources` names them or as they were named when they were added.
            lock_timeout: How many seconds to wait for another program that writes to the collection.

        Raises:
            DragomanError: The collection is not fed from one of them. Then none is forgotten.
            CollectionLocked: Another program did not finish in time.
        """
        from ..index.feeding.feeder import source_name

        with self._store.writing(lock_timeout) as writer:
            known = Origins(writer.database)
            names = [name if known.holds(name) else source_name(name) for name in names]
            for name in names:
                if not known.holds(name):
                    raise DragomanError(
                        f"the collection is not fed from {name}: `dragoman sources` lists what it is fed from"
                    )
            for name in names:
                known.forget(name)

    def watch(
        self,
        sources: "Iterable[str | Path]" = (),
        *,
        every: float = 5.0,
        urls_every: float = 900.0,
        on_change: "Callable[[Report], None] | None" = None,
        on_error: Callable[[str], None] | None = None,
        lock_timeout: float = LOCK_TIMEOUT,
    ) -> None:
        """Keep the collection current with what it is fed from. This never returns: leave it by an exception.

        After an error it goes on. A collection that is put in the place of this one is watched from then on.

        Args:
            sources: What to watch; without any, all that the collection is fed from, as it is at the time.
            every: The seconds between two looks at files.
            urls_every: The seconds until a URL is asked again.
            on_change: Called with the report of each feeding.
            on_error: Called with an error in one line, once while it lasts.
            lock_timeout: How many seconds a feeding waits for another program that writes to the collection.
        """
        from ..index.feeding.watcher import Watch

        Watch(
            self.path,
            [str(each) for each in sources],
            every=every,
            urls_every=urls_every,
            lock_timeout=lock_timeout,
            tell=on_change or (lambda _: None),
            complain=on_error or (lambda _: None),
        ).run()


def open_collection(path: str | Path, *, settings: Settings | None = None) -> Collection:
    """Open a collection.

    Args:
        path: Its folder; or its address, where what is installed can open one.
        settings: How it ranks while it is open; without them, as it was tuned, or by default.

    Raises:
        CollectionNotFound: There is no collection.
        CollectionMismatch: It was made with other settings than this Dragoman has.
        CollectionDamaged: It cannot be read.
    """
    return Collection(path, settings=settings)
