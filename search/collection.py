"""The public face: a collection that can be asked, added to and looked after."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, Unpack, cast

from ..corpus.document import Document, Span, parse_passage_id
from ..corpus.fields import Fields
from ..errors import CollectionNotFound, DragomanError, NotFound
from ..index.forking import undisturbed
from ..index.keeping.examination import Checked
from ..index.keeping.kept import KeptState
from ..index.ledger.manifest import RANKING, VARIANTS
from ..index.ledger.origins import FedSource
from ..index.reading.facets import Facets
from ..index.reading.plan import Sort
from ..index.reading.view import LeftOut
from ..index.writing.lock import LOCK_TIMEOUT as LOCK_TIMEOUT
from ..index.writing.status import Status
from .arguments import check_settings, check_text, check_wait, listed, path_of
from .language.question import Filters
from .language.words.variants import checked_variants
from .options import MAX_EXPORT, MAX_FACETS, Match, check_options, check_range
from .ranking.engine import Mode
from .ranking.settings import Settings
from .results.asking import Asker, Page
from .results.results import Hit, Results
from .stores.addresses import open_store
from .stores.folder_store import FolderStore, folder_named
from .stores.protocol import Store, explained, no_document, refuse_damaged
from .stores.stores_side_by_side import StoresSideBySide

if TYPE_CHECKING:
    from threading import Event

    from ..corpus.readers.contract import ReadOptions, Skipped
    from ..index.keeping.backup import Backup
    from ..index.keeping.pack import Packed
    from ..index.keeping.purge import Purge
    from ..index.writing.tally import Progress, Report
    from .advice.completion import Completion


class Collection:
    """A collection of documents, opened. Reading is safe from any number of threads.

    Use it as a context manager, or call `close`. Every search sees the newest commit, whichever program made it, and
    any collection that has been put in the place of this one.
    """

    # Without a dictionary, so that setting what means nothing here (`mode`, `filters`) is an error, not ignored.
    __slots__ = ("__weakref__", "_asker", "_at", "_lock", "_states", "_store")

    def __init__(
        self,
        store: Store | str | Path | Sequence[str | Path],
        *,
        settings: Settings | None = None,
        at: str | None = None,
    ) -> None:
        """Open a collection.

        Args:
            store: What holds it, or its path or address, or several paths: see `open_collection`.
            settings: How it ranks; None for its own settings.
            at: Which of its kept states to open; None for that of today.
        """
        check_settings(settings)
        check_text("the state", at or "")
        is_store = callable(getattr(store, "writing", None))
        self._at = at or ""
        self._store = cast("Store", store) if is_store else open_store(store, self._at)
        self._asker = Asker(self._store, settings)
        self._states: dict[str, Collection] = {}
        self._lock = threading.Lock()

    @property
    def path(self) -> Path:
        """The folder that it was opened at."""
        return Path(self._store.name)

    def __reduce__(self) -> tuple[Callable[..., Self], tuple[str | tuple[str, ...], Settings | None, str]]:
        # In another process it is opened again, as is what holds it: a retriever, a job of a queue.
        return _reopened, (self._named, self._asker.given_settings, self._at)  # pyright: ignore[reportReturnType]

    @property
    def _named(self) -> str | tuple[str, ...]:
        """What it is opened by."""
        return self._store.names if isinstance(self._store, StoresSideBySide) else self._store.name

    def close(self) -> None:
        """Let go of the collection's files. What is asked from then on raises CollectionClosed."""
        with undisturbed(), self._lock:
            states, self._states = self._states, {}
        for each in states.values():
            each.close()
        self._store.close()

    def __enter__(self) -> Self:
        _ = self._store.stamp  # which is an error if it has been closed
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
        timing: bool | None = False,
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
            sort: By relevance, by date (`newest` or `oldest` first), or, with `added`, what came in last first. By
                default newest first where the query only filters, as then all passages are equally relevant; else by
                relevance.
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
            timing: Say how many milliseconds each stage of the search took.
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
        page |= check_options(timing=timing)
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

    def complete(self, text: str, limit: int | None = 8) -> "list[Completion]":
        """Ways to complete the last word of a question, likeliest first: see `completion.complete`.

        Args:
            text: The question, which may be half typed: nothing in it is an error.
            limit: How many to return at most.
        """
        check_text("the question", text)
        check_options(limit=limit)
        with explained(self._store):
            from .advice.completion import complete  # late, as few questions are typed letter by letter

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

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """The parts of it that are damaged, and so are not asked: a line each says which, and how to mend it."""
        return self._store.view.info.left_out

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
    def lineage(self) -> str:
        """What it has in common with its copies, and with whatever takes its place: ids can be made of it."""
        return self._store.view.info.lineage

    @property
    def generation(self) -> int:
        """The number of changes made to the collection so far."""
        return self._store.generation

    @property
    def version(self) -> str:
        """A text that changes whenever answers may: with each change, and when another collection takes its place.

        Whoever else has the same collection open gets the same text.
        """
        return self._store.stamp

    def status(self) -> Status:
        """What is in the collection."""
        return self._store.status()

    def problems(self) -> list[str]:
        """What a thorough check finds wrong with the collection, a line for each problem; empty for a sound one."""
        return self._store.problems()

    def seal_rest(self) -> list[str]:
        """Make checksums of what has none, such as all that an older Dragoman wrote: what was sealed, a line each."""
        return self._store.seal_rest()

    def checks(self) -> Iterator[Checked]:
        """Look at every byte that has a checksum, block by block, as slowly as the results are taken.

        This is what `dragoman serve` does in the background. What is found to be damaged is left out from now on, and
        by other programs as well, if this one may write to the collection.

        Returns:
            For each block how many bytes it has, and what is wrong with it, if anything.
        """
        return self._store.checks()

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
            report = writer.add(given)
        return self._encoded(report, progress, lock_timeout)

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
            report = feed(writer, named)
        return self._encoded(report, progress, lock_timeout)

    def encode(
        self, *, progress: "Callable[[Progress], None] | None" = None, lock_timeout: float = LOCK_TIMEOUT
    ) -> "Report":
        """Give vectors to passages that have none yet, as after an interruption: until then words alone find them.

        Args:
            progress: Called again and again with how far it has come.
            lock_timeout: How many seconds to wait for another program that writes to the collection.

        Returns:
            How many passages were `encoded`, and how many are `unencoded` still, as in what is damaged.

        Raises:
            CollectionLocked: Another program did not finish in time.
            CollectionMismatch: The model is no longer the one that the collection was built with.
            ModelNotFound: The model is gone.
        """
        check_wait(lock_timeout)
        return self._store.encode(lock_timeout, progress)

    def _encoded(
        self, report: "Report", progress: "Callable[[Progress], None] | None", lock_timeout: float
    ) -> "Report":
        """The report of a change after what it has added is encoded."""
        from ..index.writing.vectors.later_vectors import and_encoded

        return and_encoded(report, self._store.encode(lock_timeout, progress))

    def remove(self, document_ids: Iterable[str], *, lock_timeout: float = LOCK_TIMEOUT) -> "Report":
        """Delete documents by id. Raises NotFound, and deletes nothing, if one does not exist."""
        check_wait(lock_timeout)
        named = list(listed("the ids", document_ids))
        with self._store.writing(lock_timeout) as writer:
            return writer.remove(named)

    def purge(self, document_ids: Iterable[str], *, lock_timeout: float = LOCK_TIMEOUT) -> "Purge":
        """Delete documents so that no text of theirs is left in the collection's folder, in no earlier version either.

        What was deleted by `remove` can be purged as well. Segments that held them are rewritten, and gone at once:
        whoever is reading there may have to ask once more.

        Args:
            document_ids: Their ids.
            lock_timeout: How many seconds to wait for other programs that write to the collection, copy it, or read it.

        Returns:
            What was there, where the documents came from, and which backups may still hold them.

        Raises:
            CollectionLocked: Another program did not finish in time.
            DragomanError: A kept state holds one of them, and nothing was deleted; or not everything could be.
        """
        from ..index.keeping.purge import purge

        check_wait(lock_timeout)
        named = list(listed("the ids", document_ids))
        if not isinstance(self._store, FolderStore):
            raise DragomanError("documents are purged from one collection in a folder: open that by itself")
        return purge(self._store.folder, named, timeout=lock_timeout)

    def compact(self, *, lock_timeout: float = LOCK_TIMEOUT) -> "Report":
        """Rewrite the index without what was deleted, in as few segments as possible."""
        check_wait(lock_timeout)
        with self._store.writing(lock_timeout) as writer:
            return writer.compact()

    def pack(self, path: str | Path) -> "Packed":
        """Write all documents, passages and vectors into one file without code in it, to be passed on: see `unpack`.

        Its settings go with them; what it is fed from and its encoder do not. The same collection gives the same file.

        Args:
            path: The file, which must not be there yet.

        Returns:
            How many documents, passages and sentences it has.

        Raises:
            CollectionExists: Something is there already.
            DragomanError: It is no collection of a folder, has no document, or cannot be written to that file.
        """
        from ..index.keeping.pack import pack

        if not isinstance(self._store, FolderStore):
            raise DragomanError("only a collection in a folder, and as it is now, can be packed")
        return pack(self._store.folder, Path(path))

    def kept(self) -> list[KeptState]:
        """The states of it that are kept, the oldest first: see `keep`."""
        return self._store.kept()

    def keep(self, name: str, *, lock_timeout: float = LOCK_TIMEOUT) -> None:
        """Keep what the collection is now, so that it can be asked later on: `open_collection(path, at=name)`.

        Documents, deletions, settings and the encoder are kept, whatever happens to the collection, until `drop`. It
        costs what later changes would have taken away.

        Args:
            name: What to call the state: letters, digits, dots and dashes.
            lock_timeout: How many seconds to wait for another program that writes to the collection.

        Raises:
            CollectionDamaged: A part of it is left out because it is damaged.
            CollectionExists: A state of that name is kept already.
            CollectionLocked: Another program did not finish in time.
            DragomanError: That is no name.
        """
        check_text("the name", name)
        check_wait(lock_timeout)
        with self._store.writing(lock_timeout) as writer:
            refuse_damaged(self._store.view.info.left_out)
            writer.kept_states.keep(name)

    def at(self, name: str) -> "Collection":
        """A state that is kept, opened: the same object each time, which is closed with this one.

        Raises CollectionNotFound if no state of that name is kept.
        """
        _ = self._store.stamp  # which is an error if it has been closed
        with undisturbed(), self._lock:
            state = self._states.get(name) or open_collection(self._named, settings=self._asker.given_settings, at=name)
            self._states[name] = state
        try:
            _ = state.version  # whether it is still kept
        except CollectionNotFound:
            self._let_go(name)
            raise
        return state

    def _let_go(self, name: str) -> None:
        """Hold a state open no longer that is no longer kept. It is not closed: whoever is asking it may finish."""
        with undisturbed(), self._lock:
            self._states.pop(name, None)

    def drop(self, name: str, *, lock_timeout: float = LOCK_TIMEOUT) -> None:
        """Keep a state no longer. Raises CollectionNotFound if there is none of that name, or CollectionLocked."""
        check_text("the name", name)
        check_wait(lock_timeout)
        with self._store.writing(lock_timeout) as writer:
            writer.kept_states.drop(name)
        self._let_go(name)

    def backup(
        self,
        place: str | Path,
        *,
        progress: Callable[[int, int], object] | None = None,
        lock_timeout: float = LOCK_TIMEOUT,
    ) -> "Backup":
        """Copy the collection to another place, which may be another disk, while it is asked and written to.

        The copy is a collection as well, and can be asked. What the place has already of an earlier backup is verified
        and not copied again. An interruption leaves the earlier backup as it was; the next call goes on.

        Args:
            place: A free folder, or one with an earlier backup of this collection.
            progress: Called again and again with how many bytes are done, and how many there are.
            lock_timeout: How many seconds to wait for another backup to the same place.

        Returns:
            What is in it, and how much had to be copied.

        Raises:
            CollectionExists: Something else is there, or a backup of another collection.
            CollectionLocked: Another backup to the same place did not finish in time.
            CollectionDamaged: The collection is not whole.
            DragomanError: It cannot be written there; or what is open is not one collection in a folder.
        """
        from ..index.keeping.backup import make_backup

        check_wait(lock_timeout)
        if not isinstance(self._store, FolderStore):
            raise DragomanError("a backup is made of one collection in a folder: open that by itself")
        return make_backup(self._store.folder, folder_named(path_of(place)), timeout=lock_timeout, tell=progress)

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

    def forget(
        self, names: Iterable[str | Path], *, remove: bool = False, lock_timeout: float = LOCK_TIMEOUT
    ) -> "Report":
        """No longer feed the collection from some sources. Their documents stay, unless they are to be removed.

        Args:
            names: The sources, as `sources` names them or as they were named when they were added.
            remove: Remove the documents that came from these and that no other source holds.
            lock_timeout: How many seconds to wait for another program that writes to the collection.

        Returns:
            What was removed, and what stays because nobody can tell where it came from.

        Raises:
            DragomanError: The collection is not fed from one of them. In this case none is forgotten.
            CollectionLocked: Another program did not finish in time.
        """
        from ..index.feeding.forgetting import forget

        check_wait(lock_timeout)
        given = [str(each) for each in listed("the names", names, (str, Path))]
        with self._store.writing(lock_timeout) as writer:
            return forget(writer, given, remove=remove)

    def move(self, old: str | Path, new: str | Path, *, lock_timeout: float = LOCK_TIMEOUT) -> "Report":
        """Let documents be those of files that lie elsewhere now. Nothing is read or encoded.

        Args:
            old: The file or folder as it was named: a source, what lies in one, or a folder above some.
            new: Where it is now.
            lock_timeout: How many seconds to wait for another program that writes to the collection.

        Returns:
            How many documents have new ids (`updated`), and how many were `removed`, since they had come in from the
            new place already.

        Raises:
            DragomanError: Nothing came in from there, or nothing is in the new place.
            CollectionLocked: Another program did not finish in time.
        """
        from ..index.feeding.moves import move

        check_wait(lock_timeout)
        with self._store.writing(lock_timeout) as writer:
            return move(writer, str(old), str(new))

    def watch(
        self,
        sources: "Iterable[str | Path]" = (),
        *,
        every: float = 5.0,
        urls_every: float = 900.0,
        on_change: "Callable[[Report], None] | None" = None,
        on_error: Callable[[str], None] | None = None,
        lock_timeout: float = LOCK_TIMEOUT,
        stop: "Event | None" = None,
    ) -> None:
        """Keep the collection up to date with what it is fed from, until `stop` is set or an exception ends it.

        It goes on after an error. If another collection is put in the place of this one, that is fed from then on.

        Args:
            sources: What to watch; without any, all that the collection is fed from, as it is at the time.
            every: How many seconds to wait between two looks at files.
            urls_every: How many seconds to wait before a URL is fetched again: longer, to be polite to its server.
            on_change: Called with the report of each feeding.
            on_error: Called with an error, in one line, once for as long as it lasts.
            lock_timeout: How many seconds a feeding waits for another program that writes to the collection.
            stop: Whoever sets it, in another thread or for a signal, ends the watching between two looks.
        """
        from threading import Event

        from ..index.feeding.watcher import Watch

        Watch(
            self.path,
            [str(each) for each in listed("the sources", sources, (str, Path))],
            every=every,
            urls_every=urls_every,
            lock_timeout=lock_timeout,
            tell=on_change or (lambda _: None),
            complain=on_error or (lambda _: None),
            stop=stop or Event(),
        ).run()


def _facet_limit(limit: int | None) -> int:
    """How many values of each field to count: as many as that, or 10. Raises QueryError if that is out of bounds."""
    wanted = 10 if limit is None else limit
    check_range("limit", wanted, 1, MAX_FACETS)
    return wanted


def _reopened(name: str | tuple[str, ...], settings: Settings | None, at: str = "") -> Collection:
    return open_collection(name, settings=settings, at=at)


def open_collection(
    path: str | Path | Sequence[str | Path], *, settings: Settings | None = None, at: str | None = None
) -> Collection:
    """Open a collection, or several side by side.

    Several are asked as if they were one, which can be read but not changed: each hit says in its `collection` which
    one it is from, and near-copies are folded within each alone. They rank as the first of them does.

    Args:
        path: Its folder; or its address, if something is installed that can open it; or a list of folders.
        settings: How it ranks while it is open; None for its own settings, or the defaults if it was not tuned.
        at: Which of its kept states to open, by the name that `Collection.keep` gave it; None for that of today.

    Raises:
        InvalidArgument: It is no path, or one of several is given twice.
        CollectionNotFound: There is no collection, or it keeps no state of that name.
        CollectionMismatch: It was made with other settings than this Dragoman has, or does not go with the others.
        CollectionDamaged: It cannot be read.
    """
    return Collection(path, settings=settings, at=at)
