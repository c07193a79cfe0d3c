"""The public face: a collection that can be asked, added to and looked after."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast, get_args

import numpy as np
from numpy.typing import NDArray

from ..corpus.document import Document, Note, Span, parse_passage_id
from ..errors import CollectionDamaged, NotFound, QueryError
from ..index.constraints import All
from ..index.model import DEFAULT_MODEL
from ..index.postings import Unit
from ..index.probes import Floors
from ..index.selection import Deadline
from ..index.snapshot import Snapshot
from ..index.store import LOCK_TIMEOUT, RANKING, Status, Store
from . import engine, highlight
from . import query as language
from .engine import Mode, Settings, Sort
from .reading import read
from .results import Explanation, Hit, MarkedNote, Results
from .settings import kept
from .suggest import suggest

if TYPE_CHECKING:
    from ..corpus.readers import ReadOptions, Skipped
    from ..index.writer import Progress, Report, Writer

MAX_LIMIT = 1000
"""The most hits that one search gives."""

MAX_COPIES = 10
"""Of the documents that were folded under a hit's so many are named; the others are counted."""


_UNPLACED = engine.Standing(0.0, 0.0)  # of what was no candidate


class Collection:
    """A collection of documents, opened. Reading is safe from any number of threads.

    Use it as a context manager, or call `close`. Every search sees the newest commit, whoever made it.
    """

    def __init__(self, path: str | Path, *, settings: Settings | None = None) -> None:
        self.path = Path(path)
        self._settings = settings
        self._store = Store(self.path)

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
        after: date | str | None = None,
        before: date | str | None = None,
        country: str | Sequence[str] = (),
        person: str | Sequence[str] = (),
        outlet: str | Sequence[str] = (),
        per_document: bool = False,
        fold: bool = True,
        explain: bool = False,
        highlights: bool = True,
        timeout: float | None = None,
    ) -> Results:
        """The passages that answer a question, best first.

        `query` is in the query language. `after` and `before` are days, months or years (`2025-11`), themselves
        included. Of several countries (people, outlets) one must fit. `sort` is by relevance, or newest first where
        the query only filters. `per_document` keeps the best hit of each document; `fold` shows of near-identical
        reports only the one that ranks best, and names the others with it. `highlights` may be spared where
        only the ranking is wanted. `timeout` is in seconds.

        Raises QueryError if the question or an option cannot be understood, SearchTimeout if the time is over.
        """
        began = time.perf_counter()
        deadline = Deadline(timeout)
        _check_range("limit", limit, 0, MAX_LIMIT)
        _check_range("offset", offset, 0, 1_000_000)
        _check_choice("mode", mode, Mode)
        _check_choice("sort", sort or "relevance", Sort)
        asked = _asked(query, after, before, country=country, person=person, outlet=outlet)

        def answer(snapshot: Snapshot) -> Results:
            settings = self._settings_for(snapshot)
            reading = read(snapshot, asked, variants=settings.variants)
            meaning = asked.meaning if mode != "keyword" else ""
            question = self._store.encoder(snapshot).encode([meaning])[0] if meaning else None
            ranked = engine.rank(
                snapshot,
                reading,
                question,
                mode=mode,
                sort=sort or ("relevance" if asked.meaning or reading.units else "newest"),
                per_document=per_document,
                fold=fold,
                limit=offset + limit,
                floors=Floors(*snapshot.settings["floors"]),
                settings=settings,
                deadline=deadline,
            )
            return Results(
                query=query,
                understood=asked.understood(),
                mode=mode,
                total=ranked.total,
                took_ms=round((time.perf_counter() - began) * 1000, 1),
                suggestion=suggest(snapshot, asked.text, reading.unknown),
                undated=ranked.undated,
                hits=tuple(self._hits(snapshot, ranked, reading.units, question, offset, explain, highlights)),
            )

        return self._on_snapshot(answer)

    def similar(self, identity: str, *, limit: int = 10, per_document: bool = False) -> Results:
        """The passages nearest in meaning to a passage, or to a whole document, from other documents.

        Raises NotFound if there is no such passage or document.
        """
        began = time.perf_counter()
        _check_range("limit", limit, 0, MAX_LIMIT)

        def answer(snapshot: Snapshot) -> Results:
            own, document = self._numbers(snapshot, identity)
            center = snapshot.vectors(own).mean(axis=0)
            center /= max(float(np.linalg.norm(center)), 1e-9)
            all_own = snapshot.find(document.id)
            near = snapshot.select(All(())).nearest(center, self._settings_for(snapshot).depth + len(all_own))
            near = near[~np.isin(near, all_own)]
            cosines = snapshot.cosines(center, near)
            near, cosines = near[cosines > 0], cosines[cosines > 0]
            if per_document:
                _, first = np.unique(snapshot.documents(near), return_index=True)
                near, cosines = near[np.sort(first)], cosines[np.sort(first)]
            legs = {
                int(n): engine.Leg(rank, float(c)) for rank, (n, c) in enumerate(zip(near, cosines, strict=True), 1)
            }
            standings = {number: engine.Standing(0.0, leg.score, meaning=leg) for number, leg in legs.items()}
            ranked = engine.Ranked(near[:limit], len(near), standings, (), 0)
            hits = tuple(self._hits(snapshot, ranked, (), center, 0))
            took = round((time.perf_counter() - began) * 1000, 1)
            return Results(identity, {"similar": identity}, "meaning", ranked.total, took, None, 0, hits)

        return self._on_snapshot(answer)

    @property
    def settings(self) -> Settings:
        """How questions are ranked: as was said on opening; else as the collection was tuned; else by default.

        Raises CollectionMismatch if the collection keeps settings that mean nothing to this Dragoman.
        """
        return self._settings_for(self._store.snapshot())

    def _settings_for(self, snapshot: Snapshot) -> Settings:
        return self._settings or kept(snapshot.settings)

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

    def _hits(
        self,
        snapshot: Snapshot,
        ranked: engine.Ranked,
        units: Sequence[Unit],
        question: NDArray[np.float32] | None,
        offset: int,
        explain: bool = False,
        highlights: bool = True,
    ) -> Iterator[Hit]:
        for place, number in enumerate(ranked.numbers[offset:].tolist(), offset + 1):
            document, span = snapshot.passage(number)
            standing = ranked.standings.get(number, _UNPLACED)
            marks = highlight.words(document.text[span.start : span.end], span.start, units) if highlights else []
            if highlights and question is not None and (standing.meaning or not marks):
                nearest = highlight.nearest_sentence(question, *snapshot.sentences(number))
                marks += [nearest] if nearest else []
            explanation = None
            if explain:
                contributions = snapshot.contributions(number, ranked.weighed, self._settings_for(snapshot).bm25f)
                explanation = Explanation(standing, tuple(contributions))
            under = (
                ranked.folding.under(int(snapshot.documents(ranked.numbers[place - 1 : place])[0]))
                if ranked.folding
                else ()
            )
            yield Hit(
                rank=place,
                document=document,
                start=span.start,
                end=span.end,
                highlights=tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end))),
                notes=tuple(_marked_notes(document.notes_in(span), units)) if highlights else (),
                copies=tuple(snapshot.whole(int(copy)) for copy in under[:MAX_COPIES]),
                copied=len(under),
                keyword=standing.keyword,
                meaning=standing.meaning,
                score=standing.keyword_part + standing.meaning_part,
                explanation=explanation,
            )

    # Reading

    def document(self, document_id: str) -> Document:
        """The document of that id. Raises NotFound if there is none."""
        document = self._store.ledger.live_document(document_id)
        if document is None:
            raise NotFound(f"no document {document_id!r} in the collection")
        return document

    def marks(self, document: Document, query: str, span: Span | None = None) -> list[highlight.Highlight]:
        """The words of a question in a document's text, or in a span of it, as highlights in order.

        Raises QueryError if the question cannot be understood.
        """
        start, end = span or (0, len(document.text))
        reading = read(self._store.snapshot(), language.parse(query), variants=self.settings.variants)
        return highlight.words(document.text[start:end], start, reading.units)

    def passages(self, document_id: str) -> list[Span]:
        """The spans of a document's passages, in order. Raises NotFound if there is no such document."""
        ledger = self._store.ledger
        known = ledger.live_version(document_id)
        if known is None:
            raise NotFound(f"no document {document_id!r} in the collection")
        return [Span(start, end) for _, _, start, end in ledger.live_passages(known[0])]

    def document_ids(self, prefix: str = "") -> Iterator[str]:
        """The ids of all documents that begin with a prefix, in order."""
        return self._store.ledger.live_ids(prefix)

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
        """The number of changes made to the collection so far: another one means that answers may differ."""
        return self._store.ledger.generation

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
        from ..corpus.readers import ReadOptions
        from ..index.feeding import Feeding, feed

        feeding = Feeding(reading or ReadOptions(), keep=keep, reread=reread)
        with self._writing(lock_timeout, progress) as writer:
            return feed(self._store, writer, [(str(each), feeding) for each in sources])

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
        with self._store.writing(lock_timeout), self._store.ledger.change():
            if settings is None:
                self._store.ledger.unset(RANKING)
            else:
                self._store.ledger.set(RANKING, asdict(settings))

    @contextmanager
    def _writing(self, lock_timeout: float, progress: "Callable[[Progress], None] | None" = None) -> "Iterator[Writer]":
        from ..index.writer import Writer

        with self._store.writing(lock_timeout):
            yield Writer(self._store, progress)


def _marked_notes(notes: Iterable[Note], units: Sequence[Unit]) -> Iterator[MarkedNote]:
    """Those footnotes that hold words of the question."""
    for note in notes:
        if marks := highlight.words(note.text, 0, units, "notes"):
            yield MarkedNote(note, tuple(marks))


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
    from ..index.writer import Writer

    store = Store(Path(path), check=False)
    try:
        with store.writing(lock_timeout):
            return Writer(store, progress).reindex(model or store.ledger.setting("encoder")["name"])
    finally:
        store.close()


def _asked(
    text: str, after: date | str | None, before: date | str | None, **filters: str | Sequence[str]
) -> language.Query:
    """The query under the constraints that options add, which may also stand alone."""
    nodes: list[language.Node] = []
    first = language.parse_dates(after)[0] if isinstance(after, str) else after
    last = language.parse_dates(before)[1] if isinstance(before, str) else before
    if first or last:
        if first and last and last < first:
            raise QueryError(f"nothing is both after {first} and before {last}: the first day comes first")
        nodes.append(language.Dates(first, last))
    for field, values in filters.items():
        alternatives = tuple(language.Filter(field, v) for v in ([values] if isinstance(values, str) else values))
        if alternatives:
            nodes.append(alternatives[0] if len(alternatives) == 1 else language.Or(alternatives))
    query = language.Query("") if nodes and not text.strip() else language.parse(text)
    return query.restricted(*nodes)


def _check_range(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise QueryError(f"{name} is {value}, and must be from {low} to {high}")


def _check_choice(name: str, value: str, choices: Any) -> None:
    if value not in get_args(choices):
        raise QueryError(f"{name} is {value!r}, and must be one of {', '.join(cast('tuple[str]', get_args(choices)))}")
