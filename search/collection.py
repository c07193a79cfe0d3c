"""The public face: a collection that can be asked, added to and looked after."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, Unpack, cast

from ..corpus.document import Document, Span, parse_passage_id
from ..corpus.fields import Fields
from ..errors import DragomanError, InvalidArgument, NotFound
from ..index.ledger.manifest import RANKING, VARIANTS
from ..index.ledger.origins import FedSource, Origins
from ..index.reading.facets import Facets
from ..index.reading.plan import Sort
from ..index.writing.lock import LOCK_TIMEOUT as LOCK_TIMEOUT
from ..index.writing.status import Status
from .advice.completion import Completion, complete
from .arguments import check_settings, check_text, check_wait, listed, path_of
from .language.question import Filters
from .language.words.variants import checked_variants
from .options import MAX_EXPORT, MAX_FACETS, Match, check_options, check_range
from .ranking.engine import Mode
from .ranking.settings import Settings
from .results.asking import Asker, Page
from .results.results import Hit, Results
from .stores import Store, StoresSideBySide, no_document, open_store

if TYPE_CHECKING:
    from ..corpus.readers.contract import ReadOptions, Skipped
    from ..index.writing.tally import Progress, Report


class Collection:
    """A collection of documents, opened. Reading is safe from any number of threads.

    Use it as a context manager, or call `close`. Every search sees the newest commit, whichever program made it, and
    any collection that has been put in the place of this one.
    """

    # Without a dictionary, so that setting what means nothing here (`mode`, `filters`) is an error, not ignored.
    __slots__ = ("__weakref__", "_asker", "_store")

    def __init__(self, store: Store | str | Path | Sequence[str | Path], *, settings: Settings | None = None) -> None:
        """Open a collection.

        Args:
            store: What holds it, or its path or address, or several paths: see `open_collection`.
            settings: How it ranks; None for its own settings.
        """
        check_settings(settings)
        is_store = callable(getattr(store, "writing", None))
        self._store = cast("Store", store) if is_store else _store_of(store)
        self._asker = Asker(self._store, settings)

    @property
    def path(self) -> Path:
        """The folder that it was opened at."""
        return Path(self._store.name)

    def __reduce__(self) -> tuple[Callable[..., Self], tuple[str | tuple[str, ...], Settings | None]]:
        # In another process it is opened again, as is what holds it: a retriever, a job of a queue.
        named = self._store.names if isinstance(self._store, StoresSideBySide) else self._store.name
        return _reopened, (named, self._asker.given_settings)  # pyright: ignore[reportReturnType]

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
        query: str | None,
        *,
        limit: int | None = 10,
        offset: int | None = 0,
        mode: Mode | None = "hybrid",
        literal: bool | None = False,
        sort: Sort | None = None,
        match: Match | None = "most",
        per_document: bool | None = False,
        fold: bool | None = True,
        facets: int | None = 0,
        explain: bool | None = False,
        highlights: bool | None = True,
        timeout: float | None = None,
        **filters: Unpack[Filters],
    ) -> Results:
        """The passages that answer a question, best first. An option that is None is as if it were not given.

        Args:
            query: In the query language; it may be empty or None if there are `filters`.
            limit: How many hits to return at most.
            offset: How many of the best hits to skip, for paging.
            mode: Which legs find and rank.
            literal: Take the query as plain text, in which no sign is an operator. What looks as if it was pasted is
                taken so anyway: see `language.input.texts`.
            sort: By relevance, or newest first. By default newest first where the query only filters, as then all
                passages are equally relevant; else by relevance.
            match: How many of the words that tell a match holds. With `most`, passages match as well that are near in
                meaning, and by date only those are listed and counted that answer the question; `weaker` says how many
                are not. With `all`, each free word stands in it in one of its forms, so that more of them find no
                more; operators mean what they always do. With `any`, one word is enough, and nothing is left out by
                date.
            per_document: Return only the best hit of each document.
            fold: Of near-identical reports, return only the one that ranks best; it names the others.
            facets: How many values of each column to return with their counts on the match set; 0 for no counting.
            explain: Say of each hit how its score came about.
            highlights: Mark why the hits are there. Without, a search is faster.
            timeout: How many seconds it may take; None for no limit.
            **filters: What the search is confined to: see `question.Filters`.

        Raises:
            QueryError: The question or an option cannot be understood.
            SearchTimeout: The search took longer than `timeout`.
            NotFound: The search is confined to a document that the collection does not have.
        """
        matching = check_options(mode=mode, literal=literal, match=match, fold=fold, timeout=timeout)
        how = matching | check_options(sort=sort, per_document=per_document)
        page = check_options(limit=limit, offset=offset, facets=facets, highlights=highlights, explain=explain)
        return self._asker.search(query, how, filters, Page(**page))

    def facets(
        self,
        query: str | None,
        *,
        limit: int | None = 10,
        mode: Mode | None = "hybrid",
        literal: bool | None = False,
        match: Match | None = "most",
        fold: bool | None = True,
        timeout: float | None = None,
        **filters: Unpack[Filters],
    ) -> Facets:
        """What a question's match set consists of: by column the commonest values, and by date a histogram.

        `limit` is how many values of each column to return. The other options, and the errors, are those of `search`.
        """
        limit = _facet_limit(limit)
        results = self.search(
            query,
            limit=0,
            mode=mode,
            literal=literal,
            match=match,
            fold=fold,
            facets=limit,
            timeout=timeout,
            **filters,
        )
        return cast("Facets", results.facets)

    def contents(self, limit: int | None = 10) -> Facets:
        """What the whole collection consists of: by column the commonest values, and by date a histogram.

        `limit` is how many values of each column to return. Counting happens on the first call after a change.
        """
        return self._asker.contents(_facet_limit(limit))

    def export(
        self,
        query: str | None,
        *,
        limit: int | None = MAX_EXPORT,
        mode: Mode | None = "hybrid",
        literal: bool | None = False,
        sort: Sort | None = None,
        match: Match | None = "most",
        per_document: bool | None = False,
        fold: bool | None = True,
        highlights: bool | None = False,
        timeout: float | None = None,
        **filters: Unpack[Filters],
    ) -> Iterator[Hit]:
        """The first `limit` hits of a search, one by one. Options and errors are those of `search`.

        They are ranked now, and their documents are read when they are taken, so that few are in memory at a time.
        Changes to the collection in the meantime make no difference to them, with one exception: if it is compacted and
        the export goes on for longer than the grace period after that, it ends with CollectionDamaged.
        """
        limit = MAX_EXPORT if limit is None else limit
        check_range("limit", limit, 0, MAX_EXPORT)
        check_options(highlights=highlights)
        matching = check_options(mode=mode, literal=literal, match=match, fold=fold, timeout=timeout)
        how = matching | check_options(sort=sort, per_document=per_document)
        return self._asker.export(query, how, filters, limit=limit, highlights=bool(highlights))

    def complete(self, text: str, limit: int | None = 8) -> list[Completion]:
        """Ways to complete the last word of a question, likeliest first: see `completion.complete`.

        Args:
            text: The question, which may be half typed: nothing in it is an error.
            limit: How many to return at most.
        """
        check_text("the question", text)
        check_options(limit=limit)
        return complete(self._store.view, text, 8 if limit is None else limit)

    def similar(
        self,
        identity: str,
        *,
        limit: int | None = 10,
        per_document: bool | None = False,
        timeout: float | None = None,
    ) -> Results:
        """The passages nearest in meaning to a passage, or to a whole document, from other documents.

        Args:
            identity: The id of the passage or document.
            limit: How many hits to return at most.
            per_document: Return only the best hit of each document.
            timeout: How many seconds it may take; None for no limit.

        Raises:
            NotFound: There is no such passage or document.
            SearchTimeout: The search took longer than `timeout`.
        """
        check_text("the id", identity)
        how = check_options(limit=limit, per_document=per_document, timeout=timeout)
        return self._asker.similar(identity, **how)

    @property
    def fields(self) -> Fields:
        """What its documents can be filtered by: the fields that every collection has, and its own."""
        return self._store.view.info.fields

    @property
    def settings(self) -> Settings:
        """How questions are ranked: by the settings given on opening; else as it was tuned; else by default.

        Raises CollectionMismatch if the collection holds settings that this version of Dragoman does not know.
        """
        return self._asker.settings(self._store.view)

    # Reading

    def document(self, document_id: str) -> Document:
        """A document, by its id. Raises NotFound if the collection does not have it."""
        check_text("the id", document_id)
        document = self._store.document(document_id)
        if document is None:
            raise no_document(document_id)
        return document

    def named(self, identity: str) -> tuple[Document, Span | None]:
        """A document by its own id, or by the id of one of its passages.

        A document's id may look like a passage's, so documents are tried first. With the document comes the span of the
        passage, if the id is a passage's. Raises NotFound if the collection has neither.
        """
        check_text("the id", identity)
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
        check_text("the id", document_id)
        spans = self._store.spans(document_id)
        if spans is None:
            raise no_document(document_id)
        return spans

    def document_ids(self, prefix: str = "", after: str = "") -> Iterator[str]:
        """The ids of documents, in order.

        Args:
            prefix: What they begin with.
            after: Only ids after this one, in order to go on where a previous call ended.
        """
        check_text("the prefix", prefix)
        check_text("the id to go on after", after)
        return self._store.document_ids(prefix, after)

    @property
    def generation(self) -> int:
        """The number of changes made to the collection so far."""
        return self._store.generation

    @property
    def version(self) -> str:
        """A text that changes whenever answers may: with each change, and when another collection takes its place.

        Compare it only with other versions from the same opened collection.
        """
        return self._store.stamp

    def status(self) -> Status:
        """What is in the collection."""
        return self._store.status()

    def problems(self) -> list[str]:
        """What a thorough check finds wrong with the collection, a line for each problem; empty for a sound one."""
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
        """What the collection is fed from, in order of name, and what was found there last."""
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

        Args:
            documents: What `dragoman.read` yields: documents, and notes of what was skipped, which the report repeats.
            progress: Called again and again with how far it has come.
            lock_timeout: How many seconds to wait for another program that writes to the collection.

        Returns:
            What was added, updated, left unchanged and skipped.

        Raises:
            CollectionLocked: Another program did not finish in time.
        """
        from ..corpus.readers.contract import Skipped

        check_wait(lock_timeout)
        given = listed("the documents", documents, (Document, Skipped))
        with self._store.writing(lock_timeout, progress) as writer:
            return writer.add(given)

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

        Args:
            sources: Files, folders, patterns and URLs; "-" is standard input.
            reading: How they are read.
            keep: Keep documents whose files are gone from a folder or pattern, instead of removing them.
            reread: Read files again whose size and time of change are as they were.
            progress: Called again and again with how far it has come.
            lock_timeout: How many seconds to wait for another program that writes to the collection.

        Returns:
            What was added, updated, removed, left unchanged and skipped.

        Raises:
            CollectionLocked: Another program did not finish in time.
        """
        from ..corpus.readers.contract import ReadOptions
        from ..index.feeding.feeder import Feeding, feed

        check_wait(lock_timeout)
        feeding = Feeding(reading or ReadOptions(), keep=keep, reread=reread)
        named = [(str(each), feeding) for each in listed("the sources", sources, (str, Path))]
        with self._store.writing(lock_timeout, progress) as writer:
            return feed(writer, named)

    def remove(self, document_ids: Iterable[str], *, lock_timeout: float = LOCK_TIMEOUT) -> "Report":
        """Delete documents by id. Raises NotFound, and deletes nothing, if one does not exist."""
        check_wait(lock_timeout)
        named = list(listed("the ids", document_ids))
        with self._store.writing(lock_timeout) as writer:
            return writer.remove(named)

    def compact(self, *, lock_timeout: float = LOCK_TIMEOUT) -> "Report":
        """Rewrite the index without what was deleted, in as few segments as possible."""
        check_wait(lock_timeout)
        with self._store.writing(lock_timeout) as writer:
            return writer.compact()

    def keep_settings(self, settings: Settings | None, *, lock_timeout: float = LOCK_TIMEOUT) -> None:
        """Write settings into the collection: it ranks by them unless it is opened with others. None takes them out."""
        check_settings(settings)
        check_wait(lock_timeout)
        with self._store.writing(lock_timeout) as writer, writer.database.change():
            if settings is None:
                writer.database.unset(RANKING)
            else:
                writer.database.set(RANKING, asdict(settings))

    @property
    def variants(self) -> tuple[str, ...]:
        """The collection's own groups of names, each with commas between the names: see `keep_variants`."""
        return self._store.view.info.variants

    def keep_variants(self, groups: Iterable[str], *, lock_timeout: float = LOCK_TIMEOUT) -> None:
        """Write groups of names into the collection, in place of those that it had; none takes them out.

        A question with one name of a group is then a question for all of them, beside those that Dragoman knows. They
        are read when a question is asked, so nothing is indexed anew.

        Args:
            groups: Each a line with commas between the names, such as "Blue House, Cheong Wa Dae, 청와대".
            lock_timeout: How many seconds to wait for another program that writes to the collection.

        Raises:
            CollectionLocked: Another program did not finish in time.
            UnreadableSource: One of the groups is none, or they are too many. Then nothing is changed.
        """
        checked = checked_variants(groups)
        with self._store.writing(lock_timeout) as writer, writer.database.change():
            if checked:
                writer.database.set(VARIANTS, list(checked))
            else:
                writer.database.unset(VARIANTS)

    def forget(self, names: Iterable[str], *, lock_timeout: float = LOCK_TIMEOUT) -> None:
        """No longer feed the collection from some sources. Their documents stay.

        Args:
            names: The sources, as `sources` names them or as they were named when they were added.
            lock_timeout: How many seconds to wait for another program that writes to the collection.

        Raises:
            DragomanError: The collection is not fed from one of them. In this case none is forgotten.
            CollectionLocked: Another program did not finish in time.
        """
        from ..index.feeding.feeder import source_name

        check_wait(lock_timeout)
        names = list(listed("the names", names))
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
        """Keep the collection up to date with what it is fed from. This never returns: leave it by an exception.

        It goes on after an error. If another collection is put in the place of this one, that is fed from then on.

        Args:
            sources: What to watch; without any, all that the collection is fed from, as it is at the time.
            every: How many seconds to wait between two looks at files.
            urls_every: How many seconds to wait before a URL is fetched again: longer, to be polite to its server.
            on_change: Called with the report of each feeding.
            on_error: Called with an error, in one line, once for as long as it lasts.
            lock_timeout: How many seconds a feeding waits for another program that writes to the collection.
        """
        from ..index.feeding.watcher import Watch

        Watch(
            self.path,
            [str(each) for each in listed("the sources", sources, (str, Path))],
            every=every,
            urls_every=urls_every,
            lock_timeout=lock_timeout,
            tell=on_change or (lambda _: None),
            complain=on_error or (lambda _: None),
        ).run()


def _facet_limit(limit: int | None) -> int:
    """How many values of each field to count: as many as that, or 10. Raises QueryError if that is out of bounds."""
    wanted = 10 if limit is None else limit
    check_range("limit", wanted, 1, MAX_FACETS)
    return wanted


def _store_of(named: object) -> Store:
    """The store of what is named by a path, an address, or a list of paths."""
    if not isinstance(named, list | tuple):
        return open_store(path_of(named))
    paths = [path_of(each) for each in cast("Sequence[object]", named)]
    if not paths:
        raise InvalidArgument("no collection is named: give its path, or those of several")
    return open_store(paths[0]) if len(paths) == 1 else StoresSideBySide(paths)


def _reopened(name: str | tuple[str, ...], settings: Settings | None) -> Collection:
    return open_collection(name, settings=settings)


def open_collection(path: str | Path | Sequence[str | Path], *, settings: Settings | None = None) -> Collection:
    """Open a collection, or several side by side.

    Several are asked as if they were one, which can be read but not changed: each hit says in its `collection` which
    one it is from, and near-copies are folded within each alone. They rank as the first of them does.

    Args:
        path: Its folder; or its address, if something is installed that can open it; or a list of folders.
        settings: How it ranks while it is open; None for its own settings, or the defaults if it was not tuned.

    Raises:
        InvalidArgument: It is no path, or one of several is given twice.
        CollectionNotFound: There is no collection.
        CollectionMismatch: It was made with other settings than this Dragoman has, or does not go with the others.
        CollectionDamaged: It cannot be read.
    """
    return Collection(path, settings=settings)
